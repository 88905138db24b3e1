"""What clients of our own API ask to be done with parties, items and taxes, as commands to the ledger."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from billingua.core import errors
from billingua.core.access import may_see
from billingua.core.item import Item
from billingua.core.party import Party
from billingua.core.tax import Tax
from billingua.dialects.native.requests import bodies
from billingua.dialects.native.requests.reading import check_currency
from billingua.engine import catalogue, parties
from billingua.engine.plan import Caller, Decision, Key, Needs, Plan, Record, Step

T = TypeVar("T")
B = TypeVar("B")

_EXACT = 12
"""Decimals that are kept: all that a body may have."""


@dataclass(frozen=True, slots=True)
class Rewrite(Generic[T, B]):
    """Say what a record shall say: `content` gives that from what it says now."""

    key: Key[T]
    content: Callable[[B], B]


def _record(key: Key[T], missing: type[errors.NotFound]) -> Step[Record[T]]:
    found = yield Needs([key])
    record = found.record(key)
    if record is None:
        raise missing(key.value)
    return record


def _saved(record: Record[T], value: T) -> Record[T]:
    """Give a record as it is once a value is saved over it; one that is the same is not saved."""
    return record if value == record.value else Record(value, record.version + 1, b"")


# Parties.


def find_party(key: Key[Party], caller: Caller, now: datetime) -> Plan[Record[Party]]:
    """Show a party. Refuses with `PartyNotFound` or `NotPermitted`."""
    record = yield from _record(key, errors.PartyNotFound)
    if not may_see(caller.user, record.value):
        raise errors.NotPermitted("see the party")
    return Decision(record)


def create_party(content: bodies.PartyContent, caller: Caller, now: datetime) -> Plan[Record[Party]]:
    """Keep a new party. Refuses as the ledger's `write_party`."""
    decision = yield from parties.write_party(_party(content, None), caller, now)
    return _answering(decision, Record(decision.answer, 1, b""))


def rewrite_party(command: Rewrite[Party, bodies.PartyContent], caller: Caller, now: datetime) -> Plan[Record[Party]]:
    """Write a party anew. Refuses as the ledger's `write_party`."""
    record = (yield from find_party(command.key, caller, now)).answer
    content = command.content(party_content(record.value))
    decision = yield from parties.write_party(_party(content, record.value.id), caller, now)
    return _answering(decision, _saved(record, decision.answer))


@dataclass(frozen=True, slots=True)
class DeleteParty:
    """Delete a party to which so many invoices, orders and the like refer."""

    key: Key[Party]
    uses: int


def delete_party(command: DeleteParty, caller: Caller, now: datetime) -> Plan[Record[Party]]:
    """Delete a party. Refuses as the ledger's `delete_party`."""
    record = yield from _record(command.key, errors.PartyNotFound)
    decision = yield from parties.delete_party(parties.DeleteParty(record.value.id, command.uses), caller, now)
    return _answering(decision, record)


def party_content(party: Party) -> bodies.PartyContent:
    """Give what a party says, as it would be written."""
    return bodies.PartyContent(
        name=party.name,
        kind=party.kind,
        first_name=party.first_name,
        last_name=party.last_name,
        code=party.code,
        external_id=party.external_id,
        currency=party.currency,
        addresses=[
            bodies.AddressContent(
                id=one.id,
                category=one.category,
                street=one.street,
                street2=one.street2,
                city=one.city,
                state=one.state,
                zip=one.zip,
                country=one.country,
                primary=one.primary,
            )
            for one in party.addresses
        ],
    )


def _party(content: bodies.PartyContent, id: int | None) -> parties.WriteParty:
    check_currency(content.currency)
    said: dict[str, Any] = {**msgspec.structs.asdict(content), "addresses": _addresses(content.addresses)}
    return parties.WriteParty(party=id, **said)


def _addresses(contents: Sequence[bodies.AddressContent]) -> list[parties.AddressContent]:
    return [parties.AddressContent(**msgspec.structs.asdict(content)) for content in contents]


# Items.


def find_item(key: Key[Item], caller: Caller, now: datetime) -> Plan[Record[Item]]:
    """Show an item. Refuses with `ItemNotFound`."""
    return Decision((yield from _record(key, errors.ItemNotFound)))


def create_item(content: bodies.ItemContent, caller: Caller, now: datetime) -> Plan[Record[Item]]:
    """Keep a new item. Refuses as the ledger's `create_item`."""
    decision = yield from catalogue.create_item(_item(content), caller, now)
    return _answering(decision, Record(decision.answer.item, 1, b""))


def rewrite_item(command: Rewrite[Item, bodies.ItemContent], caller: Caller, now: datetime) -> Plan[Record[Item]]:
    """Write an item anew. Refuses as the ledger's `replace_item`."""
    record = yield from _record(command.key, errors.ItemNotFound)
    content = _item(command.content(_item_content(record.value)))
    decision = yield from catalogue.replace_item(
        catalogue.ReplaceItem(item=record.value.id, content=content), caller, now
    )
    return _answering(decision, _saved(record, decision.answer.item))


def delete_item(key: Key[Item], caller: Caller, now: datetime) -> Plan[Record[Item]]:
    """Delete an item. Refuses as the ledger's `delete_item`."""
    record = yield from _record(key, errors.ItemNotFound)
    return _answering((yield from catalogue.delete_item(record.value.id, caller, now)), record)


def _item_content(item: Item) -> bodies.ItemContent:
    return bodies.ItemContent(
        title=item.title,
        sku=item.sku,
        description=item.description,
        price=item.price,
        stock=item.stock,
        track_stock=item.track_stock,
        tax_ids=[tax for tax in (item.tax1, item.tax2) if tax is not None],
    )


def _item(content: bodies.ItemContent) -> catalogue.ItemContent:
    tax1, tax2 = (*content.tax_ids, None, None)[:2]
    said = {name: value for name, value in msgspec.structs.asdict(content).items() if name != "tax_ids"}
    return catalogue.ItemContent(**said, tax1=tax1, tax2=tax2, places=_EXACT)


# Taxes.


@dataclass(frozen=True, slots=True)
class CreateTax:
    """Keep a new tax beside those that are known, by their ids."""

    content: bodies.TaxContent
    known: Sequence[int]


def find_tax(key: Key[Tax], caller: Caller, now: datetime) -> Plan[Record[Tax]]:
    """Show a tax. Refuses with `TaxNotFound`."""
    return Decision((yield from _record(key, errors.TaxNotFound)))


def create_tax(command: CreateTax, caller: Caller, now: datetime) -> Plan[Record[Tax]]:
    """Keep a new tax. Refuses as the ledger's `create_tax`."""
    creating = catalogue.CreateTax(content=_tax(command.content), known=command.known)
    decision = yield from catalogue.create_tax(creating, caller, now)
    return _answering(decision, Record(decision.answer.tax, 1, b""))


def rewrite_tax(command: Rewrite[Tax, bodies.TaxContent], caller: Caller, now: datetime) -> Plan[Record[Tax]]:
    """Write a tax anew; lines keep the name and rate that they were written with. Refuses as `replace_tax`."""
    record = yield from _record(command.key, errors.TaxNotFound)
    said = bodies.TaxContent(name=record.value.name, description=record.value.description, rate=record.value.rate)
    content = _tax(command.content(said))
    decision = yield from catalogue.replace_tax(catalogue.ReplaceTax(tax=record.value.id, content=content), caller, now)
    return _answering(decision, _saved(record, decision.answer.tax))


def delete_tax(key: Key[Tax], caller: Caller, now: datetime) -> Plan[Record[Tax]]:
    """Delete a tax. Refuses as the ledger's `delete_tax`."""
    record = yield from _record(key, errors.TaxNotFound)
    return _answering((yield from catalogue.delete_tax(record.value.id, caller, now)), record)


def _tax(content: bodies.TaxContent) -> catalogue.TaxContent:
    return catalogue.TaxContent(name=content.name, description=content.description, rate=content.rate, places=_EXACT)


def _answering(decision: Decision[Any], answer: T) -> Decision[T]:
    return Decision(
        answer, saves=decision.saves, events=decision.events, files=decision.files, deletes=decision.deletes
    )
