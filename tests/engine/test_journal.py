import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from hashlib import sha256
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billingua.core.changes import ABSENT
from billingua.core.lifecycle import Status
from billingua.engine.journal import GENESIS, Break, Entry, breaks, enter, read, seal
from billingua.engine.plan import Job
from tests.builders import NOON, a_caller, a_line, an_invoice

LATER = NOON + timedelta(hours=1)
JOB = Job(
    a_caller(workspace="demo", actor="ida", dialect="crux", request="request-7"), NOON, "amend_invoice", lambda: ABSENT
)


def entered(before: Any, after: Any, version: int = 1, chain: bytes = GENESIS, job: Job[Any] = JOB) -> Entry:
    return enter(job, "invoice", 35, version, before, after, chain)


def a_history() -> list[Entry]:
    """Three entries of one invoice: written, issued, paid."""
    states = [None, *(an_invoice(status=status) for status in (Status.DRAFT, Status.OPEN, Status.PAID))]
    history: list[Entry] = []
    for version, (before, after) in enumerate(pairwise(states), 1):
        history.append(entered(before, after, version, history[-1].hash if history else GENESIS))
    return history


def forged(entry: Entry, chain: bytes, body: bytes) -> Entry:
    return replace(entry, body=body, hash=seal(chain, body))


def whys(history: list[Entry]) -> list[tuple[int, str]]:
    return [(found.version, found.why) for found in breaks(history)]


def test_an_entry_says_who_did_what_through_which_dialect_and_when():
    entry = entered(an_invoice(), an_invoice(terms="45 days"), version=2)
    assert (entry.workspace, entry.kind, entry.id, entry.version, entry.at) == ("demo", "invoice", 35, 2, NOON)
    assert json.loads(entry.body) == {
        "workspace": "demo",
        "kind": "invoice",
        "id": 35,
        "version": 2,
        "at": "2024-12-26T12:00:00Z",
        "actor": "ida",
        "dialect": "crux",
        "request": "request-7",
        "action": "amend_invoice",
        "changes": [{"path": "/terms", "before": None, "after": "45 days"}],
    }


def test_a_new_aggregate_has_no_state_before_and_one_that_goes_none_after():
    (made,) = read(entered(None, an_invoice()))["changes"]
    assert set(made) == {"path", "after"}
    assert (made["path"], made["after"]["number"]) == ("", "INV-35")
    (gone,) = read(entered(an_invoice(), None))["changes"]
    assert set(gone) == {"path", "before"}
    assert gone["before"]["status"] == "open"


def test_a_side_that_does_not_exist_is_left_out_and_one_that_is_null_is_not():
    before, after = an_invoice(extras={"crux": {"a": None}}), an_invoice(extras={"crux": {"b": None}})
    assert read(entered(before, after))["changes"] == [
        {"path": "/extras/crux/a", "before": None},
        {"path": "/extras/crux/b", "after": None},
    ]


def test_a_line_that_was_added_is_told_whole():
    before = an_invoice(lines=(a_line(),))
    after = replace(before, lines=(a_line(), a_line(id=2, position=1, quantity=Decimal("2.50"))))
    (change,) = read(entered(before, after))["changes"]
    assert change["path"] == "/lines/1"
    assert "before" not in change
    assert (change["after"]["id"], str(change["after"]["quantity"])) == (2, "2.50")


def test_the_time_of_the_change_is_no_change():
    assert read(entered(an_invoice(), an_invoice(updated_at=LATER)))["changes"] == []


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=4) | st.integers(-(2**80), 2**80),
    st.decimals(allow_nan=False, allow_infinity=False, places=12),
)
def test_numbers_come_back_exactly(amount: Decimal | int, other: Decimal):
    before, after = an_invoice(extras={"native": {"n": amount}}), an_invoice(extras={"native": {"n": str(other)}})
    (change,) = read(entered(before, after))["changes"]
    assert change["before"] == amount
    assert change["before"] is not True
    owed = an_invoice(open_balance=other, original_balance=Decimal("1E+30"))
    told = read(entered(None, owed))["changes"][0]["after"]
    assert str(Decimal(told["open_balance"])) == str(other)
    assert told["original_balance"] == Decimal(10**30)


def test_no_number_becomes_a_float():
    told = read(entered(None, an_invoice(open_balance=Decimal("0.1"), extras={"native": {"n": [1, Decimal("0.10")]}})))
    after = told["changes"][0]["after"]
    assert after["open_balance"] == Decimal("0.1")
    assert [type(number) for number in after["extras"]["native"]["n"]] == [int, Decimal]
    assert str(after["extras"]["native"]["n"][1]) == "0.10"


def test_moments_are_told_in_utc_with_their_microseconds():
    moment = datetime(2024, 12, 26, 12, 0, 0, 123456, tzinfo=UTC)
    assert read(entered(None, an_invoice(), job=replace(JOB, now=moment)))["at"] == "2024-12-26T12:00:00.123456Z"


def test_each_entry_seals_its_body_and_the_entry_before():
    first, second, _ = a_history()
    assert first.hash == sha256(GENESIS + first.body).digest()
    assert second.hash == sha256(first.hash + second.body).digest()


def test_a_history_that_nobody_touched_holds():
    assert whys(a_history()) == []
    assert whys([]) == []


def test_a_body_that_was_changed_is_found():
    first, second, third = a_history()
    changed = replace(second, body=second.body.replace(b'"ida"', b'"eve"'))
    assert list(breaks([first, changed, third])) == [
        Break("demo", "invoice", 35, 2, "the entry is not the one that was sealed")
    ]


def test_a_body_that_was_changed_and_sealed_again_breaks_the_entry_after():
    first, second, third = a_history()
    changed = forged(second, first.hash, second.body.replace(b'"ida"', b'"eve"'))
    assert whys([first, changed, third]) == [(3, "the entry is not the one that was sealed")]


def test_a_hash_that_was_changed_is_found():
    first, second, third = a_history()
    assert whys([first, replace(second, hash=bytes(32)), third]) == [
        (2, "the entry is not the one that was sealed"),
        (3, "the entry is not the one that was sealed"),
    ]


@pytest.mark.parametrize(("left", "found"), [([1, 2], (2, "entry 1 is missing")), ([0, 2], (3, "entry 2 is missing"))])
def test_an_entry_that_is_missing_is_found(left: list[int], found: tuple[int, str]):
    history = a_history()
    assert whys([history[index] for index in left]) == [found]


def test_an_entry_that_stands_twice_is_found():
    first, second, third = a_history()
    assert whys([first, second, second, third]) == [(2, "entry 3 is missing")]


@pytest.mark.parametrize(
    "member", [{"workspace": "other"}, {"kind": "order"}, {"id": 36}, {"version": 7}, {"version": None}]
)
def test_an_entry_that_belongs_elsewhere_is_found(member: dict[str, Any]):
    (first, *_) = a_history()
    moved = forged(first, GENESIS, json.dumps(json.loads(first.body) | member).encode())
    assert whys([moved]) == [(1, "the entry belongs elsewhere")]


@pytest.mark.parametrize(
    "member", [{"at": "2024-12-26T12:00:01Z"}, {"at": "noon"}, {"at": None}, {"at": "2024-12-26T12:00:00"}]
)
def test_an_entry_that_was_made_at_another_time_is_found(member: dict[str, Any]):
    (first, *_) = a_history()
    moved = forged(first, GENESIS, json.dumps(json.loads(first.body) | member).encode())
    assert whys([moved]) == [(1, "the entry was made at another time")]


def test_an_entry_that_names_no_time_is_found():
    (first, *_) = a_history()
    body = {name: value for name, value in json.loads(first.body).items() if name != "at"}
    assert whys([forged(first, GENESIS, json.dumps(body).encode())]) == [(1, "the entry was made at another time")]


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{}", b"{", b"\xff"])
def test_a_body_that_is_no_entry_at_all_is_found(body: bytes):
    (first, *_) = a_history()
    assert whys([forged(first, GENESIS, body)]) == [(1, "the entry belongs elsewhere")]


@given(st.integers(0, 2), st.data())
def test_no_byte_of_a_history_can_be_changed_unseen(which: int, data: st.DataObject):
    history = a_history()
    body = bytearray(history[which].body)
    place = data.draw(st.integers(0, len(body) - 1))
    body[place] ^= data.draw(st.integers(1, 255))
    history[which] = replace(history[which], body=bytes(body))
    assert whys(history)


def test_the_instant_is_told_the_same_in_every_zone():
    elsewhere = replace(JOB, now=NOON.astimezone(timezone(timedelta(hours=9))))
    at = read(entered(None, an_invoice(), job=elsewhere))["at"]
    assert datetime.fromisoformat(at) == NOON
