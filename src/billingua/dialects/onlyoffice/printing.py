"""Where clients knock for what is printed of invoices (contract §4.6, §10.2)."""

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response

from billingua.dialects.onlyoffice import requests, responses
from billingua.dialects.onlyoffice.credentials import open_session
from billingua.dialects.onlyoffice.requests.snapshots import Snapshot, find_snapshot
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Caller
from billingua.wire.face import Endpoint


class PrintingEndpoints:
    """The endpoints of snapshots on one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def calls(self) -> Iterable[tuple[str, str, Endpoint]]:
        """List them, each with its verb and its path."""
        return [("GET", "/invoice/jsondata/{id}", self.get_snapshot)]

    async def get_snapshot(self, request: Request) -> Response:
        """Show what is printed of an invoice, as one JSON text (§4.6)."""
        session = await open_session(request, self._ledger)
        snapshot = await self._ledger.read(session.caller, find_snapshot, requests.record_id(request))
        return responses.success(request, (await self._text(session.caller, snapshot)).decode())

    async def _text(self, caller: Caller, snapshot: Snapshot) -> bytes:
        """Give the snapshot that holds; one that was not kept is taken afresh."""
        file = await self._ledger.file(caller, snapshot.kept) if snapshot.kept else None
        return file.content if file else snapshot.fresh
