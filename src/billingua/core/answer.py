"""Answers that are kept, to be given again to whoever asks the same again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What was answered to a request, under the name that its client gave it.

    `key` tells clients and names apart and `asked` what was asked for: both are hashes. The answer itself has a status,
    headers and a body.
    """

    key: bytes
    asked: bytes
    kept_at: datetime
    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


@dataclass(slots=True)
class Once:
    """A request that is done once: the key under which its answer is kept, and what it asks for, both hashed.

    Once the answer `is_kept`, it is so with all that was done for it. Where a part of it failed that may come off the
    next time, it `is_unfinished`, and its answer is not for keeping.
    """

    key: bytes
    asked: bytes
    is_kept: bool = False
    is_unfinished: bool = False

    def part(self, index: int) -> "Once":
        """Name a part of the request that is done by itself."""
        return Once(sha256(self.key + index.to_bytes(4, "big")).digest(), self.asked)
