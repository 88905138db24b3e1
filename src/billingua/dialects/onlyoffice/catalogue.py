"""Where clients knock for products and taxes (contract §7, §8)."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from billingua.core import errors
from billingua.core.access import require_administrator
from billingua.core.money import ZERO
from billingua.core.tax import Tax
from billingua.dialects.onlyoffice.credentials import open_session
from billingua.dialects.onlyoffice.errors import ArgumentRefused
from billingua.dialects.onlyoffice.listing import Part, narrow
from billingua.dialects.onlyoffice.requests import catalogue as requests
from billingua.dialects.onlyoffice.requests.catalogue import addressed
from billingua.dialects.onlyoffice.responses import catalogue as responses
from billingua.dialects.onlyoffice.responses.envelope import success, success_list
from billingua.engine import catalogue
from billingua.engine.catalogue import ItemContent, ItemView, ReplaceItem, ReplaceTax, TaxView
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Caller, Plan
from billingua.wire.credentials import Session
from billingua.wire.face import Endpoint
from billingua.wire.idempotency import answer_once


class CatalogueEndpoints:
    """The endpoints of products and taxes on one ledger."""

    def __init__(self, ledger: Ledger, body_limit: int) -> None:
        self._ledger = ledger
        self._body_limit = body_limit

    def calls(self) -> Iterable[tuple[str, str, Endpoint]]:
        """List them, each with its verb and its path."""
        return [
            ("GET", "/invoice/tax", self.list_taxes),
            ("POST", "/invoice/tax", self.post_tax),
            ("PUT", "/invoice/tax/{id}", self.put_tax),
            ("DELETE", "/invoice/tax/{id}", self.delete_tax),
            ("GET", "/invoiceitem/filter", self.list_products),
            ("GET", "/invoiceitem/{id}", self.get_product),
            ("PUT", "/invoiceitem/{id}", self.put_product),
            ("DELETE", "/invoiceitem/{id}", self.delete_product),
            ("POST", "/invoiceitem", self.post_product),
            ("DELETE", "/invoiceitem", self.delete_products),
        ]

    async def _administrator(self, request: Request) -> Session:
        """Let in those who may change something here: whoever may not is told so before anything else (§7.1)."""
        session = await open_session(request, self._ledger)
        require_administrator(session.caller.user)
        return session

    async def list_taxes(self, request: Request) -> Response:
        """Show the taxes, in the order of their ids."""
        session = await open_session(request, self._ledger)
        taxes = await self._ledger.all_of(session.caller, Tax)
        views = await self._ledger.read(session.caller, catalogue.view_taxes, taxes)
        return success_list(request, narrow(request, [responses.tax(view, session, request) for view in views]))

    async def post_tax(self, request: Request) -> Response:
        """Keep a new tax."""
        session = await self._administrator(request)
        taxes = await self._ledger.all_of(session.caller, Tax)
        command = await requests.create_tax(request, taxes, self._body_limit)
        show = _tax_shown(session, request)
        return await answer_once(self._ledger, session.caller, catalogue.create_tax, command, show)

    async def put_tax(self, request: Request) -> Response:
        """Write a tax anew."""
        session = await self._administrator(request)
        command = await requests.replace_tax(request, self._body_limit)
        show = _tax_shown(session, request)
        return await answer_once(self._ledger, session.caller, replace_tax, command, show)

    async def delete_tax(self, request: Request) -> Response:
        """Delete a tax."""
        session = await self._administrator(request)
        show = _tax_shown(session, request)
        return await answer_once(self._ledger, session.caller, delete_tax, requests.record_id(request), show)

    async def list_products(self, request: Request) -> Response:
        """Show products: those that are asked for, page by page (§7.2)."""
        session = await open_session(request, self._ledger)
        page = await self._ledger.items(session.caller, requests.item_query(request))
        items = [record.value for record in page.items]
        views = await self._ledger.read(session.caller, catalogue.view_items, items)
        return success_list(request, Part([responses.product(view, session, request) for view in views], page.total))

    async def get_product(self, request: Request) -> Response:
        """Show a product (§7.2)."""
        session = await open_session(request, self._ledger)
        view = await self._ledger.read(session.caller, find_item, requests.record_id(request))
        return success(request, responses.product(view, session, request))

    async def post_product(self, request: Request) -> Response:
        """Keep a new product."""
        session = await self._administrator(request)
        content = await requests.create_item(request, self._body_limit)
        show = _product_shown(session, request)
        return await answer_once(self._ledger, session.caller, create_item, content, show)

    async def put_product(self, request: Request) -> Response:
        """Write a product anew."""
        session = await self._administrator(request)
        command = await requests.replace_item(request, self._body_limit)
        show = _product_shown(session, request)
        return await answer_once(self._ledger, session.caller, replace_item, command, show)

    async def delete_product(self, request: Request) -> Response:
        """Delete a product."""
        session = await self._administrator(request)
        show = _product_shown(session, request)
        return await answer_once(self._ledger, session.caller, delete_item, requests.record_id(request), show)

    async def delete_products(self, request: Request) -> Response:
        """Delete products: those that are there and not in use."""
        session = await self._administrator(request)
        ids = await requests.read_ids(request, "ids", self._body_limit)

        def show(views: Sequence[ItemView]) -> Response:
            shown = [responses.product(view, session, request) for view in views]
            return success_list(request, Part(shown, len(shown), is_counted=False))

        return await answer_once(self._ledger, session.caller, catalogue.delete_items, ids, show)


def _tax_shown(session: Session, request: Request) -> Callable[[TaxView], Response]:
    return lambda view: success(request, responses.tax(view, session, request))


def _product_shown(session: Session, request: Request) -> Callable[[ItemView], Response]:
    return lambda view: success(request, responses.product(view, session, request))


# What the path names, and is not there, is not found; what the body names is an argument that is refused.


def find_item(id: int, caller: Caller, now: datetime) -> Plan[ItemView]:
    """Show one product."""
    return addressed(catalogue.find_item(id, caller, now), errors.ItemNotFound)


def create_item(content: ItemContent, caller: Caller, now: datetime) -> Plan[ItemView]:
    """Keep a new product."""
    return _priced(catalogue.create_item(content, caller, now))


def replace_item(command: ReplaceItem, caller: Caller, now: datetime) -> Plan[ItemView]:
    """Write a product anew."""
    return _priced(addressed(catalogue.replace_item(command, caller, now), errors.ItemNotFound))


def _priced(plan: Plan[ItemView]) -> Plan[ItemView]:
    """Run a plan that keeps a product. Refuses with `ArgumentRefused` where nothing is left of its price once rounded.

    That is known here alone: a price that is written back as it was read is not rounded.
    """
    decision = yield from plan
    if decision.answer.item.price <= ZERO:
        raise ArgumentRefused("price")
    return decision


def delete_item(id: int, caller: Caller, now: datetime) -> Plan[ItemView]:
    """Delete a product."""
    return addressed(catalogue.delete_item(id, caller, now), errors.ItemNotFound)


def replace_tax(command: ReplaceTax, caller: Caller, now: datetime) -> Plan[TaxView]:
    """Write a tax anew."""
    return addressed(catalogue.replace_tax(command, caller, now), errors.TaxNotFound)


def delete_tax(id: int, caller: Caller, now: datetime) -> Plan[TaxView]:
    """Delete a tax."""
    return addressed(catalogue.delete_tax(id, caller, now), errors.TaxNotFound)
