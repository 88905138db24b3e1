"""What is done to invoices here: who may, what is shown before, and what comes of it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from billingua.console.questions import ACTIONS, doing
from billingua.core.errors import NotPermitted
from billingua.core.invoice import Credit
from billingua.core.lifecycle import Status
from billingua.engine.invoices import AmendInvoice, amend_invoice, find_invoice
from billingua.engine.journal import read
from billingua.engine.payment_queries import PaymentQuery
from tests.builders import NOON, a_caller, a_credit_note, a_party, a_user, an_invoice
from tests.console.conftest import Browser, Opening, said

ONE = "/console/invoices/35"


async def status(browser: Browser) -> Status:
    return (await browser.ledger.read(a_caller(), find_invoice, 35)).invoice.status


async def last_entry(browser: Browser) -> dict[str, Any]:
    return read((await browser.ledger.history(a_caller(), "invoice", 35))[-1])


@pytest.mark.parametrize(
    ("before", "action", "after", "command"),
    [
        (Status.DRAFT, "issue", Status.OPEN, "change_status"),
        (Status.OPEN, "pay", Status.PAID, "pay_invoice"),
        (Status.OPEN, "reject", Status.REJECTED, "change_status"),
        (Status.OPEN, "void", Status.VOID, "change_status"),
        (Status.REJECTED, "revise", Status.DRAFT, "change_status"),
        (Status.PAID, "reopen", Status.OPEN, "change_status"),
    ],
)
@pytest.mark.parametrize("name", ["clara", "ada"])
async def test_what_may_be_done_is_offered_shown_and_done(
    console_with: Opening, before: Status, action: str, after: Status, command: str, name: str
) -> None:
    browser = await console_with(an_invoice(status=before), as_=name)
    assert f'href="{ONE}/{action}"' in (await browser.get(ONE)).text

    shown = await browser.page(f"{ONE}/{action}")
    assert "What comes of it" in shown
    assert f"Status {before} {after}" in shown
    assert await status(browser) is before
    answer = await browser.send(f"{ONE}/{action}")

    assert (answer.status_code, answer.headers["location"]) == (303, ONE)
    assert await status(browser) is after
    entry = await last_entry(browser)
    assert (entry["actor"], entry["dialect"], entry["action"]) == (name, "console", command)


@pytest.mark.parametrize("action", ACTIONS)
async def test_a_viewer_is_offered_nothing_and_may_do_nothing(console_with: Opening, action: str) -> None:
    browser = await console_with(an_invoice(), as_="victor")
    page = await browser.get(ONE)
    assert f'href="{ONE}/{action}"' not in page.text
    assert "your role is to look" in said(page.text)

    answer = await browser.send(f"{ONE}/{action}")

    assert answer.status_code == 403
    assert "You may not change invoices: your role is to look." in said(answer.text)
    assert await status(browser) is Status.OPEN


async def test_the_command_itself_asks_for_the_role(console_with: Opening) -> None:
    browser = await console_with(an_invoice())

    for user in (None, a_user()):
        with pytest.raises(NotPermitted):
            await browser.ledger.run(a_caller(user=user), *doing("void", 35))


@pytest.mark.parametrize(
    ("before", "action", "why"),
    [
        (Status.DRAFT, "pay", "The invoice is still a draft."),
        (Status.OPEN, "issue", "The invoice is open: issued, and not paid yet."),
        (Status.PAID, "void", "The invoice is paid."),
        (Status.REJECTED, "pay", "The invoice is rejected: take it back to a draft first."),
        (Status.VOID, "reopen", "The invoice is void, and stays so."),
    ],
)
async def test_for_what_may_not_be_done_it_is_said_why(
    console_with: Opening, before: Status, action: str, why: str
) -> None:
    browser = await console_with(an_invoice(status=before), as_="clara")
    assert why in await browser.page(ONE)
    assert why in await browser.page(f"{ONE}/{action}")

    answer = await browser.send(f"{ONE}/{action}")

    assert answer.status_code == 409
    assert f"{why} Nothing was done." in said(answer.text)
    assert await status(browser) is before


async def test_an_invoice_with_credit_notes_is_not_voided(console_with: Opening) -> None:
    invoice = an_invoice(credits=(Credit(1, Decimal(100)),))
    browser = await console_with(invoice, a_credit_note(), as_="clara")

    assert "Void the credit notes on the invoice first." in await browser.page(ONE + "/void")


async def test_a_payment_is_noted_as_it_was_filled_in(console_with: Opening) -> None:
    browser = await console_with(an_invoice(), as_="clara", time_zone="Europe/Riga")

    shown = await browser.page(ONE + "/pay?amount=40.00&received_on=2024-12-20")
    assert "Owed 100.00 USD 60.00 USD" in shown
    assert "A payment is noted Amount 40.00 USD" in shown
    assert "A receipt is written" in shown
    fields = {"amount": "40.00", "received_on": "2024-12-20", "method": "Wire", "memo": "Ref 7"}
    assert (await browser.send(ONE + "/pay", **fields)).status_code == 303

    (record,) = (await browser.ledger.payments(a_caller(), PaymentQuery(invoice=35))).items
    paid = record.value
    assert (paid.total, paid.method, paid.memo, paid.created_by) == (Decimal(40), "Wire", "Ref 7", "clara")
    assert paid.received_at == NOON.replace(day=19, hour=22)


async def test_money_that_was_received_today_was_received_now(console_with: Opening) -> None:
    browser = await console_with(an_invoice(), as_="clara")

    await browser.send(ONE + "/pay", received_on="2024-12-26")

    (record,) = (await browser.ledger.payments(a_caller(), PaymentQuery(invoice=35))).items
    assert record.value.received_at == NOON


@pytest.mark.parametrize(
    ("action", "field", "text", "why"),
    [
        ("pay", "amount", "lots", "Write an amount like 1234.50."),
        ("pay", "amount", "1,50", "Write an amount like 1234.50."),
        ("pay", "amount", "0", "A payment is more than 0."),
        ("pay", "amount", "-5", "A payment is more than 0."),
        ("pay", "amount", "1.00001", "An amount has at most 4 decimals."),
        ("pay", "amount", "1e14", "That is more than the ledger keeps."),
        ("pay", "received_on", "yesterday", "This is no day."),
        ("pay", "received_on", "9999-12-31", "This is no day."),
        ("pay", "received_on", "2024-12-27", "The day is later than today."),
        ("pay", "memo", "a\0b", "There are characters in it that cannot be kept."),
        ("void", "void_on", "2024-12-27", "The day is later than today."),
    ],
)
async def test_what_cannot_be_read_is_told_at_its_field_and_kept(
    console_with: Opening, action: str, field: str, text: str, why: str
) -> None:
    browser = await console_with(an_invoice(), as_="clara")

    answer = await browser.send(f"{ONE}/{action}", **{field: text})

    assert answer.status_code == 422
    assert f'<span class="wrong" id="wrong-{field}">{why}</span>' in answer.text
    assert f'name="{field}" value="{text}"' in answer.text
    assert await status(browser) is Status.OPEN


async def test_the_outcome_of_what_cannot_be_read_is_that_it_cannot(console_with: Opening) -> None:
    browser = await console_with(an_invoice(), as_="clara")

    assert "A payment is more than 0." in await browser.page(ONE + "/pay?amount=0")


async def test_an_invoice_is_voided_as_of_a_day(console_with: Opening) -> None:
    browser = await console_with(an_invoice(issued_at=NOON - timedelta(days=9)), as_="clara")

    early = await browser.send(ONE + "/void", void_on="2024-12-01")
    assert early.status_code == 422
    assert "The day is before that of the invoice." in said(early.text)
    assert (await browser.send(ONE + "/void", void_on="2024-12-20")).status_code == 303

    found = await browser.ledger.read(a_caller(), find_invoice, 35)
    assert found.invoice.voided_at == NOON.replace(day=20, hour=0)


async def test_who_acts_on_what_was_changed_meanwhile_is_told_and_loses_nothing(console_with: Opening) -> None:
    browser = await console_with(an_invoice(), as_="clara")
    shown = await browser.get(ONE + "/pay")
    amended = AmendInvoice(invoice=35, fields={"due_at": NOON, "open_balance": Decimal(90)})
    await browser.ledger.run(a_caller(actor="erp"), amend_invoice, amended)
    token = shown.text.partition('name="form_token" value="')[2][:64]
    form = {"form_token": token, "version": "1", "amount": "90", "memo": "Ref 7"}

    answer = await browser.client.post(ONE + "/pay", data=form)

    assert answer.status_code == 409
    page = said(answer.text)
    assert "Changed meanwhile." in page
    assert "Due was changed by erp" in page
    assert "Owed was changed by erp" in page
    assert "Owed 90.00 USD 0.00 USD" in page
    assert 'name="memo" value="Ref 7"' in answer.text
    assert await status(browser) is Status.OPEN
    assert 'name="version" value="2"' in answer.text
    assert (await browser.client.post(ONE + "/pay", data=form | {"version": "2"})).status_code == 303
    assert await status(browser) is Status.PAID


@pytest.mark.parametrize("version", ["", "x", "99"])
async def test_a_form_that_names_no_version_of_the_invoice_does_nothing(console_with: Opening, version: str) -> None:
    browser = await console_with(an_invoice(), as_="clara")

    answer = await browser.send(ONE + "/void", version=version)

    assert (answer.status_code, await status(browser)) == (409, Status.OPEN)


async def test_a_form_that_is_sent_twice_is_done_once(console_with: Opening) -> None:
    browser = await console_with(an_invoice(), as_="clara")
    token = (await browser.get(ONE + "/pay")).text.partition('name="form_token" value="')[2][:64]
    form = {"form_token": token, "version": "1", "amount": "10"}

    answers = [await browser.client.post(ONE + "/pay", data=form) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 409]
    assert (await browser.ledger.payments(a_caller(), PaymentQuery(invoice=35))).total == 1


async def test_nobody_acts_on_what_they_may_not_see(console_with: Opening) -> None:
    hidden = a_party(id=12, private=True)
    browser = await console_with(hidden, an_invoice(party=12), an_invoice(id=36), as_="clara")

    answer = await browser.send("/console/invoices/36/void", ONE + "/void")

    assert (answer.status_code, await status(browser)) == (403, Status.OPEN)


async def test_an_action_without_a_token_does_nothing(console_with: Opening) -> None:
    browser = await console_with(an_invoice(), as_="ada")

    answer = await browser.client.post(ONE + "/void", data={"version": "1"})

    assert (answer.status_code, await status(browser)) == (403, Status.OPEN)
