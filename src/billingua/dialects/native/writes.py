"""Writes of our own API: done, if the record is as expected, or rehearsed."""

from collections.abc import Callable
from typing import Any, TypeVar

from starlette.responses import Response

from billingua.dialects.native import responses
from billingua.dialects.native.operations import Call
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Command, Key
from billingua.wire.conditions import entity_tag, if_match
from billingua.wire.idempotency import answer_once
from billingua.wire.replies import json_reply

C = TypeVar("C")
A = TypeVar("A")

Shown = tuple[Any, int | None]
"""What is answered, None for nothing, and the version that its ETag names, if it has one."""


async def write(
    ledger: Ledger,
    call: Call,
    command: Command[C, A],
    values: C,
    show: Callable[[A], Shown],
    *,
    key: Key[Any] | None = None,
    status: int = 200,
) -> Response:
    """Run a command, or say what it would do where that is all that is asked."""
    expected = if_match(call.request, key) if key else None
    if call.flags.get("dry_run"):
        told = await ledger.rehearse(call.caller, command, values, expected)
        return json_reply(responses.rehearsed(told, status, show(told.answer)[0]))
    return await answer_once(ledger, call.caller, command, values, lambda answer: reply(show(answer), status), expected)


def reply(shown: Shown, status: int = 200) -> Response:
    """Answer with what is shown; with nothing, where that is nothing."""
    answer, version = shown
    headers = {"ETag": entity_tag(version)} if version is not None else None
    return Response(status_code=status) if answer is None else json_reply(answer, status, headers)
