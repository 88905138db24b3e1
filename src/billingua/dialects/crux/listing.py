"""What a caller sees of an order: a retailer its own orders whole, a supplier its own part of one (contract §1.3)."""

from collections.abc import Sequence
from dataclasses import replace

from billingua.core.errors import OrderNotFound
from billingua.core.invoice import Invoice
from billingua.core.order import Order, lines_of
from billingua.core.party import TradeRole
from billingua.dialects.crux.credentials import Member
from billingua.engine.ledger import Ledger
from billingua.engine.queries import InvoiceQuery, Sort


def visible_part(order: Order, member: Member) -> Order:
    """Give the order with the lines that the member sees; without any it does not exist (`OrderNotFound`)."""
    organization = member.organization
    if organization.trade_role is TradeRole.SUPPLIER:
        return replace(order, lines=tuple(lines_of(order, organization.uuid).values()))
    if order.retailer != organization.uuid:
        raise OrderNotFound(order.uuid)
    return order


async def visible_invoices(ledger: Ledger, order: Order, member: Member) -> Sequence[Invoice]:
    """List the order's invoices that the member sees, in the order in which they were posted."""
    page = await ledger.invoices(member.caller, InvoiceQuery(order=order.id, sort=Sort.ID))
    organization = member.organization
    sees_all = organization.trade_role is TradeRole.RETAILER
    return [record.value for record in page.items if sees_all or record.value.supplier == organization.uuid]
