"""An invoice is born through each dialect's own calls, and read, changed, paid, voided and deleted through each other.

Cells of the table say what comes of it: the answer's status, then what is seen of the invoice, or why it is refused.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, cast

import httpx
import pytest

from billingua.core.lifecycle import Status
from billingua.engine.clock import SandboxClock
from billingua.engine.ledger import Ledger
from billingua.wire.bodies import decode_json
from tests.dialects.crossroads import (
    DAWN,
    DIALECTS,
    ORDERS,
    a_modulus_body,
    a_modulus_change,
    a_native_body,
    a_payment_of,
    a_store_body,
    an_office_body,
    an_office_change,
    asking,
    begin,
    posted,
    usd,
)
from tests.dialects.playing import Answer, Ask
from tests.stores.plans import assert_whole


class Crossroads:
    """Clients of all dialects."""

    def __init__(self, client: httpx.AsyncClient, ledger: Ledger) -> None:
        self._client = client
        self.ledger = ledger

    async def send(self, asked: Ask) -> Answer:
        headers = {asked.header: asked.authorization, "content-type": asked.content_type}
        said = {name: value for name, value in headers.items() if value}
        path = f"{asked.path}?{asked.query}"
        answer = await self._client.request(asked.verb, path, headers=said, content=asked.body)
        return Answer(answer.status_code, answer.content)

    async def done(self, asked: Ask) -> Any:
        answer = await self.send(asked)
        assert answer.status_code in {200, 201}, answer.content
        return decode_json(answer.content)

    async def native(self, id: int = 1) -> dict[str, Any]:
        return await self.done(asking("native", "GET", f"/invoices/{id}"))


@pytest.fixture
async def crossroads(ledger: Ledger, clock: SandboxClock) -> AsyncIterator[Crossroads]:
    clock.set(DAWN)
    transport = httpx.ASGITransport(app=await begin(ledger))
    async with httpx.AsyncClient(transport=transport, base_url="http://billingua.test") as client:
        yield Crossroads(client, ledger)


BIRTHS: Mapping[str, Ask] = {
    "crux": posted(
        104,
        "N-1",
        5,
        2,
        supplier_provided_tax=1.5,
        supplier_provided_shipping_cost=4.25,
        supplier_provided_order_total=93.25,
        invoice_attributes=[{"attribute_name": "route", "attribute_value": "9"}],
    ),
    "onlyoffice": asking("onlyoffice", "POST", "/invoice", an_office_body(number="N-1", description="March")),
    "modulus": asking("modulus", "POST", "/Invoice", a_modulus_body(status="STATUS_SENT", reference="WEB-9918")),
    "bigcommerce": asking(
        "bigcommerce",
        "POST",
        "/invoices",
        a_store_body(
            "N-1",
            "90.5000",
            orderNumber="105",
            termsConditions="Net 15",
            externalId="ERP-1",
            dueDate=1737806400,
            extraFields=[{"fieldName": "Cost centre", "fieldValue": "K7"}],
            details={
                "header": {"costLines": [{"description": "Freight", "amount": usd("10.5")}]},
                "details": {"lineItems": [{"sku": "SKU-1", "quantity": "2", "unitPrice": usd("40")}]},
            },
        ),
    ),
    "native": asking(
        "native",
        "POST",
        "/invoices",
        a_native_body("N-1", terms="30 days", reference="R-1", charges=[{"kind": "shipping", "amount": "5"}]),
    ),
}
"""How each dialect writes the first invoice, with as much as it can say."""

NUMBERS = dict.fromkeys(DIALECTS, "N-1") | {"modulus": "M-1"}
STATUSES = {
    "crux": Status.OPEN,
    "onlyoffice": Status.DRAFT,
    "modulus": Status.OPEN,
    "bigcommerce": Status.OPEN,
    "native": Status.DRAFT,
}
"""As what an invoice is born."""

IN_CRUX = f"/orders/{ORDERS[104].uuid}/invoices/"
Asking = Callable[[Mapping[str, Any]], Ask]
"""What is asked about an invoice, of which our own API tells."""


def _of_the_order(invoice: Mapping[str, Any]) -> Ask:
    order = invoice["order"]["id"] if invoice["order"] else 104
    return asking("retailer", "GET", f"/orders/{ORDERS[order].uuid}/invoices/")


ACTIONS: Mapping[tuple[str, str], Asking] = {
    ("read", "crux"): _of_the_order,
    ("read", "onlyoffice"): lambda _: asking("onlyoffice", "GET", "/invoice/1"),
    ("read", "modulus"): lambda _: asking("modulus", "GET", "/Invoice"),
    ("read", "bigcommerce"): lambda _: asking("bigcommerce", "GET", "/invoices/1"),
    ("read", "native"): lambda _: asking("native", "GET", "/invoices/1"),
    ("update", "crux"): lambda _: asking("crux", "PUT", IN_CRUX, {"invoice_number": "N-2"}),
    ("update", "onlyoffice"): lambda _: asking("onlyoffice", "PUT", "/invoice/1", an_office_body()),
    ("update", "modulus"): lambda it: a_modulus_change(1, it["number"], "STATUS_SENT"),
    ("update", "bigcommerce"): lambda _: asking("bigcommerce", "PUT", "/invoices/1", {"termsConditions": "Net 7"}),
    ("update", "native"): lambda _: asking("native", "PATCH", "/invoices/1", {"purchase_order_number": "PO-9"}),
    ("pay", "crux"): lambda it: asking("retailer", "POST", f"{IN_CRUX}{it['uuid']}/pay/", {}),
    ("pay", "onlyoffice"): lambda _: an_office_change(1, "Paid"),
    ("pay", "modulus"): lambda it: a_modulus_change(1, it["number"], "STATUS_PAID"),
    ("pay", "bigcommerce"): lambda it: a_payment_of(1, it["balances"]["open"]),
    ("pay", "native"): lambda _: asking("native", "POST", "/invoices/1/pay"),
    ("void", "crux"): lambda it: asking("crux", "PATCH", IN_CRUX, {"invoice_uuid": it["uuid"]}),
    ("void", "onlyoffice"): lambda _: an_office_change(1, "Archived"),
    ("void", "modulus"): lambda it: a_modulus_change(1, it["number"], "STATUS_VOID"),
    ("void", "bigcommerce"): lambda _: asking("bigcommerce", "PUT", "/invoices/1", {"status": 3}),
    ("void", "native"): lambda _: asking("native", "POST", "/invoices/1/void"),
    ("delete", "crux"): lambda _: asking("crux", "DELETE", IN_CRUX),
    ("delete", "onlyoffice"): lambda _: asking("onlyoffice", "DELETE", "/invoice/1"),
    ("delete", "modulus"): lambda _: asking("modulus", "DELETE", "/Invoice"),
    ("delete", "bigcommerce"): lambda _: asking("bigcommerce", "DELETE", "/invoices/1"),
    ("delete", "native"): lambda _: asking("native", "DELETE", "/invoices/1"),
}

NO_PUT, NO_PATCH, NO_DELETE = (f'405 Method \\"{verb}\\" not allowed.' for verb in ("PUT", "PATCH", "DELETE"))
NO_READING, NO_DELETING = "405 This path does not take GET.", "405 This path does not take DELETE."
NO_WORD = '400 \\"3\\" is not a valid choice.'
UNEDITED = "409 An invoice that is open is not edited."
NO_DRAFT = "409 An invoice that is open does not take delete"
UNPAID = "409 does not take pay"

#                          born in crux     onlyoffice       modulus (sent)   bigcommerce      native
TABLE: Mapping[tuple[str, str], list[str]] = {
    ("read", "crux"):          ["200 shown"    , "200 unlisted" , "200 unlisted" , "200 shown"    , "200 unlisted"],
    ("read", "onlyoffice"):    ["200 shown"] * 5,
    ("read", "modulus"):       [NO_READING] * 5,
    ("read", "bigcommerce"):   ["200 shown"] * 5,
    ("read", "native"):        ["200 shown"] * 5,
    ("update", "crux"):        [NO_PUT] * 5,
    ("update", "onlyoffice"):  ["404 Not found", "200 draft"    , "404 Not found", "404 Not found", "200 draft"],
    ("update", "modulus"):     ["200 open"] * 5,
    ("update", "bigcommerce"): ["200 open"     , "200 draft"    , "200 open"     , "200 open"     , "200 draft"],
    ("update", "native"):      [UNEDITED       , "200 draft"    , UNEDITED       , UNEDITED       , "200 draft"],
    ("pay", "crux"):           ["404 Not found."] * 5,
    ("pay", "onlyoffice"):     ["200 paid"     , "200 draft"    , "200 paid"     , "200 paid"     , "200 draft"],
    ("pay", "modulus"):        ["400 5505"] * 5,
    ("pay", "bigcommerce"):    ["200 paid"] * 5,
    ("pay", "native"):         ["200 paid"     , UNPAID         , "200 paid"     , "200 paid"     , UNPAID],
    ("void", "crux"):          [NO_PATCH] * 5,
    ("void", "onlyoffice"):    ["200 open"     , "200 draft"    , "200 open"     , "200 open"     , "200 draft"],
    ("void", "modulus"):       ["200 void"] * 5,
    ("void", "bigcommerce"):   [NO_WORD] * 5,
    ("void", "native"):        ["200 void"] * 5,
    ("delete", "crux"):        [NO_DELETE] * 5,
    ("delete", "onlyoffice"):  ["200 gone"] * 5,
    ("delete", "modulus"):     [NO_DELETING] * 5,
    ("delete", "bigcommerce"): ["200 gone"] * 5,
    ("delete", "native"):      [NO_DRAFT       , "204 gone"     , NO_DRAFT       , NO_DRAFT       , "204 gone"],
}  # fmt: skip
PAIRS = [
    pytest.param(origin, dialect, action, cell, id=f"{origin}-{action}-in-{dialect}")
    for (action, dialect), cells in TABLE.items()
    for origin, cell in zip(DIALECTS, cells, strict=True)
]


@pytest.mark.parametrize(("origin", "dialect", "action", "expected"), PAIRS)
async def test_what_each_dialect_does_to_an_invoice_that_was_born_in_each(
    crossroads: Crossroads, origin: str, dialect: str, action: str, expected: str
):
    await crossroads.done(BIRTHS[origin])
    before = await crossroads.native()
    assert (before["status"], before["dialect"], before["number"]) == (STATUSES[origin], origin, NUMBERS[origin])

    answer = await crossroads.send(ACTIONS[action, dialect](before))

    status, _, rest = expected.partition(" ")
    assert answer.status_code == int(status), answer.content
    if action == "read" and answer.status_code == 200:
        assert (NUMBERS[origin] in answer.content.decode()) == (rest == "shown")
    if answer.status_code >= 400:
        assert rest in answer.content.decode()
    if answer.status_code >= 400 or action == "read":
        assert await crossroads.native() == before
    elif rest == "gone":
        assert (await crossroads.send(asking("native", "GET", "/invoices/1"))).status_code == 404
    else:
        await see_everywhere(crossroads, Status(rest))
    await assert_whole(crossroads.ledger.store)


SEEN = {
    Status.DRAFT: (1, {0}, "STATUS_DRAFT"),
    Status.OPEN: (2, {0}, "STATUS_SENT"),
    Status.PAID: (4, {2}, "STATUS_SENT"),
    Status.VOID: (5, {2}, "STATUS_VOID"),
}
"""How each status is shown by ONLYOFFICE, BigCommerce, and where modulus' documents are read back in the sandbox."""


async def see_everywhere(crossroads: Crossroads, status: Status) -> None:
    """See that every dialect tells of one status."""
    office = await crossroads.done(asking("onlyoffice", "GET", "/invoice/1"))
    store = await crossroads.done(asking("bigcommerce", "GET", "/invoices/1"))
    sandbox = await crossroads.done(asking("modulus", "GET", "/invoices/1", base="/_admin"))
    own = await crossroads.native()
    number, words, word = SEEN[status]
    assert (own["status"], office["response"]["status"]["id"], sandbox["status"]) == (status, number, word)
    assert store["data"]["status"] in words


async def own_reading(crossroads: Crossroads, origin: str) -> dict[str, Any]:
    """Read the first invoice back in the words of the dialect that it was born in; modulus' in the sandbox."""
    if origin == "crux":
        return (await crossroads.done(_of_the_order(await crossroads.native())))["invoices"][0]
    paths = {
        "onlyoffice": "/invoice/1",
        "modulus": "/invoices/1",
        "bigcommerce": "/invoices/1",
        "native": "/invoices/1",
    }
    base = "/_admin" if origin == "modulus" else None
    told = await crossroads.done(asking(origin, "GET", paths[origin], base=base))
    return told.get("response", told.get("data", told))


def says(shown: Any, said: Any) -> bool:
    """Whether what is shown says all that was said; it may say more."""
    if isinstance(said, dict):
        told = cast("dict[str, Any]", said)
        return all(says(shown[name], value) for name, value in told.items())
    if isinstance(said, list):
        entries = cast("list[Any]", said)
        return len(shown) == len(entries) and all(map(says, shown, entries))
    return shown == said or f"{shown}" == f"{said}"


ITEMS = [{"sku_id": "SKU-1", "quantity_invoiced": 5}, {"sku_id": "SKU-2", "quantity_invoiced": 2}]
SAID: Mapping[str, Mapping[str, Any]] = {
    "crux": {
        "invoice_number": "N-1",
        "invoice_items": ITEMS,
        "supplier_provided_tax": "1.5",
        "supplier_provided_shipping_cost": "4.25",
        "supplier_provided_order_total": "93.25",
        "invoice_attributes": [{"attribute_name": "route", "attribute_value": "9"}],
    },
    "onlyoffice": {
        "number": "N-1",
        "description": "March",
        "terms": "30 days",
        "language": "en-US",
        "contact": {"id": 10},
        "currency": {"abbreviation": "USD"},
        "issueDate": "2024-12-26T00:00:00.0000000Z",
        "dueDate": "2025-01-25T00:00:00.0000000Z",
        "invoiceLines": [{"invoiceItemID": 1, "invoiceTax1ID": 1, "quantity": "3.00", "price": "40.00"}],
    },
    "modulus": {
        "invoice_number": "M-1",
        "issue_date": "2024-12-26",
        "due_date": "2025-01-25",
        "customer_code": "C-310",
        "branch_code": "BR-02",
        "book_id": 4,
        "payment_term_id": 2,
        "items": a_modulus_body()["items"],
    },
    "bigcommerce": {
        "invoiceNumber": "N-1",
        "customerId": "10",
        "originalBalance": {"code": "USD", "value": "90.5000"},
        "openBalance": {"code": "USD", "value": "90.5000"},
        "orderNumber": "105",
        "termsConditions": "Net 15",
        "externalId": "ERP-1",
        "dueDate": 1737806400,
        "extraFields": [{"fieldName": "Cost centre", "fieldValue": "K7"}],
        "details": {
            "header": {"costLines": [{"description": "Freight", "amount": usd("10.5")}]},
            "details": {"lineItems": [{"sku": "SKU-1", "quantity": "2", "unitPrice": usd("40")}]},
        },
    },
    "native": {
        "number": "N-1",
        "party": {"id": 10},
        "currency": "USD",
        "terms": "30 days",
        "reference": "R-1",
        "charges": [{"kind": "shipping", "amount": "5.00"}],
        "lines": [{"item_id": 1, "sku": "SKU-1", "quantity": "2.5", "unit_price": "12.34"}],
    },
}
"""What each birth said, as its own dialect tells it."""


@pytest.mark.parametrize("origin", DIALECTS)
async def test_each_dialect_gives_back_all_that_it_was_told(crossroads: Crossroads, origin: str):
    await crossroads.done(BIRTHS[origin])
    shown = await own_reading(crossroads, origin)
    assert says(shown, SAID[origin]), shown


async def take_to_draft(crossroads: Crossroads) -> None:
    """Let a clerk in ONLYOFFICE take the first invoice back, so that it can be written anew."""
    for status in ("Sent", "Rejected", "Draft"):
        await crossroads.send(an_office_change(1, status))


async def touch_in_crux(crossroads: Crossroads) -> None:
    """Invoice another part of the order: Crux has no word for changing what is invoiced."""
    await crossroads.done(posted(104, "N-9", 1))


async def touch_in_onlyoffice(crossroads: Crossroads) -> None:
    """Write it as it is read, under another description; where a line is of no product, that is refused."""
    await take_to_draft(crossroads)
    read = (await crossroads.done(asking("onlyoffice", "GET", "/invoice/1")))["response"]
    body = {**read, "contactId": 10, "currency": "USD", "description": "Touched"}
    answer = await crossroads.send(asking("onlyoffice", "PUT", "/invoice/1", body | {"terms": read["terms"] or "None"}))
    assert answer.status_code == (200 if all(line["invoiceItemID"] for line in read["invoiceLines"]) else 400)


async def touch_in_modulus(crossroads: Crossroads) -> None:
    number = (await crossroads.native())["number"]
    await crossroads.done(a_modulus_change(1, number, "STATUS_SENT"))


async def touch_in_bigcommerce(crossroads: Crossroads) -> None:
    body = {"externalCustomerId": "ERP-C-7", "purchaseOrderNumber": "PO-7"}
    await crossroads.done(asking("bigcommerce", "PUT", "/invoices/1", body))
    await crossroads.done(a_payment_of(1, "1"))


async def touch_in_native(crossroads: Crossroads) -> None:
    await take_to_draft(crossroads)
    await crossroads.done(asking("native", "PATCH", "/invoices/1", {"language": "lv-LV", "reference": "Touched"}))


TOUCHES = {
    "crux": touch_in_crux,
    "onlyoffice": touch_in_onlyoffice,
    "modulus": touch_in_modulus,
    "bigcommerce": touch_in_bigcommerce,
    "native": touch_in_native,
}


BILLED = {"externalCustomerId", "openBalance", "purchaseOrderNumber", "status"}
WRITTEN_HERE = {"description", "purchase_order_number"}
BILLED_HERE = {"balances", "external_party_id", "partly_paid", "purchase_order_number", "status"}
#                 born in crux  onlyoffice                         modulus      bigcommerce  native
CHANGED: Mapping[str, tuple[set[str], set[str], set[str], set[str], set[str]]] = {
    "crux":        (set(),      set(),                             set(),       set(),       set()),
    "onlyoffice":  (set(),      {"description"},                   {"status"},  set(),       WRITTEN_HERE),
    "modulus":     (set(),      {"status"},                        set(),       set(),       {"status"}),
    "bigcommerce": (set(),      {"purchaseOrderNumber", "status"}, set(),       BILLED,      BILLED_HERE),
    "native":      (set(),      {"language"},                      {"status"},  set(),       {"language", "reference"}),
}  # fmt: skip
"""What is seen, in the dialect of the birth, of what another one changed.

ONLYOFFICE knows no text that was never said: our own API sees an empty one once it is written back.
"""


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("origin", DIALECTS)
async def test_each_dialect_gives_back_the_same_after_another_changed_something_else(
    crossroads: Crossroads, origin: str, dialect: str
):
    await crossroads.done(BIRTHS[origin])
    before = without_traces(await own_reading(crossroads, origin))
    await TOUCHES[dialect](crossroads)
    after = without_traces(await own_reading(crossroads, origin))
    differing = {name for name in before if before[name] != after[name]}
    assert differing == CHANGED[dialect][DIALECTS.index(origin)], after
    await assert_whole(crossroads.ledger.store)


def without_traces(shown: dict[str, Any]) -> dict[str, Any]:
    """Leave out what every change moves: versions, rights, snapshots, and the ids of ONLYOFFICE's lines."""
    unsteady = {"version", "updated_at", "updatedAt", "canEdit", "extras"}
    lines = {
        name: [{**line, "id": None} for line in shown[name]] for name in ("lines", "invoiceLines") if name in shown
    }
    return {name: value for name, value in (shown | lines).items() if name not in unsteady}
