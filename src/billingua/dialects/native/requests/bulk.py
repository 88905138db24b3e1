"""Many operations in one request, as the commands that each would be by itself."""

from dataclasses import dataclass
from typing import Any

from billingua.core.errors import InvoiceNotFound
from billingua.core.invoice import Invoice
from billingua.dialects.native.errors import BodyInvalid
from billingua.dialects.native.requests import bodies, invoices
from billingua.dialects.native.requests.credits import Credit, credit_invoice
from billingua.dialects.native.requests.merging import instead, patched
from billingua.dialects.native.requests.reading import as_content, read_key
from billingua.dialects.native.vocabulary import ACTIONS, INVALID
from billingua.engine.conditions import Expected
from billingua.engine.plan import Command, Key
from billingua.wire.conditions import if_tagged

_MAY_SAY = {"void": bodies.VoidContent, "pay": bodies.PayContent}
_CONTENT = ("create", "replace", "patch")
_KNOWN = (*_CONTENT, "delete", "credit", *ACTIONS)
_LEFT_OUT = "Must be left out."


@dataclass(frozen=True, slots=True)
class Task:
    """A command with its values, what it expects, and the status by which it would be answered.

    `tells` is the member of the result that shows what was written; None where nothing is left to show.
    """

    command: Command[Any, Any]
    values: Any
    expected: Expected | None = None
    status: int = 200
    tells: str | None = "invoice"


def task(operation: bodies.BulkOperation) -> Task:
    """Say what is to be done. Refuses with `BodyInvalid` or `InvoiceNotFound`."""
    name = operation.operation
    if name not in _KNOWN:
        raise BodyInvalid([("/operation", INVALID["operation"])])
    if operation.content is None and name in _CONTENT:
        raise BodyInvalid([("/content", INVALID["content"])])
    if operation.content is not None and name not in {*_CONTENT, *_MAY_SAY, "credit"}:
        raise BodyInvalid([("/content", _LEFT_OUT)])
    if name == "create":
        return _creating(operation)
    if operation.invoice is None:
        raise BodyInvalid([("/invoice", INVALID["content"])])
    key = read_key(Invoice, str(operation.invoice), InvoiceNotFound)
    return _task_on(key, operation, if_tagged(operation.if_match, key))


def _creating(operation: bodies.BulkOperation) -> Task:
    """Say which invoice is to be made: there is none yet that could be named, or be in any version."""
    said = [name for name in ("invoice", "if_match") if getattr(operation, name)]
    if said:
        raise BodyInvalid([(f"/{name}", _LEFT_OUT) for name in said])
    return Task(invoices.create_invoice, _content(operation.content), status=201)


def _task_on(key: Key[Invoice], operation: bodies.BulkOperation, expected: Expected | None) -> Task:
    name, content = operation.operation, operation.content
    if name == "replace":
        return Task(invoices.rewrite_invoice, invoices.Rewrite(key, instead(_content(content))), expected)
    if name == "patch":
        changed = patched(content or {}, bodies.InvoiceContent)
        return Task(invoices.rewrite_invoice, invoices.Rewrite(key, changed), expected)
    if name == "delete":
        return Task(invoices.delete_draft, key, expected, status=204, tells=None)
    if name == "credit":
        wanted = Credit(key, as_content(content or {}, bodies.CreditContent))
        return Task(credit_invoice, wanted, expected, status=201, tells="credit_note")
    said = None if content is None else as_content(content, _MAY_SAY[name])
    return Task(invoices.act, invoices.Act(key, ACTIONS[name], said), expected)


def _content(content: Any) -> bodies.InvoiceContent:
    return as_content(content, bodies.InvoiceContent)
