"""Cancellation in two steps: a retailer asks, each supplier answers (§6)."""

from datetime import datetime
from uuid import UUID

from billingua.core.order import Order
from billingua.dialects.crux.errors import of_member
from billingua.dialects.crux.requests.bodies import Sent, read_members
from billingua.engine import fulfilment
from billingua.engine.fulfilment import AnswerCancellation, AskToCancel
from billingua.engine.plan import Caller, Plan, by_uuid
from billingua.wire.members import ObjectOf
from billingua.wire.scalars import read_uuid


def ask_to_cancel(sent: Sent, caller: Caller, now: datetime) -> Plan[Order]:
    """Ask for an order to be cancelled. Refuses with `BodyInvalid`, `OrderUnknown` or `NothingToCancel`."""
    uuid: UUID = read_members(_ORDER, sent.body)["order_uuid"]
    wanted = AskToCancel(order=by_uuid(Order, uuid), retailer=sent.member.organization.uuid)
    return (yield from of_member("order_uuid", fulfilment.ask_to_cancel(wanted, caller, now)))


def ask_to_cancel_line(sent: Sent, caller: Caller, now: datetime) -> Plan[Order]:
    """Ask for one line to be cancelled. Refuses with `OrderNotFound` or `NothingToCancel`."""
    wanted = AskToCancel(order=sent.order_key, retailer=sent.member.organization.uuid, line=sent.line)
    return (yield from fulfilment.ask_to_cancel(wanted, caller, now))


def confirm_cancellation(sent: Sent, caller: Caller, now: datetime) -> Plan[Order]:
    """Cancel what was asked for of the supplier's lines. Refuses with `OrderNotFound` or `NothingToCancel`."""
    return (yield from fulfilment.answer_cancellation(_answer(sent, cancels=True), caller, now))


def reject_cancellation(sent: Sent, caller: Caller, now: datetime) -> Plan[Order]:
    """Cancel nothing of the supplier's lines. Refuses with `OrderNotFound` or `NothingToCancel`."""
    return (yield from fulfilment.answer_cancellation(_answer(sent, cancels=False), caller, now))


def _answer(sent: Sent, *, cancels: bool) -> AnswerCancellation:
    return AnswerCancellation(
        order=sent.order_key, supplier=sent.member.organization.uuid, cancels=cancels, line=sent.line
    )


_ORDER = ObjectOf({"order_uuid": read_uuid}, required=("order_uuid",))
