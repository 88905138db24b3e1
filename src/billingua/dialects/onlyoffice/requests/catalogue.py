"""What clients ask of products and taxes, as commands (contract §7, §8)."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TypeVar

from starlette.requests import Request

from billingua.core import errors
from billingua.core.money import ZERO
from billingua.core.tax import Tax
from billingua.dialects.onlyoffice.errors import ArgumentRefused, ConversionFailed, PriceTooHigh, TaxNameMissing
from billingua.dialects.onlyoffice.listing import Asked, asked, said_in_query
from billingua.dialects.onlyoffice.requests.binding import Values, read_parameters
from billingua.dialects.onlyoffice.vocabulary import LARGEST, LONGEST_TEXT
from billingua.engine.catalogue import CreateTax, ItemContent, ReplaceItem, ReplaceTax, TaxContent
from billingua.engine.catalogue_queries import ItemQuery, ItemSort, has_too_many_words
from billingua.engine.plan import Plan
from billingua.wire.scalars import LARGEST_INTEGER, read_boolean, read_integer, read_number, read_text

T = TypeVar("T")


def record_id(request: Request, name: str = "id") -> int:
    """Read an id that the path names. Refuses with `ArgumentRefused` or `ConversionFailed`."""
    digits = request.path_params[name].lstrip("0")
    if not digits:
        raise ArgumentRefused(name)
    if len(digits) > 10 or int(digits) > LARGEST_INTEGER:
        raise ConversionFailed(name, "overflow")
    return int(digits)


def addressed(plan: Plan[T], missing: type[errors.NotFound]) -> Plan[T]:
    """Run a plan about the record that the path names: that it is not there is not the body's fault."""
    try:
        return (yield from plan)
    except missing as error:
        raise errors.NotFound(error.asked) from None


async def create_tax(request: Request, taxes: Sequence[Tax], body_limit: int) -> CreateTax:
    """Read what a new tax shall say."""
    content = _tax((await read_parameters(request, body_limit)).scalars)
    return CreateTax(content=content, known=[tax.id for tax in taxes])


async def replace_tax(request: Request, body_limit: int) -> ReplaceTax:
    """Read what a tax shall say."""
    id = record_id(request)
    return ReplaceTax(tax=id, content=_tax((await read_parameters(request, body_limit)).scalars))


def _tax(scalars: Values) -> TaxContent:
    name = _text(scalars, "name")
    if not name.strip():
        raise TaxNameMissing
    return TaxContent(name=name, description=_text(scalars, "description"), rate=_amount(scalars, "rate"))


async def create_item(request: Request, body_limit: int) -> ItemContent:
    """Read what a new product shall say."""
    return _item((await read_parameters(request, body_limit)).scalars)


async def replace_item(request: Request, body_limit: int) -> ReplaceItem:
    """Read what a product shall say."""
    id = record_id(request)
    return ReplaceItem(item=id, content=_item((await read_parameters(request, body_limit)).scalars))


async def read_ids(request: Request, name: str, body_limit: int) -> Sequence[int]:
    """Read a list of ids, of which there has to be one."""
    ids = (await read_parameters(request, body_limit)).integers(name)
    if not ids:
        raise ArgumentRefused(name)
    return ids


def _item(scalars: Values) -> ItemContent:
    title = _text(scalars, "title")
    if not title.strip():
        raise ArgumentRefused("title")
    return ItemContent(
        title=title,
        price=_price(scalars),
        sku=_text(scalars, "sku"),
        description=_text(scalars, "description"),
        stock=_amount(scalars, "stockQuantity"),
        track_stock=scalars.read("trackInventory", read_boolean, False),
        tax1=_tax_id(scalars, "invoiceTax1id"),
        tax2=_tax_id(scalars, "invoiceTax2id"),
    )


def _price(scalars: Values) -> Decimal:
    price = scalars.read("price", read_number, ZERO)
    if price <= ZERO:
        raise ArgumentRefused("price")
    if price > LARGEST:
        raise PriceTooHigh
    return price


def _tax_id(scalars: Values, name: str) -> int | None:
    id = scalars.read(name, read_integer, 0)
    if id < 0:
        raise ArgumentRefused(name)
    return id or None


def _text(scalars: Values, name: str) -> str:
    text = scalars.read(name, read_text, "")
    if len(text) > LONGEST_TEXT:
        raise ArgumentRefused(name)
    return text


def _amount(scalars: Values, name: str) -> Decimal:
    amount = scalars.read(name, read_number, ZERO)
    if not -LARGEST <= amount <= LARGEST:
        raise ArgumentRefused(name)
    return amount


_ITEM_SORTS = {
    "name": ItemSort.TITLE,
    "title": ItemSort.TITLE,
    "price": ItemSort.PRICE,
    "quantity": ItemSort.STOCK,
    "sku": ItemSort.SKU,
    "created": ItemSort.CREATED,
    "id": ItemSort.ID,
}


def words_asked(wanted: Asked) -> str | None:
    """Read the words that are looked for; None where there are none. Refuses with `ArgumentRefused` too many."""
    if has_too_many_words(wanted.text):
        raise ArgumentRefused("filterValue")
    return wanted.text.strip() or None


def item_query(request: Request) -> ItemQuery:
    """Read which products are asked for (§7.2)."""
    wanted = asked(request)
    query = said_in_query(request)
    return ItemQuery(
        tracked=Values(query).read("inventoryStock", read_boolean, None),
        text=words_asked(wanted),
        sort=_ITEM_SORTS.get(wanted.sort_by, ItemSort.TITLE),
        descending=wanted.descending,
        offset=wanted.offset,
        limit=wanted.limit,
    )
