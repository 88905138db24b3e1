"""Statuses of several invoices at once, and the stock that moves with them (contract §5)."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billingua.core.item import Item
from billingua.core.lifecycle import Status
from billingua.engine.plan import by_id
from tests.builders import a_line, an_invoice, an_item
from tests.dialects.onlyoffice.conftest import (
    DRAFT,
    OPEN,
    OWNERS,
    PAID,
    REJECTED,
    TO_PRIVATE,
    VOID,
    Portal,
    born_here,
    out_of_range,
    refusal,
    response,
)
from tests.walking import walk

BOARD, NAIL = 70, 71
ALL = (DRAFT, OPEN, PAID, REJECTED, VOID)
NUMBERS = {"draft": 1, "sent": 2, "rejected": 3, "paid": 4, "archived": 5}
ALLOWED = {(1, 2), (2, 3), (2, 4), (3, 1), (4, 2)}
"""The printed table."""


def a_sale(id: int, status: Status = Status.DRAFT, **overrides: Any) -> Any:
    """Three boards and two boards, both kept in stock, and a nail that is not."""
    lines = (
        a_line(id=id * 10, item=BOARD, quantity=Decimal("3.00")),
        a_line(id=id * 10 + 1, position=1, item=NAIL, quantity=Decimal("7.00")),
        a_line(id=id * 10 + 2, position=2, item=BOARD, quantity=Decimal("2.00")),
        a_line(id=id * 10 + 3, position=3, item=999, quantity=Decimal("1.00")),
        a_line(id=id * 10 + 4, position=4),
    )
    return born_here(id, status=status, lines=lines, **overrides)


OTHERS = (
    an_item(id=BOARD, title="Oak board", stock=Decimal(100), track_stock=True),
    an_item(id=NAIL, title="Nail", stock=Decimal(50)),
    a_sale(40),
    a_sale(41, Status.OPEN),
    a_sale(42, Status.PAID),
    a_sale(43, Status.REJECTED),
    a_sale(44),
)


@pytest.fixture
def others() -> tuple[Any, ...]:
    return OTHERS


async def put(portal: Portal, status: object, ids: Any = (DRAFT,), token: str = "owner-token", **rest: Any):
    body = {"invoiceids": list(ids)} if isinstance(ids, tuple) else ids
    return await portal.put(body, f"/invoice/status/{status}", token, **rest)


async def statuses(portal: Portal) -> dict[int, Status]:
    invoices = await walk(portal.ledger.store.aggregates("demo", "invoice"))
    return {record.value.id: record.value.status for record in invoices}


async def stock(portal: Portal, item: int = BOARD) -> Decimal:
    return dict(await portal.ledger.store.find(by_id(Item, item)))["demo"].value.stock


def shown(changed: Any) -> dict[int, int]:
    return {invoice["id"]: invoice["status"]["id"] for invoice in changed["key"]}


async def test_the_printed_change_moves_one_and_shows_the_other_as_it_was(portal: Portal):
    answer = await put(portal, "Sent", (40, 43))
    changed = response(answer)
    assert answer.json()["count"] == 1
    assert list(changed) == ["key", "value"]
    first, second = changed["key"]
    assert (first["id"], first["status"], first["canEdit"]) == (40, {"title": "Billed", "id": 2}, False)
    assert (second["id"], second["status"], second["canEdit"]) == (43, {"title": "Rejected", "id": 3}, False)
    assert "invoiceLines" not in first
    (product,) = changed["value"]
    assert (product["id"], product["title"], product["stockQuantity"]) == (BOARD, "Oak board", Decimal("95.00"))
    assert product["trackInvenory"] is True
    without_lines = {name: value for name, value in (await portal.shown(40)).items() if name != "invoiceLines"}
    assert first == without_lines
    assert (await stock(portal), await stock(portal, NAIL)) == (95, 50)


@pytest.mark.parametrize("target", NUMBERS)
async def test_each_pair_of_the_table_changes_or_is_left_alone(portal: Portal, target: str):
    before = await portal.everything()
    changed = shown(response(await put(portal, target, ALL)))
    number = NUMBERS[target]
    expected = {id: number if (now, number) in ALLOWED else now for id, now in zip(ALL, (1, 2, 4, 3, 5), strict=True)}
    assert changed == expected
    for id in ALL:
        assert (await portal.shown(id))["status"]["id"] == expected[id]
    if target == "archived":
        assert await portal.everything() == before


@pytest.mark.parametrize("word", ["sent", "SENT", "Sent", "2", "Billed", "+2", "Sent.json", "2.JSON", "%32"])
async def test_a_status_is_named_by_name_number_or_title(portal: Portal, word: str):
    assert shown(response(await put(portal, word))) == {DRAFT: 2}


@pytest.mark.parametrize("word", ["0", "6", "-1", "2147483647", "Archive", "5", "archived"])
async def test_a_status_that_nothing_can_have_changes_nothing(portal: Portal, word: str):
    before = await portal.everything()
    assert shown(response(await put(portal, word))) == {DRAFT: 1}
    assert await portal.everything() == before


@pytest.mark.parametrize("word", ["billed", "archive", "open", "void", "2.5", "2147483648", "x", "Sent%20"])
async def test_an_unknown_word_is_refused(portal: Portal, word: str):
    before = await portal.everything()
    assert refusal(await put(portal, word)) == out_of_range("status")
    assert await portal.everything() == before


@pytest.mark.parametrize(
    "sent",
    [
        {"invoiceids": [DRAFT, 40]},
        {"INVOICEIDS": [40, DRAFT, 40]},
        f"invoiceids={DRAFT}&invoiceids=40".encode(),
        f"invoiceIds[]={DRAFT}&invoiceIds[]=40".encode(),
        f"invoiceids[0]={DRAFT}&invoiceids[1]=40".encode(),
    ],
)
async def test_every_encoding_of_the_ids_is_read_and_each_counts_once(portal: Portal, sent: Any):
    changed = response(await put(portal, "sent", sent))
    assert shown(changed) == {DRAFT: 2, 40: 2}
    assert await stock(portal) == 95


async def test_ids_may_stand_in_the_query_and_one_may_stand_alone(portal: Portal):
    assert shown(response(await portal.put(b"", f"/invoice/status/sent?invoiceids={DRAFT}"))) == {DRAFT: 2}
    assert shown(response(await put(portal, "sent", {"invoiceids": 40}))) == {40: 2}


@pytest.mark.parametrize("ids", [{}, {"invoiceids": []}, {"invoiceids": None}, {"invoiceids": [404, 0, -1]}])
async def test_of_no_invoices_none_is_changed(portal: Portal, ids: Any):
    before = await portal.everything()
    assert refusal(await put(portal, "sent", ids)) == out_of_range("invoiceids")
    assert await portal.everything() == before


@pytest.mark.parametrize("ids", [{"invoiceids": ["x"]}, {"invoiceids": "17,40"}, {"invoiceids": [1.5]}])
async def test_ids_that_are_none_are_refused(portal: Portal, ids: Any):
    assert refusal(await put(portal, "sent", ids))[0] == 400


async def test_what_is_not_there_or_not_to_be_seen_is_left_out(portal: Portal):
    ids = (404, TO_PRIVATE, OWNERS)
    assert shown(response(await put(portal, "sent", ids, "eve-token"))) == {OWNERS: 2}
    assert (await statuses(portal))[TO_PRIVATE] is Status.DRAFT
    assert refusal(await put(portal, "sent", (TO_PRIVATE,), "eve-token")) == out_of_range("invoiceids")
    assert shown(response(await put(portal, "sent", ids, "ida-token"))) == {OWNERS: 2, TO_PRIVATE: 2}


# Stock.


@pytest.mark.parametrize(
    ("id", "target", "moves"),
    [(40, "sent", -5), (41, "rejected", 5), (41, "paid", 0), (42, "sent", 0), (43, "draft", 0), (40, "paid", 0)],
)
async def test_stock_is_taken_by_billing_and_given_back_by_rejecting_alone(
    portal: Portal, id: int, target: str, moves: int
):
    changed = response(await put(portal, target, (id,)))
    assert await stock(portal) == 100 + moves
    assert [product["stockQuantity"] for product in changed["value"]] == ([100 + moves] if moves else [])


async def test_stock_has_no_lower_bound_and_every_invoice_counts(portal: Portal):
    changed = response(await put(portal, "sent", (40, 44, 42)))
    assert [product["stockQuantity"] for product in changed["value"]] == [Decimal("90.00")]
    for _ in range(20):
        for status in ("rejected", "draft"):
            await put(portal, status, (40,))
        await put(portal, "sent", (40,))
    assert await stock(portal) == 90


async def test_whoever_administers_nothing_bills_but_moves_no_stock_and_is_told_so(portal: Portal):
    assert refusal(await put(portal, "sent", (40, DRAFT), "ida-token")) == (403, "Access Denied")
    after = await statuses(portal)
    assert (after[40], after[DRAFT], await stock(portal)) == (Status.OPEN, Status.OPEN, 100)
    assert shown(response(await put(portal, "sent", (40, DRAFT), "ida-token"))) == {40: 2, DRAFT: 2}


async def test_whoever_administers_nothing_changes_what_moves_no_stock(portal: Portal):
    assert shown(response(await put(portal, "sent", (DRAFT,), "ida-token"))) == {DRAFT: 2}
    assert shown(response(await put(portal, "paid", (41,), "eve-token"))) == {41: 4}
    assert shown(response(await put(portal, "draft", (43,), "ida-token"))) == {43: 1}


async def test_many_who_bill_at_once_move_all_of_the_stock(portal: Portal):
    await asyncio.gather(*(put(portal, "sent", (id,)) for id in (40, 44, 40, 44)))
    assert await stock(portal) == 90


async def test_only_what_changed_is_told(portal: Portal):
    await put(portal, "sent", (40, 43))
    posted = [event.body for event in await walk(portal.ledger.store.outbox())]
    assert len(posted) == 1
    assert b'"invoice.issued"' in posted[0]


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_other_verbs_are_a_plain_page(portal: Portal, method: str):
    answer = await portal.send(method, "/invoice/status/sent", {"invoiceids": [DRAFT]})
    assert (answer.status_code, answer.text.startswith("<!DOCTYPE html>")) == (404, True)


async def test_the_change_is_rendered_in_xml(portal: Portal):
    answer = await put(portal, "sent.xml", b"invoiceids=40")
    assert answer.text.startswith("<result><count>1</count><status>0</status>")


# Play: statuses, stock and deletes against a model.

STEPS = st.lists(
    st.tuples(
        st.sampled_from([*NUMBERS, *NUMBERS, *NUMBERS, "delete"]),
        st.lists(st.sampled_from([40, 41, 42, 43, 44]), min_size=1, max_size=3),
    ),
    max_size=12,
)


@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
async def test_any_play_leaves_the_statuses_and_the_stock_of_the_model(portal: Portal, steps: Any):
    """Each example goes on where the one before ended."""
    model = {id: NUMBERS_OF[status] for id, status in (await statuses(portal)).items() if 40 <= id <= 44}
    pieces = await stock(portal)
    for step, ids in steps:
        here = sorted(set(ids) & set(model))
        if step == "delete":
            answer = await portal.send("DELETE", "/invoice", {"invoiceids": ids})
            assert [one["id"] for one in response(answer)] == here
            for id in here:
                del model[id]
            continue
        answer = await put(portal, step, tuple(ids))
        if not here:
            assert answer.status_code == 400
            continue
        for id in here:
            move = (model[id], NUMBERS[step])
            if move in ALLOWED:
                model[id] = NUMBERS[step]
                pieces += {(1, 2): -5, (2, 3): 5}.get(move, 0)
        assert shown(response(answer)) == {id: model[id] for id in here}
        assert await stock(portal) == pieces
    assert {id: NUMBERS_OF[status] for id, status in (await statuses(portal)).items() if 40 <= id <= 44} == model


NUMBERS_OF = {Status.DRAFT: 1, Status.OPEN: 2, Status.REJECTED: 3, Status.PAID: 4, Status.VOID: 5}


@pytest.mark.parametrize("others", [(an_invoice(id=60, lines=()),)])
async def test_an_invoice_of_another_dialect_changes_too(portal: Portal):
    assert shown(response(await put(portal, "rejected", (60,)))) == {60: 3}
