"""Where administrators ask whether history holds."""

from collections.abc import Sequence
from contextlib import aclosing

from starlette.responses import Response

from billingua.dialects.native import answers
from billingua.dialects.native.operations import Call, Operation
from billingua.dialects.native.vocabulary import ADMIN
from billingua.engine.audit import audit
from billingua.engine.journal import Break
from billingua.engine.ledger import Ledger
from billingua.wire.replies import json_reply

MOST_BREAKS = 1000
"""How many breaks are told at most: where there are more, it does not matter which."""


class AuditEndpoints:
    """The endpoints of audits on one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def operations(self) -> Sequence[Operation]:
        """List them."""
        return [
            Operation(
                name="verify_history",
                verb="GET",
                path="/v1/history/verify",
                handler=self.verify,
                tag="History",
                summary="Walk every chain of the workspace's history, and see that all is what its history tells",
                scope=ADMIN,
                answers=answers.Verification,
            )
        ]

    async def verify(self, call: Call) -> Response:
        """Walk the chains of the caller's workspace."""
        await self._ledger.prove(call.caller)
        records = entries = 0
        breaks: list[Break] = []
        async with aclosing(audit(self._ledger.store, self._ledger.clock.now(), call.caller.workspace)) as audited:
            async for one in audited:
                records, entries = records + bool(one.entries), entries + one.entries
                breaks += one.breaks
        told = [
            answers.BreakShown(kind=found.kind, id=found.id, version=found.version, why=found.why)
            for found in breaks[:MOST_BREAKS]
        ]
        return json_reply(answers.Verification(whole=not breaks, records=records, entries=entries, breaks=told))
