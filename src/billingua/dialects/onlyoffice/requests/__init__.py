"""What ONLYOFFICE clients ask for, as commands."""

from billingua.dialects.onlyoffice.requests.binding import (
    Parameters,
    Values,
    from_object,
    from_pairs,
    read_parameters,
)
from billingua.dialects.onlyoffice.requests.invoices import (
    create_invoice,
    find_invoice,
    find_invoice_by_number,
    invoice_id,
    post_invoice,
    put_invoice,
    read_invoice_number,
    record_id,
    replace_invoice,
    view_invoices,
)
from billingua.dialects.onlyoffice.requests.moments import moment_reader
from billingua.dialects.onlyoffice.requests.signing_in import read_sign_in

__all__ = [
    "Parameters",
    "Values",
    "create_invoice",
    "find_invoice",
    "find_invoice_by_number",
    "from_object",
    "from_pairs",
    "invoice_id",
    "moment_reader",
    "post_invoice",
    "put_invoice",
    "read_invoice_number",
    "read_parameters",
    "read_sign_in",
    "record_id",
    "replace_invoice",
    "view_invoices",
]
