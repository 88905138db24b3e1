from decimal import Decimal
from typing import Any

import pytest

from billingua.core import errors, events
from billingua.core.access import User
from billingua.core.lifecycle import Status
from billingua.core.order import Order
from billingua.engine.deleting import delete_invoice, delete_invoices
from billingua.engine.invoices import InvoiceView
from billingua.engine.plan import Decision
from tests.builders import NOON, a_caller, a_line, a_party, a_user, a_uuid, an_invoice, an_order, an_order_line
from tests.engine.driving import VERSION, drive, known

IDA = a_user()
OTHER = a_user(username="jon")
ADMINISTRATOR = a_user(username="ada", admin=True)
FIRST, SECOND = a_uuid(8100), a_uuid(8101)
ORDER = an_order(lines=(an_order_line(uuid=FIRST, invoiced=5), an_order_line(uuid=SECOND, invoiced=3)))


def of_order(id: int, *taken: tuple[Any, int | None], **overrides: Any) -> Any:
    lines = tuple(
        a_line(id=place, order_line=uuid, quantity=None if quantity is None else Decimal(quantity))
        for place, (uuid, quantity) in enumerate(taken, id)
    )
    return an_invoice(id=id, **({"order": ORDER.id, "lines": lines} | overrides))


def delete(*values: Any, id: int = 35, user: User | None = None) -> Decision[InvoiceView]:
    return drive(delete_invoice(id, a_caller(user=user), NOON), known(*values))


def delete_all(*values: Any, ids: list[int], user: User | None = None) -> Decision[Any]:
    return drive(delete_invoices(ids, a_caller(user=user), NOON), known(*values))


def invoiced(decision: Decision[Any]) -> dict[int, list[int]]:
    """How much is invoiced now of each line of the orders that were saved."""
    assert all(type(saved) is Order for saved in decision.saves)
    return {order.id: [line.invoiced for line in order.lines] for order in decision.saves}


@pytest.mark.parametrize("status", list(Status))
def test_an_invoice_is_deleted_in_whatever_status_and_shown_as_it_was(status: Status):
    invoice, party = an_invoice(status=status), a_party()
    decision = delete(invoice, party)
    assert decision.answer == InvoiceView(invoice, VERSION, party)
    assert list(decision.deletes) == [invoice]
    assert not list(decision.saves)
    assert list(decision.events) == [events.InvoiceDeleted(35, "INV-35")]


def test_an_unknown_invoice_is_not_deleted():
    with pytest.raises(errors.InvoiceNotFound) as refused:
        delete(an_invoice(), id=36)
    assert refused.value.asked == 36


def test_only_an_administrator_or_its_author_deletes_an_invoice():
    own = an_invoice(created_by="ida")
    for user in (None, IDA, ADMINISTRATOR):
        assert list(delete(own, user=user).deletes) == [own]
    with pytest.raises(errors.NotPermitted) as refused:
        delete(own, user=OTHER)
    assert not isinstance(refused.value, errors.ChangeNotPermitted)


def test_of_many_those_are_deleted_that_are_there_and_that_the_caller_may_delete_in_the_order_of_their_ids():
    mine, too = an_invoice(id=7, created_by="ida"), an_invoice(id=3, created_by="ida")
    others = an_invoice(id=5, created_by="ada")
    decision = delete_all(mine, too, others, ids=[7, 5, 3, 7, 404], user=IDA)
    assert [view.invoice for view in decision.answer] == [too, mine]
    assert list(decision.deletes) == [too, mine]
    assert list(decision.events) == [events.InvoiceDeleted(3, "INV-3"), events.InvoiceDeleted(7, "INV-7")]


def test_where_none_may_be_deleted_nothing_is():
    decision = delete_all(an_invoice(created_by="ada"), ids=[35, 404], user=IDA)
    assert (list(decision.answer), list(decision.deletes), list(decision.saves)) == ([], [], [])


def test_what_a_deleted_invoice_took_of_its_order_may_be_invoiced_again():
    decision = delete(of_order(35, (FIRST, 2), (SECOND, 3)), ORDER)
    assert invoiced(decision) == {ORDER.id: [3, 0]}


def test_a_line_that_stands_twice_is_given_back_twice_and_one_without_quantity_not_at_all():
    assert invoiced(delete(of_order(35, (FIRST, 2), (FIRST, 2), (SECOND, None)), ORDER)) == {ORDER.id: [1, 3]}


@pytest.mark.parametrize(
    "invoice",
    [
        of_order(35),
        of_order(35, (FIRST, 0)),
        of_order(35, (None, 3)),
        of_order(35, (FIRST, 3), order=None),
        of_order(35, (a_uuid(1), 3)),
        of_order(35, (FIRST, 3), order=404),
    ],
    ids=["no line", "nothing", "of no order line", "of no order", "of a line that is gone", "of an order that is gone"],
)
def test_an_order_of_which_nothing_was_taken_stays_as_it_is(invoice: Any):
    assert not list(delete(invoice, ORDER).saves)


def test_never_less_than_nothing_is_invoiced():
    assert invoiced(delete(of_order(35, (SECOND, 4)), ORDER)) == {ORDER.id: [5, 0]}


def test_an_order_is_given_back_at_once_what_several_invoices_took_of_it():
    other = an_order(id=105, lines=(an_order_line(uuid=a_uuid(8105), invoiced=1),))
    decision = delete_all(
        of_order(35, (FIRST, 2)),
        of_order(36, (FIRST, 1), (SECOND, 3)),
        of_order(37, (a_uuid(8105), 1), order=105),
        an_invoice(id=38),
        ORDER,
        other,
        ids=[35, 36, 37, 38],
    )
    assert invoiced(decision) == {ORDER.id: [2, 0], 105: [0]}
    assert len(list(decision.deletes)) == 4
