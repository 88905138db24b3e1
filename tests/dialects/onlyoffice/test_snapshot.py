"""What is printed of an invoice: `jsondata` (contract §4.6, §10.2, §12.7, §12.9, §12.17)."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billingua.core.invoice import Invoice
from billingua.core.line import Charge, ChargeKind, InvoiceLine
from billingua.core.rounding import en16931
from billingua.dialects.onlyoffice import NAME
from billingua.dialects.onlyoffice.responses.snapshot import short_date, take_snapshot
from billingua.documents import LANGUAGES
from billingua.engine.invoices import AmendInvoice, InvoiceView, amend_invoice
from tests.builders import a_caller, a_line, a_line_tax, a_party, a_tax, a_workspace, an_address, an_invoice, an_item
from tests.dialects.onlyoffice.conftest import (
    DRAFT,
    LINE,
    OWNERS,
    TO_PRIVATE,
    Portal,
    a_body,
    born_here,
    refusal,
    response,
)

SELLER = {
    "company_name": "Moor GmbH",
    "company_address": {"street": "Quay 4", "city": "Riga", "state": " ", "zip": "LV-1010", "country": "Latvia"},
}
SET = {"settings": {NAME: SELLER}}


async def snapshot(portal: Portal, id: int = DRAFT) -> dict[str, Any]:
    """Give what is printed of an invoice."""
    return json.loads(response(await portal.get(f"/invoice/jsondata/{id}")))


def taken(invoice: Invoice, **workspace: Any) -> dict[str, Any]:
    """Take a snapshot of an invoice, whose items are all called Oak board."""
    titles = {line.item: "Oak board" for line in invoice.lines if line.item}
    return json.loads(take_snapshot(InvoiceView(invoice, 1, a_party()), titles, a_workspace(**workspace)))


def pair(label: str, value: str) -> dict[str, str]:
    return {"Item1": label, "Item2": value}


AS_PRINTED: dict[str, Any] = {
    "TemplateType": 0,
    "Seller": pair("Seller", "Moor GmbH\nQuay 4, Riga, LV-1010, Latvia"),
    "LogoBase64Id": 0,
    "LogoBase64": None,
    "LogoSrcFormat": None,
    "Number": pair("Invoice", "INV-0000017"),
    "Invoice": [pair("Invoice Date", "3/1/2031"), pair("Due date", "3/31/2031")],
    "Customer": pair("Bill To", "Larch & Sons"),
    "TableHeaderRow": ["Item", "Quantity", "Price", "Discount", "Tax", "Tax", "Amount"],
    "TableBodyRows": [["Oak board: March", "3.00", "19.99", "10.00", "VAT", "", "53.97"]],
    "TableFooterRows": [pair("Subtotal", "53.97"), pair("VAT (20.00%)", "10.79")],
    "TableTotalRow": pair("Invoice Total (EUR)", "64.76"),
    "Terms": pair("Terms", "30 days"),
    "Notes": None,
    "Consignee": None,
    "DeliveryAddressID": 0,
    "BillingAddressID": 0,
}
"""The contract's own example (§10.2)."""


@pytest.mark.parametrize("settings", [SET])
@pytest.mark.parametrize("others", [(an_item(id=40, title="Oak board"), a_tax(id=9, name="VAT"))])
async def test_the_contracts_example_is_answered_key_by_key(portal: Portal):
    body = {
        "number": "INV-9017",
        "issueDate": "2031-03-01",
        "dueDate": "2031-03-31",
        "contactId": 10,
        "language": "en-US",
        "currency": "EUR",
        "exchangeRate": 1,
        "terms": "30 days",
        "invoiceLines": [
            {
                "invoiceItemID": 40,
                "invoiceTax1ID": 9,
                "quantity": 3,
                "price": 19.99,
                "discount": 10,
                "description": "March",
            }
        ],
    }
    id = response(await portal.send("POST", "/invoice", body), 201)["id"]

    answer = await portal.get(f"/invoice/jsondata/{id}")

    text = response(answer)
    assert answer.json()["count"] == len(text)
    told = json.loads(text)
    assert list(told.items()) == list((AS_PRINTED | {"Number": pair("Invoice", "INV-9017")}).items())


@pytest.mark.parametrize("settings", [SET])
async def test_all_that_an_invoice_may_say_is_written_down(portal: Portal):
    body = a_body(
        templateType=1,
        purchaseOrderNumber="PO-8",
        description="Thank you",
        billingAddressID=31,
        consigneeId=11,
        deliveryAddressID=33,
    )
    response(await portal.put(body))

    told = await snapshot(portal)

    assert told["TemplateType"] == 1
    assert told["Invoice"][1] == pair("PO Number", "PO-8")
    assert told["Customer"]["Item2"] == "Larch & Sons\nRiga"
    assert told["Consignee"] == pair("Ship To", "Ann Lee\nRiga")
    assert told["Notes"] == pair("Client notes", "Thank you")
    assert (told["BillingAddressID"], told["DeliveryAddressID"]) == (31, 33)
    assert told["TableBodyRows"] == [
        ["Lamp", "1.00", "10.00", "5.00", "", "", "9.50"],
        ["Lamp", "2.00", "3.50", "0.00", "", "", "7.00"],
    ]
    assert told["TableFooterRows"] == [pair("Subtotal", "16.50")]
    assert told["TableTotalRow"] == pair("Invoice Total (USD)", "16.50")


@pytest.mark.parametrize(
    ("settings", "logo", "form"),
    [(SET, 0, None), ({"settings": {NAME: {"company_logo": "iVBORw0KGgo="}}}, 1, "data:image/jpeg;base64,{0}")],
)
async def test_the_logo_is_named_and_not_held(portal: Portal, logo: int, form: str | None):
    told = await snapshot(portal)
    assert (told["LogoBase64Id"], told["LogoBase64"], told["LogoSrcFormat"]) == (logo, None, form)


@pytest.mark.parametrize(
    ("seller", "told"),
    [
        ({}, ""),
        ({"company_name": "Moor"}, "Moor"),
        ({"company_address": {"street": "Quay 4", "city": "Riga"}}, "Quay 4, Riga"),
        (SELLER, "Moor GmbH\nQuay 4, Riga, LV-1010, Latvia"),
    ],
)
def test_the_seller_is_told_without_blank_parts(seller: dict[str, Any], told: str):
    assert taken(born_here(1), settings={NAME: seller})["Seller"]["Item2"] == told


@pytest.mark.parametrize(
    ("language", "culture", "label", "day"),
    [
        ("en-US", "en-US", "Due date", "3/29/2031"),
        ("", "en-US", "Due date", "3/29/2031"),
        ("", "de-DE", "Zahlbar bis", "29.03.2031"),
        ("es-ES", "de-DE", "Vencimiento", "29.03.2031"),
        ("ru-RU", "en-GB", "Срок оплаты", "29/03/2031"),
        ("sv-SE", "sv-SE", "Due date", "2031-03-29"),
        ("en-US", "xx-XX", "Due date", "3/29/2031"),
        ("en-US", "zh-CN", "Due date", "2031/3/29"),
    ],
)
def test_labels_are_of_the_invoices_language_and_days_of_the_portals_culture(
    language: str, culture: str, label: str, day: str
):
    told = taken(born_here(1, language=language), culture=culture)
    assert told["Invoice"][-1] == pair(label, day)


@pytest.mark.parametrize(
    ("culture", "day"),
    [
        ("en-US", "3/1/2031"),
        ("en-GB", "01/03/2031"),
        ("de-DE", "01.03.2031"),
        ("de-CH", "01.03.2031"),
        ("fr-FR", "01/03/2031"),
        ("es-ES", "1/3/2031"),
        ("it-IT", "01/03/2031"),
        ("el-GR", "1/3/2031"),
        ("ru-RU", "01.03.2031"),
        ("pt-BR", "01/03/2031"),
        ("pt-PT", "01/03/2031"),
        ("zh-CN", "2031/3/1"),
        ("ar-EG", "1\u200f/3\u200f/2031"),
        ("nl-NL", "1-3-2031"),
    ],
)
def test_days_are_written_as_dot_net_does(culture: str, day: str):
    assert short_date(date(2031, 3, 1), culture) == day


@pytest.mark.parametrize(("culture", "rate"), [("en-US", "20.00%"), ("de-DE", "20,00%"), ("xx-XX", "20.00%")])
def test_a_taxs_rate_is_written_as_in_the_portals_culture(culture: str, rate: str):
    assert taken(born_here(1), culture=culture)["TableFooterRows"][1]["Item1"] == f"VAT ({rate})"


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_all_words(language: str):
    charges = tuple(Charge(kind, Decimal(1)) for kind in ChargeKind)
    invoice = born_here(1, language=language, charges=charges, purchase_order_number="P", description="D", consignee=11)
    view = InvoiceView(invoice, 1, a_party(), a_party(id=11))
    told = json.loads(take_snapshot(view, {}, a_workspace()))

    pairs = [told[name] for name in ("Seller", "Number", "Customer", "TableTotalRow", "Terms", "Notes", "Consignee")]
    labels = [pair["Item1"] for pair in [*pairs, *told["Invoice"], *told["TableFooterRows"]]] + told["TableHeaderRow"]
    assert all(labels)
    english = {"Seller", "Bill To", "Due date", "Order fee", "Drop-ship fee", "Quantity", "Client notes"}
    assert (english <= set(labels)) is (language == "en")


@pytest.mark.parametrize(
    ("zone", "issued", "day"),
    [("UTC", "2031-03-01T00:00:00Z", "3/1/2031"), ("Europe/Riga", "2031-03-01T00:00:00+02:00", "3/1/2031")],
)
@pytest.mark.parametrize("settings", [{"time_zone": "Europe/Riga"}, {}])
async def test_days_are_the_portals(portal: Portal, zone: str, issued: str, day: str, settings: dict[str, Any]):
    if settings.get("time_zone", "UTC") != zone:
        issued = "2031-03-01"
    response(await portal.put(a_body(issueDate=issued)))
    assert (await snapshot(portal))["Invoice"][0]["Item2"] == day


ROWS = [
    (("3", "19.99", "10", "20", None), "53.97", "64.76"),
    (("2", "12.50", "0", "20", None), "25.00", "30.00"),
    (("1", "0.25", "10", None, None), "0.23", "0.23"),
    (("1", "1.00", "0", "7.5", "7.5"), "1.00", "1.15"),
    (("10", "33.33", "33", "7.5", "5"), "223.31", "251.22"),
    (("2", "10.01", "0", None, None), "20.02", "20.02"),
]
"""The contract's worked values (§10.1), with the totals of §10.2."""


def a_priced_line(figures: tuple[str | None, ...], **members: Any) -> InvoiceLine:
    quantity, price, discount, first, second = (None if figure is None else Decimal(figure) for figure in figures)
    return a_line(
        item=4,
        quantity=quantity,
        unit_price=price,
        discount_percent=discount,
        tax1=None if first is None else a_line_tax(first, tax=1, name="One"),
        tax2=None if second is None else a_line_tax(second, tax=2, name="Two"),
        **members,
    )


@pytest.mark.parametrize(("figures", "net", "total"), ROWS)
def test_worked_values_come_to_the_snapshots_total(figures: tuple[str | None, ...], net: str, total: str):
    told = taken(born_here(1, lines=(a_priced_line(figures),)))
    assert told["TableBodyRows"][0][-1] == told["TableFooterRows"][0]["Item2"] == net
    assert told["TableTotalRow"]["Item2"] == total


def test_two_taxes_are_listed_apart_though_the_total_rounds_them_together():
    told = taken(born_here(1, lines=(a_priced_line(ROWS[3][0]),)))
    assert [pair["Item2"] for pair in told["TableFooterRows"]] == ["1.00", "0.08", "0.08"]


def test_taxes_are_listed_in_the_order_of_their_first_use_and_one_tax_twice_is_one():
    two, one = a_line_tax(5, tax=2, name="Two"), a_line_tax(10, tax=1, name="One")
    lines = (
        a_line(id=1, quantity=Decimal(1), unit_price=Decimal(100), tax1=two),
        a_line(id=2, quantity=Decimal(1), unit_price=Decimal(100), tax1=one, tax2=one),
        a_line(id=3, quantity=Decimal(1), unit_price=Decimal(100), tax1=two),
    )
    told = taken(born_here(1, lines=lines))
    assert [tuple(pair.values()) for pair in told["TableFooterRows"]] == [
        ("Subtotal", "300.00"),
        ("Two (5.00%)", "10.00"),
        ("One (10.00%)", "20.00"),
    ]


def cents(low: int, high: int) -> st.SearchStrategy[Decimal]:
    return st.integers(low, high).map(lambda number: Decimal(number).scaleb(-2))


figures = st.tuples(
    cents(0, 100_000),
    cents(0, 1_000_000),
    cents(0, 10_000),
    st.none() | cents(-500, 3_000),
    st.none() | cents(-500, 3_000),
)


def slowly(value: Fraction) -> Fraction:
    """Round to two decimals, half to even, by hand."""
    whole, rest = divmod(value * 100, 1)
    if rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole % 2):
        whole += 1
    return Fraction(whole, 100)


@given(st.lists(figures, min_size=1, max_size=5))
def test_what_a_snapshot_comes_to_is_what_a_slow_reckoning_comes_to(rows: list[tuple[Decimal | None, ...]]):
    texts = [tuple(None if value is None else str(value) for value in row) for row in rows]
    told = taken(born_here(1, lines=tuple(a_priced_line(row, id=at) for at, row in enumerate(texts, 1))))

    nets, total, taxes = [], Fraction(0), [Fraction(0), Fraction(0)]
    for quantity, price, discount, *rates in ([Fraction(value or 0) for value in row] for row in rows):
        gross = slowly(quantity * price)
        net = gross - slowly(gross * discount / 100)
        nets.append(net)
        total += slowly(net + slowly(net * sum(rates) / 100))
        taxes = [sum_ + slowly(net * rate / 100) for sum_, rate in zip(taxes, rates, strict=True)]

    assert [Fraction(row[-1]) for row in told["TableBodyRows"]] == nets
    assert Fraction(told["TableFooterRows"][0]["Item2"]) == sum(nets)
    assert sum(Fraction(pair["Item2"]) for pair in told["TableFooterRows"][1:]) == sum(taxes)
    assert Fraction(told["TableTotalRow"]["Item2"]) == total


def test_an_invoice_of_another_rounding_rule_comes_to_what_that_says_with_its_charges_before_the_taxes():
    charges = (Charge(ChargeKind.SHIPPING, Decimal("5.0345")), Charge(ChargeKind.TAX, Decimal("2.83")))
    line = a_line(item=None, sku="SKU-9", quantity=None, unit_price=Decimal("0.335"), tax1=a_line_tax("7.5"))
    invoice = an_invoice(lines=(line, replace(LINE, item=None, sku=None)), charges=charges, rounding=en16931("USD"))

    told = taken(invoice)

    assert told["TableBodyRows"] == [
        ["SKU-9", "0.00", "0.335", "0.00", "VAT", "", "0.00"],
        ["March", "3.00", "19.99", "10.00", "VAT", "", "53.97"],
    ]
    assert [tuple(pair.values()) for pair in told["TableFooterRows"]] == [
        ("Subtotal", "53.97"),
        ("Shipping", "5.0345"),
        ("Tax", "2.83"),
        ("VAT (7.50%)", "0.00"),
        ("VAT (20.00%)", "10.79"),
    ]
    assert Decimal(told["TableTotalRow"]["Item2"]) == invoice.totals.grand_total == Decimal("72.62")
    assert [pair["Item1"] for pair in told["Invoice"]] == ["Invoice Date"]
    assert told["Terms"] == pair("Terms", "")


def test_charges_count_in_the_total_of_an_invoice_that_rounds_stepwise():
    invoice = born_here(1, charges=(Charge(ChargeKind.ORDER_FEE, Decimal(1)),))
    told = taken(invoice)
    assert told["TableFooterRows"][1] == pair("Order fee", "1.00")
    assert told["TableTotalRow"]["Item2"] == "65.76"


def test_an_address_that_is_gone_and_a_contact_that_is_gone_leave_what_is_known():
    address = an_address(id=31, street="Quay 4", street2="2nd floor", state="-", zip="LV-1010", country="Latvia")
    invoice = born_here(1, billing_address=31, consignee=11, delivery_address=99)
    view = InvoiceView(invoice, 1, None, a_party(id=11, addresses=(address,)))
    told = json.loads(take_snapshot(view, {}, a_workspace()))
    assert (told["Customer"]["Item2"], told["Consignee"]["Item2"]) == ("", "Larch & Sons")

    view = replace(view, party=a_party(addresses=(address,)))
    told = json.loads(take_snapshot(view, {}, a_workspace()))
    assert told["Customer"]["Item2"] == "Larch & Sons\nQuay 4, 2nd floor, Riga, -, LV-1010, Latvia"


# Who may read it.


@pytest.mark.parametrize(
    ("path", "token", "status"),
    [
        (f"/invoice/jsondata/{DRAFT}", "eve-token", 200),
        (f"/Invoice/JsonData/{DRAFT}.json", "house-token", 200),
        ("/invoice/jsondata/0", "owner-token", 400),
        ("/invoice/jsondata/99", "owner-token", 404),
        ("/invoice/jsondata/99999999999", "owner-token", 400),
        (f"/invoice/jsondata/{TO_PRIVATE}", "ida-token", 200),
        (f"/invoice/jsondata/{TO_PRIVATE}", "eve-token", 403),
        (f"/invoice/jsondata/{DRAFT}", None, 401),
        ("/invoice/jsondata/x", "owner-token", 404),
        ("/invoice/jsondata", "owner-token", 404),
    ],
)
async def test_whoever_may_see_the_invoice_may_read_it(portal: Portal, path: str, token: str | None, status: int):
    answer = await portal.get(path, token)
    assert answer.status_code == status
    if status == 400:
        assert refusal(answer)[0] == 400


async def test_in_xml_it_is_one_text(portal: Portal):
    answer = await portal.get(f"/invoice/jsondata/{DRAFT}.xml")
    assert answer.headers["content-type"].startswith("text/xml")
    assert '"TemplateType":1' in answer.text


# How long it holds.

RENAMED = {"companyName": "Moor AG"}


async def test_it_stays_as_it_was_when_an_invoice_was_written(portal: Portal):
    response(await portal.put(a_body()))
    before = await snapshot(portal)

    response(await portal.send("PUT", "/settings/organisation/base", RENAMED))
    response(await portal.send("PUT", "/invoiceitem/4", {"title": "Oak", "price": 1}))
    response(await portal.send("PUT", f"/invoice/{DRAFT}/creationdate", {"creationDate": "2030-01-01"}))
    response(await portal.send("PUT", f"/invoice/{DRAFT}/lastmodifeddate", {"lastModifedDate": "2030-01-01"}))
    response(await portal.send("PUT", "/invoice/status/Sent", {"invoiceids": [DRAFT]}))
    response(await portal.send("PUT", "/invoice/status/Paid", {"invoiceids": [DRAFT]}))

    assert await snapshot(portal) == before


@pytest.mark.parametrize("others", [(a_tax(id=9, name="VAT"),)])
async def test_a_rate_that_changes_leaves_it_and_a_put_takes_it_anew(portal: Portal):
    body = a_body(invoiceLines=[{"invoiceItemID": 4, "quantity": 1, "price": 10, "invoiceTax1ID": 9}])
    response(await portal.put(body))
    response(await portal.send("PUT", "/invoice/tax/9", {"name": "USt", "rate": 10}))

    assert (await portal.shown())["cost"] == 11
    assert (await snapshot(portal))["TableTotalRow"]["Item2"] == "12.00"
    response(await portal.put(body))
    assert (await snapshot(portal))["TableFooterRows"][1] == pair("USt (10.00%)", "1.00")


async def edit_lines(portal: Portal) -> None:
    """Write a line more, another one anew, and take the first one out."""
    first, second = (line["id"] for line in (await portal.shown())["invoiceLines"])
    new = {"invoiceId": DRAFT, "invoiceItemId": 6, "quantity": 7, "price": 100, "sortOrder": 5}
    response(await portal.send("POST", "/invoiceline", new), 201)
    response(await portal.send("PUT", f"/invoiceline/{second}", new | {"quantity": 3}))
    response(await portal.send("DELETE", f"/invoiceline/{first}"))


async def test_editing_lines_leaves_it_until_the_next_put(portal: Portal):
    response(await portal.put(a_body()))
    before = await snapshot(portal)

    await edit_lines(portal)

    assert (await portal.shown())["cost"] == 1000
    assert await snapshot(portal) == before
    response(await portal.put(a_body(terms="Now")))
    assert (await snapshot(portal))["Terms"]["Item2"] == "Now"


@pytest.mark.parametrize("settings", [{"settings": {NAME: {"fresh_documents": True}}}])
async def test_a_portal_that_is_set_so_prints_edited_lines(portal: Portal):
    response(await portal.put(a_body()))

    await edit_lines(portal)

    assert (await snapshot(portal))["TableTotalRow"]["Item2"] == "1000.00"


async def test_an_invoice_of_a_world_file_is_printed_as_before_its_lines_were_edited(portal: Portal):
    before = await snapshot(portal, OWNERS)
    line = {"invoiceId": OWNERS, "invoiceItemId": 6, "quantity": 7, "price": 100}

    response(await portal.send("POST", "/invoiceline", line), 201)

    assert await snapshot(portal, OWNERS) == before
    assert (await portal.shown(OWNERS))["cost"] == Decimal("764.76")


@pytest.mark.parametrize("others", [(replace(born_here(60), origin="native"),)])
async def test_an_invoice_born_elsewhere_is_printed_with_its_edited_lines(portal: Portal):
    line = {"invoiceId": 60, "invoiceItemId": 6, "quantity": 7, "price": 100}
    response(await portal.send("POST", "/invoiceline", line), 201)
    assert (await snapshot(portal, 60))["TableTotalRow"]["Item2"] == "764.76"


async def test_what_another_dialect_amends_is_printed_afresh_and_stays_so_when_lines_are_edited(portal: Portal):
    response(await portal.put(a_body()))
    other = a_caller(workspace="demo", dialect="native")
    command = AmendInvoice(invoice=DRAFT, fields={"terms": "Amended"})
    await portal.ledger.run(other, amend_invoice, command)
    assert (await snapshot(portal))["Terms"]["Item2"] == "Amended"

    await edit_lines(portal)

    told = await snapshot(portal)
    assert (told["Terms"]["Item2"], told["TableTotalRow"]["Item2"]) == ("Amended", "16.50")


async def test_a_snapshot_whose_file_is_nowhere_is_taken_afresh(portal: Portal):
    assert (await portal.stored()).extra(NAME)["snapshot"]
    assert (await snapshot(portal))["Number"]["Item2"] == "INV-0000017"


async def test_a_put_keeps_another_snapshot_and_forgets_the_pdf(portal: Portal):
    before = (await portal.stored()).extra(NAME)
    assert (await portal.shown())["fileID"] == 77

    assert response(await portal.put(a_body()))["fileID"] == 0

    after = (await portal.stored()).extra(NAME)
    assert after["fileID"] == 0
    assert after["snapshot"] != before["snapshot"]
    assert after["said"] != before["said"]


async def test_a_file_that_shows_something_else_by_now_is_not_named(portal: Portal):
    other = a_caller(workspace="demo", dialect="native")
    await portal.ledger.run(other, amend_invoice, AmendInvoice(invoice=DRAFT, fields={"terms": "Amended"}))
    assert (await portal.shown())["fileID"] == 0
    await portal.ledger.run(other, amend_invoice, AmendInvoice(invoice=DRAFT, fields={"terms": "30 days"}))
    assert (await portal.shown())["fileID"] == 77
