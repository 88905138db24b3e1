"""What CRUX Connect clients are answered."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from starlette.responses import Response

from billingua.core.invoice import Invoice
from billingua.core.order import LineStatus, Order
from billingua.dialects.crux.credentials import Member
from billingua.dialects.crux.listing import Listed, Shown
from billingua.dialects.crux.requests.fulfilment import Statuses
from billingua.dialects.crux.responses.access import standing
from billingua.dialects.crux.responses.orders import detail, entry, invoice_view
from billingua.dialects.crux.responses.remarks import fees, remarks
from billingua.dialects.crux.vocabulary import ITEM_NOT_FOUND
from billingua.wire.replies import json_reply


def options(allowed: Sequence[str]) -> Response:
    """Say which verbs a path takes (A23)."""
    formats = ["application/json"]
    return json_reply({"renders": formats, "parses": formats}, headers={"Allow": ", ".join(allowed)})


def accepted() -> Response:
    """Say that it is done, and nothing else."""
    return Response(status_code=204)


def logged_in(token: str, member: Member) -> Response:
    """Answer a log-in with its token, and what it is good for (§2)."""
    return json_reply({"auth_token": token, **standing(member)})


def order_created(order: Order) -> Response:
    """Answer a new order with its UUID; there are no warnings (§3)."""
    return json_reply({"order_uuid": str(order.uuid), "messages": []}, 201)


def orders_listed(listed: Listed) -> Response:
    """Show a page of orders (§4)."""
    return json_reply({"total_results": listed.total, "orders": [entry(shown) for shown in listed.orders]})


def order_shown(shown: Shown) -> Response:
    """Show one order (§5)."""
    return json_reply(detail(shown))


def orders_shown(orders: Iterable[Shown]) -> Response:
    """Show the orders of a number (§5)."""
    return json_reply([detail(shown) for shown in orders])


def allocated(statuses: Statuses) -> Response:
    """Tell the status of each line that was named (§7)."""
    return json_reply([{str(line): _taken_on(status)} for line, status in statuses])


def _taken_on(status: LineStatus | None) -> str:
    """Say what an allocation came to; that a line was sent already is not among what §7 has words for."""
    return LineStatus.ALLOCATED if status is LineStatus.SHIPPED else status or ITEM_NOT_FOUND


def package_sent(package: UUID) -> Response:
    """Answer a new package with its UUID (§8)."""
    return json_reply({"package_uuid": str(package)}, 201)


def remarks_shown(order: Order) -> Response:
    """Show the notes and attributes of an order (§9)."""
    return json_reply(remarks(order))


def fees_shown(order: Order) -> Response:
    """Show the fees of an order (§10)."""
    return json_reply(fees(order))


def invoices_shown(shown: Shown) -> Response:
    """Show an order with its invoices (§11)."""
    return json_reply(invoice_view(shown))


def invoice_written(invoice: Invoice) -> Response:
    """Answer a new invoice with its UUID (§12)."""
    return json_reply({"invoice_uuid": str(invoice.uuid)}, 201)
