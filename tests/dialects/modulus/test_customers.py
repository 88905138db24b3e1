"""Customers: known by their code, or kept with the document that names them (contract §7, §11)."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from billingua.core.party import AddressCategory, PartyKind
from tests.dialects.modulus.shop import (
    A_COLLECTION,
    A_RETURN,
    AN_INVOICE,
    COLLECTION_PATH,
    DETAILS,
    INVOICE_PATH,
    RETURN_PATH,
    Shop,
    coded,
    without,
)

ADDRESS = {
    "label": "Head office",
    "country_code": "EG",
    "city": "Cairo",
    "street": "18 Corniche",
    "postal_code": "11511",
}
CONTACT = {"type": "mobile", "label": "Sales", "value": "+20 100"}
NEW = {
    "code": " C-900 ",
    "name": "Delta Pens",
    "type": "organization",
    "currency": "USD",
    "tax_registration_number": 123456789,
    "account_code": "4010",
    "price_list_code": "PL1",
    "addresses": [ADDRESS, {"label": "shipping", "country_code": "EG", "city": "Alexandria"}],
    "contacts": [CONTACT, {"type": "email", "label": "", "value": ""} | {"label": "m", "value": "a@b.example"}],
}


def with_customer(**changes: Any) -> dict[str, Any]:
    """An invoice to a customer that nobody knows yet; a member that is `...` is left out."""
    customer = {name: value for name, value in (NEW | changes).items() if value is not ...}
    return AN_INVOICE | {"customer_details": customer}


async def test_a_customer_that_nobody_knows_is_kept_with_all_that_was_said(shop: Shop) -> None:
    made = await shop.made(INVOICE_PATH, with_customer())

    party = await shop.party("C-900")
    assert party is not None
    assert (party.name, party.kind, party.currency, party.price_list) == (
        "Delta Pens", PartyKind.ORGANIZATION, "USD", "PL1",
    )  # fmt: skip
    assert [(one.category, one.street, one.city, one.zip, one.country) for one in party.addresses] == [
        (AddressCategory.BILLING, "18 Corniche", "Cairo", "11511", "Egypt"),
        (AddressCategory.POSTAL, "", "Alexandria", "", "Egypt"),
    ]
    kept = ("tax_registration_number", "account_code", "addresses", "contacts")
    assert party.extras == {"modulus": {name: NEW[name] for name in kept}}
    assert (await shop.invoice(made["invoice_id"])).party == party.id


async def test_an_individual_is_a_person(shop: Shop) -> None:
    await shop.made(INVOICE_PATH, with_customer(type="individual"))

    party = await shop.party("C-900")
    assert party is not None
    assert party.kind is PartyKind.PERSON


@pytest.mark.parametrize(
    ("path", "body"), [(INVOICE_PATH, AN_INVOICE), (COLLECTION_PATH, A_COLLECTION), (RETURN_PATH, A_RETURN)]
)
async def test_a_new_customer_is_not_kept_without_the_document(shop: Shop, path: str, body: dict[str, Any]) -> None:
    body = body | {"customer_details": NEW}

    status, _ = await shop.told(path, body | {"branch_code": "BR-99"})

    assert (status, await shop.party("C-900")) == (400, None)
    await shop.made(path, body)
    assert await shop.party("C-900") is not None


async def test_a_known_customer_is_left_as_it_is(shop: Shop) -> None:
    before = await shop.party("C-310")

    await shop.made(INVOICE_PATH, with_customer(code="C-310"))

    assert await shop.party("C-310") == before


async def test_what_is_said_of_a_known_customer_has_to_be_right_all_the_same(shop: Shop) -> None:
    body = with_customer(code="C-310", addresses=[ADDRESS | {"country_code": "XX"}])

    assert await shop.told(INVOICE_PATH, body) == (400, coded(5608, "Invalid country code."))


async def test_two_documents_at_once_make_a_customer_once(shop: Shop) -> None:
    answers = await asyncio.gather(*(shop.made(INVOICE_PATH, with_customer()) for _ in range(5)))

    parties = {(await shop.invoice(made["invoice_id"])).party for made in answers}
    assert len(parties) == 1


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"code": ...}, 5677, "Missing customer code."),
        ({"code": " "}, 5677, "Missing customer code."),
        ({"name": ...}, 5675, "Missing customer name."),
        ({"type": None}, 5676, "Missing customer type."),
        ({"type": "Individual"}, 5597, "Invalid type value. Allowed values are individual or organization."),
        ({"type": 1}, 5597, "Invalid type value. Allowed values are individual or organization."),
        ({"addresses": [without(ADDRESS, "country_code")]}, 5602, "Missing address country code."),
        ({"addresses": [ADDRESS, "Cairo"]}, 5602, "Missing address country code."),
        ({"addresses": "Cairo"}, 5602, "Missing address country code."),
        ({"addresses": [without(ADDRESS, "city")]}, 5603, "Missing address city."),
        ({"contacts": [without(CONTACT, "type")]}, 5604, "Missing contact type."),
        ({"contacts": [without(CONTACT, "label")]}, 5605, "Missing contact label."),
        ({"contacts": [without(CONTACT, "value")]}, 5606, "Missing contact value."),
        ({"contacts": [CONTACT | {"type": "pigeon"}]}, 5607, "Invalid contact type."),
        ({"addresses": [ADDRESS | {"country_code": "ZZ"}]}, 5608, "Invalid country code."),
        ({"addresses": [ADDRESS | {"country_code": "Egypt"}]}, 5608, "Invalid country code."),
        ({"addresses": [ADDRESS | {"country_code": 20}]}, 5608, "Invalid country code."),
        ({"currency": "usd"}, 5609, "Invalid currency."),
        ({"currency": "XYZ"}, 5609, "Invalid currency."),
        ({"price_list_code": "PL9"}, 5611, "Missing price list code ,it must be specified"),
        ({"addresses": [ADDRESS | {"city": "Riga"}]}, 5612, "Non matching city and country"),
        ({"addresses": [ADDRESS | {"city": "new york"}]}, 5612, "Non matching city and country"),
        ({"code": {"no": "code"}}, 5500, "Invalid Customer."),
        ({"name": ["no", "name"]}, 5500, "Invalid Customer."),
    ],
    ids=str,
)
async def test_what_is_wrong_with_a_customer_is_told_by_its_code(
    shop: Shop, changes: dict[str, Any], code: int, message: str
) -> None:
    assert await shop.told(INVOICE_PATH, with_customer(**changes)) == (400, coded(code, message))


@pytest.mark.parametrize(
    ("city", "country"),
    [
        ("Cairo", "EG"),
        ("CAIRO", "EG"),
        ("Cairo", "US"),
        ("London", "CA"),
        ("Cordoba", "ES"),
        ("Cordoba", "AR"),
        ("Nowhere in particular", "LV"),
    ],
)
async def test_a_city_that_may_be_there_is_taken(shop: Shop, city: str, country: str) -> None:
    await shop.made(INVOICE_PATH, with_customer(addresses=[ADDRESS | {"city": city, "country_code": country}]))


@pytest.mark.parametrize("empty", [None, "", []])
async def test_lists_may_be_left_out_or_empty(shop: Shop, empty: Any) -> None:
    await shop.made(INVOICE_PATH, with_customer(addresses=empty, contacts=empty, currency=None, price_list_code=empty))

    party = await shop.party("C-900")
    assert party is not None
    assert (party.addresses, party.currency, party.price_list) == ((), None, None)


async def test_a_new_customer_pays_in_its_own_currency(shop: Shop) -> None:
    body = with_customer(currency="EUR")

    assert await shop.told(INVOICE_PATH, body) == (400, coded(5501, "Missing Currency Exchange rate."))
    made = await shop.made(INVOICE_PATH, body | {"exchange_rate": 1.08})
    invoice = await shop.invoice(made["invoice_id"])
    assert (invoice.currency, invoice.exchange_rate) == ("EUR", Decimal("1.08"))


async def test_a_customer_who_is_only_named_by_a_code_is_not_made(shop: Shop) -> None:
    body = without(AN_INVOICE, "customer_details") | {"customer_code": "C-900"}

    assert await shop.told(INVOICE_PATH, body) == (400, coded(5500, "Invalid Customer."))
    assert DETAILS["code"] == "C-310"
