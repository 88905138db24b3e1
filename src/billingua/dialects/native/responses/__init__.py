"""What clients of our own API are answered."""

from billingua.dialects.native.responses.history import change, history
from billingua.dialects.native.responses.invoices import etag, invoice, invoices, whole

__all__ = ["change", "etag", "history", "invoice", "invoices", "whole"]
