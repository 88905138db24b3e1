"""Every value comes back from its rows as it went in, digit by digit."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billingua.core.invoice import Invoice
from billingua.core.payment import PaymentLine
from billingua.engine.kinds import KINDS, Kind
from billingua.engine.plan import Record
from billingua.stores.bodies import UnknownFormat, aggregate_from_body, aggregate_to_body
from billingua.stores.rows import (
    AmountDoesNotFit,
    amount_from_row,
    amount_to_row,
    instant_from_row,
    instant_to_row,
    invoice_from_row,
    invoice_to_body,
    invoice_to_row,
    same_body,
    same_listing,
)
from tests.builders import NOON, a_line, a_party, a_payment, an_invoice
from tests.stores.strategies import BALANCES, INSTANTS, JSON, values_of

CHAIN = bytes(range(32))


def through_rows(invoice: Invoice) -> Invoice:
    record = invoice_from_row(invoice_to_row("demo", Record(invoice, 7, CHAIN)), invoice_to_body(invoice))
    assert (record.version, record.chain) == (7, CHAIN)
    return record.value


@given(values_of(Invoice))
def test_any_invoice_comes_back(invoice: Invoice):
    assert through_rows(invoice) == invoice


@given(values_of(Invoice))
def test_what_is_in_the_body_comes_back_digit_by_digit(invoice: Invoice):
    read = through_rows(invoice)
    for name in ("exchange_rate", "lines", "charges", "stated_total", "rounding", "attributes", "claims", "extras"):
        assert repr(getattr(read, name)) == repr(getattr(invoice, name))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.type is not Invoice], ids=lambda kind: kind.name)
@given(data=st.data())
def test_any_other_aggregate_comes_back_digit_by_digit(kind: Kind[Any], data: st.DataObject):
    aggregate = data.draw(values_of(kind.type))

    record = aggregate_from_body(kind.name, 7, CHAIN, aggregate_to_body(kind.name, aggregate))

    assert record == Record(aggregate, 7, CHAIN)
    assert repr(record.value) == repr(aggregate)


@given(st.dictionaries(st.sampled_from(["crux", "onlyoffice"]), st.dictionaries(st.text("abc"), JSON)))
def test_what_only_a_dialect_understands_comes_back_exactly(extras: dict[str, dict[str, Any]]):
    assert repr(through_rows(an_invoice(extras=extras)).extras) == repr(extras)


@pytest.mark.parametrize(
    "number", [10, Decimal(10), Decimal("10.0"), Decimal("1E+1"), Decimal("-0"), 2**80, True, "10"]
)
def test_equal_numbers_of_different_kinds_stay_apart(number: Any):
    (read,) = through_rows(an_invoice(extras={"crux": {"a": [number]}})).extras["crux"]["a"]
    assert (type(read), repr(read)) == (type(number), repr(number))


@pytest.mark.parametrize("number", [Decimal("NaN"), Decimal("Infinity")])
def test_what_is_no_number_is_not_written(number: Decimal):
    with pytest.raises(ValueError, match="JSON has no number"):
        invoice_to_body(an_invoice(extras={"crux": {"a": number}}))


@given(BALANCES, st.sampled_from(["USD", "JPY", "KWD", "CLF", "???"]))
def test_balances_come_back(amount: Decimal, currency: str):
    assert amount_from_row(amount_to_row(amount), currency) == amount


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("12.5", "USD", "12.50"),
        ("12.3456", "USD", "12.3456"),
        ("-5", "USD", "-5.00"),
        ("-0.001", "USD", "-0.0010"),
        ("1E+3", "JPY", "1000"),
        ("0", "KWD", "0.000"),
    ],
)
def test_balances_are_read_with_the_decimals_of_their_currency(amount: str, currency: str, shown: str):
    assert str(amount_from_row(amount_to_row(Decimal(amount)), currency)) == shown


@given(st.lists(BALANCES, min_size=2))
def test_rows_sort_and_add_up_as_balances_do(amounts: list[Decimal]):
    rows = [amount_to_row(amount) for amount in amounts]
    assert [amount_to_row(amount) for amount in sorted(amounts)] == sorted(rows)
    assert Decimal(sum(rows)) == sum(amount * 10**4 for amount in amounts)


@pytest.mark.parametrize("amount", ["0.00001", "922337203685477.5808", "-1E+15", "1E+400", "NaN", "Infinity"])
def test_an_amount_that_does_not_fit_is_not_written(amount: str):
    with pytest.raises(AmountDoesNotFit):
        amount_to_row(Decimal(amount))


@given(INSTANTS)
def test_instants_come_back_to_the_microsecond(moment: datetime):
    assert instant_from_row(instant_to_row(moment)) == moment


def test_instants_are_read_in_utc():
    moment = datetime(2024, 12, 26, 13, tzinfo=timezone(timedelta(hours=1)))
    assert instant_from_row(instant_to_row(moment)) == NOON
    assert instant_from_row(instant_to_row(moment)).tzinfo is UTC


def test_a_body_begins_with_its_format():
    assert invoice_to_body(an_invoice()).startswith(b'{"v":1,"uuid":')
    assert aggregate_to_body("party", a_party()).startswith(b'{"v":1,"id":10,')


def test_a_body_of_a_newer_format_is_not_read():
    body = aggregate_to_body("party", a_party()).replace(b'{"v":1,', b'{"v":2,')
    with pytest.raises(UnknownFormat, match="format 2"):
        aggregate_from_body("party", 1, CHAIN, body)


def test_a_field_that_an_older_program_did_not_write_has_its_default():
    body = msgspec.json.decode(aggregate_to_body("party", a_party()))
    del body["private"]
    record = aggregate_from_body("party", 1, CHAIN, msgspec.json.encode(body))
    assert record.value == a_party()


def test_a_body_without_what_has_no_default_is_not_read():
    with pytest.raises(TypeError, match="name"):
        aggregate_from_body("party", 1, CHAIN, b'{"v":1,"id":1,"uuid":"00000000-0000-0000-0000-000000000001"}')


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({}, True),
        ({"open_balance": Decimal(1), "updated_at": NOON + timedelta(1), "number": "new"}, True),
        ({"terms": "as  before".replace("  ", " ")}, True),
        ({"terms": "new"}, False),
        ({"lines": (a_line(unit_price=Decimal("100.00")),)}, False),
        ({"exchange_rate": Decimal("1.0")}, False),
        ({"extras": {"crux": {"a": Decimal("1.0")}}}, False),
    ],
)
def test_a_body_is_written_anew_if_anything_in_it_changed(change: dict[str, Any], same: bool):
    before = an_invoice(terms="as before", extras={"crux": {"a": 1}})
    assert same_body(before, replace(before, **change)) is same


LISTED = {
    "number",
    "number_scope",
    "status",
    "origin",
    "party",
    "order",
    "currency",
    "issued_at",
    "due_at",
    "created_at",
}


@pytest.mark.parametrize("name", [field.name for field in fields(Invoice)])
def test_index_columns_are_written_if_any_of_them_changed(name: str):
    changed = replace(an_invoice(), **{name: object()})
    assert same_listing(an_invoice(), changed) is (name not in LISTED)


def test_a_payment_that_was_written_before_it_had_a_receipt_is_read_as_it_was():
    body = (
        b'{"v":1,"id":1,"uuid":"00000000-0000-0000-0000-000000001b59","party":10,"currency":"USD",'
        b'"lines":[{"invoice":35,"amount":100}],"status":"completed","applied":true,"memo":"Wire 7","payer":null,'
        b'"received_at":"2024-12-26T12:00:00Z","created_by":null}'
    )
    payment = aggregate_from_body("payment", 1, b"", body).value
    assert payment == a_payment(lines=(PaymentLine(35, Decimal(100)),), memo="Wire 7")
