"""Conditions of requests: entity tags are versions."""

from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from billingua.core.errors import ChangedMeanwhile
from billingua.core.invoice import Invoice
from billingua.engine.plan import by_id
from billingua.wire.conditions import changed_members, entity_tag, if_match, is_known, tagged


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
    assert tagged(Response(), 3).headers["ETag"] == '"3"'


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["/lines/0/quantity", "/lines/1", "/terms"], ["items", "terms"]),
        (["/extras/ours/colour", "/extras/theirs/shape"], ["colour", "extras"]),
        (["/extras/ours"], ["extras"]),
        ([""], []),
    ],
    ids=str,
)
def test_what_changed_is_named_once_in_a_dialects_words(paths: list[str], names: list[str]) -> None:
    changed = ChangedMeanwhile(3, [2], [(path, 3, "ida") for path in paths])

    assert changed_members(changed, {"lines": "items"}, "ours") == names
