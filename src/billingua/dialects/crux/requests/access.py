"""Log-in (§2)."""

from typing import NamedTuple

from starlette.requests import Request

from billingua.dialects.crux.requests.bodies import read_json, read_members
from billingua.dialects.crux.requests.members import filled
from billingua.wire.members import ObjectOf


class Login(NamedTuple):
    """The name that somebody signs in with, and the password."""

    username: str
    password: str


async def read_login(request: Request, limit: int) -> Login:
    """Read a log-in; whatever stands in the `Authorization` header counts for nothing."""
    return Login(**read_members(_LOGIN, await read_json(request, limit)))


_LOGIN = ObjectOf({"username": filled, "password": filled}, required=("username", "password"))
