"""What ONLYOFFICE clients are answered."""

from billingua.dialects.onlyoffice.responses.envelope import reply, success
from billingua.dialects.onlyoffice.responses.invoices import ShownInvoice, invoice
from billingua.dialects.onlyoffice.responses.tokens import token

__all__ = ["ShownInvoice", "invoice", "reply", "success", "token"]
