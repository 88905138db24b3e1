"""What clients ask of contacts, their addresses and opportunities, as commands (contract §11)."""

from collections.abc import Mapping
from typing import Any, cast

from starlette.requests import Request

from billingua.core.party import AddressCategory, PartyKind
from billingua.dialects.onlyoffice.errors import ArgumentRefused
from billingua.dialects.onlyoffice.listing import asked, said_in_query
from billingua.dialects.onlyoffice.requests.binding import Values, read_parameters
from billingua.dialects.onlyoffice.requests.catalogue import record_id, words_asked
from billingua.dialects.onlyoffice.requests.portal import text
from billingua.dialects.onlyoffice.vocabulary import ADDRESS, ADDRESS_PARTS, CATEGORIES, CURRENCIES
from billingua.engine.catalogue_queries import PartyQuery, PartySort
from billingua.engine.parties import AddAddress, AddParticipant, CreateOpportunity, CreateParty
from billingua.wire.bodies import decode_json
from billingua.wire.errors import BodyUnreadable
from billingua.wire.scalars import Invalid, read_boolean, read_integer, read_text, read_uuid

_MEMBERS = frozenset({*ADDRESS_PARTS, "category", "isprimary"})


async def create_company(request: Request, body_limit: int) -> CreateParty:
    """Read who a new company is."""
    name = text((await read_parameters(request, body_limit)).scalars, "companyName").strip()
    if not name:
        raise ArgumentRefused("companyName")
    return CreateParty(kind=PartyKind.COMPANY, name=name)


async def create_person(request: Request, body_limit: int) -> CreateParty:
    """Read who a new person is: at least one name of theirs."""
    scalars = (await read_parameters(request, body_limit)).scalars
    first, last = text(scalars, "firstName").strip(), text(scalars, "lastName").strip()
    name = " ".join(part for part in (first, last) if part)
    if not name:
        raise ArgumentRefused("firstName")
    return CreateParty(kind=PartyKind.PERSON, name=name, first_name=first, last_name=last)


async def add_address(request: Request, body_limit: int) -> AddAddress:
    """Read an address that is sent as an object (§11.2)."""
    party = record_id(request)
    addresses = (await read_parameters(request, body_limit)).objects("address", _MEMBERS, 1)
    if not addresses:
        raise ArgumentRefused("address")
    return _address(party, addresses[0], addresses[0].read("category", _category, AddressCategory.HOME))


async def add_data(request: Request, body_limit: int) -> AddAddress:
    """Read an address that is sent as a text of JSON; contact data of other kinds is not kept here."""
    party = record_id(request)
    scalars = (await read_parameters(request, body_limit)).scalars
    if scalars.read("infoType", read_text, "").lower() not in {"address", str(ADDRESS)}:
        raise ArgumentRefused("infoType")
    category = scalars.read("category", _category, None)
    if category is None:
        raise ArgumentRefused("category")
    parts = _parts(scalars.read("data", read_text, ""))
    return _address(party, Values(parts, "data."), category, scalars.read("isPrimary", read_boolean, False))


def _parts(data: str) -> Mapping[str, Any]:
    try:
        parts = decode_json(data.encode())
    except BodyUnreadable:
        raise ArgumentRefused("data") from None
    if not isinstance(parts, dict):
        raise ArgumentRefused("data")
    return {name.lower(): part for name, part in cast("dict[str, Any]", parts).items()}


def _address(party: int, values: Values, category: AddressCategory, primary: bool | None = None) -> AddAddress:
    return AddAddress(
        party=party,
        category=category,
        primary=values.read("isPrimary", read_boolean, False) if primary is None else primary,
        **{part: text(values, part) for part in ADDRESS_PARTS},
    )


def _category(value: Any) -> AddressCategory:
    """Read a category: its number, or its name in any case."""
    if isinstance(value, str) and (named := _CATEGORIES_BY_NAME.get(value.strip().lower())):
        return named
    number, categories = read_integer(value), list(CATEGORIES)
    if not 0 <= number < len(categories):
        raise Invalid("integer")
    return categories[number]


_CATEGORIES_BY_NAME = {name.lower(): category for category, name in CATEGORIES.items()}


def party_query(request: Request) -> PartyQuery:
    """Read which contacts are asked for."""
    wanted = asked(request)
    query = said_in_query(request)
    return PartyQuery(
        company={"company": True, "person": False}.get(query.get("contactlistview", "").lower()),
        text=words_asked(wanted),
        sort=PartySort.ID if wanted.sort_by in {"id", "created"} else PartySort.NAME,
        descending=wanted.descending,
        offset=wanted.offset,
        limit=wanted.limit,
    )


async def create_opportunity(request: Request, body_limit: int) -> CreateOpportunity:
    """Read what a new opportunity is called, and who takes part in it (§11.3)."""
    parameters = await read_parameters(request, body_limit)
    scalars = parameters.scalars
    title = text(scalars, "title")
    if not title.strip():
        raise ArgumentRefused("title")
    stage, contact = scalars.read("stageid", read_integer, 0), scalars.read("contactid", read_integer, 0)
    members = parameters.integers("members")
    for name, id in (("stageid", stage), ("contactid", contact), ("members", min(members, default=1) - 1)):
        if id < 0:
            raise ArgumentRefused(name)
    return CreateOpportunity(
        title=title,
        participants=[id for id in (contact, *members) if id],
        responsible=scalars.read("responsibleid", read_uuid, None),
        stage=stage or None,
        currency=_currency(scalars),
    )


def _currency(scalars: Values) -> str | None:
    code = text(scalars, "bidCurrencyAbbr").upper()
    if code and code not in CURRENCIES:
        raise ArgumentRefused("bidCurrencyAbbr")
    return code or None


def add_participant(request: Request) -> AddParticipant:
    """Read who shall take part in what: both stand in the path."""
    return AddParticipant(opportunity=record_id(request), party=record_id(request, "contact"))
