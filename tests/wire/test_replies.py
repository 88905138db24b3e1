"""Replies are JSON with every number exact."""

from decimal import Decimal
from typing import Any

import pytest

from billingua.wire.replies import encode_json


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1.50"), b"1.50"),
        (Decimal("0.000000000001"), b"0.000000000001"),
        (Decimal("0E-12"), b"0.000000000000"),
        ({"a": [{"b": Decimal("-1.5E-7")}], "c": Decimal("-0.0")}, b'{"a":[{"b":-0.00000015}],"c":-0.0}'),
        ((Decimal("1E-7"), "SIZE-7", None, True, 5), b'[0.0000001,"SIZE-7",null,true,5]'),
        ({"weight": Decimal("1E-999999")}, b'{"weight":1E-999999}'),
        ([Decimal("1E+5"), Decimal("-1.5E+3"), Decimal("0E+5"), "E+"], b'[100000,-1500,0,"E+"]'),
        (Decimal("1E+999999"), b"1E+999999"),
    ],
)
def test_a_number_is_written_out(value: Any, text: bytes) -> None:
    assert encode_json(value) == text
