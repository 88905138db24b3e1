"""What ONLYOFFICE clients are answered."""

from billingua.dialects.onlyoffice.responses.envelope import reply, success
from billingua.dialects.onlyoffice.responses.invoices import ShownInvoice, invoice

__all__ = ["ShownInvoice", "invoice", "reply", "success"]
