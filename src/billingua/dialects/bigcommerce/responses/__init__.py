"""What BigCommerce clients are answered."""

from billingua.dialects.bigcommerce.responses.envelope import success
from billingua.dialects.bigcommerce.responses.extra_fields import extra_field
from billingua.dialects.bigcommerce.responses.invoices import FoundInvoice, invoice, written

__all__ = ["FoundInvoice", "extra_field", "invoice", "success", "written"]
