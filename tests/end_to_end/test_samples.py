"""The requests that the vendors print, sent to the demo one after another."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.end_to_end.server import Server

SAMPLES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "samples.json").read_text())


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("demo")
    with (
        Server("--demo", "--data", str(folder / "data"), folder=folder) as server,
        httpx.Client(base_url=server.url) as client,
    ):
        yield client


@pytest.mark.parametrize("sample", SAMPLES, ids=[sample["name"] for sample in SAMPLES])
def test_a_printed_request_gets_its_answer(demo: httpx.Client, sample: dict[str, Any]) -> None:
    if moment := sample.get("clock"):
        assert demo.put("/sandbox/clock", json={"now": moment}).status_code == 200
    asked = sample["request"]
    body = {"json": asked["json"]} if "json" in asked else {"content": asked["raw"]}
    answer = demo.request(asked["method"], asked["path"], headers=asked["headers"], **body)
    expected = sample["answer"]
    assert answer.status_code == expected["status"], answer.text
    shown = answer.json()
    if "keys" in expected:
        assert set(expected["keys"]) <= set(shown)
    assert {key: shown.get(key) for key in expected.get("envelope", {})} == expected.get("envelope", {})
    if "body" in expected:
        assert shown == expected["body"]


def test_a_get_is_answered_though_a_body_follows_that_no_header_announces(demo: httpx.Client) -> None:
    order = "/timp/orders/319bba9f-71b1-4a93-8abf-67a45b8fdd5c/invoices/"
    head = f"GET {order} HTTP/1.1\r\nHost: {demo.base_url.host}\r\nAuthorization: Token 1234567890\r\n\r\n"
    with socket.create_connection((demo.base_url.host, demo.base_url.port or 80), timeout=10) as connection:
        connection.sendall(head.encode() + b"{}")
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["po_number"] == "PO-1"
