"""The OpenAPI document of this dialect."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from billingua.dialects.bigcommerce import PREFIXES, make_face
from billingua.dialects.bigcommerce.openapi import describe
from billingua.engine.clock import SystemClock
from billingua.engine.ledger import Ledger
from billingua.stores.memory import MemoryStore
from tests.dialects.bigcommerce.contract import CONTRACT
from tests.dialects.described import calls_in, calls_of, check_document

SAMPLES = [
    pytest.param(sample["request"], sample["answer"]["status"], id=sample["name"])
    for sample in json.loads((Path(__file__).parents[2] / "end_to_end" / "samples.json").read_text())
    if sample["request"]["path"].startswith(PREFIXES)
]


def test_the_document_is_openapi() -> None:
    check_document(describe())


def test_the_document_tells_of_every_call_and_of_no_other() -> None:
    face = make_face(Ledger(MemoryStore(), SystemClock()), 1000)

    assert calls_in(describe()) == calls_of(face)


@pytest.mark.parametrize(("sent", "status"), SAMPLES)
def test_the_document_tells_of_what_vendors_print(sent: Any, status: int) -> None:
    request = httpx.Request(
        sent["method"], f"http://billingua.test{sent['path']}", headers=sent["headers"], json=sent["json"]
    )

    CONTRACT.check_sent(request, status)
