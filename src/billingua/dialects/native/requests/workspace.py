"""What administrators ask to be done with the workspace and its tokens, as commands to the ledger."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from billingua.core import errors
from billingua.core.workspace import Workspace
from billingua.dialects.native.errors import BodyInvalid
from billingua.dialects.native.requests import bodies
from billingua.dialects.native.requests.reading import check_currency
from billingua.dialects.native.settings import Arrangement
from billingua.dialects.native.vocabulary import DIALECTS, INVALID, SCOPES
from billingua.engine import credentials, workspaces
from billingua.engine.kinds import THE_WORKSPACE
from billingua.engine.plan import Caller, Decision, Needs, Plan, Record, Step
from billingua.wire.members import MOST_PROBLEMS


def find_workspace(_: None, caller: Caller, now: datetime) -> Plan[Record[Workspace]]:
    """Show the workspace."""
    return Decision((yield from _workspace()))


@dataclass(frozen=True, slots=True)
class RewriteWorkspace:
    """Say what a workspace shall hold: `content` gives that from what it holds now, in the words of an arrangement."""

    arrangement: Arrangement
    content: Callable[[Any], Any]


def rewrite_workspace(command: RewriteWorkspace, caller: Caller, now: datetime) -> Plan[Record[Workspace]]:
    """Set what holds in the whole workspace, and what dialects are set to.

    Refuses with `BodyInvalid`, or as the ledger's `rearrange`.
    """
    record = yield from _workspace()
    before, arrangement = record.value, command.arrangement
    said = command.content(arrangement.content_of(before))
    check_currency(said.currency)
    _check_zone(said.time_zone)
    defaults = replace(before, currency=said.currency, time_zone=said.time_zone, culture=said.culture)
    after = arrangement.written(said, defaults)
    rearranging = workspaces.Rearrange(workspace=after, unused=arrangement.new_first_numbers(before, after))
    decision = yield from workspaces.rearrange(rearranging, caller, now)
    is_same = decision.answer == before
    answer = record if is_same else Record(decision.answer, record.version + 1, b"")
    return Decision(answer, saves=decision.saves, events=decision.events)


def _workspace() -> Step[Record[Workspace]]:
    found = yield Needs([THE_WORKSPACE])
    record = found.record(THE_WORKSPACE)
    if record is None:
        raise errors.NotFound("workspace")
    return record


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BodyInvalid([("/time_zone", INVALID["zone"])]) from None


def _check_scopes(scopes: Sequence[str] | None, known: Sequence[str]) -> None:
    """See that a dialect has these scopes. Refuses with `BodyInvalid`."""
    if scopes is not None and not known:
        raise BodyInvalid([("/scopes", INVALID["no scopes"])])
    problems = [(f"/scopes/{place}", INVALID["scope"]) for place, one in enumerate(scopes or ()) if one not in known]
    if problems:
        raise BodyInvalid(problems[:MOST_PROBLEMS])


def make_token(content: bodies.TokenContent, secret_hash: str) -> credentials.CreateCredential:
    """Make the command by which a token, known by its hash, is let in. Refuses with `BodyInvalid`."""
    if content.dialect not in DIALECTS:
        raise BodyInvalid([("/dialect", INVALID["dialect"])])
    _check_scopes(content.scopes, SCOPES.get(content.dialect, ()))
    return credentials.CreateCredential(
        dialect=content.dialect,
        secret_hash=secret_hash,
        user=content.user,
        scopes=None if content.scopes is None else tuple(content.scopes),
        label=content.label,
        expires_at=content.expires_at,
    )
