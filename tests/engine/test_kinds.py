from dataclasses import fields, replace
from typing import Any
from uuid import UUID

import pytest

from billingua.engine.kinds import (
    KINDS,
    THE_WORKSPACE,
    by_cash_number,
    by_claim,
    by_code,
    by_credit_number,
    by_email,
    by_item_code,
    by_number,
    by_order_line,
    by_party_code,
    by_payment,
    by_secret,
    by_supplied_sku,
    by_username,
    ids_in,
    kind_named,
    kind_of,
)
from billingua.engine.plan import Key, by_id, by_uuid
from tests.builders import (
    SUPPLIER,
    a_cash_entry,
    a_credential,
    a_credit_note,
    a_party,
    a_payment,
    a_price_list,
    a_printout,
    a_receipt,
    a_tax,
    a_user,
    a_uuid,
    a_workspace,
    an_export,
    an_invoice,
    an_item,
    an_opportunity,
    an_order,
    an_upload,
)

EXAMPLES: dict[str, tuple[Any, list[Key[Any]]]] = {
    "workspace": (a_workspace(), [THE_WORKSPACE]),
    "user": (a_user(id=4, username="ida", email="Ida@X.org"), [by_username("ida"), by_email("iDA@x.ORG", 4)]),
    "credential": (a_credential(dialect="crux", secret_hash="5ec"), [by_secret("crux", "5ec")]),
    "party": (a_party(code="C-310"), [by_party_code("C-310")]),
    "opportunity": (an_opportunity(), []),
    "tax": (a_tax(), []),
    "item": (
        an_item(supplier=SUPPLIER, sku="TM-88", code="T1"),
        [
            Key(type(an_item()), "sku_uuid", str(an_item().sku_uuid)),
            by_supplied_sku(SUPPLIER, "TM-88"),
            by_item_code("T1"),
        ],
    ),
    "price_list": (a_price_list(code="PL1"), [by_code("PL1")]),
    "order": (an_order(), [by_order_line(an_order().lines[0].uuid)]),
    "invoice": (
        an_invoice(number="Inv-7 ", number_scope="o/s", claims=("31\nA", "32\nB")),
        [by_number("INV-7", "o/s"), by_claim("31\nA"), by_claim("32\nB")],
    ),
    "credit_note": (a_credit_note(number="Cn-7 "), [by_credit_number("CN-7")]),
    "payment": (a_payment(), []),
    "receipt": (a_receipt(payment=7), [by_payment(7)]),
    "cash_entry": (a_cash_entry(number="Cr_7 "), [by_cash_number("CR_7")]),
    "upload": (an_upload(), []),
    "export": (an_export(), []),
    "printout": (a_printout(), []),
}


def test_there_is_an_example_of_every_kind():
    assert [kind.name for kind in KINDS] == list(EXAMPLES)


@pytest.mark.parametrize("name", list(EXAMPLES))
def test_each_kind_is_known_by_its_id_its_uuid_and_its_own_names(name: str):
    value, names = EXAMPLES[name]
    kind = kind_named(name)
    assert kind_of(value) is kind
    assert kind.keys(value) == {by_id(kind.type, value.id), by_uuid(kind.type, value.uuid), *names}


def test_a_new_aggregate_takes_all_its_keys():
    kind = kind_named("invoice")
    assert kind.renamed(None, an_invoice()) == (set(), kind.keys(an_invoice()))


@pytest.mark.parametrize("name", list(EXAMPLES))
def test_an_aggregate_gives_up_and_takes_the_keys_in_which_two_states_differ(name: str):
    value, _ = EXAMPLES[name]
    kind = kind_named(name)
    assert kind.renamed(value, replace(value)) == (set(), set())
    for field in fields(value):
        other = _changed(value, field.name)
        stale, fresh = kind.renamed(value, other)
        assert (stale, fresh) == (kind.keys(value) - kind.keys(other), kind.keys(other) - kind.keys(value))


def _changed(value: Any, field: str) -> Any:
    """Change one field of an aggregate, whatever it holds; its id stays, as ids do."""
    held = getattr(value, field)
    if field == "id":
        return value
    changes: dict[type, Any] = {str: "another", UUID: a_uuid(424242), tuple: ()}
    return replace(value, **{field: changes.get(type(held), held)})


def test_numbers_are_compared_as_numbers_are_and_within_their_scope():
    assert by_number("inv-7") == by_number("INV-7  ")
    assert by_number("INV-7") != by_number("INV-7", "o/s")
    assert by_number("b", "a") != by_number("a\nb")


def test_the_same_token_of_two_dialects_is_two_tokens():
    assert by_secret("crux", "5ec") != by_secret("native", "5ec")


def test_what_is_no_aggregate_has_no_kind():
    with pytest.raises(KeyError):
        kind_of("text")
    with pytest.raises(KeyError):
        kind_named("cheque")


def test_the_lines_of_a_receipt_have_ids_of_their_own_counter():
    assert list(ids_in(a_receipt(id=7))) == [("receipt", 7), ("receipt_line", 1)]
