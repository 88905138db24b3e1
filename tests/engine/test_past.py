"""What an invoice was, in every version that it ever had."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Status
from billingua.core.tax import Tax
from billingua.engine.journal import GENESIS, Entry, enter
from billingua.engine.past import as_of
from billingua.engine.plan import Decision, Job, Plan
from tests.builders import NOON, a_caller, a_tax, an_invoice
from tests.stores.strategies import values_of

HOUR = timedelta(hours=1)


def nothing() -> Plan[None]:
    yield from ()
    return Decision(None)


def history(kind: str, *versions: Any) -> list[Entry]:
    """Write the history of something that was saved, and at last perhaps deleted (None), once an hour."""
    entries: list[Entry] = []
    before = None
    for number, value in enumerate(versions):
        job = Job(a_caller(), NOON + number * HOUR, "save", nothing)
        chain = entries[-1].hash if entries else GENESIS
        entries.append(enter(job, kind, 35, number + 1, before, value, chain))
        before = value
    return entries


@given(st.lists(values_of(Invoice), min_size=1, max_size=4))
def test_every_version_of_an_invoice_is_rebuilt(drawn: list[Invoice]) -> None:
    versions = [replace(invoice, id=35) for invoice in drawn]
    entries = history("invoice", *versions)

    for number, invoice in enumerate(versions):
        at = NOON + number * HOUR
        was = as_of(Invoice, entries, number + 1)
        assert was is not None
        assert was.value == replace(invoice, updated_at=was.value.updated_at)
        assert (was.version, was.at) == (number + 1, at)
        assert was.value.updated_at == (at if number else invoice.updated_at)
        assert as_of(Invoice, entries, at) == as_of(Invoice, entries, at + HOUR / 2) == was


ENTRIES = history("invoice", an_invoice(), an_invoice(status=Status.VOID), None)


@pytest.mark.parametrize("when", [0, 3, 4, NOON - HOUR, NOON + 2 * HOUR])
def test_before_it_was_made_and_after_it_was_deleted_there_is_nothing(when: Any) -> None:
    assert as_of(Invoice, ENTRIES, when) is None


def test_what_was_deleted_was_there_before() -> None:
    was = as_of(Invoice, ENTRIES, NOON + HOUR)

    assert was is not None
    assert (was.value.status, was.version) == (Status.VOID, 2)


def test_what_does_not_say_when_it_was_updated_is_rebuilt_too() -> None:
    was = as_of(Tax, history("tax", a_tax(), a_tax(rate=Decimal("5.5"))), 2)

    assert was is not None
    assert was.value == a_tax(rate=Decimal("5.5"))
