"""Commands on parties, their addresses, and the opportunities that they take part in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from billingua.core import errors
from billingua.core.access import User, may_see, require_administrator
from billingua.core.party import Address, AddressCategory, Opportunity, Party, PartyKind
from billingua.engine.kinds import THE_WORKSPACE, by_party_code, by_username
from billingua.engine.plan import Caller, Decision, Found, Needs, Plan, Step, by_id, by_uuid

# Parties.


@dataclass(frozen=True, slots=True)
class PartyView:
    """A party, and the users, by name, who may see it if it is private."""

    party: Party
    readers: Mapping[str, User]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateParty:
    """Keep a new party that everybody may see."""

    kind: PartyKind
    name: str
    first_name: str | None = None
    last_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddAddress:
    """Give a party an address more. A primary one takes that rank from others of its category."""

    party: int
    category: AddressCategory
    street: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = ""
    primary: bool = False


def create_party(command: CreateParty, caller: Caller, now: datetime) -> Plan[PartyView]:
    """Keep a new party."""
    found = yield Needs(counters=["party"])
    party = Party(
        id=found.new_id("party"),
        uuid=found.new_uuid(),
        kind=command.kind,
        name=command.name,
        first_name=command.first_name,
        last_name=command.last_name,
    )
    return Decision(PartyView(party, {}), saves=[party])


def find_party(id: int, caller: Caller, now: datetime) -> Plan[PartyView]:
    """Show one party. Refuses with `PartyNotFound` or `NotPermitted`."""
    (view,) = yield from _views([(yield from _visible(id, caller))])
    return Decision(view)


def view_parties(parties: Sequence[Party], caller: Caller, now: datetime) -> Plan[Sequence[PartyView]]:
    """Show parties that were listed."""
    return Decision((yield from _views(parties)))


def _views(parties: Sequence[Party]) -> Step[Sequence[PartyView]]:
    """Look up who may see those that are private."""
    keys = {name: by_username(name) for party in parties if party.private for name in party.access}
    found = yield Needs(list(keys.values()))
    readers = {name: user for name, key in keys.items() if (user := found.get(key))}
    return [PartyView(party, readers) for party in parties]


def _visible(id: int, caller: Caller) -> Step[Party]:
    """Find a party that the caller may see."""
    (party,) = yield from _all_visible([id], caller)
    return party


def _all_visible(ids: Iterable[int], caller: Caller) -> Step[Sequence[Party]]:
    """Find parties that the caller may see, each once."""
    keys = {id: by_id(Party, id) for id in ids}
    found = yield Needs(list(keys.values()))
    parties = [found.require(key, errors.PartyNotFound(id)) for id, key in keys.items()]
    if not all(may_see(caller.user, party) for party in parties):
        raise errors.NotPermitted("see the party")
    return parties


def add_address(command: AddAddress, caller: Caller, now: datetime) -> Plan[Address]:
    """Give a party an address. Refuses with `PartyNotFound` or `NotPermitted`."""
    party = yield from _visible(command.party, caller)
    found = yield Needs(counters=["address"])
    address = Address(
        id=found.new_id("address"),
        category=command.category,
        street=command.street,
        city=command.city,
        state=command.state,
        zip=command.zip,
        country=command.country,
        primary=command.primary,
    )
    others = [_beside(other, address) for other in party.addresses]
    return Decision(address, saves=[replace(party, addresses=(*others, address))])


def _beside(other: Address, address: Address) -> Address:
    """Of one category one address is the first."""
    is_demoted = other.primary and address.primary and other.category is address.category
    return replace(other, primary=False) if is_demoted else other


# Parties written whole.


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressContent:
    """What an address shall say; one with an `id` is that address of the party."""

    id: int | None = None
    category: AddressCategory
    street: str = ""
    street2: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = ""
    primary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteParty:
    """Say all that a party shall say, of a new one or, where its id is given, of one that is there."""

    party: int | None = None
    kind: PartyKind
    name: str
    first_name: str | None = None
    last_name: str | None = None
    code: str | None = None
    external_id: str | None = None
    currency: str | None = None
    addresses: Sequence[AddressContent] = ()


def write_party(command: WriteParty, caller: Caller, now: datetime) -> Plan[Party]:
    """Write a party whole; whom it trades with, and who may see it, stays.

    Refuses with `PartyNotFound` or `NotPermitted`, with `ValueTaken` or with `AddressNotFound`.
    """
    known = None if command.party is None else (yield from _visible(command.party, caller))
    yield from _require_free_code(command.code, known)
    found = yield Needs(counters=["party", "address"])
    before = known or Party(id=found.new_id("party"), uuid=found.new_uuid(), name="")
    written = replace(
        before,
        kind=command.kind,
        name=command.name,
        first_name=command.first_name,
        last_name=command.last_name,
        code=command.code,
        external_id=command.external_id,
        currency=command.currency,
        addresses=_write_addresses(command.addresses, before, found),
    )
    return Decision(before if written == before else written, saves=[before if written == before else written])


def _require_free_code(code: str | None, party: Party | None) -> Step[None]:
    """See that no other party has the code: it alone is known by it."""
    if code is None or (party is not None and party.code == code):
        return
    key = by_party_code(code)
    found = yield Needs([key])
    if found.get(key):
        raise errors.ValueTaken("code")


def _write_addresses(contents: Sequence[AddressContent], party: Party, found: Found) -> tuple[Address, ...]:
    ids = {address.id for address in party.addresses}
    for content in contents:
        if content.id is not None and content.id not in ids:
            raise errors.AddressNotFound(content.id)
    return tuple(
        Address(
            id=found.new_id("address") if content.id is None else content.id,
            category=content.category,
            street=content.street,
            street2=content.street2,
            city=content.city,
            state=content.state,
            zip=content.zip,
            country=content.country,
            primary=content.primary,
        )
        for content in contents
    )


@dataclass(frozen=True, slots=True)
class DeleteParty:
    """Delete a party to which so many other records refer, as far as the caller can tell."""

    party: int
    uses: int


def delete_party(command: DeleteParty, caller: Caller, now: datetime) -> Plan[Party]:
    """Delete a party to which nothing refers. Refuses with `NotPermitted`, `PartyNotFound` or `InUse`."""
    require_administrator(caller.user)
    gone = yield from _visible(command.party, caller)
    if command.uses:
        raise errors.InUse(command.party, command.uses)
    return Decision(gone, deletes=[gone])


# Opportunities.


@dataclass(frozen=True, slots=True)
class OpportunityView:
    """An opportunity with whom it names, as far as they are there, and the users who may see private ones."""

    opportunity: Opportunity
    responsible: User | None
    participants: Sequence[PartyView]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateOpportunity:
    """Keep a new opportunity; `responsible` is a user's UUID, `stage` one of those the dialect is set to."""

    title: str
    participants: Sequence[int] = ()
    responsible: UUID | None = None
    stage: int | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddParticipant:
    """Let a party take part in an opportunity."""

    opportunity: int
    party: int


def create_opportunity(command: CreateOpportunity, caller: Caller, now: datetime) -> Plan[OpportunityView]:
    """Keep a new opportunity.

    Refuses with `UserNotFound`, `StageNotFound`; `PartyNotFound` or `NotPermitted` for whoever takes part.
    """
    responsible = yield from _responsible(command)
    yield from _check_stage(command.stage, caller)
    participants = yield from _all_visible(command.participants, caller)
    found = yield Needs(counters=["opportunity"])
    opportunity = Opportunity(
        id=found.new_id("opportunity"),
        uuid=found.new_uuid(),
        title=command.title,
        participants=tuple(party.id for party in participants),
        responsible=responsible and responsible.username,
        stage=command.stage,
        currency=command.currency,
    )
    views = yield from _views(participants)
    return Decision(OpportunityView(opportunity, responsible, views), saves=[opportunity])


def _responsible(command: CreateOpportunity) -> Step[User | None]:
    if command.responsible is None:
        return None
    key = by_uuid(User, command.responsible)
    found = yield Needs([key])
    return found.require(key, errors.UserNotFound(command.responsible))


def _check_stage(stage: int | None, caller: Caller) -> Step[None]:
    if stage is None:
        return
    found = yield Needs([THE_WORKSPACE])
    workspace = found.require(THE_WORKSPACE, errors.NotFound("workspace"))
    if not any(one["id"] == stage for one in workspace.setting(caller.dialect, "opportunity_stages", ())):
        raise errors.StageNotFound(stage)


def add_participant(command: AddParticipant, caller: Caller, now: datetime) -> Plan[PartyView]:
    """Let a party take part; one that does already goes on doing so.

    Refuses with `OpportunityNotFound`, `PartyNotFound` or `NotPermitted`.
    """
    key = by_id(Opportunity, command.opportunity)
    found = yield Needs([key, by_id(Party, command.party)])
    opportunity = found.require(key, errors.OpportunityNotFound(command.opportunity))
    party = yield from _visible(command.party, caller)
    participants = tuple(dict.fromkeys((*opportunity.participants, party.id)))
    is_new = participants != opportunity.participants
    (view,) = yield from _views([party])
    return Decision(view, saves=[replace(opportunity, participants=participants)] if is_new else [])
