"""How an invoice is shown to somebody who asks for it through another dialect."""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from billingua.core.errors import InvoiceNotFound, OrderNotFound, Refused
from billingua.core.invoice import Invoice
from billingua.core.order import Order
from billingua.dialects.crux.errors import voice
from billingua.dialects.crux.responses.invoices import invoices_of
from billingua.dialects.crux.vocabulary import NAME
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Caller, Decision, Needs, Plan, by_id
from billingua.wire.credentials import Session, through
from billingua.wire.replies import json_reply


async def show_invoice(request: Request, ledger: Ledger, session: Session, invoice: int) -> Response:
    """Answer what stands of the invoice in its order, as its retailer sees it (§11); without an order it is nowhere."""
    session = through(session, NAME)
    try:
        order, billed = await ledger.read(session.caller, _find, invoice)
    except Refused as refused:
        return voice(request, refused)
    (shown,) = invoices_of(order, [billed])
    return json_reply(shown)


def _find(id: int, caller: Caller, now: datetime) -> Plan[tuple[Order, Invoice]]:
    key = by_id(Invoice, id)
    found = yield Needs([key])
    invoice = found.require(key, InvoiceNotFound(id))
    order = by_id(Order, invoice.order or 0)
    found = yield Needs([order])
    return Decision((found.require(order, OrderNotFound(invoice.order)), invoice))
