"""The `details` of an invoice in a body (contract §3.2)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from billingua.core.money import ZERO
from billingua.dialects.bigcommerce.errors import BodyInvalid
from billingua.dialects.bigcommerce.requests.members import exact, instant, texts
from billingua.engine.content import LineContent
from billingua.wire.members import MOST_PROBLEMS, ListOf, ObjectOf, Reader, read_object
from billingua.wire.scalars import Invalid, read_anything, read_text, timestamp


def lines(details: Mapping[str, Any], currency: str) -> list[LineContent]:
    """Give the ledger's lines that the details list; one priced in another currency is none of an invoice's."""
    return [
        LineContent(
            sku=item["sku"],
            quantity=exact(item["quantity"] or "0"),
            unit_price=exact(item["unitPrice"]["value"]),
            discount_per_unit=exact(item["unitDiscount"]["value"]) if "unitDiscount" in item else ZERO,
            description=item.get("description", ""),
        )
        for item in _items(details)
        if item["unitPrice"]["code"] == currency
    ]


def _items(details: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return details.get("details", {}).get("lineItems", [])


def unexplained(body: Any) -> frozenset[str]:
    """Name the skus that the details of a body list without a description; details that cannot be read list none."""
    try:
        details = DETAILS(read_object(body).get("details", {}))
    except Invalid:
        return frozenset()
    return frozenset(item["sku"] for _, item in _unexplained(details))


def require_descriptions(details: Mapping[str, Any], catalogue: frozenset[str]) -> None:
    """See that what is in no catalogue is described (§3.2); skus are compared whatever the case."""
    known = {sku.casefold() for sku in catalogue}
    places = [place for place, item in _unexplained(details) if item["sku"].casefold() not in known]
    if places:
        raise BodyInvalid(
            [
                (("details", "details", "lineItems", place, "description"), "required")
                for place in places[:MOST_PROBLEMS]
            ]
        )


def _unexplained(details: Mapping[str, Any]) -> Iterable[tuple[int, Mapping[str, Any]]]:
    return ((place, item) for place, item in enumerate(_items(details)) if "description" not in item)


def _seconds(value: Any) -> int:
    return timestamp(instant(value))


def _amount_text(value: Any) -> str:
    """Read an amount inside the details, kept with the digits that it was sent with (§1.8)."""
    exact(value)
    return read_text(value)


def _quantity(value: Any) -> str:
    """Read a quantity, which may be empty as every text inside the details may (A20)."""
    return value if value == "" else _amount_text(value)


def _custom_fields(value: Any) -> Any:
    """Read fields of the client's own: an object, or the text that the update schema has (A20)."""
    return read_text(value) if isinstance(value, str) else _object(value)


def _object(value: Any) -> Any:
    """Read an object with members of the client's own, kept as they are."""
    return read_anything(read_object(value))


def _part(members: Mapping[str, Reader], required: Sequence[str] = ()) -> ObjectOf:
    """Read a part of the details: what is not documented is kept as it was sent (§3.2)."""
    return ObjectOf(members, required, keeps_others=True)


_MONEY = _part({"code": read_text, "value": _amount_text}, required=("code", "value"))
_COST_LINE = _part({"amount": _MONEY, "description": read_text}, required=("amount", "description"))
_ADDRESS_LINES = texts("city", "state", "country", "street1", "street2", "zipCode", "lastName", "firstName")
_ADDRESS = _part({**_ADDRESS_LINES, "customFields": _custom_fields}, required=tuple(_ADDRESS_LINES))
_SHIPMENT_LINES = texts("addressIndex", "shipDate", "shipVia", "trackingNumber", "comments")
_SHIPMENT = _part({**_SHIPMENT_LINES, "customFields": _custom_fields}, required=tuple(_SHIPMENT_LINES))
_LINE_ITEM = _part(
    {
        **texts("sku", "type", "comments", "description"),
        "quantity": _quantity,
        "unitPrice": _MONEY,
        "unitDiscount": _MONEY,
        "customFields": _custom_fields,
    },
    required=("sku", "quantity", "unitPrice"),
)
_HEADER = _part(
    {
        "costLines": ListOf(_COST_LINE),
        "orderDate": _seconds,
        "billingAddress": _ADDRESS,
        "customerFields": _object,
        "shippingAddresses": ListOf(_ADDRESS),
    }
)
DETAILS = _part(
    {
        "type": read_text,
        "header": _HEADER,
        "details": _part({"shipments": ListOf(_SHIPMENT), "lineItems": ListOf(_LINE_ITEM)}),
    }
)
