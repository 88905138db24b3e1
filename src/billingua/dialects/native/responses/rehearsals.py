"""How it is shown what would happen."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from billingua.core.events import Event
from billingua.dialects.native import answers
from billingua.dialects.native.responses.history import change
from billingua.engine.rehearsing import Rehearsed, Rewritten


def rehearsed(told: Rehearsed[Any], status: int, answer: Any) -> answers.DryRun:
    """Show what a command would do, and what it would be answered."""
    return answers.DryRun(
        dry_run=True,
        status=status,
        answer=answer,
        changes=[_record(record) for record in told.rewritten],
        events=_events(told.events),
    )


def _record(record: Rewritten) -> answers.RecordChanges:
    changes = [change(_without_secrets(one)) for one in record.changes]
    return answers.RecordChanges(kind=record.kind, id=record.id, changes=changes)


def _without_secrets(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave out what secrets, or hashes of such, were and will be; that they change is told."""
    if "secret" in told["path"].rpartition("/")[2]:
        return {"path": told["path"]}
    return _less_secrets(told)


def _less_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        members = cast("Mapping[str, Any]", value)
        return {name: _less_secrets(member) for name, member in members.items() if "secret" not in name}
    if isinstance(value, list):
        return [_less_secrets(part) for part in cast("Sequence[Any]", value)]
    return value


def _events(events: Sequence[Event]) -> list[answers.EventShown]:
    return [answers.EventShown(event=event.name, id=event.id, number=event.number) for event in events]
