"""The void date: its forms, and the days on which an invoice may be void from (contract §1, §4.1)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from billingua.core.lifecycle import Status
from tests.dialects.modulus.conftest import CHANGED, DRAFT, NOW, OPEN, Modulus, without_code

IN_THE_FUTURE = without_code("The void date cannot be in the future.")
INVALID = without_code("The void date is invalid.")
TOO_EARLY = without_code("The void date cannot be before the issue date.")


@pytest.fixture
def settings() -> dict[str, Any]:
    """An account whose local zone is nine hours ahead: it is 00:12:45 on the 27th there."""
    return {"time_zone": "Asia/Tokyo"}


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2024-05-20", datetime(2024, 5, 19, 15, tzinfo=UTC)),
        ("2024-05-20 09:15:00", datetime(2024, 5, 20, 0, 15, tzinfo=UTC)),
        ("2024-05-20T09:15:00", datetime(2024, 5, 20, 0, 15, tzinfo=UTC)),
        (" 2024-05-20 09:15 ", datetime(2024, 5, 20, 0, 15, tzinfo=UTC)),
        ("2024-05-20T09:15:00.5", datetime(2024, 5, 20, 0, 15, 0, 500_000, tzinfo=UTC)),
        ("2024-05-20 09:15:00Z", datetime(2024, 5, 20, 9, 15, tzinfo=UTC)),
        ("2024-05-20T09:15:00+02:00", datetime(2024, 5, 20, 7, 15, tzinfo=UTC)),
        ("2024-05-20 09:15:00 -0330", datetime(2024, 5, 20, 12, 45, tzinfo=UTC)),
        ("2024-05-20Z", datetime(2024, 5, 20, tzinfo=UTC)),
        ("2024-12-27 00:12:45", NOW),
        ("2024-12-27", datetime(2024, 12, 26, 15, tzinfo=UTC)),
        ("2023-01-01", datetime(2022, 12, 31, 15, tzinfo=UTC)),
    ],
)
async def test_a_date_is_read_in_every_form_and_without_a_zone_in_the_accounts(
    modulus: Modulus, written: str, moment: datetime
) -> None:
    answer = await modulus.ask("STATUS_VOID", void_date=written)

    assert (answer.status_code, answer.json()) == (200, CHANGED)
    assert (await modulus.invoice()).voided_at == moment


@pytest.mark.parametrize(
    ("written", "answered"),
    [
        ("2024-12-27 00:12:46", IN_THE_FUTURE),
        ("2024-12-26T15:12:46Z", IN_THE_FUTURE),
        ("2024-12-28", IN_THE_FUTURE),
        ("2022-12-31", TOO_EARLY),
        ("2022-12-31T14:59:59Z", TOO_EARLY),
        ("", INVALID),
        ("soon", INVALID),
        ("2023-02-30", INVALID),
        ("2024-05-20 25:00:00", INVALID),
        ("20240520", INVALID),
        ("20.05.2024", INVALID),
        ("2024-05-20T", INVALID),
        ("2024-05-20 09:15:00+25:00", INVALID),
        ("0001-01-01", INVALID),
        ("9999-12-31T23:59:59Z", INVALID),
        (20240520, INVALID),
        (True, INVALID),
        (["2024-05-20"], INVALID),
        ({}, INVALID),
    ],
    ids=str,
)
async def test_a_date_that_cannot_be_is_refused_and_nothing_changes(
    modulus: Modulus, written: Any, answered: dict[str, Any]
) -> None:
    before = await modulus.everything()

    answer = await modulus.ask("STATUS_VOID", OPEN, void_date=written)

    assert (answer.status_code, answer.json()) == (400, answered)
    assert await modulus.everything() == before


async def test_the_future_begins_when_the_servers_clock_says_so(modulus: Modulus) -> None:
    future = "2025-01-14 19:59:22"
    assert (await modulus.ask("STATUS_VOID", void_date=future)).json() == IN_THE_FUTURE

    modulus.clock.set(datetime(2025, 1, 14, 10, 59, 22, tzinfo=UTC))

    assert (await modulus.ask("STATUS_VOID", void_date=future)).json() == CHANGED


@pytest.mark.parametrize("id", [DRAFT, OPEN])
async def test_sending_ignores_any_date_but_refuses_what_is_none(modulus: Modulus, id: int) -> None:
    before = await modulus.everything()
    assert (await modulus.ask("STATUS_SENT", id, void_date="soon")).json() == INVALID
    assert await modulus.everything() == before

    assert (await modulus.ask("STATUS_SENT", id, void_date="2999-01-01")).json() == CHANGED

    invoice = await modulus.invoice(id)
    assert (invoice.status, invoice.voided_at) == (Status.OPEN, None)
