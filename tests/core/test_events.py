from itertools import product

import pytest

from billingua.core import events
from billingua.core.events import (
    CreditNoteIssued,
    CreditNoteVoided,
    Event,
    InvoiceIssued,
    InvoicePaid,
    InvoicePrinted,
    InvoiceReopened,
    of_balance,
)
from billingua.core.lifecycle import Status


@pytest.mark.parametrize("kind", Event.__subclasses__())
def test_every_event_has_a_name_of_its_own(kind: type[Event]):
    event = kind(35, "INV-35")
    about, what = event.name.split(".")
    assert kind.__name__.lower() == (about + what).replace("_", "")
    assert (event.id, event.number) == (35, "INV-35")


def test_no_name_is_left_over():
    assert set(events.NAMES) == set(Event.__subclasses__())


def test_two_events_about_the_same_invoice_are_two_things():
    assert InvoiceIssued(35, "INV-35") != InvoicePaid(35, "INV-35")


@pytest.mark.parametrize(("before", "after"), [*product(Status, Status)])
def test_a_balance_issues_pays_and_reopens_and_does_nothing_else(before: Status, after: Status):
    told = {
        (Status.DRAFT, Status.OPEN): [InvoiceIssued],
        (Status.DRAFT, Status.PAID): [InvoiceIssued, InvoicePaid],
        (Status.OPEN, Status.PAID): [InvoicePaid],
        (Status.PAID, Status.OPEN): [InvoiceReopened],
    }
    assert of_balance(35, "INV-35", before, after) == [kind(35, "INV-35") for kind in told.get((before, after), [])]


def test_of_some_events_more_is_told():
    assert InvoiceIssued(35, "INV-35").details == {}
    assert CreditNoteIssued(1, "CN-1", 35).details == CreditNoteVoided(1, "CN-1", 35).details == {"invoice": 35}
    assert InvoicePrinted(35, "INV-35", 7, 10, None).details == {"printout": 7, "party": 10, "opportunity": None}
