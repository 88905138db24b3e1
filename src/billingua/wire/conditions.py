"""Conditions of a request (RFC 9110, section 13): an entity tag is a record's version, in quotes."""

import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from billingua.core.errors import ChangedMeanwhile
from billingua.engine.conditions import Expected
from billingua.engine.plan import Key

_TAG = re.compile(r'(W/)?"([^"]*)"')
_VERSION = re.compile(r"[1-9][0-9]{0,8}")


NEW = 1
"""The version of what was just made."""


def entity_tag(version: int) -> str:
    """Give the tag of a version."""
    return f'"{version}"'


def tagged(answer: Response, version: int) -> Response:
    """Put the tag of a version on an answer."""
    answer.headers["etag"] = entity_tag(version)
    return answer


def if_match(request: Request, key: Key[Any]) -> Expected | None:
    """Read in which versions a record has to be; None where the client does not say, or any will do.

    A tag that is weak or was never ours matches no version.
    """
    return if_tagged(", ".join(request.headers.getlist("if-match")), key)


def if_tagged(header: str, key: Key[Any]) -> Expected | None:
    """Read `If-Match` as it was written."""
    if header.strip() in {"", "*"}:
        return None
    strong = [tag for weak, tag in _TAG.findall(header) if not weak]
    return Expected(key, [int(tag) for tag in strong if _VERSION.fullmatch(tag)])


def is_known(request: Request, version: int) -> bool:
    """Whether the client has this version already, as its `If-None-Match` says."""
    header = ", ".join(request.headers.getlist("if-none-match"))
    return header.strip() == "*" or str(version) in {tag for _, tag in _TAG.findall(header)}


def changed_members(error: ChangedMeanwhile, words: Mapping[str, str], dialect: str) -> list[str]:
    """Name, each once, what changed meanwhile: in a dialect's words, and by our own where it has none.

    What the record keeps for the dialect alone has the dialect's names already.
    """
    own = f"/extras/{dialect}/"
    names = (path.removeprefix(own).removeprefix("/").partition("/")[0] for path, *_ in error.changes)
    return list(dict.fromkeys(words.get(name, name) for name in names if name))
