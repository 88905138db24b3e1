"""Where clients knock for invoices on paper (contract §4.7)."""

from collections.abc import Iterable, Sequence

from starlette.requests import Request
from starlette.responses import Response

from billingua.core.errors import NotFound
from billingua.core.file import File
from billingua.core.workspace import Workspace
from billingua.dialects.bigcommerce import requests, responses
from billingua.dialects.bigcommerce.credentials import Entrance
from billingua.dialects.bigcommerce.errors import NotPrintable
from billingua.dialects.bigcommerce.vocabulary import NAME
from billingua.engine.ledger import Ledger
from billingua.engine.linking import keep_file, link_secret, linked_uuid
from billingua.engine.plan import Caller, by_uuid
from billingua.engine.ports import StoreFailed
from billingua.wire.face import Endpoint
from billingua.wire.scalars import Invalid, read_uuid

PDF = "application/pdf"


class PrintingEndpoints:
    """The endpoints of printed invoices on one ledger."""

    def __init__(self, ledger: Ledger, entrance: Entrance) -> None:
        self._ledger = ledger
        self._entrance = entrance

    def calls(self) -> Iterable[tuple[Sequence[str], str, Endpoint]]:
        """List them, each with its verbs and its path; whoever has the link to a file needs no token."""
        return [
            (["GET"], "/invoices/{invoice_id}/download-pdf", self.link_pdf),
            (["GET"], "/files/{store_uuid}/{name}", self.open_file),
        ]

    async def link_pdf(self, request: Request) -> Response:
        """Say where an invoice's PDF is fetched; as long as it says the same, that is one link and one file."""
        session = await self._entrance.open_session(request)
        found = await self._ledger.read(session.caller, requests.find_invoice, requests.invoice_id(request))
        name = f"invoice-{found.view.invoice.id}.pdf"
        secret = await self._printed(found, session.workspace, session.caller, name)
        path = request.url.path.rpartition("/invoices/")[0] + f"/files/{session.workspace.uuid}/{name}"
        url = f"{_origin(request, session.workspace)}{path}?sig={secret}"
        return responses.success(responses.download(url, found))

    async def _printed(self, found: responses.FoundInvoice, workspace: Workspace, caller: Caller, name: str) -> str:
        """See that an invoice is printed as it is, and give the secret that opens the file."""
        from billingua.dialects.bigcommerce.responses.document import invoice_document  # noqa: PLC0415 - see there
        from billingua.documents import DocumentRefused, print_pdf  # noqa: PLC0415

        document = invoice_document(found, workspace)
        secret = link_secret(found.view.invoice.uuid, repr(document).encode())
        uuid = linked_uuid(secret)
        if await self._ledger.file(caller, uuid) is None:
            try:
                content = await print_pdf(document)
            except DocumentRefused as error:
                raise NotPrintable(found.view.invoice.id) from error
            await self._keep(File(uuid=uuid, name=name, media_type=PDF, content=content), caller)
        return secret

    async def _keep(self, file: File, caller: Caller) -> None:
        """Keep a file, unless somebody else who printed the same was faster."""
        try:
            await self._ledger.run(caller, keep_file, file)
        except StoreFailed:
            if await self._ledger.file(caller, file.uuid) is None:
                raise

    async def open_file(self, request: Request) -> Response:
        """Give a file to whoever has the link to it."""
        file = await self._linked(request.path_params["store_uuid"], request.query_params.get("sig", ""))
        if file is None or file.name != request.path_params["name"]:
            raise NotFound("file")
        headers = {
            "Content-Disposition": f'inline; filename="{file.name}"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",  # the address is the key
            "Access-Control-Allow-Origin": "*",  # buyers' browsers fetch it from their store's pages
        }
        return Response(file.content, headers=headers, media_type=file.media_type)

    async def _linked(self, store_uuid: str, secret: str) -> File | None:
        try:
            key = by_uuid(Workspace, read_uuid(store_uuid))
        except Invalid:
            return None
        for name, _ in await self._ledger.store.find(key):
            caller = Caller(workspace=name, actor="", dialect=NAME)
            if file := await self._ledger.file(caller, linked_uuid(secret)):
                return file
        return None


def _origin(request: Request, workspace: Workspace) -> str:
    """Say where links begin: with the origin that the store is set to, or else with the request's own."""
    own = f"{request.url.scheme}://{request.url.netloc}"
    return str(workspace.setting(NAME, "portal") or own).rstrip("/")
