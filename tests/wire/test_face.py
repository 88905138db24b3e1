"""A face finds who answers, and words what nobody answers."""

import asyncio
import logging
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from billingua.core.errors import Refused
from billingua.wire.errors import WrongVerb
from billingua.wire.face import Face


async def literal(_: Request) -> Response:
    return PlainTextResponse("literal")


async def pattern(request: Request) -> Response:
    return PlainTextResponse(f"pattern {request.path_params['id']}")


async def crash(_: Request) -> Response:
    raise KeyError("a defect")


async def body(request: Request) -> Response:
    return PlainTextResponse(await request.body())


def voice(_: Request, error: Refused) -> Response:
    allowed = ",".join(error.allowed) if isinstance(error, WrongVerb) else ""
    return PlainTextResponse(f"{type(error).__name__} {allowed}".strip(), 400)


FACE = Face(
    "test",
    [
        Route("/things/all", literal, methods=["GET"]),
        Route("/things/{id}", pattern, methods=["GET"]),
        Route("/things/{id}", pattern, methods=["PUT"]),
        Route("/body", body, methods=["PUT"]),
        Route("/crash", crash, methods=["GET"]),
    ],
    voice,
)


@pytest.mark.parametrize(
    ("verb", "path", "answer"),
    [
        ("GET", "/things/all", "literal"),
        ("GET", "/things/7", "pattern 7"),
        ("PUT", "/things/7", "pattern 7"),
        ("PUT", "/things/all", "WrongVerb GET"),
        ("DELETE", "/things/7", "WrongVerb GET,PUT"),
        ("GET", "/things/7/", "UnknownPath"),
        ("GET", "/nothing", "UnknownPath"),
        ("GET", "/things%2Fall", "UnknownPath"),
        ("GET", "/things/a%2fb", "UnknownPath"),
        ("GET", "/crash", "Crashed"),
    ],
)
async def test_the_first_path_that_fits_owns_the_request_whatever_its_verb(verb: str, path: str, answer: str) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=FACE), base_url="http://billingua.test") as client:
        answered = await client.request(verb, path)

    assert answered.text == answer


async def test_a_head_request_is_answered_as_a_get() -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=FACE), base_url="http://billingua.test") as client:
        assert (await client.head("/things/all")).status_code == 200


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/x%1b%5b31m%00y%0a", "/x%1B%5B31m%00y%0A"),
        ("/sign/key=secret/on", "/sign/key=…/on"),
        ("/sign/key%3Dsecret/on", "/sign/key=…/on"),
        ("/caf%C3%A9", "/caf%C3%A9"),
        ("/" + "x" * 5000, "/" + "x" * 199),
    ],
)
async def test_a_path_is_logged_without_secrets_and_without_what_a_terminal_obeys(
    caplog: pytest.LogCaptureFixture, path: str, logged: str
) -> None:
    caplog.set_level(logging.INFO, "billingua.requests")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=FACE), base_url="http://billingua.test") as client:
        await client.get(path)

    (told,) = [record.getMessage() for record in caplog.records if record.name == "billingua.requests"]
    assert told.startswith(f"test GET {logged} 400 ")


async def test_who_is_cut_off_by_the_end_of_the_server_is_told_so_in_the_dialects_voice() -> None:
    said: list[Any] = []

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        said.append(message)

    scope = {"type": "http", "method": "PUT", "path": "/body", "query_string": b"", "headers": []}
    request = asyncio.create_task(FACE(scope, receive, send))
    await asyncio.sleep(0)
    request.cancel()

    with pytest.raises(asyncio.CancelledError):
        await request
    assert [message.get("status", message.get("body")) for message in said] == [400, b"Crashed"]


async def test_an_answer_that_was_begun_is_not_begun_again_when_the_server_ends() -> None:
    said: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        said.append(message)
        await asyncio.Event().wait()

    scope = {"type": "http", "method": "PUT", "path": "/body", "query_string": b"", "headers": []}
    request = asyncio.create_task(FACE(scope, receive, send))
    await asyncio.sleep(0)
    request.cancel()

    with pytest.raises(asyncio.CancelledError):
        await request
    assert [message["type"] for message in said] == ["http.response.start"]


async def test_a_client_that_hangs_up_in_mid_body_is_noted_and_not_answered(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    heard = iter([{"type": "http.request", "body": b"half", "more_body": True}, {"type": "http.disconnect"}])
    said: list[Any] = []

    async def receive() -> Any:
        return next(heard)

    async def send(message: Any) -> None:
        said.append(message)

    scope = {"type": "http", "method": "PUT", "path": "/body", "query_string": b"", "headers": []}
    await FACE({**scope, "server": ("billingua.test", 80)}, receive, send)

    (record,) = caplog.records
    assert (record.levelno, record.exc_info) == (logging.INFO, None)
    assert record.getMessage().startswith("test PUT /body 499 ")
    assert said == []
