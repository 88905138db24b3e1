"""Lists of credit notes in SQL: how many there are in all, and the ids of one page in their order."""

from collections.abc import Mapping, Sequence

from billingua.engine.credit_queries import CreditNoteQuery, CreditNoteSort
from billingua.stores.catalogue_rows import reader_to_row
from billingua.stores.listing import hidden_parties
from billingua.stores.pages import Conditions, Listing, Variant, table_listing
from billingua.stores.rows import instant_to_row

_KEYS: Mapping[CreditNoteSort, Sequence[str]] = {
    CreditNoteSort.ID: (),
    CreditNoteSort.NUMBER: ("number_folded",),
    CreditNoteSort.ISSUED: ("issued_at",),
    CreditNoteSort.CREATED: ("created_at",),
}


def credit_note_listing(workspace: str, query: CreditNoteQuery, variant: Variant) -> Listing:
    """Say in SQL which credit notes are asked for, as a database wants to hear it."""
    asked = Conditions()
    asked.add("workspace = :workspace", workspace=workspace)
    asked.add("invoice = :invoice", invoice=query.invoice)
    asked.add("party = :party", party=query.party)
    asked.add("voided = :voided", voided=query.voided)
    text = None if query.text is None else query.text.casefold()
    asked.add(f"{variant.place_of}(number_folded, :text) > 0", text=text)
    asked.add("issued_at >= :issued_from", issued_from=query.issued_from and instant_to_row(query.issued_from))
    asked.add("issued_at <= :issued_to", issued_to=query.issued_to and instant_to_row(query.issued_to))
    if query.reader is not None:
        seen = f"(party NOT IN ({hidden_parties(variant)}) OR author = :author)"
        asked.add(seen, author=query.reader, reader=reader_to_row(query.reader))
    total = f"SELECT count(*) FROM credit_note_row WHERE {asked.sql}"  # noqa: S608 - all of it our own words
    return table_listing("credit_note_row", total, asked, _KEYS[query.sort], query)
