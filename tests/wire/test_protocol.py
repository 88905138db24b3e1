"""Bytes on a real connection."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from billingua.wire.protocol import PatientProtocol

GET = b"GET / HTTP/1.1\r\nHost: billingua.test\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: billingua.test\r\nTransfer-Encoding: chunked\r\n\r\n"


ANSWERED = None
"""Stands between packets: what follows is sent once something has been answered."""


class Wire:
    """A server, and what is sent to it. It answers with the body, once all is sent that comes before an answer."""

    def __init__(self) -> None:
        self.port = 0
        self._may_answer = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        await self._may_answer.wait()
        answer = scope["method"].encode() + b" " + body
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(len(answer)).encode())]}
        )
        await send({"type": "http.response.body", "body": answer})

    async def exchange(self, *packets: bytes | None) -> bytes:
        """Send packets one after another, and give all that comes back before the server closes the connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        answer = b""
        for packet in packets:
            if packet is ANSWERED:
                self._may_answer.set()
                answer += await asyncio.wait_for(reader.read(100_000), timeout=20)
            else:
                writer.write(packet)
                await asyncio.sleep(0.02)
        self._may_answer.set()
        answer += await asyncio.wait_for(reader.read(), timeout=20)
        writer.close()
        await writer.wait_closed()
        return answer


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    wire = Wire()
    config, state = Config(wire, log_config=None), ServerState()
    config.load()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: PatientProtocol(config, state, {}), "127.0.0.1", 0)
    wire.port = server.sockets[0].getsockname()[1]
    yield wire
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize("packets", [[GET + b"{}"], [GET, b"{}"], [GET, b"{", b"}"], [GET + b"{}" + GET]])
async def test_a_request_is_answered_though_stray_bytes_follow_it_then_the_connection_closes(
    wire: Wire, packets: list[bytes | None]
) -> None:
    answer = await wire.exchange(*packets)

    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"connection: close\r\n\r\nGET ")
    assert answer.count(b"HTTP/1.1") == 1


async def test_stray_bytes_that_come_after_the_answer_close_the_connection_without_another(wire: Wire) -> None:
    answer = await wire.exchange(GET, ANSWERED, b"{}")

    assert answer.endswith(b"\r\n\r\nGET ")
    assert answer.count(b"HTTP/1.1") == 1


async def test_requests_before_stray_bytes_are_all_answered(wire: Wire) -> None:
    assert (await wire.exchange(GET + GET + b"{}")).count(b"200 OK") == 2


async def test_a_body_in_chunks_is_read_without_its_length(wire: Wire) -> None:
    answer = await wire.exchange(CHUNKED, b'1\r\n{\r\n1\r\n}\r\n0\r\n\r\n{"stray": 1}')

    assert answer.endswith(b"\r\n\r\nPOST {}")


def problem(answer: bytes) -> Any:
    """The problem that an answer of nobody in particular tells."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json\r\n" in head
    assert head.endswith(b"connection: close")
    return json.loads(body)


@pytest.mark.parametrize("packets", [[b"{}"], [b"GET\r\n\r\n"], [b"FOO / HTTP/1.1\r\n\r\n"], [CHUNKED, b"many\r\n"]])
async def test_what_is_no_request_is_still_refused(wire: Wire, packets: list[bytes | None]) -> None:
    answer = await wire.exchange(*packets)

    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert problem(answer) == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "This is not HTTP/1.1 as it can be read here.",
    }


ONE_LINE = b"X-Long: " + b"x" * 1000 + b"\r\n"
START = b"GET / HTTP/1.1\r\nHost: billingua.test\r\n"


@pytest.mark.parametrize(
    "packets",
    [
        [START + 66 * ONE_LINE + b"\r\n"],
        [START, *([22 * ONE_LINE] * 3)],
        [START + b"X-Endless: ", *([b"x" * 30_000] * 3)],
        [b"GET /" + b"x" * 66_000 + b" HTTP/1.1\r\n\r\n"],
        [GET, ANSWERED, START + 66 * ONE_LINE + b"\r\n"],
    ],
    ids=["at once", "bit by bit", "without end", "address", "after another"],
)
async def test_a_head_that_is_too_large_is_refused(wire: Wire, packets: list[bytes | None]) -> None:
    answer = await wire.exchange(*packets)

    *_, refusal = answer.partition(b"HTTP/1.1 431 ")
    assert problem(b"HTTP/1.1 431 " + refusal) == {
        "type": "about:blank",
        "title": "Request Header Fields Too Large",
        "status": 431,
        "detail": "The address and the headers may have 65536 bytes together.",
    }


async def test_a_large_head_is_read_and_each_request_is_counted_by_itself(wire: Wire) -> None:
    large = START + 64 * ONE_LINE + b"\r\n"
    assert (await wire.exchange(large + large + b"{}")).count(b"200 OK") == 2


async def test_a_body_is_not_counted(wire: Wire) -> None:
    post = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\nConnection: close\r\n\r\n"
    answer = await wire.exchange(post, b"x" * 60_000, b"x" * 40_000)

    assert answer.endswith(b"x" * 100_000)


async def test_an_upgrade_that_nobody_offers_is_answered_in_http_without_a_word_in_the_log(
    wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="uvicorn.error")
    upgrade = START + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"

    answer = await wire.exchange(upgrade, ANSWERED, b"{}")

    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert not [record for record in caplog.records if "pgrade" in record.message or "WebSocket" in record.message]


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="uvicorn.error")
