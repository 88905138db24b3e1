"""What a file leaves out, and what becomes of what it says."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from billingua.core.access import Credential, Role, User
from billingua.core.invoice import Credit, Invoice
from billingua.core.item import Item
from billingua.core.lifecycle import Status
from billingua.core.order import Order
from billingua.core.party import Party, PartyKind, TradeRole
from billingua.core.payment import Payment, PaymentStatus
from billingua.core.receipt import Receipt
from billingua.core.rounding import STEPWISE, en16931
from billingua.core.tax import LineTax, Tax
from billingua.engine.credentials import opens
from billingua.engine.passwords import password_opens
from billingua.worlds.reading import read_worlds
from tests.worlds.reading import (
    A_PARTY,
    AN_INVOICE,
    NOW,
    all_of,
    new_uuids,
    read_all,
    read_one,
    the_only,
    the_workspace,
)

SUPPLIER = "bbbbbbbb-0000-4000-8000-000000000001"
OTHER = "bbbbbbbb-0000-4000-8000-000000000002"
SUPPLIERS = [
    {"id": 20, "uuid": SUPPLIER, "name": "zuul", "crux": "supplier"},
    {"id": 21, "uuid": OTHER, "name": "tamarack", "crux": "supplier"},
]
MIDNIGHT = datetime(2024, 1, 1, tzinfo=UTC)


def the_invoice(invoice: Any = None, **world: Any) -> Invoice:
    """Read a world with one party and one invoice."""
    return the_only(Invoice, **{"parties": [A_PARTY], "invoices": [AN_INVOICE | (invoice or {})]} | world)


def test_a_workspace_needs_a_name_alone():
    workspace = the_workspace()
    assert (workspace.name, workspace.currency, workspace.time_zone, workspace.culture) == (
        "small",
        "USD",
        "UTC",
        "en-US",
    )
    assert workspace.uuid == new_uuids()()
    assert workspace.setting("onlyoffice", "prefix") == "INV-"
    assert workspace.setting("onlyoffice", "number") == "0000001"
    assert workspace.setting("modulus", "tolerant_json") is False
    assert workspace.setting("modulus", "apps") == []
    assert workspace.setting("bigcommerce", "due_days") == 30
    assert workspace.channel(1).name == "Main store"


def test_a_null_is_a_key_left_out():
    assert the_workspace(currency=None, users=None, onlyoffice={"prefix": None}) == the_workspace()


def test_ids_that_are_left_out_follow_the_highest_that_is_given_in_order():
    plant = read_one(parties=[{"name": "a"}, {"name": "b", "id": 7}, {"name": "c"}, {"name": "d", "id": 3}])
    assert [(party.name, party.id) for party in all_of(plant, Party)] == [("a", 8), ("b", 7), ("c", 9), ("d", 3)]


def test_addresses_and_invoice_lines_have_ids_of_their_own_in_the_workspace():
    parties = [A_PARTY | {"addresses": [{"city": "Riga"}, {"id": 31}]}, {"name": "b", "addresses": [{}]}]
    invoices = [AN_INVOICE | {"lines": [{}, {"id": 5}]}, AN_INVOICE | {"number": "2", "lines": [{}]}]
    plant = read_one(parties=parties, invoices=invoices)
    assert [[one.id for one in party.addresses] for party in all_of(plant, Party)] == [[32, 31], [33]]
    assert [[line.id for line in one.lines] for one in all_of(plant, Invoice)] == [[6, 5], [7]]


def test_uuids_that_are_given_are_kept_and_the_others_come_from_the_source_that_is_passed_in():
    plant = read_one(parties=[A_PARTY, {"name": "other"}])
    given, assigned = all_of(plant, Party)
    assert given.uuid == UUID(A_PARTY["uuid"])
    assert assigned.uuid.int & 0xFFFF == 2
    assert read_one(parties=[A_PARTY, {"name": "other"}]) == plant


def test_a_user_is_called_by_its_username_where_it_has_no_name():
    user = the_only(User, users=[{"username": "ida"}])
    assert (user.name, user.role, user.admin, user.permissions) == ("ida", Role.VIEWER, False, None)
    assert user.password_hash is None


def test_passwords_and_tokens_are_kept_as_hashes_alone():
    plant = read_one(
        users=[{"username": "ida", "password": "demo"}],
        credentials=[{"dialect": "native", "token": "1234", "user": "ida"}],
        modulus={"apps": [{"app": "APP", "secret": "SEC"}]},
    )
    (user,), (credential,) = all_of(plant, User), all_of(plant, Credential)
    assert password_opens(user.password_hash, "demo")
    assert opens(credential, "1234", NOW)
    (app,) = plant.workspace.setting("modulus", "apps")
    assert set(app) == {"app", "id", "secret_hash"}
    assert "SEC" not in repr(plant)
    assert "'demo'" not in repr(plant)


def test_a_credential_left_to_itself_lives_for_ever_and_may_do_everything():
    credential = the_only(Credential, credentials=[{"dialect": "modulus", "token": "t"}])
    assert (credential.user, credential.scopes, credential.expires_at, credential.created_at) == (None, None, None, NOW)


def test_a_party_is_a_company_unless_it_says_otherwise():
    party = the_only(Party, parties=[{"name": "x", "crux": "retailer"}])
    assert (party.kind, party.trade_role, party.private) == (PartyKind.COMPANY, TradeRole.RETAILER, False)


@pytest.mark.parametrize(
    ("written", "exact"),
    [
        (b"0.1", "0.1"),
        (b'"0.1"', "0.1"),
        (b"12.50", "12.50"),
        (b"123456789012345678.123456789012345678", "123456789012345678.123456789012345678"),
        (b"1e3", "1E+3"),
        (b"-7", "-7"),
        (b"0.30000000000000004", "0.30000000000000004"),
    ],
)
def test_amounts_are_read_digit_by_digit_be_they_numbers_or_texts(written: bytes, exact: str):
    source = b'{"workspace": "w", "items": [{"sku": "a", "title": "a", "price": %b}]}' % written
    (plant,) = read_worlds(source, now=NOW, new_uuid=new_uuids())
    assert str(all_of(plant, Item)[0].price) == exact


def test_a_file_may_begin_with_a_byte_order_mark():
    assert len(read_worlds(b'\xef\xbb\xbf{"workspace": "w"}', now=NOW, new_uuid=new_uuids())) == 1


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2024-01-01", datetime(2023, 12, 31, 18, 30, tzinfo=UTC)),
        ("2024-01-01T00:00:00Z", MIDNIGHT),
        ("2024-01-01t02:00:00.5+02:00", MIDNIGHT + timedelta(seconds=0.5)),
    ],
)
def test_a_day_begins_at_midnight_in_the_workspaces_zone_and_a_moment_is_one_anywhere(written: str, moment: datetime):
    invoice = the_invoice({"issue_date": written}, time_zone="Asia/Kolkata")
    assert invoice.issued_at == moment


def test_an_invoice_needs_a_number_a_party_a_currency_and_a_day():
    invoice = the_invoice()
    assert (invoice.id, invoice.status, invoice.origin) == (1, Status.DRAFT, "native")
    assert (invoice.issued_at, invoice.created_at, invoice.updated_at) == (MIDNIGHT, MIDNIGHT, MIDNIGHT)
    assert (invoice.original_balance, invoice.open_balance, invoice.exchange_rate) == (0, 0, 1)
    assert (invoice.due_at, invoice.terms, invoice.purchase_order_number, invoice.language) == (None, None, None, "")


@pytest.mark.parametrize(
    ("dialect", "rounding"),
    [(name, en16931("JPY")) for name in ("crux", "modulus", "bigcommerce", "native")] + [("onlyoffice", STEPWISE)],
)
def test_an_invoice_is_rounded_as_where_it_was_born(dialect: str, rounding: Any):
    assert the_invoice({"dialect": dialect, "currency": "JPY"}).rounding == rounding


LINES = [{"quantity": 2, "unit_price": "12.50"}]


@pytest.mark.parametrize(
    ("said", "balances"),
    [
        ({}, (25, 25, False)),
        ({"original_balance": None, "open_balance": None}, (25, 25, False)),
        ({"original_balance": 100}, (100, 100, False)),
        ({"open_balance": 10}, (25, 10, True)),
        ({"open_balance": 10, "partly_paid": False}, (25, 10, False)),
        ({"open_balance": 10, "status": "paid"}, (25, 10, False)),
        ({"open_balance": -5}, (25, -5, False)),
        ({"status": "paid"}, (25, 0, False)),
        ({"status": "void"}, (25, 0, False)),
        ({"status": "rejected"}, (25, 25, False)),
    ],
)
def test_balances_are_computed_where_they_are_not_said(said: Any, balances: tuple[int, int, bool]):
    invoice = the_invoice({"status": "open", "lines": LINES} | said)
    assert (invoice.original_balance, invoice.open_balance, invoice.partly_paid) == balances


def test_payments_that_count_lower_a_balance_that_is_not_said():
    payment = {"party": 10, "currency": "USD", "received_at": "2024-02-01", "lines": [{"invoice": 1, "amount": 5}]}
    invoice = the_invoice({"status": "open", "lines": LINES}, payments=[payment, payment, payment | {"applied": False}])
    assert (invoice.original_balance, invoice.open_balance, invoice.partly_paid) == (25, 15, True)


def test_a_payment_may_have_paid_what_is_gone():
    payment = {"party": 10, "currency": "USD", "received_at": "2024-02-01", "lines": [{"invoice": 77, "amount": 5}]}
    assert the_only(Payment, parties=[A_PARTY], payments=[payment]).total == 5


PAID = {
    "party": 10,
    "currency": "USD",
    "received_at": "2024-02-01",
    "updated_at": "2024-02-03",
    "status": "processing",
    "memo": "Wire 7",
    "lines": [{"invoice": 1, "amount": 5}, {"invoice": 77, "amount": "0.5"}, {"invoice": 1, "amount": 1}],
}


def test_a_payment_writes_its_receipt_where_a_file_says_nothing_of_any():
    plant = read_one(parties=[A_PARTY], invoices=[AN_INVOICE | {"number": "TI-9"}], payments=[PAID, PAID])
    payments, receipts = all_of(plant, Payment), all_of(plant, Receipt)
    assert [line.invoice_number for line in payments[0].lines] == ["TI-9", "", "TI-9"]
    assert [(one.id, one.payment) for one in receipts] == [(1, 1), (2, 2)]
    assert [[line.id for line in one.lines] for one in receipts] == [[1, 2, 3], [4, 5, 6]]
    (first, _) = receipts
    assert (first.reference, first.status, first.total) == ("Wire 7", PaymentStatus.PROCESSING, Decimal("6.5"))
    assert (first.created_at, first.updated_at) == (payments[0].received_at, payments[0].updated_at)
    assert first.lines[0].invoice_number == "TI-9"


def test_a_file_that_names_receipts_has_no_others():
    assert all_of(read_one(parties=[A_PARTY], payments=[PAID], receipts=[]), Receipt) == []


def test_a_line_of_a_receipt_has_the_number_of_its_invoice_unless_it_says_another():
    lines = [{"invoice": 1, "amount": 5}, {"invoice": 1, "amount": 5, "invoice_number": "old"}]
    said = {"party": 10, "currency": "USD", "total": 10, "created_at": "2024-02-01", "payment": 1, "lines": lines}
    world = {"parties": [A_PARTY], "invoices": [AN_INVOICE | {"number": "TI-9"}], "payments": [PAID]}
    (receipt,) = all_of(read_one(**world, receipts=[said]), Receipt)
    assert [(line.id, line.invoice_number) for line in receipt.lines] == [(1, "TI-9"), (2, "old")]
    assert receipt.updated_at == receipt.created_at


def test_the_payments_that_an_invoice_waits_for_are_counted_unless_it_says_how_many():
    payments = [PAID, PAID | {"status": "awaiting"}, PAID | {"status": "completed"}, PAID | {"status": "refunded"}]
    assert the_invoice({"lines": LINES}, payments=payments).pending_payments == 2
    assert the_invoice({"lines": LINES, "pending_payments": 7}, payments=payments).pending_payments == 7


def test_a_line_carries_its_items_sku_and_its_taxes_as_they_are():
    line = {"item": 1, "quantity": 1, "unit_price": 1, "tax1": 1}
    world = {"items": [{"sku": "OB-1", "title": "Oak"}], "taxes": [{"name": "VAT", "rate": 20}]}
    (read,) = the_invoice({"lines": [line]}, **world).lines
    assert (read.sku, read.tax1, read.tax2) == ("OB-1", LineTax(1, "VAT", Decimal(20)), None)
    assert (read.position, read.quantity, read.discount_percent) == (0, 1, 0)


def test_a_line_may_remember_a_tax_as_it_was():
    line = {"tax1": 1, "tax1_was": {"name": "Old", "rate": 19}}
    (read,) = the_invoice({"lines": [line]}, taxes=[{"name": "VAT", "rate": 20}]).lines
    assert read.tax1 == LineTax(1, "Old", Decimal(19))


def test_a_tax_is_from_the_moment_at_which_the_world_is_planted():
    assert the_only(Tax, taxes=[{"name": "VAT", "rate": 20}]).created_at == NOW


def test_details_are_bigcommerces_own():
    assert the_invoice({"details": {"a": 1}}).extras == {"bigcommerce": {"details": {"a": 1}}}
    assert the_invoice().extras == {}


# Orders.


def the_order(line: Any, items: Any = (), **order: Any) -> Order:
    orders = [{"number": "PO-1", "lines": [{"sku": "A", "quantity": 5} | line]} | order]
    return the_only(Order, parties=[A_PARTY, *SUPPLIERS], items=list(items), orders=orders)


ITEMS = [
    {"id": 1, "sku": "A", "title": "A of zuul", "supplier": SUPPLIER},
    {"id": 2, "sku": "A", "title": "A of tamarack", "supplier": OTHER},
    {"id": 3, "sku": "B", "title": "B of zuul", "supplier": SUPPLIER},
]


@pytest.mark.parametrize(
    ("said", "item", "supplier"),
    [
        ({"supplier": OTHER}, 2, OTHER),
        ({"sku": "B"}, 3, SUPPLIER),
        ({}, None, None),
        ({"sku": "C", "supplier": OTHER}, None, OTHER),
        ({"item": None, "sku": "B"}, None, None),
        ({"item": 1, "sku": "B", "supplier": OTHER}, 1, OTHER),
    ],
)
def test_an_order_line_finds_its_item_by_sku_and_supplier(said: Any, item: int | None, supplier: str | None):
    (line,) = the_order(said, ITEMS).lines
    assert (line.item, line.supplier) == (item, supplier and UUID(supplier))


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({}, "Unallocated"),
        ({"allocation": {"accepted": 1, "backordered": 4}}, "Allocated"),
        ({"allocation": {"backordered": 4, "rejected": 1}}, "Backordered"),
        ({"allocation": {"rejected": 5}}, "Rejected"),
        ({"allocation": {}}, "Unallocated"),
        ({"allocation": {"accepted": 5}, "status": "Cancelled"}, "Cancelled"),
    ],
)
def test_an_order_line_stands_where_its_allocation_puts_it(said: Any, status: str):
    assert the_order(said).lines[0].status == status


def test_an_order_is_in_the_workspaces_currency_and_from_now_unless_it_says_otherwise():
    order = the_order({})
    assert (order.currency, order.created_at, order.lines[0].unit_cost) == ("USD", NOW, 0)
    assert the_order({}, currency="EUR", created_at="2020-01-01").currency == "EUR"


def crux_world(invoice: Any, lines: Any) -> Any:
    return {
        "workspace": "w",
        "parties": [A_PARTY, *SUPPLIERS],
        "items": ITEMS,
        "orders": [{"number": "PO-1", "lines": lines}],
        "invoices": [AN_INVOICE | {"dialect": "crux", "order": 1} | invoice],
    }


TWO_SUPPLIERS = [
    {"sku": "A", "supplier": SUPPLIER, "quantity": 5},
    {"sku": "A", "supplier": OTHER, "quantity": 5},
    {"sku": "B", "supplier": SUPPLIER, "quantity": 5},
]


@pytest.mark.parametrize(
    ("invoice", "lines", "supplier"),
    [
        ({"lines": [{"item": 2}]}, TWO_SUPPLIERS, OTHER),
        ({"lines": [{"item": 1}, {"item": 3}]}, TWO_SUPPLIERS, SUPPLIER),
        ({"lines": []}, TWO_SUPPLIERS, None),
        ({"lines": []}, TWO_SUPPLIERS[:1], SUPPLIER),
        ({"lines": [], "supplier": None}, TWO_SUPPLIERS[:1], None),
        ({"lines": [], "dialect": "bigcommerce"}, TWO_SUPPLIERS[:1], None),
    ],
)
def test_a_crux_invoice_is_of_the_one_supplier_of_what_it_invoices(invoice: Any, lines: Any, supplier: str | None):
    (plant,) = read_all(crux_world(invoice, lines))
    (read,), (order,) = all_of(plant, Invoice), all_of(plant, Order)
    assert read.supplier == (supplier and UUID(supplier))
    assert read.number_scope == (f"{order.uuid}/{supplier}" if supplier else "")


def test_an_invoice_line_finds_its_order_line_by_the_item_and_the_order_counts_what_is_invoiced():
    invoice = {"lines": [{"item": 1, "quantity": 2}, {"item": 1, "quantity": 1}, {"item": None, "quantity": 9}]}
    (plant,) = read_all(crux_world(invoice, TWO_SUPPLIERS))
    (read,), (order,) = all_of(plant, Invoice), all_of(plant, Order)
    assert [line.order_line for line in read.lines] == [order.lines[0].uuid, order.lines[0].uuid, None]
    assert [line.invoiced for line in order.lines] == [3, 0, 0]


def test_what_is_invoiced_is_taken_as_it_is_said():
    lines = [TWO_SUPPLIERS[0] | {"invoiced": 4}]
    (plant,) = read_all(crux_world({"lines": [{"item": 1, "quantity": 2}]}, lines))
    assert all_of(plant, Order)[0].lines[0].invoiced == 4


def test_the_workspaces_tables_are_read():
    workspace = the_workspace(
        price_lists=[{"code": "PL1", "prices": {"A": "1.50"}}],
        branches=[{"code": "B", "price_list": "PL1"}],
        books=[{"prefix": "INV_"}],
        payment_terms=[{"days": 30}],
        salespeople=[{"branches": ["B"]}],
        cash_accounts=[{"code": "C"}],
        currency="EUR",
    )
    assert (workspace.branches[0].active, workspace.branches[0].price_list) == (True, "PL1")
    assert (workspace.books[0].id, workspace.books[0].kind, workspace.books[0].prefix) == (1, "invoice", "INV_")
    assert (workspace.payment_terms[0].id, workspace.payment_terms[0].days) == (1, 30)
    assert (workspace.salespeople[0].id, workspace.salespeople[0].branches) == (1, ("B",))
    (account,) = workspace.cash_accounts
    assert (account.currency, account.collection, account.payment) == ("EUR", True, True)


@pytest.mark.parametrize(
    ("given", "read"),
    [("ID: 1 Name: HasTracking", "HasTracking"), ("HasTracking", "HasTracking"), ("", ""), (None, None)],
)
def test_a_lines_designation_is_read_as_the_plain_word(given: str | None, read: str | None):
    line = {"sku": "A", "quantity": 1, "designation": given}
    assert the_only(Order, orders=[{"number": "1", "lines": [line]}]).lines[0].designation == read


def of_number(id: int, order_number: str | None = "3107", **others: Any) -> dict[str, Any]:
    return {**AN_INVOICE, "id": id, "number": f"{id}", "dialect": "bigcommerce", "order_number": order_number, **others}


@pytest.mark.parametrize(
    ("given", "claims"),
    [
        ([of_number(1), of_number(2)], [("order\n3107",), ()]),
        ([of_number(1, claims=[]), of_number(2)], [(), ("order\n3107",)]),
        ([of_number(1), of_number(2, claims=["order\n3107"])], [(), ("order\n3107",)]),
        ([of_number(1, None), of_number(2, ""), of_number(3, dialect="crux")], [(), (), ()]),
    ],
)
def test_of_the_bigcommerce_invoices_of_one_order_number_the_first_is_the_orders_unless_stated(given, claims):
    plant = read_one(parties=[A_PARTY], invoices=given)
    assert [invoice.claims for invoice in all_of(plant, Invoice)] == claims


def test_live_credit_notes_are_taken_off_what_their_invoice_owes():
    note = {"invoice": 35, "party": 10, "currency": "USD", "issue_date": "2024-01-02"}
    line = {"line": 51, "quantity": 1, "unit_price": 30}
    world = {
        "parties": [A_PARTY],
        "invoices": [
            {
                "id": 35,
                "number": "X",
                "status": "open",
                "party": 10,
                "currency": "USD",
                "issue_date": "2024-01-01",
                "lines": [{"id": 51, "quantity": 3, "unit_price": 30}],
            }
        ],
        "credit_notes": [
            note | {"id": 2, "number": "CN-2", "lines": [line]},
            note | {"id": 1, "number": "CN-1", "rounding_amount": 10},
            note | {"id": 3, "number": "CN-3", "lines": [line], "void_date": "2024-01-03"},
        ],
    }
    (invoice,) = all_of(read_one(**world), Invoice)
    assert invoice.credits == (Credit(1, Decimal(10)), Credit(2, Decimal(30)))
    assert (invoice.original_balance, invoice.open_balance, invoice.refund_due) == (90, 50, 0)
