"""An invoice as its buyer reads it on paper (contract §4.7): what its details say, and what is owed.

Who imports this loads the press.
"""

from base64 import b64decode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from billingua.core.lifecycle import Status
from billingua.core.money import EXACT, ZERO, currency_digits, settle
from billingua.core.party import Address, AddressCategory
from billingua.core.party import Party as Buyer
from billingua.core.workspace import Workspace
from billingua.dialects.bigcommerce.responses.invoices import FoundInvoice, invoice
from billingua.dialects.bigcommerce.vocabulary import InvoiceStatus
from billingua.documents import Fact, InvoiceDocument, Label, Line, LogoRefused, Party, Stamp, Sum, require_logo
from billingua.wire.scalars import Invalid, read_amount

_STAMPS = {Status.DRAFT: Stamp.DRAFT, Status.VOID: Stamp.VOID, Status.REJECTED: Stamp.REJECTED}
_ADDRESS = (("street1",), ("street2",), ("city", "state", "zipCode"), ("country",))
"""The lines of an address, each with its members."""

Members = Mapping[str, Any]


def invoice_document(found: FoundInvoice, workspace: Workspace) -> InvoiceDocument:
    """Put down what is printed of an invoice; the same invoice is always the same document."""
    it = found.view.invoice
    shown = invoice(found, workspace)
    details = _members(shown.get("details"))
    header, inner = _members(details.get("header")), _members(details.get("details"))
    return InvoiceDocument(
        language=it.language or workspace.culture,
        currency=it.currency,
        title=Label.INVOICE if shown["type"].startswith("Invoice") else shown["type"],
        number=it.number,
        made_at=it.created_at,
        stamp=_STAMPS.get(it.status) or (Stamp.PAID if shown["status"] == InvoiceStatus.COMPLETED else None),
        seller=_seller(workspace, shown["channelName"]),
        logo=_logo(workspace),
        facts=tuple(_facts(shown, it.issued_at, it.due_at, workspace)),
        customer=_customer(shown["customerName"], _members(header.get("billingAddress")), found.view.party),
        consignee=_consignee(header),
        lines=tuple(_line(_members(item), it.currency) for item in _items(inner.get("lineItems"))),
        sums=tuple(_sums(header, it.currency)),
        total=Sum(Label.TOTAL, settle(it.original_balance, 4)),
        balance=tuple(_balance(settle(it.original_balance, 4), settle(it.open_balance, 4))),
        terms=it.terms or "",
    )


def _members(value: Any) -> Members:
    """Give an object; details of a world file may be odd, and what is no object says nothing."""
    return cast("Members", value) if isinstance(value, dict) else {}


def _items(value: Any) -> Sequence[Any]:
    return cast("Sequence[Any]", value) if isinstance(value, list | tuple) else ()


def _seller(workspace: Workspace, channel: str | None) -> Party:
    """Name the seller: as the workspace calls itself anywhere, or by its channel, or by its own name."""
    said = _said(workspace, "company_name")
    if not said:
        return Party(name=channel or workspace.name)
    address = _members(said.get("company_address"))
    parts = (("street",), ("city", "state", "zip"), ("country",))
    return Party(
        name=said["company_name"], address=_address([[address.get(name, "") for name in one] for one in parts])
    )


def _said(workspace: Workspace, name: str) -> Members:
    """Give the settings, of whichever dialect, that say something of this name."""
    for settings in workspace.settings.values():
        if settings.get(name):
            return settings
    return {}


def _logo(workspace: Workspace) -> bytes | None:
    """Give the seller's logo, which is kept in base64; one that cannot be printed is left out."""
    try:
        content = b64decode(_said(workspace, "company_logo").get("company_logo", ""), validate=True)
        require_logo(content)
    except (ValueError, LogoRefused):
        return None
    return content


def _facts(shown: Members, issued_at: datetime, due_at: datetime | None, workspace: Workspace) -> Iterable[Fact]:
    yield Fact(Label.INVOICE_DATE, _day(issued_at, workspace))
    if due_at is not None:
        yield Fact(Label.DUE_DATE, _day(due_at, workspace))
    for label, name in ((Label.PO_NUMBER, "purchaseOrderNumber"), (Label.ORDER_NUMBER, "orderNumber")):
        if shown[name]:
            yield Fact(label, shown[name])


def _day(moment: datetime, workspace: Workspace) -> date:
    return moment.astimezone(workspace.zone).date()


def _customer(name: str, address: Members, buyer: Buyer | None) -> Party:
    """Name the company that is billed, with the address of the details, or else with its own for bills."""
    if address:
        return Party(label=Label.BILL_TO, name=name, address=_postal(address))
    known = [one for one in buyer.addresses if one.category is AddressCategory.BILLING] if buyer else []
    own = next((one for one in known if one.primary), known[0] if known else None)
    return Party(label=Label.BILL_TO, name=name, address=_own_address(own) if own else "")


def _own_address(own: Address) -> str:
    return _address([[own.street], [own.street2], [own.city, own.state, own.zip], [own.country]])


def _consignee(header: Members) -> Party | None:
    """Say where the goods go, if that is not where the bill goes."""
    addresses = [_members(one) for one in _items(header.get("shippingAddresses"))]
    if not addresses or addresses[0] == _members(header.get("billingAddress")):
        return None
    return Party(label=Label.SHIP_TO, name=_person(addresses[0]), address=_postal(addresses[0], named=False))


def _postal(address: Members, *, named: bool = True) -> str:
    """Write an address of the details, beneath who is there."""
    lines = [[address.get(part, "") for part in parts] for parts in _ADDRESS]
    return _address([[_person(address)] if named else [], *lines])


def _person(address: Members) -> str:
    return " ".join(filter(None, (str(address.get(name, "")) for name in ("firstName", "lastName"))))


def _address(lines: Iterable[Iterable[Any]]) -> str:
    """Put an address's parts into lines, without the blank ones."""
    written = (" ".join(str(part).strip() for part in parts if str(part or "").strip()) for parts in lines)
    return "\n".join(filter(None, written))


def _line(item: Members, currency: str) -> Line:
    """Put down a line item; one in another currency than the invoice's has its price beside its text, and no amount."""
    price, quantity = _members(item.get("unitPrice")), _amount(item.get("quantity"))
    name, sku = str(item.get("description") or ""), str(item.get("sku") or "")
    line = Line(name=name or sku, sku=sku if name else "", quantity=quantity, amount=None)
    if price.get("code") != currency:
        return replace(line, description=" ".join(str(price.get(part, "")) for part in ("value", "code")).strip())
    amount, discount = _amount(price.get("value")), _amount(_members(item.get("unitDiscount")).get("value")) or ZERO
    net = EXACT.multiply(quantity or ZERO, EXACT.subtract(amount or ZERO, discount))
    return replace(
        line,
        description=str(item.get("comments") or ""),
        price=amount,
        discount=_share(discount, amount),
        amount=settle(net, currency_digits(currency)),
    )


def _share(discount: Decimal, price: Decimal | None) -> Decimal | None:
    """Say a discount in per cent, as paper has it."""
    return settle(EXACT.divide(EXACT.scaleb(discount, 2), price), 2) if discount and price else None


def _amount(value: Any) -> Decimal | None:
    try:
        return EXACT.normalize(read_amount(value, 12))
    except Invalid:
        return None


def _sums(header: Members, currency: str) -> Iterable[Sum]:
    """List the cost lines that are in the invoice's currency; of one, that is all that it comes to."""
    for line in map(_members, _items(header.get("costLines"))):
        money = _members(line.get("amount"))
        amount = _amount(money.get("value"))
        if amount is not None and money.get("code") == currency:
            yield Sum(str(line.get("description", "")), amount)


def _balance(original: Decimal, owed: Decimal) -> Iterable[Sum]:
    """Say what was paid, if anything was, and what is due."""
    paid = EXACT.subtract(original, owed)
    if paid:
        yield Sum(Label.PAID, EXACT.minus(paid))
    yield Sum(Label.AMOUNT_DUE, owed)
