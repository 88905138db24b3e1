"""Who has an e-mail address, and which invoice has a line: every store finds it without looking at all there are."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billingua.core.access import User
from billingua.core.invoice import Invoice
from billingua.engine.plan import Decision, Job, Needs, Plan, by_id
from billingua.engine.ports import Store
from tests.builders import a_line, a_user, a_workspace, an_invoice
from tests.stores.plans import a_job, change, put

USERS = [
    a_user(id=1, username="a", email="Ida@Portal.test"),
    a_user(id=2, username="b", email="ida@portal.TEST"),
    a_user(id=3, username="c", email="ida@portal.test\n9"),
    a_user(id=4, username="d", email="straße@x"),
    a_user(id=5, username="e", email="\x00@\x01"),
    a_user(id=6, username="f", email=""),
    a_user(id=7, username="g"),
]


async def held(store: Store, email: str) -> list[tuple[str, int]]:
    return [(workspace, record.value.id) for workspace, record in await store.users(email)]


@pytest.mark.parametrize(
    ("email", "found"),
    [
        ("IDA@portal.test", [("another", 1), ("demo", 1), ("demo", 2)]),
        ("ida@portal.test\n9", [("demo", 3)]),
        ("STRASSE@X", [("demo", 4)]),
        ("\x00@\x01", [("demo", 5)]),
        ("ida@portal", []),
        ("", []),
    ],
)
async def test_users_are_found_by_their_addresses_in_every_workspace(
    store: Store, email: str, found: list[tuple[str, int]]
):
    await store.run(put(a_workspace(name="demo"), *USERS))
    await store.run(put(a_workspace(name="another"), USERS[0], workspace="another"))

    assert await held(store, email) == found


async def test_a_user_with_another_address_is_not_found_by_the_old_one(store: Store):
    await store.run(put(a_workspace(name="demo"), *USERS))

    def plan() -> Plan[None]:
        found = yield Needs([by_id(User, 1)])
        record = found.record(by_id(User, 1))
        return Decision(None, saves=[replace(record.value, email="new@portal.test")] if record else [])

    await store.run(a_job(plan))

    assert await held(store, "ida@portal.test") == [("demo", 2)]
    assert await held(store, "NEW@portal.test") == [("demo", 1)]


async def test_a_line_leads_to_its_invoice(store: Store):
    await store.run(
        put(an_invoice(id=1, lines=lines(1, 2, 3, 7)), an_invoice(id=2, lines=lines(4, 5)), an_invoice(id=3, lines=()))
    )
    await store.run(put(an_invoice(id=9, lines=lines(1, 6)), workspace="another"))

    assert [await store.invoice_of_line("demo", line) for line in range(10)] == [
        None,
        1,
        1,
        1,
        2,
        2,
        None,
        1,
        None,
        None,
    ]
    assert await store.invoice_of_line("another", 6) == 9
    assert await store.invoice_of_line("nowhere", 1) is None


async def test_lines_that_were_written_anew_lead_nowhere(store: Store):
    await store.run(put(an_invoice(id=1, lines=lines(1, 2, 3)), an_invoice(id=2, lines=lines(4))))
    await store.run(change(1, lines=lines(2, 5)))
    await store.run(drop(2))

    assert [await store.invoice_of_line("demo", line) for line in range(1, 7)] == [None, 1, None, None, 1, None]


owners = st.lists(st.sampled_from([1, 2, 3, None]), min_size=8, max_size=8)


@given(before=owners, after=owners)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])  # each begins with nothing
async def test_after_any_change_each_line_leads_to_the_invoice_that_has_it(
    store: Store, before: Sequence[int | None], after: Sequence[int | None]
):
    await store.erase()
    await store.run(put(*(an_invoice(id=id, lines=owned(before, id)) for id in (1, 2, 3))))

    for id in (1, 2, 3):
        await store.run(change(id, lines=owned(after, id)))

    assert [await store.invoice_of_line("demo", line) for line in range(8)] == after


def owned(owners: Sequence[int | None], id: int) -> tuple[object, ...]:
    return lines(*(line for line, owner in enumerate(owners) if owner == id))


def lines(*ids: int) -> tuple[object, ...]:
    return tuple(a_line(id=id) for id in ids)


def drop(id: int) -> Job[None]:
    def plan() -> Plan[None]:
        found = yield Needs([by_id(Invoice, id)])
        record = found.record(by_id(Invoice, id))
        return Decision(None, deletes=[record.value] if record else [])

    return a_job(plan)
