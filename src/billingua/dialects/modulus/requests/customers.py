"""Customers and related parties, with their addresses and contacts (contract §7)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from billingua.core.party import Address, AddressCategory
from billingua.dialects.modulus import vocabulary as codes
from billingua.dialects.modulus.errors import Faulty
from billingua.dialects.modulus.places import country_name, is_elsewhere
from billingua.dialects.modulus.requests.bodies import NOBODY, is_blank, read_code
from billingua.dialects.modulus.vocabulary import CONTACT_TYPES, CUSTOMER_TYPES
from billingua.engine.selling import NewCustomer
from billingua.wire.scalars import Invalid, read_currency

_KEPT = ("tax_registration_number", "account_code", "addresses", "contacts")
"""What this dialect alone understands of a customer, kept as it was sent."""

_CATEGORIES = {
    **{category.value: category for category in AddressCategory},
    "shipping": AddressCategory.POSTAL,
    "delivery": AddressCategory.POSTAL,
}
"""What an address is for, by its label; others are taken for billing addresses."""


@dataclass(frozen=True, slots=True)
class PartyCodes:
    """The codes by which a module tells what is missing of a party: in their order, and of its addresses."""

    missing: Mapping[str, int]
    missing_of_address: Mapping[str, int]


CUSTOMER = PartyCodes(
    {
        "code": codes.MISSING_CUSTOMER_CODE,
        "name": codes.MISSING_CUSTOMER_NAME,
        "type": codes.MISSING_CUSTOMER_TYPE,
    },
    {"country_code": codes.MISSING_COUNTRY, "city": codes.MISSING_CITY},
)
RELATED_PARTY = PartyCodes(
    {
        "name": codes.MISSING_RELATED_NAME,
        "type": codes.MISSING_RELATED_TYPE,
        "code": codes.MISSING_RELATED_CODE,
    },
    {
        "label": codes.MISSING_ADDRESS_LABEL,
        "country_code": codes.MISSING_COUNTRY,
        "city": codes.MISSING_CITY,
    },
)
_MISSING_OF_CONTACT = {
    "type": codes.MISSING_CONTACT_TYPE,
    "label": codes.MISSING_CONTACT_LABEL,
    "value": codes.MISSING_CONTACT_VALUE,
}

Unread = Callable[[], NewCustomer | str]
"""A customer of whom nothing is missing, whose content is yet to be read."""


def read_customer(members: Mapping[str, Any]) -> Unread:
    """See that a customer is named, in the current shape or in the older one, by the code alone.

    Refuses with `Faulty`; so does whoever reads on.
    """
    details = members.get("customer_details")
    if not is_blank(details):
        return read_party(_members(details), CUSTOMER)
    if is_blank(members.get("customer_code")):
        raise Faulty(codes.MISSING_CUSTOMER_CODE_ALONE)
    return lambda: read_code(members["customer_code"])


def _members(value: Any) -> Mapping[str, Any]:
    """Take the members of an object; anything else has none."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def read_party(members: Mapping[str, Any], party: PartyCodes) -> Callable[[], NewCustomer]:
    """See that nothing is missing of a party. Refuses with `Faulty`; so does whoever reads on."""
    _check_present([members], party.missing)
    return lambda: _read_content(members, party)


def _check_present(rows: Sequence[Mapping[str, Any]], missing: Mapping[str, int]) -> None:
    for field, code in missing.items():
        if any(is_blank(row.get(field)) for row in rows):
            raise Faulty(code)


def _read_content(members: Mapping[str, Any], party: PartyCodes) -> NewCustomer:
    kind, name, code = members["type"], read_code(members["name"]), read_code(members["code"])
    if not isinstance(kind, str) or kind not in CUSTOMER_TYPES:
        raise Faulty(codes.INVALID_TYPE)
    addresses = _read_rows(members, "addresses", party.missing_of_address)
    contacts = _read_rows(members, "contacts", _MISSING_OF_CONTACT)
    if any(read_code(contact["type"]) not in CONTACT_TYPES for contact in contacts):
        raise Faulty(codes.INVALID_CONTACT_TYPE)
    read = [_read_address(address) for address in addresses]
    currency = _read_currency(members.get("currency"))
    if any(is_elsewhere(read_code(address["city"]), read_code(address["country_code"])) for address in addresses):
        raise Faulty(codes.CITY_ELSEWHERE)
    if not code or not name:
        raise Faulty(codes.INVALID_CUSTOMER)
    return NewCustomer(
        code=code,
        name=name,
        kind=CUSTOMER_TYPES[kind],
        currency=currency,
        price_list=read_code(members.get("price_list_code")) or None,
        addresses=read,
        extras={field: members[field] for field in _KEPT if not is_blank(members.get(field))},
    )


def _read_rows(members: Mapping[str, Any], field: str, missing: Mapping[str, int]) -> Sequence[Mapping[str, Any]]:
    """Read a list of objects that may be left out; what is no object lacks everything."""
    value = members.get(field)
    listed = cast("list[Any]", value if isinstance(value, list) else [] if is_blank(value) else [value])
    rows = [_members(row) for row in listed]
    _check_present(rows, missing)
    return rows


def _read_address(address: Mapping[str, Any]) -> Address:
    country = country_name(read_code(address["country_code"]))
    if country is None:
        raise Faulty(codes.INVALID_COUNTRY)
    return Address(
        id=NOBODY,
        category=_CATEGORIES.get(read_code(address.get("label")).lower(), AddressCategory.BILLING),
        street=_first_of(address, "street", "street1", "address", "address1"),
        street2=_first_of(address, "street2", "address2"),
        city=read_code(address["city"]),
        state=_first_of(address, "state", "region"),
        zip=_first_of(address, "zip", "zip_code", "postal_code"),
        country=country,
    )


def _first_of(members: Mapping[str, Any], *fields: str) -> str:
    return next((text for field in fields if (text := read_code(members.get(field)))), "")


def _read_currency(value: Any) -> str | None:
    try:
        return None if is_blank(value) else read_currency(read_code(value))
    except Invalid:
        raise Faulty(codes.INVALID_CURRENCY) from None
