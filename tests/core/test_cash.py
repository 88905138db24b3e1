from decimal import Decimal

import pytest

from billingua.core.cash import CashKind, settled
from billingua.core.errors import AmountTooLarge
from tests.builders import a_cash_entry, a_line, a_line_tax

TAXED = (a_line(quantity=Decimal(2), tax1=a_line_tax(20)),)


@pytest.mark.parametrize(
    ("kind", "cash_flow", "turnover", "tax"),
    [
        (CashKind.SALE, 240, 200, 40),
        (CashKind.RETURN, -240, -200, -40),
        (CashKind.INCOME, 240, 0, 0),
        (CashKind.EXPENSE, -240, 0, 0),
    ],
)
def test_a_sale_counts_a_return_takes_away_and_other_money_is_no_sale(
    kind: CashKind, cash_flow: int, turnover: int, tax: int
):
    entry = a_cash_entry(kind=kind, lines=TAXED)

    assert (entry.cash_flow, entry.turnover, entry.tax_turnover) == (cash_flow, turnover, tax)


def test_what_moves_is_what_the_lines_come_to():
    assert settled(a_cash_entry(), TAXED).amount == Decimal("240.00")


def test_a_sale_of_more_than_can_be_kept_is_refused():
    with pytest.raises(AmountTooLarge):
        settled(a_cash_entry(), (a_line(quantity=Decimal(10) ** 12),))
