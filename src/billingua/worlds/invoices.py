"""Invoices of a world file, and how they are written into one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import tzinfo
from decimal import Decimal
from typing import Any
from uuid import UUID

from msgspec import UNSET
from msgspec.structs import asdict

from billingua.core.invoice import Credit, Extras, Invoice, number_key
from billingua.core.lifecycle import Status
from billingua.core.line import Charge, InvoiceLine
from billingua.core.money import EXACT, ZERO, add_up
from billingua.core.order import Order, OrderLine, order_claim
from billingua.core.rounding import STEPWISE, Rounding, en16931
from billingua.core.tax import LineTax, Tax
from billingua.core.totals import totals
from billingua.worlds.assembly import Assembly
from billingua.worlds.document import GivenInvoice, GivenInvoiceLine, GivenLineTax
from billingua.worlds.members import read_attributes, told, write_attributes
from billingua.worlds.moments import write_day, write_moment
from billingua.worlds.problems import below

_ROUNDINGS = {"onlyoffice": STEPWISE}
"""How invoices are rounded that were born where EN 16931 is not followed."""

_SETTLED = frozenset({Status.PAID, Status.VOID})
"""Statuses in which nothing is owed unless somebody says so."""


def rounding_of(dialect: str, currency: str) -> Rounding:
    """Give the rounding rule of invoices that are born in a dialect."""
    return _ROUNDINGS.get(dialect) or en16931(currency)


def read_invoices(
    assembly: Assembly,
    paid: Mapping[int, Decimal],
    pending: Mapping[int, int],
    credited: Mapping[int, tuple[Credit, ...]],
) -> list[Invoice]:
    """Read the invoices, with their lines.

    `paid` is what payments took off each (its id), `pending` how many payments each waits for, and `credited` are
    the live credit notes on it.
    """
    given = assembly.given.invoices
    places = assembly.places("invoices", given)
    lines = [
        (f"{place}.lines[{index}]", line)
        for place, invoice in zip(places, given, strict=True)
        for index, line in enumerate(invoice.lines)
    ]
    line_ids = iter(assembly.ids("invoice line", lines))
    ids = assembly.ids("invoice", zip(places, given, strict=True))
    invoices = [
        _Reader(invoice, place, assembly).read(
            id, line_ids, paid.get(id, ZERO), pending.get(id, 0), credited.get(id, ())
        )
        for invoice, id, place in zip(given, ids, places, strict=True)
    ]
    return [*_with_order_claims(invoices, given)]


def _with_order_claims(invoices: Sequence[Invoice], given: Sequence[GivenInvoice]) -> Iterator[Invoice]:
    """Make the first BigCommerce invoice with an order number that of its order, where the file does not say which."""
    claimed = {claim for invoice in invoices for claim in invoice.claims}
    for invoice, stated in zip(invoices, given, strict=True):
        claim = order_claim(invoice.order_number or "")
        if stated.claims is UNSET and _claims_order(invoice) and claim not in claimed:
            claimed.add(claim)
            yield replace(invoice, claims=(claim,))
        else:
            yield invoice


def _claims_order(invoice: Invoice) -> bool:
    return invoice.origin == "bigcommerce" and bool(invoice.order_number)


class _Reader:
    """Reads one invoice."""

    def __init__(self, given: GivenInvoice, place: str, assembly: Assembly) -> None:
        self._given = given
        self._place = place
        self._assembly = assembly
        self._order = assembly.orders.get(given.order or 0)
        self._supplier = _supplier(given, self._order)

    def read(self, id: int, line_ids: Iterator[int], paid: Decimal, pending: int, notes: tuple[Credit, ...]) -> Invoice:
        """Put the invoice together."""
        given, assembly = self._given, self._assembly
        self._check_references()
        issued_at = assembly.moment(given.issue_date, self._at("issue_date"))
        created_at = assembly.optional_moment(given.created_at, self._at("created_at")) or issued_at
        lines = tuple(self._line(index, line, next(line_ids)) for index, line in enumerate(given.lines))
        charges = tuple(Charge(charge.kind, charge.amount) for charge in given.charges)
        rounding = self._rounding()
        credited = EXACT.subtract(add_up(note.amount for note in notes), given.refund_due)
        original, owed = self._balances(totals(lines, charges, rounding).grand_total, EXACT.add(paid, credited))
        assembly.check_amount(given.refund_due, self._at("refund_due"))
        return Invoice(
            id=id,
            uuid=assembly.uuid("invoice", given.uuid, self._place),
            number=given.number,
            number_scope=self._claimed_scope(),
            status=given.status,
            origin=given.dialect,
            party=given.party,
            consignee=given.consignee,
            supplier=self._supplier,
            order=given.order,
            opportunity=given.opportunity,
            billing_address=given.billing_address,
            delivery_address=given.delivery_address,
            currency=given.currency,
            exchange_rate=given.exchange_rate,
            issued_at=issued_at,
            due_at=assembly.optional_moment(given.due_date, self._at("due_date")),
            voided_at=assembly.optional_moment(given.void_date, self._at("void_date")),
            created_at=created_at,
            created_by=given.created_by,
            updated_at=assembly.optional_moment(given.updated_at, self._at("updated_at")) or created_at,
            original_balance=original,
            open_balance=owed,
            partly_paid=_is_partly_paid(given.status, original, owed)
            if given.partly_paid is None
            else given.partly_paid,
            pending_payments=pending if given.pending_payments is None else given.pending_payments,
            credits=notes,
            refund_due=given.refund_due,
            rounding=rounding,
            lines=lines,
            charges=charges,
            stated_total=given.stated_total,
            purchase_order_number=given.purchase_order_number,
            order_number=given.order_number,
            reference=given.reference,
            terms=given.terms,
            description=given.description,
            language=given.language,
            book=given.book,
            branch=given.branch,
            payment_term=given.payment_term,
            salesperson=given.salesperson,
            channel=given.channel,
            external_id=given.external_id,
            external_party_id=given.external_party_id,
            attributes=read_attributes(given.attributes),
            claims=self._claims(),
            extras=_extras(given),
        )

    def _at(self, key: str) -> str:
        return below(self._place, key)

    def _check_references(self) -> None:
        given, assembly = self._given, self._assembly
        known: dict[str, tuple[str, Any]] = {
            "party": ("party", assembly.parties),
            "consignee": ("party", assembly.parties),
            "order": ("order", assembly.orders),
            "opportunity": ("opportunity", assembly.opportunities),
            "book": ("book", assembly.books),
            "branch": ("branch", assembly.branches),
            "payment_term": ("payment term", assembly.payment_terms),
            "salesperson": ("salesperson", assembly.salespeople),
            "channel": ("channel", assembly.channels),
        }
        for key, (what, table) in known.items():
            assembly.refer(what, getattr(given, key), table, self._at(key))
        assembly.refer("party", self._supplier, assembly.organizations, self._at("supplier"))

    def _line(self, index: int, given: GivenInvoiceLine, id: int) -> InvoiceLine:
        place = below(self._at("lines"), index)
        self._assembly.refer("item", given.item, self._assembly.items, below(place, "item"))
        item = self._assembly.items.get(given.item or 0)
        sku = item.sku if given.sku is UNSET and item else given.sku
        return InvoiceLine(
            id=id,
            position=index if given.position is None else given.position,
            item=given.item,
            sku=None if sku is UNSET else sku,
            unit=given.unit,
            description=given.description,
            quantity=given.quantity,
            unit_price=given.unit_price,
            discount_percent=given.discount_percent,
            discount_per_unit=given.discount_per_unit,
            tax1=self._tax(given.tax1, given.tax1_was, below(place, "tax1")),
            tax2=self._tax(given.tax2, given.tax2_was, below(place, "tax2")),
            order_line=self._order_line(given),
            attributes=read_attributes(given.attributes),
        )

    def _tax(self, id: int | None, was: GivenLineTax | None, place: str) -> LineTax | None:
        if id is not None and was is not None:
            return LineTax(id, was.name, was.rate)
        self._assembly.refer("tax", id, self._assembly.taxes, place)
        tax = self._assembly.taxes.get(id or 0)
        return tax.on_line() if tax else None

    def _order_line(self, given: GivenInvoiceLine) -> UUID | None:
        """Find the order line that is invoiced: where the file does not say, the first one with the same item."""
        if given.order_line is not UNSET:
            return given.order_line
        lines = _candidates(self._order, self._supplier) if given.item is not None else ()
        return next((line.uuid for line in lines if line.item == given.item), None)

    def _rounding(self) -> Rounding:
        given = self._given
        return Rounding(**asdict(given.rounding)) if given.rounding else rounding_of(given.dialect, given.currency)

    def _balances(self, computed: Decimal, paid: Decimal) -> tuple[Decimal, Decimal]:
        """Say what was first owed and what is owed now; a paid or void invoice owes nothing unless it says so."""
        given = self._given
        original = computed if given.original_balance is None else given.original_balance
        owed = ZERO if given.status in _SETTLED else EXACT.subtract(original, paid)
        owed = owed if given.open_balance is None else given.open_balance
        place = self._at("lines" if given.original_balance is None else "original_balance")
        fits = self._assembly.check_amount(original, place)
        # What is wrong with the amount that was owed first is not told again of what follows from it.
        if fits or given.open_balance is not None:
            place = self._at("lines" if given.open_balance is None else "open_balance")
            self._assembly.check_amount(owed, place)
        return original, owed

    def _claimed_scope(self) -> str:
        """Say within what the number is unique, and take the number there."""
        given, scope = self._given, self._given.number_scope
        if scope is None:
            scope = f"{self._order.uuid}/{self._supplier}" if self._order and self._supplier else ""
        number = (scope, number_key(given.number))
        self._assembly.claim("invoice number", number, self._at("number"), f'"{given.number}"')
        return scope

    def _claims(self) -> tuple[str, ...]:
        claims = self._given.claims or ()
        for index, claim in enumerate(claims):
            self._assembly.claim("unique value", claim, below(self._at("claims"), index), f'"{claim}"')
        return tuple(claims)


def _is_partly_paid(status: Status, original: Decimal, owed: Decimal) -> bool:
    return status not in _SETTLED and ZERO < owed < original


def _supplier(given: GivenInvoice, order: Order | None) -> UUID | None:
    """Say who numbers the invoice apart: where the file does not, the one supplier of a Crux order."""
    if given.supplier is not UNSET:
        return given.supplier
    if given.dialect != "crux" or order is None:
        return None
    items = {line.item for line in given.lines}
    involved = [line for line in order.lines if line.item in items] or order.lines
    suppliers = {line.supplier for line in involved}
    return suppliers.pop() if len(suppliers) == 1 else None


def _candidates(order: Order | None, supplier: UUID | None) -> list[OrderLine]:
    lines = order.lines if order else ()
    return [line for line in lines if supplier in {None, line.supplier}]


def _extras(given: GivenInvoice) -> Extras:
    if given.details is None:
        return given.extras
    return {**given.extras, "bigcommerce": {"details": given.details, **given.extras.get("bigcommerce", {})}}


def write_invoice(invoice: Invoice, zone: tzinfo, taxes: Mapping[int, Tax]) -> dict[str, Any]:
    """Write an invoice as it stands in a file; `taxes` are the workspace's taxes as they are now."""
    return {
        "id": invoice.id,
        "uuid": invoice.uuid,
        "number": invoice.number,
        "status": invoice.status,
        "dialect": invoice.origin,
        "party": invoice.party,
        "consignee": invoice.consignee,
        "order": invoice.order,
        "currency": invoice.currency,
        "exchange_rate": invoice.exchange_rate,
        "issue_date": write_day(invoice.issued_at, zone),
        "due_date": invoice.due_at and write_day(invoice.due_at, zone),
        "void_date": invoice.voided_at and write_day(invoice.voided_at, zone),
        "created_at": write_moment(invoice.created_at),
        "purchase_order_number": invoice.purchase_order_number,
        "order_number": invoice.order_number,
        "reference": invoice.reference,
        "terms": invoice.terms,
        "description": invoice.description,
        "language": invoice.language,
        "book": invoice.book,
        "branch": invoice.branch,
        "payment_term": invoice.payment_term,
        "channel": invoice.channel,
        "external_id": invoice.external_id,
        "external_party_id": invoice.external_party_id,
        "attributes": write_attributes(invoice.attributes),
        "details": invoice.extra("bigcommerce").get("details"),
        "lines": [
            _write_line(index, line, invoice.order is not None, taxes) for index, line in enumerate(invoice.lines)
        ],
        "original_balance": invoice.original_balance,
        "open_balance": invoice.open_balance,
        **_write_extensions(invoice),
    }


def _write_extensions(invoice: Invoice) -> dict[str, Any]:
    """Write what the format has no key for, where it says something that reading would not find out."""
    partly_paid = _is_partly_paid(invoice.status, invoice.original_balance, invoice.open_balance)
    written: dict[str, Any] = {}
    if invoice.order is not None or invoice.supplier is not None or invoice.number_scope:
        written = {"number_scope": invoice.number_scope, "supplier": invoice.supplier}
    if invoice.partly_paid is not partly_paid:
        written["partly_paid"] = invoice.partly_paid
    return written | told(
        opportunity=invoice.opportunity,
        billing_address=invoice.billing_address,
        delivery_address=invoice.delivery_address,
        created_by=invoice.created_by,
        updated_at=write_moment(invoice.updated_at) if invoice.updated_at != invoice.created_at else None,
        pending_payments=invoice.pending_payments or None,
        refund_due=invoice.refund_due or None,
        rounding=invoice.rounding if invoice.rounding != rounding_of(invoice.origin, invoice.currency) else None,
        charges=invoice.charges or None,
        stated_total=invoice.stated_total,
        salesperson=invoice.salesperson,
        claims=invoice.claims if invoice.claims or _claims_order(invoice) else None,
        extras=_other_extras(invoice.extras) or None,
    )


_NOT_TOLD = {"bigcommerce": {"details"}, "onlyoffice": {"snapshot", "said", "fileID"}}


def _other_extras(extras: Extras) -> Extras:
    """Give the members that have no key of their own, and do not name a file, which stays where it is."""
    own = {
        dialect: {name: value for name, value in members.items() if name not in _NOT_TOLD.get(dialect, ())}
        for dialect, members in extras.items()
    }
    return {dialect: members for dialect, members in own.items() if members}


def _write_line(index: int, line: InvoiceLine, of_order: bool, taxes: Mapping[int, Tax]) -> dict[str, Any]:
    written: dict[str, Any] = {
        "item": line.item,
        "description": line.description,
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "discount_percent": line.discount_percent,
        "discount_per_unit": line.discount_per_unit,
        "tax1": line.tax1 and line.tax1.tax,
        "tax2": line.tax2 and line.tax2.tax,
        "id": line.id,
        "sku": line.sku,
    }
    if of_order or line.order_line is not None:
        written["order_line"] = line.order_line
    return written | told(
        position=line.position if line.position != index else None,
        unit=line.unit,
        attributes=write_attributes(line.attributes),
        tax1_was=_write_tax(line.tax1, taxes),
        tax2_was=_write_tax(line.tax2, taxes),
    )


def _write_tax(carried: LineTax | None, taxes: Mapping[int, Tax]) -> dict[str, Any] | None:
    """Write what a line remembers of a tax, where the tax is another by now."""
    tax = carried and taxes.get(carried.tax)
    if carried is None or (tax is not None and _same(tax, carried)):
        return None
    return {"name": carried.name, "rate": carried.rate}


def _same(tax: Tax, carried: LineTax) -> bool:
    # 20 and 20.0 are one rate and two texts, and both come back as they were.
    return tax.name == carried.name and str(tax.rate) == str(carried.rate)
