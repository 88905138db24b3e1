"""Lists of payments, of receipts and of their lines in SQL: how many in all, and the ids of one page in their order."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from billingua.core.payment import PaymentStatus
from billingua.engine.payment_queries import (
    PaymentField,
    PaymentQuery,
    PaymentSort,
    ReceiptField,
    ReceiptLineQuery,
    ReceiptLineSort,
    ReceiptQuery,
    ReceiptSort,
    id_in,
    progress,
    whole_second,
)
from billingua.engine.positions import ten_thousandths
from billingua.stores.catalogue_rows import reader_to_row
from billingua.stores.listing import OWN, add_party_name, hidden_parties
from billingua.stores.pages import Conditions, Listing, Variant, table_listing

F = TypeVar("F")

_PAYMENT_KEYS: Mapping[PaymentSort, Sequence[str]] = {
    PaymentSort.CREATED: ("created_second",),
    PaymentSort.ID: (),
    PaymentSort.UPDATED: ("updated_second",),
    PaymentSort.STATUS: ("status",),
    PaymentSort.APPLIED: ("CAST(CAST(applied AS integer) AS bigint)",),
    PaymentSort.TOTAL: ("total",),
    PaymentSort.PARTY: ("party",),
    PaymentSort.EXTERNAL_PARTY: ("external_party_folded",),
    PaymentSort.SOURCE: ("coalesce(source_folded, :usual_source)",),
    PaymentSort.FUNDING: ("coalesce(funding, :usual_funding)",),
}
_PAYMENT_TEXTS: Mapping[PaymentField, str] = {
    PaymentField.PARTY: "CAST(party AS text)",
    PaymentField.EXTERNAL_ID: "external_id_folded",
    PaymentField.EXTERNAL_PARTY: "external_party_folded",
    PaymentField.MEMO: "memo_folded",
    PaymentField.PAYER: "payer_folded",
}


def payment_listing(workspace: str, query: PaymentQuery, variant: Variant) -> Listing:
    """Say in SQL which payments are asked for, as a database wants to hear it."""
    asked = Conditions()
    asked.add("workspace = :workspace", workspace=workspace)
    asked.add(
        "id IN (SELECT payment FROM payment_part WHERE workspace = :workspace AND invoice = :invoice)",
        invoice=query.invoice,
    )
    asked.add("party = :party", party=query.party)
    asked.add("currency = :currency", currency=query.currency)
    asked.add("applied = :applied", applied=query.applied)
    asked.add("total >= :least", least=None if query.least is None else ten_thousandths(query.least))
    asked.add("total <= :most", most=None if query.most is None else ten_thousandths(query.most))
    _add_seconds(asked, query.received_from, query.received_to)
    asked.add_one_of("status", _progress_of(query.statuses))
    asked.add_one_of("channel", query.channels)
    add_party_name(asked, query.party_name, variant)
    if query.reader is not None:
        seen = f"(party NOT IN ({hidden_parties(variant)}) OR author = :author)"
        asked.add(f"{seen} AND {_covers_no_hidden('payment', 'payment_part', variant)}", **_values_of(query.reader))
    if query.text is not None:
        places = _texts(query.text_in, _PAYMENT_TEXTS, variant)
        if PaymentField.ID in query.text_in:
            places += _exactly(asked, "id", query.text)
        asked.add(_any_of(places), text=query.text.casefold())
    asked.values |= {"usual_source": query.usual_source.casefold(), "usual_funding": query.usual_funding}
    total = _total("payment", "payment_row", query, asked)
    return table_listing("payment_row", total, asked, _PAYMENT_KEYS[query.sort], query)


_RECEIPT_KEYS: Mapping[ReceiptSort, Sequence[str]] = {
    ReceiptSort.CREATED: ("created_second",),
    ReceiptSort.ID: (),
    ReceiptSort.UPDATED: ("updated_second",),
    ReceiptSort.PAYMENT: ("payment",),
    ReceiptSort.KIND: ("CAST(CAST(refunds AS integer) AS bigint)",),
    ReceiptSort.TOTAL: ("total",),
    ReceiptSort.REFERENCE: ("reference_folded",),
    ReceiptSort.PARTY: ("party",),
    ReceiptSort.EXTERNAL_PARTY: ("external_party_folded",),
}
_RECEIPT_TEXTS: Mapping[ReceiptField, str] = {
    ReceiptField.PAYER: "payer_folded",
    ReceiptField.PAYER_ID: "payer_id_folded",
    ReceiptField.REFERENCE: "reference_folded",
    ReceiptField.PARTY: "CAST(party AS text)",
    ReceiptField.EXTERNAL_ID: "external_id_folded",
    ReceiptField.EXTERNAL_PARTY: "external_party_folded",
}


def receipt_listing(workspace: str, query: ReceiptQuery, variant: Variant) -> Listing:
    """Say in SQL which receipts are asked for, as a database wants to hear it."""
    asked = Conditions()
    asked.add("workspace = :workspace", workspace=workspace)
    asked.add("payment = :payment", payment=query.payment)
    asked.add("party = :party", party=query.party)
    _add_seconds(asked, query.created_from, query.created_to)
    asked.add_one_of("status", _progress_of(query.statuses))
    _add_reader(asked, query, variant)
    if query.text is not None:
        asked.add(_any_of(_said_of_receipt(query, query.text, variant)), text=query.text.casefold())
    total = _total("receipt", "receipt_row", query, asked)
    return table_listing("receipt_row", total, asked, _RECEIPT_KEYS[query.sort], query)


def _add_seconds(asked: Conditions, since: datetime | None, until: datetime | None) -> None:
    """Ask for what was made between two moments, by the second."""
    asked.add("created_second >= :since", since=None if since is None else whole_second(since))
    asked.add("created_second <= :until", until=None if until is None else whole_second(until))


def _add_reader(asked: Conditions, query: ReceiptQuery | ReceiptLineQuery, variant: Variant) -> None:
    """Ask for receipts from whom the reader may see, of invoices that the reader may see."""
    if query.reader is not None:
        seen = f"party NOT IN ({hidden_parties(variant)})"
        asked.add(f"{seen} AND {_covers_no_hidden('receipt', 'receipt_line', variant)}", **_values_of(query.reader))


def _covers_no_hidden(kind: str, table: str, variant: Variant) -> str:
    """Ask for what covers no invoice that the reader may not see. Those that are gone hide nothing."""
    return (
        f"id NOT IN (SELECT {kind} FROM {table} AS part JOIN invoice"  # noqa: S608 - all of it our own words
        " ON invoice.workspace = part.workspace AND invoice.id = part.invoice"
        f" WHERE part.workspace = :workspace AND invoice.party IN ({hidden_parties(variant)}) AND NOT {OWN})"
    )


def _values_of(reader: str) -> dict[str, str]:
    return {"author": reader, "reader": reader_to_row(reader)}


def _said_of_receipt(query: ReceiptQuery | ReceiptLineQuery, text: str, variant: Variant) -> list[str]:
    """Say where in the row of a receipt a text is looked for."""
    places = _texts(query.text_in, _RECEIPT_TEXTS, variant)
    if ReceiptField.PAYER in query.text_in and text.casefold() in query.usual_payer.casefold():
        places.append("payer_folded = ''")
    return places


_RECEIPTS = "SELECT id FROM receipt_row WHERE workspace = :workspace"
_OF_RECEIPT = "(SELECT {} FROM receipt_row AS whole WHERE whole.workspace = :workspace AND whole.id = receipt)"
_LINE_KEYS: Mapping[ReceiptLineSort, str] = {
    ReceiptLineSort.CREATED: "created_second",
    ReceiptLineSort.UPDATED: _OF_RECEIPT.format("updated_second"),
    ReceiptLineSort.RECEIPT: "receipt",
    ReceiptLineSort.INVOICE: "invoice",
    ReceiptLineSort.AMOUNT: "amount",
    ReceiptLineSort.PARTY: _OF_RECEIPT.format("party"),
    ReceiptLineSort.EXTERNAL_PARTY: _OF_RECEIPT.format("external_party_folded"),
}


def receipt_line_listing(workspace: str, query: ReceiptLineQuery, variant: Variant) -> Listing:
    """Say in SQL which lines of receipts are asked for; a page names the receipt before the line."""
    asked, told = Conditions(), Conditions()
    asked.add("workspace = :workspace", workspace=workspace)
    asked.add("receipt = :receipt", receipt=query.receipt)
    asked.add_one_of("status", _progress_of(query.statuses))
    _add_reader(told, query, variant)
    if told.parts:
        asked.add(f"receipt IN ({_RECEIPTS} AND {told.sql})", **told.values)
    if query.text is not None:
        said = _said_of_receipt(query, query.text, variant)
        places = [f"receipt IN ({_RECEIPTS} AND {_any_of(said)})"] if said else []
        if ReceiptField.INVOICE in query.text_in:
            places += _exactly(asked, "invoice", query.text)
        asked.add(_any_of(places), text=query.text.casefold())
    total = _total("receipt_line", "receipt_line", query, asked)
    return table_listing("receipt_line", total, asked, [_LINE_KEYS[query.sort]], query, ids="receipt, id")


def _progress_of(statuses: Iterable[PaymentStatus] | None) -> list[int] | None:
    return None if statuses is None else [*map(progress, statuses)]


def _texts(fields: frozenset[F], columns: Mapping[F, str], variant: Variant) -> list[str]:
    """Ask, for each field in which a text is looked for, whether it is there."""
    return [f"{variant.place_of}({column}, :text) > 0" for field, column in columns.items() if field in fields]


def _exactly(asked: Conditions, column: str, text: str) -> list[str]:
    """Ask for the id that a text is, if it is one."""
    asked.values["exact"] = id_in(text)
    return [] if asked.values["exact"] is None else [f"{column} = :exact"]


def _any_of(places: list[str]) -> str:
    return f"({' OR '.join(places)})" if places else "1 = 0"


def _total(kind: str, table: str, query: PaymentQuery | ReceiptQuery | ReceiptLineQuery, asked: Conditions) -> str:
    """Sum up what is counted already, where that tells; else count what is found."""
    if any(getattr(query, name, None) is not None for name in _NOT_COUNTED):
        return f"SELECT count(*) FROM {table} WHERE {asked.sql}"  # noqa: S608
    return f"SELECT CAST(coalesce(sum(many), 0) AS bigint) FROM payment_count WHERE {asked.sql} AND kind = '{kind}'"  # noqa: S608


_NOT_COUNTED = (
    *("invoice", "party", "currency", "applied", "channels", "received_from", "received_to", "least", "most"),
    *("party_name", "text", "reader", "payment", "created_from", "created_to", "receipt"),
)
"""The conditions that the kept counts know nothing of."""
