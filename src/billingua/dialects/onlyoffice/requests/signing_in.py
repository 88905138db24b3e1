"""Signing in (contract §1.4)."""

from starlette.requests import Request

from billingua.dialects.onlyoffice.credentials import SignIn
from billingua.dialects.onlyoffice.errors import ArgumentRefused
from billingua.dialects.onlyoffice.requests.binding import read_parameters
from billingua.wire.scalars import read_text


async def read_sign_in(request: Request, body_limit: int) -> SignIn:
    """Read who wants to sign in. Refuses with `ArgumentRefused` what is missing."""
    scalars = (await read_parameters(request, body_limit)).scalars
    user_name, password, provider = (scalars.read(name, read_text, "") for name in ("userName", "password", "provider"))
    if not user_name:
        raise ArgumentRefused("userName")
    if not password:
        raise ArgumentRefused("password")
    return SignIn(user_name, password, "" if provider.lower() == "email" else provider)
