"""Extra fields: how they are set up, and what an invoice says in them (contract §3.3, §3.7, §4.9, A11)."""

from typing import Any
from uuid import UUID

import pytest

from tests.dialects.bigcommerce.conftest import Filling, StoreClient, bc_invoice, refused_update

FIELDS = [
    {"id": 31, "name": "Cost centre", "type": 0, "max_length": "6"},
    {"id": 32, "name": "Note", "type": 1, "rows": "4", "default": "none", "max_length": "2"},
    {"id": 33, "name": "Weight", "type": 2, "max_value": "100.5"},
    {"id": 34, "name": "Region", "type": 3, "options": ["North", "South"]},
    {"id": 35, "name": "Job", "type": 0, "required": True, "unique": True},
    {"id": 36, "name": "Odd", "type": 2, "max_value": "many", "max_length": "long"},
]


@pytest.fixture
async def shop(store_with: Filling) -> StoreClient:
    return await store_with(bc_invoice(), bc_invoice(id=10, number="10"), extra_fields=FIELDS)


def named(name: str, value: Any) -> dict[str, Any]:
    return {"extraFields": [{"fieldName": name, "fieldValue": value}]}


async def test_a_configuration_is_shown_with_every_key(shop: StoreClient) -> None:
    answer = await shop.get("/invoices/extra-fields", limit=1)

    shown = answer.json()
    assert UUID(shown["data"][0].pop("uuid")).version == 5
    assert (answer.status_code, shown) == (
        200,
        {
            "code": 200,
            "data": [
                {
                    "id": 31,
                    "fieldName": "Cost centre",
                    "fieldType": 0,
                    "isRequired": False,
                    "isUnique": False,
                    "visibleToEnduser": True,
                    "configType": 2,
                    "defaultValue": "",
                    "maximumLength": "6",
                    "numberOfRows": "",
                    "maximumValue": "",
                    "listOfValue": [],
                }
            ],
            "meta": {"message": "SUCCESS", "pagination": {"totalCount": 6, "offset": 0, "limit": 1}},
        },
    )


async def test_each_kind_of_field_shows_its_own_limits(shop: StoreClient) -> None:
    fields = {field["fieldName"]: field for field in (await shop.get("/invoices/extra-fields")).json()["data"]}

    assert (fields["Note"]["fieldType"], fields["Note"]["numberOfRows"], fields["Note"]["defaultValue"]) == (
        1,
        "4",
        "none",
    )
    assert (fields["Weight"]["fieldType"], fields["Weight"]["maximumValue"]) == (2, "100.5")
    assert (fields["Region"]["fieldType"], fields["Region"]["listOfValue"]) == (3, ["North", "South"])
    assert (fields["Job"]["isRequired"], fields["Job"]["isUnique"]) == (True, True)


async def test_the_uuid_of_a_field_stays_the_same_and_is_its_own(shop: StoreClient) -> None:
    first, again = [(await shop.get("/invoices/extra-fields")).json()["data"] for _ in range(2)]

    assert first == again
    assert len({field["uuid"] for field in first}) == len(FIELDS)


async def test_a_store_without_extra_fields_lists_none(store_with: Filling) -> None:
    store = await store_with()

    assert (await store.get("/invoices/extra-fields")).json() == {
        "code": 200,
        "data": [],
        "meta": {"message": "SUCCESS", "pagination": {"totalCount": 0, "offset": 0, "limit": 10}},
    }


@pytest.mark.parametrize("verb", ["PUT", "POST", "DELETE", "PATCH"])
async def test_the_literal_path_is_no_invoice_for_any_verb(shop: StoreClient, verb: str) -> None:
    answer = await shop.client.request(verb, "/api/v3/io/ip/invoices/extra-fields")

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


# Which part of a list.


@pytest.mark.parametrize(
    ("query", "ids", "offset", "limit"),
    [
        ({}, [31, 32, 33, 34, 35, 36], 0, 10),
        ({"limit": "2"}, [31, 32], 0, 2),
        ({"limit": "250"}, [31, 32, 33, 34, 35, 36], 0, 250),
        ({"offset": "0"}, [31, 32, 33, 34, 35, 36], 0, 10),
        ({"offset": "4", "limit": "1"}, [35], 4, 1),
        ({"offset": "6"}, [], 6, 10),
        ({"offset": "99999999999999999999"}, [], 99999999999999999999, 10),
        ({"page": "2", "q": "x"}, [31, 32, 33, 34, 35, 36], 0, 10),
    ],
)
async def test_a_list_is_cut_by_offset_and_limit(
    shop: StoreClient, query: dict[str, str], ids: list[int], offset: int, limit: int
) -> None:
    shown = (await shop.get("/invoices/extra-fields", **query)).json()

    assert [field["id"] for field in shown["data"]] == ids
    assert shown["meta"]["pagination"] == {"totalCount": 6, "offset": offset, "limit": limit}


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ({"limit": "0"}, "limit: Ensure this value is greater than or equal to 1."),
        ({"limit": "-1"}, "limit: Ensure this value is greater than or equal to 1."),
        ({"limit": "ten"}, "limit: A valid integer is required."),
        ({"limit": "1.5"}, "limit: A valid integer is required."),
        ({"limit": ""}, "limit: A valid integer is required."),
        ({"limit": "٩"}, "limit: A valid integer is required."),
        ({"offset": "-1"}, "offset: Ensure this value is greater than or equal to 0."),
        ({"offset": "x", "limit": "300"}, "offset: A valid integer is required."),
    ],
)
async def test_a_parameter_that_cannot_be_is_named(shop: StoreClient, query: dict[str, str], why: str) -> None:
    answer = await shop.get("/invoices/extra-fields", **query)

    assert answer.status_code == 422
    assert answer.json() == {"code": 422, "data": {"errMsg": why}, "meta": {"message": "Parameter Error"}}


@pytest.mark.parametrize("limit", ["251", "99999999999", "9" * 23, "9" * 5000])
async def test_more_than_250_at_once_are_too_many(shop: StoreClient, limit: str) -> None:
    answer = await shop.get("/invoices/extra-fields", limit=limit)

    assert answer.status_code == 413
    assert answer.json() == {"code": 413, "data": {}, "meta": {"message": "Request Entity Too Large"}}


# What an invoice says in them.


async def test_fields_are_set_by_name_and_none_is_removed(shop: StoreClient) -> None:
    await shop.put(9, named("Cost centre", "CC-1"))
    await shop.put(9, {"extraFields": [*named("Weight", 7)["extraFields"], *named("Job", "J1")["extraFields"]]})
    await shop.put(9, {**named("Cost centre", "CC-2"), "externalId": "E"})
    await shop.put(9, {"extraFields": []})

    assert (await shop.shown())["extraFields"] == [
        {"fieldName": "Cost centre", "fieldValue": "CC-2"},
        {"fieldName": "Weight", "fieldValue": "7"},
        {"fieldName": "Job", "fieldValue": "J1"},
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Cost centre", "123456"),
        ("Cost centre", ""),
        ("Note", "as long as it likes"),
        ("Weight", "100.50"),
        ("Weight", "-7"),
        ("Weight", ""),
        ("Region", "South"),
        ("Region", ""),
        ("Odd", "99999999999999999999"),
    ],
)
async def test_a_field_takes_what_fits(shop: StoreClient, name: str, value: str) -> None:
    assert (await shop.put(9, named(name, value))).status_code == 200

    assert (await shop.shown())["extraFields"] == [{"fieldName": name, "fieldValue": value}]


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        (("Cost centre", "1234567"), "Cost centre: Ensure this field has no more than 6 characters.; "),
        (("Weight", "100.51"), "Weight: Ensure this value is less than or equal to 100.5.; "),
        (("Weight", "heavy"), "Weight: A valid number is required.; "),
        (("Odd", "?"), "Odd: A valid number is required.; "),
        (("Region", "West"), 'Region: "West" is not a valid choice.; '),
        (("Job", "taken"), "Job: This field must be unique.; "),
        (("Colour", "red"), "Colour: This store has no such extra field.; "),
        (("cost centre", "x"), "cost centre: This store has no such extra field.; "),
        (("Cost centre", None), "extraFields[0].fieldValue: This field may not be null.; "),
        (("Cost centre", ["x"]), "extraFields[0].fieldValue: Not a valid string.; "),
        ((7, True), "extraFields[0].fieldValue: Not a valid string.; "),
    ],
)
async def test_a_field_refuses_what_does_not_fit_and_nothing_changes(
    shop: StoreClient, given: tuple[Any, Any], errors: str
) -> None:
    await shop.put(10, named("Job", "taken"))
    before = await shop.shown()

    answer = await shop.put(9, {**named(*given), "externalId": "E"})

    assert answer.status_code == 400
    assert answer.json() == refused_update(errors)
    assert await shop.shown() == before
    assert len(await shop.history()) == 1


@pytest.mark.parametrize("field", [{"fieldName": "Job"}, {"fieldValue": "x"}, "Job", None])
async def test_a_field_needs_a_name_and_a_value(shop: StoreClient, field: Any) -> None:
    answer = await shop.put(9, {"extraFields": [{"fieldName": "Cost centre", "fieldValue": "1"}, field]})

    assert answer.status_code == 400
    assert answer.json()["meta"]["errors"].startswith("extraFields[1]")
    assert (await shop.shown())["extraFields"] == []


async def test_a_required_field_cannot_be_emptied(shop: StoreClient) -> None:
    await shop.put(9, named("Job", "J1"))

    answer = await shop.put(9, named("Job", ""))

    assert answer.status_code == 422
    assert answer.json() == {
        "code": 422,
        "data": {"errMsg": "Job is a required extra field"},
        "meta": {"message": "Job is a required extra field"},
    }
    assert (await shop.shown())["extraFields"] == [{"fieldName": "Job", "fieldValue": "J1"}]


async def test_a_unique_value_is_free_again_once_it_is_given_up(shop: StoreClient) -> None:
    await shop.put(9, named("Job", "J1"))
    assert (await shop.put(9, named("Job", "J1"))).status_code == 200, "its own value"
    assert (await shop.put(10, named("Job", "J1"))).status_code == 400

    await shop.put(9, named("Job", "J2"))

    assert (await shop.put(10, named("Job", "J1"))).status_code == 200


async def test_what_others_claim_for_an_invoice_stays_claimed(store_with: Filling) -> None:
    store = await store_with(bc_invoice(claims=("native\nkey\n1",)), extra_fields=FIELDS)

    await store.put(9, named("Job", "J1"))

    changes = await store.changes()
    assert {path: value for path, value in changes.items() if path.startswith("/claims")} == {
        "/claims/1": "bigcommerce\nJob\nJ1"
    }
