"""What clients ask for on receipts, as commands (contract §6)."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from billingua.core.errors import ReceiptNotFound
from billingua.dialects.bigcommerce.listing import (
    Window,
    one_of,
    read_choice,
    read_descending,
    read_search,
    read_some,
)
from billingua.dialects.bigcommerce.requests.members import ID
from billingua.dialects.bigcommerce.vocabulary import NO_PAYER, STATUSES
from billingua.engine.payment_queries import (
    ReceiptField,
    ReceiptLineQuery,
    ReceiptLineSort,
    ReceiptQuery,
    ReceiptSort,
)
from billingua.engine.receipts import ReceiptLineId

SORTS: Mapping[str, ReceiptSort] = {
    "customerId": ReceiptSort.PARTY,
    "externalCustomerId": ReceiptSort.EXTERNAL_PARTY,
    "paymentId": ReceiptSort.PAYMENT,
    "total": ReceiptSort.TOTAL,
    "transactionType": ReceiptSort.KIND,
    "referenceNumber": ReceiptSort.REFERENCE,
    "createdAt": ReceiptSort.CREATED,
    "updatedAt": ReceiptSort.UPDATED,
}
LINE_SORTS: Mapping[str, ReceiptLineSort] = {
    "customerId": ReceiptLineSort.PARTY,
    "externalCustomerId": ReceiptLineSort.EXTERNAL_PARTY,
    "receiptId": ReceiptLineSort.RECEIPT,
    "invoiceId": ReceiptLineSort.INVOICE,
    "amount": ReceiptLineSort.AMOUNT,
    "createdAt": ReceiptLineSort.CREATED,
    "updatedAt": ReceiptLineSort.UPDATED,
}
SEARCHED: Mapping[str, ReceiptField] = {
    "payerName": ReceiptField.PAYER,
    "referenceNumber": ReceiptField.REFERENCE,
    "customerId": ReceiptField.PARTY,
    "externalId": ReceiptField.EXTERNAL_ID,
    "externalCustomerId": ReceiptField.EXTERNAL_PARTY,
}
SEARCHED_IN_LINES: Mapping[str, ReceiptField] = {
    **SEARCHED,
    "payerCustomerId": ReceiptField.PAYER_ID,
    "invoiceId": ReceiptField.INVOICE,
}


def receipt_query(request: Request, window: Window) -> ReceiptQuery:
    """Read which receipts are asked for, in which order (§6.1). Refuses with `ParameterInvalid`."""
    sort = read_choice(request, "sortBy", SORTS, usual=ReceiptSort.CREATED)
    return ReceiptQuery(**_asked(request, window, SEARCHED), sort=sort)


def receipt_line_query(request: Request, window: Window, receipt: int | None = None) -> ReceiptLineQuery:
    """Read which lines of all receipts, or of one, are asked for (§6.4, §6.5). Refuses with `ParameterInvalid`."""
    sort = read_choice(request, "sortBy", LINE_SORTS, usual=ReceiptLineSort.CREATED)
    return ReceiptLineQuery(**_asked(request, window, SEARCHED_IN_LINES), receipt=receipt, sort=sort)


def _asked(request: Request, window: Window, searched: Mapping[str, ReceiptField]) -> dict[str, Any]:
    """Read what may be asked of receipts and of their lines alike."""
    text, fields = read_search(request, searched)
    return {
        "text": text or None,
        "text_in": fields,
        "usual_payer": NO_PAYER,
        "statuses": read_some(request, "paymentStatus", one_of(STATUSES)),
        "descending": read_descending(request),
        "offset": window.offset,
        "limit": window.limit,
    }


def receipt_id(request: Request) -> int:
    """Read the receipt's id from the path; what is no id names no receipt."""
    text = request.path_params["receipt_id"]
    if not ID.fullmatch(text):
        raise ReceiptNotFound(text)
    return int(text)


def receipt_line_id(request: Request) -> ReceiptLineId:
    """Read which line is meant; what is no id names no line, which is told once its receipt is found."""
    text = request.path_params["line_id"]
    return ReceiptLineId(receipt_id(request), int(text) if ID.fullmatch(text) else 0)
