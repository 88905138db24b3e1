"""Numbers as clients send them: read exactly, or refused; never rounded and never a crash."""

from decimal import Decimal
from typing import Any

import pytest

from billingua.wire.bodies import decode_json
from billingua.wire.scalars import (
    Invalid,
    decimal_places,
    read_amount,
    read_anything,
    read_boolean,
    read_decimal,
    read_digits,
    read_integer,
    read_text,
    read_uuid,
)


@pytest.mark.parametrize(
    ("value", "places"),
    [
        ("2.500", 1),
        ("100", 0),
        ("1E+3", 0),
        ("0.00", 0),
        ("-0.07", 2),
        ("1." + "0" * 30 + "1", 31),
        ("1E-9999999", 9999999),
    ],
)
def test_decimals_are_counted_as_far_as_they_matter_however_many_there_are(value: str, places: int):
    assert decimal_places(Decimal(value)) == places


@pytest.mark.parametrize(
    ("literal", "wanted"),
    [
        ("1e9999999", "range"),
        ("-1e9999999", "range"),
        ("100000000000000", "range"),
        ("1e-9999999", "range"),
        ("1." + "0" * 30 + "1", "range"),
        ("true", "number"),
        ("null", "number"),
        ('"1.2.3"', "number"),
        ('"NaN"', "number"),
    ],
)
def test_what_cannot_be_kept_exactly_is_no_amount(literal: str, wanted: str):
    with pytest.raises(Invalid, match=wanted):
        read_decimal(decode_json(literal.encode()))


@pytest.mark.parametrize(
    ("literal", "amount"), [("2.500", "2.500"), ('" 2.50 "', "2.50"), ("7", "7"), ("-0.00", "-0.00")]
)
def test_an_amount_keeps_its_digits(literal: str, amount: str):
    assert str(read_decimal(decode_json(literal.encode()))) == amount


@pytest.mark.parametrize("literal", ["0e99999999", "0e-99999999"])
def test_a_zero_that_is_short_to_send_is_short_to_show(literal: str):
    assert str(read_decimal(decode_json(literal.encode()))) == "0"


def test_decimals_may_be_limited():
    assert read_decimal("1.250", places=2) == Decimal("1.25")
    for too_many in ("1.251", "0." + "0" * 40 + "1"):
        with pytest.raises(Invalid, match="places"):
            read_decimal(too_many, places=2)


@pytest.mark.parametrize("value", [5, "5", " 5 ", Decimal("5.0"), Decimal("0.5E+1")])
def test_a_whole_number_may_be_written_in_several_ways(value: Any):
    assert read_integer(value) == 5


@pytest.mark.parametrize("value", [Decimal("5.5"), Decimal("1E+9999999"), "5.0", "five", "", True, None, 2**31, [], {}])
def test_what_is_no_whole_number_of_32_bits_is_refused(value: Any):
    with pytest.raises(Invalid, match="integer"):
        read_integer(value)


@pytest.mark.parametrize(
    ("literal", "amount"),
    [
        ("0.30000000000000004", "0.3000"),
        ('"-0.00005"', "-0.0001"),
        ("5", "5.0000"),
        ("1e-999999999", "0.0000"),
        ("0e999999999", "0.0000"),
        ("99999999999999.99994", "99999999999999.9999"),
    ],
)
def test_an_amount_of_many_decimals_is_settled(literal: str, amount: str):
    assert str(read_amount(decode_json(literal.encode()), 4)) == amount


@pytest.mark.parametrize(
    ("literal", "wanted"), [("99999999999999.99995", "range"), ("-1e999999999", "range"), ('""', "number")]
)
def test_an_amount_beyond_the_largest_is_refused_however_it_is_written(literal: str, wanted: str):
    with pytest.raises(Invalid, match=wanted):
        read_amount(decode_json(literal.encode()), 4)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", 7),
        (" -007 ", -7),
        ("+0", 0),
        ("9" * 20, int("9" * 20)),
        ("0" * 30 + "5", 5),
        ("-" + "9" * 5000, -(10**20)),
    ],
)
def test_a_whole_number_may_have_any_size(text: str, number: int):
    assert read_digits(text) == number


@pytest.mark.parametrize("text", ["", "1.0", "1e2", "--1", "٩"])
def test_what_is_no_whole_number_is_refused(text: str):
    with pytest.raises(Invalid, match="integer"):
        read_digits(text)


@pytest.mark.parametrize(
    ("literal", "text"),
    [("1e2", "100"), ("-1.50E-8", "-0.0000000150"), ("30", "30"), ("1.0", "1.0"), ("0e5", "0"), ('" 1e2 "', " 1e2 ")],
)
def test_a_number_is_read_as_text_with_plain_digits(literal: str, text: str):
    assert read_text(decode_json(literal.encode())) == text


@pytest.mark.parametrize(
    ("literal", "wanted"),
    [
        ("1e101", "text"),
        ("1e-99999999", "text"),
        ("0e-99999999", "text"),
        ("true", "text"),
        ('"a\\u0000"', "characters"),
    ],
)
def test_what_cannot_be_kept_is_no_text(literal: str, wanted: str):
    with pytest.raises(Invalid, match=wanted):
        read_text(decode_json(literal.encode()))


@pytest.mark.parametrize("value", [{"\0": 1}, {"a": [{"b": "\0"}]}, ["a", ["\0"]], "\0"])
def test_no_null_character_is_kept_however_deep_it_stands(value: Any):
    with pytest.raises(Invalid, match="characters"):
        read_anything(value)


@pytest.mark.parametrize("value", [{"a": [1, None, {"b": "c"}]}, [], None, "", Decimal("1.5")])
def test_any_other_value_is_read_as_it_is(value: Any):
    assert read_anything(value) is value


UUID_TEXT = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"


@pytest.mark.parametrize("text", [UUID_TEXT, UUID_TEXT.upper(), UUID_TEXT.replace("-", "")])
def test_a_uuid_is_read_with_or_without_hyphens_in_any_case(text: str) -> None:
    assert str(read_uuid(text)) == UUID_TEXT


@pytest.mark.parametrize(
    "value",
    [
        *(
            f"urn:uuid:{UUID_TEXT}",
            f"{{{UUID_TEXT}}}",
            f" {UUID_TEXT}",
            f"{UUID_TEXT}\n",
            UUID_TEXT.replace("1", "\u0661"),
        ),
        *(UUID_TEXT[:-1], UUID_TEXT.replace("-", "", 1), "", None, 7, [UUID_TEXT]),
    ],
)
def test_what_is_written_otherwise_is_no_uuid(value: Any) -> None:
    with pytest.raises(Invalid, match="uuid"):
        read_uuid(value)


@pytest.mark.parametrize(("literal", "value"), [("true", True), ('" False "', False), ('"TRUE"', True)])
def test_a_boolean_is_read_in_any_case(literal: str, value: bool):
    assert read_boolean(decode_json(literal.encode())) is value


@pytest.mark.parametrize("literal", ["1", "0", '"1"', '"yes"', "null", "[]"])
def test_what_is_neither_true_nor_false_is_no_boolean(literal: str):
    with pytest.raises(Invalid, match="boolean"):
        read_boolean(decode_json(literal.encode()))
