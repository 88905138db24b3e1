"""Where clients knock for what is printed of invoices (contract §4.6, §10.2, §10.3)."""

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response

from billingua.core.errors import PrintoutNotFound
from billingua.core.printout import Printout, fingerprint
from billingua.dialects.onlyoffice import requests, responses
from billingua.dialects.onlyoffice.credentials import open_session
from billingua.dialects.onlyoffice.requests.printing import read_conversion, read_download
from billingua.dialects.onlyoffice.requests.snapshots import Printed, Snapshot, find_snapshot, keep_printed
from billingua.dialects.onlyoffice.responses.printouts import conversion, download, printout, storage_url
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Caller
from billingua.engine.printing import KeepPrintout, find_printout, keep_printout
from billingua.wire.credentials import Session
from billingua.wire.face import Endpoint

_ATTEMPTS = 5
"""How often an invoice is printed that says something else each time before its PDF is kept; then one that is not
its own is the answer, for it shows what the invoice said when it was asked for."""


class PrintingEndpoints:
    """The endpoints of snapshots and PDFs on one ledger."""

    def __init__(self, ledger: Ledger, body_limit: int) -> None:
        self._ledger = ledger
        self._body_limit = body_limit

    def calls(self) -> Iterable[tuple[str, str, Endpoint]]:
        """List those of the API, each with its verb and its path."""
        return [
            ("GET", "/invoice/jsondata/{id}", self.get_snapshot),
            ("GET", "/invoice/{id}/pdf", self.get_pdf),
            ("POST", "/invoice/converter/data", self.convert),
        ]

    async def get_snapshot(self, request: Request) -> Response:
        """Show what is printed of an invoice, as one JSON text (§4.6)."""
        session = await open_session(request, self._ledger)
        snapshot = await self._ledger.read(session.caller, find_snapshot, requests.record_id(request))
        kept = await self._kept(session.caller, snapshot)
        return responses.success(request, (kept or snapshot.fresh).decode())

    async def get_pdf(self, request: Request) -> Response:
        """Show what is known of an invoice's PDF, which is printed if there is none."""
        session = await open_session(request, self._ledger)
        made = await self._printed(session, requests.record_id(request))
        view = await self._ledger.read(session.caller, find_printout, made.id)
        return responses.success(request, printout(view, session, request))

    async def convert(self, request: Request) -> Response:
        """Print an invoice in two steps: say where it will be, and, asked with that, do it."""
        session = await open_session(request, self._ledger)
        asked = await read_conversion(request, self._body_limit)
        url, revision = asked.storage_url, asked.revision
        snapshot = await self._ledger.read(session.caller, find_snapshot, asked.invoice)
        made = snapshot.printout
        if made is None and asked.is_begun:
            made = await self._printed(session, asked.invoice)
        elif made is None:
            revision = fingerprint(snapshot.view.invoice)
            url = storage_url(revision, request)
        return responses.success(request, conversion(url, revision, asked.invoice, made))

    async def download(self, request: Request) -> Response:
        """Give a PDF."""
        session = await open_session(request, self._ledger)
        asked = read_download(request)
        view = await self._ledger.read(session.caller, find_printout, asked.printout)
        file = await self._ledger.file(session.caller, view.printout.uuid)
        if file is None:
            raise PrintoutNotFound(asked.printout)
        return download(request, file, is_shown=asked.is_shown)

    async def _kept(self, caller: Caller, snapshot: Snapshot) -> bytes | None:
        """Give the text of the snapshot that holds, if it is kept."""
        file = await self._ledger.file(caller, snapshot.kept) if snapshot.kept else None
        return file and file.content

    async def _printed(self, session: Session, id: int, attempts: int = _ATTEMPTS) -> Printout:
        """Give the PDF that shows what an invoice says: the one there is, or a new one, which is kept.

        An invoice that was written anew while it was printed is printed once more. After the last attempt the PDF is
        kept without becoming the invoice's. Refuses as `find_snapshot`, and with `PrintingRefused`.
        """
        caller = session.caller
        snapshot = await self._ledger.read(caller, find_snapshot, id)
        if snapshot.printout:
            return snapshot.printout
        printed = await self._print(session, snapshot)
        if made := await self._ledger.run(caller, keep_printed, printed):
            return made
        if attempts > 1:
            return await self._printed(session, id, attempts - 1)
        return await self._ledger.run(caller, keep_printout, KeepPrintout(id, printed.content))

    async def _print(self, session: Session, snapshot: Snapshot) -> Printed:
        """Print a snapshot."""
        from billingua.dialects.onlyoffice.paper import print_snapshot  # noqa: PLC0415 - it loads the press

        kept = await self._kept(session.caller, snapshot)
        text = kept or snapshot.fresh
        content = await print_snapshot(text, snapshot.view.invoice, session.workspace, self._ledger.clock.now())
        return Printed(snapshot, text, kept is not None, content)
