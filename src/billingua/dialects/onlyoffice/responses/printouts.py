"""Printed invoices as clients are shown and given them (contract §10.3)."""

from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from billingua.core.file import File
from billingua.core.money import settle
from billingua.core.printout import Printout
from billingua.dialects.onlyoffice.responses.references import References, own_origin
from billingua.dialects.onlyoffice.vocabulary import FILES, HANDLER
from billingua.engine.printing import PrintoutView
from billingua.wire.credentials import Session
from billingua.wire.replies import content_disposition

DOCUMENT = 7
"""The kind of file that documents are."""

_UNITS = ("bytes", "KB", "MB")


def printout(view: PrintoutView, session: Session, request: Request) -> dict[str, Any]:
    """Show what is known of a PDF, and where it is fetched: on this server, whatever the portal's links say."""
    printout, references = view.printout, References(session, request)
    moment, author = references.moment(printout.created_at), references.employee(view.author)
    link = f"{own_origin(request)}{HANDLER}?action={{}}&fileid={printout.id}"
    return {
        "id": printout.id,
        "title": printout.title,
        "access": 0,
        "shared": False,
        "version": 1,
        "versionGroup": 1,
        "contentLength": size(printout.size),
        "pureContentLength": printout.size,
        "fileStatus": 0,
        "viewUrl": link.format("download"),
        "webUrl": link.format("view"),
        "fileType": DOCUMENT,
        "fileExst": ".pdf",
        "comment": None,
        "created": moment,
        "createdBy": author,
        "updated": moment,
        "updatedBy": author,
    }


def size(count: int) -> str:
    """Say how large something is, in units of 1,024, with at most two decimals: `24.32 KB`."""
    amount, power = Decimal(count), 0
    while amount >= 1024 and power + 1 < len(_UNITS):
        amount, power = amount / 1024, power + 1
    figure = f"{settle(amount, 2):,f}"
    return f"{figure.rstrip('0').rstrip('.')} {_UNITS[power]}"


def conversion(storage_url: str, revision: str, invoice: int, printout: Printout | None) -> dict[str, Any]:
    """Show how far the conversion of an invoice to a PDF is."""
    file_id = printout.id if printout else 0
    return {"storageUrl": storage_url, "revisionId": revision, "invoiceId": invoice, "fileId": file_id}


def storage_url(revision: str, request: Request) -> str:
    """Name the place of a document that is being converted. Nobody fetches it: what is printed never leaves us."""
    return f"{own_origin(request)}{FILES}/converted/{revision}.docx"


def download(request: Request, file: File, *, is_shown: bool) -> Response:
    """Give a file, to be kept, or shown where the client can."""
    headers = {
        "Content-Disposition": content_disposition(file.name, "inline" if is_shown else "attachment"),
        "Content-Length": str(len(file.content)),
        "Cache-Control": "private, no-cache",
        "X-Content-Type-Options": "nosniff",
    }
    content = b"" if request.method == "HEAD" else file.content
    return Response(content, headers=headers, media_type=file.media_type)
