"""The OpenAPI document of this dialect: whole, valid, and what is printed and tested agrees with it."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from billingua.core.party import TradeRole
from billingua.dialects.crux import PREFIXES, make_face
from billingua.dialects.crux.openapi import OPERATIONS, describe
from billingua.dialects.crux.routes import Resource
from billingua.engine.clock import SystemClock
from billingua.engine.ledger import Ledger
from billingua.stores.memory import MemoryStore
from tests.dialects.crux.contract import check_request
from tests.dialects.described import calls_in, calls_of, check_document

SAMPLES: list[dict[str, Any]] = [
    sample
    for sample in json.loads((Path(__file__).parents[2] / "end_to_end" / "samples.json").read_text())
    if sample["request"]["path"].startswith(PREFIXES)
]


def as_told(path: str) -> str:
    """Write a path as documents do."""
    return re.sub(r":\w+\}", "}", path)


def test_the_document_is_one_of_openapi() -> None:
    check_document(describe())


FACE = make_face(Ledger(MemoryStore(), SystemClock()), 1000)
CALLS = {
    (verb, as_told(route.path)): call
    for route in FACE.routes
    if isinstance(route.endpoint, Resource)
    for verb, call in route.endpoint._calls.items()
    if verb != "HEAD"
}
"""What can be asked of the face by those who have a token."""


def test_every_call_is_told_of_and_no_other() -> None:
    others = {(verb, path) for verb, path in calls_of(FACE) if verb != "OPTIONS"}

    assert CALLS.keys() | others == calls_in(describe())


@pytest.mark.parametrize(("verb", "path"), sorted(CALLS))
def test_the_document_says_who_may_call(verb: str, path: str) -> None:
    (said,) = [told.callers for told in OPERATIONS if (told.verb, told.path) == (verb, path)]

    access = CALLS[verb, path].access
    assert (f"`{access.permission}`" in said) == bool(access.permission)
    assert ("etailers" in said) == (TradeRole.RETAILER in access.sides)
    assert ("uppliers" in said) == (TradeRole.SUPPLIER in access.sides)


@pytest.mark.parametrize(("verb", "path"), sorted(CALLS))
def test_every_call_that_writes_takes_a_key(verb: str, path: str) -> None:
    told = describe()["paths"][path][verb.lower()]

    writes = verb != "GET" and told["operationId"] != "list_orders"
    assert writes == ("Idempotency-Key" in {parameter["name"] for parameter in told["parameters"]})


@pytest.mark.parametrize("words", ["ends with a slash", "(301)", "`HEAD`", "`OPTIONS`"])
def test_what_every_path_does_besides_is_said_in_words(words: str) -> None:
    assert words in describe()["info"]["description"]


@pytest.mark.parametrize("sample", SAMPLES, ids=[sample["name"] for sample in SAMPLES])
def test_a_printed_request_is_one_of_the_document(sample: dict[str, Any]) -> None:
    asked = sample["request"]

    check_request(
        httpx.Request(
            asked["method"], f"http://billingua.test{asked['path']}", headers=asked["headers"], json=asked["json"]
        )
    )
