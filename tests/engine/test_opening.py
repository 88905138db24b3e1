from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from billingua.core import errors, events
from billingua.core.access import User
from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Status
from billingua.core.line import Charge, ChargeKind
from billingua.core.order import LineStatus, Order, OrderFees, order_claim
from billingua.core.rounding import en16931
from billingua.core.workspace import Channel
from billingua.engine.content import LineContent
from billingua.engine.opening import BillOrder, OpenInvoice, bill_order, open_invoice
from billingua.engine.plan import Decision
from tests.builders import (
    NOON,
    a_caller,
    a_party,
    a_user,
    a_uuid,
    a_workspace,
    an_invoice,
    an_item,
    an_order,
    an_order_line,
)
from tests.engine.driving import drive, known

LATER = NOON + timedelta(hours=1)
IDA = a_user()
SHOP = a_workspace(channels=(Channel(id=1, name="Main store"),))
PRIVATE = a_party(private=True, access=("jon",))

FIELDS: Any = {
    "number": "INV-2042",
    "party": 10,
    "currency": "USD",
    "issued_at": NOON,
    "original_balance": Decimal(180),
    "open_balance": Decimal(150),
}


def write(*others: Any, user: User | None = None, fields: Any = None, **command: Any) -> Decision[Invoice]:
    told = OpenInvoice(fields={**FIELDS, **(fields or {})}, **command)
    knowledge = known(SHOP, a_party(), *others, invoice=812, invoice_line=52)
    return drive(open_invoice(told, a_caller(dialect="shop", user=user), LATER), knowledge)


def test_an_invoice_is_open_at_once_and_owes_what_its_author_states():
    decision = write(
        user=IDA,
        fields={"terms": "Net 15", "channel": 1, "external_id": "E-1"},
        lines=[LineContent(sku="VALVE-3", quantity=Decimal(5), unit_price=Decimal("36.10"))],
        claims=("cost centre",),
        extras={"type": "Invoice"},
    )
    (invoice,) = decision.saves
    assert decision.answer is invoice
    assert (invoice.id, invoice.number, invoice.status, invoice.origin) == (812, "INV-2042", Status.OPEN, "shop")
    assert (invoice.original_balance, invoice.open_balance) == (180, 150)
    assert (invoice.issued_at, invoice.created_at, invoice.updated_at) == (NOON, LATER, LATER)
    assert (invoice.created_by, invoice.terms, invoice.channel, invoice.external_id) == ("ida", "Net 15", 1, "E-1")
    assert [(line.id, line.sku, line.quantity) for line in invoice.lines] == [(52, "VALVE-3", 5)]
    assert (invoice.claims, invoice.extra("shop")) == (("cost centre",), {"type": "Invoice"})
    assert invoice.rounding == en16931("USD")
    assert decision.events == [events.InvoiceCreated(812, "INV-2042")]


@pytest.mark.parametrize("said", [{"fields": {"open_balance": Decimal(-5)}}, {"paid": True}])
def test_an_invoice_on_which_nothing_is_owed_or_that_is_said_to_be_paid_is_paid_at_once(said: Any):
    decision = write(**said)
    assert decision.answer.status is Status.PAID
    assert decision.events == [events.InvoiceCreated(812, "INV-2042"), events.InvoicePaid(812, "INV-2042")]


def test_somebody_may_state_that_a_new_invoice_is_partly_paid():
    invoice = write(partly_paid=True).answer
    assert (invoice.status, invoice.partly_paid) == (Status.OPEN, True)


def test_a_new_invoice_may_say_when_it_was_made():
    assert write(fields={"created_at": NOON}).answer.created_at == NOON


@pytest.mark.parametrize(
    ("others", "command", "refused"),
    [
        ((), {"fields": {"party": 11}}, errors.PartyNotFound),
        ((a_party(id=11, private=True),), {"fields": {"party": 11}, "user": IDA}, errors.NotPermitted),
        ((), {"fields": {"channel": 5}}, errors.ChannelNotFound),
        ((an_invoice(number="inv-2042"),), {}, errors.NumberTaken),
        ((an_invoice(claims=("A",)),), {"claims": ("A",)}, errors.ValueTaken),
        (
            (),
            {"lines": [LineContent(sku="A", quantity=Decimal(10), unit_price=Decimal(10) ** 13)]},
            errors.AmountTooLarge,
        ),
    ],
)
def test_an_invoice_is_written_only_if_all_that_it_names_is_there_and_free(others: Any, command: Any, refused: Any):
    with pytest.raises(refused):
        write(*others, **command)


def test_an_invoice_is_the_one_of_its_order_number():
    invoice = write(order_number="3107", claims=("A",)).answer
    assert (invoice.order_number, invoice.order, invoice.claims) == ("3107", None, ("A", order_claim("3107")))


def test_an_invoice_names_the_order_that_goes_by_its_number_and_takes_nothing_of_it():
    decision = write(an_order(), order_number="104", order=104)
    assert decision.answer.order == 104
    assert list(decision.saves) == [decision.answer]


@pytest.mark.parametrize(
    "others",
    [
        (an_invoice(claims=(order_claim("104"),)),),
        (an_order(lines=(an_order_line(), an_order_line(uuid=a_uuid(8101), invoiced=1))),),
    ],
)
def test_no_second_invoice_has_the_number_of_an_order(others: Any):
    with pytest.raises(errors.OrderBilled) as refused:
        write(*others, order_number="104", order=104)
    assert refused.value.number == "104"


def test_that_the_number_is_taken_is_told_before_that_the_order_is():
    with pytest.raises(errors.NumberTaken):
        write(an_invoice(number="INV-2042", claims=(order_claim("104"),)), order_number="104")


COMPANY = a_party(id=10)
FIRST, SECOND = a_uuid(8100), a_uuid(8101)
ORDER = an_order(
    channel=1,
    fees=OrderFees(shipping_cost=Decimal(7), order_tax=Decimal("1.5"), order_fee=Decimal(2), dropship_fee=Decimal(3)),
    lines=(
        an_order_line(title="Pipe", item=1),
        an_order_line(uuid=SECOND, sku="SKU-2", item=1, quantity=3, unit_cost=Decimal("0.33333")),
    ),
)


def bill(*others: Any, order: Order = ORDER, user: User | None = None, id: int = 104) -> Decision[Invoice]:
    told = BillOrder(
        order=id,
        order_number=f"no. {id}",
        number_of=lambda id: f"{id:08d}",
        due_at=LATER + timedelta(days=7),
        extras={"details": {}},
    )
    knowledge = known(order, *(others or (COMPANY,)), an_item(), invoice=812, invoice_line=52)
    return drive(bill_order(told, a_caller(dialect="shop", user=user), LATER), knowledge)


def test_all_of_an_order_is_invoiced_at_once():
    decision = bill(user=IDA)
    invoice, order = decision.saves
    assert (invoice.id, invoice.number, invoice.status, invoice.party) == (812, "00000812", Status.OPEN, 10)
    assert (invoice.original_balance, invoice.open_balance) == (Decimal("114.5000"), Decimal("114.5000"))
    assert (invoice.order, invoice.order_number, invoice.purchase_order_number) == (104, "no. 104", "PO-104")
    assert (invoice.channel, invoice.currency, invoice.created_by) == (1, "USD", "ida")
    assert (invoice.issued_at, invoice.created_at, invoice.due_at) == (LATER, LATER, LATER + timedelta(days=7))
    assert (invoice.claims, invoice.extra("shop")) == ((order_claim("no. 104"),), {"details": {}})
    assert [(line.id, line.position, line.order_line, line.quantity, line.description) for line in invoice.lines] == [
        (52, 0, FIRST, 5, "Pipe"),
        (53, 1, SECOND, 3, "Lamp"),
    ]
    assert invoice.charges == (
        Charge(ChargeKind.SHIPPING, Decimal(7)),
        Charge(ChargeKind.ORDER_FEE, Decimal(2)),
        Charge(ChargeKind.DROPSHIP_FEE, Decimal(3)),
        Charge(ChargeKind.TAX, Decimal("1.5")),
    )
    assert [line.invoiced for line in order.lines] == [5, 3]
    assert decision.events == [events.InvoiceCreated(812, "00000812"), events.OrderInvoiced(104, "PO-104")]


def test_what_is_cancelled_of_an_order_is_not_invoiced():
    lines = (an_order_line(status=LineStatus.CANCELLED), an_order_line(uuid=SECOND, quantity=2))
    decision = bill(order=an_order(lines=lines))
    invoice, order = decision.saves
    assert ([line.order_line for line in invoice.lines], invoice.open_balance) == ([SECOND], 40)
    assert [line.invoiced for line in order.lines] == [0, 2]


def test_an_order_that_costs_nothing_is_paid_as_soon_as_it_is_invoiced():
    decision = bill(order=an_order(lines=()))
    assert (decision.answer.status, decision.answer.lines) == (Status.PAID, ())
    assert events.InvoicePaid(812, "00000812") in decision.events


def test_a_retailers_order_is_invoiced_to_the_retailer():
    retailer = a_party(id=40)
    assert bill(retailer, order=an_order(retailer=retailer.uuid)).answer.party == 40


def test_a_number_that_somebody_has_chosen_already_is_passed_over():
    taken = [an_invoice(id=id, number=number) for id, number in ((1, "00000812"), (2, "00000813"))]
    assert (bill(COMPANY, *taken).answer.id, bill(COMPANY, *taken).answer.number) == (814, "00000814")


ALL_CANCELLED = an_order(lines=(an_order_line(status=LineStatus.CANCELLED),))
DEAR = an_order(lines=(an_order_line(unit_cost=Decimal(10) ** 14),))


@pytest.mark.parametrize(
    ("others", "asked", "refused"),
    [
        ((COMPANY,), {"id": 105}, errors.OrderNotFound),
        ((a_party(id=11),), {}, errors.PartyNotFound),
        ((COMPANY,), {"order": an_order(company=None)}, errors.PartyNotFound),
        ((PRIVATE,), {"user": IDA}, errors.NotPermitted),
        ((COMPANY, an_invoice(claims=(order_claim("no. 104"),))), {}, errors.OrderBilled),
        ((COMPANY,), {"order": an_order(lines=(an_order_line(invoiced=1),))}, errors.OrderBilled),
        ((COMPANY,), {"order": ALL_CANCELLED}, errors.OrderCancelled),
        ((COMPANY,), {"order": DEAR}, errors.AmountTooLarge),
    ],
)
def test_an_order_is_invoiced_only_once_and_only_where_it_can_be(others: Any, asked: Any, refused: Any):
    with pytest.raises(refused):
        bill(*others, **asked)
