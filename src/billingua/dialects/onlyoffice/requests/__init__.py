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
    invoice_id,
    post_invoice,
    put_invoice,
    replace_invoice,
)
from billingua.dialects.onlyoffice.requests.moments import moment_reader
from billingua.dialects.onlyoffice.requests.signing_in import read_sign_in

__all__ = [
    "Parameters",
    "Values",
    "create_invoice",
    "find_invoice",
    "from_object",
    "from_pairs",
    "invoice_id",
    "moment_reader",
    "post_invoice",
    "put_invoice",
    "read_parameters",
    "read_sign_in",
    "replace_invoice",
]
