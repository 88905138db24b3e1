"""Making invoices: what is asked, what is answered, what the ledger holds afterwards (contract §3, §9)."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from billingua.core.lifecycle import Status
from billingua.core.line import InvoiceLine
from billingua.core.rounding import en16931
from billingua.core.tax import LineTax
from tests.dialects.modulus.shop import AN_INVOICE, DETAILS, INVOICE_PATH, NOW, ROW, Shop, coded, without


async def test_the_printed_invoice_is_made(shop: Shop) -> None:
    status, envelope = await shop.told(INVOICE_PATH, AN_INVOICE)

    assert (status, envelope) == (
        200,
        {
            "result": True,
            "title": "Success",
            "message": "Invoice added successfully.",
            "object": {
                "invoice_id": 1,
                "invoice_serial": "INV_2024_05_06_1",
                "document_type": "Invoice",
                "creation_date_time": "2024-05-06 12:40:02",
            },
        },
    )
    invoice = await shop.invoice(1)
    assert (invoice.number, invoice.status, invoice.origin, invoice.party) == (
        "INV_2024_05_06_1", Status.DRAFT, "modulus", 10,
    )  # fmt: skip
    assert invoice.lines == (
        InvoiceLine(
            id=1, position=0, item=1, sku="PPR-A4", unit=3, description="Copy paper A4",
            quantity=Decimal("12.5"), unit_price=Decimal(40), discount_per_unit=Decimal("1.5"),
        ),
    )  # fmt: skip
    assert (invoice.issued_at, invoice.due_at) == (
        datetime(2024, 5, 5, 21, tzinfo=UTC),
        datetime(2024, 6, 4, 21, tzinfo=UTC),
    )
    assert (invoice.branch, invoice.book, invoice.payment_term, invoice.salesperson) == ("BR-02", 4, 2, None)
    assert (invoice.reference, invoice.description, invoice.currency, invoice.exchange_rate) == (
        "WEB-9918",
        None,
        "USD",
        1,
    )
    assert (invoice.original_balance, invoice.open_balance) == (Decimal("481.25"), Decimal("481.25"))
    assert (invoice.rounding, invoice.created_at, invoice.created_by) == (en16931("USD"), NOW, None)
    assert (await shop.ledger.store.history("demo", "invoice", 1))[0].body.count(b'"actor":"connector"') == 1


async def test_an_invoice_may_be_sent_at_once(shop: Shop) -> None:
    made = await shop.made(INVOICE_PATH, AN_INVOICE | {"status": "STATUS_SENT"}, token="idas")

    invoice = await shop.invoice(made["invoice_id"])
    assert (invoice.status, invoice.created_by) == (Status.OPEN, "ida")


@pytest.mark.parametrize(
    "changes",
    [
        {"due_date": "2024-05-06"},
        {"issue_date": "2024-05-06 23:59:59", "due_date": "2024-05-06T00:00:00"},
        {"issue_date": "2099-01-01", "due_date": "2099-01-01"},
        {"issue_date": "2024-05-06T21:30:00Z", "due_date": "2024-05-07"},
        {"book_id": "4", "payment_term_id": " 2 ", "branch_code": " BR-02 "},
        {"salesperson_id": 7},
        {"salesperson_id": None, "reference": None, "exchange_rate": "nothing"},
        {"customer_code": "nobody"},
        {"somebody": {"else": ["'s"]}},
        {"items": [ROW | {"quantity": "12.5", "unit_price": "40", "discount": "1.5", "unit_id": "3"}]},
        {"items": [ROW | {"item_code": " PPR-A4 ", "discount": 40}]},
        {"items": [ROW | {"unit_price": 0, "discount": None}]},
        {"items": [ROW | {"quantity": Decimal("0.000001"), "unit_price": Decimal("1.534567")}]},
    ],
    ids=str,
)
async def test_what_the_contract_allows_is_taken(shop: Shop, changes: dict[str, Any]) -> None:
    await shop.made(INVOICE_PATH, AN_INVOICE | changes)


async def test_the_older_shape_names_a_customer_by_the_code(shop: Shop) -> None:
    made = await shop.made(INVOICE_PATH, without(AN_INVOICE, "customer_details") | {"customer_code": " C-310 "})

    assert (await shop.invoice(made["invoice_id"])).party == 10


BAD_ROW = {"items": [ROW, ROW | {"quantity": 0}]}


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"customer_details": None}, 5521, "Missing customer code."),
        ({"customer_details": None, "customer_code": " "}, 5521, "Missing customer code."),
        ({"customer_details": {}}, 5677, "Missing customer code."),
        ({"customer_details": "C-310"}, 5677, "Missing customer code."),
        ({"branch_code": None}, 5522, "Missing branch code."),
        ({"branch_code": " "}, 5522, "Missing branch code."),
        ({"issue_date": None}, 5523, "Missing or invalid issue date."),
        ({"issue_date": "06.05.2024"}, 5523, "Missing or invalid issue date."),
        ({"issue_date": "2024-02-30"}, 5523, "Missing or invalid issue date."),
        ({"issue_date": 20240506}, 5523, "Missing or invalid issue date."),
        ({"due_date": ""}, 5524, "Missing or invalid due date."),
        ({"due_date": "soon"}, 5524, "Missing or invalid due date."),
        ({"book_id": None}, 5525, "Missing invoice book."),
        ({"status": " "}, 5526, "Missing status."),
        ({"payment_term_id": None}, 5527, "Missing payment term."),
        ({"items": None}, 5528, "Document must has one or more item row."),
        ({"items": []}, 5528, "Document must has one or more item row."),
        ({"items": {"0": ROW}}, 5528, "Document must has one or more item row."),
        ({"items": [ROW, {"item_code": "PPR-A4"}]}, 5529, "Missing code, unit or quantity in item row with index 1."),
        ({"items": ["PPR-A4"]}, 5529, "Missing code, unit or quantity in item row with index 0."),
        ({"items": [ROW | {"quantity": " "}]}, 5529, "Missing code, unit or quantity in item row with index 0."),
        ({"customer_details": None, "customer_code": "C-999"}, 5500, "Invalid Customer."),
        ({"customer_details": None, "customer_code": ["C-310"]}, 5500, "Invalid Customer."),
        ({"customer_details": DETAILS | {"code": "C-EUR"}}, 5501, "Missing Currency Exchange rate."),
        (
            {"customer_details": DETAILS | {"code": "C-EUR"}, "exchange_rate": 0},
            5501,
            "Missing Currency Exchange rate.",
        ),
        (
            {"customer_details": DETAILS | {"code": "C-EUR"}, "exchange_rate": "much"},
            5501,
            "Missing Currency Exchange rate.",
        ),
        ({"branch_code": "BR-99"}, 5502, "Invalid or disabled Branch."),
        ({"branch_code": "BR-03"}, 5502, "Invalid or disabled Branch."),
        ({"branch_code": "br-02"}, 5502, "Invalid or disabled Branch."),
        ({"book_id": 99}, 5503, "Invalid book."),
        ({"book_id": 9}, 5503, "Invalid book."),
        ({"book_id": "four"}, 5503, "Invalid book."),
        ({"salesperson_id": 8}, 5504, "Invalid salesperson may be in correct id, or not linked to the branch."),
        (
            {"salesperson_id": 7, "branch_code": "BR-01"},
            5504,
            "Invalid salesperson may be in correct id, or not linked to the branch.",
        ),
        ({"status": "STATUS_VOID"}, 5505, "Invalid status."),
        ({"status": "status_draft"}, 5505, "Invalid status."),
        ({"status": " STATUS_DRAFT"}, 5505, "Invalid status."),
        ({"status": {"a": 1}}, 5505, "Invalid status."),
        ({"due_date": "2024-05-05"}, 5506, "Issue date can not be after due date."),
        ({"items": [ROW, ROW | {"item_code": "PPR-A5"}]}, 5508, "Invalid Item code at row with index 1."),
        ({"items": [ROW | {"item_code": "INK"}]}, 5508, "Invalid Item code at row with index 0."),
        ({"items": [ROW | {"item_code": "ppr-a4"}]}, 5508, "Invalid Item code at row with index 0."),
        ({"items": [ROW, ROW, ROW | {"unit_id": 77}]}, 5509, "Invalid Unit at row with index 2."),
        ({"items": [ROW | {"unit_id": "box"}]}, 5509, "Invalid Unit at row with index 0."),
        ({"items": [ROW | {"unit_id": 9}]}, 5510, "Invalid item and unit combination at row with index 0."),
        (BAD_ROW, 5507, "Some rows are invalid."),
        ({"items": [ROW | {"quantity": -1}]}, 5507, "Some rows are invalid."),
        ({"items": [ROW | {"quantity": "many"}]}, 5507, "Some rows are invalid."),
        ({"items": [ROW | {"unit_price": -1, "discount": 0}]}, 5507, "Some rows are invalid."),
        ({"items": [ROW | {"unit_price": []}]}, 5507, "Some rows are invalid."),
        ({"items": [ROW | {"discount": Decimal("40.01")}]}, 5507, "Some rows are invalid."),
        ({"items": [ROW | {"discount": -1}]}, 5507, "Some rows are invalid."),
        ({"items": [{"item_code": "UNPRICED", "unit_id": 1, "quantity": 1}]}, 5507, "Some rows are invalid."),
        ({"items": [ROW | {"quantity": 10**13, "unit_price": 10**13}]}, 5507, "Some rows are invalid."),
        ({"payment_term_id": 99}, 5512, "Invalid payment term."),
    ],
    ids=str,
)
async def test_a_fault_is_told_by_its_code_and_nothing_is_made(
    shop: Shop, changes: dict[str, Any], code: int, message: str
) -> None:
    before = await shop.everything()

    assert await shop.told(INVOICE_PATH, AN_INVOICE | changes) == (400, coded(code, message))
    assert await shop.everything() == before


async def test_the_first_fault_is_told_presence_before_content(shop: Shop) -> None:
    """All is wrong at first; whatever is told is then set right."""
    body: dict[str, Any] = {}
    steps: list[tuple[int, dict[str, Any]]] = [
        (5521, {"customer_details": {"type": "firm", "addresses": [{}], "contacts": [{}]}}),
        (5677, {"customer_details": {"code": "C-9", "type": "firm"}}),
        (5675, {"customer_details": {"code": "C-9", "name": "N"}}),
        (5676, {"customer_details": {"code": "C-9", "name": "N", "type": "firm"}}),
        (5522, {"branch_code": "BR-99"}),
        (5523, {"issue_date": "2024-05-06"}),
        (5524, {"due_date": "2024-05-05"}),
        (5525, {"book_id": 99}),
        (5526, {"status": "STATUS_VOID"}),
        (5527, {"payment_term_id": 99}),
        (5528, {"items": [{"item_code": "X"}]}),
        (5529, {"items": [{"item_code": "X", "unit_id": 77, "quantity": 0}]}),
        (5597, {"customer_details": None, "customer_code": "C-999"}),
        (5500, {"customer_code": "C-EUR"}),
        (5501, {"exchange_rate": 1.1}),
        (5502, {"branch_code": "BR-01"}),
        (5503, {"book_id": 4, "salesperson_id": 99}),
        (5504, {"salesperson_id": None}),
        (5505, {"status": "STATUS_SENT"}),
        (5506, {"due_date": "2024-05-06"}),
        (5508, {"items": [{"item_code": "PPR-A4", "unit_id": 77, "quantity": 0}]}),
        (5509, {"items": [{"item_code": "PPR-A4", "unit_id": 9, "quantity": 0}]}),
        (5510, {"items": [{"item_code": "PPR-A4", "unit_id": 3, "quantity": 0}]}),
        (5507, {"items": [ROW]}),
        (5512, {"payment_term_id": 2}),
    ]
    for code, changes in steps:
        status, envelope = await shop.told(INVOICE_PATH, body)
        assert (status, envelope.get("object")) == (400, {"error_code": code})
        body |= changes
    await shop.made(INVOICE_PATH, body)


@pytest.mark.parametrize(
    ("customer", "branch", "item", "price"),
    [
        ("C-PL", "BR-02", "PPR-A4", "4.1"),
        ("C-310", "BR-02", "PPR-A4", "4.35"),
        ("C-310", "BR-01", "PPR-A4", "4.1"),
        ("C-310", "BR-01", "I-1", "27"),
        ("C-EUR", "BR-01", "PPR-A4", "3.280000"),
    ],
)
async def test_without_a_price_it_is_the_customers_lists_or_the_branchs(
    shop: Shop, customer: str, branch: str, item: str, price: str
) -> None:
    """A price is stated in the customer's currency, of which one is 1.25 of the workspace's."""
    body = AN_INVOICE | {
        "customer_details": DETAILS | {"code": customer},
        "branch_code": branch,
        "exchange_rate": 1.25,
        "items": [{"item_code": item, "unit_id": 1, "quantity": 1}],
    }

    made = await shop.made(INVOICE_PATH, body)

    assert str((await shop.invoice(made["invoice_id"])).lines[0].unit_price) == price


async def test_an_invoice_is_in_the_customers_currency(shop: Shop) -> None:
    body = AN_INVOICE | {"customer_details": DETAILS | {"code": "C-EUR", "currency": "GBP"}, "exchange_rate": "1.08"}

    made = await shop.made(INVOICE_PATH, body)

    invoice = await shop.invoice(made["invoice_id"])
    assert (invoice.currency, invoice.exchange_rate) == ("EUR", Decimal("1.08"))


async def test_a_line_carries_the_usual_taxes_of_its_item(shop: Shop) -> None:
    row = {"item_code": "I-1", "unit_id": 1, "quantity": 2, "unit_price": 10}

    made = await shop.made(INVOICE_PATH, AN_INVOICE | {"items": [row]})

    invoice = await shop.invoice(made["invoice_id"])
    assert (invoice.lines[0].tax1, invoice.open_balance) == (LineTax(1, "VAT", Decimal(14)), Decimal("22.80"))


async def test_what_was_sent_is_kept_digit_by_digit(shop: Shop) -> None:
    row = ROW | {"quantity": Decimal("1.0000000"), "unit_price": Decimal("1.234567"), "discount": Decimal("0.1")}

    made = await shop.made(INVOICE_PATH, AN_INVOICE | {"items": [row]})

    line = (await shop.invoice(made["invoice_id"])).lines[0]
    assert (str(line.quantity), str(line.unit_price), str(line.discount_per_unit)) == ("1.0000000", "1.234567", "0.1")


@pytest.mark.parametrize(
    "amount", ["0.30000000000000004", "33.333333333333336", "14.285714285714286", "1.0000000000004"]
)
async def test_what_a_client_reckoned_is_settled_to_the_decimals_that_are_kept(shop: Shop, amount: str) -> None:
    row = {**ROW, "quantity": Decimal(amount), "unit_price": amount, "discount": Decimal(amount)}

    made = await shop.made(INVOICE_PATH, AN_INVOICE | {"items": [row]})

    line = (await shop.invoice(made["invoice_id"])).lines[0]
    kept = {line.quantity, line.unit_price, line.discount_per_unit}
    assert kept == {Decimal(amount).quantize(Decimal("1e-12"))}


async def test_a_rate_that_a_client_reckoned_is_a_rate(shop: Shop) -> None:
    body = AN_INVOICE | {
        "customer_details": DETAILS | {"code": "C-EUR"},
        "exchange_rate": Decimal("0.9174311926605505"),
    }

    made = await shop.made(INVOICE_PATH, body)

    assert (await shop.invoice(made["invoice_id"])).exchange_rate == Decimal("0.917431192661")


@pytest.mark.parametrize("field", ["quantity", "unit_price", "discount"])
@pytest.mark.parametrize("amount", [Decimal("1e-13"), Decimal("1e-99999"), Decimal("1e16"), "1e300"], ids=str)
async def test_an_amount_of_which_nothing_is_left_is_none(shop: Shop, field: str, amount: Any) -> None:
    row = ROW | {"discount": 0} | {field: amount}

    assert await shop.told(INVOICE_PATH, AN_INVOICE | {"items": [row]}) == (400, coded(5507, "Some rows are invalid."))


@pytest.mark.parametrize("blank", ["", "  "], ids=repr)
async def test_blank_details_are_left_out_like_any_other_field(shop: Shop, blank: str) -> None:
    made = await shop.made(INVOICE_PATH, AN_INVOICE | {"customer_details": blank, "customer_code": "C-310"})

    assert (await shop.invoice(made["invoice_id"])).party == 10
    told = await shop.told(INVOICE_PATH, AN_INVOICE | {"customer_details": blank})
    assert told == (400, coded(5521, "Missing customer code."))


async def test_each_book_counts_by_itself_and_the_number_has_the_invoices_own_day(shop: Shop) -> None:
    bodies = [{}, {"book_id": 5}, {"issue_date": "2024-05-05T21:00:00Z", "due_date": "2024-07-01"}, {"book_id": 5}]

    serials = [(await shop.made(INVOICE_PATH, AN_INVOICE | changes))["invoice_serial"] for changes in bodies]

    assert serials == ["INV_2024_05_06_1", "X-1", "INV_2024_05_06_2", "X-2"]


async def test_what_is_refused_takes_no_number(shop: Shop) -> None:
    await shop.told(INVOICE_PATH, AN_INVOICE | {"payment_term_id": 99})
    await shop.told(INVOICE_PATH, AN_INVOICE | BAD_ROW)

    assert (await shop.made(INVOICE_PATH, AN_INVOICE))["invoice_serial"] == "INV_2024_05_06_1"


async def test_many_at_once_have_numbers_without_gaps(shop: Shop) -> None:
    bodies = [AN_INVOICE | ({"payment_term_id": 99} if number % 3 == 0 else {}) for number in range(30)]

    answers = await asyncio.gather(*(shop.told(INVOICE_PATH, body) for body in bodies))

    serials = [envelope["object"]["invoice_serial"] for status, envelope in answers if status == 200]
    assert sorted(serials) == sorted(f"INV_2024_05_06_{number}" for number in range(1, 21))


async def test_a_void_invoice_keeps_its_number(shop: Shop) -> None:
    await shop.made(INVOICE_PATH, AN_INVOICE | {"book_id": 5})
    taken = await shop.made(INVOICE_PATH, AN_INVOICE | {"book_id": 5})
    void = {"invoice_id": taken["invoice_id"], "invoice_number": "X-2", "status": "STATUS_VOID"}
    answer = await shop.client.patch(INVOICE_PATH, params={"token": "good"}, json=void)

    assert answer.status_code == 200
    assert (await shop.made(INVOICE_PATH, AN_INVOICE | {"book_id": 5}))["invoice_serial"] == "X-3"


async def test_a_private_customer_is_nobody_to_a_user_who_may_not_see_it(shop: Shop) -> None:
    body = AN_INVOICE | {"customer_details": DETAILS | {"code": "C-SECRET"}}

    assert await shop.told(INVOICE_PATH, body, token="idas") == (400, coded(5500, "Invalid Customer."))
    await shop.made(INVOICE_PATH, body, token="good")


@pytest.mark.parametrize("field", ["reference", "description"])
async def test_a_remark_is_a_text(shop: Shop, field: str) -> None:
    assert (await shop.told(INVOICE_PATH, AN_INVOICE | {field: {}})) == (
        400,
        {"result": False, "title": "Error", "message": f"Invalid {field}."},
    )
    made = await shop.made(INVOICE_PATH, AN_INVOICE | {field: " 0042 "})
    assert getattr(await shop.invoice(made["invoice_id"]), field) == " 0042 "


async def test_what_no_store_can_keep_is_refused(shop: Shop) -> None:
    status, envelope = await shop.told(INVOICE_PATH, AN_INVOICE | {"description": "a\0b"})

    assert (status, envelope["message"]) == (400, "The body is not a JSON object: U+0000 stands in it.")
