"""Forms: names and texts in the order in which they were sent, whichever way the form is encoded."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from urllib.parse import parse_qsl

from billingua.wire.errors import FormUnreadable

Pairs = list[tuple[str, str]]

_BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
_NAME = re.compile(
    rb'^content-disposition:[^\r\n]*?[; ]name=(?:"([^"\r\n]*)"|([^\s;"]+))', re.IGNORECASE | re.MULTILINE
)
_FILE = re.compile(rb"^content-disposition:[^\r\n]*?[; ]filename\*?=", re.IGNORECASE | re.MULTILINE)


def decode_form(body: bytes) -> Pairs:
    """Decode a URL-encoded form, or the query of a URL. Refuses with `FormUnreadable` what is not UTF-8."""
    with _utf8():
        return parse_qsl(body.decode(), keep_blank_values=True, errors="strict")


def decode_multipart(body: bytes, header: str) -> Pairs:
    """Decode a form of several parts by its `Content-Type` header; files are left out. Refuses with `FormUnreadable`.

    The standard library's mail parser follows parts into parts, at a cost that grows with their depth: a form has none.
    """
    with _utf8():
        parts = _parts(body, header)
        fields = [(_name(head), content) for head, content in parts if not _FILE.search(head)]
        return [(name, content.decode()) for name, content in fields if name is not None]


def decode_parts(body: bytes, header: str) -> dict[str, bytes]:
    """Decode a form of several parts, files and fields alike; of two with one name the first counts.

    Refuses with `FormUnreadable`.
    """
    with _utf8():
        parts = [(_name(head), content) for head, content in reversed(_parts(body, header))]
    return {name: content for name, content in parts if name is not None}


def without_boundary(body: bytes, header: str) -> bytes:
    """Give a body so that a form of several parts is the same whatever boundary it has; any other is as it was.

    A client library makes a new boundary each time, also for a request that is made again.
    """
    boundary = _BOUNDARY.search(header) if header.lower().startswith("multipart/") else None
    if not boundary:
        return body
    pieces = body.split(b"--" + (boundary[1] or boundary[2]).encode("latin-1"))
    return b"".join(b"%d:%b" % (len(piece), piece) for piece in pieces)


def _parts(body: bytes, header: str) -> list[tuple[bytes, bytes]]:
    """Take a form apart: the head and the content of each part."""
    boundary = _BOUNDARY.search(header)
    if not boundary:
        raise FormUnreadable("the content type names no boundary")
    delimiter = b"\r\n--" + (boundary[1] or boundary[2]).encode("latin-1")
    _, *parts = (b"\r\n" + body).split(delimiter)
    if not parts or not parts[-1].startswith(b"--"):
        raise FormUnreadable("the form has no end")
    return [(head, content) for head, _, content in (part.partition(b"\r\n\r\n") for part in parts[:-1])]


def _name(head: bytes) -> str | None:
    name = _NAME.search(head)
    return (name[1] or name[2] or b"").decode() if name else None


@contextmanager
def _utf8() -> Generator[None]:
    """Refuse with `FormUnreadable` what is not UTF-8."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise FormUnreadable(str(error)) from error
