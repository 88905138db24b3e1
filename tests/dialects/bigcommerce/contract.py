"""Every answer of this dialect against the JSON Schemas of its contract, which are in `schemas/`."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from jsonschema import Draft202012Validator, validators
from referencing import Registry, Resource

_FOLDER = Path(__file__).parent / "schemas"
_BASE = "/api/v3/io/ip"


class Answer(NamedTuple):
    """What a call answers when it succeeds: a schema of its data, or of each of its items, and of the envelope."""

    schema: str
    is_list: bool = False
    is_page: bool = False


_CALLS = {
    ("GET", "/invoices"): Answer("listed_invoice", is_list=True, is_page=True),
    ("POST", "/invoices"): Answer("created"),
    ("GET", "/invoices/extra-fields"): Answer("extra_field", is_list=True, is_page=True),
    ("GET", "/invoices/{id}"): Answer("invoice"),
    ("PUT", "/invoices/{id}"): Answer("written"),
    ("DELETE", "/invoices/{id}"): Answer("written"),
    ("GET", "/invoices/{id}/download-pdf"): Answer("download"),
    ("POST", "/orders/{id}/invoices"): Answer("of_order"),
    ("GET", "/payments"): Answer("payment", is_list=True, is_page=True),
    ("POST", "/payments/offline"): Answer("paid"),
    ("PUT", "/payments/offline/{id}"): Answer("paid"),
    ("GET", "/payments/{id}"): Answer("payment"),
    ("DELETE", "/payments/{id}"): Answer("written"),
    ("GET", "/payments/{id}/operations"): Answer("operations"),
    ("POST", "/payments/{id}/operations"): Answer("written"),
    ("PUT", "/payments/{id}/processing-status"): Answer("written"),
    ("GET", "/payments/{id}/transactions"): Answer("transaction", is_list=True),
    ("GET", "/receipts"): Answer("receipt", is_list=True, is_page=True),
    ("GET", "/receipts/{id}"): Answer("receipt"),
    ("DELETE", "/receipts/{id}"): Answer("written"),
    ("GET", "/receipt-lines"): Answer("receipt_line", is_list=True, is_page=True),
    ("GET", "/receipts/{id}/lines"): Answer("receipt_line", is_list=True, is_page=True),
    ("GET", "/receipts/{id}/lines/{id}"): Answer("receipt_line"),
    ("DELETE", "/receipts/{id}/lines/{id}"): Answer("written"),
}
"""The 24 operations of the contract."""

_FILES = re.compile(r"/invoices/export|/files/.*")
"""What answers a file, and no JSON, when it succeeds."""

_PATTERNS = [
    (verb, re.compile(re.sub(r"\{id\}", "[0-9]+", path)), answer)
    for (verb, path), answer in sorted(_CALLS.items(), key=lambda call: call[0][1].count("{"))
]


async def check(answer: httpx.Response) -> None:
    """Hold an answer against the contract: for the hooks of a client."""
    await answer.aread()
    path = answer.request.url.path.removeprefix(_BASE)
    if answer.status_code == 200 and _FILES.fullmatch(path):
        return
    assert answer.headers["content-type"] == "application/json"
    check_body(answer.request.method, path, answer.status_code, answer.json())


def check_body(verb: str, path: str, status: int, body: Any) -> None:
    """Hold a body against the contract."""
    assert body["code"] == status
    if status != 200:
        _validator("error").validate(body)
        return
    told = next(told for asked, pattern, told in _PATTERNS if asked == verb and pattern.fullmatch(path))
    _validator("page" if told.is_page else "success").validate(body)
    for item in body["data"] if told.is_list else [body["data"]]:
        _validator(told.schema).validate(item)


@cache
def _validator(name: str) -> Any:
    return _Strict({"$ref": f"urn:bigcommerce:{name}"}, registry=_registry())


@cache
def _registry() -> Any:
    schemas = [json.loads(path.read_text()) for path in _FOLDER.glob("*.json")]
    for schema in schemas:
        Draft202012Validator.check_schema(schema)
    return Registry().with_resources([(schema["$id"], Resource.from_contents(schema)) for schema in schemas])


def _is_integer(_: Any, value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_Strict: Any = validators.extend(
    Draft202012Validator, type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer)
)
"""Takes `200` for an integer, and `200.0` for none (A1)."""
