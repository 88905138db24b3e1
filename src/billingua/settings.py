"""Every setting: its name, its default and what it means.

The command line wins over the environment, and the environment over the defaults.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PREFIX = "BILLINGUA_"
"""What the environment variable of a setting begins with: BILLINGUA_PORT sets the port."""


class SettingRefused(Exception):
    """A setting does not have a value that it can have."""

    def __init__(self, name: str, value: str, expected: str) -> None:
        super().__init__(f'{PREFIX}{name.upper()}: expected {expected}, got "{value}"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How one Billingua runs."""

    data: Path | None = None
    """The folder that holds everything; None is `billingua-data` here, and `.demo` for the demo."""
    database: str | None = None
    """Where the ledger is kept, as a URL; None is `ledger.sqlite` in the data folder."""
    host: str = "127.0.0.1"
    """The address to listen on."""
    port: int = 8080
    """The port to listen on; 0 takes a free one."""
    workers: int = 1
    """How many processes serve side by side; more than one needs PostgreSQL."""
    body_limit: int = 1024 * 1024
    """The size, in bytes, of the largest request body that is read."""
    upload_limit: int = 32 * 1024 * 1024
    """The size, in bytes, of the largest file that is taken by upload."""
    drop: Path | None = None
    """The folder in which flat files of Crux are put, to be worked off; None is no such folder."""
    drop_user: str | None = None
    """The user whose files those are that lie in the drop folder's own `in`; None is the
    supplier's whose order a file names."""
    cache_size: int = 20_000
    """How many aggregates the store keeps at hand."""
    sandbox: bool = False
    """Whether everybody may set the clock and reset the world: for tests, never for a ledger that matters."""
    stop_timeout_seconds: int = 10
    """How long a stop waits for requests under way before it cuts them off."""
    log_level: str = "info"
    """How much is logged: debug, info, warning or error."""

    @property
    def is_shared(self) -> bool:
        """Whether other processes may serve the same ledger, as they may in PostgreSQL."""
        return urlsplit(self.database or "").scheme in {"postgresql", "postgres"}


def _whole_number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text)


_SWITCH = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}

_READERS: dict[Any, tuple[Callable[[str], Any], str]] = {
    Path | None: (Path, "a folder"),
    str | None: (str, "a text"),
    str: (str, "a text"),
    int: (_whole_number, "a whole number"),
    bool: (lambda text: _SWITCH[text.lower()], "true or false"),
}


def settings_of(environment: Mapping[str, str]) -> Settings:
    """Take the settings from the environment; what it does not name has its default. Refuses with `SettingRefused`."""
    named = {field.name: environment.get(PREFIX + field.name.upper()) for field in fields(Settings)}
    kinds = {field.name: field.type for field in fields(Settings)}
    return Settings(**{name: _read(name, text, kinds[name]) for name, text in named.items() if text})


def _read(name: str, text: str, kind: Any) -> Any:
    reader, expected = _READERS[kind]
    try:
        return reader(text)
    except (ValueError, KeyError):
        raise SettingRefused(name, text, expected) from None
