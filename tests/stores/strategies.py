"""Any value that an aggregate may have."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from billingua.core.invoice import Invoice

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NUMBERS = (
    st.decimals(allow_nan=False, allow_infinity=False) | st.decimals(places=2, min_value=-(10**9), max_value=10**9)
).filter(lambda number: number or not number.is_signed())
BALANCES = st.decimals(places=4, min_value=Decimal(-(2**62)) / 10**4, max_value=Decimal(2**62) / 10**4)
COLUMN_INTEGERS = st.integers(-(2**63), 2**63 - 1)
INSTANTS = st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(fold=0))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)

_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXTS,
    int: COLUMN_INTEGERS,
    Decimal: NUMBERS,
    datetime: INSTANTS,
    Any: JSON,
}
_BALANCES = {"original_balance": BALANCES, "open_balance": BALANCES}


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a type, whole aggregates too, with every member drawn."""
    if hint in _PLAIN:
        return _PLAIN[hint]
    if is_dataclass(hint) and isinstance(hint, type):
        return _instances(hint)
    origin, parts = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType}:
        return st.one_of([st.none() if part is NoneType else values_of(part) for part in parts])
    if origin is tuple:
        return st.lists(values_of(parts[0]), max_size=2).map(tuple)
    if origin in {dict, Mapping}:
        return st.dictionaries(values_of(parts[0]), values_of(parts[1]), max_size=2)
    return st.from_type(hint)


def _instances(kind: type[Any]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    members = {field.name: values_of(hints[field.name]) for field in fields(kind)}
    return st.builds(kind, **(members | (_BALANCES if kind is Invoice else {})))
