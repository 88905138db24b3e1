"""What BigCommerce clients ask for, as commands."""

from billingua.dialects.bigcommerce.requests.creation import bill_order, create_invoice, open_invoice, order_id
from billingua.dialects.bigcommerce.requests.invoices import amend_invoice, find_invoice, invoice_id, update_invoice

__all__ = [
    "amend_invoice",
    "bill_order",
    "create_invoice",
    "find_invoice",
    "invoice_id",
    "open_invoice",
    "order_id",
    "update_invoice",
]
