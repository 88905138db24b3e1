from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from billingua.core import errors
from billingua.core.access import User
from billingua.engine.catalogue import (
    CreateTax,
    ItemContent,
    ItemView,
    ReplaceItem,
    ReplaceTax,
    TaxContent,
    TaxView,
    create_item,
    create_tax,
    delete_item,
    delete_items,
    delete_tax,
    find_item,
    replace_item,
    replace_tax,
    view_items,
    view_taxes,
)
from billingua.engine.plan import Decision, by_id
from tests.builders import NOON, SUPPLIER, a_caller, a_tax, a_user, a_uuid, an_item
from tests.engine.driving import drive, known

ADA, IDA = a_user(username="ada", admin=True), a_user(id=2)
VAT, DUTY = a_tax(created_by="ada"), a_tax(id=2, name="Duty")
LAMP = an_item(tax1=1, tax2=9, created_by="ada", supplier=SUPPLIER)
CONTENT = ItemContent(title="Oak", price=Decimal("12.505"), sku="OB", stock=Decimal("-1.005"), tax1=2)


def run(
    command: Any, values: Any, *others: Any, user: User | None = ADA, uses: Any = None, **counters: int
) -> Decision[Any]:
    knowledge = known(*others, ADA, **counters)
    knowledge.used = uses or {}
    return drive(command(values, a_caller(user=user), NOON), knowledge)


TAX, ITEM = by_id(type(VAT), 1), by_id(type(LAMP), 1)


def test_taxes_are_shown_with_their_authors_and_how_often_they_are_in_use():
    shown = run(view_taxes, [VAT, DUTY], uses={TAX: 3}).answer
    assert shown == [TaxView(VAT, ADA, 3), TaxView(DUTY, None, 0)]


@pytest.mark.parametrize(("user", "author"), [(ADA, "ada"), (None, None)])
def test_a_tax_is_kept_at_a_rate_that_is_settled(user: User | None, author: str | None):
    content = TaxContent(name="GST", description="d", rate=Decimal("20.125"))
    decision = run(create_tax, CreateTax(content=content, known=[1]), VAT, user=user, tax=2)
    tax = a_tax(id=2, uuid=a_uuid(777_000), name="GST", description="d", rate=Decimal("20.13"), created_by=author)
    assert decision.answer == TaxView(tax, user, 0)
    assert list(decision.saves) == [tax]


@pytest.mark.parametrize(
    ("known_ids", "next_id"), [([1, 2], 3), ([1], 3), ([], 3)], ids=["listed", "made meanwhile", "none listed"]
)
def test_no_two_new_taxes_have_the_same_name(known_ids: list[int], next_id: int):
    command = CreateTax(content=TaxContent(name="dUTY"), known=known_ids)
    with pytest.raises(errors.NameTaken) as refused:
        run(create_tax, command, VAT, DUTY, tax=next_id)
    assert refused.value.name == "dUTY"


def test_the_name_of_a_tax_that_is_gone_is_free():
    command = CreateTax(content=TaxContent(name="Duty"), known=[1])
    assert run(create_tax, command, VAT, tax=3).answer.tax.id == 3


def test_a_tax_is_written_anew_even_under_the_name_of_another():
    decision = run(replace_tax, ReplaceTax(tax=1, content=TaxContent(name="Duty", rate=Decimal(7))), VAT, DUTY)
    assert list(decision.saves) == [replace(VAT, name="Duty", rate=Decimal("7.00"))]
    assert decision.answer.author == ADA


def test_a_tax_that_is_written_back_stays_as_it_was_digit_for_digit():
    exact = replace(VAT, rate=Decimal("20.125"))
    content = TaxContent(name="VAT", rate=Decimal("20.1250"))
    assert next(iter(run(replace_tax, ReplaceTax(tax=1, content=content), exact).saves)) is exact


def test_a_tax_is_deleted_that_nothing_refers_to():
    decision = run(delete_tax, 1, VAT)
    assert (decision.answer, list(decision.deletes)) == (TaxView(VAT, ADA, 0), [VAT])


def test_an_item_is_shown_with_its_taxes_as_far_as_they_are_there():
    decision = run(find_item, 1, LAMP, VAT, uses={ITEM: 2})
    assert decision.answer == ItemView(LAMP, TaxView(VAT, ADA, 1), None, ADA, 2)
    assert run(view_items, [an_item()], VAT).answer == [ItemView(an_item(), None, None, None, 0)]


def test_an_item_is_kept_with_amounts_that_are_settled():
    decision = run(create_item, CONTENT, DUTY, item=5)
    item = an_item(
        id=5,
        uuid=a_uuid(777_000),
        sku_uuid=a_uuid(777_001),
        sku="OB",
        title="Oak",
        price=Decimal("12.51"),
        stock=Decimal("-1.01"),
        tax1=2,
        created_by="ada",
    )
    assert list(decision.saves) == [item]
    assert decision.answer == ItemView(item, TaxView(DUTY, None, 1), None, ADA, 0)
    assert run(create_item, replace(CONTENT, tax1=None), user=None, item=5).answer.item.created_by is None


def test_an_item_is_written_anew_and_keeps_what_cannot_be_said():
    decision = run(replace_item, ReplaceItem(item=1, content=replace(CONTENT, track_stock=True)), LAMP, VAT, DUTY)
    (written,) = decision.saves
    kept = ("id", "uuid", "sku_uuid", "supplier", "created_at", "created_by", "units")
    assert [getattr(written, name) for name in kept] == [getattr(LAMP, name) for name in kept]
    assert (written.sku, written.price, written.track_stock, written.tax1, written.tax2) == (
        "OB",
        Decimal("12.51"),
        True,
        2,
        None,
    )


def test_an_item_that_is_written_back_stays_as_it_was_even_with_a_tax_that_is_gone():
    exact = replace(LAMP, price=Decimal("12.505"), stock=Decimal("0.125"))
    content = ItemContent(
        title="Lamp", price=exact.price, sku=exact.sku, stock=exact.stock, tax1=exact.tax1, tax2=exact.tax2
    )
    assert next(iter(run(replace_item, ReplaceItem(item=1, content=content), exact, VAT).saves)) is exact


def test_the_sku_of_an_item_without_supplier_may_be_anothers():
    own, other = an_item(), an_item(id=2, sku="OB", supplier=SUPPLIER)
    content = replace(CONTENT, tax1=None)
    assert run(replace_item, ReplaceItem(item=1, content=content), own, other).answer.item.sku == "OB"


def test_items_are_deleted_that_nothing_refers_to():
    decision = run(delete_item, 1, LAMP)
    assert (decision.answer.item, list(decision.deletes)) == (LAMP, [LAMP])
    second, third = an_item(id=2), an_item(id=3)
    decision = run(delete_items, [3, 9, 1, 3, 2], LAMP, second, third, uses={ITEM: 1})
    assert list(decision.deletes) == [third, second]
    assert [view.item for view in decision.answer] == [third, second]


UNKNOWN = replace(CONTENT, tax1=8, sku="TAKEN")
TAKEN = an_item(id=2, sku="TAKEN", supplier=SUPPLIER)
SAME_NAME = CreateTax(content=TaxContent(name="vat"), known=[1])


@pytest.mark.parametrize(
    ("command", "values", "user", "refusal"),
    [
        (create_tax, SAME_NAME, IDA, errors.NotPermitted),
        (create_tax, SAME_NAME, ADA, errors.NameTaken),
        (replace_tax, ReplaceTax(tax=9, content=TaxContent(name="x")), IDA, errors.NotPermitted),
        (replace_tax, ReplaceTax(tax=9, content=TaxContent(name="x")), ADA, errors.TaxNotFound),
        (delete_tax, 9, IDA, errors.NotPermitted),
        (delete_tax, 9, ADA, errors.TaxNotFound),
        (delete_tax, 1, ADA, errors.InUse),
        (find_item, 9, IDA, errors.ItemNotFound),
        (create_item, UNKNOWN, IDA, errors.NotPermitted),
        (create_item, UNKNOWN, ADA, errors.TaxNotFound),
        (replace_item, ReplaceItem(item=9, content=UNKNOWN), IDA, errors.NotPermitted),
        (replace_item, ReplaceItem(item=9, content=UNKNOWN), ADA, errors.ItemNotFound),
        (replace_item, ReplaceItem(item=1, content=UNKNOWN), ADA, errors.TaxNotFound),
        (replace_item, ReplaceItem(item=1, content=replace(UNKNOWN, tax1=1)), ADA, errors.SkuTaken),
        (delete_item, 9, IDA, errors.NotPermitted),
        (delete_item, 9, ADA, errors.ItemNotFound),
        (delete_item, 1, ADA, errors.InUse),
        (delete_items, [9], IDA, errors.NotPermitted),
    ],
)
def test_commands_on_the_catalogue_are_refused_in_the_order_of_their_checks(
    command: Any, values: Any, user: User, refusal: type[errors.Refused]
):
    with pytest.raises(refusal) as refused:
        run(command, values, LAMP, TAKEN, VAT, user=user, uses={TAX: 2, ITEM: 3}, tax=2)
    assert type(refused.value) is refusal


def test_what_is_in_use_says_how_often():
    with pytest.raises(errors.InUse) as refused:
        run(delete_item, 1, LAMP, uses={ITEM: 3})
    assert (refused.value.asked, refused.value.uses) == (1, 3)
