from dataclasses import replace
from datetime import timedelta

import pytest

from billingua.core.errors import BookKept, ChannelNotFound, EntryKept
from billingua.core.numbering import Book, BookKind
from billingua.core.workspace import (
    Branch,
    CashAccount,
    Channel,
    PaymentTerm,
    Salesperson,
    check_books,
    check_tables,
)
from tests.builders import NOON, a_workspace


def test_days_begin_in_the_zone_of_the_workspace():
    assert NOON.astimezone(a_workspace(time_zone="Asia/Tokyo").zone).utcoffset() == timedelta(hours=9)
    assert NOON.astimezone(a_workspace().zone).utcoffset() == timedelta(0)


def test_a_dialect_is_set_to_what_was_set_or_to_its_default():
    workspace = a_workspace(settings={"bigcommerce": {"due_days": 14, "requests_per_minute": None}})
    assert workspace.setting("bigcommerce", "due_days", 30) == 14
    assert workspace.setting("bigcommerce", "requests_per_minute", 150) is None
    assert workspace.setting("bigcommerce", "store_hash") is None
    assert workspace.setting("modulus", "due_days", 30) == 30


def test_a_sales_channel_is_found_by_its_id():
    shop = Channel(id=2, name="Shop")
    assert a_workspace(channels=(Channel(id=1, name="Main"), shop)).channel(2) == shop


@pytest.mark.parametrize("channels", [(), (Channel(id=1, name="Main"),)])
def test_an_unknown_sales_channel_is_not_found(channels):
    with pytest.raises(ChannelNotFound) as refused:
        a_workspace(channels=channels).channel(2)
    assert refused.value.asked == 2


FULL = a_workspace(
    branches=(Branch(code="BR-1"),),
    books=(Book(id=4, kind=BookKind.INVOICE),),
    payment_terms=(PaymentTerm(id=2),),
    salespeople=(Salesperson(id=7),),
    cash_accounts=(CashAccount(code="TILL", currency="USD"),),
    channels=(Channel(id=1, name="Main"),),
)


@pytest.mark.parametrize(
    ("table", "entry"),
    [
        ("branches", "BR-1"),
        ("books", 4),
        ("payment_terms", 2),
        ("salespeople", 7),
        ("cash_accounts", "TILL"),
        ("channels", 1),
    ],
)
def test_an_entry_of_a_table_stays(table, entry):
    with pytest.raises(EntryKept) as refused:
        check_tables(FULL, replace(FULL, **{table: ()}))
    assert (refused.value.table, refused.value.entry) == (table, entry)


def test_entries_may_come_and_be_rewritten():
    check_tables(a_workspace(), FULL)
    check_tables(FULL, replace(FULL, channels=(Channel(id=2, name="Shop"), Channel(id=1, name="Store"))))


def with_book(**changes):
    """The same workspace with its book rewritten, and another beside it."""
    (book,) = FULL.books
    return replace(FULL, books=(Book(id=5, kind=BookKind.INVOICE), replace(book, **changes)))


@pytest.mark.parametrize(
    ("changes", "next_number"),
    [
        ({}, 100),
        ({"prefix": "X"}, 100),
        ({"kind": BookKind.RETURN}, 1),
        ({"first_number": 100}, 100),
        ({"first_number": 2}, 1),
    ],
)
def test_a_book_may_become_what_its_numbers_allow(changes, next_number):
    check_books(FULL, with_book(**changes), {4: next_number, 5: 1})


@pytest.mark.parametrize(
    ("changes", "field", "next_number"),
    [({"kind": BookKind.RETURN}, "kind", 2), ({"first_number": 99}, "first_number", 100)],
)
def test_a_book_that_has_given_numbers_keeps_its_kind_and_never_counts_back(changes, field, next_number):
    with pytest.raises(BookKept) as refused:
        check_books(FULL, with_book(**changes), {4: next_number, 5: 1})
    assert (refused.value.book, refused.value.field, refused.value.next_number) == (4, field, next_number)
