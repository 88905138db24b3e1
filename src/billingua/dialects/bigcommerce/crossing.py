"""How an invoice is shown to somebody who asks for it through another dialect."""

from starlette.requests import Request
from starlette.responses import Response

from billingua.core.errors import Refused
from billingua.dialects.bigcommerce import requests, responses
from billingua.dialects.bigcommerce.errors import voice
from billingua.dialects.bigcommerce.vocabulary import NAME
from billingua.engine.ledger import Ledger
from billingua.wire.credentials import Session, through


async def show_invoice(request: Request, ledger: Ledger, session: Session, invoice: int) -> Response:
    """Answer as to a client of ours who asks for the invoice (§4.3)."""
    session = through(session, NAME)
    try:
        found = await ledger.read(session.caller, requests.find_invoice, invoice)
    except Refused as refused:
        return voice(request, refused)
    return responses.success(responses.invoice(found, session.workspace))
