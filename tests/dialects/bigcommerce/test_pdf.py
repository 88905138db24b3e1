"""`GET /invoices/{invoiceId}/download-pdf`, and the file behind its link (contract §4.7)."""

import asyncio
import io
from base64 import b64encode
from decimal import Decimal
from typing import Any

import pytest
from pypdf import PdfReader

from billingua.core.lifecycle import Status
from billingua.core.line import Charge, ChargeKind
from tests.builders import NOON, a_caller, a_line, a_party, a_uuid, an_address
from tests.dialects.bigcommerce.conftest import BASE, SIGNED, Filling, StoreClient, bc_invoice
from tests.documents.papers import a_png

BILLED = {
    "city": "Leeds",
    "state": "Ohio",
    "country": "USA",
    "street1": "4 Mill Rd",
    "street2": "Unit 2",
    "zipCode": "44001",
    "lastName": "Okafor",
    "firstName": "Ada",
}
DETAILS: Any = {
    "header": {
        "costLines": [
            {"amount": {"code": "USD", "value": "228.00"}, "description": "Subtotal of goods"},
            {"amount": {"code": "EUR", "value": "7777"}, "description": "Elsewhere"},
            {"amount": {"code": "USD", "value": "many"}, "description": "Unreadable"},
        ],
        "billingAddress": BILLED,
        "shippingAddresses": [{**BILLED, "street1": "9 Dock Lane", "firstName": "Bo"}],
    },
    "details": {
        "lineItems": [
            {
                "sku": "PIPE-15",
                "quantity": "4",
                "unitPrice": {"code": "USD", "value": "60.00"},
                "unitDiscount": {"code": "USD", "value": "3"},
                "description": "Copper pipe",
                "comments": "cut to length",
            },
            {"sku": "VALVE-3", "quantity": "", "unitPrice": {"code": "USD", "value": "0"}},
            {"sku": "ABROAD", "quantity": "1", "unitPrice": {"code": "EUR", "value": "12.34"}},
        ]
    },
}


async def linked(store: StoreClient, id: int = 9) -> str:
    answer = await store.get(f"/invoices/{id}/download-pdf")
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["url"]


async def read(store: StoreClient, url: str) -> str:
    """Fetch a PDF as anybody does, and give its text."""
    answer = await store.client.get(url)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)


async def test_the_link_opens_the_invoice_as_its_buyer_sees_it(store_with: Filling) -> None:
    kept = bc_invoice(
        original_balance=Decimal(240),
        terms="Net 15",
        due_at=NOON.replace(day=31),
        purchase_order_number="PO-5518",
        order_number="3107",
        extras={"bigcommerce": {"details": DETAILS}},
    )
    store = await store_with(kept)

    text = await read(store, await linked(store))

    for said in (
        *("00000009", "Okafor Plumbing", "Ada Okafor", "4 Mill Rd", "Leeds Ohio 44001", "Bo Okafor", "9 Dock Lane"),
        *("PO-5518", "3107", "Copper pipe", "cut to length", "PIPE-15", "VALVE-3", "60.00", "228.00", "12.34 EUR"),
        *("Subtotal of goods", "240.00", "Net 15", "Dec 26, 2024", "Dec 31, 2024"),
    ):
        assert said in text
    assert not {"Elsewhere", "Unreadable", "7777"} & set(text.split())


async def test_the_lines_of_other_dialects_are_printed_and_what_was_paid(store_with: Filling) -> None:
    line = a_line(sku="OAK", description="Oak board", quantity=Decimal(3), unit_price=Decimal("19.99"))
    company = a_party(id=12, name="Larch", addresses=(an_address(id=1), an_address(id=2, city="Tartu", primary=True)))
    kept = bc_invoice(
        origin="onlyoffice",
        party=12,
        lines=(line,),
        charges=(Charge(ChargeKind.SHIPPING, Decimal(5)),),
        original_balance=Decimal("64.97"),
        open_balance=Decimal("40"),
    )
    store = await store_with(kept, company)

    text = await read(store, await linked(store))

    for said in ("Oak board", "59.97", "Freight", "64.97", "-24.97", "40.00", "Tartu"):
        assert said in text.replace("\u2212", "-")


async def test_an_invoice_that_says_nothing_is_printed_all_the_same(store_with: Filling) -> None:
    store = await store_with(bc_invoice(extras={"bigcommerce": {"type": "Credit note"}}))

    text = await read(store, await linked(store))

    assert "Credit note" in text
    assert "90.00" in text
    assert "demo" in text


@pytest.mark.parametrize(
    "details",
    [
        {"header": "none", "details": ["none"]},
        {"header": {"costLines": {}, "shippingAddresses": [5]}, "details": {"lineItems": [5, {"unitPrice": 5}]}},
    ],
)
async def test_odd_details_of_a_world_file_are_passed_over(store_with: Filling, details: Any) -> None:
    store = await store_with(bc_invoice(extras={"bigcommerce": {"details": details}}))

    assert "90.00" in await read(store, await linked(store))


@pytest.mark.parametrize(
    ("kept", "stamp"),
    [
        ({"status": Status.DRAFT}, "DRAFT"),
        ({"status": Status.VOID}, "VOID"),
        ({"status": Status.REJECTED}, "REJECTED"),
        ({"status": Status.PAID}, "PAID"),
        ({"open_balance": Decimal(0)}, "PAID"),
    ],
)
async def test_what_is_not_open_is_stamped(store_with: Filling, kept: Any, stamp: str) -> None:
    store = await store_with(bc_invoice(**kept))

    assert stamp in (await read(store, await linked(store))).upper().split()


async def test_the_seller_goes_by_the_name_that_the_workspace_has_anywhere(store_with: Filling) -> None:
    address = {"street": "Quay 4", "city": "Riga", "zip": "LV-1010", "country": "Latvia"}
    named = await store_with(bc_invoice(channel=2), company_name="Moor GmbH", company_address=address)

    text = await read(named, await linked(named))

    assert "Moor GmbH" in text
    assert "Riga LV-1010" in text


@pytest.mark.parametrize(
    ("logo", "pictures"), [(b64encode(a_png()).decode(), 1), ("bm8gbG9nbw==", 0), ("no base64!", 0)]
)
async def test_the_sellers_logo_is_printed_where_it_can_be(store_with: Filling, logo: str, pictures: int) -> None:
    store = await store_with(bc_invoice(), company_logo=logo)

    page = PdfReader(io.BytesIO((await store.client.get(await linked(store))).content)).pages[0]

    assert len(page.images) == pictures


async def test_a_seller_without_a_name_goes_by_its_channel(store_with: Filling) -> None:
    store = await store_with(bc_invoice(channel=2))

    assert "Outlet" in await read(store, await linked(store))


async def test_the_same_invoice_has_one_link_and_the_same_bytes_until_it_says_something_else(
    store_with: Filling,
) -> None:
    store = await store_with(bc_invoice())
    first, again = [await linked(store) for _ in range(2)]
    assert (await store.put(9, {"externalId": "E"})).status_code == 200
    unprinted = await linked(store)
    assert (await store.put(9, {"termsConditions": "Net 15"})).status_code == 200
    other = await linked(store)

    pages = [(await store.client.get(url)).content for url in (first, again, other)]

    assert first == again == unprinted != other
    assert pages[0] == pages[1] != pages[2]


async def test_two_who_ask_at_once_get_one_file(store_with: Filling) -> None:
    store = await store_with(bc_invoice())

    links = await asyncio.gather(*(linked(store) for _ in range(3)))

    assert len(set(links)) == 1


async def test_a_link_says_where_it_leads_and_keeps_to_itself(store_with: Filling) -> None:
    store = await store_with(bc_invoice())

    url = await linked(store)
    answer = await store.client.get(url)

    assert url.startswith("http://billingua.test/api/v3/io/ip/files/")
    assert answer.headers["content-disposition"] == 'inline; filename="invoice-9.pdf"'
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("private, no-store", "no-referrer")


async def test_a_link_lives_as_long_as_the_ledger_though_not_its_invoice(store_with: Filling) -> None:
    store = await store_with(bc_invoice())
    url = await linked(store)

    store.clock.set(NOON.replace(year=2034))
    assert (await store.delete("/invoices/9")).status_code == 200

    assert (await store.client.get(url)).status_code == 200
    assert (await store.get("/invoices/9/download-pdf")).status_code == 404


async def test_a_link_opens_its_own_file_and_no_other(store_with: Filling) -> None:
    store = await store_with(bc_invoice(), bc_invoice(id=10, number="10"))
    url, other = await linked(store), await linked(store, 10)
    path, _, secret = url.partition("?sig=")
    elsewhere = path.replace(path.split("/files/")[1].split("/")[0], str(a_uuid(999)))

    answers = [
        await store.client.get(asked)
        for asked in (
            path,
            f"{path}?sig=",
            f"{path}?sig={secret[:-1]}",
            f"{path}?sig={other.partition('?sig=')[2]}",
            path.replace("invoice-9", "invoice-10") + f"?sig={secret}",
            f"{elsewhere}?sig={secret}",
            f"{BASE}/files/demo/invoice-9.pdf?sig={secret}",
        )
    ]

    told = {"code": 404, "data": {"errMsg": "Not found"}, "meta": {"message": "Not Found Error"}}
    assert [(answer.status_code, answer.json()) for answer in answers] == [(404, told)] * 7


async def test_the_secret_of_a_link_stays_out_of_the_log_and_of_the_ledger(
    store_with: Filling, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "billingua")
    store = await store_with(bc_invoice())

    url = await linked(store)
    await store.client.get(url)

    assert "invoice-9.pdf" in caplog.text
    assert url.partition("?sig=")[2] not in caplog.text
    assert len(await store.ledger.history(a_caller(), "invoice", 9)) == 1


async def test_a_pdf_elsewhere_is_told_beside_our_own(store_with: Filling) -> None:
    store = await store_with(bc_invoice(extras={"bigcommerce": {"externalPdfUrl": "https://files.test/9.pdf"}}))

    data = (await store.get("/invoices/9/download-pdf")).json()["data"]

    assert data["externalPdfUrl"] == "https://files.test/9.pdf"
    assert data["url"] != data["externalPdfUrl"]


async def test_more_than_fits_on_paper_is_told_so(store_with: Filling) -> None:
    store = await store_with(bc_invoice(terms="x" * 300_001))

    answer = await store.get("/invoices/9/download-pdf")

    assert (answer.status_code, answer.json()["data"]) == (
        400,
        {"id": 9, "errMsg": "The invoice says more than can be printed."},
    )


async def test_only_who_may_see_an_invoice_gets_a_link(store_with: Filling) -> None:
    store = await store_with(bc_invoice(party=12), a_party(id=12, private=True))

    answer = await store.client.get(
        f"{BASE}/invoices/9/download-pdf", headers={"X-Auth-Token": "idas_token", "X-Store-Hash": "store_hash"}
    )

    assert answer.status_code == 403


async def test_a_portal_that_the_store_is_set_to_is_where_links_begin(store_with: Filling) -> None:
    store = await store_with(bc_invoice(), portal="https://pay.example/")

    answer = await store.client.get(f"{BASE}/invoices/9/download-pdf", headers={**SIGNED, "Host": "evil.example"})

    url = answer.json()["data"]["url"]
    assert url.startswith("https://pay.example/api/v3/io/ip/files/")
    assert "90.00" in await read(store, url.replace("https://pay.example", "http://billingua.test"))


async def test_a_line_in_another_currency_has_its_price_and_no_amount(store_with: Filling) -> None:
    abroad = {"sku": "ABROAD", "quantity": "3", "unitPrice": {"code": "EUR", "value": "12.34"}}
    store = await store_with(bc_invoice(extras={"bigcommerce": {"details": {"details": {"lineItems": [abroad]}}}}))

    text = await read(store, await linked(store))

    assert "12.34 EUR" in text
    assert not {"0.00", "37.02"} & set(text.split())
