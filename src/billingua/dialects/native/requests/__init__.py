"""What clients of our own API ask for, as commands and questions to the ledger."""

from billingua.dialects.native.requests.reading import as_content, read_content, read_key, read_moment
from billingua.dialects.native.requests.related import Related, find_invoice, relate, relate_all

__all__ = [
    "Related",
    "as_content",
    "find_invoice",
    "read_content",
    "read_key",
    "read_moment",
    "relate",
    "relate_all",
]
