"""Texts from callers, made fit to be set: they are only ever data, but some characters would still upset the page."""

import re
import unicodedata
from collections.abc import Sequence

_UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"  # halves of characters and those that are none
    "\u202a-\u202e\u2066-\u2069\ufff9-\ufffb"  # what turns the direction of whatever comes after it
    "\ufeff]"
)
_MARK = (
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u200d\u20d0-\u20ff\ufe00-\ufe2f]"
)
_PILED_UP = re.compile(f"({_MARK}{{8}}){_MARK}+")
"""More accents on one letter than any language has; they would reach over the lines around, and take long to set."""
_BREAKS = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_LINE_BREAK = 30
_WORD = re.compile(r"[^\s\u00ad\u200b\u2e80-\uffdc]+")
"""Chinese, Japanese and Korean are no words here: they break anywhere."""
_JOINING = frozenset({"Mn", "Me", "Mc", "Cf", "Sk"})
"""Characters that belong to the one before them."""


def clean(text: str) -> str:
    """Take out what no page can show, keeping line breaks as line feeds and tabs as blanks."""
    return _PILED_UP.sub(r"\1", _UNFIT.sub("", _BREAKS.sub("\n", text).replace("\t", " ")))


def room(text: str) -> int:
    """Say about how many characters a text takes the room of, with what its line breaks leave blank."""
    return len(text) + _LINE_BREAK * len(_BREAKS.findall(text))


def one_line(text: str, longest: int = 0) -> str:
    """Give a text as a single line, cut off with an ellipsis where it is too long."""
    line = " ".join(clean(text).split())
    return line if not longest or len(line) <= longest else line[: longest - 1].rstrip() + "…"


def lines(text: str, *, rtl: bool, longest_word: int) -> Sequence[str]:
    """Split a text into lines, without the blank ones at both ends; a longer word may break wherever it has to."""
    shown = clean(text).strip()
    return [_turned(_breakable(line.rstrip(), longest_word), rtl=rtl) for line in shown.split("\n")] if shown else []


def _breakable(line: str, longest_word: int) -> str:
    return _WORD.sub(lambda word: word[0] if len(word[0]) <= longest_word else "\u200b".join(_clusters(word[0])), line)


def _clusters(word: str) -> Sequence[str]:
    """Split a word into characters with what belongs to them."""
    parts: list[str] = []
    for character in word:
        joined = unicodedata.category(character) in _JOINING or (parts and parts[-1].endswith("\u200d"))
        if parts and joined:
            parts[-1] += character
        else:
            parts.append(character)
    return parts


def _turned(line: str, *, rtl: bool) -> str:
    """Keep a line in its own direction (its first letter's) where that is not the page's."""
    for character in line:
        direction = unicodedata.bidirectional(character)
        if direction in {"L", "R", "AL"}:
            return line if (direction != "L") is rtl else f"\u2068{line}\u2069"
    return line
