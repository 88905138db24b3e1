"""What ONLYOFFICE clients ask for, as commands (contract §1.5, §2, §4)."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Any, Final, TypeVar, cast

from starlette.requests import Request

from billingua.core.money import ZERO, settle
from billingua.core.workspace import Workspace
from billingua.dialects.onlyoffice.errors import ArgumentRefused, ConversionFailed, ListBroken
from billingua.dialects.onlyoffice.responses import ShownInvoice
from billingua.dialects.onlyoffice.vocabulary import (
    CURRENCIES,
    LARGEST,
    LONGEST_TEXT,
    MOST_LINES,
    NO_DATE,
    is_culture,
)
from billingua.engine import invoices
from billingua.engine.invoices import InvoiceFields, InvoiceView, LineContent, ReplaceInvoice
from billingua.engine.kinds import by_username
from billingua.engine.plan import Caller, Decision, Needs, Plan, Step
from billingua.wire.bodies import content_type, decode_json, read_body
from billingua.wire.errors import BodyUnreadable
from billingua.wire.forms import Pairs, decode_form, decode_multipart
from billingua.wire.scalars import LARGEST_INTEGER, Invalid, read_integer, read_number, read_text
from billingua.wire.xml import decode_xml

T = TypeVar("T")

# Binding: from a request, however it is encoded, to values by name (§2).

Path = tuple[str, ...]
Leaf = tuple[Path, Any]
"""A value, and the path to it inside its parameter: `("0", "price")` for `invoiceLines[0].price`.

At the empty path stands a value that is sent whole, as JSON is: an object or a list has its parts inside.
"""
Source = Iterable[tuple[str, Path, Any]]
"""The parameters that one part of a request holds: name, path and value."""

OBJECT: Final[Mapping[str, Any]] = {}
"""Stands for a value that has parts: no reader of scalars takes it."""

_NAME = re.compile(r"([^\[\].]+)((?:\[[^\[\]]*\]|\.[^\[\].]+)*)")
_STEP = re.compile(r"\[([^\[\]]*)\]|\.([^\[\].]+)")


@dataclass(frozen=True, slots=True)
class Values:
    """Values as they were sent, by their names in lower case; `place` says where they stand in the request."""

    by_name: Mapping[str, Any]
    place: str = ""

    def read(self, name: str, reader: Callable[[Any], T], default: T) -> T:
        """Read a value; one that is null, empty or not there is the default. Refuses with `ConversionFailed`."""
        value = self.by_name.get(name.lower())
        if value is None or value == "":
            return default
        try:
            return reader(value)
        except Invalid as error:
            raise ConversionFailed(self.place + name, error.wanted) from None


class Parameters:
    """What a request says, by name: the first source that has a name is the one that counts."""

    def __init__(self, *sources: Source) -> None:
        self._by_name: dict[str, list[Leaf]] = {}
        self._by_spelling: dict[str, list[Leaf]] = {}
        for source in sources:
            for spelling, leaves in _grouped(source).items():
                self._by_spelling.setdefault(spelling, leaves)
                self._by_name.setdefault(spelling.lower(), leaves)

    @property
    def scalars(self) -> Values:
        """The parameters that have one value; of several the first counts."""
        return Values({name: _first(leaves) for name, leaves in self._by_name.items()})

    def objects(self, name: str, members: frozenset[str], most: int) -> list[Values]:
        """Read a list of objects with these members, in any of its encodings (§2.8).

        Refuses with `ArgumentRefused` more objects than `most`, and with `ListBroken` where an object is missing on
        the way, or says nothing that is known.
        """
        held: dict[int, dict[str, Any]] = {}
        for path, value in self._by_spelling.get(name, ()):
            _hold_all(held, name, path, value)
            if len(held) > most:
                raise ArgumentRefused(name)
        if list(held) != list(range(len(held))):
            raise ListBroken(name)
        known = [Values(values, f"{name}[{index}].") for index, values in held.items() if members & values.keys()]
        if len(known) < len(held) and len(held) > 1:
            raise ListBroken(name)
        return known


def _grouped(source: Source) -> Mapping[str, list[Leaf]]:
    grouped: dict[str, list[Leaf]] = {}
    for name, path, value in source:
        grouped.setdefault(name, []).append((path, value))
    return grouped


def _first(leaves: list[Leaf]) -> Any:
    """Give a parameter's one value; a parameter that has only parts is an object, which no reader takes."""
    return next((OBJECT if _parts(value) else value for path, value in leaves if not path), OBJECT)


def _is_index(step: str) -> bool:
    return len(step) < 10 and step.isascii() and step.isdigit()


def _hold_all(held: dict[int, dict[str, Any]], name: str, path: Path, value: Any) -> None:
    """Put a value where it belongs, or, where it is all that a parameter has, each of its parts."""
    if path:
        _hold(held, name, path, value)
        return
    for step, part in _parts(value):
        if isinstance(part, dict) and part and _is_index(step):
            element = held.setdefault(int(step), {})
            for member, inner in cast("dict[str, Any]", part).items():
                element.setdefault(member.lower(), inner)
        else:
            for inner_path, leaf in _leaves(part, 1):
                _hold(held, name, (step, *inner_path), leaf)


def _hold(held: dict[int, dict[str, Any]], name: str, path: Path, value: Any) -> None:
    """Put a value where it belongs: into an object by its index, or into the only one there is."""
    indexed = _is_index(path[0])
    element = held.setdefault(int(path[0]) if indexed else 0, {})
    inner = path[1:] if indexed or not path[0] else path
    if not inner:
        return
    member, value = inner[0].lower(), value if len(inner) == 1 else {inner[1]: value}
    if member in element and not path[0]:
        raise ConversionFailed(name, "one object")  # `lines[][price]` twice means two lines, and there is room for one
    element.setdefault(member, value)


def from_pairs(pairs: Pairs) -> Source:
    """Take the parameters from a form or a query: `lines[0][price]`, `lines[0].price`, `ids[]`, `ids`."""
    for spelling, text in pairs:
        match = _NAME.fullmatch(spelling)
        if match is None:
            yield spelling, (), text
        else:
            steps = [bracketed or dotted for bracketed, dotted in _STEP.findall(match[2])]
            yield match[1], tuple(steps[:2]), {steps[2]: text} if steps[2:] else text


def from_object(members: Mapping[str, Any]) -> Source:
    """Take the parameters from a JSON or XML object."""
    return ((name, (), member) for name, member in members.items())


def _leaves(value: Any, levels: int) -> Iterator[Leaf]:
    """Walk down so many levels of objects and lists; what is empty or deeper is a value."""
    parts = _parts(value) if levels else ()
    for step, part in parts:
        for path, leaf in _leaves(part, levels - 1):
            yield (step, *path), leaf
    if not parts:
        yield (), value


def _parts(value: Any) -> Sequence[tuple[str, Any]]:
    if isinstance(value, dict):
        return list(cast("dict[str, Any]", value).items())
    if isinstance(value, list):
        return [(str(index), part) for index, part in enumerate(cast("list[Any]", value))]
    return ()


async def read_parameters(request: Request, body_limit: int) -> Parameters:
    """Read what the query and then the body say. Refuses with the errors of `BodyRefused`."""
    query = from_pairs(decode_form(request.scope["query_string"]))
    return Parameters(query, _body_source(request, await read_body(request, body_limit)))


def _body_source(request: Request, body: bytes) -> Source:
    kind = content_type(request)
    if kind == "application/json":
        return from_object(_json_object(body))
    if kind == "text/xml":
        return from_object(decode_xml(body))
    if kind == "multipart/form-data":
        return from_pairs(decode_multipart(body, request.headers["content-type"]))
    return from_pairs(decode_form(body))


def _json_object(body: bytes) -> Mapping[str, Any]:
    """Decode a JSON object; an empty body is an empty one."""
    text = body.removeprefix(b"\xef\xbb\xbf").strip()
    if not text:
        return {}
    members = decode_json(text)
    if not isinstance(members, dict):
        raise BodyUnreadable("The root of the JSON text is not an object.")
    return cast("dict[str, Any]", members)


# Scalars (§1.5, §2.6).

_MOMENT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)"
    r"(?:T(?P<time>(?:[01]\d|2[0-3])([:-])[0-5]\d\3[0-5]\d)(?:\.\d{1,7})?)?"
    r"(?P<offset>Z|[+-](?:0\d|1[0-4]):[0-5]\d)?",
    re.ASCII,
)
_FIRST = datetime(1000, 1, 1, tzinfo=UTC)
_LAST = datetime(9999, 12, 31, tzinfo=UTC)
"""The range of moments that are stored, less the day by which a zone may move them."""


def moment_reader(zone: tzinfo) -> Callable[[Any], datetime]:
    """Make a reader of moments, to the second; one that names no zone of its own is in this one."""

    def read(value: Any) -> datetime:
        match = _MOMENT.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise Invalid("date")
        day, time, offset = match.group("day", "time", "offset")
        if day == NO_DATE.date().isoformat():
            return NO_DATE
        try:
            stated = datetime.fromisoformat(f"{day}T{(time or '00:00:00').replace('-', ':')}{offset or ''}")
            moment = (stated if offset else stated.replace(tzinfo=zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            raise Invalid("date") from None
        if not _FIRST <= moment < _LAST:
            raise Invalid("date")
        return moment

    return read


# Calls (§4).


def invoice_id(request: Request) -> int:
    """Read the invoice's id from the path."""
    digits = request.path_params["id"].lstrip("0") or "0"
    if len(digits) > 10 or int(digits) > LARGEST_INTEGER:
        raise ConversionFailed("id", "overflow")
    return int(digits)


def find_invoice(id: int, caller: Caller, now: datetime) -> Plan[ShownInvoice]:
    """Show one invoice (§4.6). Refuses as the ledger's `find_invoice`, and with `ArgumentRefused` for none at all."""
    if not id:
        raise ArgumentRefused("id")
    found = yield from invoices.find_invoice(id, caller, now)
    return Decision((yield from _shown(found.answer)))


def _shown(view: InvoiceView) -> Step[ShownInvoice]:
    """Look up who may see the private contacts of an invoice."""
    private = [party for party in (view.party, view.consignee) if party and party.private]
    keys = {name: by_username(name) for party in private for name in party.access}
    if not keys:
        return ShownInvoice(view, {})
    found = yield Needs(list(keys.values()))
    return ShownInvoice(view, {name: user for name, key in keys.items() if (user := found.get(key))})


async def put_invoice(request: Request, workspace: Workspace, body_limit: int) -> ReplaceInvoice:
    """Read what an invoice shall say (§4.1).

    Values that cannot be read, and lines that say what no line can, are refused here, with `ConversionFailed`,
    `ListBroken` or `ArgumentRefused`; what else is wrong only once the invoice is known to be the caller's to edit.
    """
    id = invoice_id(request)
    parameters = await read_parameters(request, body_limit)
    scalars = parameters.scalars
    fields = _fields(scalars, workspace.zone)
    extras = {"templateType": scalars.read("templateType", read_integer, 0), "fileID": 0}
    return ReplaceInvoice(
        invoice=id,
        fields=_problem(fields) or _stored(fields),
        lines=_lines(parameters),
        unsaid=frozenset({"unit", "order_line", "attributes"}),
        extras=extras,
        currencies=CURRENCIES,
    )


def replace_invoice(command: ReplaceInvoice, caller: Caller, now: datetime) -> Plan[ShownInvoice]:
    """Write an invoice anew (§4.3). Refuses as the ledger's `replace_invoice`."""
    decision = yield from invoices.replace_invoice(command, caller, now)
    shown = yield from _shown(decision.answer)
    return Decision(shown, decision.saves, decision.events)


def _fields(scalars: Values, zone: tzinfo) -> InvoiceFields:
    moment = moment_reader(zone)
    return InvoiceFields(
        issued_at=scalars.read("issueDate", moment, NO_DATE),
        due_at=scalars.read("dueDate", moment, None),
        party=scalars.read("contactId", read_integer, 0),
        consignee=scalars.read("consigneeId", read_integer, 0) or None,
        opportunity=scalars.read("entityId", read_integer, 0) or None,
        billing_address=max(0, scalars.read("billingAddressID", read_integer, 0)) or None,
        delivery_address=max(0, scalars.read("deliveryAddressID", read_integer, 0)) or None,
        language=scalars.read("language", read_text, ""),
        currency=scalars.read("currency", read_text, "").upper(),
        exchange_rate=scalars.read("exchangeRate", read_number, ZERO),
        purchase_order_number=scalars.read("purchaseOrderNumber", read_text, ""),
        terms=scalars.read("terms", read_text, ""),
        description=scalars.read("description", read_text, ""),
    )


_SOUND: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "issueDate": ("issued_at", lambda moment: moment > NO_DATE),
    "contactId": ("party", lambda id: id > 0),
    "dueDate": ("due_at", lambda moment: moment is not None),
    "currency": ("currency", lambda text: 0 < len(text) <= LONGEST_TEXT),
    "exchangeRate": ("exchange_rate", lambda rate: ZERO < rate <= LARGEST),
    "terms": ("terms", lambda text: 0 < len(text) <= LONGEST_TEXT),
    "language": ("language", lambda name: not name or is_culture(name)),
    "purchaseOrderNumber": ("purchase_order_number", lambda text: len(text) <= LONGEST_TEXT),
    "description": ("description", lambda text: len(text) <= LONGEST_TEXT),
}
"""Which field each parameter is, and whether its value is one that the field may have (§4.1, §12.20)."""


def _problem(fields: InvoiceFields) -> ArgumentRefused | None:
    """Say the first thing that is wrong with the fields, each by itself."""
    values: Mapping[str, Any] = {**fields}
    wrong = (name for name, (ours, is_sound) in _SOUND.items() if not is_sound(values[ours]))
    return next(map(ArgumentRefused, wrong), None)


def _stored(fields: InvoiceFields) -> InvoiceFields:
    """Round as the storage does: half away from zero, to two decimals (§10.1). The date for no date is none."""
    stored = fields.copy()
    stored["due_at"] = None if fields.get("due_at") == NO_DATE else fields.get("due_at")
    stored["exchange_rate"] = settle(fields.get("exchange_rate", ZERO), 2)
    return stored


_LINE_MEMBERS = frozenset(
    {
        "id",
        "invoiceid",
        "invoiceitemid",
        "invoicetax1id",
        "invoicetax2id",
        "sortorder",
        "description",
        "quantity",
        "price",
        "discount",
    }
)
"""Members that a line has, in lower case: in whatever case one is spelt, it is known (§14)."""


def _lines(parameters: Parameters) -> list[LineContent]:
    """Read the lines: at least one, and no more than so many; their ids and places are not theirs to choose."""
    lines = [_line(values) for values in parameters.objects("invoiceLines", _LINE_MEMBERS, MOST_LINES)]
    if not lines:
        raise ArgumentRefused("invoiceLines")
    return lines


def _line(values: Values) -> LineContent:
    description = values.read("description", read_text, "")
    if len(description) > LONGEST_TEXT:
        raise ArgumentRefused(f"{values.place}description")
    return LineContent(
        item=_id(values, "invoiceItemID", 1),
        tax1=_id(values, "invoiceTax1ID", 0) or None,
        tax2=_id(values, "invoiceTax2ID", 0) or None,
        quantity=_amount(values, "quantity", LARGEST),
        unit_price=_amount(values, "price", LARGEST),
        discount_percent=_amount(values, "discount", Decimal(100)),
        description=description,
    )


def _id(values: Values, name: str, lowest: int) -> int:
    id = values.read(name, read_integer, 0)
    if id < lowest:
        raise ArgumentRefused(values.place + name)
    return id


def _amount(values: Values, name: str, highest: Decimal) -> Decimal:
    """Read an amount, which is held against its bounds as it was sent and then rounded as it is stored."""
    amount = values.read(name, read_number, ZERO)
    if not ZERO <= amount <= highest:
        raise ArgumentRefused(values.place + name)
    return settle(amount, 2)
