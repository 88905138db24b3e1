"""How a CRUX Connect client says who it is, and what its organization and its permissions let it do (§1, §1.3, §2)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from starlette.requests import Request

from billingua.core.access import User
from billingua.core.errors import NotPermitted
from billingua.core.order import Trader
from billingua.core.party import Party, TradeRole
from billingua.dialects.crux.errors import LoginRefused, WrongOrganization
from billingua.dialects.crux.vocabulary import NAME
from billingua.engine.credentials import IssueToken, hash_secret, issue_token
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Caller, Decision, Needs, Plan, by_uuid
from billingua.wire import credentials
from billingua.wire.credentials import Session
from billingua.wire.errors import CredentialMalformed, CredentialMissing, CredentialUnknown

SCHEME = "token"

TOKEN_LIFE = timedelta(hours=2)
"""How long a token opens something after its log-in."""

BOTH_SIDES = frozenset(TradeRole)


@dataclass(frozen=True, slots=True)
class Access:
    """Who may make a call: users with the permission, if one is named, of organizations on these sides of the trade."""

    permission: str
    sides: frozenset[TradeRole] = BOTH_SIDES


@dataclass(frozen=True, slots=True)
class Member:
    """Who calls, and for which organization, as the trader that it is."""

    caller: Caller
    organization: Party
    trader: Trader


async def open_session(request: Request, ledger: Ledger) -> Session:
    """Let in the holder of a token, which has to be a user's. Refuses with the errors of `CredentialRefused`."""
    session = await credentials.open_session(request, ledger, NAME, _token(request))
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
    member = await _member(session, ledger)
    if member is None or member.trader.role not in access.sides:
        raise WrongOrganization(access.sides)
    if not holds(user, access.permission):
        raise NotPermitted(access.permission)
    return member


def holds(user: User | None, permission: str) -> bool:
    """Whether a user has a permission, if one is named; a user without a list has all that fit its organization."""
    return user is not None and (not permission or user.permissions is None or permission in user.permissions)


async def _member(session: Session, ledger: Ledger) -> Member | None:
    user = session.caller.user
    organization = await ledger.read(session.caller, _find_organization, user.organization if user else None)
    if organization is None or organization.trade_role is None:
        return None
    return Member(session.caller, organization, Trader(organization.trade_role, organization.uuid))


def _find_organization(uuid: UUID | None, caller: Caller, now: datetime) -> Plan[Party | None]:
    keys = [by_uuid(Party, uuid)] if uuid else []
    found = yield Needs(keys)
    return Decision(found.get(keys[0]) if keys else None)


async def log_in(request: Request, ledger: Ledger, username: str, password: str, token: str) -> Member:
    """Let the token open what the user of this name and password may do, for a while (§2, A20).

    Refuses with `LoginRefused`, also where the user works for no organization that trades.
    """
    try:
        session = await credentials.open_session_by_password(request, ledger, NAME, username, password)
    except CredentialUnknown as error:
        raise LoginRefused from error
    member = await _member(session, ledger)
    if member is None:
        raise LoginRefused
    await ledger.run(member.caller, issue_token, IssueToken(hash_secret(token), TOKEN_LIFE))
    return member
