"""Signing in (contract §1.4)."""

from starlette.requests import Request

from billingua.dialects.onlyoffice.credentials import SignIn
from billingua.dialects.onlyoffice.errors import ArgumentRefused
from billingua.dialects.onlyoffice.requests.binding import read_parameters
from billingua.wire.scalars import read_text


async def read_sign_in(request: Request, body_limit: int) -> SignIn:
    """Read who wants to sign in. Refuses with `ArgumentRefused` what is missing.

    Whoever has another house vouch for them need not say here who they are.
    """
    scalars = (await read_parameters(request, body_limit)).scalars
    user_name, password, provider = (scalars.read(name, read_text, "") for name in ("userName", "password", "provider"))
    provider = "" if provider.lower() == "email" else provider
    for name, said in (("userName", user_name), ("password", password)):
        if not said and not provider:
            raise ArgumentRefused(name)
    return SignIn(user_name, password, provider)
