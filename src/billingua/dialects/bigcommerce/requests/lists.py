"""Which invoices clients ask for, and how those are looked up to be shown (contract §4.1)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from starlette.requests import Request

from billingua.core.invoice import Invoice, Settlement
from billingua.core.order import Order
from billingua.dialects.bigcommerce.listing import (
    one_of,
    read_choice,
    read_descending,
    read_one,
    read_search,
    read_some,
    record_id,
)
from billingua.dialects.bigcommerce.requests.invoices import order_of
from billingua.dialects.bigcommerce.requests.members import ID
from billingua.dialects.bigcommerce.responses import FoundInvoice
from billingua.dialects.bigcommerce.vocabulary import InvoiceStatus
from billingua.engine import invoices
from billingua.engine.plan import Caller, Decision, Needs, Plan, Record, by_id
from billingua.engine.queries import InvoiceQuery, Sort, TextField
from billingua.wire.scalars import read_digits, timestamp

SORTS: Mapping[str, Sort] = {
    "invoiceNumber": Sort.NUMBER,
    "createdAt": Sort.CREATED,
    "customerId": Sort.PARTY,
    "externalCustomerId": Sort.EXTERNAL_PARTY,
    "dueDate": Sort.DUE,
    "updatedAt": Sort.UPDATED,
    "isPendingPayment": Sort.PENDING,
    "openBalance": Sort.OPEN_BALANCE,
    "originalBalance": Sort.ORIGINAL_BALANCE,
    "status": Sort.SETTLEMENT,
}

SEARCHED: Mapping[str, TextField] = {
    "invoiceNumber": TextField.NUMBER,
    "type": TextField.KIND,
    "orderNumber": TextField.ORDER,
    "purchaseOrderNumber": TextField.PURCHASE_ORDER,
    "customerId": TextField.PARTY,
    "externalCustomerId": TextField.EXTERNAL_PARTY,
}

INVOICE_STATUSES: Mapping[int, Settlement] = {
    InvoiceStatus.OPEN: Settlement.OPEN,
    InvoiceStatus.PARTIALLY_PAID: Settlement.PARTLY,
    InvoiceStatus.COMPLETED: Settlement.SETTLED,
}

_REST_OF_SECOND = timedelta(microseconds=999_999)
"""What a second that is shown has behind it, in the ledger."""


def invoice_query(request: Request) -> InvoiceQuery:
    """Read which invoices are asked for, in which order. Refuses with `ParameterInvalid`."""
    text, fields = read_search(request, SEARCHED)
    status = read_one(request, "status", one_of(INVOICE_STATUSES))
    until = read_one(request, "endDateAt", _moment)
    return InvoiceQuery(
        text=text or None,
        text_in=fields,
        party=read_one(request, "customerId", _company),
        party_name=request.query_params.get("customerName") or None,
        settlements=None if status is None else frozenset({status}),
        created_from=read_one(request, "beginDateAt", _moment),
        created_to=until and until + _REST_OF_SECOND,
        external_ids=read_some(request, "externalId", str),
        channels=read_some(request, "channelIds", record_id),
        sort=read_choice(request, "sortBy", SORTS, usual=Sort.CREATED),
        descending=read_descending(request),
    )


def _company(text: str) -> int:
    """Read the id of a company as it is shown; any other text is nobody's."""
    return int(text) if ID.fullmatch(text) and text == str(int(text)) else 0


def _moment(text: str) -> datetime:
    """Read a moment from Unix seconds; one before or after all that there are becomes the first or the last."""
    return _EPOCH + timedelta(seconds=max(_FIRST, min(read_digits(text), _LAST)))


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = timestamp(datetime(1, 1, 1, tzinfo=UTC)), timestamp(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))


def wants_extra_fields(request: Request) -> bool:
    """Whether a list is to show extra fields. Refuses with `ParameterInvalid`."""
    return read_choice(request, "isIncludeExtraFields", {"0": False, "1": True}, usual=False)


def show_listed(ids: Sequence[int], caller: Caller, now: datetime) -> Plan[list[FoundInvoice]]:
    """Look up what is shown of the invoices of a list that was read before, as far as they are still there."""
    keys = [by_id(Invoice, id) for id in ids]
    found = yield Needs(keys)
    return (yield from show_invoices([record for key in keys if (record := found.record(key))], caller, now))


def show_invoices(listed: Sequence[Record[Invoice]], caller: Caller, now: datetime) -> Plan[list[FoundInvoice]]:
    """Look up what is shown of invoices that were listed."""
    views = (yield from invoices.view_invoices(listed, caller, now)).answer
    orders = {view.invoice.id: by_id(Order, order_of(view.invoice)) for view in views}
    found = yield Needs([*dict.fromkeys(orders.values())])
    return Decision([FoundInvoice(view, found.get(orders[view.invoice.id])) for view in views])
