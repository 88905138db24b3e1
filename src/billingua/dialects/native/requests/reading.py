"""What clients of our own API send: bodies, keys and moments, with the place of whatever cannot be read."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar, cast
from uuid import UUID

import msgspec
from starlette.requests import Request

from billingua.core.errors import NotFound
from billingua.dialects.native.errors import BodyInvalid
from billingua.dialects.native.vocabulary import INVALID
from billingua.engine.plan import Key, by_id, by_uuid
from billingua.wire import scalars
from billingua.wire.bodies import content_type, decode_json, read_body
from billingua.wire.errors import BodyTypeUnsupported
from billingua.wire.scalars import Invalid

T = TypeVar("T")

_HYPHENATED = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DIGITS = re.compile(r"[0-9]{1,10}")
_WHERE = re.compile(r"(?P<what>.*?)(?: - at `(?:key in )?\$(?P<path>.*)`)?", re.DOTALL)
_STEP = re.compile(r"\.(\w+)|\[(\d+|\.\.\.)\]")
_MEMBER = re.compile(r"Object (?:missing required|contains unknown) field `(.*)`", re.DOTALL)


def read_key(kind: type[T], text: str, missing: type[NotFound]) -> Key[T]:
    """Read which record is meant, by its id or its UUID; what is neither names none."""
    if _HYPHENATED.fullmatch(text):
        return by_uuid(kind, UUID(text))
    if _DIGITS.fullmatch(text):
        return by_id(kind, int(text))
    raise missing(text)


def read_moment(value: Any, pointer: str = "") -> datetime:
    """Read an RFC 3339 moment that stands at `pointer` in a body, or refuse with `BodyInvalid`."""
    try:
        return scalars.read_moment(value)
    except Invalid as error:
        raise BodyInvalid([(pointer, INVALID[error.wanted])]) from None


async def read_content(request: Request, limit: int, wanted: Any, media_types: Sequence[str]) -> Any:
    """Read a body as what is wanted, a Struct; None wants any object. What was sent is kept with the request.

    Refuses with `BodyInvalid`, `BodyUnreadable`, `BodyTooLarge` or `BodyTypeUnsupported`.
    """
    if content_type(request) not in media_types:
        raise BodyTypeUnsupported(content_type(request))
    request.state.content = sent = decode_json(await read_body(request, limit))
    if wanted is not None:
        return as_content(sent, wanted)
    if not isinstance(sent, dict):
        raise BodyInvalid([("", INVALID["object"])])
    return cast("dict[str, Any]", sent)


class _Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """What is said where there is nothing to say."""


def require_nothing(body: bytes) -> None:
    """See that a body says nothing: it is empty, or an object without members.

    Refuses with `BodyInvalid` or `BodyUnreadable`: what is not heard shall not be taken for done.
    """
    if body.strip():
        as_content(decode_json(body), _Nothing)


def as_content(value: Any, wanted: type[T]) -> T:
    """Make a Struct of a JSON value. Refuses with `BodyInvalid`, which points at what is wrong."""
    try:
        content = msgspec.convert(value, wanted)
    except msgspec.ValidationError as error:
        raise BodyInvalid([_problem(str(error))]) from None
    problems = _unkept("", content, value)
    if problems:
        raise BodyInvalid(problems)
    return content


def check_currency(currency: str | None) -> None:
    """See that a currency in a body is one of ISO 4217's, if any is named. Refuses with `BodyInvalid`."""
    try:
        scalars.read_currency(currency or "EUR")
    except Invalid as error:
        raise BodyInvalid([("/currency", INVALID[error.wanted])]) from None


def _problem(told: str) -> tuple[str, str]:
    """Take a message of msgspec's apart: the place as a JSON Pointer, and what is wrong there."""
    where = _WHERE.fullmatch(told)
    what, path = (where["what"], where["path"] or "") if where else (told, "")
    steps = [name or place for name, place in _STEP.findall(path)]
    if member := _MEMBER.fullmatch(what):
        steps.append(member[1].replace("~", "~0").replace("/", "~1"))
        what = "Must be given." if "missing" in what else "There is no such member."
    return "".join(f"/{step}" for step in steps), what


def _unkept(pointer: str, value: Any, sent: Any) -> list[tuple[str, str]]:
    """Find the numbers, texts and moments that no store could keep, and texts that are numbers to Python alone."""
    if isinstance(value, Decimal):
        return _refused_by(scalars.read_decimal, sent if isinstance(sent, str) else value, pointer)
    if isinstance(value, datetime):
        return _refused_by(_in_utc, value, pointer)
    if isinstance(value, str):
        return _refused_by(scalars.read_text, value, pointer)
    if isinstance(value, msgspec.Struct):
        value = {name: getattr(value, name) for name in value.__struct_fields__}
    parts: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        parts = list(cast("dict[str, Any]", value).items())
    elif isinstance(value, list | tuple):
        parts = list(enumerate(cast("Sequence[Any]", value)))
    return [problem for name, part in parts for problem in _unkept(f"{pointer}/{name}", part, _part_of(sent, name))]


def _part_of(sent: Any, name: Any) -> Any:
    """Give what was sent as a member, or in a place; None for what was left out."""
    if isinstance(sent, list):
        return cast("list[Any]", sent)[name]
    return cast("dict[str, Any]", sent).get(name) if isinstance(sent, dict) else None


def _in_utc(moment: datetime) -> datetime:
    """Give a moment in UTC, whose years end where others' may go on."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise Invalid("moment") from None


def _refused_by(reader: Any, value: Any, pointer: str) -> list[tuple[str, str]]:
    try:
        reader(value)
    except Invalid as error:
        return [(pointer, INVALID.get(error.wanted, INVALID["number"]))]
    return []
