"""Planting worlds into a ledger."""

from collections.abc import Iterable, Sequence

from billingua.core.access import Credential
from billingua.core.errors import Refused
from billingua.engine.kinds import KINDS, by_secret
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Caller
from billingua.engine.planting import Plant, WorkspaceTaken, plant
from billingua.engine.ports import Store

ACTOR = "world file"
"""Who history says planted a workspace."""

DIALECT = "world"
"""Through what it came in."""


class TokenTaken(Refused):
    """A token of the new workspace opens another one already, and its dialect could not tell the two apart."""

    def __init__(self, dialect: str, workspace: str) -> None:
        super().__init__(dialect, workspace)
        self.dialect = dialect
        self.workspace = workspace


async def load(ledger: Ledger, plants: Sequence[Plant], actor: str = ACTOR) -> int:
    """Plant workspaces beside those that exist; the answer is how many aggregates they begin with.

    Refuses with `WorkspaceTaken` or `TokenTaken`, before anything is planted.
    """
    taken = set(await ledger.store.workspaces())
    for one in plants:
        if one.workspace.name in taken:
            raise WorkspaceTaken(one.workspace.name)
        await _check_tokens(ledger.store, one.aggregates)
    return sum([await ledger.run(_caller(one, actor), plant, one) for one in plants])


async def load_if_empty(ledger: Ledger, plants: Sequence[Plant]) -> bool:
    """Plant workspaces unless there are any already; the answer is whether that was done."""
    if await ledger.store.workspaces():
        return False
    await load(ledger, plants)
    return True


async def snapshot(store: Store) -> list[Plant]:
    """Take everything that is there now, so that it can be planted again; history is not taken."""
    return [await _plant_of(store, workspace) for workspace in await store.workspaces()]


async def _plant_of(store: Store, workspace: str) -> Plant:
    values = [record.value for kind in KINDS async for record in store.aggregates(workspace, kind.name)]
    return Plant(values[0], values[1:])


def _caller(one: Plant, actor: str) -> Caller:
    return Caller(workspace=one.workspace.name, actor=actor, dialect=DIALECT)


async def _check_tokens(store: Store, aggregates: Iterable[object]) -> None:
    for credential in aggregates:
        if not isinstance(credential, Credential) or credential.dialect == "bigcommerce":
            continue
        holders = await store.find(by_secret(credential.dialect, credential.secret_hash))
        if holders:
            raise TokenTaken(credential.dialect, holders[0][0])
