"""From a request to a visit: endpoints are given who is signed in, and what they sent."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from billingua.console.sessions import Door, Visit
from billingua.core.errors import InvoiceNotFound
from billingua.wire.face import Endpoint
from billingua.wire.scalars import Invalid, read_integer

Handler = Callable[[Visit], Awaitable[Response]]


def reading(door: Door, handler: Handler) -> Endpoint:
    """Let in who is signed in, to look at something."""

    async def answer(request: Request) -> Response:
        return await handler(await door.open(request))

    return answer


def writing(door: Door, handler: Handler) -> Endpoint:
    """Let in who is signed in and sends a form of ours, to do something."""

    async def answer(request: Request) -> Response:
        return await handler(await door.hear(request))

    return answer


def invoice_id(visit: Visit) -> int:
    """Read which invoice an address is about. Refuses with `InvoiceNotFound` what is no id."""
    text = visit.request.path_params["invoice"]
    try:
        return read_integer(text)
    except Invalid:
        raise InvoiceNotFound(text) from None
