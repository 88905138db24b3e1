from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billingua.core.changes import ABSENT, Change, diff
from billingua.core.lifecycle import Status
from tests.builders import a_line, a_line_tax, an_address, an_invoice, an_item

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.decimals(allow_nan=False, allow_infinity=False, min_value=-2, max_value=2, places=1)
    | st.text("ab/~", max_size=2)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab/~01", max_size=2), inner, max_size=4),
    max_leaves=12,
)
STATES = st.dictionaries(st.text("ab/~", max_size=2), VALUES, max_size=4)


def plain(value: Any) -> Any:
    """Give a value as mappings, lists and scalars that may be changed in place."""
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(item) for item in value]
    return value


def applied(changes: list[Change], state: Any) -> Any:
    """Walk from one state to the other: members that go are taken out last first, so that no index moves."""
    state = plain(state)
    gone = [change for change in changes if change.after is ABSENT]
    for change in [*(change for change in changes if change.after is not ABSENT), *reversed(gone)]:
        if not change.path:
            return plain(change.after)
        holder = state
        for part in change.path[:-1]:
            holder = holder[part]
        last = change.path[-1]
        if change.after is ABSENT:
            del holder[last]
        elif isinstance(holder, list) and last == len(holder):
            holder.append(plain(change.after))
        else:
            holder[last] = plain(change.after)
    return state


def turned(changes: list[Change]) -> list[Change]:
    return [Change(change.path, change.after, change.before) for change in changes]


def typed(value: Any) -> Any:
    """Keep apart what Python counts as equal: 1, true and 1.0."""
    if isinstance(value, dict):
        return {key: typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [typed(item) for item in value]
    return type(value), value


def test_a_state_does_not_differ_from_itself():
    assert diff(an_invoice(), an_invoice()) == []


@given(VALUES)
def test_no_value_differs_from_itself(value: Any):
    assert diff(value, plain(value)) == []


@given(VALUES, VALUES)
def test_changes_lead_from_one_state_to_the_other_and_back(before: Any, after: Any):
    changes = diff(before, after)
    assert typed(applied(changes, before)) == typed(plain(after))
    assert typed(applied(turned(changes), after)) == typed(plain(before))


@given(STATES, STATES)
def test_each_member_is_named_once(before: Any, after: Any):
    paths = [change.path for change in diff(before, after)]
    assert len(set(paths)) == len(paths)


def test_changes_lead_from_one_invoice_to_the_next():
    before = an_invoice(extras={"onlyoffice": {"templateType": 0}})
    after = replace(
        before,
        status=Status.PAID,
        due_at=None,
        lines=(a_line(id=2, tax1=a_line_tax()), a_line(id=3, position=1)),
        extras={"onlyoffice": {"templateType": 2}, "bigcommerce": {"details": {"lineItems": []}}},
    )
    assert applied(diff(before, after), before) == plain(after)


def test_only_what_differs_is_named_at_its_own_place():
    before = an_invoice(lines=(a_line(id=1), a_line(id=2, position=1)))
    after = replace(before, lines=(before.lines[0], replace(before.lines[1], quantity=Decimal(7))))
    assert diff(before, after) == [Change(("lines", 1, "quantity"), Decimal(1), Decimal(7))]
    assert [change.pointer for change in diff(before, after)] == ["/lines/1/quantity"]


def test_a_member_that_comes_or_goes_is_absent_on_the_other_side():
    assert diff({"a": 1}, {"b": None}) == [Change(("a",), 1, ABSENT), Change(("b",), ABSENT, None)]
    assert repr(ABSENT) == "ABSENT"


def test_a_list_grows_and_shrinks_at_its_end():
    grown = [Change((1,), ABSENT, "b"), Change((2,), ABSENT, "c")]
    assert diff(["a"], ["a", "b", "c"]) == grown
    assert diff(["a", "b", "c"], ["a"]) == turned(grown)


def test_a_value_that_becomes_something_else_altogether_changes_whole():
    for before, after in [
        ({"x": 1}, [1]),
        ((1,), {0: 1}),
        (a_line_tax(), [1]),
        ("text", {"x": 1}),
        (None, a_line_tax()),
    ]:
        assert diff({"member": before}, {"member": after}) == [Change(("member",), before, after)]


@pytest.mark.parametrize(("before", "after"), [(1, True), (0, False), (1, Decimal(1)), ("1", 1)])
def test_what_python_counts_as_equal_and_json_does_not_is_a_change(before: Any, after: Any):
    assert diff({"deep": [before]}, {"deep": [after]}) == [Change(("deep", 0), before, after)]


def test_trailing_zeros_are_no_change_of_an_amount():
    assert diff(an_item(price=Decimal("1.0")), an_item(price=Decimal("1.00"))) == []


def test_what_is_kept_as_it_was_written_changes_by_its_digits():
    before, after = Decimal("1.0"), Decimal("1.00")
    assert [str(change.after) for change in diff({"amount": before}, {"amount": after})] == ["1.00"]
    assert [change.path for change in diff({"deep": [before]}, {"deep": [after]})] == [("deep", 0)]


def test_what_is_kept_as_it_was_written_changes_by_its_order():
    before, after = {"a": 1, "b": 2}, {"b": 2, "a": 1}
    assert diff(before, after) == [Change((), before, after)]
    assert diff({"a": 1}, {"a": 1, "b": 2}) == [Change(("b",), ABSENT, 2)]
    assert diff({"a": 1, "b": 2}, {"c": 3, "a": 1}) == [Change((), {"a": 1, "b": 2}, {"c": 3, "a": 1})]


def test_a_dataclass_is_read_as_its_fields():
    before, after = an_address(city="Riga"), an_address(city="Tartu")
    assert diff(before, plain(after)) == diff(before, after) == [Change(("city",), "Riga", "Tartu")]


def test_a_dataclass_may_have_one_field():
    @dataclass
    class Single:
        name: str

    assert diff(Single("a"), Single("b")) == [Change(("name",), "a", "b")]


def test_tuples_and_lists_are_both_lists():
    assert diff((1, 2), [1, 2]) == []


def test_members_that_do_not_count_are_left_out_at_the_top_alone():
    before = {"updated_at": 1, "inner": {"updated_at": 1}}
    after = {"updated_at": 2, "inner": {"updated_at": 2}}
    assert [change.path for change in diff(before, after, ignore=frozenset({"updated_at"}))] == [
        ("inner", "updated_at")
    ]


def test_a_change_of_the_whole_state_has_the_empty_pointer():
    (change,) = diff(1, 2, ignore=frozenset({"updated_at"}))
    assert (change.path, change.pointer) == ((), "")


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        (("foo", 0), "/foo/0"),
        (("",), "/"),
        (("a/b",), "/a~1b"),
        (("m~n",), "/m~0n"),
        (("~1",), "/~01"),
        (("/~", "x"), "/~1~0/x"),
    ],
)
def test_a_pointer_is_escaped_as_rfc_6901_says(path: tuple[str | int, ...], pointer: str):
    assert Change(path, 1, 2).pointer == pointer


@given(st.lists(st.text("ab/~01", max_size=4), max_size=4))
def test_every_pointer_leads_back_to_its_path(path: list[str]):
    parts = Change(tuple(path), 1, 2).pointer.split("/")[1:]
    assert [part.replace("~1", "/").replace("~0", "~") for part in parts] == path
