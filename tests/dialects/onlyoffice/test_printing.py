"""Invoices as PDFs: metadata, bytes, conversion (contract §10.3)."""

import asyncio
import io
import json
from base64 import b64encode
from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx
import pytest
from pypdf import PdfReader

from billingua.core.line import Charge, ChargeKind
from billingua.dialects.onlyoffice import NAME
from billingua.dialects.onlyoffice.paper import as_document
from billingua.dialects.onlyoffice.responses.printouts import size
from billingua.dialects.onlyoffice.responses.snapshot import take_snapshot
from billingua.documents.printing import print_pdf
from billingua.engine.invoices import AmendInvoice, InvoiceView, amend_invoice
from billingua.wire.bodies import decode_json
from tests.builders import a_caller, a_line, a_line_tax, a_party, a_printout, a_workspace, an_item
from tests.dialects.onlyoffice.conftest import (
    DRAFT,
    OPEN,
    OWNERS,
    TO_PRIVATE,
    Portal,
    a_body,
    born_here,
    refusal,
    response,
)
from tests.documents.papers import a_png
from tests.walking import walk

ORIGIN = "http://billingua.test"
HANDLER = "/Products/Files/HttpHandlers/filehandler.ashx"

Answer = httpx.Response


async def pdf(portal: Portal, id: int = DRAFT, token: str = "owner-token") -> dict[str, Any]:
    """Give what is known of an invoice's PDF."""
    return response(await portal.get(f"/invoice/{id}/pdf", token))


async def fetch(portal: Portal, address: str, token: str | None = "owner-token", method: str = "GET") -> Answer:
    """Fetch something outside of the API."""
    return await portal.client.request(method, address, headers={"Authorization": token} if token else {})


async def content(portal: Portal, id: int = DRAFT) -> bytes:
    """Give the bytes of an invoice's PDF."""
    answer = await fetch(portal, (await pdf(portal, id))["viewUrl"])
    assert answer.status_code == 200, answer.text
    return answer.content


def text(content: bytes) -> str:
    """Say what is on the pages of a PDF."""
    pages = PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text().replace("\u200b", "") for page in pages).split())


async def native(portal: Portal, **fields: Any) -> None:
    """Change the draft through another dialect."""
    caller = a_caller(workspace="demo", dialect="native")
    await portal.ledger.run(caller, amend_invoice, AmendInvoice(invoice=DRAFT, fields=fields))  # type: ignore[arg-type]


# What is answered.


async def test_a_pdf_is_printed_kept_and_described(portal: Portal):
    shown = await pdf(portal, token="ida-token")

    author = (await portal.shown())["createBy"]
    moment = "2031-03-01T09:30:00.0000000Z"
    assert shown == {
        "id": 1,
        "title": "INV-0000017.pdf",
        "access": 0,
        "shared": False,
        "version": 1,
        "versionGroup": 1,
        "contentLength": size(shown["pureContentLength"]),
        "pureContentLength": len(await content(portal)),
        "fileStatus": 0,
        "viewUrl": f"{ORIGIN}{HANDLER}?action=download&fileid=1",
        "webUrl": f"{ORIGIN}{HANDLER}?action=view&fileid=1",
        "fileType": 7,
        "fileExst": ".pdf",
        "comment": None,
        "created": moment,
        "createdBy": author,
        "updated": moment,
        "updatedBy": author,
    }
    assert author["displayName"] == "Ida Moor"
    assert (await portal.shown())["fileID"] == 1


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (0, "0 bytes"),
        (1023, "1,023 bytes"),
        (1024, "1 KB"),
        (1536, "1.5 KB"),
        (24904, "24.32 KB"),
        (24883, "24.3 KB"),
        (1024**2, "1 MB"),
        (5 * 1024**3, "5,120 MB"),
    ],
)
def test_a_size_is_told_in_its_unit(count: int, told: str):
    assert size(count) == told


async def test_a_second_request_is_answered_with_the_same_file(portal: Portal):
    first = await pdf(portal)
    printed = await portal.everything()
    assert await pdf(portal, token="eve-token") == first
    assert await portal.everything() == printed


@pytest.mark.parametrize(
    ("path", "token", "status"),
    [
        (f"/invoice/{DRAFT}/pdf", "eve-token", 200),
        (f"/INVOICE/{DRAFT}/PDF.json", "house-token", 200),
        ("/invoice/0/pdf", "owner-token", 400),
        ("/invoice/99999999999/pdf", "owner-token", 400),
        ("/invoice/99/pdf", "owner-token", 404),
        (f"/invoice/{TO_PRIVATE}/pdf", "eve-token", 403),
        (f"/invoice/{DRAFT}/pdf", None, 401),
        ("/invoice/x/pdf", "owner-token", 404),
    ],
)
async def test_who_may_see_an_invoice_may_have_it_printed(portal: Portal, path: str, token: str | None, status: int):
    assert (await portal.get(path, token)).status_code == status


async def test_a_new_pdf_is_told_to_the_outbox_with_whom_it_is_for(portal: Portal):
    await pdf(portal)
    (posted,) = [json.loads(posted.body) for posted in await walk(portal.ledger.store.outbox())]
    expected = {"name": "invoice.printed", "kind": "invoice", "id": DRAFT, "number": "INV-0000017"}
    assert posted.items() >= (expected | {"printout": 1, "party": 10, "opportunity": 3, "actor": "owner"}).items()


async def test_history_tells_who_had_it_printed(portal: Portal):
    await pdf(portal)
    entry = (await portal.ledger.history(a_caller(workspace="demo"), "printout", 1))[-1]
    assert decode_json(entry.body)["actor"] == "owner"


# What is on it.


@pytest.mark.parametrize("others", [(an_item(id=40, title="Oak board"),)])
@pytest.mark.parametrize(
    "settings",
    [
        {
            "settings": {
                NAME: {
                    "company_name": "Moor GmbH",
                    "company_address": {"street": "Quay 4", "city": "Riga"},
                    "company_logo": b64encode(a_png()).decode(),
                }
            }
        }
    ],
)
async def test_everything_in_the_snapshot_is_on_the_paper(portal: Portal):
    lines = [
        {
            "invoiceItemID": 40,
            "quantity": 3,
            "price": 19.99,
            "discount": 10,
            "invoiceTax1ID": 1,
            "description": "March",
        },
        {"invoiceItemID": 40, "quantity": 1, "price": 1, "invoiceTax1ID": 2, "invoiceTax2ID": 3},
    ]
    parts = {"billingAddressID": 31, "consigneeId": 11, "deliveryAddressID": 33, "purchaseOrderNumber": "PO-8"}
    response(await portal.put(a_body(invoiceLines=lines, description="Thank you", currency="EUR", **parts)))
    told = json.loads(response(await portal.get(f"/invoice/jsondata/{DRAFT}")))

    made = await content(portal)

    shown = text(made)
    pairs = [told[name] for name in ("Seller", "Number", "Customer", "Consignee", "Terms", "Notes")]
    for pair in [*pairs, *told["TableFooterRows"], told["TableTotalRow"]]:
        for part in (pair["Item1"], *pair["Item2"].split("\n")):
            assert part in shown
    for label in told["TableHeaderRow"]:
        assert label in shown
    for name, _, _, _, tax1, tax2, net in told["TableBodyRows"]:
        assert name in shown
        assert net in shown
        assert tax1 in shown
        assert tax2 in shown
    (only,) = PdfReader(io.BytesIO(made)).pages
    assert len(only.images) == 1


async def test_no_status_is_stamped_on_it(portal: Portal):
    assert "DRAFT" not in text(await content(portal)).upper()


@pytest.mark.parametrize("settings", [{"culture": "de-DE"}])
async def test_it_is_in_the_portals_language_where_the_invoice_names_none(portal: Portal):
    response(await portal.put(a_body(language="")))
    shown = text(await content(portal))
    assert "Zahlbar bis 15.04.2031" in shown
    assert "16,50" in shown


async def test_days_and_figures_are_as_the_invoices_language_writes_them(portal: Portal):
    response(await portal.put(a_body(language="de-DE", purchaseOrderNumber="PO-8")))
    shown = text(await content(portal))
    assert "Zahlbar bis 15.04.2031" in shown
    assert "PO-8" in shown
    assert "16,50" in shown


async def test_texts_are_printed_as_they_stand(portal: Portal):
    response(await portal.put(a_body(terms='#read("/etc/passwd") *bold* $x$')))
    assert '#read("/etc/passwd") *bold* $x$' in text(await content(portal))


# How long it stays.


async def test_its_bytes_stay_when_the_status_changes(portal: Portal):
    before = await content(portal)
    response(await portal.send("PUT", "/invoice/status/Sent", {"invoiceids": [DRAFT]}))
    assert await content(portal) == before
    assert (await portal.shown())["fileID"] == 1


async def test_a_put_makes_room_for_another_and_the_old_one_can_be_fetched(portal: Portal):
    old = await pdf(portal)
    bytes_before = await content(portal)

    response(await portal.put(a_body(terms="Quite other terms")))

    assert (await portal.shown())["fileID"] == 0
    new = await pdf(portal)
    assert new["id"] == old["id"] + 1
    assert "Quite other terms" in text(await content(portal))
    assert (await fetch(portal, old["viewUrl"])).content == bytes_before


async def test_lines_that_are_edited_leave_it_as_it_was(portal: Portal):
    before = await content(portal)
    line = {"invoiceId": DRAFT, "invoiceItemId": 6, "quantity": 7, "price": 100}
    response(await portal.send("POST", "/invoiceline", line), 201)
    assert await content(portal) == before
    assert (await portal.shown())["fileID"] == 1


async def test_an_invoice_is_printed_as_it_was_before_its_lines_were_edited(portal: Portal):
    line = {"invoiceId": OWNERS, "invoiceItemId": 6, "quantity": 7, "price": 100}
    response(await portal.send("POST", "/invoiceline", line), 201)
    shown = text(await content(portal, OWNERS))
    assert "64.76" in shown
    assert "764.76" not in shown


@pytest.mark.parametrize("settings", [{"settings": {NAME: {"fresh_documents": True}}}])
async def test_a_portal_that_is_set_so_prints_edited_lines(portal: Portal):
    await pdf(portal)
    line = {"invoiceId": DRAFT, "invoiceItemId": 6, "quantity": 7, "price": 100}
    response(await portal.send("POST", "/invoiceline", line), 201)
    assert (await portal.shown())["fileID"] == 0
    assert "764.76" in text(await content(portal))
    assert (await portal.shown())["fileID"] == 2


async def test_what_another_dialect_amends_is_printed_anew_and_kept(portal: Portal):
    await pdf(portal)
    await native(portal, terms="Amended elsewhere")
    assert (await portal.shown())["fileID"] == 0

    assert "Amended elsewhere" in text(await content(portal))

    assert (await portal.shown())["fileID"] == 2
    response(await portal.send("PUT", "/settings/organisation/base", {"companyName": "Moor AG"}))
    told = json.loads(response(await portal.get(f"/invoice/jsondata/{DRAFT}")))
    assert told["Seller"]["Item2"] == ""


@pytest.mark.parametrize(
    "others",
    [
        (
            replace(
                born_here(60, charges=(Charge(ChargeKind.SHIPPING, Decimal("5.03")),)),
                origin="crux",
                due_at=None,
                lines=(a_line(sku="SKU-9", quantity=Decimal(1), unit_price=Decimal("47.98")),),
            ),
        )
    ],
)
async def test_an_invoice_born_elsewhere_is_printed_with_its_charges(portal: Portal):
    shown = text(await content(portal, 60))
    assert "SKU-9" in shown
    assert "Shipping 5.03" in shown
    assert "53.01" in shown


async def test_the_pdf_outlives_its_invoice(portal: Portal):
    shown = await pdf(portal, token="ida-token")
    response(await portal.send("DELETE", f"/invoice/{DRAFT}"))
    for token in ("owner-token", "ida-token", "eve-token", "house-token"):
        assert (await fetch(portal, shown["viewUrl"], token)).status_code == 200


async def test_of_a_deleted_invoice_only_some_see_the_pdf(portal: Portal):
    shown = await pdf(portal, TO_PRIVATE)
    response(await portal.send("DELETE", f"/invoice/{TO_PRIVATE}"))
    seen = {
        token: (await fetch(portal, shown["viewUrl"], token)).status_code
        for token in ("owner-token", "ida-token", "eve-token")
    }
    assert seen == {"owner-token": 200, "ida-token": 200, "eve-token": 403}


# Two at once.


async def test_of_two_that_print_at_once_the_second_gets_the_firsts(portal: Portal):
    answers = await asyncio.gather(*(pdf(portal, OPEN) for _ in range(4)))
    assert [answer["id"] for answer in answers] == [1, 1, 1, 1]
    assert len(await portal.ledger.store.all_of("demo", "printout")) == 1


@pytest.fixture
def while_printing(monkeypatch: pytest.MonkeyPatch):
    """Let something happen while each of the first prints is under way."""

    def do(*happenings: Any) -> list[Any]:
        left = list(happenings)

        async def print_slowly(document: Any) -> bytes:
            content = await print_pdf(document)
            if left:
                await left.pop(0)()
            return content

        monkeypatch.setattr("billingua.dialects.onlyoffice.paper.print_pdf", print_slowly)
        return left

    return do


@pytest.mark.parametrize(
    ("language", "name", "culture", "printed"),
    [
        ("en-US", "VAT", "de-DE", "VAT (20.00%)"),
        ("de-DE", "VAT", "en-US", "VAT (20,00 %)"),
        ("de-DE", "VAT (7.00%)", "ar-EG", "VAT (7.00%) (20,00 %)"),
        ("fr-FR", "TVA\nnormale", "xx-XX", "TVA\nnormale (20,00 %)"),
    ],
)
def test_a_taxs_rate_is_printed_as_the_invoices_language_writes_it(
    language: str, name: str, culture: str, printed: str
):
    line = a_line(tax1=a_line_tax(name=name))
    invoice = born_here(1, language=language, lines=[line])
    workspace = a_workspace(culture=culture)
    told = json.loads(take_snapshot(InvoiceView(invoice, 1, a_party(), None), {}, workspace))
    shown = as_document(told, invoice, workspace, invoice.issued_at).sums[-1].label
    assert shown.replace("\u00a0", " ").replace("\u202f", " ") == printed


async def test_what_was_written_anew_while_it_was_printed_is_printed_again(portal: Portal, while_printing: Any):
    async def put() -> None:
        response(await portal.put(a_body(terms="Written meanwhile")))

    left = while_printing(put)

    assert "Written meanwhile" in text(await content(portal))

    assert not left
    assert len(await portal.ledger.store.all_of("demo", "printout")) == 1


async def test_what_was_printed_by_another_meanwhile_is_the_answer(portal: Portal, while_printing: Any):
    async def another() -> None:
        await pdf(portal, OPEN, "ida-token")

    while_printing(another)

    assert (await pdf(portal, OPEN))["createdBy"]["displayName"] == "Ida Moor"
    assert len(await portal.ledger.store.all_of("demo", "printout")) == 1


async def test_what_is_deleted_while_it_is_printed_is_not_found(portal: Portal, while_printing: Any):
    async def delete() -> None:
        response(await portal.send("DELETE", f"/invoice/{DRAFT}"))

    while_printing(delete)

    assert (await portal.get(f"/invoice/{DRAFT}/pdf")).status_code == 404
    assert not await portal.ledger.store.all_of("demo", "printout")


async def test_of_an_invoice_that_changes_all_the_time_a_pdf_is_given_that_is_not_its_own(
    portal: Portal, while_printing: Any
):
    terms = iter(f"Terms {number}" for number in range(10))

    async def put() -> None:
        response(await portal.put(a_body(terms=next(terms))))

    left = while_printing(*[put] * 10)

    shown = await pdf(portal)
    assert len(left) == 5
    assert "Terms 3" in text((await fetch(portal, shown["viewUrl"])).content)
    assert len(await portal.ledger.store.all_of("demo", "printout")) == 1
    assert (await portal.shown())["fileID"] == 0

    left.clear()
    own = await pdf(portal)
    assert own["id"] != shown["id"]
    assert "Terms 4" in text(await content(portal))
    assert (await portal.shown())["fileID"] == own["id"]


# What is not printed.


@pytest.mark.parametrize(
    ("logo", "why"),
    [
        ("not base64!", "it is not in base64"),
        (b64encode(b"GIF89a").decode(), "a logo is a PNG or a JPEG"),
    ],
)
@pytest.mark.parametrize("settings", [{}])
async def test_a_logo_that_cannot_be_printed_is_said_so(portal: Portal, logo: str, why: str, settings: dict[str, Any]):
    workspace = await portal.ledger.store.all_of("demo", "workspace")
    changed = replace(workspace[0].value, settings={NAME: {"company_logo": logo}})
    await portal.ledger.run(a_caller(workspace="demo"), save, changed)

    assert refusal(await portal.get(f"/invoice/{OPEN}/pdf")) == (500, f"The logo cannot be printed: {why}")
    assert (await portal.shown(OPEN))["fileID"] == 0


def save(value: Any, caller: Any, now: Any) -> Any:
    """A plan that saves something in place of what was there."""
    from billingua.engine.kinds import THE_WORKSPACE
    from billingua.engine.plan import Decision, Needs

    yield Needs([THE_WORKSPACE])
    return Decision(None, saves=[value])


@pytest.mark.parametrize(
    "others",
    [
        (
            born_here(60, lines=tuple(a_line(id=id, position=id) for id in range(3001))),
            born_here(61, lines=(a_line(quantity=Decimal("1E+19"), unit_price=Decimal(0)),)),
        )
    ],
)
async def test_what_the_press_refuses_is_said(portal: Portal):
    too_long = refusal(await portal.get("/invoice/60/pdf"))
    assert too_long == (500, "There is more than can be printed: 3001 lines, where 3000 are the most.")
    status, message = refusal(await portal.get("/invoice/61/pdf"))
    assert (status, message[:26]) == (500, "A figure cannot be printed")


# Fetching it.


@pytest.mark.parametrize(
    "address",
    [
        f"{HANDLER}?action=download&fileid=1",
        f"{HANDLER.upper()}?ACTION=Download&FileID=1",
        f"{HANDLER.lower()}?fileId=1&action=download&doc=x",
        f"{HANDLER}?action=download&fileid=1&fileid=2",
    ],
)
async def test_a_pdf_is_fetched_whatever_the_case_of_its_address(portal: Portal, address: str):
    shown = await pdf(portal)

    answer = await fetch(portal, address)

    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF-")
    headers = {name: answer.headers[name] for name in ("content-type", "content-length", "content-disposition")}
    assert headers == {
        "content-type": "application/pdf",
        "content-length": str(shown["pureContentLength"]),
        "content-disposition": 'attachment; filename="INV-0000017.pdf"',
    }
    assert answer.headers["cache-control"] == "private, no-cache"


async def test_it_can_be_looked_at_in_place(portal: Portal):
    answer = await fetch(portal, (await pdf(portal))["webUrl"])
    assert answer.headers["content-disposition"] == 'inline; filename="INV-0000017.pdf"'


async def test_its_head_alone_can_be_fetched(portal: Portal):
    shown = await pdf(portal)
    answer = await fetch(portal, shown["viewUrl"], method="HEAD")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(shown["pureContentLength"])


@pytest.mark.parametrize("others", [(born_here(60, number='Rēķins "7"\n%/8'),)])
async def test_a_number_of_any_letters_is_named_in_the_header(portal: Portal):
    shown = await pdf(portal, 60)
    assert shown["title"] == 'Rēķins "7"\n%/8.pdf'
    answer = await fetch(portal, shown["viewUrl"])
    plain, _, extended = answer.headers["content-disposition"].partition("; filename*=")
    assert plain == 'attachment; filename="R__ins _7____8.pdf"'
    assert extended == "UTF-8''R%C4%93%C4%B7ins%20%227%22%0A%25%2F8.pdf"


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (f"{HANDLER}?action=download&fileid=2", 404),
        (f"{HANDLER}?action=download&fileid=0", 404),
        (f"{HANDLER}?action=download&fileid=-1", 404),
        (f"{HANDLER}?action=download&fileid=x", 404),
        (f"{HANDLER}?action=download&fileid=99999999999", 404),
        (f"{HANDLER}?action=download", 404),
    ],
)
async def test_a_file_that_is_not_there_is_not_found(portal: Portal, address: str, status: int):
    await pdf(portal)
    assert refusal(await fetch(portal, address)) == (404, "Not found")


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("GET", f"{HANDLER}?action=delete&fileid=1"),
        ("GET", HANDLER),
        ("GET", f"{HANDLER}.json?action=download&fileid=1"),
        ("POST", f"{HANDLER}?action=download&fileid=1"),
        ("GET", "/Products/Files/"),
        ("GET", "/products/files/HttpHandlers/other.ashx"),
        ("GET", f"/Products/Files/converted/{17}.docx"),
    ],
)
async def test_nothing_else_is_there(portal: Portal, method: str, address: str):
    await pdf(portal)
    answer = await fetch(portal, address, method=method)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")


async def test_a_pdf_is_for_those_who_may_see_its_invoice(portal: Portal):
    shown = await pdf(portal, TO_PRIVATE)
    assert (await fetch(portal, shown["viewUrl"], "ida-token")).status_code == 200
    assert refusal(await fetch(portal, shown["viewUrl"], "eve-token")) == (403, "Access Denied")


@pytest.mark.parametrize("token", [None, "old-token", "nobodys"])
async def test_strangers_get_nothing(portal: Portal, token: str | None):
    shown = await pdf(portal)
    answer = await fetch(portal, shown["viewUrl"], token)
    assert (answer.status_code, answer.text) == (401, "Unauthorized")


async def test_the_cookie_opens_it_too(portal: Portal):
    shown = await pdf(portal)
    answer = await portal.client.get(shown["viewUrl"], headers={"Cookie": "asc_auth_key=ida-token"})
    assert answer.status_code == 200


@pytest.mark.parametrize("others", [(a_printout(id=5),)])
async def test_a_printout_whose_file_is_lost_is_not_found(portal: Portal):
    assert refusal(await fetch(portal, f"{HANDLER}?action=download&fileid=5")) == (404, "Not found")


async def test_a_file_of_another_workspace_is_not_found(portal: Portal):
    shown = await pdf(portal)
    assert (await fetch(portal, shown["viewUrl"], "elsewhere-token")).status_code == 404


@pytest.mark.parametrize("settings", [{"settings": {NAME: {"portal": "https://portal.example/"}}}])
async def test_links_to_files_lead_to_this_server_whatever_the_portals_links_say(portal: Portal):
    shown = await pdf(portal)
    assert shown["viewUrl"].startswith(f"{ORIGIN}/Products/")
    assert shown["createdBy"]["profileUrl"].startswith("https://portal.example/Products/")


# Converting in two steps.


async def converted(portal: Portal, token: str = "owner-token", **body: Any) -> dict[str, Any]:
    return response(await portal.send("POST", "/invoice/converter/data", body, token), 201)


async def test_an_invoice_is_converted_in_two_steps(portal: Portal):
    begun = await converted(portal, invoiceId=OPEN)
    assert begun["fileId"] == 0
    assert begun["invoiceId"] == OPEN
    assert begun["storageUrl"].startswith(f"{ORIGIN}/")
    assert begun["revisionId"]
    assert await converted(portal, **begun | {"revisionId": ""}) == begun
    assert (await portal.shown(OPEN))["fileID"] == 0

    done = await converted(portal, **begun)

    assert done == begun | {"fileId": 1}
    assert (await portal.shown(OPEN))["fileID"] == 1
    assert (await pdf(portal, OPEN))["id"] == 1


@pytest.mark.parametrize(
    "sent", [{}, {"storageUrl": "http://127.0.0.1:1/x", "revisionId": "r-5f"}, {"revisionId": "r"}]
)
async def test_where_there_is_a_file_what_was_sent_comes_back_with_its_id(portal: Portal, sent: dict[str, str]):
    await pdf(portal, OPEN)
    echoed = {"storageUrl": "", "revisionId": ""} | sent
    assert await converted(portal, invoiceId=OPEN, **sent) == echoed | {"invoiceId": OPEN, "fileId": 1}


async def test_a_form_may_convert_too_and_nothing_is_fetched(portal: Portal):
    body = b"invoiceid=18&storageurl=http%3A%2F%2F127.0.0.1%3A1%2Fx&RevisionId=r"
    answer = await portal.send("POST", "/Invoice/Converter/Data.json", body)
    assert response(answer, 201) == {
        "storageUrl": "http://127.0.0.1:1/x",
        "revisionId": "r",
        "invoiceId": 18,
        "fileId": 1,
    }


@pytest.mark.parametrize(
    ("body", "token", "status"),
    [
        ({}, "owner-token", 400),
        ({"invoiceId": 0}, "owner-token", 400),
        ({"invoiceId": -1}, "owner-token", 400),
        ({"invoiceId": "x"}, "owner-token", 400),
        ({"invoiceId": 99}, "owner-token", 404),
        ({"invoiceId": TO_PRIVATE}, "eve-token", 403),
        ({"invoiceId": TO_PRIVATE, "storageUrl": "u", "revisionId": "r"}, "eve-token", 403),
        ({"invoiceId": DRAFT, "storageUrl": {"a": 1}}, "owner-token", 400),
    ],
)
async def test_what_cannot_be_converted_is_refused(portal: Portal, body: dict[str, Any], token: str, status: int):
    assert refusal(await portal.send("POST", "/invoice/converter/data", body, token))[0] == status
