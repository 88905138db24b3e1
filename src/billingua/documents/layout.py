"""What the template is given: every text and figure of a document, worded, written and split into lines."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import Any

from billingua.core.money import currency_digits
from billingua.documents.document import Fact, InvoiceDocument, Line, Party, Sum
from billingua.documents.errors import DocumentTooLarge
from billingua.documents.texts import lines, one_line, room
from billingua.documents.words import Label, Language, decimals, language

MOST_LINES = 3_000
MOST_CHARACTERS = 300_000
"""Of all texts together, each line break counting as many: what takes the press some seconds, and no invoice has."""

_MOST_CHARACTERS_KEPT_WHOLE = 600
"""A row or a text with more characters may break over pages; a shorter one moves to the next."""
_MOST_SUM_CHARACTERS_KEPT_WHOLE = 1500
_LONGEST_WORD = 28
_LONGEST_IN_TABLE = 22
_LONGEST_IN_NARROW = 14
"""A column whose texts are no longer takes the width that it needs; another gets a fixed one, and its texts break."""

_MOST_CHARACTERS_WIDE = 60
"""What a column of fixed width has on three lines or so; with more it shares the room with the items."""
_FEWEST_OF_FRACTIONS = 2
"""Decimals of money in parts of a currency that has none, for `0,4` is no price."""

Data = Mapping[str, Any]
"""A JSON object of the template's."""


def layout(document: InvoiceDocument) -> Data:
    """Word a document for the template. Refuses with `DocumentTooLarge` and `FigureRefused`."""
    _require_printable(document)
    fewest = currency_digits(document.currency)
    sums = (entry.amount for entry in (*document.sums, document.total, *document.balance))
    nets = (line.amount for line in document.lines if line.amount is not None)
    amounts = max(map(decimals, chain(sums, nets)))
    prices = max((decimals(line.price) for line in document.lines if line.price is not None), default=0)
    if max(amounts, prices) > fewest:
        fewest = max(fewest, _FEWEST_OF_FRACTIONS)
    return _Page(document, language(document.language), max(fewest, amounts), max(fewest, prices)).data()


def _require_printable(document: InvoiceDocument) -> None:
    if len(document.lines) > MOST_LINES:
        raise DocumentTooLarge("lines", len(document.lines), MOST_LINES)
    characters = sum(map(room, _texts(document)))
    if characters > MOST_CHARACTERS:
        raise DocumentTooLarge("characters", characters, MOST_CHARACTERS)


def _texts(document: InvoiceDocument) -> Iterable[str]:
    yield from (document.language, document.currency, document.title, document.number, document.terms, document.notes)
    for party in filter(None, (document.seller, document.customer, document.consignee)):
        yield from (party.label, party.name, party.address)
    for fact in document.facts:
        yield from (fact.label, fact.value if isinstance(fact.value, str) else "")
    for line in document.lines:
        yield from (line.name, line.description, line.sku, line.unit, *line.taxes)
    for entry in (*document.sums, document.total, *document.balance):
        yield entry.label


@dataclass(frozen=True, slots=True)
class _Page:
    """A document in its language; each method gives one part of the page."""

    document: InvoiceDocument
    language: Language
    digits: int
    """How many decimals all amounts have: the currency's, or more where one of them has more."""
    price_digits: int
    """How many all prices have."""

    def data(self) -> Data:
        """Give all that is printed."""
        document, spoken = self.document, self.language
        sums = (*document.sums, document.total, *document.balance)
        whole = sum(room(f"{entry.label}\n") for entry in sums) <= _MOST_SUM_CHARACTERS_KEPT_WHOLE
        return {
            **self.frame(),
            "seller": self.party(document.seller),
            "title": self.lines(spoken.word(document.title)),
            "number": self.lines(document.number),
            "parties": [self.party(party) for party in (document.customer, document.consignee) if party],
            "facts": [self.fact(fact) for fact in document.facts],
            **self.table(),
            "sums": [self.entry(entry) for entry in document.sums],
            "total": self.total(document.total),
            "balance": [self.entry(entry) for entry in document.balance],
            "sums_break": not whole,
            "texts": [*self.text(Label.TERMS, document.terms), *self.text(Label.NOTES, document.notes)],
        }

    def frame(self) -> Data:
        """Give what the pages have around their content, and what the file says of itself."""
        document, spoken = self.document, self.language
        name = f"{spoken.word(document.title)} {document.number}"
        return {
            "language": spoken.locale.language,
            "region": spoken.region,
            "rtl": spoken.is_rtl,
            "paper": spoken.paper,
            "name": one_line(name, 200),
            "author": one_line(document.seller.name, 200),
            "running": [one_line(text, 40) for text in (document.seller.name, name)],
            "stamp": document.stamp and spoken.stamp(document.stamp),
        }

    def lines(self, text: str, longest_word: int = _LONGEST_WORD) -> Sequence[str]:
        """Split a text into lines as this page shows them."""
        return lines(text, rtl=self.language.is_rtl, longest_word=longest_word)

    def party(self, party: Party) -> Data:
        """Give a name and an address under their label."""
        return {
            "label": self.lines(self.language.word(party.label)),
            "name": self.lines(party.name),
            "address": self.lines(party.address),
        }

    def fact(self, fact: Fact) -> Data:
        """Give a line of the head."""
        value = fact.value if isinstance(fact.value, str) else self.language.day(fact.value)
        return {"label": self.lines(self.language.word(fact.label)), "value": self.lines(value)}

    def text(self, label: Label, text: str) -> Iterable[Data]:
        """Give a text at the end, if there is one."""
        if content := self.lines(text):
            whole = room(text) <= _MOST_CHARACTERS_KEPT_WHOLE
            yield {"label": self.language.word(label), "lines": content, "breaks": not whole}

    def table(self) -> Data:
        """Give the columns in which some line has anything, and the rows."""
        rows = self.document.lines
        texts = [(column, [column.write(self, line) for line in rows]) for column in _COLUMNS]
        shown = [(column, cells) for column, cells in texts if column.is_always_there or any(cells)]
        return {
            "columns": [self.column(column) for column, _ in shown],
            "rows": [
                self.row(line, [(column, cells[place]) for column, cells in shown]) for place, line in enumerate(rows)
            ],
        }

    def column(self, column: "_Column") -> Data:
        """Give a column's head, and how wide it is."""
        return {
            "label": self.language.word(column.label),
            "width": "rest" if column.label is Label.ITEM else self.width(column),
            "start": column.begins_at_start,
        }

    def width(self, column: "_Column") -> str:
        """Say how much room a column beside the items has: more than they have where only its texts are long."""
        rows = self.document.lines
        if not any(len(word) > _LONGEST_IN_NARROW for line in rows for word in column.words(line)):
            return "narrow"
        if max(sum(map(len, column.words(line))) for line in rows) <= _MOST_CHARACTERS_WIDE:
            return "wide"
        items = max(len(line.name) + len(line.description) for line in rows)
        return "double" if items <= _MOST_CHARACTERS_WIDE else "rest"

    def row(self, line: Line, cells: Sequence[tuple["_Column", str]]) -> Data:
        """Give a row of the table; figures in it never break."""
        more = "\n".join(filter(None, (line.sku, line.description)))
        size = room(more) + sum(room(text) for _, text in cells)
        return {
            "cells": [self.lines(text, _LONGEST_IN_TABLE) if column.words(line) else [text] for column, text in cells],
            "more": self.lines(more, _LONGEST_IN_TABLE),
            "breaks": size > _MOST_CHARACTERS_KEPT_WHOLE,
        }

    def quantity(self, line: Line) -> str:
        """Write a quantity with its unit."""
        quantity = "" if line.quantity is None else self.language.number(line.quantity)
        return " ".join(filter(None, (quantity, line.unit)))

    def price(self, line: Line) -> str:
        """Write a price."""
        return "" if line.price is None else self.language.number(line.price, self.price_digits)

    def net(self, line: Line) -> str:
        """Write what a line comes to."""
        return "" if line.amount is None else self.language.number(line.amount, self.digits)

    def entry(self, entry: Sum) -> Data:
        """Give a line under the table."""
        label = self.language.word(entry.label)
        if entry.rate is not None:
            label += f" ({self.share(entry.rate, entry.base)})"
        return {"label": self.lines(label), "amount": self.language.number(entry.amount, self.digits)}

    def share(self, rate: Decimal, base: Decimal | None) -> str:
        """Say a rate, and of what it is where that is known."""
        percentage = self.language.percentage(rate)
        if base is None:
            return percentage
        written = self.language.number(base, self.digits)
        return self.language.word(Label.SHARE_OF).format(rate=percentage, base=written)

    def total(self, total: Sum) -> Data:
        """Give the total with its currency's sign, and its code behind the label, unless somebody chose the label."""
        currency = one_line(self.document.currency, 12)
        label = self.language.word(total.label)
        if isinstance(total.label, Label):
            label += f" ({currency})"
        return {"label": self.lines(label), "amount": self.language.money(total.amount, currency, self.digits)}


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of the item table; `words` are those of its texts that may be long."""

    label: Label
    write: Callable[[_Page, Line], str]
    words: Callable[[Line], Sequence[str]] = lambda _: ()
    begins_at_start: bool = False
    is_always_there: bool = False


_COLUMNS = (
    _Column(
        Label.ITEM, lambda _, line: line.name, lambda line: (line.name,), begins_at_start=True, is_always_there=True
    ),
    _Column(Label.QUANTITY, _Page.quantity, lambda line: (line.unit,) if line.unit else ()),
    _Column(Label.PRICE, _Page.price),
    _Column(Label.DISCOUNT, lambda page, line: page.language.percentage(line.discount) if line.discount else ""),
    _Column(Label.TAX, lambda _, line: "\n".join(line.taxes), lambda line: line.taxes, begins_at_start=True),
    _Column(Label.AMOUNT, _Page.net, is_always_there=True),
)
