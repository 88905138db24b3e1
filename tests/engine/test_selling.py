"""What a sale has to agree on, and the documents that it becomes, run on what is known."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from billingua.core import errors, events
from billingua.core.cash import CashKind
from billingua.core.lifecycle import Status
from billingua.core.numbering import Book, BookKind
from billingua.core.party import PartyKind
from billingua.core.tax import LineTax
from billingua.core.workspace import Branch, CashAccount, PaymentTerm, Salesperson
from billingua.engine.billing import BillCustomer, bill_customer
from billingua.engine.cash import MoveCash, TradeForCash, move_cash, trade_for_cash
from billingua.engine.plan import Decision, Knowledge
from billingua.engine.selling import Goods, NewCustomer, Sale, find_coded
from tests.builders import (
    NOON,
    a_caller,
    a_cash_entry,
    a_party,
    a_price_list,
    a_tax,
    a_user,
    a_workspace,
    an_address,
    an_invoice,
    an_item,
)
from tests.engine.driving import drive, known

SHOP = a_workspace(
    branches=(Branch(code="B"), Branch(code="L", price_list="PL"), Branch(code="SHUT", active=False)),
    books=(
        Book(id=4, kind=BookKind.INVOICE, prefix="I-{yyyy}-"),
        Book(id=9, kind=BookKind.COLLECTION, prefix="C-"),
        Book(id=12, kind=BookKind.RETURN, prefix="R-"),
    ),
    payment_terms=(PaymentTerm(id=1),),
    salespeople=(Salesperson(id=7, branches=("B",)),),
    cash_accounts=(CashAccount(code="CASH", currency="USD", collection=True, payment=True),),
)
LARCH = a_party(code="LARCH")
LAMP = an_item(id=6, sku="SKU-6", units=(1, 2), tax1=1, tax2=99)
MUG = an_item(id=7, sku="SKU-7", code="MUG", units=(3,))
KNOWN = (SHOP, LARCH, LAMP, MUG, a_tax(), a_price_list(code="PL", prices={"SKU-6": Decimal(30)}))
FOREIGN = a_party(id=11, code="FAR", currency="EUR")
HIDDEN = a_party(id=12, code="HIDDEN", private=True)
VOID = errors.TransitionRefused("draft", "void")
NEW = NewCustomer(
    code="NEW", name="New", kind=PartyKind.PERSON, addresses=(an_address(id=0),), extras={"account": "4010"}
)


def goods(**changes: Any) -> Goods:
    return Goods(**({"item": "SKU-6", "unit": 2, "quantity": Decimal(3), "unit_price": Decimal(20)} | changes))


def a_sale(**changes: Any) -> Sale:
    defaults = {
        "customer": "LARCH",
        "branch": "B",
        "book": 4,
        "goods": [goods()],
        "by_sku": {"SKU-6": 6, "SKU-7": 7},
    }
    return Sale(**(defaults | changes))


def a_bill(issued: bool | errors.Refused = False, days: int = 30, **sale: Any) -> BillCustomer:
    return BillCustomer(sale=a_sale(**sale), issued_at=NOON, due_at=NOON + timedelta(days=days), issued=issued)


def billed(command: BillCustomer, knowledge: Knowledge | None = None, **caller: Any) -> Decision[Any]:
    return drive(bill_customer(command, a_caller(**caller), NOON), knowledge or known(*KNOWN))


def traded(kind: CashKind = CashKind.SALE, account: str = "CASH", days: int = 0, **sale: Any) -> Decision[Any]:
    book = 9 if kind is CashKind.SALE else 12
    command = TradeForCash(
        kind=kind, sale=a_sale(**({"book": book} | sale)), account=account, dated_at=NOON + timedelta(days=days)
    )
    return drive(trade_for_cash(command, a_caller(), NOON), known(*KNOWN))


def moved(*more: Any, **changes: Any) -> Decision[Any]:
    defaults = {
        "kind": CashKind.INCOME,
        "book": 9,
        "account": "CASH",
        "amount": Decimal(5),
        "dated_at": NOON,
        "counterparty": "Courier",
    }
    return drive(move_cash(MoveCash(**(defaults | changes)), a_caller(), NOON), known(*KNOWN, *more))


def test_a_sale_on_credit_is_an_invoice_that_its_book_numbers():
    decision = billed(a_bill())

    invoice = decision.answer
    assert (invoice.number, invoice.status, invoice.party, invoice.open_balance) == (
        "I-2024-1", Status.DRAFT, 10, Decimal("72.00"),
    )  # fmt: skip
    assert list(decision.saves) == [invoice]
    assert decision.events == [events.InvoiceCreated(invoice.id, "I-2024-1")]


def test_a_line_says_what_is_sold_with_the_taxes_that_there_are():
    (line,) = billed(a_bill(goods=[goods(discount=Decimal(1))])).answer.lines

    assert (line.item, line.sku, line.unit, line.description) == (6, "SKU-6", 2, "Lamp")
    assert (line.quantity, line.unit_price, line.discount_per_unit) == (3, 20, 1)
    assert (line.tax1, line.tax2) == (LineTax(1, "VAT", Decimal(20)), None)


def test_an_invoice_may_be_issued_at_once():
    decision = billed(a_bill(issued=True))

    assert decision.answer.status is Status.OPEN
    assert [event.name for event in decision.events] == ["invoice.created", "invoice.issued"]


def test_a_number_that_somebody_has_is_passed_over():
    taken = [an_invoice(id=id, number=f"i-2024-{id}") for id in (5, 6)]
    knowledge = known(*KNOWN, *taken)
    knowledge.counters["book 4"] = 5

    assert billed(a_bill(), knowledge).answer.number == "I-2024-7"


def test_a_new_customer_is_saved_with_the_invoice():
    decision = billed(a_bill(customer=NEW, branch="L"), dialect="till", user=a_user())

    party, invoice = decision.saves
    assert (party.code, party.kind, party.extras, party.addresses[0].id) == (
        "NEW", PartyKind.PERSON, {"till": {"account": "4010"}}, 1,
    )  # fmt: skip
    assert (invoice.party, invoice.created_by, invoice.origin) == (party.id, "ida", "till")


def test_a_new_customer_of_whom_nothing_more_is_said_has_no_extras():
    party, _ = billed(a_bill(customer=replace(NEW, extras={}), usual_prices="PL")).saves

    assert party.extras == {}


@pytest.mark.parametrize(
    ("changes", "price"),
    [
        ({"branch": "L"}, Decimal(30)),
        ({"usual_prices": "PL"}, Decimal(30)),
        ({"branch": "L", "customer": "LISTED"}, Decimal(30)),
        ({"branch": "L", "customer": "FAR", "exchange_rate": Decimal(7)}, Decimal("4.285714")),
    ],
)
def test_a_price_that_is_not_said_is_looked_up(changes: dict[str, Any], price: Decimal):
    others = [FOREIGN, a_party(id=13, code="LISTED", price_list="NONE"), a_price_list(id=2, code="NONE")]
    knowledge = known(*KNOWN, *others)

    invoice = billed(a_bill(**({"goods": [goods(unit_price=None)]} | changes)), knowledge).answer

    assert invoice.lines[0].unit_price == price


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (a_bill(customer=NEW), errors.PriceListNotFound),
        (a_bill(customer=replace(NEW, price_list="PL9")), errors.PriceListNotFound),
        (a_bill(customer="NOBODY", branch="X"), errors.PartyNotFound),
        (a_bill(customer="HIDDEN", branch="X"), errors.PartyNotFound),
        (a_bill(customer="FAR", branch="X"), errors.ExchangeRateMissing),
        (a_bill(customer="FAR", exchange_rate=Decimal(0)), errors.ExchangeRateMissing),
        (a_bill(branch="X", book=9), errors.BranchNotFound),
        (a_bill(branch="SHUT", book=9), errors.BranchNotFound),
        (a_bill(book=9, salesperson=8), errors.BookNotFound),
        (a_bill(salesperson=8, issued=VOID), errors.SalespersonNotFound),
        (a_bill(salesperson=7, branch="L", issued=VOID), errors.SalespersonNotFound),
        (a_bill(issued=VOID, days=-1), errors.TransitionRefused),
        (a_bill(days=-1, goods=[goods(item="X")]), errors.DateTooEarly),
        (a_bill(goods=[goods(item="X", unit=9)], payment_term=9), errors.UnknownLineItem),
        (a_bill(goods=[goods(item="SKU-7", unit=3)]), errors.UnknownLineItem),
        (a_bill(goods=[goods(unit=3, quantity=Decimal(0))]), errors.ForeignLineUnit),
        (a_bill(goods=[goods(quantity=Decimal(0))]), errors.LineRefused),
        (a_bill(goods=[goods(unit_price=None)]), errors.LineRefused),
        (a_bill(goods=[goods(unreadable=True)]), errors.LineRefused),
        (a_bill(goods=[goods(discount=Decimal(21))]), errors.LineRefused),
        (a_bill(payment_term=9), errors.PaymentTermNotFound),
        (a_bill(goods=[goods(quantity=Decimal(10) ** 13)]), errors.AmountTooLarge),
    ],
)
def test_a_sale_that_cannot_be_agreed_on_is_refused_with_the_first_reason(
    command: BillCustomer, refusal: type[errors.Refused]
):
    with pytest.raises(refusal):
        billed(command, known(*KNOWN, FOREIGN, HIDDEN), user=a_user())


def test_a_refused_line_is_told_with_its_place():
    with pytest.raises(errors.ForeignLineUnit) as refused:
        billed(a_bill(goods=[goods(), goods(item="MUG", unit=1)]))

    assert (refused.value.index, refused.value.unit) == (1, 1)


def test_a_sale_for_cash_is_an_entry_that_is_settled():
    decision = traded()

    entry = decision.answer
    assert (entry.number, entry.kind, entry.amount, entry.lines[0].id) == ("C-1", CashKind.SALE, Decimal("72.00"), 1)
    assert list(decision.saves) == [entry]
    assert decision.events == [events.CashSaleMade(entry.id, "C-1")]


def test_goods_that_come_back_are_numbered_by_another_book():
    decision = traded(CashKind.RETURN, customer=NEW, usual_prices="PL")

    assert (decision.answer.number, len(list(decision.saves))) == ("R-1", 2)
    assert decision.events == [events.CashReturnMade(decision.answer.id, "R-1")]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"days": 1, "goods": [goods(item="X")]}, errors.DateInFuture),
        ({"book": 12}, errors.BookNotFound),
        ({"account": "X", "payment_term": 9}, errors.PaymentTermNotFound),
        ({"account": "X"}, errors.CashAccountNotFound),
        ({"goods": [goods(quantity=Decimal(10) ** 13)]}, errors.AmountTooLarge),
    ],
)
def test_a_trade_that_cannot_be_is_refused(changes: dict[str, Any], refusal: type[errors.Refused]):
    with pytest.raises(refusal):
        traded(**changes)


def test_an_account_takes_its_own_currency_alone():
    command = TradeForCash(
        kind=CashKind.SALE,
        sale=a_sale(customer="FAR", exchange_rate=Decimal(2), book=9),
        account="CASH",
        dated_at=NOON,
    )

    with pytest.raises(errors.CurrencyMismatch):
        drive(trade_for_cash(command, a_caller(), NOON), known(*KNOWN, FOREIGN))


@pytest.mark.parametrize(
    ("changes", "number", "event"),
    [
        ({}, "C-1", events.CashTakenIn),
        ({"kind": CashKind.EXPENSE, "book": 12}, "R-1", events.CashPaidOut),
    ],
)
def test_other_money_is_noted_by_which_way_it_moves(changes: dict[str, Any], number: str, event: type[events.Event]):
    decision = moved(**changes)

    assert (decision.answer.number, decision.answer.party, decision.answer.lines) == (number, None, ())
    assert decision.events == [event(decision.answer.id, number)]


def test_a_party_that_money_is_related_to_is_found_or_kept():
    assert moved(related=replace(NEW, code="LARCH")).answer.party == 10
    party, entry = moved(related=NEW, usual_prices="PL").saves
    assert entry.party == party.id


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"related": NEW, "kind": VOID}, errors.PriceListNotFound),
        ({"kind": VOID, "dated_at": NOON + timedelta(days=1)}, errors.TransitionRefused),
        ({"dated_at": NOON + timedelta(days=1), "account": "X"}, errors.DateInFuture),
        ({"account": "X", "book": 99}, errors.CashAccountNotFound),
        ({"book": 12}, errors.BookNotFound),
    ],
)
def test_money_that_cannot_move_is_refused(changes: dict[str, Any], refusal: type[errors.Refused]):
    with pytest.raises(refusal):
        moved(**changes)


def test_a_number_of_the_cash_book_that_is_taken_is_passed_over():
    assert moved(a_cash_entry(number="c-1")).answer.number == "C-2"


def test_items_are_found_by_codes_of_their_own():
    found = drive(find_coded(["MUG", "SKU-6", "X"], a_caller(), NOON), known(*KNOWN)).answer

    assert found == {"MUG": MUG}
