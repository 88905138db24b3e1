"""What a world file sets dialects to is what administrators are shown, and what they may say again as it is."""

from typing import Any

import msgspec
import pytest

from billingua.app import SETTINGS
from billingua.core.workspace import Workspace
from tests.worlds.reading import RICH, read_all, the_workspace

TABLES = ("branches", "books", "payment_terms", "salespeople", "cash_accounts")
DEFAULT_CHANNEL = [{"id": 1, "name": "Main store"}]
DEFAULT_STAGE = [{"id": 1, "title": "Initial contact"}]


def shown(dialect: str, workspace: Workspace) -> Any:
    """What an administrator is shown."""
    return msgspec.to_builtins(SETTINGS[dialect].show(workspace))


@pytest.mark.parametrize("dialect", SETTINGS)
def test_what_a_file_says_is_shown_but_for_secrets(dialect: str):
    (plant,) = read_all(RICH)

    told = shown(dialect, plant.workspace)

    for name, value in RICH[dialect].items():
        if name == "apps":
            assert told[name] == [{"app": app["app"], "id": app["id"]} for app in value]
        elif name == "company_address":
            assert told[name] == {"street": "Quay 4", "city": "", "state": "", "zip": "", "country": ""}
        else:
            assert told[name] == value
    assert {name: told[name] for name in TABLES if name in told} == {
        name: RICH[name] for name in TABLES if name in told
    }


@pytest.mark.parametrize("dialect", SETTINGS)
def test_what_is_shown_may_be_said_again_and_changes_nothing(dialect: str):
    (plant,) = read_all(RICH)
    settings = SETTINGS[dialect]

    content = msgspec.convert(shown(dialect, plant.workspace), settings.content)

    assert content == settings.show(plant.workspace)
    again = settings.write(content, plant.workspace)
    assert settings.show(again) == content
    assert again == plant.workspace


@pytest.mark.parametrize("dialect", SETTINGS)
def test_what_a_file_leaves_out_is_what_null_sets_to(dialect: str):
    defaults = msgspec.to_builtins(SETTINGS[dialect].content())
    files = {"channels": DEFAULT_CHANNEL, "opportunity_stages": DEFAULT_STAGE}

    told = shown(dialect, the_workspace())

    assert told == {name: files.get(name, value) for name, value in defaults.items()}
