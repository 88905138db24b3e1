"""Where ONLYOFFICE clients knock (contract §1.1, §13)."""

import re
from base64 import b64encode
from collections.abc import Awaitable, Callable
from secrets import token_bytes

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billingua.dialects.onlyoffice import requests, responses
from billingua.dialects.onlyoffice.catalogue import CatalogueEndpoints
from billingua.dialects.onlyoffice.contacts import ContactEndpoints
from billingua.dialects.onlyoffice.credentials import sign_in
from billingua.dialects.onlyoffice.errors import voice
from billingua.dialects.onlyoffice.invoices import InvoiceEndpoints
from billingua.dialects.onlyoffice.lists import InvoiceListEndpoints
from billingua.dialects.onlyoffice.portal import PortalEndpoints
from billingua.dialects.onlyoffice.printing import PrintingEndpoints
from billingua.dialects.onlyoffice.vocabulary import HANDLER, NAME
from billingua.engine.ledger import Ledger
from billingua.wire.face import Face

BASE = "/api/2.0"
CRM = f"{BASE}/crm"


PARTS = {"id": "[0-9]+", "contact": "[0-9]+", "status": "[^/]+?", "code": "[^/]+?"}
"""What a path may have at each of its variable parts."""


SUFFIX = r"\.json|\.xml|"
"""What may stand behind a path."""


class Call(Route):
    """A call: in whatever case its path is written, with `.json`, `.xml` or nothing behind it where it is the API's."""

    def __init__(
        self, verb: str, path: str, endpoint: Callable[[Request], Awaitable[Response]], suffix: str = SUFFIX
    ) -> None:
        super().__init__(f"{path}{{suffix}}", endpoint, methods=[verb])
        pattern = re.sub(r"\\\{(\w+)\\\}", lambda name: f"(?P<{name[1]}>{PARTS[name[1]]})", re.escape(path))
        self.path_regex = re.compile(rf"{pattern}(?P<suffix>{suffix})\Z", re.IGNORECASE | re.ASCII)


def make_face(ledger: Ledger, body_limit: int) -> Face:
    """Build the dialect's application on a ledger; bodies over the limit, in bytes, are refused."""
    endpoints = Endpoints(ledger, body_limit)
    printing = PrintingEndpoints(ledger, body_limit)
    calls = [
        Call("GET", HANDLER, printing.download, suffix=""),
        Call("POST", f"{BASE}/authentication", endpoints.authenticate),
        # There is no second factor here, so that whatever stands for one proves as much as none.
        Call("POST", f"{BASE}/authentication/{{code}}", endpoints.authenticate),
    ]
    families = [
        InvoiceEndpoints(ledger, body_limit),
        InvoiceListEndpoints(ledger, body_limit),
        printing,
        CatalogueEndpoints(ledger, body_limit),
        PortalEndpoints(ledger, body_limit),
        ContactEndpoints(ledger, body_limit),
    ]
    calls += [Call(verb, CRM + path, endpoint) for family in families for verb, path, endpoint in family.calls()]
    return Face(NAME, calls, voice, body_limit)


class Endpoints:
    """The dialect's endpoints on one ledger."""

    def __init__(self, ledger: Ledger, body_limit: int) -> None:
        self._ledger = ledger
        self._body_limit = body_limit

    async def authenticate(self, request: Request) -> Response:
        """Give a user a token (§1.4)."""
        wanted = await requests.read_sign_in(request, self._body_limit)
        new = b64encode(token_bytes(48)).decode()
        session, token, credential = await sign_in(request, self._ledger, wanted, new)
        return responses.success(request, responses.token(token, credential, session, request))
