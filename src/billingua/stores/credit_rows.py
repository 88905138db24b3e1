"""The narrow rows by which lists find credit notes, whatever the database: one beside each note's own."""

from collections.abc import Mapping
from typing import Any

from billingua.core.credit import CreditNote
from billingua.stores.rows import instant_to_row

Row = Mapping[str, Any]


def credit_note_to_rows(workspace: str, note: CreditNote) -> dict[Any, Row]:
    """Write the row of a credit note."""
    row = {
        "workspace": workspace,
        "id": note.id,
        "invoice": note.invoice,
        "party": note.party,
        "author": note.created_by,
        "number_folded": note.number.casefold(),
        "voided": not note.is_live,
        "issued_at": instant_to_row(note.issued_at),
        "created_at": instant_to_row(note.created_at),
    }
    return {note.id: row}
