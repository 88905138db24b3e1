"""The narrow rows by which lists and look-ups find invoices, beside the one that payments change.

What stands here changes when an invoice is edited, which is rare. A payment that is awaited, or has come, is the one
that touches it; all others leave it alone.
"""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any

from billingua.core.invoice import Invoice
from billingua.engine.queries import TextField, invoice_words, said_in

Row = Mapping[str, Any]

SAID_IN: Mapping[TextField, str] = {
    TextField.KIND: "kind_folded",
    TextField.ORDER: "order_folded",
    TextField.PURCHASE_ORDER: "purchase_order_folded",
    TextField.EXTERNAL_PARTY: "external_party_folded",
}
"""The columns of texts that are looked through."""

DETAILED_BY: Callable[[Invoice], Any] = attrgetter(
    "number",
    "description",
    "order",
    "order_number",
    "purchase_order_number",
    "external_party_id",
    "external_id",
    "opportunity",
    "channel",
    "created_by",
    "pending_payments",
    "extras",
)
"""The fields that the details are made of: where those stay, the row stays."""


def invoice_to_details(workspace: str, invoice: Invoice) -> dict[Any, Row]:
    """Write the row of what lists ask of an invoice."""
    row = {
        "workspace": workspace,
        "id": invoice.id,
        "author": invoice.created_by,
        "opportunity": invoice.opportunity,
        "channel": invoice.channel,
        "external_id": invoice.external_id,
        "pending": invoice.pending_payments > 0,
        "words": invoice_words(invoice),
        **{column: said_in(field, invoice) for field, column in SAID_IN.items()},
    }
    return {invoice.id: row}


def invoice_to_runs(workspace: str, invoice: Invoice) -> dict[Any, Row]:
    """Write a row for each run of lines whose ids follow one another: mostly, one is all there is."""
    ids = {line.id for line in invoice.lines}
    firsts, lasts = sorted(id for id in ids if id - 1 not in ids), sorted(id for id in ids if id + 1 not in ids)
    return {
        last: {"workspace": workspace, "last": last, "invoice": invoice.id, "first": first}
        for first, last in zip(firsts, lasts, strict=True)
    }
