"""Commands on exports."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from billingua.core.errors import ExportNotFound
from billingua.core.export import Export, Link
from billingua.core.file import File
from billingua.engine.credentials import hash_secret
from billingua.engine.plan import Caller, Decision, Needs, Plan, by_uuid

LINK_LIFE = timedelta(days=1)
"""How long a link opens an export."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepExport:
    """Keep a file that was made for the caller, of this organization (its party's UUID)."""

    organization: UUID
    name: str
    media_type: str
    content: bytes


def keep_export(command: KeepExport, caller: Caller, now: datetime) -> Plan[Export]:
    """Keep an export and its file."""
    found = yield Needs(counters=["export"])
    export = Export(
        id=found.new_id("export"),
        uuid=found.new_uuid(),
        name=command.name,
        organization=command.organization,
        created_at=now,
        created_by=caller.actor,
    )
    file = File(uuid=export.uuid, name=command.name, media_type=command.media_type, content=command.content)
    return Decision(export, saves=[export], files=[file])


@dataclass(frozen=True, slots=True)
class LinkExport:
    """Let a secret open an export of an organization."""

    export: UUID
    organization: UUID
    secret_hash: str


def link_export(command: LinkExport, caller: Caller, now: datetime) -> Plan[Export]:
    """Make a link to an export. Refuses with `ExportNotFound`, also where it is another organization's."""
    key = by_uuid(Export, command.export)
    found = yield Needs([key])
    export = found.require(key, ExportNotFound(command.export))
    if export.organization != command.organization:
        raise ExportNotFound(command.export)
    linked = export.linked(Link(command.secret_hash, now + LINK_LIFE), now)
    return Decision(linked, saves=[linked])


def opens_export(export: Export, secret: str, now: datetime) -> bool:
    """Whether a secret opens an export."""
    return export.is_opened_by(hash_secret(secret), now)
