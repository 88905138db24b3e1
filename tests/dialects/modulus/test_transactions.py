"""Cash that moves without goods (contract §8, §9)."""

from decimal import Decimal
from typing import Any

import pytest

from billingua.core.cash import CashKind
from tests.dialects.modulus.shop import A_TRANSACTION, TRANSACTION_PATH, Shop, coded, without

RELATED = {"code": "C-310", "name": "Nile Paper Co", "type": "organization"}
OUT = {"transaction_nature": "LKP_ENUM_CASH_OUT", "cash_book_id": 12}


async def test_money_that_comes_in_is_noted(shop: Shop) -> None:
    status, envelope = await shop.told(TRANSACTION_PATH, A_TRANSACTION)

    assert (status, envelope) == (
        200,
        {
            "result": True,
            "title": "Success",
            "message": "Transaction added successfully.",
            "object": {
                "transaction_id": 1,
                "transaction_serial": "CR_1",
                "document_type": "Transaction",
                "creation_date_time": "2024-05-06 12:40:02",
            },
        },
    )
    entry = await shop.entry(1)
    assert (entry.kind, entry.amount, entry.account, entry.counterparty) == (
        CashKind.INCOME, Decimal("99.5"), "CASH-1", "Petty cash",
    )  # fmt: skip
    assert (entry.party, entry.lines, entry.turnover, entry.cash_flow) == (None, (), 0, Decimal("99.5"))


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        (OUT, CashKind.EXPENSE),
        ({"transaction_nature": None, "transaction_type_code": "CASH_IN"}, CashKind.INCOME),
        ({"transaction_type_code": "CASH_OUT", "transaction_nature": " LKP_ENUM_CASH_IN "}, CashKind.INCOME),
        ({"transaction_nature": "", "transaction_type_code": "CASH_OUT", "cash_book_id": 12}, CashKind.EXPENSE),
        ({"reference": "R", "description": "D", "account_exchange_rate": 2, "amount": "99.5"}, CashKind.INCOME),
    ],
    ids=str,
)
async def test_the_nature_or_the_type_says_which_way(shop: Shop, changes: dict[str, Any], kind: CashKind) -> None:
    made = await shop.made(TRANSACTION_PATH, A_TRANSACTION | changes)

    assert (await shop.entry(made["transaction_id"])).kind is kind


@pytest.mark.parametrize("name", ["counter_party_exchange_rate", "party_exchange_rate"])
async def test_a_foreign_account_needs_a_rate(shop: Shop, name: str) -> None:
    body = A_TRANSACTION | {"account_code": "CASH-EUR", name: "1.2"}

    assert await shop.told(TRANSACTION_PATH, body) == (400, coded(5501, "Missing Currency Exchange rate."))
    made = await shop.made(TRANSACTION_PATH, body | {"account_exchange_rate": "1.08"})
    entry = await shop.entry(made["transaction_id"])
    assert (entry.currency, entry.exchange_rate, entry.party_exchange_rate) == ("EUR", Decimal("1.08"), Decimal("1.2"))


async def test_the_older_rate_counts_where_the_newer_is_null(shop: Shop) -> None:
    rates = {"counter_party_exchange_rate": None, "party_exchange_rate": "1.2"}

    made = await shop.made(TRANSACTION_PATH, A_TRANSACTION | rates)

    assert (await shop.entry(made["transaction_id"])).party_exchange_rate == Decimal("1.2")


async def test_an_amount_that_a_client_added_up_is_an_amount(shop: Shop) -> None:
    made = await shop.made(TRANSACTION_PATH, A_TRANSACTION | {"amount": Decimal("0.30000000000000004")})

    assert (await shop.entry(made["transaction_id"])).amount == Decimal("0.3")


async def test_a_related_party_is_found_or_kept(shop: Shop) -> None:
    known = await shop.made(TRANSACTION_PATH, A_TRANSACTION | {"related_party": RELATED})
    address = {"label": "Office", "country_code": "EG", "city": "Giza"}
    related = RELATED | {"code": "C-901", "addresses": [address]}
    new = await shop.made(TRANSACTION_PATH, A_TRANSACTION | OUT | {"related_party": related})

    party = await shop.party("C-901")
    assert party is not None
    assert (await shop.entry(known["transaction_id"])).party == 10
    assert (await shop.entry(new["transaction_id"])).party == party.id


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"cash_book_id": None}, 5530, "Missing cash book."),
        ({"account_code": None}, 5531, "Missing Account code."),
        ({"date": None}, 5534, "Missing or Invalid date."),
        ({"date": "2024-13-01"}, 5534, "Missing or Invalid date."),
        ({"amount": None}, 5535, "Missing amount."),
        ({"amount": 0}, 5535, "Missing amount."),
        ({"amount": "plenty"}, 5535, "Missing amount."),
        ({"counter_party": " "}, 5536, "Missing pay party name."),
        ({"counter_party": {}}, 5536, "Missing pay party name."),
        ({"transaction_nature": None}, 5537, "Missing transaction type."),
        ({"related_party": without(RELATED, "name")}, 5598, "Missing related party name."),
        ({"related_party": without(RELATED, "type")}, 5599, "Missing related party type."),
        ({"related_party": without(RELATED, "code")}, 5600, "Missing related party code."),
        (
            {"related_party": RELATED | {"addresses": [{"country_code": "EG", "city": "Giza"}]}},
            5601,
            "Missing address label.",
        ),
        ({"related_party": "Nile Paper Co"}, 5610, "Invalid RelatedParty."),
        (
            {"related_party": RELATED | {"type": "firm"}},
            5597,
            "Invalid type value. Allowed values are individual or organization.",
        ),
        (
            {"related_party": RELATED | {"price_list_code": "PL9"}},
            5611,
            "Missing price list code ,it must be specified",
        ),
        ({"transaction_nature": "LKP_ENUM_OTHER"}, 5540, "Invalid transaction type."),
        ({"transaction_nature": None, "transaction_type_code": "X"}, 5540, "Invalid transaction type."),
        ({"date": "2024-05-07"}, 5538, "Date can not be in the future."),
        ({"account_code": "X"}, 5539, "Invalid account or not accept this transaction type."),
        ({"account_code": "OUT-ONLY"}, 5539, "Invalid account or not accept this transaction type."),
        (OUT | {"account_code": "IN-ONLY"}, 5539, "Invalid account or not accept this transaction type."),
        ({"cash_book_id": 99}, 5541, "Invalid book or not accept this transaction type."),
        ({"cash_book_id": 12}, 5541, "Invalid book or not accept this transaction type."),
    ],
    ids=str,
)
async def test_a_fault_is_told_by_its_code_and_nothing_is_noted(
    shop: Shop, changes: dict[str, Any], code: int, message: str
) -> None:
    before = await shop.everything()

    assert await shop.told(TRANSACTION_PATH, A_TRANSACTION | changes) == (400, coded(code, message))
    assert await shop.everything() == before


async def test_a_party_that_may_not_be_seen_is_worded_as_this_module_words_it(shop: Shop) -> None:
    body = A_TRANSACTION | {"related_party": RELATED | {"code": "C-SECRET"}}

    assert await shop.told(TRANSACTION_PATH, body, token="idas") == (400, coded(5500, "Invalid Customer Code."))


async def test_receipts_and_transactions_share_the_numbers_of_their_book(shop: Shop) -> None:
    serials = [(await shop.made(TRANSACTION_PATH, A_TRANSACTION))["transaction_serial"] for _ in range(2)]

    assert serials == ["CR_1", "CR_2"]
