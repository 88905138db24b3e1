"""What was printed of invoices, and who may see it."""

from typing import Any

import pytest

from billingua.core import errors, events
from billingua.core.access import User
from billingua.core.printout import Printout
from billingua.engine.printing import KeepPrintout, PrintoutView, find_printout, keep_printout
from tests.builders import NOON, a_caller, a_party, a_printout, a_user, a_uuid, an_invoice
from tests.engine.driving import drive, known

EVE = a_user(id=2, username="eve")
INVOICE = an_invoice(opportunity=3, created_by="ida")
HIDDEN = a_party(private=True, access=("ida",))


def test_a_pdf_is_kept_with_its_file_and_told():
    command, caller = KeepPrintout(35, b"%PDF"), a_caller(actor="ida")

    decision = drive(keep_printout(command, caller, NOON), known(INVOICE, printout=8))

    printout = Printout(
        id=8,
        uuid=a_uuid(777_000),
        invoice=35,
        party=10,
        title="INV-35.pdf",
        size=4,
        created_at=NOON,
        created_by="ida",
    )
    assert (decision.answer, decision.saves) == (printout, [printout])
    (file,) = decision.files
    assert (file.uuid, file.name, file.media_type) == (printout.uuid, "INV-35.pdf", "application/pdf")
    assert file.content == b"%PDF"
    assert decision.events == [events.InvoicePrinted(35, "INV-35", 8, 10, 3)]


def test_nothing_is_printed_of_an_invoice_that_is_not_there():
    with pytest.raises(errors.InvoiceNotFound):
        drive(keep_printout(KeepPrintout(35, b"%PDF"), a_caller(), NOON), known())


@pytest.mark.parametrize(
    ("there", "user", "is_seen"),
    [
        ((INVOICE, a_party()), EVE, True),
        ((INVOICE, HIDDEN), EVE, False),
        ((INVOICE, HIDDEN), a_user(), True),
        ((INVOICE, HIDDEN), None, True),
        ((INVOICE,), EVE, True),
        ((a_party(),), EVE, True),
        ((HIDDEN,), EVE, False),
        ((), EVE, False),
        ((), a_user(), True),
        ((), a_user(username="root", admin=True), True),
        ((), None, True),
    ],
)
def test_who_may_see_the_invoice_or_once_it_is_gone_its_party_may_see_a_printout(
    there: tuple[Any, ...], user: User | None, is_seen: bool
):
    author = a_user(id=7)
    plan = find_printout(1, a_caller(user=user, actor=user.username if user else "house"), NOON)
    if not is_seen:
        with pytest.raises(errors.NotPermitted):
            drive(plan, known(a_printout(), author, *there))
    else:
        assert drive(plan, known(a_printout(), author, *there)).answer == PrintoutView(a_printout(), author)


def test_nobody_sees_what_was_not_printed():
    with pytest.raises(errors.PrintoutNotFound):
        drive(find_printout(1, a_caller(), NOON), known())
