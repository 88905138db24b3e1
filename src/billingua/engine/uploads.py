"""Commands on files that were sent to be worked off: receive, take to work, finish."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from billingua.core.errors import UploadNotFound
from billingua.core.file import File
from billingua.core.upload import Tally, Upload, UploadState
from billingua.engine.plan import Caller, Decision, Needs, Plan, by_uuid

LEASE = timedelta(minutes=1)
"""How long a worker has a file for itself without a sign of life."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveUpload:
    """Receive a file of the caller's, through this way in."""

    name: str
    source: str
    media_type: str
    content: bytes


def receive_upload(command: ReceiveUpload, caller: Caller, now: datetime) -> Plan[Upload]:
    """Receive a file: it is kept with its upload, or neither is."""
    found = yield Needs(counters=["upload"])
    upload = Upload(
        id=found.new_id("upload"),
        uuid=found.new_uuid(),
        name=command.name,
        source=command.source,
        sha256=sha256(command.content).hexdigest(),
        size=len(command.content),
        received_at=now,
        received_by=caller.actor,
    )
    file = File(uuid=upload.uuid, name=command.name, media_type=command.media_type, content=command.content)
    return Decision(upload, saves=[upload], files=[file])


@dataclass(frozen=True, slots=True)
class TakeUpload:
    """Let a worker work a file off, or go on with it; `by_force` also where another one may be at it."""

    upload: UUID
    worker: str
    by_force: bool = False


def take_upload(command: TakeUpload, caller: Caller, now: datetime) -> Plan[Upload | None]:
    """Take a file to work; None where it is finished, or another worker's. Refuses with `UploadNotFound`."""
    key = by_uuid(Upload, command.upload)
    found = yield Needs([key])
    upload = found.require(key, UploadNotFound(command.upload))
    if upload.state is UploadState.FINISHED:
        return Decision(None)
    if not (command.by_force or upload.is_free(now) or upload.worker == command.worker):
        return Decision(None)
    taken = upload.leased(command.worker, now, LEASE)
    return Decision(taken, saves=[taken])


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishUpload:
    """Note what came of a file; `content` tells it document by document."""

    upload: UUID
    worker: str
    tally: Tally
    name: str
    media_type: str
    content: bytes


def finish_upload(command: FinishUpload, caller: Caller, now: datetime) -> Plan[Upload | None]:
    """Finish a file; None where another worker has taken it over meanwhile. Refuses with `UploadNotFound`."""
    key = by_uuid(Upload, command.upload)
    found = yield Needs([key])
    upload = found.require(key, UploadNotFound(command.upload))
    if upload.worker != command.worker or upload.state is UploadState.FINISHED:
        return Decision(None)
    file = File(uuid=found.new_uuid(), name=command.name, media_type=command.media_type, content=command.content)
    finished = upload.finished(command.tally, file.uuid, now)
    return Decision(finished, saves=[finished], files=[file])
