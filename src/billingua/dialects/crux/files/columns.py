"""The columns of each kind of file, and how their cells are read (contract §13, §14.3 to §14.5)."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from billingua.core.errors import Refused
from billingua.core.invoice import number_key
from billingua.core.line import Attribute
from billingua.dialects.crux.vocabulary import INVALID
from billingua.wire.scalars import Invalid, read_day, read_decimal, read_integer, read_text, read_uuid

LONGEST_NUMBER = 255


class Kind(StrEnum):
    """What a file is about; its name begins with it."""

    INVOICE = "invoice"
    TRACKING = "tracking"
    ALLOCATION = "allocation"
    ORDER = "order"
    PRODUCT = "product"
    INVENTORY = "inventory"


_NAME = re.compile(rf"({'|'.join(Kind)})_[A-Za-z0-9_-]+\.(csv|xlsx)", re.IGNORECASE)


def kind_of(name: str) -> Kind | None:
    """Tell the kind of a file from its name, `<kind>_<date>.csv` or `.xlsx`; None for a name that no file may have."""
    match = _NAME.fullmatch(name)
    return Kind(match[1].lower()) if match else None


class Trouble(NamedTuple):
    """What is wrong with a file, at a row and in a column as far as it is about one."""

    row: int | None
    column: str
    reason: str


# Cells


def _number(text: str) -> str:
    number = read_text(text)
    if len(number) > LONGEST_NUMBER:
        raise Invalid("long")
    return number


def _quantity(text: str) -> int:
    return _not_negative(read_integer(text))


def _pieces(text: str) -> int:
    pieces = read_integer(text)
    if pieces < 1:
        raise Invalid("positive")
    return pieces


def _money(text: str) -> Decimal:
    return _not_negative(read_decimal(text, places=2))


_MARK = re.compile(r"\s*[A-Za-z]{0,3}\s*[$€£¥]?\s*")


def _marked_money(text: str) -> Decimal:
    """Read an amount that may stand behind a currency mark: `US$0.00` (§13)."""
    return _money(_MARK.sub("", text, count=1))


def _weight(text: str) -> Decimal:
    return _not_negative(read_decimal(text))


def _not_negative(number: Any) -> Any:
    if number < 0:
        raise Invalid("negative")
    return number


_NAMED = re.compile(r"\s*'(.+?)'\s*:(.*)", re.DOTALL)
_PAIR = re.compile(r"""((?:'[^']*'|[^':])*):(.*)""", re.DOTALL)
_CLOSES_NAME = re.compile(r"'\s*:")

_MOST_PIECES = 100
"""How far the end of a quoted part is looked for: beyond, its quote is taken for a stray one."""


def read_attributes(text: str) -> tuple[Attribute, ...]:
    """Read an attribute cell: `'Gift wrap':'Y';;'Batch':'7'`, each part with or without its quotes (§14.2)."""
    return tuple(_attribute(pair) for pair in _pairs(read_text(text).split(";;")) if pair.strip())


def _pairs(pieces: Sequence[str]) -> Iterator[str]:
    """Join the pieces of a cell that were cut inside of a quoted part."""
    place = 0
    while place < len(pieces):
        pair, place = pieces[place], place + 1
        for is_open, closes in ((_name_is_open, _closes_name), (_value_is_open, _closes_value)):
            if is_open(pair) and (end := _end(pieces, place, closes)):
                pair, place = ";;".join([pair, *pieces[place:end]]), end
        yield pair


def _end(pieces: Sequence[str], start: int, closes: Callable[[str], bool]) -> int:
    """Find behind which piece a quoted part ends; 0 where another pair begins before, and its quote is a stray one."""
    for place in range(start, min(start + _MOST_PIECES, len(pieces))):
        piece = pieces[place].strip()
        if piece.startswith("'") and ":" in piece and not _CLOSES_NAME.match(piece):
            return 0
        if closes(piece):
            return place + 1
    return 0


def _name_is_open(pair: str) -> bool:
    return pair.lstrip().startswith("'") and ":" not in pair


def _closes_name(piece: str) -> bool:
    return _CLOSES_NAME.search(piece) is not None


def _value_is_open(pair: str) -> bool:
    value = _split(pair)[1].strip()
    return value.startswith("'") and (len(value) == 1 or not value.endswith("'"))


def _closes_value(piece: str) -> bool:
    return piece.endswith("'")


def _attribute(pair: str) -> Attribute:
    name, value = _split(pair)
    if not _unquoted(name):
        raise Invalid("attributes")
    return Attribute(_unquoted(name), _unquoted(value))


def _split(pair: str) -> tuple[str, str]:
    """Split a pair at its first colon outside quotes, or, where a stray quote leaves none, at its first colon."""
    if match := _NAMED.fullmatch(pair):
        return f"'{match[1]}'", match[2]
    if match := _PAIR.fullmatch(pair):
        return match[1], match[2]
    name, colon, value = pair.partition(":")
    return (name, value) if colon else ("", "")


def _unquoted(part: str) -> str:
    """Take off the quotes around a part, in pairs or stray; those inside of it, as in `l'eau`, belong to it."""
    return part.strip().removeprefix("'").removesuffix("'").strip()


# Columns


class Level(StrEnum):
    """What a cell says something of."""

    GROUP = "group"
    """The whole invoice, package or order: it is repeated on every row, and taken once."""
    LINE = "line"
    """The row's own line."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, how its cells are read and compared, and whether a row is useless without it."""

    name: str
    read: Callable[[str], Any] = read_text
    level: Level = Level.GROUP
    required: bool = False
    compare: Callable[[Any], Any] = lambda value: value
    """Gives the form in which two values are held against each other."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one kind of file; rows with the same cells in `key` belong together.

    `synonyms` are other names under which a column may come. Of `some_of`, each row needs at least one. A column in
    `dependent` is needed where the one before it is filled, with more than 0.
    """

    columns: Sequence[Column]
    key: Sequence[str]
    synonyms: Mapping[str, str]
    some_of: Sequence[str] = ()
    dependent: Mapping[str, str] = field(default_factory=dict[str, str])

    def missing(self, columns: Iterable[str]) -> Sequence[Trouble]:
        """Say which columns a file lacks without which no row of it is of use."""
        there = {self.synonyms.get(column, column) for column in columns}
        lacking = [column.name for column in self.columns if column.required and column.name not in there]
        if self.some_of and there.isdisjoint(self.some_of):
            lacking.append(", ".join(self.some_of))
        return [Trouble(1, name, "The file has no such column.") for name in lacking]


def _layout(key: Sequence[str], *columns: Column, **synonyms: str) -> Layout:
    return Layout(columns, key, synonyms)


def _line(name: str, read: Callable[[str], Any] = read_text, *, required: bool = False) -> Column:
    return Column(name, read, Level.LINE, required)


_RETAILER = Column("retailer_org_uuid", read_uuid, required=True)
_PO = Column("retailer_po", _number, required=True)
_SKU = _line("sku_id", required=True)
_REMARKS = (
    Column("supplier_po", _number),
    Column("supplier_provided_notes"),
    Column("supplier_provided_order_attributes", read_attributes),
    _line("supplier_provided_line_item_attributes", read_attributes),
)
"""What a supplier may say of the order itself, in a file of any kind."""

LAYOUTS = {
    Kind.INVOICE: _layout(
        ("retailer_org_uuid", "retailer_po", "invoice_number"),
        _RETAILER,
        _PO,
        Column("invoice_number", _number, required=True, compare=number_key),
        _SKU,
        _line("quantity_invoiced", _quantity, required=True),
        _line("supplier_provided_sku_cost", _money, required=True),
        Column("supplier_provided_drop_ship_fee", _money),
        Column("supplier_provided_order_fee", _money),
        Column("supplier_provided_tax", _money),
        Column("supplier_provided_order_total", _money),
        Column("supplier_provided_shipping_cost", _money),
        Column("invoice_attributes", read_attributes),
        _line("invoice_line_item_attributes", read_attributes),
        *_REMARKS,
        invoice_item_attributes="invoice_line_item_attributes",
        supplier_provided_dropship_fee="supplier_provided_drop_ship_fee",
    ),
    Kind.TRACKING: _layout(
        ("retailer_org_uuid", "retailer_po", "tracking_number"),
        _RETAILER,
        _PO,
        Column("tracking_number", _number, required=True),
        _SKU,
        _line("quantity_shipped", _quantity, required=True),
        _line("supplier_provided_sku_cost", _money),
        Column("package_weight", _weight),
        Column("package_ship_date"),
        Column("supplier_provided_method"),
        Column("supplier_provided_carrier"),
        Column("package_attributes", read_attributes),
        *_REMARKS,
    ),
    Kind.ALLOCATION: replace(
        _layout(
            ("retailer_org_uuid", "retailer_po"),
            _RETAILER,
            _PO,
            _SKU,
            _line("quantity_accepted", _quantity),
            _line("quantity_rejected", _quantity),
            _line("quantity_backordered", _quantity),
            _line("backorder_date", read_day),
            *_REMARKS,
        ),
        some_of=("quantity_accepted", "quantity_rejected", "quantity_backordered"),
        dependent={"quantity_backordered": "backorder_date"},
    ),
    Kind.ORDER: _layout(
        ("retailer_po_number", "order_uuid"),
        Column("retailer_po_number", _number, required=True),
        Column("order_uuid", read_uuid),
        _line("supplier_org_uuid", read_uuid, required=True),
        _line("requested_shipping_carrier"),
        _line("requested_shipping_method"),
        _SKU,
        _line("retailer_provided_sku_cost", _marked_money),
        _line("line_item_special_instructions"),
        _line("quantity", _pieces, required=True),
        *map(Column, ("business_name", "name", "phone", "address1", "address2", "city", "state", "country")),
        Column("postal_code"),
        Column("estimated_shipping_cost", _marked_money),
        Column("dropship_fee", _marked_money),
        Column("per_order_fee", _marked_money),
        Column("estimated_tax", _marked_money),
        Column("retailer_provided_order_attributes", read_attributes),
        Column("retailer_provided_notes"),
        _line("retailer_provided_line_item_attributes", read_attributes),
        retailer_po="retailer_po_number",
    ),
}
"""The kinds of file that are worked off."""


# Rows


_INVALID = INVALID | {"attributes": "Attributes are written name:value, with ;; between them."}
"""What is wrong with a cell."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a row says of its own line, by column."""

    row: int
    cells: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Group:
    """What rows that belong together say: of the whole, by column, and of each line."""

    cells: Mapping[str, Any]
    lines: Sequence[Line]

    @property
    def row(self) -> int:
        """The first of its rows."""
        return self.lines[0].row


class GroupRefused(Refused):
    """Rows that belong together cannot be worked off."""

    def __init__(self, troubles: Sequence[Trouble]) -> None:
        super().__init__(troubles)
        self.troubles = troubles


def read_group(layout: Layout, rows: Iterable[tuple[int, Mapping[str, str]]]) -> Group:
    """Read rows that belong together. Refuses with `GroupRefused`, which names everything that is wrong."""
    whole: dict[str, Any] = {}
    first_said: dict[str, int] = {}
    lines: list[Line] = []
    troubles: list[Trouble] = []
    for number, cells in rows:
        read = _read_row(layout, number, cells, troubles)
        for column in layout.columns:
            if column.level is Level.GROUP and column.name in read:
                _take_once(column, number, read.pop(column.name), whole, first_said, troubles)
        lines.append(Line(number, read))
    if troubles:
        raise GroupRefused(troubles)
    return Group(whole, lines)


def _read_row(layout: Layout, number: int, cells: Mapping[str, str], troubles: list[Trouble]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for column in layout.columns:
        text = cells.get(column.name, "")
        try:
            if text:
                read[column.name] = column.read(text)
            elif column.required:
                raise Invalid("required")
        except Invalid as error:
            troubles.append(Trouble(number, column.name, _INVALID[error.wanted]))
    if layout.some_of and not any(cells.get(name) for name in layout.some_of):
        troubles.append(Trouble(number, layout.some_of[0], "At least one of the quantities is required."))
    troubles += [
        Trouble(number, wanted, _INVALID["required"])
        for filled, wanted in layout.dependent.items()
        if read.get(filled) and not cells.get(wanted)
    ]
    return read


def _take_once(
    column: Column, row: int, value: Any, whole: dict[str, Any], first_said: dict[str, int], troubles: list[Trouble]
) -> None:
    """Take a value that every row repeats. Rows that contradict each other are told: nobody knows which is meant."""
    name = column.name
    if name not in whole:
        whole[name], first_said[name] = value, row
    elif column.compare(whole[name]) != column.compare(value):
        troubles.append(Trouble(row, name, f"Row {first_said[name]}, which it belongs to, says otherwise."))
