from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from billingua.core import errors, events
from billingua.core.lifecycle import Status
from billingua.core.line import Attribute, Charge, ChargeKind
from billingua.core.order import DeliveryAddress, LineStatus, Order, OrderFees, OrderLine
from billingua.core.party import Party, TradeRole
from billingua.core.rounding import en16931
from billingua.engine.orders import (
    CreateOrder,
    InvoicedLine,
    InvoiceOrder,
    OrderedLine,
    OrderView,
    create_order,
    find_order,
    invoice_order,
    view_orders,
)
from billingua.engine.plan import Caller, Decision
from tests.builders import (
    NOON,
    SUPPLIER,
    a_caller,
    a_line,
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

LINE, SECOND = a_uuid(8100), a_uuid(8101)
STRANGER = a_uuid(2999)
RETAILER = a_party(id=40)
ORDER = an_order(
    retailer=RETAILER.uuid,
    channel=1,
    lines=(an_order_line(item=1, sku="TM-88"), an_order_line(uuid=SECOND, sku="TM-89")),
)


def invoice(
    *others: Any, order=ORDER, caller: Caller | None = None, supplier: UUID = SUPPLIER, **command: Any
) -> Decision[Any]:
    told = InvoiceOrder(**({"order": ORDER.uuid, "supplier": supplier, "number": "TI-2291"} | command))
    knowledge = known(order, RETAILER, an_item(), *others, invoice=812, invoice_line=52)
    return drive(invoice_order(told, caller or a_caller(dialect="crux"), NOON), knowledge)


def test_part_of_an_order_is_invoiced():
    charges = (
        Charge(ChargeKind.DROPSHIP_FEE, Decimal("1.15")),
        Charge(ChargeKind.ORDER_FEE, Decimal("0.40")),
        Charge(ChargeKind.TAX, Decimal(2)),
        Charge(ChargeKind.SHIPPING, Decimal(5)),
    )
    decision = invoice(
        caller=a_caller(dialect="crux", user=a_user(username="zuul")),
        lines=[
            InvoicedLine(line=LINE, quantity=2, unit_cost=Decimal("11.75"), attributes=(Attribute("lot", "L-209"),)),
            InvoicedLine(line=SECOND),
        ],
        charges=charges,
        stated_total=Decimal("99.99"),
        attributes=(Attribute("terms", "net 15"),),
    )
    written = decision.answer
    assert written == an_invoice(
        id=812,
        uuid=a_uuid(777_000),
        number="TI-2291",
        number_scope=f"{ORDER.uuid}/{SUPPLIER}",
        status=Status.OPEN,
        origin="crux",
        party=40,
        supplier=SUPPLIER,
        order=104,
        created_by="zuul",
        original_balance=Decimal("32.05"),
        open_balance=Decimal("32.05"),
        rounding=en16931("USD"),
        lines=(
            a_line(
                id=52,
                item=1,
                sku="TM-88",
                description="Lamp",
                quantity=Decimal(2),
                unit_price=Decimal("11.75"),
                order_line=LINE,
                attributes=(Attribute("lot", "L-209"),),
            ),
            a_line(id=53, position=1, sku="TM-89", quantity=None, unit_price=None, order_line=SECOND),
        ),
        charges=charges,
        stated_total=Decimal("99.99"),
        purchase_order_number="PO-104",
        channel=1,
        attributes=(Attribute("terms", "net 15"),),
    )
    counted = list(decision.saves)[1]
    assert list(decision.saves) == [written, counted]
    assert [(line.invoiced, line.supplier_unit_cost) for line in counted.lines] == [(2, Decimal("11.75")), (0, None)]
    assert decision.events == [events.InvoiceCreated(812, "TI-2291"), events.OrderInvoiced(104, "PO-104")]


def test_charges_alone_are_invoiced_too():
    decision = invoice(charges=(Charge(ChargeKind.SHIPPING, Decimal(5)),))
    assert (decision.answer.lines, decision.answer.open_balance, decision.answer.created_by) == ((), 5, None)


def test_an_invoice_is_rounded_to_the_digits_of_the_orders_currency():
    decision = invoice(
        order=an_order(currency="JPY", retailer=RETAILER.uuid),
        lines=[InvoicedLine(line=LINE, quantity=1, unit_cost=Decimal("10.50"))],
    )
    assert (decision.answer.currency, str(decision.answer.open_balance)) == ("JPY", "11")


def test_an_item_that_is_gone_leaves_the_line_without_description():
    order = an_order(retailer=RETAILER.uuid, lines=(an_order_line(item=99),))
    (line,) = invoice(order=order, lines=[InvoicedLine(line=LINE, quantity=1)]).answer.lines
    assert (line.item, line.description) == (99, "")


def test_an_order_without_retailer_is_invoiced_to_its_company():
    assert invoice(order=an_order(company=10)).answer.party == 10


def test_somebody_has_to_be_invoiced():
    with pytest.raises(errors.PartyNotFound) as nobody:
        invoice(order=an_order(company=None))
    assert nobody.value.asked == "PO-104"
    with pytest.raises(errors.PartyNotFound) as unknown:
        invoice(order=an_order(retailer=STRANGER))
    assert unknown.value.asked == str(STRANGER)


def test_an_unknown_order_is_not_found():
    with pytest.raises(errors.OrderNotFound) as refused:
        invoice(order=an_order(id=105))
    assert refused.value.asked == ORDER.uuid


def test_an_order_is_not_there_for_a_supplier_without_lines_in_it():
    with pytest.raises(errors.OrderNotFound):
        invoice(supplier=STRANGER)


@pytest.mark.parametrize(
    ("order", "line", "refusal"),
    [
        (an_order(lines=(an_order_line(status=LineStatus.CANCELLED),)), InvoicedLine(line=LINE), errors.OrderCancelled),
        (ORDER, InvoicedLine(line=STRANGER), errors.OrderLineNotFound),
        (
            an_order(lines=(an_order_line(status=LineStatus.REJECTED),)),
            InvoicedLine(line=LINE),
            errors.OrderLineClosed,
        ),
        (ORDER, InvoicedLine(line=LINE, quantity=6), errors.OverInvoiced),
    ],
)
def test_lines_that_cannot_be_invoiced_are_refused_after_the_number(order, line: InvoicedLine, refusal):
    with pytest.raises(refusal):
        invoice(order=order, lines=[line])
    taken = an_invoice(number="TI-2291", number_scope=f"{ORDER.uuid}/{SUPPLIER}")
    with pytest.raises(errors.NumberTaken):
        invoice(taken, order=order, lines=[line])


@pytest.mark.parametrize("number", ["TI-2291", "ti-2291 "])
def test_a_supplier_uses_a_number_once_on_an_order(number: str):
    taken = an_invoice(number=number, number_scope=f"{ORDER.uuid}/{SUPPLIER}")
    with pytest.raises(errors.NumberTaken) as refused:
        invoice(taken)
    assert refused.value.number == "TI-2291"


@pytest.mark.parametrize("scope", ["", f"{a_uuid(1)}/{SUPPLIER}", f"{ORDER.uuid}/{STRANGER}"])
def test_the_same_number_may_be_used_elsewhere(scope: str):
    assert invoice(an_invoice(number="TI-2291", number_scope=scope)).answer.number == "TI-2291"


def test_an_order_is_shown_with_whom_and_what_it_refers_to():
    supplier, author, item = a_party(id=2), a_user(), an_item()
    order = an_order(
        retailer=RETAILER.uuid,
        placed_by=author.username,
        lines=(an_order_line(item=item.id, supplier=supplier.uuid), an_order_line(uuid=SECOND, supplier=STRANGER)),
    )
    shown = drive(find_order(order.uuid, a_caller(), NOON), known(order, RETAILER, supplier, author, item))
    assert shown.answer == OrderView(order, RETAILER, author, {supplier.uuid: supplier}, {item.id: item})


def test_an_order_without_retailer_is_the_companys():
    company = a_party(id=10)
    order = an_order(company=10, lines=(an_order_line(supplier=None),))
    shown = drive(find_order(order.uuid, a_caller(), NOON), known(order, company))
    assert shown.answer == OrderView(order, company, None, {}, {})


def test_an_order_may_refer_to_nobody():
    order = an_order(company=None, lines=())
    shown = drive(find_order(order.uuid, a_caller(), NOON), known(order, a_party(id=1)))
    assert shown.answer == OrderView(order, None, None, {}, {})


def test_orders_that_were_listed_are_shown_together():
    first, second = ORDER, an_order(id=105, company=10, lines=(an_order_line(uuid=a_uuid(8300)),))
    company, item = a_party(id=10), an_item()
    shown = drive(view_orders([second, first], a_caller(), NOON), known(RETAILER, company, item))
    assert shown.answer == [
        OrderView(second, company, None, {}, {}),
        OrderView(first, RETAILER, None, {}, {item.id: item}),
    ]


def test_an_order_that_does_not_exist_is_not_shown():
    with pytest.raises(errors.OrderNotFound):
        drive(find_order(ORDER.uuid, a_caller(), NOON), known())


SELLER, OTHER_SELLER = a_party(id=2, trade_role=TradeRole.SUPPLIER), a_party(id=3, trade_role=TradeRole.SUPPLIER)
MUG = an_item(id=7, sku="TM-88", title="Trail mug", sku_name="Trail mug blue", supplier=SELLER.uuid)
LAMP = an_item(id=8, sku="TM-88", title="Lamp", supplier=OTHER_SELLER.uuid)
SOLD = (SELLER, OTHER_SELLER, MUG, LAMP)
MUGS = OrderedLine(supplier=SELLER.uuid, sku="TM-88", quantity=3)


def order(
    *lines: OrderedLine, knows: Sequence[Any] = SOLD, caller: Caller | None = None, **command: Any
) -> Decision[Any]:
    told = CreateOrder(**({"retailer": RETAILER.uuid, "number": "LK-40817", "lines": lines} | command))
    return drive(create_order(told, caller or a_caller(dialect="crux"), NOON), known(*knows, order=200))


def test_an_order_of_two_suppliers_is_created():
    address = DeliveryAddress(name="Ines Ortega", city="Duluth")
    fees = OrderFees(order_tax=Decimal("1.04"), dropship_fee=Decimal(0))
    gift, loud = (Attribute("Gift wrap", "Y"),), (Attribute("Colour", "red"),)
    decision = order(
        OrderedLine(
            supplier=SELLER.uuid,
            sku="TM-88",
            quantity=3,
            unit_cost=Decimal("12.5"),
            carrier="UPS",
            method="Ground",
            notes="blue, please",
            attributes=gift,
        ),
        OrderedLine(supplier=OTHER_SELLER.uuid, sku="TM-88", quantity=1),
        knows=[*SOLD, a_workspace(currency="EUR")],
        caller=a_caller(dialect="crux", user=a_user(username="ines")),
        address=address,
        fees=fees,
        notes="Ring twice",
        attributes=loud,
    )
    created = decision.answer
    assert created == Order(
        id=200,
        uuid=created.uuid,
        number="LK-40817",
        retailer=RETAILER.uuid,
        placed_by="ines",
        currency="EUR",
        created_at=NOON,
        retailer_notes="Ring twice",
        retailer_attributes=loud,
        fees=fees,
        address=address,
        lines=(
            OrderLine(
                uuid=created.lines[0].uuid,
                item=7,
                sku="TM-88",
                title="Trail mug blue",
                supplier=SELLER.uuid,
                quantity=3,
                unit_cost=Decimal("12.5"),
                carrier="UPS",
                method="Ground",
                retailer_notes="blue, please",
                retailer_attributes=gift,
            ),
            OrderLine(
                uuid=created.lines[1].uuid, item=8, sku="TM-88", title="Lamp", supplier=OTHER_SELLER.uuid, quantity=1
            ),
        ),
    )
    assert len({created.uuid, *(line.uuid for line in created.lines)}) == 3
    assert decision.saves == [created]
    assert decision.events == [events.OrderCreated(200, "LK-40817")]


def test_an_order_as_it_was_created_waits_for_its_suppliers():
    created = order(MUGS).answer
    (line,) = created.lines
    assert (line.status, line.designation, line.allocation, line.tracking) == (LineStatus.UNALLOCATED, None, None, ())
    assert (line.invoiced, line.cancelling, created.sent_to_supplier, created.placed_by) == (0, False, False, None)
    assert created.currency == "USD"


def test_the_same_sku_twice_is_two_lines_and_the_same_number_twice_two_orders():
    first, second = order(MUGS, MUGS, knows=[*SOLD, an_order(number="LK-40817")]).answer.lines
    assert (first.sku, first.quantity) == (second.sku, second.quantity)
    assert first.uuid != second.uuid


def test_a_company_orders_items_whoever_supplies_them():
    lines = [OrderedLine(item=7, quantity=3, unit_cost=Decimal(2)), OrderedLine(item=9, quantity=1)]
    knows = [*SOLD, an_item(id=9)]
    told = CreateOrder(company=10, number="C-1", lines=lines)
    created = drive(create_order(told, a_caller(), NOON), known(*knows, order=200)).answer
    assert (created.retailer, created.company) == (None, 10)
    assert [(line.item, line.sku, line.supplier) for line in created.lines] == [
        (7, "TM-88", SELLER.uuid),
        (9, "SKU-9", None),
    ]


def test_an_item_that_is_not_there_is_not_ordered():
    with pytest.raises(errors.ItemNotFound) as refused:
        order(OrderedLine(item=99, quantity=1))
    assert refused.value.asked == 99


def test_lines_that_no_supplier_has_are_invoiced_under_a_number_of_the_workspaces_own():
    own = an_order(lines=(an_order_line(supplier=None),))
    lines = [InvoicedLine(line=LINE, quantity=5, unit_cost=Decimal(20))]
    written = invoice(a_party(), order=own, supplier=None, lines=lines, due_at=NOON).answer
    assert (written.number_scope, written.supplier, written.due_at, written.open_balance) == ("", None, NOON, 100)
    with pytest.raises(errors.NumberTaken):
        invoice(an_invoice(number="TI-2291"), order=own, supplier=None)


@pytest.mark.parametrize(
    "nobody",
    [None, a_party(id=99), a_party(id=99, trade_role=TradeRole.RETAILER)],
    ids=["unknown", "neither", "retailer"],
)
def test_nothing_is_ordered_of_whom_supplies_nothing(nobody: Party | None):
    uuid = a_party(id=99).uuid
    knows = [*SOLD, an_item(sku="TM-88", supplier=uuid), *([nobody] if nobody else [])]
    with pytest.raises(errors.SupplierNotFound) as refused:
        order(MUGS, OrderedLine(supplier=uuid, sku="TM-88", quantity=1), knows=knows)
    assert (refused.value.asked, refused.value.index) == (uuid, 1)


@pytest.mark.parametrize("sku", ["TM-99", "tm-88", ""])
def test_nothing_is_ordered_that_the_supplier_does_not_sell(sku: str):
    with pytest.raises(errors.SkuNotFound) as refused:
        order(MUGS, MUGS, OrderedLine(supplier=SELLER.uuid, sku=sku, quantity=1))
    assert (refused.value.asked, refused.value.index) == (sku, 2)


def test_what_another_supplier_sells_is_not_the_suppliers():
    with pytest.raises(errors.SkuNotFound):
        order(MUGS, knows=[SELLER, OTHER_SELLER, LAMP])
