"""What clients ask for on receipts, as commands (contract §6)."""

from starlette.requests import Request

from billingua.core.errors import ReceiptNotFound
from billingua.dialects.bigcommerce.requests.members import ID
from billingua.engine.receipts import ReceiptLineId


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
