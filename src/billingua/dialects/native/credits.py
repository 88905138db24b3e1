"""Where clients of our own API knock for credit notes."""

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from billingua.core import errors
from billingua.core.credit import CreditNote
from billingua.core.errors import CreditNoteNotFound
from billingua.core.explaining import explain_credit
from billingua.core.invoice import Invoice
from billingua.dialects.native import answers, credit_answers
from billingua.dialects.native.credit_lists import CREDIT_NOTE_PARAMETERS, credit_note_query
from billingua.dialects.native.listing import DRY_RUN, next_page
from billingua.dialects.native.operations import Call, Operation
from billingua.dialects.native.requests import bodies, read_key
from billingua.dialects.native.requests import credits as requests
from billingua.dialects.native.responses import credits as responses
from billingua.dialects.native.responses import explanation, history
from billingua.dialects.native.vocabulary import READ, WRITE
from billingua.dialects.native.writes import Shown, reply, write
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Key
from billingua.wire.replies import json_reply

TAG = "Credit notes"
PATH = "/v1/credit-notes"
ONE = "/v1/credit-notes/{credit_note}"


class CreditEndpoints:
    """The endpoints of credit notes on one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def operations(self) -> Sequence[Operation]:
        """List them."""
        return [*self._reading(), *self._writing()]

    def _reading(self) -> Sequence[Operation]:
        reading: dict[str, Any] = {"verb": "GET", "tag": TAG, "scope": READ}
        about_one: dict[str, Any] = {**reading, "refusals": [CreditNoteNotFound]}
        return [
            Operation(
                name="list_credit_notes",
                path=PATH,
                handler=self.list_credit_notes,
                summary="List credit notes, page by page",
                answers=credit_answers.CreditNotePage,
                parameters=CREDIT_NOTE_PARAMETERS,
                lists=True,
                **reading,
            ),
            Operation(
                name="get_credit_note",
                path=ONE,
                handler=self.get_credit_note,
                summary="Show a credit note",
                answers=credit_answers.CreditNote,
                tagged=True,
                **about_one,
            ),
            Operation(
                name="get_credit_note_history",
                path=ONE + "/history",
                handler=self.get_history,
                summary="Show what happened to a credit note, oldest first",
                answers=answers.History,
                **about_one,
            ),
            Operation(
                name="explain_credit_note",
                path=ONE + "/explain",
                handler=self.explain,
                summary="Show step by step how the total of a credit note comes about",
                answers=answers.Explanation,
                **about_one,
            ),
        ]

    def _writing(self) -> Sequence[Operation]:
        writing: dict[str, Any] = {
            "verb": "POST",
            "tag": TAG,
            "scope": WRITE,
            "parameters": [DRY_RUN],
            "answers": credit_answers.CreditNote,
            "tagged": True,
        }
        return [
            Operation(
                name="credit_invoice",
                path="/v1/invoices/{invoice}/credit",
                handler=self.credit_invoice,
                summary="Credit some of an invoice, or all that is left of it, and take that off what it owes",
                status=201,
                reads=bodies.CreditContent,
                optional=True,
                refusals=[
                    errors.InvoiceNotFound,
                    errors.TransitionRefused,
                    errors.DateRefused,
                    errors.NothingToCredit,
                    errors.InvoiceLineNotFound,
                    errors.OverCredited,
                ],
                example={"reason": "Two lamps were broken", "lines": [{"line_id": 52, "quantity": "2"}]},
                **writing,
            ),
            Operation(
                name="void_credit_note",
                path=ONE + "/void",
                handler=self.void_credit_note,
                summary="Take a credit note out of force; what it took off its invoice is owed again",
                refusals=[CreditNoteNotFound, errors.CreditNoteVoid, errors.AmountTooLarge],
                **writing,
            ),
        ]

    async def list_credit_notes(self, call: Call) -> Response:
        """List credit notes, page by page."""
        zone = call.session.workspace.zone
        page = await self._ledger.credit_notes(call.caller, credit_note_query(call.request, zone))
        items = await self._ledger.read(call.caller, requests.view_credit_notes, page.items)
        return json_reply(responses.credit_notes(items, zone, page.total, next_page(call.request, page)))

    async def get_credit_note(self, call: Call) -> Response:
        """Show a credit note, whatever version the client has: what is due back of it moves without one."""
        return reply(self._show(call, await self._find(call)))

    async def get_history(self, call: Call) -> Response:
        """Show what happened to a credit note, oldest first."""
        shown = await self._find(call)
        return history(await self._ledger.history(call.caller, "credit_note", shown.view.note.id))

    async def explain(self, call: Call) -> Response:
        """Show how a total comes about."""
        note = (await self._find(call)).view.note
        return json_reply(explanation(explain_credit(note), note.rounding, note.totals, note.currency))

    async def credit_invoice(self, call: Call) -> Response:
        """Credit an invoice."""
        key = read_key(Invoice, call.request.path_params["invoice"], errors.InvoiceNotFound)
        command = requests.Credit(key, call.body or bodies.CreditContent())
        return await self._write(call, requests.credit_invoice, command, key=key, status=201)

    async def void_credit_note(self, call: Call) -> Response:
        """Take a credit note out of force."""
        key = _key(call)
        return await self._write(call, requests.void_credit_note, key, key=key)

    async def _find(self, call: Call) -> requests.Shown:
        return await self._ledger.read(call.caller, requests.find_credit_note, _key(call))

    async def _write(self, call: Call, command: Any, values: Any, **how: Any) -> Response:
        return await write(self._ledger, call, command, values, lambda shown: self._show(call, shown), **how)

    def _show(self, call: Call, shown: requests.Shown) -> Shown:
        return responses.credit_note(shown, call.session.workspace.zone), shown.view.version


def _key(call: Call) -> Key[CreditNote]:
    return read_key(CreditNote, call.request.path_params["credit_note"], CreditNoteNotFound)
