"""Many operations on invoices at once, each done by itself."""

import logging
from asyncio import gather
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from msgspec import Raw
from starlette.responses import Response

from billingua.core.errors import Refused
from billingua.dialects.native import requests, responses
from billingua.dialects.native.bulk_answers import BulkResult
from billingua.dialects.native.errors import details
from billingua.dialects.native.operations import Call
from billingua.dialects.native.requests.bodies import Bulk, BulkOperation
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Caller
from billingua.wire.errors import Crashed
from billingua.wire.idempotency import answer_once
from billingua.wire.replies import encode_json, json_reply

log = logging.getLogger("billingua.requests")

FAILED = 500
"""The lowest status of what was no refusal: made again, such an operation may come off."""

Shows = Mapping[str, Callable[[Any], Any]]
"""How what was written is shown, by the member of a result that shows it."""


async def run_all(ledger: Ledger, call: Call, shows: Shows) -> Response:
    """Do all operations; those that are about different invoices are done together."""
    await ledger.prove(call.caller)
    # Whoever asks is known by now: what is done is not done again if they are changed in the middle of it.
    one_by_one = _Runner(ledger, call, replace(call.caller, proof=None), shows)
    bulk: Bulk = call.body
    results: list[Raw] = []
    for group in _groups(bulk.operations):
        results += await gather(*(one_by_one.run(index, bulk.operations[index]) for index in group))
    return json_reply({"items": results})


def _groups(operations: Sequence[BulkOperation]) -> Iterator[list[int]]:
    """Put operations together, in their order, as long as none is about an invoice that another one names."""
    group: list[int] = []
    named: set[str] = set()
    for index, operation in enumerate(operations):
        name = str(operation.invoice).lower() if operation.invoice is not None else f"new {index}"
        if name in named:
            yield group
            group, named = [], set()
        group.append(index)
        named.add(name)
    yield group


class _Runner:
    """Does operations of one request for one caller."""

    def __init__(self, ledger: Ledger, call: Call, caller: Caller, shows: Shows) -> None:
        self._ledger = ledger
        self._call = call
        self._caller = caller
        self._shows = shows

    async def run(self, index: int, operation: BulkOperation) -> Raw:
        """Do one operation, and say what became of it."""
        result = partial(BulkResult, index=index)
        try:
            return Raw((await self._answer(requests.task(operation), result, index)).body)
        except Refused as error:
            return self._refused(result, error, operation)
        except Exception:
            log.exception("operation %s of request %s failed", index, self._caller.request)
            return self._refused(result, Crashed(), operation)  # what became of the others is told all the same

    async def _answer(self, task: requests.Task, result: Callable[..., BulkResult], index: int) -> Response:
        """Do one operation, once where the request is to be done once: what was done before the server stopped, too."""
        if self._call.flags.get("dry_run"):
            told = await self._ledger.rehearse(self._caller, task.command, task.values, task.expected)
            shown = responses.rehearsed(told, task.status, self._shows[task.tells or "invoice"](told.answer))
            return json_reply(result(status=200, dry_run=shown))

        def show(written: Any) -> Response:
            shown = {task.tells: self._shows[task.tells](written)} if task.tells else {}
            return json_reply(result(status=task.status, **shown))

        once = self._caller.once
        caller = replace(self._caller, once=once and once.part(index))
        return await answer_once(self._ledger, caller, task.command, task.values, show, task.expected)

    def _refused(self, result: Any, error: Refused, operation: BulkOperation) -> Raw:
        told = details(self._call.request, error, operation.content)
        if self._caller.once and told["status"] >= FAILED:
            self._caller.once.is_unfinished = True
        return Raw(encode_json(result(status=told["status"], problem=told)))
