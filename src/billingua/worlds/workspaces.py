"""A workspace of a world file: its own tables and settings, and the order in which all of it is read."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from billingua.core.numbering import Book
from billingua.core.workspace import Branch, CashAccount, Channel, PaymentTerm, Salesperson, Workspace
from billingua.engine.credentials import hash_secret
from billingua.engine.planting import Plant
from billingua.worlds.assembly import Assembly, Claims
from billingua.worlds.cash import read_cash_entries
from billingua.worlds.catalogue import read_items, read_price_lists, read_taxes
from billingua.worlds.credits import check_credits, credits_by_invoice, read_credit_notes
from billingua.worlds.document import GivenWorld
from billingua.worlds.invoices import read_invoices
from billingua.worlds.orders import invoiced_by_line, read_orders, with_invoiced
from billingua.worlds.payments import paid_by_invoice, pending_by_invoice, read_payments, read_receipts
from billingua.worlds.people import read_credentials, read_opportunities, read_parties, read_users
from billingua.worlds.problems import below

DIALECT_SECTIONS = ("crux", "onlyoffice", "modulus", "bigcommerce")
"""The sections that say what a dialect is set to."""


def assemble(given: GivenWorld, place: str, claims: Claims, now: datetime, new_uuid: Callable[[], UUID]) -> Plant:
    """Put a workspace together, with all it begins with; what is wrong with it is told to `claims`."""
    assembly = Assembly(given, place, claims, now, new_uuid)
    workspace, price_lists = _read_workspace(assembly), read_price_lists(assembly)
    taxes = assembly.learn_taxes(read_taxes(assembly))
    parties = assembly.learn_parties(read_parties(assembly))
    users, credentials = read_users(assembly), read_credentials(assembly)
    opportunities = assembly.learn_opportunities(read_opportunities(assembly))
    items = assembly.learn_items(read_items(assembly))
    cash = read_cash_entries(assembly)
    orders = assembly.learn_orders(read_orders(assembly))
    notes = read_credit_notes(assembly)
    paid, pending = paid_by_invoice(given.payments), pending_by_invoice(given.payments)
    invoices = read_invoices(assembly, paid, pending, credits_by_invoice(notes))
    check_credits(assembly, notes, invoices)
    numbers = {invoice.id: invoice.number for invoice in invoices}
    payments = read_payments(assembly, numbers)
    receipts = read_receipts(assembly, payments, numbers)
    invoiced = invoiced_by_line(invoices)
    orders = [with_invoiced(order, stated, invoiced) for order, stated in zip(orders, given.orders, strict=True)]
    sections = (users, credentials, parties, opportunities, taxes, items, price_lists, cash, orders)
    return Plant(workspace, [one for section in (*sections, invoices, notes, payments, receipts) for one in section])


def _read_workspace(assembly: Assembly) -> Workspace:
    given = assembly.given
    return Workspace(
        uuid=assembly.uuid("workspace", given.uuid, assembly.place),
        name=given.workspace,
        currency=given.currency,
        time_zone=given.time_zone,
        culture=given.culture,
        branches=_read_branches(assembly),
        books=_read_books(assembly),
        payment_terms=_read_payment_terms(assembly),
        salespeople=_read_salespeople(assembly),
        cash_accounts=_read_cash_accounts(assembly),
        balances_by_hand=given.balances_by_hand,
        channels=tuple(Channel(id=one.id, name=one.name) for one in assembly.given.bigcommerce.channels),
        settings=_read_settings(assembly),
    )


def _read_branches(assembly: Assembly) -> tuple[Branch, ...]:
    given = assembly.given.branches
    for place, branch in zip(assembly.places("branches", given), given, strict=True):
        assembly.claim("branch", branch.code, below(place, "code"), f'"{branch.code}"')
        assembly.refer("price list", branch.price_list, assembly.price_lists, below(place, "price_list"))
    return tuple(Branch(code=branch.code, active=branch.active, price_list=branch.price_list) for branch in given)


def _read_books(assembly: Assembly) -> tuple[Book, ...]:
    given = assembly.given.books
    ids = assembly.ids("book", zip(assembly.places("books", given), given, strict=True))
    assembly.books = set(ids)
    return tuple(
        Book(id=id, kind=book.kind, prefix=book.prefix, first_number=book.first_number)
        for id, book in zip(ids, given, strict=True)
    )


def _read_payment_terms(assembly: Assembly) -> tuple[PaymentTerm, ...]:
    given = assembly.given.payment_terms
    ids = assembly.ids("payment term", zip(assembly.places("payment_terms", given), given, strict=True))
    assembly.payment_terms = set(ids)
    return tuple(PaymentTerm(id=id, days=term.days) for id, term in zip(ids, given, strict=True))


def _read_salespeople(assembly: Assembly) -> tuple[Salesperson, ...]:
    given = assembly.given.salespeople
    places = assembly.places("salespeople", given)
    for place, person in zip(places, given, strict=True):
        for index, branch in enumerate(person.branches):
            assembly.refer("branch", branch, assembly.branches, f"{place}.branches[{index}]")
    ids = assembly.ids("salesperson", zip(places, given, strict=True))
    assembly.salespeople = set(ids)
    return tuple(Salesperson(id=id, branches=tuple(one.branches)) for id, one in zip(ids, given, strict=True))


def _read_cash_accounts(assembly: Assembly) -> tuple[CashAccount, ...]:
    given = assembly.given.cash_accounts
    for place, account in zip(assembly.places("cash_accounts", given), given, strict=True):
        assembly.claim("cash account", account.code, below(place, "code"), f'"{account.code}"')
    return tuple(
        CashAccount(
            code=account.code,
            currency=account.currency or assembly.given.currency,
            collection=account.collection,
            payment=account.payment,
        )
        for account in given
    )


def _read_settings(assembly: Assembly) -> dict[str, Mapping[str, Any]]:
    """Read what each dialect is set to, in plain values; secrets are hashed, and channels are the workspace's."""
    _check_settings(assembly)
    settings: dict[str, Any] = {
        dialect: msgspec.to_builtins(getattr(assembly.given, dialect)) for dialect in DIALECT_SECTIONS
    }
    del settings["bigcommerce"]["channels"]
    apps: Sequence[dict[str, Any]] = settings["modulus"]["apps"]
    for app in apps:
        secret = app.pop("secret")
        app["secret_hash"] = app["secret_hash"] if secret is None else hash_secret(secret)
    return settings


def _check_settings(assembly: Assembly) -> None:
    for index, app in enumerate(assembly.given.modulus.apps):
        place = f"{assembly.at('modulus')}.apps[{index}]"
        assembly.claim("modulus app", app.app, below(place, "app"), f'"{app.app}"')
        if app.secret is None and app.secret_hash is None:
            assembly.refuse("", f'missing key "secret" at {place}')
    for section in ("channels", "extra_fields"):
        for index, entry in enumerate(getattr(assembly.given.bigcommerce, section)):
            place = f"{assembly.at('bigcommerce')}.{section}[{index}]"
            assembly.claim(f"bigcommerce {section} id", entry.id, below(place, "id"))
    for index, field in enumerate(assembly.given.bigcommerce.extra_fields):
        place = f"{assembly.at('bigcommerce')}.extra_fields[{index}]"
        assembly.claim("extra field", field.name, below(place, "name"), f'"{field.name}"')


def write_head(workspace: Workspace) -> dict[str, Any]:
    """Write what stands before a workspace's sections."""
    return {
        "workspace": workspace.name,
        "currency": workspace.currency,
        "time_zone": workspace.time_zone,
        "culture": workspace.culture,
        "uuid": workspace.uuid,
        **({"balances_by_hand": True} if workspace.balances_by_hand else {}),
    }


def write_tables(workspace: Workspace) -> dict[str, Sequence[Any]]:
    """Write the tables that the workspace itself keeps."""
    return {
        "branches": workspace.branches,
        "books": workspace.books,
        "payment_terms": workspace.payment_terms,
        "salespeople": workspace.salespeople,
        "cash_accounts": workspace.cash_accounts,
    }


def write_settings(workspace: Workspace) -> dict[str, Mapping[str, Any]]:
    """Write what each dialect is set to."""
    settings = {dialect: workspace.settings.get(dialect, {}) for dialect in DIALECT_SECTIONS}
    return {**settings, "bigcommerce": {**settings["bigcommerce"], "channels": workspace.channels}}
