"""How parties, items, taxes and the workspace's own records are shown in our own API."""

from dataclasses import asdict
from typing import Any

from msgspec import UNSET, UnsetType

from billingua.core.access import Credential
from billingua.core.item import Item
from billingua.core.party import Party
from billingua.core.tax import Tax
from billingua.dialects.native import answers
from billingua.dialects.native.vocabulary import amount, instant, plain
from billingua.engine.plan import Record

_OF_PARTY = (
    *("id", "uuid", "name", "kind", "first_name", "last_name", "code", "external_id", "currency", "display_name"),
    *("trade_role", "price_list", "private"),
)
_OF_ITEM = ("id", "uuid", "title", "sku", "description", "track_stock", "code", "supplier", "created_by")
_OF_TAX = ("id", "uuid", "name", "description", "created_by")
_OF_TOKEN = ("id", "uuid", "dialect", "user", "label")


def _named(value: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(value, name) for name in names}


def party(record: Record[Party]) -> answers.Party:
    """Show a party."""
    addresses = [answers.AddressShown(**asdict(address)) for address in record.value.addresses]
    return answers.Party(**_named(record.value, _OF_PARTY), version=record.version, addresses=addresses)


def item(record: Record[Item], currency: str) -> answers.Item:
    """Show an item; its price is in the workspace's currency."""
    shown = record.value
    return answers.Item(
        **_named(shown, _OF_ITEM),
        version=record.version,
        price=amount(shown.price, currency),
        stock=plain(shown.stock),
        tax_ids=[tax for tax in (shown.tax1, shown.tax2) if tax is not None],
        created_at=instant(shown.created_at),
    )


def tax(record: Record[Tax]) -> answers.Tax:
    """Show a tax."""
    shown = record.value
    return answers.Tax(
        **_named(shown, _OF_TAX),
        version=record.version,
        rate=plain(shown.rate),
        created_at=instant(shown.created_at),
    )


def token(credential: Credential, secret: str | UnsetType = UNSET) -> answers.Token:
    """Show a token, with its secret where that is told."""
    return answers.Token(
        **_named(credential, _OF_TOKEN),
        scopes=None if credential.scopes is None else list(credential.scopes),
        created_at=instant(credential.created_at),
        expires_at=credential.expires_at and instant(credential.expires_at),
        token=secret,
    )
