"""Conditions of requests: entity tags are versions."""

from typing import Any

import pytest
from starlette.requests import Request

from billingua.core.invoice import Invoice
from billingua.engine.plan import by_id
from billingua.wire.conditions import entity_tag, if_match, is_known


def a_request(name: str, *values: str) -> Request:
    headers = [(name.encode(), value.encode()) for value in values]
    return Request({"type": "http", "headers": headers})


@pytest.mark.parametrize(
    ("values", "versions"),
    [
        ((), None),
        (("*",), None),
        ((" ",), None),
        (('"3"',), [3]),
        (('"3", "4"',), [3, 4]),
        (('"3"', '"4"'), [3, 4]),
        (('W/"3"',), []),
        (('"0"',), []),
        (('"abc", "9999999999"',), []),
        (("3",), []),
    ],
)
def test_if_match_names_the_versions_that_were_seen(values: Any, versions: Any) -> None:
    expected = if_match(a_request("if-match", *values), by_id(Invoice, 35))

    assert (expected and expected.versions) == versions
    assert expected is None or expected.key == by_id(Invoice, 35)


@pytest.mark.parametrize(
    ("values", "known"),
    [((), False), (("*",), True), (('"3"',), True), (('W/"3"',), True), (('"2", "3"',), True), (('"2"',), False)],
)
def test_if_none_match_names_what_is_known(values: Any, known: bool) -> None:
    assert is_known(a_request("if-none-match", *values), 3) is known


def test_a_version_in_quotes_is_the_tag() -> None:
    assert entity_tag(3) == '"3"'
