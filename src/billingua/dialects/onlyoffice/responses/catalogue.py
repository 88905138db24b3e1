"""Products and taxes as clients are shown them (contract §3.4, §3.5)."""

from typing import Any

from starlette.requests import Request

from billingua.core.access import administers
from billingua.dialects.onlyoffice.responses.references import References, decimal
from billingua.dialects.onlyoffice.vocabulary import currency
from billingua.engine.catalogue import ItemView, TaxView
from billingua.wire.credentials import Session


def tax(view: TaxView, session: Session, request: Request) -> dict[str, Any]:
    """Show a tax (§3.5)."""
    return _tax(view, References(session, request))


def _tax(view: TaxView, references: References) -> dict[str, Any]:
    shown, is_administrator = view.tax, administers(references.user)
    return {
        "name": shown.name,
        "description": shown.description,
        "rate": decimal(shown.rate),
        "createOn": references.moment(shown.created_at),
        "createBy": references.employee(view.author),
        "canEdit": is_administrator,
        "canDelete": is_administrator and not view.uses,
        "id": shown.id,
    }


def product(view: ItemView, session: Session, request: Request) -> dict[str, Any]:
    """Show a product (§3.4), whoever made it; its price is in the portal's currency."""
    shown, references = view.item, References(session, request)
    is_administrator = administers(references.user)
    return {
        "title": shown.title,
        "stockKeepingUnit": shown.sku,
        "description": shown.description,
        "price": decimal(shown.price),
        "currency": currency(session.workspace.currency),
        "stockQuantity": decimal(shown.stock),
        "trackInvenory": shown.track_stock,
        "invoiceTax1": view.tax1 and _tax(view.tax1, references),
        "invoiceTax2": view.tax2 and _tax(view.tax2, references),
        "createOn": references.moment(shown.created_at),
        "createBy": references.employee(view.author),
        "canEdit": is_administrator,
        "canDelete": is_administrator and not view.uses,
        "id": shown.id,
    }
