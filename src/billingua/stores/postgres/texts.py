"""Texts in PostgreSQL, which knows no NUL character.

NUL and the two characters after it are written as words made of those two. No word begins where another has begun, so
that texts keep their order, and whether one is part of another.
"""

import re
from typing import Any

_WORDS = {"\x00": "\x01\x01\x01\x02", "\x01": "\x01\x01\x02\x02", "\x02": "\x01\x02\x02\x02"}
_CHARACTERS = {word: character for character, word in _WORDS.items()}
_CHARACTER = re.compile("[\x00-\x02]")
_WORD = re.compile("|".join(_CHARACTERS))


def to_database(value: Any) -> Any:
    """Write a value so that the database can keep it; only texts change."""
    if not isinstance(value, str) or value.isprintable():
        return value
    return _CHARACTER.sub(lambda found: _WORDS[found[0]], value)


def from_database(value: Any) -> Any:
    """Read a value that was written so."""
    if not isinstance(value, str) or value.isprintable():
        return value
    return _WORD.sub(lambda found: _CHARACTERS[found[0]], value)
