"""Who may come in: users, and the credentials that stand for them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from billingua.core.errors import NotPermitted
from billingua.core.invoice import Invoice
from billingua.core.party import Party


class Role(StrEnum):
    """What a user of the workspace may do."""

    VIEWER = "viewer"
    CLERK = "clerk"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody who signs in. `admin` administers the customer records; `permissions` None means all that fit."""

    id: int
    uuid: UUID
    name: str
    email: str | None = None
    username: str
    password_hash: str | None = None
    admin: bool = False
    organization: UUID | None = None
    permissions: tuple[str, ...] | None = None
    role: Role = Role.VIEWER


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A token, known by its hash alone, that opens one dialect of one workspace.

    `user` is a username; `scopes` None means all that the dialect has.
    """

    id: int
    uuid: UUID
    dialect: str
    secret_hash: str
    user: str | None = None
    scopes: tuple[str, ...] | None = None
    label: str = ""
    created_at: datetime
    expires_at: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        """Whether the credential still opens anything."""
        return self.expires_at is None or now < self.expires_at

    def allows(self, scope: str) -> bool:
        """Whether the credential was made for this."""
        return self.scopes is None or scope in self.scopes


def may_see(user: User | None, party: Party | None) -> bool:
    """Whether the user may read the party's records. Without a user, a credential speaks for the whole workspace."""
    return user is None or user.admin or party is None or not party.private or user.username in party.access


def may_change(user: User | None, invoice: Invoice) -> bool:
    """Whether the user administers the records or made this invoice itself."""
    return user is None or user.admin or invoice.created_by == user.username


def administers(user: User | None) -> bool:
    """Whether the user administers the records. A credential without a user speaks for the whole workspace."""
    return user is None or user.admin


def reader_of(user: User | None) -> str | None:
    """Give the username by whose access lists are cut down; None for whoever administers the records."""
    return None if user is None or user.admin else user.username


def require_administrator(user: User | None) -> None:
    """Refuse with `NotPermitted` who does not administer the records."""
    if not administers(user):
        raise NotPermitted("administer the workspace")
