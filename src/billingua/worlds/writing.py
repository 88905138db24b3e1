"""Writing workspaces as a world file, record by record: a large one never stands in memory whole."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO

import msgspec

from billingua.core.workspace import Workspace
from billingua.engine.ports import Store
from billingua.worlds.catalogue import write_item, write_price_list, write_tax
from billingua.worlds.invoices import write_invoice
from billingua.worlds.orders import write_order
from billingua.worlds.payments import write_payment
from billingua.worlds.people import write_credential, write_opportunity, write_party, write_user
from billingua.worlds.workspaces import write_head, write_settings, write_tables

_encoder = msgspec.json.Encoder(decimal_format="number")


def write_worlds(store: Store, workspaces: Sequence[str], file: BinaryIO) -> None:
    """Write workspaces as one world file: one alone as it is, several (or none) as a list."""
    worlds = (_world(store, name) for name in workspaces)
    if len(workspaces) == 1:
        file.writelines(next(worlds))
    else:
        file.write(b'{"workspaces": [\n')
        file.writelines(_joined(worlds))
        file.write(b"\n]}")
    file.write(b"\n")


def _world(store: Store, name: str) -> Iterator[bytes]:
    (found,) = store.aggregates(name, "workspace")
    workspace: Workspace = found.value
    sections = {**_sections(store, workspace), **write_tables(workspace)}
    members = [
        *(_member(key, value) for key, value in write_head(workspace).items()),
        *(_section(key, records) for key, records in sections.items()),
        *(_member(key, value) for key, value in write_settings(workspace).items()),
    ]
    yield b"{\n"
    yield from _joined(members)
    yield b"\n}"


def _sections(store: Store, workspace: Workspace) -> dict[str, Iterable[Any]]:
    """Give each section with its records, which are read as they are written."""

    def all_of(kind: str) -> Iterator[Any]:
        return (record.value for record in store.aggregates(workspace.name, kind))

    taxes = {tax.id: tax for tax in all_of("tax")}
    return {
        "users": map(write_user, all_of("user")),
        "credentials": map(write_credential, all_of("credential")),
        "parties": map(write_party, all_of("party")),
        "opportunities": map(write_opportunity, all_of("opportunity")),
        "taxes": map(write_tax, taxes.values()),
        "items": map(write_item, all_of("item")),
        "price_lists": map(write_price_list, all_of("price_list")),
        "orders": map(write_order, all_of("order")),
        "invoices": (write_invoice(invoice, workspace.zone, taxes) for invoice in all_of("invoice")),
        "payments": map(write_payment, all_of("payment")),
    }


def _joined(parts: Iterable[Iterable[bytes]]) -> Iterator[bytes]:
    separator = b""
    for part in parts:
        yield separator
        yield from part
        separator = b",\n"


def _member(key: str, value: Any) -> Iterator[bytes]:
    yield _encoder.encode(key)
    yield b": "
    yield _encoder.encode(value)


def _section(key: str, records: Iterable[Any]) -> Iterator[bytes]:
    """Write a list with a record on each line."""
    yield _encoder.encode(key)
    yield b": ["
    separator = b"\n"
    for record in records:
        yield separator
        yield _encoder.encode(record)
        separator = b",\n"
    yield b"]"
