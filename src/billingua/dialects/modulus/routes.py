"""Where modulus clients knock. Path names are compared in their exact case (contract §1)."""

from starlette.routing import Route

from billingua.dialects.modulus.endpoints import Documents, Items, LogIns, Readings
from billingua.dialects.modulus.errors import voice
from billingua.dialects.modulus.vocabulary import NAME
from billingua.engine.ledger import Ledger
from billingua.wire.face import Face


def make_face(ledger: Ledger, body_limit: int) -> Face:
    """Build the dialect's application on a ledger; bodies over the limit, in bytes, are refused."""
    documents, items, log_ins = Documents(ledger, body_limit), Items(ledger, body_limit), LogIns(ledger, body_limit)
    routes = [
        Route("/api/cmn/Authenticate", log_ins.log_in_app, methods=["POST"]),
        Route("/api/cmn/AuthenticateToken", log_ins.log_in_user, methods=["POST"]),
        Route("/api/inv/v1/Invoice", documents.create_invoice, methods=["POST"]),
        Route("/api/inv/v1/Invoice", documents.change_status, methods=["PATCH"]),
        Route("/api/inv/v1/CollectionReceipt", documents.create_collection_receipt, methods=["POST"]),
        # The name has a blank, which some clients write as they would in a query (§6).
        Route("/api/inv/v1/Return Receipt", documents.create_return_receipt, methods=["POST"]),
        Route("/api/inv/v1/Return+Receipt", documents.create_return_receipt, methods=["POST"]),
        Route("/api/inv/v1/ReturnReceipt", documents.create_return_receipt, methods=["POST"]),
        Route("/api/itm/PublicItem", items.find_items, methods=["POST"]),
        Route("/api/itm/PublicItem", items.find_prices, methods=["GET"]),
        Route("/api/itm/PublicListItem", items.find_prices, methods=["GET"]),
        Route("/api/csh/v1/Transaction", documents.create_transaction, methods=["POST"]),
    ]
    return Face(NAME, routes, voice, body_limit)


def make_reading_face(ledger: Ledger) -> Face:
    """Build what reads documents back: no part of the product's API, and for tests alone (§10)."""
    readings = Readings(ledger)
    routes = [
        Route("/_admin/invoices/{id:int}", readings.show_invoice, methods=["GET"]),
        Route("/_admin/cash/{id:int}", readings.show_cash_entry, methods=["GET"]),
    ]
    return Face(NAME, routes, voice)
