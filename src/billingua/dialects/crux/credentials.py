"""How a CRUX Connect client says who it is, and what its organization and its permissions let it do (§1, §1.3)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from starlette.requests import Request

from billingua.core.access import User
from billingua.core.errors import NotPermitted
from billingua.core.party import Party, TradeRole
from billingua.dialects.crux.errors import WrongOrganization
from billingua.dialects.crux.vocabulary import NAME
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Caller, Decision, Needs, Plan, by_uuid
from billingua.wire import credentials
from billingua.wire.credentials import Session
from billingua.wire.errors import CredentialMalformed, CredentialMissing, CredentialUnknown

SCHEME = "token"


@dataclass(frozen=True, slots=True)
class Access:
    """Who may make a call: users with the permission, of organizations on these sides of the trade."""

    permission: str
    sides: frozenset[TradeRole] = frozenset(TradeRole)


@dataclass(frozen=True, slots=True)
class Member:
    """Who calls, and for which organization."""

    caller: Caller
    organization: Party


async def open_session(request: Request, ledger: Ledger) -> Session:
    """Let in the holder of a token, which has to be a user's. Refuses with the errors of `CredentialRefused`."""
    session = await credentials.open_session(ledger, NAME, _token(request), request.state.id)
    if session.caller.user is None:
        raise CredentialUnknown
    return session


def _token(request: Request) -> str:
    """Read the header; that of another scheme counts as none."""
    words = request.headers.get("authorization", "").split()
    if not words or words[0].lower() != SCHEME:
        raise CredentialMissing
    if len(words) != 2:
        raise CredentialMalformed
    return words[1]


async def enter(session: Session, ledger: Ledger, access: Access) -> Member:
    """Let a user make a call. Refuses with `WrongOrganization` before `NotPermitted`, as §1.1 has it."""
    user = session.caller.user
    organization = await ledger.read(session.caller, _find_organization, user.organization if user else None)
    if organization is None or organization.trade_role not in access.sides:
        raise WrongOrganization(access.sides)
    if not _holds(user, access.permission):
        raise NotPermitted(access.permission)
    return Member(session.caller, organization)


def _holds(user: User | None, permission: str) -> bool:
    return user is not None and (user.permissions is None or permission in user.permissions)


def _find_organization(uuid: UUID | None, caller: Caller, now: datetime) -> Plan[Party | None]:
    keys = [by_uuid(Party, uuid)] if uuid else []
    found = yield Needs(keys)
    return Decision(found.get(keys[0]) if keys else None)
