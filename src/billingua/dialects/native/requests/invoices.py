"""What clients of our own API ask to be done with invoices, as commands to the ledger."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec

from billingua.core.errors import InvoiceNotFound, Refused
from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Action
from billingua.core.line import Attribute, Charge, InvoiceLine
from billingua.core.rounding import Rounding, en16931
from billingua.dialects.native.errors import BodyInvalid
from billingua.dialects.native.requests import bodies
from billingua.dialects.native.requests.payments import check_paid
from billingua.dialects.native.requests.reading import check_currency
from billingua.dialects.native.requests.related import Related, relate_all, see
from billingua.dialects.native.vocabulary import ACTIONS, INVALID
from billingua.engine import crediting, deleting, invoices, payments, writing
from billingua.engine.content import InvoiceFields, LineContent
from billingua.engine.kinds import THE_WORKSPACE
from billingua.engine.plan import Caller, Decision, Key, Needs, Plan, Record, Step
from billingua.engine.rehearsing import attempt
from billingua.wire.members import MOST_PROBLEMS

Written = tuple[Record[Invoice], Related]
"""An invoice as it was written, with whom and what it refers to."""

Actions = tuple[Record[Invoice], Mapping[str, Refused | None]]
"""An invoice, and why each action would be refused; None where it would not."""

_UNSAID = frozenset({"order_line", "attributes"})
"""Members of a line that are shown and not written."""


# Written anew.


def create_invoice(content: bodies.InvoiceContent, caller: Caller, now: datetime) -> Plan[Written]:
    """Write a new draft. Refuses as the ledger's `create_invoice`."""
    check(content)
    found = yield Needs([THE_WORKSPACE])
    workspace = found.get(THE_WORKSPACE)
    fields = _fields(content)
    fields.setdefault("currency", workspace.currency if workspace else "")
    fields.setdefault("issued_at", now)
    number, rounding = fields.pop("number"), fields.pop("rounding", None)
    command = writing.CreateInvoice(
        number=number,
        fields=fields,
        lines=[_line(line) for line in content.lines],
        rounding=rounding or en16931(fields["currency"]),
    )
    decision = yield from writing.create_invoice(command, caller, now)
    return (yield from _shown(decision, decision.answer.invoice, 1))


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Say what an invoice shall say: `content` gives that from what it says now."""

    key: Key[Invoice]
    content: Callable[[bodies.InvoiceContent], bodies.InvoiceContent]


def rewrite_invoice(command: Rewrite, caller: Caller, now: datetime) -> Plan[Written]:
    """Write a draft anew, whatever of it is to change; if that is nothing, nothing happens.

    Refuses with `BodyInvalid`, and as the ledger's `replace_invoice`.
    """
    record = yield from _record(command.key)
    before, said = record.value, content_of(record.value)
    content = command.content(said)
    check(content, said)
    fields = _changed(_fields(content), before)
    lines = None if content.lines == said.lines else [_line(line) for line in content.lines]
    replacing = writing.ReplaceInvoice(invoice=before.id, fields=fields, lines=lines, unsaid=_UNSAID)
    decision = yield from writing.replace_invoice(replacing, caller, now)
    if not fields and lines is None:
        return (yield from _shown(Decision(None), before, record.version))
    return (yield from _shown(decision, decision.answer.invoice, record.version + 1))


# Done to.


@dataclass(frozen=True, slots=True)
class Act:
    """Do something to an invoice's status; `content` says as of when it is void, or what was paid."""

    key: Key[Invoice]
    action: Action
    content: bodies.VoidContent | bodies.PayContent | None = None


def act(command: Act, caller: Caller, now: datetime) -> Plan[Written]:
    """Do something to an invoice's status.

    Refuses with `BodyInvalid`, and as the ledger's `change_status`, or `pay_invoice` where it was paid.
    """
    record = yield from _record(command.key)
    decision = yield from _act(record.value.id, command, caller, now)
    return (yield from _shown(decision, decision.answer, record.version + 1))


def _act(invoice: int, command: Act, caller: Caller, now: datetime) -> Plan[Invoice]:
    if command.action is Action.SETTLE:
        return payments.pay_invoice(_paying(invoice, command.content), caller, now)
    dated = command.content.void_at if isinstance(command.content, bodies.VoidContent) else None
    return invoices.change_status(
        invoices.ChangeStatus(invoice=invoice, action=command.action, dated=dated), caller, now
    )


def _paying(invoice: int, content: Any) -> payments.PayInvoice:
    paid = content if isinstance(content, bodies.PayContent) else bodies.PayContent()
    check_paid(paid.amount)
    return payments.PayInvoice(
        invoice=invoice,
        amount=paid.amount,
        received_at=paid.received_at and paid.received_at.astimezone(UTC),
        memo=paid.memo,
        method=paid.method,
    )


def delete_draft(key: Key[Invoice], caller: Caller, now: datetime) -> Plan[Written]:
    """Delete a draft; the answer is what it was. Refuses as the ledger's `delete_draft`."""
    record = yield from _record(key)
    decision = yield from deleting.delete_draft(record.value.id, caller, now)
    return (yield from _shown(decision, record.value, record.version))


def find_actions(key: Key[Invoice], caller: Caller, now: datetime) -> Plan[Actions]:
    """Say of everything that can be done to an invoice why it would be refused now; None where it would be done."""
    record = yield from _record(key)
    yield from see(record.value, caller)
    unchanged = writing.ReplaceInvoice(invoice=record.value.id, fields=InvoiceFields(), lines=None, unsaid=_UNSAID)
    plans: dict[str, Callable[[], Plan[Any]]] = {
        "edit": lambda: writing.replace_invoice(unchanged, caller, now),
        "delete": lambda: delete_draft(key, caller, now),
        "credit": lambda: crediting.credit_invoice(crediting.CreditInvoice(invoice=record.value.id), caller, now),
    }
    plans |= {name: partial(act, Act(key, action), caller, now) for name, action in ACTIONS.items()}
    return Decision((record, (yield from attempt(plans))))


def _record(key: Key[Invoice]) -> Step[Record[Invoice]]:
    found = yield Needs([key])
    record = found.record(key)
    if record is None:
        raise InvoiceNotFound(key.value)
    return record


def _shown(decision: Decision[Any], invoice: Invoice, version: int) -> Plan[Written]:
    related = yield from relate_all([invoice])
    return replace(decision, answer=(Record(invoice, version, b""), related))


# Between the ledger's invoice and what is said of it.

_AS_THEY_ARE = (
    "number",
    "due_at",
    "purchase_order_number",
    "order_number",
    "reference",
    "external_id",
    "external_party_id",
    "terms",
    "description",
    "language",
)
_IDS = ("party", "consignee", "opportunity", "billing_address", "delivery_address", "channel")
_KEPT = ("currency", "exchange_rate", "issued_at")
"""Fields that an invoice keeps where they are not said."""


def content_of(invoice: Invoice) -> bodies.InvoiceContent:
    """Give what an invoice says, as it would be written: to write it changes nothing."""
    return bodies.InvoiceContent(
        **{name: getattr(invoice, name) for name in (*_AS_THEY_ARE, *_KEPT)},
        **{f"{name}_id": getattr(invoice, name) for name in _IDS},
        attributes=_content_of_attributes(invoice.attributes),
        lines=[_content_of_line(line) for line in invoice.lines],
        charges=[bodies.ChargeContent(kind=charge.kind, amount=charge.amount) for charge in invoice.charges],
        rounding=bodies.RoundingContent(
            places=invoice.rounding.places,
            mode=invoice.rounding.mode,
            tax_base=invoice.rounding.tax_base,
            settles_steps=invoice.rounding.settles_steps,
        ),
    )


def _content_of_attributes(attributes: Sequence[Attribute] | None) -> list[bodies.AttributeContent] | None:
    if attributes is None:
        return None
    return [bodies.AttributeContent(name=one.name, value=one.value) for one in attributes]


def _content_of_line(line: InvoiceLine) -> bodies.LineContent:
    return bodies.LineContent(
        id=line.id,
        item_id=line.item,
        sku=line.sku,
        unit_id=line.unit,
        description=line.description,
        quantity=line.quantity,
        unit_price=line.unit_price,
        discount_percent=line.discount_percent,
        discount_per_unit=line.discount_per_unit,
        tax_ids=[tax.tax for tax in line.taxes],
    )


def _fields(content: bodies.InvoiceContent) -> Any:
    """Give the fields of the ledger's invoice that a content says; those that are kept only where it says them."""
    fields: dict[str, Any] = {name: getattr(content, name) for name in _AS_THEY_ARE}
    fields |= {name: getattr(content, f"{name}_id") for name in _IDS}
    fields |= {name: value for name in _KEPT if (value := getattr(content, name)) is not None}
    attributes = content.attributes
    fields["attributes"] = None if attributes is None else tuple(Attribute(one.name, one.value) for one in attributes)
    fields["charges"] = tuple(Charge(charge.kind, charge.amount) for charge in content.charges)
    if content.rounding is not None:
        fields["rounding"] = Rounding(**msgspec.structs.asdict(content.rounding))
    return {name: value.astimezone(UTC) if isinstance(value, datetime) else value for name, value in fields.items()}


def check(content: bodies.InvoiceContent, said: bodies.InvoiceContent | None = None) -> None:
    """See that a content says what can be, given what the invoice says if it is there. Refuses with `BodyInvalid`."""
    lines = [] if said and content.lines == said.lines else content.lines
    problems = [(f"/{name}", INVALID[why]) for name, why in _unfit(content, said)]
    problems += [
        (f"/lines/{place}{where}", INVALID[why])
        for place, line in enumerate(lines)
        for where, why in _wrong(line, is_new=said is None)
    ]
    if problems:
        raise BodyInvalid(problems[:MOST_PROBLEMS])
    if said is None or content.currency != said.currency:
        check_currency(content.currency)


def _unfit(content: bodies.InvoiceContent, said: bodies.InvoiceContent | None) -> Iterator[tuple[str, str]]:
    """List the members that no invoice may come to say; what it says already is let be."""
    if not content.number.strip() and content.number != (said and said.number):
        yield "number", "blank"
    rate = content.exchange_rate
    if rate is not None and rate <= 0 and rate != (said and said.exchange_rate):
        yield "exchange_rate", "positive"


def _wrong(line: bodies.LineContent, *, is_new: bool) -> Iterator[tuple[str, str]]:
    if is_new and line.id is not None:
        yield "/id", "new"
    if not 0 <= line.discount_percent <= 100:
        yield "/discount_percent", "percentage"


_BOUND_TO = {"party": ("opportunity", "billing_address"), "consignee": ("delivery_address",)}
"""What belongs to a party: it is looked at again where the party is another one."""


def _changed(fields: Mapping[str, Any], invoice: Invoice) -> Any:
    """Leave out what stays as it is."""
    changed = {name: value for name, value in fields.items() if value != getattr(invoice, name)}
    for name, bound in _BOUND_TO.items():
        if name in changed:
            changed |= {other: fields[other] for other in bound}
    if "currency" in changed and fields.get("rounding") == invoice.rounding:
        changed.pop("rounding", None)
    return changed


def _line(line: bodies.LineContent) -> LineContent:
    tax1, tax2 = (*line.tax_ids, None, None)[:2]
    return LineContent(
        line=line.id,
        item=line.item_id,
        sku=line.sku,
        unit=line.unit_id,
        description=line.description,
        quantity=line.quantity,
        unit_price=line.unit_price,
        discount_percent=line.discount_percent,
        discount_per_unit=line.discount_per_unit,
        tax1=tax1,
        tax2=tax2,
    )
