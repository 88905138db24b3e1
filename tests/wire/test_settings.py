"""What dialects' settings have in common."""

import pytest

from billingua.wire.settings import Section, SettingsInvalid, changed, is_origin, repeated, require, with_settings
from tests.builders import a_workspace


class Setting(Section, frozen=True):
    """One of several."""

    id: int
    names: tuple[str, ...] = ()


def test_an_entry_with_the_name_of_an_earlier_one_is_pointed_at():
    entries = [Setting(id=1), Setting(id=2), Setting(id=1), Setting(id=1)]

    problems = list(repeated("table", "id", entries))

    assert problems == [("/table/2/id", "unique"), ("/table/3/id", "unique")]
    with pytest.raises(SettingsInvalid) as refused:
        require(problems)
    assert refused.value.problems == problems
    require([])


def test_only_what_is_other_than_before_is_written():
    before, after = Setting(id=1), Setting(id=2, names=("a", "b"))

    assert changed(after, before) == {"id": 2, "names": ("a", "b")}
    assert changed(after, before, "names") == {"id": 2}
    assert changed(before, before) == {}


def test_changes_are_one_dialects_alone():
    workspace = a_workspace(settings={"crux": {"a": 1, "b": 2}, "modulus": {"a": 3}})

    assert with_settings(workspace, "crux", {"a": 9}) == {"crux": {"a": 9, "b": 2}, "modulus": {"a": 3}}
    assert with_settings(a_workspace(), "crux", {"a": 9}) == {"crux": {"a": 9}}


@pytest.mark.parametrize("text", ["https://crm.test", "http://127.0.0.1:8080/", "https://crm.test/portal"])
def test_links_may_begin_with_an_address(text: str):
    assert is_origin(text)


@pytest.mark.parametrize("text", ["", "crm.test", "ftp://crm.test", "https://", "https://a b", "https://crm.test?x"])
def test_links_do_not_begin_with_anything_else(text: str):
    assert not is_origin(text)
