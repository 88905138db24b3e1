"""HTTP/1.1 as clients write it, the careless ones too."""

from http import HTTPStatus
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from billingua.wire.replies import encode_json

LARGEST_HEAD = 64 * 1024
"""How many bytes the address and the headers of a request may have together."""

_UNREADABLE = HTTPStatus.BAD_REQUEST, "This is not HTTP/1.1 as it can be read here."
_TOO_LARGE = (
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    f"The address and the headers may have {LARGEST_HEAD} bytes together.",
)


class PatientProtocol(HttpToolsProtocol):
    """Reads HTTP as uvicorn does, but lets bytes that nobody announced not spoil the request before them.

    There are clients that send `{}` after a GET without a word of it in the headers. uvicorn answers such bytes at
    once with a 400, which the client takes for the answer to its GET.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._in_head = False
        self._head_read = 0  # in whole lines
        self._head_received = 0  # a line that never ends is not read, but received

    def data_received(self, data: bytes) -> None:
        """Read what arrives; a head that only grows is refused."""
        head_goes_on = self._in_head
        super().data_received(data)
        if head_goes_on and self._in_head and not self.transport.is_closing():
            self._head_received += len(data)
            if self._head_is_too_large():
                self.send_400_response("")

    def on_message_begin(self) -> None:
        """Begin with a request."""
        super().on_message_begin()
        self._in_head, self._head_read, self._head_received = True, 0, 0

    def on_url(self, url: bytes) -> None:
        """Take in a part of the address."""
        super().on_url(url)
        self._count(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take in a header."""
        super().on_header(name, value)
        self._count(name, value)

    def on_headers_complete(self) -> None:
        """Begin to answer."""
        self._in_head = False
        super().on_headers_complete()

    def _count(self, *parts: bytes) -> None:
        self._head_read += sum(map(len, parts))
        if self._head_is_too_large():
            raise OverflowError  # the parser takes it for a request that cannot be read, and reads no further

    def _head_is_too_large(self) -> bool:
        return max(self._head_read, self._head_received) > LARGEST_HEAD

    def _unsupported_upgrade_warning(self) -> None:
        """Nothing is amiss: a server that does not switch protocols answers in HTTP/1.1 (RFC 9110, section 7.8)."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - our own words say more
        """Answer what cannot be read; where a whole request stands before it, answer that one alone, then close."""
        cycle = cast("RequestResponseCycle | None", self.cycle)  # there is none before the first request
        if cycle is None or (cycle.more_body and not cycle.response_complete):
            self._refuse()
        elif not cycle.response_complete:
            cycle.keep_alive = False
        elif self._head_is_too_large():
            self._refuse()
        else:
            self.transport.close()

    def _refuse(self) -> None:
        """Answer with a problem (RFC 9457) in nobody's voice: which dialect was meant is not known yet."""
        status, detail = _TOO_LARGE if self._head_is_too_large() else _UNREADABLE
        problem = {"type": "about:blank", "title": status.phrase, "status": status, "detail": detail}
        body = encode_json(problem)
        head = (
            f"HTTP/1.1 {status} {status.phrase}\r\ncontent-type: application/problem+json\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
