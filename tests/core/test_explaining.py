"""How totals come about can be computed again, step by step, by every rounding rule there is."""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import reduce
from itertools import product
from operator import mul
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from billingua.core.explaining import Operation, Step, explain, explain_credit
from billingua.core.line import Charge, ChargeKind
from billingua.core.money import Mode
from billingua.core.rounding import STEPWISE, Rounding, TaxBase
from billingua.core.totals import totals
from tests.builders import a_credit_line, a_credit_note, a_line, a_line_tax

RULES = [Rounding(*rule) for rule in product((0, 2, 3), Mode, TaxBase, (False, True))]
NUMBERS = st.decimals(-10_000, 10_000, places=4)
PERCENTAGES = st.decimals(0, 100, places=3)
TAXES = st.none() | st.sampled_from([a_line_tax(20), a_line_tax("5.5", tax=2, name="Levy"), a_line_tax(-3, tax=3)])
LINES = st.builds(
    a_line,
    quantity=st.none() | NUMBERS,
    unit_price=st.none() | NUMBERS,
    discount_percent=PERCENTAGES,
    discount_per_unit=NUMBERS,
    tax1=TAXES,
    tax2=TAXES,
)
CHARGES = st.builds(Charge, st.sampled_from(ChargeKind), NUMBERS)


def computed_again(step: Step) -> Fraction:
    """What the step's operands come to, by another arithmetic."""
    values = [Fraction(figure.value) for figure in step.operands]
    ways: dict[Operation, Any] = {
        Operation.ADD: lambda: sum(values, Fraction(0)),
        Operation.SUBTRACT: lambda: values[0] - values[1],
        Operation.MULTIPLY: lambda: reduce(mul, values),
        Operation.PERCENT: lambda: values[0] * values[1] / 100,
    }
    return ways[step.operation]()


def rounded_again(exact: Decimal, rule: Rounding) -> Decimal:
    way = ROUND_HALF_UP if rule.mode is Mode.HALF_UP else ROUND_HALF_EVEN
    return exact.quantize(Decimal(1).scaleb(-rule.places), way, Context(prec=200))


@settings(max_examples=4 * settings().max_examples)
@given(rule=st.sampled_from(RULES), lines=st.lists(LINES, max_size=4), charges=st.lists(CHARGES, max_size=3))
def test_every_step_can_be_computed_again(rule: Rounding, lines: Any, charges: Any) -> None:
    results: dict[str, Decimal] = {}
    for step in explain(lines, charges, rule):
        assert Fraction(step.exact) == computed_again(step)
        assert step.result == (rounded_again(step.exact, rule) if step.rounded else step.exact)
        assert all(results.get(figure.name, figure.value) == figure.value for figure in step.operands)
        assert step.name not in results
        results[step.name] = step.result

    expected = totals(lines, charges, rule)
    for name in ("line_total", "charge_total", "net_total", "tax_total", "grand_total"):
        assert results[f"/totals/{name}"] == getattr(expected, name)
    for place, total in enumerate(expected.lines):
        assert [results[f"/lines/{place}/{name}"] for name in ("gross", "discount", "net")] == [
            *(total.gross, total.discount, total.net)
        ]
        assert [results[f"/lines/{place}/taxes/{tax}/amount"] for tax in range(len(total.taxes))] == [*total.taxes]
    for place, tax in enumerate(expected.taxes):
        assert (results[f"/totals/taxes/{place}/base"], results[f"/totals/taxes/{place}/amount"]) == (
            tax.base,
            tax.amount,
        )


def test_the_steps_of_an_invoice_name_their_rules() -> None:
    lines = [a_line(quantity=Decimal(3), unit_price=Decimal("0.335"), tax1=a_line_tax(20))]

    told = {step.name: step for step in explain(lines, [], STEPWISE)}

    gross, tax = told["/lines/0/gross"], told["/lines/0/taxes/0/amount"]
    assert (gross.rule, gross.exact, gross.rounded, gross.result) == (
        *("quantity times price", Decimal("1.005"), True, Decimal("1.00")),
    )
    assert [figure.name for figure in tax.operands] == ["/lines/0/net", "/lines/0/taxes/0/rate"]
    assert told["/totals/taxes/0/amount"].rule == "VAT of the lines"


def test_the_total_of_a_credit_note_is_explained_down_to_its_rounding_amount():
    note = a_credit_note(lines=(a_credit_line(tax1=a_line_tax()),), rounding_amount=Decimal("-0.01"))
    *steps, last = explain_credit(note)
    assert steps == explain(note.lines, note.charges, note.rounding)
    assert (last.name, last.result, [one.value for one in last.operands]) == (
        "/total",
        note.total,
        [Decimal("120.00"), Decimal("-0.01")],
    )
