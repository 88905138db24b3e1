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
    """What was used last, up to a number of things."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._things: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        """Give a thing if it is at hand."""
        thing = self._things.get(key)
        if thing is not None:
            self._things.move_to_end(key)
        return thing

    def put(self, key: K, thing: V) -> V:
        """Keep a thing at hand, and let go of the one used longest ago if there are too many."""
        self._things[key] = thing
        self._things.move_to_end(key)
        if len(self._things) > self._most:
            self._things.popitem(last=False)
        return thing

    def drop(self, key: K) -> None:
        """Let go of a thing."""
        self._things.pop(key, None)

    def clear(self) -> None:
        """Let go of all."""
        self._things.clear()


class Recent(Lately[Identity, Record[Any]]):
    """The aggregates used last, as they are committed, up to a number of them, and as many names."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.ids: Lately[Place, Sequence[int]] = Lately(most)
        """Whom a name leads to in a workspace: to one, or to nobody."""
        self.holders: Lately[Key[Any], Sequence[tuple[str, int]]] = Lately(most)
        """Whom a name leads to in every workspace: workspaces with ids."""

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
