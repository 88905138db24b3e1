"""The cash book of a world file: what holds where something is left out, and what has to fit together."""

from typing import Any

import pytest

from billingua.core.cash import CashEntry
from billingua.core.rounding import en16931
from tests.worlds.reading import A_PARTY, problems_of, read_one, the_only

SHOP: dict[str, Any] = {
    "parties": [A_PARTY | {"code": "C-1"}],
    "books": [{"id": 9, "kind": "collection"}],
    "cash_accounts": [{"code": "CASH-1"}],
}
INCOME = {"number": "CR_1", "kind": "income", "book": 9, "account": "CASH-1", "currency": "USD", "amount": 5}
SALE = INCOME | {"kind": "sale", "amount": 10, "lines": [{"quantity": 2, "unit_price": 5}]}
DAY = {"date": "2024-05-06"}


def test_what_is_left_out_of_an_entry_has_a_default():
    entry = the_only(CashEntry, **SHOP, cash_entries=[INCOME | DAY])

    assert (entry.id, entry.origin, entry.created_at, entry.rounding) == (1, "native", entry.dated_at, en16931("USD"))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"book": 77}, "cash_entries[0].book: no book 77"),
        ({"account": "X"}, "cash_entries[0].account: no cash account X"),
        ({"party": 77}, "cash_entries[0].party: no party 77"),
        ({"branch": "X"}, "cash_entries[0].branch: no branch X"),
        ({"payment_term": 77}, "cash_entries[0].payment_term: no payment term 77"),
        ({"salesperson": 77}, "cash_entries[0].salesperson: no salesperson 77"),
        ({"amount": 11}, "cash_entries[0].amount: expected 10.00, which the lines come to, got 11"),
        (
            {"lines": [{"item": 77, "quantity": 2, "unit_price": 5}]},
            "cash_entries[0].lines[0].item: no item 77",
        ),
    ],
)
def test_an_entry_has_to_fit_its_workspace(changes: dict[str, Any], problem: str):
    assert problems_of({"workspace": "shop", **SHOP, "cash_entries": [SALE | DAY | changes]}) == [problem]


@pytest.mark.parametrize(
    ("section", "first", "second", "problem"),
    [
        ("cash_entries", INCOME | DAY, INCOME | DAY | {"number": "cr_1 "}, 'number: "cr_1 " stands at {0}.number too'),
        ("parties", {"name": "A", "code": "C-2"}, {"name": "B", "code": "C-2"}, 'code: "C-2" stands at {0}.code too'),
        (
            "items",
            {"sku": "A", "title": "A", "code": "C"},
            {"sku": "B", "title": "B", "code": "C"},
            'code: "C" stands at {0}.code too',
        ),
    ],
)
def test_codes_and_numbers_may_stand_once(section: str, first: dict[str, Any], second: dict[str, Any], problem: str):
    world = {"workspace": "shop", **SHOP, section: [first, second]}

    assert problems_of(world) == [f"{section}[1].{problem.format(f'{section}[0]')}"]


def test_codes_that_are_blank_are_none():
    parties = [{"name": "A", "code": ""}, {"name": "B", "code": ""}]

    assert len(read_one(parties=parties).aggregates) == 2
