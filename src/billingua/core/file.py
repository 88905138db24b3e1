"""Files: what was exported, uploaded or printed."""

from dataclasses import dataclass
from uuid import UUID

LARGEST_FILE = 64 * 1024 * 1024
"""How many bytes a file may have: it is written and read whole, in memory, in the transaction of what it belongs to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """Bytes that belong to a workspace and never change."""

    uuid: UUID
    name: str
    media_type: str
    content: bytes

    def __post_init__(self) -> None:
        """Refuse what no store takes."""
        if len(self.content) > LARGEST_FILE:
            raise ValueError(f"a file of {len(self.content)} bytes is larger than {LARGEST_FILE}")
