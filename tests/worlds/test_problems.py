"""What is wrong with a file is told with the key and the place."""

import copy
from typing import Any

import pytest

from billingua.worlds.access import PERMISSIONS
from billingua.worlds.problems import Problem, WorldRefused
from tests.worlds.reading import A_PARTY, AN_INVOICE, RICH, problems_of

UUID = "aaaaaaaa-0000-4000-8000-0000000009ff"
INVOICE_UUID = RICH["invoices"][0]["uuid"]
SKU_UUID = RICH["items"][0]["sku_uuid"]
(CLAIM,) = RICH["invoices"][0]["claims"]
ADDRESS = {"id": 31}


def changed(path: str, value: Any) -> Any:
    """Give the rich world with one value changed."""
    world = copy.deepcopy(RICH)
    at = world
    *way, last = path.split(".")
    for part in way:
        at = at[int(part)] if isinstance(at, list) else at[part]
    at[int(last) if isinstance(at, list) else last] = value
    return world


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        # Not of the kind that it has to be.
        ("invoices.0.lines.0.unit_price", "abc", 'invoices[0].lines[0].unit_price: expected a number, got "abc"'),
        ("invoices.0.lines.0.unit_price", True, "invoices[0].lines[0].unit_price: expected a number, got true"),
        ("invoices.0.lines.0.unit_price", [1], "invoices[0].lines[0].unit_price: expected a number, got [1]"),
        ("invoices.0.lines.0.quantity", "NaN", 'invoices[0].lines[0].quantity: expected a number, got "NaN"'),
        ("invoices.0.lines.0.quantity", "Infinity", 'invoices[0].lines[0].quantity: expected a number, got "Infinity"'),
        ("invoices.0.lines.0.quantity", "1_000", 'invoices[0].lines[0].quantity: expected a number, got "1_000"'),
        ("invoices.0.lines.0.quantity", " 1", 'invoices[0].lines[0].quantity: expected a number, got " 1"'),
        ("invoices.0.lines.0.quantity", "\u0661", 'invoices[0].lines[0].quantity: expected a number, got "\u0661"'),
        ("invoices.0.stated_total", "1e99", 'invoices[0].stated_total: expected a number, got "1e99"'),
        ("invoices.0.stated_total", "1e-99", 'invoices[0].stated_total: expected a number, got "1e-99"'),
        ("invoices.0.number", 7, "invoices[0].number: expected a text, got 7"),
        ("invoices.0.number", None, "invoices[0].number: expected a text, got null"),
        ("invoices.0.number", "\ud800", 'invoices[0].number: expected a text, got "\\ud800"'),
        ("invoices.0.details", {"a": "\ud800"}, 'invoices[0].details["a"]: expected plain JSON, got "\\ud800"'),
        (
            "invoices.0.details",
            {"a": [{"\ud800": 1}]},
            'invoices[0].details["a"][0]: expected a text as a key, got "\\ud800"',
        ),
        ("invoices.0.extras", {"\ud800": {}}, 'invoices[0].extras: expected a text as a key, got "\\ud800"'),
        (
            "items.0.product_codes",
            {"\ud800": "x"},
            'items[0].product_codes: expected a text as a key, got "\\ud800"',
        ),
        ("price_lists.0.prices", {"\ud800": 1}, 'price_lists[0].prices: expected a text as a key, got "\\ud800"'),
        (
            "invoices.0.stated_total",
            "1e99999999999999999999",
            'invoices[0].stated_total: expected a number, got "1e99999999999999999999"',
        ),
        ("invoices.0.currency", "USD\n", 'invoices[0].currency: expected a currency code such as USD, got "USD\\n"'),
        ("invoices.0.currency", "ZZZ", 'invoices[0].currency: expected a currency code such as USD, got "ZZZ"'),
        ("culture", "en-US\n", 'culture: expected a culture such as en-US, got "en-US\\n"'),
        (
            "taxes",
            [{"id": 2**31 - 1, "name": "A", "rate": 1}, *RICH["taxes"], {"name": "B", "rate": 1}],
            f"taxes[{len(RICH['taxes']) + 1}].id: no id is left after 2147483647",
        ),
        ("invoices.0.details", [], "invoices[0].details: expected an object, got []"),
        ("invoices.0.lines", {}, "invoices[0].lines: expected a list, got {}"),
        ("invoices.0.lines.0", "x", 'invoices[0].lines[0]: expected an object, got "x"'),
        ("invoices.0.party", "10", 'invoices[0].party: expected a whole number, got "10"'),
        ("invoices.0.party", 10.0, "invoices[0].party: expected a whole number, got 10.0"),
        ("invoices.0.id", 0, "invoices[0].id: expected a whole number from 1 to 2147483647, got 0"),
        ("invoices.0.id", 2**31, "invoices[0].id: expected a whole number from 1 to 2147483647, got 2147483648"),
        ("invoices.0.partly_paid", 1, "invoices[0].partly_paid: expected true or false, got 1"),
        ("invoices.0.uuid", "x", 'invoices[0].uuid: expected a UUID, got "x"'),
        ("invoices.0.uuid", f"{{{UUID}}}", f'invoices[0].uuid: expected a UUID, got "{{{UUID}}}"'),
        ("invoices.0.currency", "usd", 'invoices[0].currency: expected a currency code such as USD, got "usd"'),
        (
            "invoices.0.status",
            "sent",
            'invoices[0].status: expected one of draft, open, paid, rejected, void, got "sent"',
        ),
        (
            "invoices.0.dialect",
            "sap",
            'invoices[0].dialect: expected one of bigcommerce, crux, modulus, native, onlyoffice, got "sap"',
        ),
        ("users.0.username", "", 'users[0].username: expected a text that is not empty, got ""'),
        ("culture", "?", 'culture: expected a culture such as en-US, got "?"'),
        ("time_zone", "Mars/Olympus", 'time_zone: no time zone "Mars/Olympus"'),
        ("time_zone", "../etc/passwd", 'time_zone: no time zone "../etc/passwd"'),
        ("price_lists.0.prices", {"OB-1": "x"}, 'price_lists[0].prices["OB-1"]: expected a number, got "x"'),
        (
            "bigcommerce.extra_fields.0.type",
            4,
            "bigcommerce.extra_fields[0].type: expected a whole number from 0 to 3, got 4",
        ),
        (
            "invoices.0.reference",
            ["a" * 100],
            f'invoices[0].reference: expected a text, got ["{"a" * 58}…',
        ),
        # Times.
        (
            "invoices.0.issue_date",
            "2024-02-30",
            'invoices[0].issue_date: expected a day (2024-12-26) or a moment (2024-12-26T12:00:00Z), got "2024-02-30"',
        ),
        (
            "invoices.0.due_date",
            "yesterday",
            'invoices[0].due_date: expected a day (2024-12-26) or a moment (2024-12-26T12:00:00Z), got "yesterday"',
        ),
        (
            "invoices.0.created_at",
            "0001-01-01",
            'invoices[0].created_at: expected a day (2024-12-26) or a moment (2024-12-26T12:00:00Z), got "0001-01-01"',
        ),
        (
            "orders.0.lines.0.allocation.backorder_date",
            "2019-13-01",
            'orders[0].lines[0].allocation.backorder_date: expected a day (2024-12-26), got "2019-13-01"',
        ),
        # Keys that do not belong there, and keys that are not there.
        ("invoices.1", AN_INVOICE | {"statu": "draft"}, 'unknown key "statu" at invoices[1]'),
        ("invoices.1", {"number": "X", "party": 10, "currency": "USD"}, 'missing key "issue_date" at invoices[1]'),
        ("crux", {"a": 1}, 'unknown key "a" at crux'),
        ("taxes.0", {"name": "VAT"}, 'missing key "rate" at taxes[0]'),
        ("credentials.0", {"dialect": "crux"}, 'missing key "token" at credentials[0]'),
        ("modulus.apps.0", {"app": "APP"}, 'missing key "secret" at modulus.apps[0]'),
        # References that lead nowhere.
        ("invoices.0.party", 77, "invoices[0].party: no party 77"),
        ("invoices.0.consignee", 77, "invoices[0].consignee: no party 77"),
        ("invoices.0.order", 77, "invoices[0].order: no order 77"),
        ("invoices.0.opportunity", 77, "invoices[0].opportunity: no opportunity 77"),
        ("invoices.0.book", 77, "invoices[0].book: no book 77"),
        ("invoices.0.branch", "X", "invoices[0].branch: no branch X"),
        ("invoices.0.payment_term", 77, "invoices[0].payment_term: no payment term 77"),
        ("invoices.0.salesperson", 77, "invoices[0].salesperson: no salesperson 77"),
        ("invoices.0.channel", 77, "invoices[0].channel: no channel 77"),
        ("invoices.0.supplier", UUID, f"invoices[0].supplier: no party {UUID}"),
        (
            "users.0.permissions",
            ["view_order", "fly"],
            f'users[0].permissions[1]: no permission "fly": there is {", ".join(PERMISSIONS)}',
        ),
        ("credentials.0.scopes", ["read"], "credentials[0].scopes: a crux token has no scopes"),
        ("credentials.1.scopes", ["b2b", "read"], 'credentials[1].scopes: no scope "read": there is b2b'),
        ("invoices.0.lines.0.item", 77, "invoices[0].lines[0].item: no item 77"),
        ("invoices.0.lines.1.tax2", 77, "invoices[0].lines[1].tax2: no tax 77"),
        ("items.0.tax1", 77, "items[0].tax1: no tax 77"),
        ("items.0.supplier", UUID, f"items[0].supplier: no party {UUID}"),
        ("orders.0.retailer", UUID, f"orders[0].retailer: no party {UUID}"),
        ("orders.0.company", 77, "orders[0].company: no party 77"),
        ("orders.0.channel", 77, "orders[0].channel: no channel 77"),
        ("orders.0.lines.0.item", 77, "orders[0].lines[0].item: no item 77"),
        ("orders.0.lines.0.supplier", UUID, f"orders[0].lines[0].supplier: no party {UUID}"),
        ("orders.0.supplier_terms.0.supplier", UUID, f"orders[0].supplier_terms[0].supplier: no party {UUID}"),
        ("opportunities.0.participants", [10, 77], "opportunities[0].participants[1]: no party 77"),
        ("parties.0.access", ["nobody"], "parties[0].access[0]: no user nobody"),
        ("parties.0.price_list", "PL9", "parties[0].price_list: no price list PL9"),
        ("branches.0.price_list", "PL9", "branches[0].price_list: no price list PL9"),
        ("salespeople.0.branches", ["X"], "salespeople[0].branches[0]: no branch X"),
        ("users.0.organization", UUID, f"users[0].organization: no party {UUID}"),
        ("credentials.0.user", "nobody", "credentials[0].user: no user nobody"),
        ("payments.0.party", 77, "payments[0].party: no party 77"),
        ("payments.0.channel", 77, "payments[0].channel: no channel 77"),
        ("receipts.0.party", 77, "receipts[0].party: no party 77"),
        ("receipts.0.payment", 77, "receipts[0].payment: no payment 77"),
        ("credit_notes.0.party", 77, "credit_notes[0].party: no party 77"),
        ("credit_notes.0.invoice", 77, "credit_notes[0].invoice: no invoice 77"),
        ("credit_notes.0.lines.0.line", 77, "credit_notes[0].lines[0].line: no line of invoice 35 77"),
        ("credit_notes.0.rounding_amount", 50, "credit_notes[0]: more is credited of invoice 35 than it comes to"),
        # Two answers to one question.
        ("users.0.password_hash", "$x", "users[0]: a password and the hash of one are two answers to one question"),
        (
            "credentials.0.token_hash",
            "0" * 64,
            "credentials[0]: a token and the hash of one are two answers to one question",
        ),
        # Amounts that no balance can have.
        (
            "invoices.0.open_balance",
            "0.00001",
            "invoices[0].open_balance: expected an amount of at most 14 digits and 4 decimals, got 0.00001",
        ),
        (
            "payments.0.lines.0.amount",
            "0.00001",
            "payments[0].lines[0].amount: expected an amount of at most 14 digits and 4 decimals, got 0.00001",
        ),
        (
            "receipts.0.total",
            10**14,
            "receipts[0].total: expected an amount of at most 14 digits and 4 decimals, got 100000000000000",
        ),
        (
            "invoices.0.refund_due",
            "0.00001",
            "invoices[0].refund_due: expected an amount of at most 14 digits and 4 decimals, got 0.00001",
        ),
        (
            "invoices.0.original_balance",
            10**14,
            "invoices[0].original_balance: expected an amount of at most 14 digits and 4 decimals, got 100000000000000",
        ),
    ],
)
def test_a_problem_is_told_with_its_place(path: str, value: Any, problem: str):
    assert problems_of(changed(path, value)) == [problem]


@pytest.mark.parametrize(
    ("section", "key", "value", "problem"),
    [
        ("invoices", "id", 35, "invoices[2].id: 35 stands at invoices[0].id too"),
        ("invoices", "uuid", INVOICE_UUID, f"invoices[2].uuid: {INVOICE_UUID} stands at invoices[0].uuid too"),
        ("invoices", "number", "ti-1  ", 'invoices[2].number: "ti-1  " stands at invoices[1].number too'),
        ("invoices", "claims", [CLAIM], f'invoices[2].claims[0]: "{CLAIM}" stands at invoices[0].claims[0] too'),
        ("invoices", "lines", [{"id": 51}], "invoices[2].lines[0].id: 51 stands at invoices[0].lines[0].id too"),
        ("credentials", "token", "t-crux", "credentials[2].token: the same token stands at credentials[0].token too"),
        ("users", "username", "ida", 'users[2].username: "ida" stands at users[0].username too'),
        ("parties", "addresses", [ADDRESS], "parties[2].addresses[0].id: 31 stands at parties[0].addresses[0].id too"),
        ("items", "sku", "OB-1", 'items[1].sku: "OB-1" stands at items[0].sku too'),
        ("items", "sku_uuid", SKU_UUID, f"items[1].sku_uuid: {SKU_UUID} stands at items[0].sku_uuid too"),
        ("price_lists", "code", "PL1", 'price_lists[1].code: "PL1" stands at price_lists[0].code too'),
        ("branches", "code", "BR-02", 'branches[1].code: "BR-02" stands at branches[0].code too'),
        ("cash_accounts", "code", "CASH-1", 'cash_accounts[1].code: "CASH-1" stands at cash_accounts[0].code too'),
        ("receipts", "payment", 17, "receipts[1].payment: 17 stands at receipts[0].payment too"),
        ("credit_notes", "number", "cn-7 ", 'credit_notes[2].number: "cn-7 " stands at credit_notes[0].number too'),
        ("books", "id", 4, "books[1].id: 4 stands at books[0].id too"),
        ("payment_terms", "id", 9, "payment_terms[1].id: 9 stands at payment_terms[0].id too"),
    ],
)  # fmt: skip
def test_what_may_stand_once_is_told_with_both_places(section: str, key: str, value: Any, problem: str):
    entries = {
        "invoices": AN_INVOICE | {"number": "X"},
        "credentials": {"dialect": "crux", "token": "other"},
        "users": {"username": "other"},
        "parties": {"name": "Other"},
        "receipts": {"party": 10, "currency": "USD", "total": 1, "created_at": "2024-01-01"},
        "credit_notes": {
            "invoice": 99,
            "party": 10,
            "currency": "USD",
            "issue_date": "2024-01-01",
            "void_date": "2024-01-02",
        },
        "items": {"sku": "X", "title": "X", "supplier": RICH["items"][0]["supplier"]},
    }
    world = changed(section, [*RICH[section], entries.get(section, {}) | {key: value}])
    assert problems_of(world) == [problem]


def test_settings_name_what_stands_twice_in_them():
    assert problems_of(changed("modulus.apps", [{"app": "A", "secret": "x"}] * 2)) == [
        'modulus.apps[1].app: "A" stands at modulus.apps[0].app too'
    ]
    field = RICH["bigcommerce"]["extra_fields"][0]
    assert problems_of(changed("bigcommerce.extra_fields", [field, field | {"id": 32}])) == [
        'bigcommerce.extra_fields[1].name: "Cost centre" stands at bigcommerce.extra_fields[0].name too'
    ]
    channel = {"id": 2, "name": "Outlet"}
    assert problems_of(changed("bigcommerce.channels", [channel, channel])) == [
        "bigcommerce.channels[1].id: 2 stands at bigcommerce.channels[0].id too"
    ]


def test_all_problems_are_told_at_once():
    world = {
        "workspace": "small",
        "parties": [A_PARTY, {"nam": "x"}],
        "invoices": [AN_INVOICE | {"exchange_rate": "x"}, AN_INVOICE | {"lines": [{"quantity": "y"}, {"items": 1}]}],
    }
    assert problems_of(world) == [
        'unknown key "nam" at parties[1]',
        'missing key "name" at parties[1]',
        'invoices[0].exchange_rate: expected a number, got "x"',
        'invoices[1].lines[0].quantity: expected a number, got "y"',
        'unknown key "items" at invoices[1].lines[1]',
    ]


def test_of_very_many_problems_the_first_are_listed():
    refused = WorldRefused([Problem(f"invoices[{index}]", "wrong") for index in range(22)])
    assert str(refused).splitlines()[-2:] == ["invoices[19]: wrong", "and 2 more"]


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (b"{", "not JSON: Expecting property name enclosed in double quotes at line 1, column 2"),
        (b'{"workspace": NaN}', "workspace: NaN is not a number that a world may have"),
        (b'{"workspace": "\xff"}', "not UTF-8 at byte 15"),
        (b'{"workspace": "a", "workspace": "b"}', 'the key "workspace" stands twice in one object'),
        (b"[" * 100_000, "not a world: nested too deeply"),
        (
            b'{"workspace": 1e99999999999999999999}',
            "workspace: the number 1e99999999999999999999 is out of all bounds",
        ),
        (b'{"workspace": ' + b"1" * 5000 + b"}", f"workspace: the number {'1' * 60}… is out of all bounds"),
        (
            b'{"workspace": "a", "users": [{"username": "a", "username": "b"}]}',
            'users[0]: the key "username" stands twice in one object',
        ),
        (
            b'{"workspace": "a", "taxes": [{"name": "VAT", "rate": 1e99999999999999999999}]}',
            "taxes[0].rate: the number 1e99999999999999999999 is out of all bounds",
        ),
        (b'{"workspace": "a", "\\ud800": 1}', 'unknown key "\\ud800"'),
        (b'{"workspace": "a", "x": ' + b"[" * 400 + b"]" * 400 + b"}", 'unknown key "x"'),
        (b"[]", "expected an object, got []"),
        (b"null", "expected an object, got null"),
        (b"{}", 'missing key "workspace"'),
        (b'{"workspace": "x", "statu": 1}', 'unknown key "statu"'),
        (b'{"workspaces": {}}', "workspaces: expected a list"),
        (b'{"workspaces": [], "users": []}', 'unknown key "users" beside "workspaces"'),
    ],
)
def test_what_is_no_world_at_all_is_told_plainly(source: bytes, problem: str):
    assert problems_of(source) == [problem]


def test_of_several_workspaces_each_has_its_own_places():
    world = {"workspaces": [{"workspace": "one"}, {"workspace": "two", "invoices": [AN_INVOICE]}]}
    assert problems_of(world) == ["workspaces[1].invoices[0].party: no party 10"]


def test_a_name_is_one_workspaces_alone():
    world = {"workspaces": [{"workspace": "one"}, {"workspace": "one"}]}
    assert problems_of(world) == ['workspaces[1].workspace: "one" stands at workspaces[0].workspace too']


def test_a_token_opens_one_workspace_unless_its_requests_name_the_store_as_well():
    def world(dialect: str) -> Any:
        credential = {"dialect": dialect, "token": "t"}
        return {"workspaces": [{"workspace": name, "credentials": [credential]} for name in ("one", "two")]}

    assert problems_of(world("native")) == [
        "workspaces[1].credentials[0].token: the same token stands at workspaces[0].credentials[0].token too"
    ]
    with pytest.raises(AssertionError, match="the world was read"):
        problems_of(world("bigcommerce"))


def test_a_world_that_is_nested_very_deeply_is_told_plainly():
    deep = b"[" * 900 + b"]" * 900
    invoice = (
        b'{"number": "1", "party": 1, "currency": "USD", "issue_date": "2024-01-01", "details": {"a": ' + deep + b"}}"
    )
    assert problems_of(b'{"workspace": "a", "invoices": [' + invoice + b"]}") == ["not a world: nested too deeply"]


@pytest.mark.parametrize(
    ("given", "key", "got"),
    [
        ({"lines": [{"quantity": 1, "unit_price": "1e20"}]}, "lines", "100000000000000000000.00"),
        ({"original_balance": "1e20"}, "original_balance", "1E+20"),
        ({"original_balance": 1, "open_balance": "1e20"}, "open_balance", "1E+20"),
    ],
)
def test_an_amount_that_is_too_large_is_told_once(given: Any, key: str, got: str):
    world = {"workspace": "small", "parties": [A_PARTY], "invoices": [AN_INVOICE | given]}
    expected = "expected an amount of at most 14 digits and 4 decimals"
    assert problems_of(world) == [f"invoices[0].{key}: {expected}, got {got}"]
