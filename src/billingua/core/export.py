"""Exports: files that somebody asked for, to be fetched by a link."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

MOST_LINKS = 10
"""How many links open an export at once: a new one takes the place of the oldest."""


@dataclass(frozen=True, slots=True)
class Link:
    """A secret, known by its hash alone, that opens an export for a while."""

    secret_hash: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A file that was made for somebody (a username) of an organization; its content is the file of its UUID."""

    id: int
    uuid: UUID
    name: str
    organization: UUID
    created_at: datetime
    created_by: str
    links: tuple[Link, ...] = ()

    def linked(self, link: Link, now: datetime) -> "Export":
        """Let one more link open it; those whose time is up are gone."""
        live = [known for known in self.links if now < known.expires_at]
        return replace(self, links=(*live, link)[-MOST_LINKS:])

    def is_opened_by(self, secret_hash: str, now: datetime) -> bool:
        """Whether a secret of this hash opens it."""
        return any(link.secret_hash == secret_hash and now < link.expires_at for link in self.links)
