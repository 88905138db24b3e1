"""The OpenAPI document of this dialect: whole, valid, and what is printed and tested agrees with it."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from billingua.dialects.modulus import PREFIXES, make_face
from billingua.dialects.modulus.openapi import OPERATIONS, describe
from billingua.dialects.modulus.vocabulary import CODES
from billingua.engine.clock import SystemClock
from billingua.engine.ledger import Ledger
from billingua.stores.memory import MemoryStore
from billingua.wire.openapi import IDEMPOTENCY_KEY, Operation
from tests.dialects.described import calls_in, calls_of, check_document
from tests.dialects.modulus.contract import SPELLINGS, check_request

SAMPLES: list[dict[str, Any]] = [
    sample
    for sample in json.loads((Path(__file__).parents[2] / "end_to_end" / "samples.json").read_text())
    if sample["request"]["path"].startswith(PREFIXES)
]


def test_the_document_is_one_of_openapi() -> None:
    check_document(describe())


def test_every_call_is_told_of_and_no_other() -> None:
    face = make_face(Ledger(MemoryStore(), SystemClock()), 1000)

    assert {(verb, quote(path, safe="/+")) for verb, path in calls_of(face)} == calls_in(describe()) | {
        ("POST", path) for path in SPELLINGS
    }


def test_other_spellings_are_named_in_words() -> None:
    told = describe()["info"]["description"]

    for path in SPELLINGS:
        assert f"`{path.rpartition('/')[2]}`" in told


def test_every_error_code_is_explained() -> None:
    told = describe()["components"]["schemas"]["ErrorCode"]

    assert told["enum"] == sorted(CODES)
    for code, text in CODES.items():
        assert f"| {code} | {text} |" in told["description"]


@pytest.mark.parametrize("sample", SAMPLES, ids=[sample["name"] for sample in SAMPLES])
def test_a_printed_request_is_one_of_the_document(sample: dict[str, Any]) -> None:
    asked = sample["request"]

    check_request(
        httpx.Request(
            asked["method"], f"http://billingua.test{asked['path']}", headers=asked["headers"], content=asked["raw"]
        )
    )


@pytest.mark.parametrize("told", OPERATIONS, ids=[told.name for told in OPERATIONS])
def test_every_call_with_a_token_that_writes_takes_a_key(told: Operation) -> None:
    takes_one = IDEMPOTENCY_KEY in told.parameters

    assert takes_one == (told.verb != "GET" and told.name != "find_items" and told.security is None)
