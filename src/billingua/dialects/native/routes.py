"""Where clients of our own API knock: the operations, told once, and the pages about them."""

from collections.abc import Mapping

from billingua.dialects.native import docs
from billingua.dialects.native.audit import AuditEndpoints
from billingua.dialects.native.catalogue import FAMILIES, CatalogueEndpoints
from billingua.dialects.native.credits import CreditEndpoints
from billingua.dialects.native.errors import voice
from billingua.dialects.native.explaining import ExplainingEndpoints, Views
from billingua.dialects.native.invoices import InvoiceEndpoints
from billingua.dialects.native.openapi import document
from billingua.dialects.native.operations import Operation, routes_of
from billingua.dialects.native.orders import OrderEndpoints
from billingua.dialects.native.payments import PaymentEndpoints, ReceiptEndpoints
from billingua.dialects.native.vocabulary import NAME
from billingua.dialects.native.workspace import WorkspaceEndpoints
from billingua.engine.ledger import Ledger
from billingua.wire.face import Face
from billingua.wire.openapi import Describe
from billingua.wire.settings import Settings


def make_face(
    ledger: Ledger,
    body_limit: int,
    views: Views | None = None,
    documents: Mapping[str, Describe] | None = None,
    settings: Settings | None = None,
) -> Face:
    """Build the dialect's application on a ledger; bodies over the limit, in bytes, are refused.

    `views` says, by dialect, how an invoice is shown there, `documents` makes the OpenAPI document of each other, and
    `settings` says what they are set to.
    """
    operations = operations_on(ledger, views, settings)
    described = {NAME: lambda: document(operations), **(documents or {})}
    routes = [*routes_of(operations, ledger, body_limit), *docs.routes(described)]
    return Face(NAME, routes, voice, body_limit)


def operations_on(ledger: Ledger, views: Views | None = None, settings: Settings | None = None) -> list[Operation]:
    """List everything that can be asked of a ledger."""
    families = (
        InvoiceEndpoints(ledger),
        ExplainingEndpoints(ledger, views or {}),
        OrderEndpoints(ledger),
        PaymentEndpoints(ledger),
        ReceiptEndpoints(ledger),
        CreditEndpoints(ledger),
        *(CatalogueEndpoints(ledger, family) for family in FAMILIES),
        WorkspaceEndpoints(ledger, settings or {}),
        AuditEndpoints(ledger),
    )
    return [operation for family in families for operation in family.operations()]
