from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billingua.core.numbering import Book, BookKind

DAY = date(2024, 5, 6)


def a_book(prefix: str = "INV_") -> Book:
    return Book(id=4, kind=BookKind.INVOICE, prefix=prefix)


@pytest.mark.parametrize(
    ("prefix", "number"),
    [
        ("", "17"),
        ("CR_", "CR_17"),
        ("INV_{yyyy}_{mm}_{dd}_", "INV_2024_05_06_17"),
        ("{yyyy}/{yyyy}-{x}.", "2024/2024-{x}.17"),
    ],
)
def test_a_number_is_a_place_in_the_book_behind_its_prefix(prefix: str, number: str):
    assert a_book(prefix).number(17, DAY) == number
    assert a_book(prefix).sequence(number) == 17


@pytest.mark.parametrize(
    "number", ["INV_", "INV_0", "INV_01", "INV_x", "inv_1", "XINV_1", "INV_1 ", "INV_1234567890", "INV_1.0"]
)
def test_what_the_book_would_not_write_is_none_of_its_numbers(number: str):
    assert a_book().sequence(number) is None


def test_a_day_in_a_number_has_its_digits():
    book = a_book("{yyyy}_{mm}_{dd}_")

    assert book.sequence("2023_01_01_828") == 828
    assert book.sequence("2023_1_1_828") is None


def test_books_take_their_numbers_apart():
    assert a_book().counter != Book(id=5, kind=BookKind.INVOICE).counter


@given(st.text(), st.integers(1, 10**9 - 1), st.dates())
def test_every_number_is_read_as_the_place_that_it_is(prefix: str, sequence: int, day: date):
    book = a_book(f"{prefix}-")

    assert book.sequence(book.number(sequence, day)) == sequence
