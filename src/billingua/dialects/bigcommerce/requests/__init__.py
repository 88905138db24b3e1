"""What BigCommerce clients ask for, as commands."""

from billingua.dialects.bigcommerce.requests.creation import (
    CreateInvoice,
    bill_order,
    create_invoice,
    open_invoice,
    order_id,
)
from billingua.dialects.bigcommerce.requests.details import unexplained
from billingua.dialects.bigcommerce.requests.invoices import (
    UpdateInvoice,
    amend_invoice,
    find_invoice,
    invoice_id,
    update_invoice,
)
from billingua.dialects.bigcommerce.requests.lists import invoice_query, show_invoices, show_listed, wants_extra_fields

__all__ = [
    "CreateInvoice",
    "UpdateInvoice",
    "amend_invoice",
    "bill_order",
    "create_invoice",
    "find_invoice",
    "invoice_id",
    "invoice_query",
    "open_invoice",
    "order_id",
    "show_invoices",
    "show_listed",
    "unexplained",
    "update_invoice",
    "wants_extra_fields",
]
