"""Invoices on paper: how many a second the press makes on one core."""

import time
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal

from benchmarks.bench import Bench
from benchmarks.figures import Figure, at_least
from billingua.documents import Fact, InvoiceDocument, Label, Line, Party, Sum, pdf

_LINES = 10
_MADE_AT = datetime(2031, 3, 1, tzinfo=UTC)


def on_paper(bench: Bench) -> Iterable[Figure]:
    """Print invoices one after another, in one thread, for as long as each round is; no two are the same."""
    pdf(_invoice(0))  # the fonts are read once
    yield Figure(
        name="one-page PDFs a second of one core",
        values=[_print_for(bench.seconds, number) for number in range(bench.rounds)],
        aim=at_least(40),
        meaning=f"The press alone, by its own CPU time: invoices of {_LINES} lines, each set and written anew.",
        detail=f"{len(pdf(_invoice(0))):,} bytes each",
    )


def _print_for(seconds: float, round_number: int) -> float:
    """Print for so long, and give how many that were for each second of CPU that it took."""
    began, until, printed = time.process_time(), time.monotonic() + seconds, 0
    while time.monotonic() < until:
        printed += 1
        pdf(_invoice(round_number * 1_000_000 + printed))
    return printed / (time.process_time() - began)


def _invoice(number: int) -> InvoiceDocument:
    price, quantity = Decimal("19.99"), Decimal(3)
    amount = price * quantity
    lines = [
        Line(name=f"Oak board {number}-{place}", quantity=quantity, price=price, taxes=("VAT 20%",), amount=amount)
        for place in range(_LINES)
    ]
    return InvoiceDocument(
        language="en-GB",
        currency="EUR",
        number=f"INV-{number:07}",
        made_at=_MADE_AT,
        seller=Party(name="Moor GmbH", address="Quay 4\nRiga"),
        facts=(Fact(Label.INVOICE_DATE, date(2031, 3, 1)), Fact(Label.DUE_DATE, date(2031, 3, 31))),
        customer=Party(label=Label.BILL_TO, name=f"Larch & Sons {number}", address="12 Forest Road\nLeeds"),
        lines=tuple(lines),
        sums=(Sum(Label.SUBTOTAL, amount * _LINES), Sum("VAT", Decimal("119.94"), Decimal(20), amount * _LINES)),
        total=Sum(Label.TOTAL, Decimal("719.64")),
        terms="Payable within 30 days.",
    )
