"""What BigCommerce is set to, as administrators see and change it."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated

from msgspec import Meta, convert, field, structs, to_builtins

from billingua.core.workspace import Channel, Workspace
from billingua.dialects.bigcommerce.vocabulary import NAME, due_days, extra_fields
from billingua.wire.settings import (
    Count,
    DialectSettings,
    Id,
    Problem,
    Section,
    Text,
    changed,
    is_origin,
    repeated,
    require,
    with_settings,
)

_HASH = re.compile(r"[!-~]+")


class BigcommerceChannel(Section, frozen=True):
    """A storefront."""

    id: Id
    name: Text


class BigcommerceExtraField(Section, frozen=True):
    """A field that the store adds to its invoices; `type` is 0 text, 1 text area, 2 number, 3 one of the options."""

    id: Id
    name: Text
    type: Annotated[int, Meta(ge=0, le=3)] = 0
    required: bool = False
    unique: bool = False
    max_length: str = ""
    rows: str = ""
    max_value: str = ""
    options: list[str] = field(default_factory=list[str])
    default: str = ""


class BigcommerceSettings(Section, frozen=True):
    """What BigCommerce is set to. Without a store hash, the workspace's name is taken."""

    store_hash: str | None = None
    portal: str | None = None
    due_days: Annotated[int, Meta(ge=0, le=36_500)] = 30
    requests_per_minute: Count | None = None
    channels: list[BigcommerceChannel] = field(default_factory=list[BigcommerceChannel])
    extra_fields: list[BigcommerceExtraField] = field(default_factory=list[BigcommerceExtraField])


def _show(workspace: Workspace) -> BigcommerceSettings:
    return BigcommerceSettings(
        store_hash=workspace.setting(NAME, "store_hash"),
        portal=workspace.setting(NAME, "portal"),
        due_days=due_days(workspace),
        requests_per_minute=workspace.setting(NAME, "requests_per_minute"),
        channels=[BigcommerceChannel(id=one.id, name=one.name) for one in workspace.channels],
        extra_fields=convert(to_builtins(extra_fields(workspace)), list[BigcommerceExtraField]),
    )


def _write(content: BigcommerceSettings, workspace: Workspace) -> Workspace:
    require(_problems(content))
    return replace(
        workspace,
        channels=tuple(Channel(**structs.asdict(one)) for one in content.channels),
        settings=with_settings(workspace, NAME, changed(content, _show(workspace), "channels")),
    )


def _problems(content: BigcommerceSettings) -> Iterable[Problem]:
    if content.store_hash is not None and not _HASH.fullmatch(content.store_hash):
        yield "/store_hash", "hash"
    if content.portal is not None and not is_origin(content.portal):
        yield "/portal", "origin"
    yield from repeated("channels", "id", content.channels)
    yield from repeated("extra_fields", "id", content.extra_fields)
    yield from repeated("extra_fields", "name", content.extra_fields)


SETTINGS = DialectSettings(content=BigcommerceSettings, show=_show, write=_write)
