"""How it is shown, step by step, how totals come about."""

from collections.abc import Sequence

from billingua.core.explaining import Figure, Step
from billingua.core.rounding import Rounding
from billingua.core.totals import Totals
from billingua.dialects.native import answers
from billingua.dialects.native.responses.invoices import rounding_rule, totals
from billingua.dialects.native.vocabulary import plain


def explanation(steps: Sequence[Step], rounding: Rounding, reached: Totals, currency: str) -> answers.Explanation:
    """Show the steps, and the totals that they lead to."""
    return answers.Explanation(
        rounding=rounding_rule(rounding),
        steps=[_step(step, rounding) for step in steps],
        totals=totals(reached, currency),
    )


def _step(step: Step, rounding: Rounding) -> answers.ExplainedStep:
    return answers.ExplainedStep(
        figure=step.name,
        rule=step.rule,
        operation=step.operation,
        operands=[_figure(figure) for figure in step.operands],
        exact=plain(step.exact),
        rounded=answers.Rounded(places=rounding.places, mode=rounding.mode) if step.rounded else None,
        result=plain(step.result),
    )


def _figure(figure: Figure) -> answers.FigureShown:
    return answers.FigureShown(figure=figure.name, value=plain(figure.value))
