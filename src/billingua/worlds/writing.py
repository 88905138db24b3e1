"""Writing workspaces as a world file, record by record: a large one never stands in memory whole."""

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Mapping, Sequence
from typing import Any, BinaryIO

import msgspec

from billingua.core.invoice import Invoice
from billingua.core.tax import Tax
from billingua.core.workspace import Workspace
from billingua.engine.ports import Store
from billingua.worlds.cash import write_cash_entry
from billingua.worlds.catalogue import write_item, write_price_list, write_tax
from billingua.worlds.credits import write_given_credit_note
from billingua.worlds.invoices import write_invoice
from billingua.worlds.orders import write_order
from billingua.worlds.payments import write_given_receipt, write_payment
from billingua.worlds.people import write_credential, write_opportunity, write_party, write_user
from billingua.worlds.workspaces import write_head, write_settings, write_tables

_encoder = msgspec.json.Encoder(decimal_format="number")


async def write_worlds(store: Store, workspaces: Sequence[str], file: BinaryIO) -> None:
    """Write workspaces as one world file: one alone as it is, several (or none) as a list."""
    worlds = [_world(store, name) for name in workspaces]
    async for part in worlds[0] if len(worlds) == 1 else _list(worlds):
        file.write(part)
    file.write(b"\n")


async def _list(worlds: Iterable[AsyncIterable[bytes]]) -> AsyncIterator[bytes]:
    yield b'{"workspaces": [\n'
    async for part in _joined(worlds):
        yield part
    yield b"\n]}"


async def _world(store: Store, name: str) -> AsyncIterator[bytes]:
    (workspace,) = [record.value async for record in store.aggregates(name, "workspace")]
    taxes = {record.value.id: record.value async for record in store.aggregates(name, "tax")}
    members = [
        *(_member(key, value) for key, value in write_head(workspace).items()),
        *(
            _section(key, _written(store, name, kind, write))
            for key, (kind, write) in _writers(workspace, taxes).items()
        ),
        *(_section(key, _each(rows)) for key, rows in write_tables(workspace).items()),
        *(_member(key, value) for key, value in write_settings(workspace).items()),
    ]
    yield b"{\n"
    async for part in _joined(members):
        yield part
    yield b"\n}"


def _writers(workspace: Workspace, taxes: Mapping[int, Tax]) -> dict[str, tuple[str, Callable[[Any], Any]]]:
    """Say of each section which kind its records are, and how they are written."""

    def write_an_invoice(invoice: Invoice) -> Any:
        return write_invoice(invoice, workspace.zone, taxes)

    return {
        "users": ("user", write_user),
        "credentials": ("credential", write_credential),
        "parties": ("party", write_party),
        "opportunities": ("opportunity", write_opportunity),
        "taxes": ("tax", write_tax),
        "items": ("item", write_item),
        "price_lists": ("price_list", write_price_list),
        "orders": ("order", write_order),
        "invoices": ("invoice", write_an_invoice),
        "payments": ("payment", write_payment),
        "cash_entries": ("cash_entry", write_cash_entry),
        "receipts": ("receipt", write_given_receipt),
        "credit_notes": ("credit_note", write_given_credit_note),
    }


async def _written(store: Store, workspace: str, kind: str, write: Callable[[Any], Any]) -> AsyncIterator[Any]:
    """Read the records of a kind as they are written."""
    async for record in store.aggregates(workspace, kind):
        yield write(record.value)


async def _each(rows: Iterable[Any]) -> AsyncIterator[Any]:
    for row in rows:
        yield row


async def _joined(parts: Iterable[AsyncIterable[bytes]]) -> AsyncIterator[bytes]:
    separator = b""
    for part in parts:
        yield separator
        async for piece in part:
            yield piece
        separator = b",\n"


async def _member(key: str, value: Any) -> AsyncIterator[bytes]:
    yield _encoder.encode(key) + b": " + _encoder.encode(value)


async def _section(key: str, records: AsyncIterable[Any]) -> AsyncIterator[bytes]:
    """Write a list with a record on each line."""
    yield _encoder.encode(key) + b": ["
    separator = b"\n"
    async for record in records:
        yield separator + _encoder.encode(record)
        separator = b",\n"
    yield b"]"
