"""Every exchange with this dialect against its OpenAPI document."""

from functools import cache

import httpx

from billingua.dialects.crux.openapi import describe
from billingua.wire.schemas import TEXT, any_of, closed, list_of, named
from tests.dialects.described import Contract


async def check(answer: httpx.Response) -> None:
    """Hold an exchange against the document: for the hooks of a client."""
    await _contract().check(answer)


def check_request(request: httpx.Request) -> None:
    """Hold a request against the document, whatever it is answered."""
    contract = _contract()
    place = contract._place(request)
    assert place is not None
    contract._check_request(request, place)


@cache
def _contract() -> Contract:
    """Know what the document says in words alone, too.

    Whoever asks is looked at before the verb, every path takes `OPTIONS`, readers are sent on to the slash at its end,
    and a number may have slashes in it.
    """
    detail, verbs = named("Detail"), closed({"renders": list_of(TEXT), "parses": list_of(TEXT)})
    of_number = list_of(named("Order"))
    return Contract(
        describe(), elsewhere={200: any_of(verbs, of_number), 301: None, 401: detail, 404: detail, 405: detail}
    )
