"""Where clients of our own API knock for invoices."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from starlette.responses import Response

from billingua.core import errors
from billingua.core.access import reader_of
from billingua.core.errors import InvoiceNotFound, Refused
from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Action
from billingua.dialects.native import answers, bulk, requests, responses
from billingua.dialects.native.bulk_answers import BulkAnswer
from billingua.dialects.native.credentials import refusal_of
from billingua.dialects.native.errors import details
from billingua.dialects.native.listing import AS_OF, DRY_RUN, INVOICE_PARAMETERS, invoice_query, next_page
from billingua.dialects.native.operations import JSON, MERGE_PATCH, Call, Operation
from billingua.dialects.native.requests import bodies
from billingua.dialects.native.responses.credits import credit_note
from billingua.dialects.native.vocabulary import ACTIONS, READ, WRITE
from billingua.dialects.native.writes import Shown, reply, write
from billingua.engine.conditions import find_record
from billingua.engine.journal import Entry
from billingua.engine.ledger import Ledger
from billingua.engine.past import as_of, last_of
from billingua.engine.plan import Key, Record
from billingua.wire.conditions import is_known
from billingua.wire.replies import json_reply

TAG = "Invoices"
PATH = "/v1/invoices"
ONE = "/v1/invoices/{invoice}"

_NAMED = (errors.PartyNotFound, errors.ItemNotFound, errors.TaxNotFound, errors.OpportunityNotFound)
_OF_CONTENT = (
    *_NAMED,
    errors.AddressNotFound,
    errors.ChannelNotFound,
    errors.NotAParticipant,
    errors.NumberTaken,
    errors.AmountTooLarge,
)
_OF_CHANGES = (InvoiceNotFound, errors.InvoiceLocked, errors.InvoiceLineNotFound, *_OF_CONTENT)

_EXAMPLE = {
    "number": "2024-0815",
    "party_id": 10,
    "due_at": "2025-01-25T12:00:00Z",
    "lines": [{"sku": "LAMP", "description": "Lamp", "quantity": "2", "unit_price": "12.50", "tax_ids": [1]}],
}

_SUMMARIES = {
    "issue": "Make a draft final and ask for its payment",
    "pay": "Note a payment of an open invoice: of all that is owed, or of an amount",
    "void": "Take an invoice out of force",
    "reject": "Note that the customer does not accept an invoice",
    "reopen": "Ask again for the payment of an invoice that was paid",
    "revise": "Take a rejected invoice back to be edited",
}


_READS = {Action.VOID: bodies.VoidContent, Action.SETTLE: bodies.PayContent}
_REFUSES: Mapping[Action, Sequence[type[Refused]]] = {
    Action.VOID: [errors.DateRefused, errors.InvoiceCredited],
    Action.REJECT: [errors.InvoiceCredited],
    Action.SETTLE: [errors.AmountTooLarge],
}
"""What an action reads and refuses, beyond what all do."""

_EXAMPLES = {Action.SETTLE: {"amount": "60.00", "memo": "Wire 2207"}}


class InvoiceEndpoints:
    """The endpoints of invoices on one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def operations(self) -> Sequence[Operation]:
        """List them."""
        return [*self._reading(), *self._writing(), *map(self._action, ACTIONS)]

    def _reading(self) -> Sequence[Operation]:
        about_one: dict[str, Any] = {"verb": "GET", "tag": TAG, "scope": READ, "refusals": [InvoiceNotFound]}
        return [
            Operation(
                name="list_invoices",
                verb="GET",
                path=PATH,
                handler=self.list_invoices,
                tag=TAG,
                summary="List invoices, page by page",
                scope=READ,
                answers=answers.InvoicePage,
                parameters=INVOICE_PARAMETERS,
                lists=True,
            ),
            Operation(
                name="get_invoice",
                path=ONE,
                handler=self.get_invoice,
                summary="Show an invoice, as it is or as it was",
                answers=answers.Invoice,
                parameters=[AS_OF],
                tagged=True,
                **about_one,
            ),
            Operation(
                name="get_history",
                path=ONE + "/history",
                handler=self.get_history,
                summary="Show what happened to an invoice, oldest first",
                answers=answers.History,
                **about_one,
            ),
            Operation(
                name="get_actions",
                path=ONE + "/actions",
                handler=self.get_actions,
                summary="Say what may be done to an invoice now, and for what may not, why",
                answers=answers.Actions,
                **about_one,
            ),
        ]

    def _writing(self) -> Sequence[Operation]:
        write: dict[str, Any] = {"tag": TAG, "scope": WRITE, "parameters": [DRY_RUN]}
        rewrite: dict[str, Any] = {**write, "answers": answers.Invoice, "reads": bodies.InvoiceContent}
        return [
            Operation(
                name="create_invoice",
                verb="POST",
                path=PATH,
                handler=self.create_invoice,
                summary="Write a draft",
                status=201,
                refusals=_OF_CONTENT,
                example=_EXAMPLE,
                **rewrite,
            ),
            Operation(
                name="run_bulk",
                verb="POST",
                path=PATH + "/bulk",
                handler=self.run_bulk,
                summary="Do up to 1,000 operations, each by itself",
                reads=bodies.Bulk,
                answers=BulkAnswer,
                example={"operations": [{"operation": "issue", "invoice": 35, "if_match": '"1"'}]},
                tag=TAG,
                scope=WRITE,
                parameters=[DRY_RUN],
            ),
            Operation(
                name="replace_invoice",
                verb="PUT",
                path=ONE,
                handler=self.replace_invoice,
                summary="Write a draft anew",
                refusals=_OF_CHANGES,
                tagged=True,
                example=_EXAMPLE,
                **rewrite,
            ),
            Operation(
                name="patch_invoice",
                verb="PATCH",
                path=ONE,
                handler=self.patch_invoice,
                summary="Change some of a draft, by a JSON merge patch (RFC 7396)",
                refusals=_OF_CHANGES,
                media_types=(MERGE_PATCH, JSON),
                tagged=True,
                example={"terms": "30 days", "description": None},
                **rewrite,
            ),
            Operation(
                name="delete_invoice",
                verb="DELETE",
                path=ONE,
                handler=self.delete_invoice,
                summary="Delete a draft; its history stays",
                status=204,
                refusals=[InvoiceNotFound, errors.TransitionRefused, errors.InvoiceCredited],
                tagged=True,
                **write,
            ),
        ]

    def _action(self, name: str) -> Operation:
        action = ACTIONS[name]
        return Operation(
            name=f"{name}_invoice",
            verb="POST",
            path=f"{ONE}/{name}",
            handler=partial(self.act, action=action),
            tag=TAG,
            summary=_SUMMARIES[name],
            scope=WRITE,
            answers=answers.Invoice,
            reads=_READS.get(action),
            optional=True,
            parameters=[DRY_RUN],
            refusals=[InvoiceNotFound, errors.TransitionRefused, *_REFUSES.get(action, [])],
            tagged=True,
            example=_EXAMPLES.get(action),
        )

    async def list_invoices(self, call: Call) -> Response:
        """List invoices, page by page."""
        zone, now = call.session.workspace.zone, self._ledger.clock.now()
        query = replace(invoice_query(call.request, zone, now), reader=reader_of(call.caller.user))
        page = await self._ledger.invoices(call.caller, query)
        related = await self._ledger.read(call.caller, requests.relate, [record.value for record in page.items])
        return responses.invoices(page, related, zone, now, next_page(call.request, page))

    async def get_invoice(self, call: Call) -> Response:
        """Show an invoice, as it is or as it was."""
        if "as_of" in call.flags:
            return await self._show_past(call, call.flags["as_of"])
        written = await self._ledger.read(call.caller, requests.find_invoice, _key(call))
        return self._unless_known(call, written)

    async def _show_past(self, call: Call, when: int | datetime) -> Response:
        """Show what an invoice was, with the names that others have today."""
        _, entries = await self._recorded(call)
        past = as_of(Invoice, entries, when)
        if past is None:
            raise InvoiceNotFound(f"{call.request.path_params['invoice']} as of {call.request.query_params['as_of']}")
        related = await self._ledger.read(call.caller, requests.see_invoice, past.value)
        now = when if isinstance(when, datetime) else past.at
        record = Record(past.value, past.version, b"")
        return json_reply(responses.whole(record, related, call.session.workspace.zone, now))

    async def _recorded(self, call: Call) -> tuple[Invoice | None, Sequence[Entry]]:
        """Give an invoice with its history; of one that is not there any more, that alone, by its id."""
        key = _key(call)
        found = await self._ledger.read(call.caller, find_record, key)
        id = found.value.id if found else int(key.value) if key.name == "id" else 0
        return found and found.value, await self._ledger.history(call.caller, "invoice", id)

    def _unless_known(self, call: Call, written: requests.Written) -> Response:
        answer = reply(self._show(call, written))
        if not is_known(call.request, written[0].version):
            return answer
        return Response(status_code=304, headers={"ETag": answer.headers["etag"]})

    async def get_history(self, call: Call) -> Response:
        """Show what happened to an invoice, oldest first, also after it was deleted."""
        invoice, entries = await self._recorded(call)
        invoice = invoice or last_of(Invoice, entries)
        if invoice is None:
            raise InvoiceNotFound(_key(call).value)
        await self._ledger.read(call.caller, requests.see_invoice, invoice)
        return responses.history(entries)

    async def get_actions(self, call: Call) -> Response:
        """Say what may be done to an invoice, by whoever asks."""
        record, outcomes = await self._ledger.read(call.caller, requests.find_actions, _key(call))
        told = {action: _told(call, refusal) for action, refusal in outcomes.items()}
        return json_reply(responses.actions(record.value.status, record.version, told))

    async def create_invoice(self, call: Call) -> Response:
        """Write a draft."""
        return await self._write(call, requests.create_invoice, call.body, status=201)

    async def replace_invoice(self, call: Call) -> Response:
        """Write a draft anew."""
        key = _key(call)
        command = requests.Rewrite(key, requests.instead(call.body))
        return await self._write(call, requests.rewrite_invoice, command, key=key)

    async def patch_invoice(self, call: Call) -> Response:
        """Change some of a draft."""
        key = _key(call)
        command = requests.Rewrite(key, requests.patched(call.body, bodies.InvoiceContent))
        return await self._write(call, requests.rewrite_invoice, command, key=key)

    async def delete_invoice(self, call: Call) -> Response:
        """Delete a draft."""
        key = _key(call)
        return await write(self._ledger, call, requests.delete_draft, key, lambda _: (None, None), key=key, status=204)

    async def act(self, call: Call, action: Action) -> Response:
        """Do something to an invoice's status."""
        key = _key(call)
        return await self._write(call, requests.act, requests.Act(key, action, call.body), key=key)

    async def run_bulk(self, call: Call) -> Response:
        """Do many operations."""
        zone = call.session.workspace.zone
        shows: bulk.Shows = {
            "invoice": lambda written: self._show(call, written)[0],
            "credit_note": lambda shown: credit_note(shown, zone),
        }
        return await bulk.run_all(self._ledger, call, shows)

    async def _write(self, call: Call, command: Any, values: Any, **how: Any) -> Response:
        return await write(self._ledger, call, command, values, partial(self._show, call), **how)

    def _show(self, call: Call, written: requests.Written) -> Shown:
        record, related = written
        zone, now = call.session.workspace.zone, self._ledger.clock.now()
        return responses.whole(record, related, zone, now), record.version


def _key(call: Call) -> Key[Invoice]:
    return requests.read_key(Invoice, call.request.path_params["invoice"], InvoiceNotFound)


def _told(call: Call, refusal: Refused | None) -> Mapping[str, Any] | None:
    """Say why an action is not for whoever asks, or not now."""
    refusal = refusal_of(call.session, WRITE) or refusal
    return refusal and details(call.request, refusal)
