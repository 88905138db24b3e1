"""The requests that the vendors print, sent to the demo one after another."""

import json
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
