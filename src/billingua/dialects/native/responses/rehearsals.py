"""How it is shown what would happen."""

from collections.abc import Sequence
from typing import Any

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
    changes = [change(one) for one in record.changes]
    return answers.RecordChanges(kind=record.kind, id=record.id, changes=changes)


def _events(events: Sequence[Event]) -> list[answers.EventShown]:
    return [answers.EventShown(event=event.name, id=event.id, number=event.number) for event in events]
