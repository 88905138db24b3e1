"""What happened in the demo: two years of invoices, written, issued, paid, refused and voided in every dialect.

All is decided by a seed: ids, UUIDs, amounts and what becomes of each invoice are the same in every demo. The days
alone count back from the one on which the demo is planted, so that something is always overdue and something new.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random  # noqa: TID251 - seeded: the story is the same every time
from typing import Any
from uuid import UUID

from billingua.core.access import User
from billingua.core.invoice import Invoice
from billingua.core.item import Item
from billingua.core.lifecycle import Action, Status
from billingua.core.line import Charge, ChargeKind, InvoiceLine
from billingua.core.money import EXACT, currency_digits, settle, split
from billingua.core.order import Allocation, DeliveryAddress, LineStatus, Order, OrderLine
from billingua.core.party import Party
from billingua.core.payment import PaymentLine, PaymentStatus
from billingua.core.tax import Tax
from billingua.core.totals import totals
from billingua.engine.content import InvoiceFields, LineContent
from billingua.engine.invoices import (
    AmendInvoice,
    ChangeStatus,
    amend_invoice,
    change_status,
)
from billingua.engine.orders import InvoicedLine, InvoiceOrder, invoice_order
from billingua.engine.payments import RecordPayment, record_payment
from billingua.engine.plan import Caller, Command
from billingua.engine.planting import Plant
from billingua.engine.writing import ReplaceInvoice, replace_invoice
from billingua.worlds.invoices import rounding_of
from billingua.worlds.story import Step, place_order, with_uuid, write_invoice

SEED = 20230101
DAYS = 730
"""How many days the story goes back."""

_BORN = {"onlyoffice": 95, "modulus": 80, "bigcommerce": 80, "native": 30}
"""How many invoices are born in each dialect, beside those of the orders."""
_ORDERS = 45

_DOLLARS = {"USD": "1", "EUR": "1.08", "GBP": "1.27", "JPY": "0.0067", "SEK": "0.095", "KWD": "3.26"}
_CUSTOMERS = {
    "onlyoffice": (10, 13, 14, 15, 16, 18, 19, 24),
    "modulus": (11, 12, 17, 20, 21, 22, 23),
    "bigcommerce": (95075, 95076, 95077, 95078),
    "native": (10, 14, 18, 19, 22, 23),
}
_GOODS = {
    "onlyoffice": (8, 9, 13, 18, 19, 20, 21),
    "modulus": (10, 11, 12, 13, 22),
    "bigcommerce": (14, 15, 16, 17, 22),
    "native": (13, 18, 19, 20, 21),
}
_TAXES = {"onlyoffice": (1, None), "modulus": (None, None), "bigcommerce": (4, None), "native": (1, None)}
_NUMBERS = {
    "onlyoffice": "INV-{serial:07}",
    "modulus": "INV_{serial:05}",
    "bigcommerce": "{id:08}",
    "native": "B-{serial:04}",
    "crux": "TI-{serial}",
}
_FIRST_SERIALS = {"onlyoffice": 6, "modulus": 829, "bigcommerce": 1, "native": 1, "crux": 2291}
_TERM_DAYS = (14, 30, 30, 30, 45, 60)
_MEMOS = ("Wire {}", "Check {}", "Card payment {}", "Transfer {}")
_CLERKS = ("clara", "demo")


def tell(world: Plant, today: datetime) -> list[Step]:
    """Tell what happened in a newly planted demo until the day that begins at `today`, step by step."""
    cast = _Cast(world, today)
    sales = [_Sale(cast, index) for index in range(_ORDERS)]
    births = sorted([*_births(cast), *(birth for sale in sales for birth in sale.births())], key=lambda birth: birth.at)
    steps = [sale.placed() for sale in sales]
    serials = dict(_FIRST_SERIALS)
    for id, birth in enumerate(births, cast.first_id):
        steps += _Life(cast, birth, id, serials[birth.dialect]).steps()
        serials[birth.dialect] += 1
    happened = sorted((step for step in steps if step.at < today), key=lambda step: step.at)
    return [_with_request(step, index) for index, step in enumerate(happened, 1)]


def _with_request(step: Step, index: int) -> Step:
    return replace(step, caller=replace(step.caller, request=f"demo-{index:05}"))


def _fresh(*key: object) -> Random:
    """Give the randomness of one part of the story: what happens there does not change what happens elsewhere."""
    return Random("/".join(map(str, (SEED, *key))))  # noqa: S311 - nothing here is a secret


def _new_uuid(random: Random) -> UUID:
    return UUID(int=random.getrandbits(128), version=4)


class _Cast:
    """Who and what the story is about."""

    def __init__(self, world: Plant, today: datetime) -> None:
        self.today = today
        self._workspace = world.workspace.name
        self.users = {one.username: one for one in world.aggregates if isinstance(one, User)}
        self.items = {one.id: one for one in world.aggregates if isinstance(one, Item)}
        self.taxes = {one.id: one for one in world.aggregates if isinstance(one, Tax)}
        self.parties = {one.id: one for one in world.aggregates if isinstance(one, Party)}
        self.first_id = max(one.id for one in world.aggregates if isinstance(one, Invoice)) + 1

    def user(self, dialect: str, username: str) -> Caller:
        """Somebody who is signed in."""
        user = self.users[username]
        return Caller(workspace=self._workspace, actor=username, dialect=dialect, user=user)

    def program(self, dialect: str, label: str) -> Caller:
        """A program with a token of its own."""
        return Caller(workspace=self._workspace, actor=label, dialect=dialect)

    def at(self, day: int, random: Random) -> datetime:
        """Choose a moment of a day's working hours; day -1 is yesterday."""
        return self.today + timedelta(days=day, seconds=random.randrange(8 * 3600, 18 * 3600))


@dataclass(frozen=True, slots=True)
class _Birth:
    """An invoice's beginning: on which day, in which dialect, and of which part of which sale."""

    at: datetime
    day: int
    dialect: str
    sale: "_Sale | None" = None
    part: int = 0


def _births(cast: _Cast) -> Iterator[_Birth]:
    for dialect, count in _BORN.items():
        for index in range(count):
            random = _fresh(dialect, index)
            day = _some_day(random)
            yield _Birth(cast.at(day, random), day, dialect)
    # ONLYOFFICE proposes the number after that of the newest invoice, so the newest is one of its own.
    yield _Birth(cast.today - timedelta(hours=1), -1, "onlyoffice")


def _some_day(random: Random) -> int:
    """Choose a day; business grows, so later ones are likelier."""
    return -2 - int((DAYS - 2) * (1 - random.random() ** 0.7))


class _Sale:
    """A retailer's order with one supplier, invoiced in one part or two."""

    def __init__(self, cast: _Cast, index: int) -> None:
        self._cast = cast
        self._random = _fresh("order", index)
        self._retailer = cast.parties[self._random.choice((1, 3))]
        self._supplier = cast.parties[self._random.choice((2, 2, 4))]
        self._day = _some_day(self._random) - 5
        self._parts = self._random.choice((1, 1, 2))
        self.order = self._written(index)

    def _written(self, index: int) -> Order:
        random = self._random
        own = [item for item in self._cast.items.values() if item.supplier == self._supplier.uuid]
        items = random.sample(own, random.randint(1, 3))
        return Order(
            id=0,
            uuid=_new_uuid(random),
            number=f"PO-{8000 + index}",
            retailer=self._retailer.uuid,
            currency="USD",
            created_at=self._cast.at(self._day, random),
            sent_to_supplier=True,
            address=DeliveryAddress(name="Megan King", business_name=self._retailer.name, city="Duluth", state="MN"),
            lines=tuple(self._line(item) for item in items),
        )

    def _line(self, item: Item) -> OrderLine:
        quantity = self._random.randint(2, 24)
        return OrderLine(
            uuid=_new_uuid(self._random),
            item=item.id,
            sku=item.sku,
            supplier=self._supplier.uuid,
            quantity=quantity,
            unit_cost=settle(item.price * Decimal("0.8"), 2),
            status=LineStatus.ALLOCATED,
            designation="NeedsTracking",
            allocation=Allocation(accepted=quantity, rejected=0, backordered=0),
        )

    def placed(self) -> Step:
        """The retailer places the order."""
        caller = self._cast.program("crux", f"{self._retailer.name} storefront")
        return Step(self.order.created_at, caller, place_order, self.order)

    def births(self) -> Iterator[_Birth]:
        """The supplier invoices it, some days later."""
        for part in range(self._parts):
            day = self._day + 3 + part
            yield _Birth(self._cast.at(day, self._random), day, "crux", self, part)

    @property
    def party(self) -> Party:
        """Who is invoiced."""
        return self._retailer

    @property
    def supplier(self) -> tuple[UUID, Caller]:
        """Who invoices: its UUID, and its user."""
        username = {2: "supplier", 4: "tamara"}[self._supplier.id]
        return self._supplier.uuid, self._cast.user("crux", username)

    def taken(self, part: int) -> list[tuple[OrderLine, int]]:
        """Say how much of each line a part invoices."""
        shares = ((line, split(Decimal(line.quantity), [Decimal(1)] * self._parts, 0)) for line in self.order.lines)
        return [(line, int(share[part])) for line, share in shares]


class _Life:
    """What becomes of one invoice."""

    def __init__(self, cast: _Cast, birth: _Birth, id: int, serial: int) -> None:
        self._cast = cast
        self._birth = birth
        self._id = id
        self._random = _fresh("life", id)
        self._number = _NUMBERS[birth.dialect].format(id=id, serial=serial)
        self._party = birth.sale.party if birth.sale else cast.parties[self._random.choice(_CUSTOMERS[birth.dialect])]
        self._currency = "USD" if birth.sale else self._party.currency or "USD"
        self._total = Decimal(0)
        self._day = birth.day
        self._steps: list[Step] = []

    def steps(self) -> list[Step]:
        """Live it through."""
        beginnings = {
            "onlyoffice": self._begin_in_onlyoffice,
            "modulus": self._begin_in_modulus,
            "bigcommerce": self._begin_in_bigcommerce,
            "native": self._begin_natively,
            "crux": self._begin_with_an_order,
        }
        beginnings[self._birth.dialect]()
        return self._steps

    def _chance(self, per_cent: int) -> bool:
        return self._random.randrange(100) < per_cent

    def _do(self, days: tuple[int, int], caller: Caller, command: Command[Any, Any], values: Any) -> None:
        """Let somebody do something, so many days (from, to) after the last step."""
        self._day += self._random.randint(*days)
        at = self._cast.at(self._day, self._random) if self._steps else self._birth.at
        self._steps.append(Step(at, caller, with_uuid(_new_uuid(self._random), command), values))

    @property
    def _clerk(self) -> Caller:
        """Choose one of the clerks who may see the customer."""
        clerk, access = self._random.choice(_CLERKS), self._party.access
        return self._cast.user("native", access[0] if self._party.private and clerk not in access else clerk)

    # How it begins.

    def _begin_in_onlyoffice(self) -> None:
        admin = self._cast.user("onlyoffice", "admin")
        self._write(admin, Status.DRAFT)
        if self._chance(35):
            self._rewrite(admin)
        if self._chance(95):
            self._change(Action.ISSUE, admin, (1, 6))
            self._go_on()

    def _begin_in_modulus(self) -> None:
        connector = self._cast.program("modulus", "modulus connector")
        drafted = self._chance(60)
        self._write(connector, Status.DRAFT if drafted else Status.OPEN)
        if drafted and self._chance(7):
            return
        if drafted:
            self._change(Action.ISSUE, connector, (1, 4))
        if self._chance(12):
            self._change(Action.VOID, connector, (2, 20))
        else:
            self._go_on()

    def _begin_in_bigcommerce(self) -> None:
        store = self._cast.program("bigcommerce", "store sync")
        self._write(store, Status.OPEN)
        if self._chance(45):
            fields = InvoiceFields(external_id=f"ERP-I-{self._id}", terms="Net 30")
            self._do((1, 3), store, amend_invoice, AmendInvoice(invoice=self._id, fields=fields))
        self._go_on()

    def _begin_natively(self) -> None:
        clerk = self._clerk
        self._write(clerk, Status.DRAFT)
        if self._chance(40):
            fields = InvoiceFields(purchase_order_number=f"PO-{self._id}", description="As agreed on the phone")
            self._do((1, 3), clerk, amend_invoice, AmendInvoice(invoice=self._id, fields=fields))
        if self._chance(85):
            self._change(Action.ISSUE, clerk, (1, 5))
            self._go_on()

    def _begin_with_an_order(self) -> None:
        sale = self._birth.sale
        if sale is None:
            return
        taken = sale.taken(self._birth.part)
        charges = (Charge(ChargeKind.SHIPPING, self._cents(400, 3000)), Charge(ChargeKind.TAX, self._cents(100, 900)))
        lines = [
            InvoiceLine(id=0, position=0, quantity=Decimal(quantity), unit_price=line.unit_cost)
            for line, quantity in taken
        ]
        self._total = totals(lines, charges, rounding_of("crux", self._currency)).grand_total
        supplier, caller = sale.supplier
        invoiced = [
            InvoicedLine(line=line.uuid, quantity=quantity, unit_cost=line.unit_cost) for line, quantity in taken
        ]
        values = InvoiceOrder(
            order=sale.order.uuid, supplier=supplier, number=self._number, lines=invoiced, charges=charges
        )
        self._do((0, 0), caller, invoice_order, values)
        self._go_on()

    # What it says.

    def _write(self, caller: Caller, status: Status) -> None:
        dialect, at = self._birth.dialect, self._birth.at
        lines = tuple(self._written(position, line) for position, line in enumerate(self._lines()))
        rounding = rounding_of(dialect, self._currency)
        self._total = totals(lines, (), rounding).grand_total
        midnight = at.replace(hour=0, minute=0, second=0)
        invoice = Invoice(
            id=0,
            uuid=_new_uuid(self._random),
            number=self._number,
            status=status,
            origin=dialect,
            party=self._party.id,
            currency=self._currency,
            exchange_rate=Decimal(_DOLLARS[self._currency]),
            issued_at=midnight,
            due_at=midnight + timedelta(days=self._random.choice(_TERM_DAYS)),
            created_at=at,
            created_by=caller.user.username if caller.user else None,
            updated_at=at,
            original_balance=self._total,
            open_balance=self._total,
            rounding=rounding,
            lines=lines,
            terms="Payment within 30 days.",
            language="en-US" if dialect == "onlyoffice" else "",
            **_OWN_FIELDS.get(dialect, {}),
        )
        self._do((0, 0), caller, write_invoice, invoice)

    def _lines(self) -> list[LineContent]:
        goods = _GOODS[self._birth.dialect]
        chosen = self._random.sample(goods, self._random.randint(1, min(4, len(goods))))
        return [self._content(self._cast.items[id]) for id in chosen]

    def _content(self, item: Item) -> LineContent:
        random, dialect = self._random, self._birth.dialect
        price = settle(EXACT.divide(item.price, Decimal(_DOLLARS[self._currency])), currency_digits(self._currency))
        tax1, tax2 = _TAXES[dialect]
        per_unit = dialect == "modulus" and self._chance(25)
        return LineContent(
            item=item.id,
            quantity=Decimal(random.randint(1, 40 if item.price < 50 else 8)),
            unit_price=price,
            discount_percent=Decimal(random.choice((0, 0, 0, 5, 10))) if dialect == "onlyoffice" else Decimal(0),
            discount_per_unit=settle(price.scaleb(-1), currency_digits(self._currency)) if per_unit else Decimal(0),
            tax1=item.tax1 or tax1,
            tax2=2 if dialect == "onlyoffice" and self._chance(15) else tax2,
            description=item.title,
        )

    def _written(self, position: int, content: LineContent) -> InvoiceLine:
        tax1, tax2 = (self._cast.taxes[tax].on_line() if tax else None for tax in (content.tax1, content.tax2))
        return InvoiceLine(
            id=0,
            position=position,
            item=content.item,
            sku=self._cast.items[content.item or 0].sku,
            description=content.description,
            quantity=content.quantity,
            unit_price=content.unit_price,
            discount_percent=content.discount_percent,
            discount_per_unit=content.discount_per_unit,
            tax1=tax1,
            tax2=tax2,
        )

    def _rewrite(self, caller: Caller) -> None:
        contents = self._lines()
        lines = [self._written(position, line) for position, line in enumerate(contents)]
        self._total = totals(lines, (), rounding_of(self._birth.dialect, self._currency)).grand_total
        fields = InvoiceFields(description="Quantities as delivered")
        self._do((1, 3), caller, replace_invoice, ReplaceInvoice(invoice=self._id, fields=fields, lines=contents))

    def _cents(self, least: int, most: int) -> Decimal:
        return Decimal(self._random.randint(least, most)).scaleb(-2)

    # How it ends.

    def _change(self, action: Action, caller: Caller, days: tuple[int, int]) -> None:
        self._do(days, caller, change_status, ChangeStatus(invoice=self._id, action=action))

    def _go_on(self) -> None:
        fate = self._random.randrange(100)
        if fate < 50:
            self._pay(1)
        elif fate < 64:
            self._pay(self._random.randint(2, 3))
        elif fate < 72:
            self._pay(3, left=1)
        elif fate < 80 and self._birth.dialect != "bigcommerce":
            self._refuse()
        elif fate < 86:
            self._change(Action.VOID, self._clerk, (3, 30))
        elif fate < 90:
            self._change(Action.SETTLE, self._cast.user("onlyoffice", "admin"), (10, 40))

    def _pay(self, parts: int, *, left: int = 0) -> None:
        """Pay in parts of about the same size, all but the last `left`."""
        digits = currency_digits(self._currency)
        for amount in split(self._total, [Decimal(1)] * parts, digits)[: parts - left]:
            payer = (
                self._clerk if self._birth.dialect != "bigcommerce" else self._cast.program("bigcommerce", "store sync")
            )
            pending = payer.dialect == "bigcommerce" and self._chance(10)
            values = RecordPayment(
                party=self._party.id,
                currency=self._currency,
                lines=[PaymentLine(self._id, amount)],
                status=PaymentStatus.PROCESSING if pending else PaymentStatus.COMPLETED,
                memo=self._random.choice(_MEMOS).format(self._random.randint(1000, 9999)),
            )
            self._do((5, 35), payer, record_payment, values)

    def _refuse(self) -> None:
        """The customer does not accept it; often it is mended and paid."""
        admin = self._cast.user("onlyoffice", "admin")
        self._change(Action.REJECT, admin, (3, 15))
        if self._birth.sale is None and self._chance(60):
            self._change(Action.REVISE, admin, (1, 4))
            self._rewrite(admin)
            self._change(Action.ISSUE, admin, (1, 3))
            self._pay(1)


_OWN_FIELDS: Mapping[str, Mapping[str, Any]] = {
    "modulus": {"book": 4, "branch": "BR-02", "payment_term": 2, "salesperson": 7},
    "bigcommerce": {"channel": 1},
}
