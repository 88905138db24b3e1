"""What clients of our own API ask for, as commands and questions to the ledger."""

from billingua.dialects.native.requests.bulk import Task, task
from billingua.dialects.native.requests.invoices import (
    Act,
    Actions,
    Rewrite,
    Written,
    act,
    create_invoice,
    delete_draft,
    find_actions,
    rewrite_invoice,
)
from billingua.dialects.native.requests.merging import instead, patched
from billingua.dialects.native.requests.reading import (
    as_content,
    read_content,
    read_key,
    read_moment,
    require_nothing,
)
from billingua.dialects.native.requests.related import Related, find_invoice, relate, relate_all, see_invoice

__all__ = [
    "Act",
    "Actions",
    "Related",
    "Rewrite",
    "Task",
    "Written",
    "act",
    "as_content",
    "create_invoice",
    "delete_draft",
    "find_actions",
    "find_invoice",
    "instead",
    "patched",
    "read_content",
    "read_key",
    "read_moment",
    "relate",
    "relate_all",
    "require_nothing",
    "rewrite_invoice",
    "see_invoice",
    "task",
]
