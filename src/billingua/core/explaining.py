"""How an invoice's totals come about, figure by figure: each step can be computed again by whoever doubts it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import reduce

from billingua.core.credit import CreditNote
from billingua.core.line import Charge, ChargeKind, InvoiceLine
from billingua.core.money import EXACT, ZERO, add_up
from billingua.core.rounding import Rounding, TaxBase
from billingua.core.tax import LineTax


class Operation(StrEnum):
    """What is done with the operands of a step, in their order."""

    ADD = "add"
    SUBTRACT = "subtract"
    MULTIPLY = "multiply"
    PERCENT = "percent"
    """The first, times the second, by a hundred."""


def _percent(operands: Sequence[Decimal]) -> Decimal:
    base, rate = operands
    return EXACT.scaleb(EXACT.multiply(base, rate), -2)


_COMPUTE: Mapping[Operation, Callable[[Sequence[Decimal]], Decimal]] = {
    Operation.ADD: add_up,
    Operation.SUBTRACT: lambda operands: EXACT.subtract(*operands),
    Operation.MULTIPLY: lambda operands: reduce(EXACT.multiply, operands),
    Operation.PERCENT: _percent,
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its name: a JSON Pointer to what an invoice says, or to the step that it comes from."""

    name: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the rule it follows, its operands, what they come to exactly, and its result, rounded if so ruled."""

    name: str
    rule: str
    operation: Operation
    operands: tuple[Figure, ...]
    exact: Decimal
    rounded: bool
    result: Decimal

    @property
    def figure(self) -> Figure:
        """The result, as later steps name it."""
        return Figure(self.name, self.result)


class _Account:
    """The steps so far."""

    def __init__(self, rounding: Rounding) -> None:
        self.rounding = rounding
        self.steps: list[Step] = []

    def take(
        self, name: str, rule: str, operation: Operation, operands: Iterable[Figure], *, rounded: bool = False
    ) -> Figure:
        """Take one step more."""
        taken = tuple(operands)
        exact = _COMPUTE[operation]([figure.value for figure in taken])
        result = self.rounding.settle(exact) if rounded else exact
        self.steps.append(Step(name, rule, operation, taken, exact, rounded, result))
        return self.steps[-1].figure


def explain(lines: Sequence[InvoiceLine], charges: Sequence[Charge], rounding: Rounding) -> Sequence[Step]:
    """Give every step from what an invoice says to its grand total, in their order."""
    account = _Account(rounding)
    nets = [_explain_line(account, f"/lines/{place}", line) for place, line in enumerate(lines)]
    line_total = account.take("/totals/line_total", "sum of the lines' nets (BR-CO-10)", Operation.ADD, nets)
    taxes = _explain_taxes(account, lines, nets)
    charge_total = _explain_charges(
        account, "/totals/charge_total", "sum of the charges (BR-CO-12)", charges, taxes=False
    )
    stated = _explain_charges(
        account, "/totals/stated_tax", "sum of the taxes stated without a rate", charges, taxes=True
    )
    net_total = account.take(
        "/totals/net_total", "lines and charges (BR-CO-13)", Operation.ADD, [line_total, charge_total]
    )
    tax_total = account.take("/totals/tax_total", "sum of the taxes (BR-CO-14)", Operation.ADD, [*taxes, stated])
    account.take("/totals/grand_total", "net and tax (BR-CO-15)", Operation.ADD, [net_total, tax_total])
    return account.steps


def explain_credit(note: CreditNote) -> Sequence[Step]:
    """Give every step from what a credit note says to what it credits, in their order."""
    steps = explain(note.lines, note.charges, note.rounding)
    operands = (steps[-1].figure, Figure("/rounding_amount", note.rounding_amount))
    rule = "grand total and rounding amount (BR-CO-16)"
    return [*steps, Step("/total", rule, Operation.ADD, operands, note.total, rounded=False, result=note.total)]


def _explain_line(account: _Account, at: str, line: InvoiceLine) -> Figure:
    """Explain a line's net, and its taxes where they are computed by line."""
    steps = account.rounding.settles_steps
    quantity = Figure(f"{at}/quantity", line.quantity or ZERO)
    price = Figure(f"{at}/unit_price", line.unit_price or ZERO)
    by_unit = Figure(f"{at}/discount_per_unit", line.discount_per_unit)
    percent = Figure(f"{at}/discount_percent", line.discount_percent)
    gross = account.take(f"{at}/gross", "quantity times price", Operation.MULTIPLY, [quantity, price], rounded=steps)
    unit_part = account.take(
        f"{at}/discount/per_unit", "quantity times discount per unit", Operation.MULTIPLY, [quantity, by_unit]
    )
    rest = account.take(f"{at}/discount/base", "gross less discount per unit", Operation.SUBTRACT, [gross, unit_part])
    part = account.take(f"{at}/discount/percent", "percentage of the rest", Operation.PERCENT, [rest, percent])
    discount = account.take(f"{at}/discount", "both discounts", Operation.ADD, [unit_part, part], rounded=steps)
    net = account.take(f"{at}/net", "gross less discount (BT-131)", Operation.SUBTRACT, [gross, discount], rounded=True)
    for place, tax in enumerate(line.taxes if account.rounding.tax_base is TaxBase.LINE else ()):
        rate = Figure(f"{at}/taxes/{place}/rate", tax.rate)
        name, rule = f"{at}/taxes/{place}/amount", f"{tax.name} on the line's net"
        account.take(name, rule, Operation.PERCENT, [net, rate], rounded=True)
    return net


def _explain_taxes(account: _Account, lines: Sequence[InvoiceLine], nets: Sequence[Figure]) -> list[Figure]:
    """Explain what each tax comes to, in the order in which the taxes first appear."""
    by_line = {step.name: step.figure for step in account.steps}
    taxed: dict[LineTax, list[tuple[Figure, str]]] = {}
    for at, (line, net) in enumerate(zip(lines, nets, strict=True)):
        for place, tax in enumerate(line.taxes):
            taxed.setdefault(tax, []).append((net, f"/lines/{at}/taxes/{place}/amount"))
    amounts: list[Figure] = []
    for place, (tax, parts) in enumerate(taxed.items()):
        at = f"/totals/taxes/{place}"
        base = account.take(f"{at}/base", f"nets that carry {tax.name}", Operation.ADD, [net for net, _ in parts])
        amounts.append(_explain_tax(account, at, tax, base, [by_line[name] for _, name in parts if name in by_line]))
    return amounts


def _explain_tax(account: _Account, at: str, tax: LineTax, base: Figure, by_line: Sequence[Figure]) -> Figure:
    if account.rounding.tax_base is TaxBase.LINE:
        return account.take(f"{at}/amount", f"{tax.name} of the lines", Operation.ADD, by_line)
    rate = Figure(f"{at}/rate", tax.rate)
    return account.take(
        f"{at}/amount", f"{tax.name} on its base (BR-CO-17)", Operation.PERCENT, [base, rate], rounded=True
    )


def _explain_charges(account: _Account, name: str, rule: str, charges: Sequence[Charge], *, taxes: bool) -> Figure:
    stated = [
        Figure(f"/charges/{place}/amount", charge.amount)
        for place, charge in enumerate(charges)
        if (charge.kind is ChargeKind.TAX) is taxes
    ]
    return account.take(name, rule, Operation.ADD, stated, rounded=True)
