"""Whom a token stands for: remembered from request to request, and proven in the plan that is run for its holder.

To look a token up takes questions of its own, which cost more than many a change. So whoever comes again is taken for
who they were, and their plan begins by reading, with all else that it needs, what their standing rests on. If that is
not what it was, the plan does nothing and `StandingChanged` is raised: then they are to be looked up anew.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from billingua.core.access import Credential, User
from billingua.core.workspace import Workspace
from billingua.engine.kinds import THE_WORKSPACE, by_username
from billingua.engine.plan import Caller, Decision, Job, Key, Needs, Plan, Proof, Record, by_id
from billingua.engine.ports import Store

T = TypeVar("T")

MOST_REMEMBERED = 10_000
"""How many tokens are remembered: those that were looked up last."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Whom a credential stands for, in the workspace of this name, and the records that say so."""

    name: str
    credential: Credential
    workspace: Workspace
    user: User | None
    records: Mapping[Key[Any], Record[Any]]


class Standings:
    """Finds out whom tokens stand for, and remembers it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: OrderedDict[Key[Credential], Sequence[Standing]] = OrderedDict()

    def recall(self, token: Key[Credential]) -> Sequence[Standing]:
        """Tell whom a token stood for when it was last looked up, in every workspace; nobody if it was not."""
        return self._known.get(token, ())

    async def look_up(self, token: Key[Credential], now: datetime) -> Sequence[Standing]:
        """Find out whom a token stands for, in every workspace."""
        held = await self._store.find(token)
        found = [standing for name, record in held if (standing := await self.of(name, record, now))]
        self._known.pop(token, None)
        if found:
            self._known[token] = found
        if len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)
        return found

    async def of(self, name: str, credential: Record[Credential], now: datetime) -> Standing | None:
        """Find out whom a credential stands for in the workspace of this name; None where that is nobody any more."""
        caller = Caller(workspace=name, actor="", dialect=credential.value.dialect)
        job = Job(caller, now, "look_up", lambda: _standing(name, credential))
        return await self._store.read(job)


def _standing(name: str, credential: Record[Credential]) -> Plan[Standing | None]:
    """Look up the workspace, and the user that a credential stands for; without those it stands for nobody."""
    username = credential.value.user
    user_key = by_username(username or "")
    found = yield Needs([THE_WORKSPACE, user_key])
    workspace, user = found.record(THE_WORKSPACE), found.record(user_key)
    if workspace is None or (username is not None and user is None):
        return Decision(None)
    records: dict[Key[Any], Record[Any]] = {THE_WORKSPACE: workspace}
    if user is not None:
        records[by_id(User, user.value.id)] = user
    if credential.version:  # one that stands for a password is kept nowhere
        records[by_id(Credential, credential.value.id)] = credential
    return Decision(Standing(name, credential.value, workspace.value, user and user.value, records))


def nothing(_: None, caller: Caller, now: datetime) -> Plan[None]:
    """Ask for nothing: whoever does proves their standing."""
    yield Needs()
    return Decision(None)


def proven(plan: Plan[T], proof: Proof, now: datetime) -> Plan[T]:
    """Run a plan once its caller's standing is found to be what it was. Refuses with `StandingChanged`."""
    try:
        needs = next(plan)
    except StopIteration as end:
        proof.check((yield proof.needs), now)
        return end.value
    except Exception:
        proof.check((yield proof.needs), now)
        raise
    found = yield replace(needs, keys=[*needs.keys, *proof.needs.keys])
    proof.check(found, now)
    while True:
        try:
            needs = plan.send(found)
        except StopIteration as end:
            return end.value
        found = yield needs
