"""Refusals are problem details (RFC 9457), whatever it is that was refused."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NoReturn

import httpx
import pytest
from starlette.routing import Route

from billingua.core import errors
from billingua.core.errors import Refused
from billingua.core.lifecycle import Action, Status, allowed_actions
from billingua.dialects.native import BodyInvalid, read_moment, voice
from billingua.dialects.native.errors import REFUSALS
from billingua.engine.ports import StoreFailed
from billingua.wire import errors as wire
from billingua.wire.errors import find_refusal
from billingua.wire.face import Face
from tests.builders import NOON, an_invoice
from tests.dialects.native.conftest import BEARER, Native, Planting

PATHS = ["/v1/invoices", "/v1/invoices/35", "/v1/invoices/35/history"]
SEND_IT = "Send `Authorization: Bearer <token>`."
INVALID = 'Bearer error="invalid_token"'


@pytest.fixture
async def native(native_with: Planting) -> Native:
    return await native_with(an_invoice())


def problem(answer: httpx.Response) -> dict[str, Any]:
    """The problem that an answer tells, once what all problems have was seen to be right."""
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told.pop("status") == answer.status_code
    assert told.pop("request_id") == answer.headers["x-request-id"]
    return told


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("authorization", "detail", "challenge"),
    [
        (None, SEND_IT, "Bearer"),
        ("", SEND_IT, "Bearer"),
        ("demo", SEND_IT, "Bearer"),
        ("Bearer", SEND_IT, "Bearer"),
        ("Bearer  ", SEND_IT, "Bearer"),
        ("Token demo", SEND_IT, "Bearer"),
        ("Basic ZGVtbzpkZW1v", SEND_IT, "Bearer"),
        ("Bearer nobody", "The token opens nothing here.", INVALID),
        ("Bearer vendor", "The token opens nothing here.", INVALID),
        ("Bearer demo x", "The token opens nothing here.", INVALID),
        ("Bearer expired", "The token has expired.", INVALID),
    ],
)
async def test_without_a_good_token_nothing_is_shown(
    native: Native, path: str, authorization: str | None, detail: str, challenge: str
) -> None:
    answer = await native.client.get(
        path, headers={"Authorization": authorization} if authorization is not None else {}
    )

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == challenge
    assert problem(answer) == {"type": "/docs/problems/unauthorized", "title": "No access", "detail": detail}


@pytest.mark.parametrize("path", PATHS)
async def test_a_token_that_may_not_read_is_forbidden(native: Native, path: str) -> None:
    answer = await native.client.get(path, headers={"Authorization": "Bearer writer"})

    assert answer.status_code == 403
    assert answer.headers["www-authenticate"] == 'Bearer error="insufficient_scope", scope="read"'
    assert problem(answer) == {
        "type": "/docs/problems/missing-scope",
        "title": "Not allowed with this token",
        "detail": "The token lacks the scope `read`.",
    }


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("authorization", ["Bearer reader", "bearer reader", "Bearer expiring", "  Bearer  demo "])
async def test_a_token_that_may_read_is_let_in(native: Native, path: str, authorization: str) -> None:
    answer = await native.client.get(path, headers={"Authorization": authorization})

    assert answer.status_code == 200


async def test_a_token_ends_with_its_time(native: Native) -> None:
    native.clock.set(NOON + timedelta(hours=1))

    answer = await native.client.get("/v1/invoices", headers={"Authorization": "Bearer expiring"})

    assert answer.status_code == 401


@pytest.mark.parametrize("path", PATHS[1:])
async def test_an_invoice_of_another_workspace_is_not_found(native: Native, path: str) -> None:
    answer = await native.client.get(path, headers={"Authorization": "Bearer elsewhere"})

    assert answer.status_code == 404
    assert problem(answer)["type"] == "/docs/problems/invoice-not-found"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/v1",
        "/v1/",
        "/v1/invoices/",
        "/v1/Invoices",
        "/v1/invoices/35/",
        "/docs/",
        "/docs/x",
        "/openapi",
        "/nix/{0}",
    ],
)
async def test_an_unknown_path_is_named(native: Native, path: str) -> None:
    answer = await native.client.get(path)

    assert answer.status_code == 404
    assert problem(answer) == {
        "type": "/docs/problems/unknown-path",
        "title": "Nothing is here",
        "detail": f"Nothing is at {path}.",
    }


@pytest.mark.parametrize(
    ("verb", "path", "allowed"),
    [
        ("PUT", "/v1/invoices", "GET, POST"),
        ("DELETE", "/v1/invoices", "GET, POST"),
        ("POST", "/v1/invoices/35", "DELETE, GET, PATCH, PUT"),
        ("POST", "/v1/invoices/35/history", "GET"),
        ("GET", "/v1/invoices/35/void", "POST"),
        ("GET", "/v1/invoices/bulk", "POST"),
    ],
)
async def test_a_wrong_verb_is_told_which_are_taken(native: Native, verb: str, path: str, allowed: str) -> None:
    answer = await native.client.request(verb, path, headers=BEARER, json={"status": "void"})

    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert problem(answer) == {
        "type": "/docs/problems/wrong-verb",
        "title": "Wrong verb",
        "detail": f"{path} does not take {verb}.",
    }
    assert (await native.get("/v1/invoices/35")).json()["version"] == 1


@pytest.mark.parametrize(
    ("failure", "status", "name", "title", "detail"),
    [
        (
            RuntimeError("secret of the house"),
            500,
            "internal-error",
            "Internal error",
            "The server failed; its log tells more under the request's id.",
        ),
        (
            StoreFailed("the disk is full"),
            503,
            "store-unavailable",
            "Not available",
            "The ledger cannot be reached at the moment; nothing has changed.",
        ),
    ],
)
@pytest.mark.parametrize("path", PATHS)
async def test_a_failure_is_a_problem_that_keeps_its_cause_to_the_log(
    native: Native,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    failure: Exception,
    status: int,
    name: str,
    title: str,
    detail: str,
) -> None:
    async def fail(*_: object) -> NoReturn:
        raise failure

    monkeypatch.setattr(native.ledger.store, "read", fail)
    monkeypatch.setattr(native.ledger.store, "invoices", fail)

    answer = await native.get(path)

    assert answer.status_code == status
    assert problem(answer) == {"type": f"/docs/problems/{name}", "title": title, "detail": detail}
    assert str(failure) not in answer.text


async def test_the_clients_request_id_comes_back_in_the_problem(native: Native) -> None:
    answer = await native.client.get("/nix", headers={"X-Request-Id": "my-request"})

    assert answer.json()["request_id"] == "my-request"


FACTS: list[tuple[Refused, int, str, str, str]] = [
    (errors.PartyNotFound(7), 404, "not-found", "No such record", "There is no party 7 in this workspace."),
    (errors.NotFound(7), 404, "not-found", "No such record", "There is no such record in this workspace."),
    (errors.NotPermitted("see the invoice"), 403, "not-permitted", "Not permitted", "You may not see the invoice."),
    (errors.NumberTaken("A-{0}"), 409, "number-taken", "Number taken", "Another invoice has the number A-{0}."),
    (errors.InUse(4, 2), 409, "in-use", "In use", "2 other records refer to this one."),
    (errors.NameTaken("VAT"), 409, "name-taken", "Name taken", "Another record has the name VAT."),
    (errors.SkuTaken("A"), 409, "sku-taken", "SKU taken", "Another item of the supplier has the SKU A."),
    (
        errors.TransitionRefused(Status.OPEN, Action.REVISE, allowed_actions(Status.OPEN)),
        409,
        "wrong-status",
        "Not in this status",
        "An invoice that is open does not take revise, but pay, reject, void, credit.",
    ),
    (
        errors.TransitionRefused(Status.VOID, Action.VOID),
        409,
        "wrong-status",
        "Not in this status",
        "An invoice that is void does not take void, but nothing.",
    ),
    (
        errors.OverInvoiced(5, Decimal("1E+2"), Decimal("100.5"), 0),
        409,
        "over-invoiced",
        "More than was ordered",
        "Of order line 5, 100 were ordered, and 100.5 would be invoiced.",
    ),
    (errors.Refused(), 409, "refused", "Refused", "The ledger does not do that."),
    (wire.RequestRefused(), 400, "bad-request", "Bad request", "The request cannot be heard."),
    (wire.BodyUnreadable("torn"), 400, "unreadable-body", "Unreadable body", "The body is not JSON: torn."),
    (wire.BodyTooLarge(10), 413, "body-too-large", "Body too large", "A body may have 10 bytes."),
    (
        wire.BodyTypeUnsupported("text/plain"),
        415,
        "unsupported-body-type",
        "Unsupported body type",
        "The body must be application/json.",
    ),
]


@pytest.mark.parametrize(("fact", "status", "name", "title", "detail"), FACTS)
async def test_whoever_speaks_with_this_voice_can_refuse_any_fact(
    client_of: Any, fact: Refused, status: int, name: str, title: str, detail: str
) -> None:
    async def refuse(_: object) -> NoReturn:
        raise fact

    answer = await client_of(Face("server", [Route("/", refuse)], voice)).get("/")

    assert answer.status_code == status
    told = problem(answer)
    assert isinstance(fact, errors.TransitionRefused) == ("state" in told) == ("allowed" in told)
    assert {key: told[key] for key in ("type", "title", "detail")} == {
        "type": f"/docs/problems/{name}",
        "title": title,
        "detail": detail,
    }


async def test_a_wrong_value_in_a_body_is_pointed_at(client_of: Any) -> None:
    async def refuse(_: object) -> NoReturn:
        raise BodyInvalid([("/now", "Must be a moment.")])

    answer = await client_of(Face("server", [Route("/", refuse)], voice)).get("/")

    assert answer.status_code == 400
    assert problem(answer) == {
        "type": "/docs/problems/invalid-body",
        "title": "Invalid body",
        "detail": "Values of the body are not what they have to be.",
        "errors": [{"pointer": "/now", "detail": "Must be a moment."}],
    }


def facts_below(fact: type[Refused]) -> list[type[Refused]]:
    """A fact of the ledger, and all that are kinds of it."""
    below = [found for kind in fact.__subclasses__() for found in facts_below(kind)]
    return [fact, *below] if fact.__module__ == errors.__name__ else below


@pytest.mark.parametrize("fact", facts_below(Refused))
def test_every_fact_of_the_ledger_has_words_of_its_own_and_none_of_python(fact: type[Refused]) -> None:
    assert fact in REFUSALS or fact is errors.ChangeNotPermitted
    assert "{0}" not in find_refusal(REFUSALS, fact.__new__(fact)).detail


@pytest.mark.parametrize("name", sorted({row.name for row in REFUSALS.values()}))
async def test_every_type_of_problem_leads_to_a_page_on_it(native: Native, name: str) -> None:
    answer = await native.client.get(f"/docs/problems/{name}")

    rows = [row for row in REFUSALS.values() if row.name == name]
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert f"<h1>{rows[0].title}</h1><p>Status {rows[0].status}, type <code>/docs/problems/{name}<" in answer.text
    assert "{" not in answer.text


async def test_a_page_on_a_problem_lists_all_that_its_details_may_say(native: Native) -> None:
    text = (await native.client.get("/docs/problems/unauthorized")).text

    assert text.count("<li>") == 3
    assert "<li>Send `Authorization: Bearer &lt;token&gt;`.</li>" in text


async def test_what_is_no_type_of_problem_has_no_page(native: Native) -> None:
    answer = await native.client.get("/docs/problems/nothing")

    assert answer.status_code == 404
    assert problem(answer)["type"] == "/docs/problems/unknown-path"


def test_every_kind_of_problem_has_one_status() -> None:
    statuses: dict[str, set[int]] = {}
    for row in REFUSALS.values():
        statuses.setdefault(row.name, set()).add(row.status)

    assert all(len(found) == 1 for found in statuses.values())


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2024-12-26T12:00:00Z", NOON),
        ("2024-12-26t12:00:00z", NOON),
        ("2024-12-26 13:30:00+01:30", NOON),
        ("2024-12-26T12:00:00.25Z", NOON.replace(microsecond=250_000)),
        ("1970-01-01T00:00:00-00:00", datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_moments_are_read_as_rfc_3339(written: str, moment: datetime) -> None:
    assert read_moment(written) == moment


@pytest.mark.parametrize(
    "written",
    [
        *("", "2024-12-26", "2024-12-26T12:00:00", "2024-12-26T12:00Z", "20241226T120000Z", "2024-13-26T12:00:00Z"),
        *("2024-12-26T12:00:00+25:00", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"),
        *("٢٠٢٤-12-26T12:00:00Z", 5, None, ["2024-12-26T12:00:00Z"]),
    ],
)
def test_what_is_no_moment_is_refused_where_it_stands(written: Any) -> None:
    with pytest.raises(BodyInvalid) as refused:
        read_moment(written, "/now")

    assert refused.value.problems == [("/now", "Must be an RFC 3339 moment (2024-12-26T12:00:00Z).")]
