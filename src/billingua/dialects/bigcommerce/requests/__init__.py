"""What BigCommerce clients ask for, as commands."""

from billingua.dialects.bigcommerce.requests.invoices import amend_invoice, find_invoice, invoice_id, update_invoice

__all__ = ["amend_invoice", "find_invoice", "invoice_id", "update_invoice"]
