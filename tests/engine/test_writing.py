"""A new invoice; how one is written anew is in `test_invoices.py`."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from billingua.core import errors, events
from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Status
from billingua.core.line import InvoiceLine
from billingua.core.party import AddressCategory
from billingua.core.rounding import STEPWISE
from billingua.core.tax import LineTax
from billingua.engine.content import InvoiceFields, LineContent
from billingua.engine.invoices import InvoiceView
from billingua.engine.plan import Caller, Decision
from billingua.engine.writing import CreateInvoice, create_invoice
from tests.builders import (
    NOON,
    a_caller,
    a_party,
    a_tax,
    a_user,
    a_uuid,
    a_workspace,
    an_address,
    an_invoice,
    an_item,
    an_opportunity,
)
from tests.engine.driving import drive, known

IDA = a_user()
CALLER = a_caller(dialect="onlyoffice", user=IDA)
PARTY = a_party(addresses=(an_address(),))
CONSIGNEE = a_party(id=11, addresses=(an_address(id=33, category=AddressCategory.POSTAL),))
HIDDEN = a_party(id=12, private=True)
FIELDS = InvoiceFields(
    party=10,
    consignee=11,
    opportunity=3,
    billing_address=31,
    delivery_address=33,
    currency="EUR",
    issued_at=NOON,
    terms="30 days",
)
LINES = [LineContent(item=1, quantity=Decimal(2), unit_price=Decimal("12.50"), tax1=1), LineContent(item=1)]
NEW = CreateInvoice(number="INV-1", fields=FIELDS, lines=LINES, rounding=STEPWISE, extras={"templateType": 1})


def create(*others: Any, caller: Caller = CALLER, **changed: Any) -> Decision[InvoiceView]:
    world = (PARTY, CONSIGNEE, HIDDEN, an_opportunity(), an_item(), a_tax(), IDA, a_workspace())
    command = replace(NEW, **changed)
    return drive(create_invoice(command, caller, NOON), known(*world, *others, invoice=40, invoice_line=60))


def test_a_draft_is_written_with_its_lines_in_their_order():
    decision = create()
    written = Invoice(
        id=40,
        uuid=a_uuid(777_000),
        number="INV-1",
        status=Status.DRAFT,
        origin="onlyoffice",
        created_at=NOON,
        created_by="ida",
        updated_at=NOON,
        original_balance=Decimal("30.00"),
        open_balance=Decimal("30.00"),
        rounding=STEPWISE,
        extras={"onlyoffice": {"templateType": 1}},
        lines=(
            InvoiceLine(
                id=60,
                position=0,
                item=1,
                sku="SKU-1",
                quantity=Decimal(2),
                unit_price=Decimal("12.50"),
                tax1=LineTax(tax=1, name="VAT", rate=Decimal(20)),
            ),
            InvoiceLine(id=61, position=1, item=1, sku="SKU-1", quantity=Decimal(0), unit_price=Decimal(0)),
        ),
        **FIELDS,
    )
    assert decision.answer == InvoiceView(written, 1, PARTY, CONSIGNEE, an_opportunity(), IDA)
    assert list(decision.saves) == [written]
    assert list(decision.events) == [events.InvoiceCreated(40, "INV-1")]


def test_a_credential_without_a_user_writes_for_the_workspace():
    invoice = create(caller=a_caller(dialect="native"), extras={}).answer.invoice
    assert (invoice.created_by, invoice.origin, invoice.extras) == (None, "native", {})


@pytest.mark.parametrize("number", ["INV-2", "INV-1 x", " INV-1"])
def test_another_number_is_free(number: str):
    assert create(an_invoice(number="INV-1"), number=number).answer.invoice.number == number


def test_a_number_of_another_scope_is_free():
    assert create(an_invoice(number="INV-1", number_scope="a trader's")).answer.invoice.number == "INV-1"


@pytest.mark.parametrize("number", ["INV-1", "inv-1", "INV-1  "])
def test_a_number_is_given_once_whatever_its_case_and_the_blanks_at_its_end(number: str):
    with pytest.raises(errors.NumberTaken) as refused:
        create(an_invoice(number="Inv-1"), number=number)
    assert refused.value.number == number


WRONG_FIELDS, WRONG_NUMBER = errors.NameTaken("fields"), errors.SkuTaken("number")
ALL_WRONG: dict[str, Any] = {
    "party": 99,
    "consignee": 12,
    "opportunity": 99,
    "currency": "XYZ",
    "billing_address": 33,
    "delivery_address": 31,
}
RIGHT: dict[str, Any] = {name: FIELDS[name] for name in ALL_WRONG}
TOO_MUCH = [LineContent(quantity=Decimal("1E10"), unit_price=Decimal("1E10"))]


def fields(**right: Any) -> InvoiceFields:
    """Fields of which all is wrong but what is given."""
    return {**FIELDS, **ALL_WRONG, **right}


@pytest.mark.parametrize(
    ("lines", "given", "number", "refusal"),
    [
        ([LineContent(item=9)], WRONG_FIELDS, WRONG_NUMBER, errors.ItemNotFound),
        ([LineContent(item=1, tax2=9)], WRONG_FIELDS, WRONG_NUMBER, errors.TaxNotFound),
        (TOO_MUCH, WRONG_FIELDS, WRONG_NUMBER, errors.NameTaken),
        (TOO_MUCH, fields(), WRONG_NUMBER, errors.PartyNotFound),
        (TOO_MUCH, fields(party=10), WRONG_NUMBER, errors.NotPermitted),
        (TOO_MUCH, fields(party=10, consignee=11), WRONG_NUMBER, errors.OpportunityNotFound),
        (TOO_MUCH, fields(party=11, consignee=11, opportunity=3), WRONG_NUMBER, errors.NotAParticipant),
        (TOO_MUCH, fields(party=10, consignee=11, opportunity=3), WRONG_NUMBER, errors.CurrencyNotFound),
        (TOO_MUCH, fields(**RIGHT | {"billing_address": 33}), WRONG_NUMBER, errors.AddressNotFound),
        (TOO_MUCH, fields(**RIGHT | {"delivery_address": 31}), WRONG_NUMBER, errors.AddressNotFound),
        (TOO_MUCH, fields(**RIGHT), WRONG_NUMBER, errors.SkuTaken),
        (TOO_MUCH, fields(**RIGHT), "INV-1", errors.NumberTaken),
        (TOO_MUCH, fields(**RIGHT), "INV-2", errors.AmountTooLarge),
    ],
)
def test_a_new_invoice_is_refused_in_the_order_of_the_checks(
    lines: Any, given: Any, number: Any, refusal: type[errors.Refused]
):
    with pytest.raises(refusal) as refused:
        create(
            an_invoice(number="INV-1"), lines=lines, fields=given, number=number, currencies=frozenset({"EUR", "USD"})
        )
    assert type(refused.value) is refusal
