"""Reading an invoice: every key of §3, and invoices that were born in other dialects."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from billingua.core.lifecycle import Status
from billingua.core.line import Charge, ChargeKind
from billingua.core.rounding import en16931
from billingua.engine.invoices import AmendInvoice, amend_invoice
from tests.builders import a_caller, a_line, a_line_tax, an_invoice
from tests.dialects.onlyoffice.conftest import (
    DRAFT,
    INVOICES,
    OPEN,
    OWNERS,
    PAID,
    REJECTED,
    TO_PRIVATE,
    VOID,
    Portal,
    born_here,
    refusal,
)

PHOTO = "/Products/CRM/HttpHandlers/filehandler.ashx?action=contactphotoulr"
AVATAR = "/skins/default/images/default_user_photo_size_32-32.png"
PROFILE = "http://billingua.test/Products/People/Profile.aspx?user="
DOLLAR = {
    "title": "US Dollar",
    "symbol": "$",
    "abbreviation": "USD",
    "cultureName": "US",
    "isConvertable": True,
    "isBasic": True,
}
EURO = DOLLAR | {"title": "Euro", "symbol": "€", "abbreviation": "EUR", "cultureName": "EU"}
IDA = {
    "id": "00000000-0000-0000-0000-0000000003ea",
    "displayName": "Ida Moor",
    "avatarSmall": AVATAR,
    "profileUrl": PROFILE + "ida",
}
COMPANY = {
    "smallFotoUrl": f"{PHOTO}&cid=10&isc=True&ps=1",
    "mediumFotoUrl": f"{PHOTO}&cid=10&isc=True&ps=2",
    "displayName": "Larch & Sons",
    "isCompany": True,
    "isPrivate": False,
    "isShared": False,
    "shareType": 0,
    "currency": EURO,
    "canEdit": True,
    "canDelete": False,
    "id": 10,
}
LINE = {
    "invoiceID": DRAFT,
    "invoiceItemID": 4,
    "invoiceTax1ID": 1,
    "invoiceTax2ID": 0,
    "sortOrder": 0,
    "description": "March",
    "quantity": Decimal("3.00"),
    "price": Decimal("19.99"),
    "discount": Decimal("10.00"),
    "id": 51,
}
SHOWN = {
    "invoiceLines": [LINE],
    "status": {"title": "Draft", "id": 1},
    "number": "INV-0000017",
    "issueDate": "2024-12-26T12:00:00.0000000Z",
    "templateType": 1,
    "contact": COMPANY,
    "consignee": None,
    "entity": {"entityType": "opportunity", "entityId": 3, "entityTitle": "Spring"},
    "dueDate": "2031-03-29T09:12:44.0000000Z",
    "language": "en-US",
    "currency": DOLLAR,
    "exchangeRate": Decimal("1.00"),
    "purchaseOrderNumber": "",
    "terms": "30 days",
    "description": "",
    "fileID": 77,
    "createOn": "2031-02-27T09:12:44.0000000Z",
    "createBy": IDA,
    "cost": Decimal("64.76"),
    "canEdit": True,
    "canDelete": True,
    "id": DRAFT,
}


async def test_an_invoice_is_shown_whole(portal: Portal):
    shown = await portal.shown()
    assert shown == SHOWN
    assert list(shown) == list(SHOWN)


async def test_decimals_always_show_a_fraction(portal: Portal):
    text = (await portal.get()).text
    assert '"quantity":3.00,"price":19.99,"discount":10.00' in text
    assert '"exchangeRate":1.00' in text
    assert '"cost":64.76' in text


@pytest.mark.parametrize(
    ("id", "status"),
    [
        (DRAFT, {"title": "Draft", "id": 1}),
        (OPEN, {"title": "Billed", "id": 2}),
        (REJECTED, {"title": "Rejected", "id": 3}),
        (PAID, {"title": "Paid", "id": 4}),
        (VOID, {"title": "Archive", "id": 5}),
    ],
)
async def test_each_status_has_its_title_and_number_and_only_drafts_can_be_edited(portal: Portal, id: int, status: Any):
    shown = await portal.shown(id)
    assert (shown["status"], shown["canEdit"], shown["canDelete"]) == (status, id == DRAFT, True)


async def test_only_its_author_and_administrators_may_change_an_invoice(portal: Portal):
    seen = {
        (token, id): (shown["canEdit"], shown["canDelete"])
        for token in ("owner-token", "house-token", "ida-token", "eve-token")
        for id in (DRAFT, OWNERS, OPEN)
        for shown in [await portal.shown(id, token)]
    }
    assert {key for key, value in seen.items() if value == (True, True)} == {
        ("owner-token", DRAFT),
        ("owner-token", OWNERS),
        ("house-token", DRAFT),
        ("house-token", OWNERS),
        ("ida-token", DRAFT),
    }
    assert seen["ida-token", OPEN] == (False, True)
    assert seen["eve-token", DRAFT] == seen["ida-token", OWNERS] == (False, False)


async def test_no_invoice_has_the_number_nought(portal: Portal):
    status, message = refusal(await portal.get("/invoice/0"))
    assert (status, message) == (400, "Value does not fall within the expected range.\r\nParameter name: id")


async def test_a_missing_invoice_is_not_found(portal: Portal):
    assert refusal(await portal.get("/invoice/404")) == (404, "Not found")


async def test_an_invoice_to_a_private_contact_is_shown_to_those_who_may_see_it(portal: Portal):
    assert refusal(await portal.get(f"/invoice/{TO_PRIVATE}", "eve-token")) == (403, "Access Denied")
    for token in ("owner-token", "house-token", "ida-token"):
        contact = (await portal.shown(TO_PRIVATE, token))["contact"]
        assert (contact["isPrivate"], contact["canEdit"]) == (True, True)
        assert contact["accessList"] == [IDA]
        assert contact["currency"] is None


@pytest.mark.parametrize("others", [(born_here(40, created_by="eve d'or", party=12, consignee=11),)])
async def test_its_author_sees_an_invoice_to_a_private_contact(portal: Portal):
    shown = await portal.shown(40, "eve-token")
    assert (shown["contact"]["canEdit"], shown["consignee"]["canEdit"]) == (False, True)
    assert shown["createBy"]["profileUrl"] == PROFILE + "eve%20d%27or"
    assert shown["consignee"]["displayName"] == "Ann Lee"
    assert shown["consignee"]["isCompany"] is False
    assert shown["consignee"]["smallFotoUrl"] == f"{PHOTO}&cid=11&isc=False&ps=1"


@pytest.mark.parametrize("settings", [{"settings": {"onlyoffice": {"portal": "https://portal.test/"}}}])
async def test_links_lead_to_the_portal_where_it_is_known(portal: Portal):
    assert (await portal.shown())["createBy"][
        "profileUrl"
    ] == "https://portal.test/Products/People/Profile.aspx?user=ida"


@pytest.mark.parametrize(
    ("settings", "moment", "shown"),
    [
        ({"time_zone": "UTC"}, datetime(2031, 7, 1, tzinfo=UTC), "2031-07-01T00:00:00.0000000Z"),
        ({"time_zone": "Europe/Riga"}, datetime(2031, 7, 1, tzinfo=UTC), "2031-07-01T03:00:00.0000000+03:00"),
        ({"time_zone": "Europe/Riga"}, datetime(2031, 1, 1, tzinfo=UTC), "2031-01-01T02:00:00.0000000+02:00"),
        ({"time_zone": "Europe/London"}, datetime(2031, 1, 1, tzinfo=UTC), "2031-01-01T00:00:00.0000000Z"),
        ({"time_zone": "America/St_Johns"}, datetime(2031, 1, 1, tzinfo=UTC), "2030-12-31T20:30:00.0000000-03:30"),
        ({"time_zone": "Europe/Riga"}, datetime(1800, 1, 1, tzinfo=UTC), "1800-01-01T01:36:00.0000000+01:36"),
        ({"time_zone": "UTC"}, datetime(900, 1, 1, tzinfo=UTC), "0900-01-01T00:00:00.0000000Z"),
    ],
)
async def test_dates_are_shown_in_the_workspaces_zone(
    portal: Portal, moment: datetime, shown: str, settings: dict[str, Any]
):
    await portal.ledger.run(a_caller(), amend_invoice, AmendInvoice(invoice=DRAFT, fields={"issued_at": moment}))
    assert (await portal.shown())["issueDate"] == shown


# Invoices that were born in other dialects.

FOREIGN = (
    an_invoice(
        id=50,
        origin="crux",
        currency="BHD",
        rounding=en16931("BHD"),
        supplier=None,
        due_at=None,
        created_by="gone",
        terms=None,
        description=None,
        purchase_order_number=None,
        lines=(
            a_line(id=60, quantity=None, unit_price=None),
            a_line(id=61, position=1, sku="X", quantity=Decimal("0.125"), unit_price=Decimal("1.2345")),
        ),
        charges=(Charge(ChargeKind.SHIPPING, Decimal("5.5")), Charge(ChargeKind.TAX, Decimal("2.83"))),
        stated_total=Decimal("348.92"),
    ),
    an_invoice(
        id=51,
        origin="bigcommerce",
        party=999,
        consignee=998,
        opportunity=997,
        currency="JPY",
        rounding=en16931("JPY"),
        lines=(
            a_line(
                id=62,
                quantity=Decimal(2),
                unit_price=Decimal(100),
                discount_per_unit=Decimal(10),
                discount_percent=Decimal(5),
                tax1=a_line_tax(10, tax=888),
            ),
            a_line(id=63, position=1, unit_price=Decimal(0), discount_per_unit=Decimal(1)),
        ),
        extras={"bigcommerce": {"details": {}}},
    ),
    an_invoice(id=52, origin="modulus", status=Status.VOID, due_at=None, lines=()),
)


@pytest.mark.parametrize("others", [FOREIGN])
async def test_an_invoice_without_what_this_api_takes_for_granted_is_shown(portal: Portal):
    shown = await portal.shown(50)
    assert shown["dueDate"] == "0001-01-01T00:00:00.0000000Z"
    assert shown["createBy"]["id"] == "4a515a15-d4d6-4b8e-828e-e0586f18f3a3"
    assert shown["createBy"]["displayName"] == "Unknown Unknown"
    assert (shown["terms"], shown["description"], shown["purchaseOrderNumber"]) == ("", "", "")
    assert (shown["templateType"], shown["fileID"]) == (0, 0)
    assert shown["currency"]["abbreviation"] == "BHD"
    assert (shown["currency"]["isBasic"], shown["currency"]["isConvertable"]) == (False, False)
    first, second = shown["invoiceLines"]
    assert (first["quantity"], first["price"], first["invoiceItemID"]) == (0, 0, 0)
    assert (second["quantity"], second["price"]) == (Decimal("0.125"), Decimal("1.2345"))
    assert shown["cost"] == Decimal("8.484")


@pytest.mark.parametrize("others", [FOREIGN])
async def test_what_is_gone_is_shown_as_nothing_and_discounts_in_per_cent(portal: Portal):
    shown = await portal.shown(51)
    assert (shown["contact"], shown["consignee"], shown["entity"]) == (None, None, None)
    first, second = shown["invoiceLines"]
    assert (first["discount"], first["invoiceTax1ID"], second["discount"]) == (Decimal("14.50"), 888, 0)
    assert '"cost":187.00,' in (await portal.get("/invoice/51")).text


@pytest.mark.parametrize("others", [FOREIGN])
async def test_a_void_invoice_without_lines_is_an_archived_one(portal: Portal):
    shown = await portal.shown(52)
    assert (shown["status"]["id"], shown["invoiceLines"], shown["cost"]) == (5, [], 0)
    assert (shown["canEdit"], shown["canDelete"]) == (False, True)


@pytest.mark.parametrize("suffix", ["", ".xml"])
@pytest.mark.parametrize("others", [FOREIGN])
async def test_no_invoice_is_a_crash(portal: Portal, suffix: str):
    for invoice in (*INVOICES, *FOREIGN):
        assert (await portal.get(f"/invoice/{invoice.id}{suffix}")).status_code == 200
