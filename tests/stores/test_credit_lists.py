"""Lists of credit notes: every store gives what the query's own predicate gives, in its order."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from msgspec import convert

from billingua.core.access import User
from billingua.core.credit import CreditNote
from billingua.engine.clock import SystemClock
from billingua.engine.credit_queries import CreditNoteQuery, CreditNoteSort
from billingua.engine.crediting import view_credit_notes
from billingua.engine.ledger import Ledger
from billingua.engine.ports import Store
from billingua.engine.positions import in_order
from tests.builders import NOON, a_caller, a_credit_note, a_party, a_user
from tests.stores.plans import put
from tests.walking import walk

HOUR = timedelta(hours=1)
PARTIES = {
    10: a_party(),
    11: a_party(id=11, private=True, access=("ida",)),
    12: a_party(id=12, private=True),
}
NOTES = [
    a_credit_note(
        id=id,
        number=("CN-", "cn-É\x00", "Gü_")[id % 3] + str(id),
        invoice=35 + id % 3,
        party=(10, 11, 12, 13)[id % 4],
        issued_at=NOON + HOUR * (id % 5),
        created_at=NOON - HOUR * (id % 2),
        created_by=(None, "ida", "eve")[id % 3],
        voided_at=None if id % 3 else NOON,
    )
    for id in range(1, 25)
]
QUERIES: list[dict[str, Any]] = [
    {},
    {"invoice": 36},
    {"party": 11},
    {"voided": True},
    {"voided": False, "invoice": 37},
    {"text": "cN-é"},
    {"text": "\x00"},
    {"text": "nowhere"},
    {"issued_from": NOON + HOUR, "issued_to": NOON + 3 * HOUR},
    {"reader": "ida"},
    {"reader": "eve", "voided": False},
]


async def fill(store: Store) -> None:
    await store.run(put(*NOTES, *PARTIES.values()))
    await store.run(put(a_credit_note(id=1, number="CN-1"), workspace="other"))


def expected(query: CreditNoteQuery) -> list[CreditNote]:
    asked = [note for note in NOTES if query.matches(note, PARTIES.get(note.party))]
    return sorted(asked, key=lambda note: in_order(query.place(note)), reverse=query.descending)


@pytest.mark.parametrize("sort", list(CreditNoteSort))
@pytest.mark.parametrize("descending", [False, True])
async def test_credit_notes_are_listed_as_they_are_asked_for(store: Store, sort: CreditNoteSort, descending: bool):
    await fill(store)
    for asked in QUERIES:
        query = CreditNoteQuery(**asked, sort=sort, descending=descending)
        page = await store.credit_notes("demo", query)
        assert ([record.value for record in page.items], page.total) == (expected(query), len(expected(query))), asked
    assert await walk(store.misfiled("demo")) == []


@pytest.mark.parametrize("sort", list(CreditNoteSort))
async def test_pages_of_credit_notes_follow_one_another(store: Store, sort: CreditNoteSort):
    await fill(store)
    for descending in (False, True):
        query = CreditNoteQuery(sort=sort, descending=descending, limit=5)
        listed, after = list[CreditNote](), None
        while True:
            page = await store.credit_notes("demo", replace(query, after=after))
            listed += [record.value for record in page.items]
            after = page.end
            if after is None:
                break
            assert convert(list(after), query.positions) == after
        assert listed == expected(query)


@pytest.mark.parametrize(
    "user",
    [None, a_user(), a_user(username="eve"), a_user(username="ada", admin=True)],
    ids=["nobody", "ida", "eve", "ada"],
)
async def test_lists_show_the_very_notes_that_may_be_seen(store: Store, user: User | None):
    await fill(store)
    ledger, caller = Ledger(store, SystemClock()), a_caller(user=user)
    page = await ledger.credit_notes(caller, CreditNoteQuery())
    views = await ledger.read(caller, view_credit_notes, page.items)
    assert [view.note.id for view in views] == [record.value.id for record in page.items]
    every = await ledger.credit_notes(a_caller(), CreditNoteQuery())
    shown = await ledger.read(caller, view_credit_notes, every.items)
    assert [view.note.id for view in shown] == [record.value.id for record in page.items]
