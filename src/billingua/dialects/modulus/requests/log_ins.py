"""Log-ins of programs and of users (contract §2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from billingua.dialects.modulus.errors import FormExpected, SecretMissing
from billingua.dialects.modulus.requests.bodies import read_code
from billingua.wire.bodies import content_type, decode_json, read_body
from billingua.wire.errors import BodyTypeUnsupported, BodyUnreadable
from billingua.wire.forms import decode_form
from billingua.wire.scalars import Invalid, read_text

APP_PARAMETERS = "account, app, secret"
USER_PARAMETERS = "username and password"


@dataclass(frozen=True, slots=True)
class LogIn:
    """Who logs in, and what only they know."""

    name: str
    secret: str


async def read_app(request: Request, body_limit: int) -> LogIn:
    """Read the name and the secret of a program from a form; no body lacks both. Refuses with `SecretMissing`."""
    body = await read_body(request, body_limit)
    if body and content_type(request) != "application/x-www-form-urlencoded":
        raise FormExpected(content_type(request))
    try:
        fields = dict(decode_form(body))
    except BodyUnreadable:
        fields = {}
    return _log_in(fields.get("app"), fields.get("secret"), APP_PARAMETERS)


async def read_user(request: Request, body_limit: int) -> LogIn:
    """Read the name and the password of a user, whatever the case of the keys. Refuses with `SecretMissing`."""
    body = await read_body(request, body_limit)
    if body and content_type(request) != "application/json":
        raise BodyTypeUnsupported(content_type(request))
    members = _members(body)
    return _log_in(members.get("username"), members.get("password"), USER_PARAMETERS)


def _members(body: bytes) -> Mapping[str, Any]:
    """Read an object; anything else has no members."""
    try:
        read = decode_json(body)
    except BodyUnreadable:
        return {}
    return {name.lower(): value for name, value in read.items()} if isinstance(read, dict) else {}  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]


def _log_in(name: Any, secret: Any, parameters: str) -> LogIn:
    try:
        read = LogIn(read_code(name), read_text(secret))
    except Invalid:
        raise SecretMissing(parameters) from None
    if not read.name or not read.secret:
        raise SecretMissing(parameters)
    return read
