"""What clients ask of the press (contract §10.3)."""

from dataclasses import dataclass

from starlette.requests import Request

from billingua.core.errors import PrintoutNotFound
from billingua.dialects.onlyoffice.errors import ArgumentRefused
from billingua.dialects.onlyoffice.listing import said_in_query
from billingua.dialects.onlyoffice.requests.binding import read_parameters
from billingua.wire.errors import UnknownPath
from billingua.wire.scalars import Invalid, read_integer, read_text


@dataclass(frozen=True, slots=True)
class Conversion:
    """An invoice that is to be converted to a PDF, and what was answered to the first step of that."""

    invoice: int
    storage_url: str
    revision: str

    @property
    def is_begun(self) -> bool:
        """Whether the first step was taken."""
        return bool(self.storage_url and self.revision)


async def read_conversion(request: Request, body_limit: int) -> Conversion:
    """Read which invoice is to be converted. Refuses with `ArgumentRefused` where none is named."""
    scalars = (await read_parameters(request, body_limit)).scalars
    invoice = scalars.read("invoiceId", read_integer, 0)
    if invoice <= 0:
        raise ArgumentRefused("invoiceId")
    return Conversion(invoice, scalars.read("storageUrl", read_text, ""), scalars.read("revisionId", read_text, ""))


@dataclass(frozen=True, slots=True)
class Download:
    """A file that is asked for, by its id: to be kept, or to be looked at."""

    printout: int
    is_shown: bool


def read_download(request: Request) -> Download:
    """Read which file is asked for. Refuses another action with `UnknownPath`, no id with `PrintoutNotFound`."""
    query = said_in_query(request)
    action = query.get("action", "").lower()
    if action not in {"download", "view"}:
        raise UnknownPath
    try:
        return Download(read_integer(query.get("fileid", "")), action == "view")
    except Invalid:
        raise PrintoutNotFound(query.get("fileid", "")) from None
