"""Files that somebody sent to be worked off, and what came of them."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID


class UploadState(StrEnum):
    """How far a file has come."""

    RECEIVED = "received"
    WORKING = "working"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Tally:
    """What the rows of a file came to: they stand for so many documents, each of them one of three things."""

    rows: int = 0
    accepted: int = 0
    already_there: int = 0
    rejected: int = 0

    @property
    def documents(self) -> int:
        """How many documents there are."""
        return self.accepted + self.already_there + self.rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that was received: by whom (a username), through which way in, and what came of it.

    `sha256` is its content's, and `size` how many bytes it has; the content is kept as the file of the upload's UUID.
    `worker` is who works it off, and may do so until `leased_until`. `result` is the UUID of the file that tells what
    became of each document.
    """

    id: int
    uuid: UUID
    name: str
    source: str
    sha256: str
    size: int
    received_at: datetime
    received_by: str
    state: UploadState = UploadState.RECEIVED
    worker: str | None = None
    leased_until: datetime | None = None
    finished_at: datetime | None = None
    tally: Tally = Tally()
    result: UUID | None = None

    def is_free(self, now: datetime) -> bool:
        """Whether it is to be worked off and nobody does."""
        return self.state is not UploadState.FINISHED and (self.leased_until is None or self.leased_until <= now)

    def leased(self, worker: str, now: datetime, lease: timedelta) -> "Upload":
        """Let this worker work it off for a while."""
        return replace(self, state=UploadState.WORKING, worker=worker, leased_until=now + lease)

    def finished(self, tally: Tally, result: UUID, now: datetime) -> "Upload":
        """Note what came of it."""
        state = UploadState.FINISHED
        return replace(self, state=state, leased_until=None, finished_at=now, tally=tally, result=result)
