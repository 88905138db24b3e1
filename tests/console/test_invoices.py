"""The list of invoices and one invoice: what is found, in which order, and what is seen of it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from billingua.core.invoice import Credit
from billingua.core.lifecycle import Status
from billingua.core.line import Charge, ChargeKind
from billingua.core.rounding import STEPWISE
from billingua.engine.invoices import AmendInvoice, amend_invoice
from tests.builders import (
    NOON,
    a_caller,
    a_credit_note,
    a_line,
    a_line_tax,
    a_party,
    a_payment,
    an_address,
    an_invoice,
)
from tests.console.conftest import Browser, Opening, said

LIST = "/console/invoices"
DAY = timedelta(days=1)


@pytest.fixture
async def browser(console_with: Opening) -> Browser:
    return await console_with(
        an_invoice(id=1, number="A-1", issued_at=NOON - 9 * DAY, due_at=NOON - DAY, order_number="SO-7"),
        an_invoice(id=2, number="B-2", issued_at=NOON - 8 * DAY, status=Status.DRAFT, party=11, origin="harbour"),
        an_invoice(id=3, number="A-3", issued_at=NOON - 7 * DAY, status=Status.PAID, purchase_order_number="PO-7"),
        an_invoice(id=4, number="a-4", issued_at=NOON, due_at=NOON + DAY, lines=(a_line(unit_price=Decimal(250)),)),
        as_="victor",
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["a-4", "A-3", "B-2", "A-1"]),
        ("?q=a-", ["a-4", "A-3", "A-1"]),
        ("?q=so-7", ["A-1"]),
        ("?q=po-7", ["A-3"]),
        ("?q=%27%22%25", []),
        ("?customer=quay", ["B-2"]),
        ("?party=10", ["a-4", "A-3", "A-1"]),
        ("?status=draft&status=paid", ["A-3", "B-2"]),
        ("?status=lost", ["a-4", "A-3", "B-2", "A-1"]),
        ("?dialect=harbour", ["B-2"]),
        ("?dialect=", ["a-4", "A-3", "B-2", "A-1"]),
        ("?overdue=true", ["A-1"]),
        ("?issued_from=2024-12-18&issued_to=2024-12-19", ["A-3", "B-2"]),
        ("?due_from=2024-12-25", ["a-4", "A-1"]),
        ("?due_to=2024-12-25", ["A-1"]),
        ("?least=100.0001", ["a-4"]),
        ("?least=100&most=100", ["A-3", "B-2", "A-1"]),
        ("?sort=issued_at", ["A-1", "B-2", "A-3", "a-4"]),
        ("?sort=-original_balance&q=a-", ["a-4", "A-3", "A-1"]),
        ("?sort=party_name", ["A-1", "A-3", "a-4", "B-2"]),
        ("?sort=progress", ["B-2", "A-1", "a-4", "A-3"]),
        ("?sort=-due_at&overdue=true", ["A-1"]),
    ],
)
async def test_a_list_shows_what_its_address_asks_for(browser: Browser, query: str, found: list[str]) -> None:
    assert await browser.numbers(query) == found


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("?issued_from=tomorrow", "Issued from: This is no day."),
        ("?issued_from=0001-01-01", None),
        ("?due_to=9999-12-31", "Due to: This is no day."),
        ("?least=lots", "Least: Write an amount like 1234.50."),
        ("?most=1e14", "Most: No invoice is that large."),
        ("?party=Larch", "Party: This is no customer."),
        ("?dialect=quay", "Dialect: No invoice comes from there."),
        ("?sort=colour", "Sort: There is no such order."),
        ("?after=%21", "After: This page is not there any more"),
        ("?after=WyJ4Il0", "After: This page is not there any more"),
        ("?sort=number&after=WzEsIDJd", "After: This page is not there any more"),
    ],
)
async def test_what_cannot_be_read_is_told_and_the_rest_is_listed(
    browser: Browser, query: str, told: str | None
) -> None:
    page = await browser.page(LIST + query)

    assert (told or "4 invoices") in page
    assert ("4 invoices" in page) is ("WzEs" in query or told is not None or "0001" in query)


async def test_an_early_day_in_a_zone_before_utc_is_no_day(console_with: Opening) -> None:
    browser = await console_with(as_="victor", time_zone="Asia/Tokyo")

    assert "This is no day." in await browser.page(LIST + "?issued_from=0001-01-01")


async def test_what_was_asked_for_stands_in_the_form(browser: Browser) -> None:
    page = (await browser.get(LIST + "?q=a-&status=open&overdue=true&issued_from=2024-01-01&sort=number&party=10")).text

    assert 'name="q" value="a-"' in page
    assert 'value="open" checked' in page
    assert 'name="overdue" value="true" checked' in page
    assert '<details class="more" open>' in page
    assert '<input type="hidden" name="sort" value="number">' in page
    assert '<input type="hidden" name="party" value="10">' in page


async def test_htmx_puts_no_empty_fields_into_the_address(browser: Browser) -> None:
    path = LIST + "?q=a-&customer=&dialect=&status=open&sort=number&due_to="
    answer = await browser.get(path, **{"HX-Request": "true"})

    assert answer.headers["hx-push-url"] == LIST + "?status=open&q=a-&sort=number"
    assert "hx-push-url" not in (await browser.get(path)).headers


async def test_a_column_head_sorts_and_then_turns_round(browser: Browser) -> None:
    first = (await browser.get(LIST + "?q=a-")).text
    then = (await browser.get(LIST + "?q=a-&sort=number")).text

    assert 'href="/console/invoices?q=a-&amp;sort=number"' in first
    assert 'aria-sort="descending"><a href="/console/invoices?q=a-&amp;sort=issued_at"' in first
    assert 'aria-sort="ascending"><a href="/console/invoices?q=a-&amp;sort=-number"' in then


@pytest.mark.parametrize("sort", ["", "number", "-due_at", "party_name", "open_balance", "progress"])
async def test_pages_follow_one_another_while_invoices_come(console_with: Opening, sort: str) -> None:
    many = [an_invoice(id=id, number=f"{id:03}", issued_at=NOON - id * DAY) for id in range(1, 121)]
    browser = await console_with(*many, as_="victor")
    path, seen, pages = f"?sort={sort}&status=open", list[str](), 0

    while path:
        page = (await browser.get(LIST + path)).text
        seen += await browser.numbers(path)
        path = page.partition('rel="next" href="/console/invoices')[2].partition('"')[0].replace("&amp;", "&")
        pages += 1
        assert ("First page" in page) is (pages > 1)
        assert "120" in said(page)

    assert (pages, len(seen), len(set(seen))) == (3, 120, 120)


async def test_a_list_without_invoices_says_so(console_with: Opening) -> None:
    browser = await console_with(as_="victor")

    assert "There are no invoices yet." in await browser.page(LIST)
    assert "Nothing fits." in await browser.page(LIST + "?q=A")


async def test_hostile_texts_stay_texts(console_with: Opening) -> None:
    hostile = "<script>alert('1')</script>\" onload=x"
    invoice = an_invoice(number=hostile, party=12, terms=hostile, lines=(a_line(description=hostile),))
    browser = await console_with(a_party(id=12, name=hostile), invoice, as_="clara")

    for path in (LIST, LIST + "/35", LIST + "/35/pay", LIST + f"?q={hostile}&customer={hostile}&sort={hostile}"):
        page = (await browser.get(path)).text
        assert "<script>alert" not in page
        assert '" onload' not in page
        assert "alert(" in page


async def test_private_customers_invoices_are_seen_by_those_who_may(console_with: Opening) -> None:
    party = a_party(id=12, name="Quiet Ltd", private=True, access=("clara",))
    invoice = an_invoice(party=12)
    browser = await console_with(party, invoice, as_="victor")

    assert await browser.numbers() == []
    for path in ("/35", "/35?version=1", "/35/pdf", "/35/pay"):
        answer = await browser.get(LIST + path)
        assert (answer.status_code, "Quiet" in answer.text) == (403, False)
    await browser.sign_in("clara")
    assert await browser.numbers() == ["INV-35"]
    assert "Quiet Ltd" in await browser.page(LIST + "/35")


@pytest.mark.parametrize("path", ["/99", "/x", "/99/pay", "/99/pdf", "/99?version=1", "/35?version=2", "/35?version=x"])
async def test_what_is_not_there_is_not_found(console_with: Opening, path: str) -> None:
    browser = await console_with(an_invoice(), as_="clara")

    answer = await browser.get(LIST + path)

    assert answer.status_code == 404
    assert "There is no invoice" in said(answer.text)


@pytest.fixture
def rich() -> Any:
    """An invoice with all that one may have."""
    return an_invoice(
        party=10,
        consignee=11,
        order=104,
        due_at=NOON + DAY,
        purchase_order_number="PO-9",
        reference="Ref 8",
        external_id="ext-7",
        terms="30 days",
        description="Lamps for spring",
        created_by="clara",
        lines=(
            a_line(quantity=Decimal(3), unit_price=Decimal("19.99"), discount_percent=Decimal(10), tax1=a_line_tax(20)),
            a_line(id=2, position=1, sku="LAMP", description="A lamp"),
            a_line(id=3, position=2, quantity=None, unit_price=None),
        ),
        charges=(Charge(ChargeKind.SHIPPING, Decimal("7.50")),),
    )


async def test_an_invoice_shows_what_it_says_and_how_it_came_about(console_with: Opening, rich: Any) -> None:
    browser = await console_with(rich, as_="victor")

    page = await browser.page(LIST + "/35")

    told = ["Larch & Sons", "Quay Lamps", "PO-104", "PO-9", "Ref 8", "ext-7", "30 days", "Lamps for spring", "Clara"]
    told += ["A lamp LAMP", "VAT 20 % of 53.97 10.79", "Shipping 7.50", "Comes to 172.26 USD", "through Billingua"]
    told += ["/lines/0/net", "gross less discount (BT-131)", "59.97 \N{MINUS SIGN} 5.997", "53.973", "rounded"]
    for text in told:
        assert text in page, text


async def test_payments_and_credit_notes_stand_on_their_invoice(console_with: Opening) -> None:
    invoice = an_invoice(
        open_balance=Decimal(30), partly_paid=True, credits=(Credit(1, Decimal(30)),), lines=(a_line(),)
    )
    payment = a_payment(lines=(replace(a_payment().lines[0], amount=Decimal(40)),), memo="Wire 2207", method="Visa")
    browser = await console_with(invoice, payment, a_credit_note(reason="Broken"), as_="victor")

    page = await browser.page(LIST + "/35")

    assert "partly paid" in page
    assert "Payment 1 Visa Dec 26, 2024 completed Wire 2207 40.00 USD" in page
    assert "Credit note CN-1 Dec 26, 2024 in force Broken 100.00 USD" in page


async def test_history_tells_who_changed_what_through_which_dialect(console_with: Opening) -> None:
    browser = await console_with(an_invoice(due_at=NOON), as_="victor")
    amended = AmendInvoice(invoice=35, fields={"due_at": NOON + DAY, "reference": "R-1", "terms": "now"})
    await browser.ledger.run(a_caller(actor="erp", dialect="harbour"), amend_invoice, amended)

    page = await browser.page(LIST + "/35")

    assert "Edited it through Harbour Billing erp" in page
    assert "Due Dec 26, 2024, 12:00 PM Dec 27, 2024, 12:00 PM" in page
    assert "Reference R-1" in page


async def test_an_invoice_is_shown_as_it_was_then(console_with: Opening) -> None:
    browser = await console_with(an_invoice(reference="Old"), as_="clara")
    await browser.ledger.run(a_caller(), amend_invoice, AmendInvoice(invoice=35, fields={"reference": "New"}))

    now, then = await browser.page(LIST + "/35"), await browser.page(LIST + "/35?version=1")

    assert "Reference New Written" in now
    assert "Reference Old Written" in then
    assert "This is version 1, as the invoice was from" in then
    assert "Take a payment" not in then


async def test_figures_and_days_are_written_as_the_workspace_does(console_with: Opening) -> None:
    invoice = an_invoice(
        currency="KWD", issued_at=NOON.replace(hour=23), lines=(a_line(unit_price=Decimal("12345.6789")),)
    )
    stepwise = replace(invoice, rounding=STEPWISE, original_balance=Decimal("12345.6789"))
    browser = await console_with(stepwise, as_="victor", culture="de-CH", time_zone="Europe/Zurich")

    page = await browser.page(LIST)

    assert "27.12.2024" in page
    assert "12\N{RIGHT SINGLE QUOTATION MARK}345.6789 KWD" in page
    assert "12\N{RIGHT SINGLE QUOTATION MARK}345.679 KWD" in page


@pytest.mark.parametrize("culture", ["xx-YY", "", "en_US!"])
async def test_a_culture_that_nobody_knows_is_written_in_english(console_with: Opening, culture: str) -> None:
    browser = await console_with(an_invoice(), as_="victor", culture=culture)

    assert "Dec 26, 2024" in await browser.page(LIST)


@pytest.mark.parametrize(
    ("status", "settings"),
    [
        (Status.OPEN, {}),
        (Status.DRAFT, {"harbour": {"company_name": "Demo Ltd", "company_address": {"city": "Riga"}}}),
        (Status.PAID, {"harbour": {"company_name": "Demo Ltd", "company_address": None}}),
        (Status.VOID, {}),
    ],
)
async def test_an_invoice_of_whatever_dialect_is_printed(
    console_with: Opening, rich: Any, status: Status, settings: Any
) -> None:
    owed = {Status.PAID: Decimal(0), Status.VOID: Decimal(0)}.get(status, rich.open_balance)
    party = a_party(id=12, name="Zweig AG", addresses=(an_address(),))
    invoice = replace(rich, status=status, open_balance=owed, party=12, number='ä"1')
    browser = await console_with(party, invoice, as_="victor", settings=settings)

    answer = await browser.get(LIST + "/35/pdf")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF")
    assert answer.headers["content-disposition"] == "inline; filename=\"__1.pdf\"; filename*=UTF-8''%C3%A4%221.pdf"
    assert answer.headers["cache-control"] == "no-store"


async def test_what_cannot_be_printed_is_told(console_with: Opening) -> None:
    huge = tuple(a_line(id=id, position=id) for id in range(1, 10_500))
    browser = await console_with(an_invoice(lines=huge), as_="victor")

    answer = await browser.get(LIST + "/35/pdf")

    assert answer.status_code == 422
    assert "The invoice cannot be printed" in said(answer.text)
