"""What ONLYOFFICE clients are answered."""

from billingua.dialects.onlyoffice.responses.envelope import reply, success, success_list
from billingua.dialects.onlyoffice.responses.invoices import (
    ShownInvoice,
    deleted_invoice,
    invoice,
    invoice_base,
    invoice_by_number,
    line,
    sample,
)
from billingua.dialects.onlyoffice.responses.tokens import token

__all__ = [
    "ShownInvoice",
    "deleted_invoice",
    "invoice",
    "invoice_base",
    "invoice_by_number",
    "line",
    "reply",
    "sample",
    "success",
    "success_list",
    "token",
]
