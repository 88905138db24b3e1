"""Where BigCommerce clients knock."""

from starlette.routing import Route

from billingua.dialects.bigcommerce.credentials import Entrance
from billingua.dialects.bigcommerce.errors import voice
from billingua.dialects.bigcommerce.invoices import InvoiceEndpoints
from billingua.dialects.bigcommerce.payments import PaymentEndpoints
from billingua.dialects.bigcommerce.printing import PrintingEndpoints
from billingua.dialects.bigcommerce.receipts import ReceiptEndpoints
from billingua.dialects.bigcommerce.vocabulary import NAME
from billingua.engine.ledger import Ledger
from billingua.wire.face import Face

BASE = "/api/v3/io/ip"


def make_face(ledger: Ledger, body_limit: int) -> Face:
    """Build the dialect's application on a ledger; bodies over the limit, in bytes, are refused."""
    entrance = Entrance(ledger)
    families = [
        InvoiceEndpoints(ledger, entrance, body_limit),
        PrintingEndpoints(ledger, entrance),
        PaymentEndpoints(ledger, entrance, body_limit),
        ReceiptEndpoints(ledger, entrance),
    ]
    calls = [call for family in families for call in family.calls()]
    routes = [Route(BASE + path, endpoint, methods=verbs) for verbs, path, endpoint in calls]
    return Face(NAME, routes, voice, body_limit)
