"""`PUT /invoices/{invoiceId}`: only what the body names changes (contract §4.4)."""

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from billingua.core.lifecycle import Status
from tests.builders import NOON, a_line
from tests.dialects.bigcommerce.conftest import Filling, StoreClient, bc_invoice, refused_update

LATER = NOON.replace(hour=13)
NOON_SECONDS = 1735214400
PDF = {"bigcommerce": {"externalPdfUrl": "https://files.test/9.pdf"}}
UNPARSED = "Please enter a valid number; "


def usd(value: Any) -> Mapping[str, Any]:
    return {"code": "USD", "value": value}


async def updated(store: StoreClient, body: Any) -> Mapping[str, Any]:
    """Update invoice 9 an hour later, and give what is shown that was not before."""
    before = await store.shown()
    store.clock.set(LATER)
    answer = await store.put(9, body)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"code": 200, "data": {"id": 9}, "meta": {"message": "SUCCESS"}}
    after = await store.shown()
    return {name: value for name, value in after.items() if name not in before or before[name] != value}


MOVED = {"updatedAt": NOON_SECONDS + 3600}


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        ({"customerId": "10"}, {"customerId": "10", "customerName": "Larch & Sons"}),
        ({"customerId": 10}, {"customerId": "10", "customerName": "Larch & Sons"}),
        ({"externalCustomerId": "ERP-C-9"}, {"externalCustomerId": "ERP-C-9"}),
        ({"externalId": "ERP-I-77"}, {"externalId": "ERP-I-77"}),
        ({"invoiceNumber": "INV-2041"}, {"invoiceNumber": "INV-2041"}),
        ({"invoiceNumber": "00000009"}, {}),
        ({"type": "Credit note"}, {"type": "Credit note"}),
        ({"type": "Invoice"}, {}),
        ({"dueDate": 1769904000}, {"dueDate": 1769904000}),
        ({"dueDate": 1769904000.0}, {"dueDate": 1769904000}),
        ({"dueDate": "1769904000"}, {"dueDate": 1769904000}),
        ({"createdAt": 1600000000}, {"createdAt": 1600000000, "dueDate": 1600000000 + 30 * 86_400}),
        ({"status": 1}, {"status": 1}),
        ({"status": 2.0}, {"status": 2}),
        ({"purchaseOrderNumber": "PO-5518"}, {"purchaseOrderNumber": "PO-5518"}),
        ({"source": 1}, {"source": 1}),
        ({"originalBalance": usd("240.0000")}, {"originalBalance": usd("240.0000")}),
        ({"openBalance": usd("12.0000")}, {"openBalance": usd("12.0000")}),
        ({"openBalance": usd(12)}, {"openBalance": usd("12.0000")}),
        ({"openBalance": usd(0.30000000000000004)}, {"openBalance": usd("0.3000")}),
        ({"openBalance": usd("1.00005")}, {"openBalance": usd("1.0001")}),
        ({"openBalance": usd("99999999999999.9999")}, {"openBalance": usd("99999999999999.9999")}),
        ({"openBalance": usd(" 7.5 ")}, {"openBalance": usd("7.5000")}),
        ({"openBalance": usd("-5")}, {"openBalance": usd("-5.0000"), "status": 2}),
        (
            {"originalBalance": {"code": "EUR", "value": 9}, "openBalance": {"code": "EUR", "value": 8}},
            {"originalBalance": {"code": "EUR", "value": "9.0000"}, "openBalance": {"code": "EUR", "value": "8.0000"}},
        ),
        ({"externalPdfUrl": "https://files.test/9.pdf"}, {"externalPdfUrl": "https://files.test/9.pdf"}),
        (
            {"externalPdfUrl": "HTTP://files.test:8080/9.pdf?a=1"},
            {"externalPdfUrl": "HTTP://files.test:8080/9.pdf?a=1"},
        ),
        ({"termsConditions": "Net 15"}, {"termsConditions": "Net 15"}),
        ({"channelId": 2}, {"channelId": "2", "channelName": "Outlet"}),
        ({"channelId": "2"}, {"channelId": "2", "channelName": "Outlet"}),
    ],
)
async def test_each_member_changes_what_it_names_and_nothing_else(
    store_with: Filling, body: Any, changed: Mapping[str, Any]
) -> None:
    store = await store_with(bc_invoice())

    assert await updated(store, body) == {**changed, **MOVED}


@pytest.mark.parametrize(
    "ignored",
    [
        {},
        {"orderNumber": "3107"},
        {"issuedAt": 5},
        {"id": 77, "isPendingPayment": 1, "customerName": "X", "updatedAt": 5},
        {"unknown": {"deep": [1]}, "STATUS": 2, "storeHash": "x"},
        {"orderNumber": {"not": "a text"}, "id": "x"},
    ],
)
async def test_what_no_update_may_say_is_ignored_and_changes_nothing(store_with: Filling, ignored: Any) -> None:
    store = await store_with(bc_invoice())

    assert await updated(store, ignored) == {}
    assert len(await store.history()) == 1

    assert await updated(store, {**ignored, "externalId": "E"}) == {"externalId": "E", **MOVED}


@pytest.mark.parametrize(
    ("kept", "body", "changed"),
    [
        ({"extras": PDF}, {"externalPdfUrl": ""}, {"externalPdfUrl": None}),
        ({"terms": "30 days"}, {"termsConditions": None}, {"termsConditions": None}),
        ({"channel": 1}, {"channelId": None}, {"channelId": None, "channelName": None}),
    ],
)
async def test_some_members_can_be_unset(store_with: Filling, kept: Any, body: Any, changed: Any) -> None:
    store = await store_with(bc_invoice(**kept))

    assert await updated(store, body) == {**changed, **MOVED}


@pytest.mark.parametrize(
    ("kept", "body", "status"),
    [
        ({}, {"openBalance": usd("0")}, 2),
        ({}, {"openBalance": usd("-0.0001")}, 2),
        ({}, {"openBalance": usd("0"), "status": 0}, 2),
        ({}, {"openBalance": usd("0"), "status": 1}, 2),
        ({"open_balance": Decimal(0)}, {"status": 1}, 2),
        ({"open_balance": Decimal(0)}, {"externalId": "E"}, 2),
        ({}, {"openBalance": usd("10")}, 0),
        ({}, {"openBalance": usd("10"), "status": 1}, 1),
        ({}, {"openBalance": usd("10"), "status": 2}, 2),
        ({}, {"status": 2}, 2),
        ({"partly_paid": True}, {"status": 0}, 0),
        ({"partly_paid": True}, {"openBalance": usd("10")}, 1),
        ({"partly_paid": True}, {"status": 2}, 2),
        ({"status": Status.PAID}, {"openBalance": usd("10")}, 2),
        ({"status": Status.PAID}, {"openBalance": usd("10"), "status": 0}, 0),
        ({"status": Status.PAID}, {"openBalance": usd("10"), "status": 1}, 1),
        ({"status": Status.PAID}, {"status": 0}, 2),
        ({"status": Status.DRAFT}, {"status": 2}, 2),
        ({"status": Status.DRAFT}, {"openBalance": usd("0")}, 2),
        ({"status": Status.REJECTED}, {"externalId": "E"}, 0),
    ],
)
async def test_the_status_follows_the_request_unless_nothing_is_owed(
    store_with: Filling, kept: Any, body: Any, status: int
) -> None:
    store = await store_with(bc_invoice(**kept))

    assert (await store.put(9, body)).status_code == 200

    assert (await store.shown())["status"] == status


@pytest.mark.parametrize(("origin", "moves"), [("bigcommerce", True), ("onlyoffice", False)])
async def test_creation_is_the_issue_of_an_invoice_born_here_alone(
    store_with: Filling, origin: str, moves: bool
) -> None:
    store = await store_with(bc_invoice(origin=origin, lines=(a_line(),)))

    await store.put(9, {"createdAt": 1600000000})

    assert ("/issued_at" in await store.changes()) is moves


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"openBalance": usd("12,00")}, UNPARSED),
        ({"openBalance": usd("abc")}, UNPARSED),
        ({"openBalance": usd("")}, UNPARSED),
        ({"openBalance": usd(True)}, UNPARSED),
        ({"openBalance": usd("NaN")}, UNPARSED),
        ({"openBalance": usd("1e400")}, UNPARSED),
        ({"originalBalance": usd([])}, UNPARSED),
        ({"openBalance": usd("x"), "originalBalance": usd("y")}, UNPARSED * 2),
        ({"openBalance": usd(None)}, "openBalance.value: This field may not be null.; "),
        ({"openBalance": {"code": "USD"}}, "openBalance.value: This field is required.; "),
        ({"openBalance": {"value": "1"}}, "openBalance.code: This field is required.; "),
        ({"openBalance": {"code": "XX", "value": "1"}}, "openBalance.code: Invalid currency code; "),
        ({"openBalance": {"code": "EUR", "value": "1"}}, "openBalance.code: Both balances are in USD.; "),
        ({"originalBalance": {"code": "EUR", "value": "1"}}, "originalBalance.code: Both balances are in USD.; "),
        (
            {"originalBalance": {"code": "EUR", "value": "1"}, "openBalance": usd("1")},
            "openBalance.code: Both balances are in EUR.; ",
        ),
        ({"openBalance": 12}, "openBalance: Expected an object.; "),
        ({"originalBalance": None}, "originalBalance: This field may not be null.; "),
        ({"customerId": ""}, "customerId: This field may not be blank.; "),
        ({"customerId": None}, "customerId: This field may not be null.; "),
        ({"externalCustomerId": ""}, "externalCustomerId: This field may not be blank.; "),
        ({"externalId": ""}, "externalId: This field may not be blank.; "),
        ({"externalId": {}}, "externalId: Not a valid string.; "),
        ({"externalId": "a\0"}, "externalId: Null characters are not allowed.; "),
        ({"customerId": "9\0"}, "customerId: Null characters are not allowed.; "),
        (
            {"extraFields": [{"fieldName": "a", "fieldValue": "\0"}]},
            "extraFields[0].fieldValue: Null characters are not allowed.; ",
        ),
        ({"invoiceNumber": ""}, "invoiceNumber: This field may not be blank.; "),
        ({"type": ""}, "type: This field may not be blank.; "),
        ({"type": True}, "type: Not a valid string.; "),
        ({"purchaseOrderNumber": ""}, "purchaseOrderNumber: This field may not be blank.; "),
        ({"termsConditions": ""}, "termsConditions: This field may not be blank.; "),
        ({"dueDate": 1.5}, "dueDate: A valid integer is required.; "),
        ({"dueDate": "tomorrow"}, "dueDate: A valid integer is required.; "),
        ({"dueDate": ""}, "dueDate: A valid integer is required.; "),
        *(
            ({"dueDate": seconds}, "dueDate: Ensure this value is between -2147483647 and 2147483647.; ")
            for seconds in (2**31, -(2**31), 4102444800, "4102444800", 1e15)
        ),
        ({"createdAt": 2**31}, "createdAt: Ensure this value is between -2147483647 and 2147483647.; "),
        ({"dueDate": None}, "dueDate: This field may not be null.; "),
        ({"createdAt": "2025-01-01T00:00:00Z"}, "createdAt: A valid integer is required.; "),
        ({"status": 3}, 'status: "3" is not a valid choice.; '),
        ({"status": -1}, 'status: "-1" is not a valid choice.; '),
        ({"status": "1"}, "status: A valid integer is required.; "),
        ({"status": 0.5}, "status: A valid integer is required.; "),
        ({"status": None}, "status: This field may not be null.; "),
        ({"source": 2}, 'source: "2" is not a valid choice.; '),
        ({"source": True}, "source: A valid integer is required.; "),
        ({"externalPdfUrl": "files.test/9.pdf"}, "externalPdfUrl: Enter a valid URL.; "),
        ({"externalPdfUrl": "ftp://files.test/9.pdf"}, "externalPdfUrl: Enter a valid URL.; "),
        ({"externalPdfUrl": "https://"}, "externalPdfUrl: Enter a valid URL.; "),
        ({"externalPdfUrl": "http://[::1"}, "externalPdfUrl: Enter a valid URL.; "),
        ({"externalPdfUrl": 0}, "externalPdfUrl: Enter a valid URL.; "),
        ({"externalPdfUrl": "https://x y/ a"}, "externalPdfUrl: Enter a valid URL.; "),
        ({"externalPdfUrl": "https://files.test/\n9.pdf"}, "externalPdfUrl: Enter a valid URL.; "),
        ({"externalPdfUrl": "https://files.test/9\x7f.pdf"}, "externalPdfUrl: Enter a valid URL.; "),
        ({"externalPdfUrl": "https://:443/9.pdf"}, "externalPdfUrl: Enter a valid URL.; "),
        ({"channelId": "one"}, "channelId: A valid integer is required.; "),
        ({"details": "x"}, "details: Expected an object.; "),
        ({"details": None}, "details: This field may not be null.; "),
        (
            {"extraFields": [0] * 4000},
            "".join(f"extraFields[{place}]: Expected an object.; " for place in range(20)),
        ),
        ({"extraFields": {}}, "extraFields: Expected a list of items.; "),
        (
            {"status": 9, "type": "", "openBalance": usd("x")},
            'status: "9" is not a valid choice.; type: This field may not be blank.; ' + UNPARSED,
        ),
        ([], "Expected an object.; "),
        ("text", "Expected an object.; "),
        (None, "Expected an object.; "),
    ],
)
async def test_values_that_are_not_what_they_have_to_be_are_all_named_and_nothing_changes(
    store_with: Filling, body: Any, errors: str
) -> None:
    store = await store_with(bc_invoice())
    before = await store.shown()
    store.clock.set(LATER)

    answer = await store.put(9, {"purchaseOrderNumber": "P", **body} if isinstance(body, dict) else body)

    assert answer.status_code == 400
    assert answer.json() == refused_update(errors)
    assert await store.shown() == before
    assert [entry["version"] for entry in await store.history()] == [1]


@pytest.mark.parametrize(
    ("body", "status", "answer"),
    [
        (
            {"invoiceNumber": "INV-10"},
            400,
            {
                "data": {"id": 9, "errMsg": "The invoice number already exists."},
                "meta": {"message": "Bad Requests Error"},
            },
        ),
        (
            {"customerId": "77"},
            404,
            {"data": {"errMsg": "Company does not exist"}, "meta": {"message": "Not Found Error"}},
        ),
        (
            {"customerId": "ACME"},
            404,
            {"data": {"errMsg": "Company does not exist"}, "meta": {"message": "Not Found Error"}},
        ),
        (
            {"channelId": 3},
            404,
            {"data": {"errMsg": "Store channels not exist"}, "meta": {"message": "Not Found Error"}},
        ),
    ],
)
async def test_what_the_ledger_refuses_changes_nothing(
    store_with: Filling, body: Any, status: int, answer: Mapping[str, Any]
) -> None:
    store = await store_with(bc_invoice(), bc_invoice(id=10, number="INV-10"))
    before = await store.shown()

    refused = await store.put(9, {"externalId": "E", **body})

    assert refused.status_code == status
    assert refused.json() == {"code": status, **answer}
    assert await store.shown() == before
    assert [entry["version"] for entry in await store.history()] == [1]


@pytest.mark.parametrize(
    ("kept", "body", "errors"),
    [
        ({"status": Status.VOID}, {"externalId": "E"}, "The invoice is void and can no longer be changed; "),
        ({"status": Status.REJECTED}, {"status": 2}, "status: The invoice is rejected and cannot be completed; "),
        (
            {"status": Status.REJECTED},
            {"openBalance": usd(0)},
            "status: The invoice is rejected and cannot be completed; ",
        ),
    ],
)
async def test_an_invoice_whose_state_does_not_allow_it_is_left_alone(
    store_with: Filling, kept: Any, body: Any, errors: str
) -> None:
    store = await store_with(bc_invoice(**kept))
    before = await store.shown()

    refused = await store.put(9, body)

    assert refused.status_code == 400
    assert refused.json()["meta"] == {"message": "Bad Requests Error", "errors": errors}
    assert await store.shown() == before
    assert len(await store.history()) == 1


async def test_an_update_of_an_unknown_invoice_is_not_found_whatever_it_says(store_with: Filling) -> None:
    store = await store_with()

    for id, body in ((9, {}), (9, {"status": "x"}), ("abc", {"externalId": "E"})):
        answer = await store.put(id, body)
        assert answer.status_code == 404
        assert answer.json()["data"] == {"errMsg": "Invoice does not exist"}


async def test_an_update_stands_in_the_history_with_its_credential(store_with: Filling) -> None:
    store = await store_with(bc_invoice())

    await store.put(9, {"openBalance": usd("12.0000")})

    entry = (await store.history())[-1]
    assert (entry["version"], entry["dialect"], entry["actor"]) == (2, "bigcommerce", "credential access_token")
    assert entry["changes"] == [{"path": "/open_balance", "before": 90, "after": Decimal("12.0000")}]


async def test_updates_at_once_lose_nothing(store_with: Filling) -> None:
    store = await store_with(bc_invoice(), extra_fields=[{"id": id, "name": f"Field {id}"} for id in range(20)])
    bodies = [{"extraFields": [{"fieldName": f"Field {id}", "fieldValue": f"{id}"}]} for id in range(20)]

    answers = await asyncio.gather(*(store.put(9, body) for body in [*bodies, {"externalId": "E"}, {"status": 1}]))

    assert {answer.status_code for answer in answers} == {200}
    invoice = await store.shown()
    assert {field["fieldName"]: field["fieldValue"] for field in invoice["extraFields"]} == {
        f"Field {id}": f"{id}" for id in range(20)
    }
    assert (invoice["externalId"], invoice["status"]) == ("E", 1)
    assert [entry["version"] for entry in await store.history()] == list(range(1, 24))


async def test_of_two_that_want_one_number_at_once_only_one_gets_it(store_with: Filling) -> None:
    store = await store_with(bc_invoice(), bc_invoice(id=10, number="10"))

    answers = await asyncio.gather(*(store.put(id, {"invoiceNumber": "INV-1"}) for id in (9, 10)))

    assert sorted(answer.status_code for answer in answers) == [200, 400]


# Reading, editing and writing back.


BORN = {
    "bigcommerce": {},
    "bigcommerce, with everything": {
        "external_id": "E",
        "external_party_id": "C",
        "purchase_order_number": "P",
        "terms": "30 days",
        "channel": 2,
        "extras": {
            "bigcommerce": {
                "details": {"weights": [Decimal("1.5"), None], "header": {"none": None}},
                "externalPdfUrl": "https://files.test/9.pdf",
                "extraFields": [{"fieldName": "of old", "fieldValue": "x"}],
            }
        },
    },
    "crux": {"origin": "crux", "lines": (a_line(quantity=None),), "number_scope": "s", "order": 104},
    "onlyoffice": {"origin": "onlyoffice", "lines": (a_line(),), "status": Status.DRAFT, "due_at": NOON, "terms": "T"},
    "modulus": {"origin": "modulus", "lines": (a_line(),), "status": Status.PAID, "open_balance": Decimal(0)},
    "native": {"origin": "native", "lines": (a_line(),), "external_id": "", "status": Status.REJECTED},
}


@pytest.mark.parametrize("kept", BORN.values(), ids=BORN)
async def test_what_is_shown_may_be_sent_back_and_changes_nothing(store_with: Filling, kept: Any) -> None:
    moment = NOON.replace(microsecond=250_000)
    store = await store_with(bc_invoice(**{"created_at": moment, "issued_at": moment.replace(day=1), **kept}))

    assert await updated(store, await store.shown()) == MOVED

    assert set(await store.changes()) <= {"/updated_at"}


@pytest.mark.parametrize("created", [NOON_SECONDS, float(NOON_SECONDS), str(NOON_SECONDS)])
async def test_a_creation_time_that_is_the_same_leaves_the_issue_date(store_with: Filling, created: Any) -> None:
    store = await store_with(bc_invoice(issued_at=NOON.replace(day=1), created_at=NOON.replace(microsecond=5)))

    assert await updated(store, {"createdAt": created, "externalId": "E"}) == {"externalId": "E", **MOVED}

    assert not {"/issued_at", "/created_at"} & set(await store.changes())


async def test_a_due_date_that_is_sent_stays_when_the_creation_moves(store_with: Filling) -> None:
    store = await store_with(bc_invoice())

    moved = await updated(store, {**await store.shown(), "createdAt": 1600000000})

    assert moved == {"createdAt": 1600000000, **MOVED}


@pytest.mark.parametrize("name", ["externalId", "externalCustomerId", "purchaseOrderNumber", "externalPdfUrl"])
async def test_null_is_taken_where_nothing_is_set_and_nowhere_else(store_with: Filling, name: str) -> None:
    store = await store_with(bc_invoice())
    assert await updated(store, {name: None}) == MOVED
    assert (await store.put(9, {name: "https://files.test/"})).status_code == 200

    answer = await store.put(9, {name: None})

    assert (answer.status_code, answer.json()) == (400, refused_update(f"{name}: This field may not be null.; "))


async def test_details_that_only_tell_of_the_lines_are_not_kept(store_with: Filling) -> None:
    store = await store_with(bc_invoice(origin="onlyoffice", lines=(a_line(),)))
    details = (await store.shown())["details"]

    await store.put(9, {"details": details})
    assert not [path for path in await store.changes() if path.startswith("/extras")]

    details["type"] = "Own"
    await store.put(9, {"details": details})
    assert (await store.shown())["details"] == details
    assert [path for path in await store.changes() if path.startswith("/extras")]
