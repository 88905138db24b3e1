"""Texts in PostgreSQL, which knows no NUL character.

NUL and the two characters after it are written as words made of those two. No word begins where another has begun, so
that texts keep their order, and whether one is part of another.
"""

import re
import sys
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


def casefold_function() -> str:
    """Say in SQL what `str.casefold` does, as a function that goes with the connection.

    The `lower` of a database depends on its locale, and knows no "ss" for "ß".
    """
    folded = {one: one.casefold() for one in map(chr, range(3, sys.maxunicode + 1)) if one.casefold() != one}
    letters = {one: other for one, other in folded.items() if len(other) == 1}
    body = f"translate($1, '{''.join(letters)}', '{''.join(letters.values())}')"
    for one in folded.keys() - letters.keys():
        body = f"replace({body}, '{one}', '{folded[one]}')"
    return f"CREATE FUNCTION pg_temp.casefold(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT {body} $$"
