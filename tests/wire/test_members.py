"""Objects and lists are read part by part, and all that is wrong with them is told at once."""

from collections.abc import Mapping
from typing import Any

import pytest

from billingua.wire.members import InvalidParts, ListOf, ObjectOf, problems_of, read_list, read_object
from billingua.wire.scalars import Invalid, read_integer, read_text

BALANCE = ObjectOf({"code": read_text, "value": read_integer}, required=("code", "value"))
UPDATE = ObjectOf({"number": read_text, "balance": BALANCE, "tags": ListOf(read_text)})


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ({}, {}),
        ({"number": 7, "other": 1}, {"number": "7"}),
        ({"tags": []}, {"tags": []}),
        ({"balance": {"value": "3", "code": "USD"}}, {"balance": {"value": 3, "code": "USD"}}),
    ],
)
def test_members_of_the_table_are_read_and_others_left_out(sent: Mapping[str, Any], read: Mapping[str, Any]) -> None:
    assert UPDATE(sent) == read


def test_others_may_be_kept_as_they_were_sent_and_where_they_stood() -> None:
    keeping = ObjectOf({"number": read_text}, keeps_others=True)

    read = keeping({"z": {"deep": None}, "number": 7, "a": [1]})

    assert list(read.items()) == [("z", {"deep": None}), ("number", "7"), ("a", [1])]


@pytest.mark.parametrize("other", [{"z": "\0"}, {"z": {"deep": ["\0"]}}, {"\0": 1}])
def test_others_are_kept_without_null_characters(other: Any) -> None:
    with pytest.raises(Invalid) as refused:
        ObjectOf({}, keeps_others=True)(other)

    assert problems_of(refused.value) == [((next(iter(other)),), "characters")]


@pytest.mark.parametrize(
    ("sent", "problems"),
    [
        ([], [((), "object")]),
        ({"number": None}, [(("number",), "null")]),
        ({"balance": {}}, [(("balance", "code"), "required"), (("balance", "value"), "required")]),
        ({"tags": {}}, [(("tags",), "list")]),
        ({"tags": ["a", True, None]}, [(("tags", 1), "text"), (("tags", 2), "null")]),
        (
            {"balance": {"code": [], "value": "x"}, "number": True},
            [(("balance", "code"), "text"), (("balance", "value"), "integer"), (("number",), "text")],
        ),
    ],
)
def test_all_that_is_wrong_is_told_with_the_path_to_it(sent: Any, problems: Any) -> None:
    with pytest.raises(Invalid) as refused:
        UPDATE(sent)

    assert problems_of(refused.value) == problems


@pytest.mark.parametrize("tags", [[True] * 10_000, [None] * 21])
def test_no_more_than_twenty_problems_are_told(tags: Any) -> None:
    with pytest.raises(Invalid) as refused:
        ListOf(UPDATE)([{"number": True, "tags": tags}, {"number": True}])

    wanted = "null" if tags[0] is None else "text"
    assert problems_of(refused.value) == [
        ((0, "number"), "text"),
        *(((0, "tags", place), wanted) for place in range(19)),
    ]


def test_a_list_may_have_ten_thousand_items() -> None:
    assert len(ListOf(read_text)(["a"] * 10_000)) == 10_000
    with pytest.raises(Invalid, match="many"):
        ListOf(read_text)(["a"] * 10_001)


def test_a_reader_may_take_null() -> None:
    assert ObjectOf({"channel": lambda value: value})({"channel": None}) == {"channel": None}


@pytest.mark.parametrize(("reader", "value"), [(read_object, {"a": 1}), (read_list, [1])])
def test_any_object_and_any_list_is_read_as_it_is(reader: Any, value: Any) -> None:
    assert reader(value) == value
    with pytest.raises(Invalid):
        reader("neither")


def test_problems_of_parts_are_an_invalid_value_too() -> None:
    assert InvalidParts([(("a",), "null")]).wanted == "parts"
