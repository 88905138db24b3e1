"""Where clients of our own API knock for payments and their receipts."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from starlette.responses import Response

from billingua.core import errors
from billingua.core.errors import PaymentNotFound, ReceiptNotFound, Refused
from billingua.core.invoice import Invoice
from billingua.core.payment import Operation as Counting
from billingua.core.payment import Payment, PaymentStatus
from billingua.core.receipt import Receipt
from billingua.dialects.native import answers, payment_answers
from billingua.dialects.native.credentials import refusal_of
from billingua.dialects.native.errors import details
from billingua.dialects.native.listing import DRY_RUN, next_page
from billingua.dialects.native.operations import JSON, MERGE_PATCH, Call, Operation
from billingua.dialects.native.payment_lists import (
    PAYMENT_PARAMETERS,
    PAYMENTS_OF_INVOICE_PARAMETERS,
    RECEIPT_PARAMETERS,
    payment_query,
    query_of_invoice,
    receipt_query,
)
from billingua.dialects.native.requests import bodies, find_invoice, read_key
from billingua.dialects.native.requests import payments as requests
from billingua.dialects.native.requests.catalogue import Rewrite
from billingua.dialects.native.requests.merging import instead, patched
from billingua.dialects.native.responses import history
from billingua.dialects.native.responses import payments as responses
from billingua.dialects.native.vocabulary import PAYMENT_ACTIONS, READ, WRITE
from billingua.dialects.native.writes import reply, write
from billingua.engine.ledger import Ledger
from billingua.engine.payment_queries import PaymentQuery
from billingua.engine.plan import Key
from billingua.wire.conditions import entity_tag, is_known
from billingua.wire.replies import json_reply

TAG = "Payments"
PATH = "/v1/payments"
ONE = "/v1/payments/{payment}"
OF_INVOICE = "/v1/invoices/{invoice}/payments"

_OF_BALANCES = (errors.InvoiceLocked, errors.TransitionRefused, errors.CurrencyMismatch, errors.AmountTooLarge)
"""Why an invoice may not take a payment."""
_OF_CONTENT = (errors.PartyNotFound, errors.ChannelNotFound, errors.InvoiceNotFound, *_OF_BALANCES)

_EXAMPLE = {
    "party_id": 10,
    "lines": [{"invoice_id": 35, "amount": "60.00"}, {"invoice_id": 36, "amount": "12.50"}],
    "received_at": "2025-01-20T09:30:00Z",
    "memo": "Wire 2207",
}

_SUMMARIES = {
    "await": "Note that a payment is awaited",
    "process": "Note that a payment is on its way",
    "complete": "Note that a payment has come",
    "fail": "Note that a payment did not come through, and take it back",
    "refund": "Note that the money went back, and take the payment back",
    "apply": "Let a payment count on its invoices, where balances are kept by hand",
    "revert": "Let a payment count no longer on its invoices, where balances are kept by hand",
}


class PaymentEndpoints:
    """The endpoints of payments on one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def operations(self) -> Sequence[Operation]:
        """List them."""
        return [*self._lists(), *self._reading(), *self._writing(), *map(self._action, PAYMENT_ACTIONS)]

    def _lists(self) -> Sequence[Operation]:
        listing: dict[str, Any] = {
            "verb": "GET",
            "tag": TAG,
            "scope": READ,
            "answers": payment_answers.PaymentPage,
            "lists": True,
        }
        return [
            Operation(
                name="list_payments",
                path=PATH,
                handler=self.list_payments,
                summary="List payments, page by page",
                parameters=PAYMENT_PARAMETERS,
                **listing,
            ),
            Operation(
                name="list_payments_of_invoice",
                path=OF_INVOICE,
                handler=self.list_payments_of_invoice,
                summary="List the payments of an invoice, page by page",
                parameters=PAYMENTS_OF_INVOICE_PARAMETERS,
                refusals=[errors.InvoiceNotFound],
                **listing,
            ),
        ]

    def _reading(self) -> Sequence[Operation]:
        about_one: dict[str, Any] = {"verb": "GET", "tag": TAG, "scope": READ, "refusals": [PaymentNotFound]}
        return [
            Operation(
                name="get_payment",
                path=ONE,
                handler=self.get_payment,
                summary="Show a payment",
                answers=payment_answers.Payment,
                tagged=True,
                **about_one,
            ),
            Operation(
                name="get_payment_history",
                path=ONE + "/history",
                handler=self.get_history,
                summary="Show what happened to a payment, oldest first",
                answers=answers.History,
                **about_one,
            ),
            Operation(
                name="get_payment_actions",
                path=ONE + "/actions",
                handler=self.get_actions,
                summary="Say what may be done to a payment now, and for what may not, why",
                answers=payment_answers.PaymentActions,
                **about_one,
            ),
        ]

    def _writing(self) -> Sequence[Operation]:
        common: dict[str, Any] = {"tag": TAG, "scope": WRITE, "parameters": [DRY_RUN]}
        saying: dict[str, Any] = {**common, "answers": payment_answers.Payment, "reads": bodies.PaymentContent}
        return [
            Operation(
                name="record_payment",
                verb="POST",
                path=PATH,
                handler=self.record_payment,
                summary="Note a payment of one or several invoices, and write its receipt",
                status=201,
                refusals=_OF_CONTENT,
                example=_EXAMPLE,
                **saying,
            ),
            Operation(
                name="replace_payment",
                verb="PUT",
                path=ONE,
                handler=self.replace_payment,
                summary="Write a payment and its receipt anew",
                refusals=[PaymentNotFound, *_OF_CONTENT],
                tagged=True,
                example=_EXAMPLE,
                **saying,
            ),
            Operation(
                name="patch_payment",
                verb="PATCH",
                path=ONE,
                handler=self.patch_payment,
                summary="Change some of a payment, by a JSON merge patch (RFC 7396)",
                refusals=[PaymentNotFound, *_OF_CONTENT],
                media_types=(MERGE_PATCH, JSON),
                tagged=True,
                example={"memo": "Wire 2208", "external_id": None},
                **saying,
            ),
            Operation(
                name="delete_payment",
                verb="DELETE",
                path=ONE,
                handler=self.delete_payment,
                summary="Delete a payment with its receipt, and take it back; its history stays",
                status=204,
                refusals=[PaymentNotFound, errors.AmountTooLarge],
                tagged=True,
                **common,
            ),
        ]

    def _action(self, name: str) -> Operation:
        refuses_now = [errors.OperationRefused] if isinstance(PAYMENT_ACTIONS[name], Counting) else []
        return Operation(
            name=f"{name}_payment",
            verb="POST",
            path=f"{ONE}/{name}",
            handler=partial(self.act, action=PAYMENT_ACTIONS[name]),
            tag=TAG,
            summary=_SUMMARIES[name],
            scope=WRITE,
            answers=payment_answers.Payment,
            parameters=[DRY_RUN],
            refusals=[PaymentNotFound, *refuses_now, *_OF_BALANCES],
            tagged=True,
        )

    async def list_payments(self, call: Call) -> Response:
        """List payments, page by page."""
        return await self._list(call, payment_query(call.request, call.session.workspace.zone))

    async def list_payments_of_invoice(self, call: Call) -> Response:
        """List the payments of an invoice that whoever asks may see."""
        key = read_key(Invoice, call.request.path_params["invoice"], errors.InvoiceNotFound)
        record, _ = await self._ledger.read(call.caller, find_invoice, key)
        return await self._list(call, query_of_invoice(call.request, call.session.workspace.zone, record.value.id))

    async def _list(self, call: Call, query: PaymentQuery) -> Response:
        page = await self._ledger.payments(call.caller, query)
        items = await self._ledger.read(call.caller, requests.view_payments, page.items)
        zone, following = call.session.workspace.zone, next_page(call.request, page)
        return json_reply(responses.payments(items, zone, page.total, following))

    async def get_payment(self, call: Call) -> Response:
        """Show a payment."""
        noted = await self._ledger.read(call.caller, requests.find_payment, _key(call))
        return _unless_known(call, *self._show(call)(noted))

    async def get_history(self, call: Call) -> Response:
        """Show what happened to a payment, oldest first."""
        noted = await self._ledger.read(call.caller, requests.find_payment, _key(call))
        return history(await self._ledger.history(call.caller, "payment", noted.record.value.id))

    async def get_actions(self, call: Call) -> Response:
        """Say what may be done to a payment, by whoever asks."""
        noted, outcomes = await self._ledger.read(call.caller, requests.find_payment_actions, _key(call))
        told = {action: _told(call, refusal) for action, refusal in outcomes.items()}
        return json_reply(responses.payment_actions(noted, told))

    async def record_payment(self, call: Call) -> Response:
        """Note a payment."""
        return await write(self._ledger, call, requests.record_payment, call.body, self._show(call), status=201)

    async def replace_payment(self, call: Call) -> Response:
        """Write a payment anew."""
        return await self._rewrite(call, instead(call.body))

    async def patch_payment(self, call: Call) -> Response:
        """Change some of a payment."""
        return await self._rewrite(call, patched(call.body, bodies.PaymentContent))

    async def _rewrite(self, call: Call, content: Callable[[bodies.PaymentContent], bodies.PaymentContent]) -> Response:
        key = _key(call)
        command = Rewrite(key, content)
        return await write(self._ledger, call, requests.rewrite_payment, command, self._show(call), key=key)

    async def delete_payment(self, call: Call) -> Response:
        """Delete a payment."""
        return await _delete(self._ledger, call, requests.delete_payment, _key(call))

    async def act(self, call: Call, action: PaymentStatus | Counting) -> Response:
        """Do something to a payment."""
        key = _key(call)
        command = requests.ActOnPayment(key, action)
        return await write(self._ledger, call, requests.act_on_payment, command, self._show(call), key=key)

    def _show(self, call: Call) -> Callable[[requests.Noted], tuple[payment_answers.Payment, int]]:
        zone = call.session.workspace.zone
        return lambda noted: (responses.payment(noted, zone), noted.record.version)


class ReceiptEndpoints:
    """The endpoints of receipts on one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def operations(self) -> Sequence[Operation]:
        """List them."""
        path, tag = "/v1/receipts", "Receipts"
        one = path + "/{receipt}"
        reading: dict[str, Any] = {"verb": "GET", "tag": tag, "scope": READ}
        return [
            Operation(
                name="list_receipts",
                path=path,
                handler=self.list_receipts,
                summary="List receipts, page by page",
                answers=payment_answers.ReceiptPage,
                parameters=RECEIPT_PARAMETERS,
                lists=True,
                **reading,
            ),
            Operation(
                name="get_receipt",
                path=one,
                handler=self.get_receipt,
                summary="Show a receipt",
                answers=payment_answers.Receipt,
                refusals=[ReceiptNotFound],
                tagged=True,
                **reading,
            ),
            Operation(
                name="get_receipt_history",
                path=one + "/history",
                handler=self.get_history,
                summary="Show what happened to a receipt, oldest first",
                answers=answers.History,
                refusals=[ReceiptNotFound],
                **reading,
            ),
            Operation(
                name="delete_receipt",
                verb="DELETE",
                path=one,
                handler=self.delete_receipt,
                tag=tag,
                summary="Delete a receipt; its payment and all balances stay",
                scope=WRITE,
                status=204,
                parameters=[DRY_RUN],
                refusals=[ReceiptNotFound],
                tagged=True,
            ),
        ]

    async def list_receipts(self, call: Call) -> Response:
        """List receipts, page by page."""
        zone = call.session.workspace.zone
        page = await self._ledger.receipts(call.caller, receipt_query(call.request, zone))
        items = await self._ledger.read(call.caller, requests.view_receipts, page.items)
        return json_reply(responses.receipts(items, zone, page.total, next_page(call.request, page)))

    async def get_receipt(self, call: Call) -> Response:
        """Show a receipt."""
        receipted = await self._ledger.read(call.caller, requests.find_receipt, _receipt_key(call))
        shown = responses.receipt(receipted, call.session.workspace.zone)
        return _unless_known(call, shown, receipted.record.version)

    async def get_history(self, call: Call) -> Response:
        """Show what happened to a receipt, oldest first."""
        receipted = await self._ledger.read(call.caller, requests.find_receipt, _receipt_key(call))
        return history(await self._ledger.history(call.caller, "receipt", receipted.record.value.id))

    async def delete_receipt(self, call: Call) -> Response:
        """Delete a receipt."""
        return await _delete(self._ledger, call, requests.delete_receipt, _receipt_key(call))


def _key(call: Call) -> Key[Payment]:
    return read_key(Payment, call.request.path_params["payment"], PaymentNotFound)


def _receipt_key(call: Call) -> Key[Receipt]:
    return read_key(Receipt, call.request.path_params["receipt"], ReceiptNotFound)


def _unless_known(call: Call, answer: Any, version: int) -> Response:
    """Answer with what is shown, unless the client has this version already."""
    if is_known(call.request, version):
        return Response(status_code=304, headers={"ETag": entity_tag(version)})
    return reply((answer, version))


async def _delete(ledger: Ledger, call: Call, command: Any, key: Key[Any]) -> Response:
    return await write(ledger, call, command, key, lambda _: (None, None), key=key, status=204)


def _told(call: Call, refusal: Refused | None) -> Mapping[str, Any] | None:
    """Say why an action is not for whoever asks, or not now."""
    refusal = refusal_of(call.session, WRITE) or refusal
    return refusal and details(call.request, refusal)
