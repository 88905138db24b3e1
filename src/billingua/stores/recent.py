"""Aggregates that were used lately, and whom names lead to, kept at hand."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any, Generic, TypeVar

from billingua.engine.batch import Place, Save
from billingua.engine.kinds import kind_of
from billingua.engine.plan import Key, Record

K = TypeVar("K")
V = TypeVar("V")

Identity = tuple[str, str, int]
"""A workspace, a kind and an id."""


class Lately(Generic[K, V]):
    """What was used last, up to a weight of all things together; one weighs 1."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._weight = 0
        self._things: OrderedDict[K, V] = OrderedDict()

    def weigh(self, thing: V) -> int:  # noqa: ARG002 - it is for those whose things differ
        """Say how much a thing weighs."""
        return 1

    def get(self, key: K) -> V | None:
        """Give a thing if it is at hand."""
        thing = self._things.get(key)
        if thing is not None:
            self._things.move_to_end(key)
        return thing

    def put(self, key: K, thing: V) -> V:
        """Keep a thing at hand, and let go of those used longest ago if they are too many."""
        self.drop(key)
        self._things[key] = thing
        self._weight += self.weigh(thing)
        while self._things and self._weight > self._most:
            self.drop(next(iter(self._things)))
        return thing

    def drop(self, key: K) -> None:
        """Let go of a thing."""
        thing = self._things.pop(key, None)
        if thing is not None:
            self._weight -= self.weigh(thing)

    def clear(self) -> None:
        """Let go of all."""
        self._things.clear()
        self._weight = 0


_LINES_OF_ONE = 4
"""So many lines of an invoice weigh as much as a thing: one of 400 lines takes a megabyte."""


class Recent(Lately[Identity, Record[Any]]):
    """The aggregates used last, as they are committed, up to a number of them, and as many names."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.ids: Lately[Place, Sequence[int]] = Lately(most)
        """Whom a name leads to in a workspace: to one, or to nobody."""
        self.holders: Lately[Key[Any], Sequence[tuple[str, int]]] = Lately(most)
        """Whom a name leads to in every workspace: workspaces with ids."""

    def weigh(self, thing: Record[Any]) -> int:
        """Say how much an aggregate weighs: those with many lines count as several."""
        return 1 + len(getattr(thing.value, "lines", ())) // _LINES_OF_ONE

    def keep(self, saves: Iterable[Save]) -> None:
        """Take over what was committed."""
        for save in saves:
            self.keep_value(save)
            stale, fresh = kind_of(save.value).renamed(
                save.before and save.before.value, save.after and save.after.value
            )
            for key in stale | fresh:
                self.ids.drop((save.workspace, key))
                self.holders.drop(key)

    def keep_value(self, save: Save) -> None:
        """Take over what was committed of one aggregate, but not its names."""
        identity = (save.workspace, save.kind, save.value.id)
        if save.after:
            self.put(identity, save.after)
        else:
            self.drop(identity)

    def clear(self) -> None:
        """Let go of all."""
        super().clear()
        self.ids.clear()
        self.holders.clear()
