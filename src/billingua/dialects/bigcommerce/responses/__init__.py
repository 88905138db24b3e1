"""What BigCommerce clients are answered."""

from billingua.dialects.bigcommerce.responses.envelope import success
from billingua.dialects.bigcommerce.responses.extra_fields import extra_field
from billingua.dialects.bigcommerce.responses.invoices import (
    FoundInvoice,
    created,
    download,
    invoice,
    listed,
    of_order,
    written,
)
from billingua.dialects.bigcommerce.responses.orders import order_details

__all__ = [
    "FoundInvoice",
    "created",
    "download",
    "extra_field",
    "invoice",
    "listed",
    "of_order",
    "order_details",
    "success",
    "written",
]
