"""The document of the operations, and the page that shows it, from this server alone."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from billingua.dialects.native.routes import make_face, operations_on
from billingua.engine.ledger import Ledger
from billingua.wire.face import Face
from tests.dialects.described import calls_in, check_document
from tests.dialects.native.conftest import Native, Planting


@pytest.fixture
async def native(native_with: Planting) -> Native:
    return await native_with()


@pytest.fixture
async def told(native: Native) -> Any:
    answer = await native.client.get("/v1/openapi.json")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    return answer.json()


async def test_the_document_tells_of_every_operation_once(native: Native, told: Any) -> None:
    operations = operations_on(native.ledger)

    assert told["openapi"] == "3.1.0"
    assert calls_in(told) == {(operation.verb, operation.path) for operation in operations}
    assert len({operation.name for operation in operations}) == len(operations)


async def test_the_document_is_openapi(told: Any) -> None:
    check_document(told)


async def test_every_operation_wants_a_token_and_tells_how_it_is_refused(told: Any) -> None:
    assert told["security"] == [{"token": []}]
    assert told["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    for verbs in told["paths"].values():
        for operation in verbs.values():
            assert {"401", "403", "500", "503"} <= operation["responses"].keys()


async def test_the_document_names_the_types_of_problems(told: Any) -> None:
    refused = told["paths"]["/v1/invoices/{invoice}"]["get"]["responses"]["404"]

    schema = refused["content"]["application/problem+json"]["schema"]
    assert schema["allOf"][1] == {"properties": {"type": {"enum": ["/docs/problems/invoice-not-found"]}}}


async def test_every_parameter_of_the_list_that_is_told_is_taken_and_no_other(native: Native, told: Any) -> None:
    names = [parameter["name"] for parameter in told["paths"]["/v1/invoices"]["get"]["parameters"]]

    answer = await native.get("/v1/invoices", **dict.fromkeys([*names, "colour"], " "))

    said = {error["parameter"]: error["detail"] for error in answer.json()["errors"]}
    assert [name for name, detail in said.items() if detail == "There is no such parameter."] == ["colour"]


async def test_the_page_names_files_of_this_server_alone_and_runs_no_text_of_its_own(native: Native) -> None:
    page = await native.client.get("/docs")

    named = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "<script>" not in page.text
    assert 'data-document="/openapi/native.json"' in page.text
    for path in named:
        if path.startswith("/docs?"):
            continue
        asset = await native.client.get(path)
        assert (path.startswith("/docs/"), asset.status_code) == (True, 200)
        assert asset.headers["x-content-type-options"] == "nosniff"
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self';" in policy
    assert "unsafe-eval" not in policy


@pytest.fixture
def of_two(ledger: Ledger, client_of: Callable[[Face], httpx.AsyncClient]) -> httpx.AsyncClient:
    """A client of a face that has the document of another API beside its own."""
    return client_of(make_face(ledger, 1000, documents={"harbour": lambda: {"openapi": "3.1.0"}}))


async def test_each_document_is_served_by_the_name_of_its_api(of_two: httpx.AsyncClient) -> None:
    ours, other = await of_two.get("/openapi/native.json"), await of_two.get("/openapi/harbour.json")

    assert ours.json() == (await of_two.get("/v1/openapi.json")).json()
    assert (other.json(), other.headers["content-type"]) == ({"openapi": "3.1.0"}, "application/json")


@pytest.mark.parametrize(
    ("query", "shown", "offered"), [("", "native", "harbour"), ("?api=harbour", "harbour", "native")]
)
async def test_the_page_shows_one_document_and_offers_the_others(
    of_two: httpx.AsyncClient, query: str, shown: str, offered: str
) -> None:
    page = (await of_two.get(f"/docs{query}")).text

    assert f'data-document="/openapi/{shown}.json"' in page
    assert f'<a href="/docs?api={shown}" aria-current="page">' in page
    assert f'<a href="/docs?api={offered}">' in page


@pytest.mark.parametrize("path", ["/openapi/quay.json", "/docs?api=quay", "/openapi/native", "/openapi/..json"])
async def test_there_is_no_document_of_an_api_that_nobody_knows(of_two: httpx.AsyncClient, path: str) -> None:
    answer = await of_two.get(path)

    assert (answer.status_code, answer.json()["type"]) == (404, "/docs/problems/unknown-path")


@pytest.mark.parametrize("name", ["LICENSE", "nothing", "..", "swagger-ui.css.map"])
async def test_nothing_else_of_the_package_is_served(native: Native, name: str) -> None:
    assert (await native.client.get(f"/docs/{name}")).status_code == 404
