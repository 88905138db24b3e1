from dataclasses import replace
from typing import Any

import pytest

from billingua.core import errors
from billingua.core.access import User
from billingua.core.numbering import Book, BookKind
from billingua.core.workspace import Branch, Workspace
from billingua.engine.plan import Decision
from billingua.engine.workspaces import (
    ChangeSettings,
    Rearrange,
    change_settings,
    choose_currency,
    find_workspace,
    rearrange,
)
from tests.builders import NOON, a_caller, a_price_list, a_user, a_uuid, a_workspace, an_invoice
from tests.engine.driving import drive, known

ADA, IDA = a_user(username="ada", admin=True), a_user()
SET = a_workspace(settings={"onlyoffice": {"prefix": "R-", "terms": "Net 30"}, "crux": {"prefix": "C"}})


def run(command: Any, values: Any, *world: Any, user: User | None = ADA) -> Decision[Any]:
    return drive(command(values, a_caller(user=user, dialect="onlyoffice"), NOON), known(*(world or (SET,))))


def test_the_workspace_is_shown():
    assert run(find_workspace, None, user=IDA).answer == SET


@pytest.mark.parametrize("user", [ADA, None])
def test_what_is_set_is_set_for_the_dialect_alone_and_the_rest_stays(user: User | None):
    decision = run(change_settings, ChangeSettings(values={"prefix": "S-"}), user=user)
    written = replace(SET, settings={"onlyoffice": {"prefix": "S-", "terms": "Net 30"}, "crux": {"prefix": "C"}})
    assert (decision.answer, list(decision.saves)) == (written, [written])


def test_a_dialect_that_was_set_to_nothing_is_set():
    written = run(change_settings, ChangeSettings(values={"prefix": "S-"}), a_workspace()).answer
    assert written.settings == {"onlyoffice": {"prefix": "S-"}}


def test_what_stays_as_it_was_is_not_saved():
    assert not list(run(change_settings, ChangeSettings(values={"prefix": "R-"})).saves)
    assert not list(run(choose_currency, "USD").saves)


def test_a_currency_is_chosen():
    (written,) = run(choose_currency, "EUR").saves
    assert (written.currency, written.settings) == ("EUR", SET.settings)


def test_a_number_that_no_invoice_has_may_be_the_first():
    taken = an_invoice(number="R-2", number_scope="a trader's own")
    assert len(list(run(change_settings, ChangeSettings(values={"number": "2"}, unused="R-2"), SET, taken).saves)) == 1


@pytest.mark.parametrize(
    ("command", "values", "user", "world", "refusal"),
    [
        (change_settings, ChangeSettings(values={}, unused="R-1"), IDA, (), errors.NotPermitted),
        (change_settings, ChangeSettings(values={}, unused="R-1"), ADA, (ADA,), errors.NotFound),
        (change_settings, ChangeSettings(values={}, unused="R-1 "), ADA, (), errors.NumberTaken),
        (choose_currency, "EUR", IDA, (ADA,), errors.NotPermitted),
        (choose_currency, "EUR", ADA, (ADA,), errors.NotFound),
        (find_workspace, None, IDA, (ADA,), errors.NotFound),
    ],
)
def test_commands_on_the_workspace_are_refused_in_the_order_of_their_checks(
    command: Any, values: Any, user: User, world: tuple[Any, ...], refusal: type[errors.Refused]
):
    with pytest.raises(refusal) as refused:
        run(command, values, *(world or (SET, an_invoice(number="r-1"))), user=user)
    assert type(refused.value) is refusal


KEPT = a_workspace(books=(Book(id=4, kind=BookKind.INVOICE),), branches=(Branch(code="BR-1", price_list="GONE"),))


def with_branch(price_list: str | None) -> Workspace:
    return replace(KEPT, branches=(*KEPT.branches, Branch(code="BR-2", price_list=price_list)))


def test_all_that_a_workspace_holds_is_set_but_what_it_goes_by():
    after = replace(with_branch("PL1"), uuid=a_uuid(9), id=7, name="other", currency="EUR", settings={"crux": {"a": 1}})

    (written,) = run(rearrange, Rearrange(workspace=after), KEPT, a_price_list()).saves

    assert written == replace(after, uuid=KEPT.uuid, id=KEPT.id, name=KEPT.name)


def test_a_workspace_that_stays_as_it_was_is_not_saved():
    assert not list(run(rearrange, Rearrange(workspace=KEPT), KEPT).saves)


def test_a_number_that_is_free_may_be_the_first_of_a_numbering():
    decision = run(rearrange, Rearrange(workspace=KEPT, unused={"onlyoffice": "R-2"}), KEPT, an_invoice(number="R-1"))
    assert decision.answer == KEPT


@pytest.mark.parametrize(
    ("command", "user", "refusal"),
    [
        (Rearrange(workspace=a_workspace()), IDA, errors.NotPermitted),
        (Rearrange(workspace=a_workspace(branches=with_branch("PL9").branches)), ADA, errors.EntryKept),
        (
            Rearrange(workspace=replace(with_branch("PL9"), books=(Book(id=4, kind=BookKind.RETURN),))),
            ADA,
            errors.PriceListNotFound,
        ),
        (
            Rearrange(workspace=replace(KEPT, books=(Book(id=4, kind=BookKind.RETURN),)), unused={"onlyoffice": "R-1"}),
            ADA,
            errors.BookKept,
        ),
        (Rearrange(workspace=KEPT, unused={"onlyoffice": "R-1 "}), ADA, errors.NumberingTaken),
    ],
)
def test_a_workspace_is_kept_from_what_documents_do_not_allow(
    command: Rearrange, user: User, refusal: type[errors.Refused]
):
    world = known(KEPT, an_invoice(number="R-1"), **{"book 4": 12})
    with pytest.raises(refusal) as refused:
        drive(rearrange(command, a_caller(user=user), NOON), world)
    assert type(refused.value) is refusal
