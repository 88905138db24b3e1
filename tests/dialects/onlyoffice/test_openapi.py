"""The OpenAPI document of this dialect."""

from billingua.dialects.onlyoffice import make_face
from billingua.dialects.onlyoffice.openapi import describe
from billingua.engine.clock import SystemClock
from billingua.engine.ledger import Ledger
from billingua.stores.memory import MemoryStore
from tests.dialects.described import calls_in, calls_of, check_document


def test_the_document_is_openapi() -> None:
    check_document(describe())


def test_the_document_tells_of_every_call_and_of_no_other() -> None:
    routed = calls_of(make_face(Ledger(MemoryStore(), SystemClock()), 1000))

    assert calls_in(describe()) == {(verb, path.removesuffix("{suffix}")) for verb, path in routed}
