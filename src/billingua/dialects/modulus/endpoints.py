"""modulus' endpoints: each hears a request, asks the ledger, and answers."""

from collections.abc import Callable
from dataclasses import replace
from secrets import token_urlsafe
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from billingua.core import errors
from billingua.core.cash import CashEntry
from billingua.core.invoice import Invoice
from billingua.core.item import PriceList
from billingua.dialects.modulus import listing
from billingua.dialects.modulus.credentials import log_in_app, log_in_user, open_reading, open_session
from billingua.dialects.modulus.documents import COLLECTION, INVOICE, RETURN, TRANSACTION, Receipt
from billingua.dialects.modulus.errors import FieldInvalid
from billingua.dialects.modulus.requests import documents, items, log_ins, status, transactions
from billingua.dialects.modulus.responses import documents as answers
from billingua.dialects.modulus.responses import items as item_answers
from billingua.dialects.modulus.responses import readings
from billingua.engine.billing import bill_customer
from billingua.engine.cash import find_entry, move_cash, trade_for_cash
from billingua.engine.catalogue import view_items
from billingua.engine.conditions import telling_version
from billingua.engine.invoices import change_status, find_invoice
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Caller, Command, by_id
from billingua.engine.selling import Sale
from billingua.wire.conditions import NEW, if_match, tagged
from billingua.wire.idempotency import answer_once

C = TypeVar("C")
A = TypeVar("A")


class LogIns:
    """How a token is come by (§2)."""

    def __init__(self, ledger: Ledger, body_limit: int) -> None:
        self._ledger = ledger
        self._body_limit = body_limit

    async def log_in_app(self, request: Request) -> Response:
        """Give a program a token."""
        asked = await log_ins.read_app(request, self._body_limit)
        token = token_urlsafe(24)
        app = await log_in_app(request, self._ledger, asked, token)
        address = request.client.host if request.client else ""
        return answers.authenticated({"token": token, "app_id": app.id, "ip": address})

    async def log_in_user(self, request: Request) -> Response:
        """Give a user a token."""
        asked = await log_ins.read_user(request, self._body_limit)
        token = token_urlsafe(24)
        await log_in_user(request, self._ledger, asked, token)
        return answers.authenticated(token)


class Documents:
    """Invoices, receipts and movements of cash (§3 to §6, §8)."""

    def __init__(self, ledger: Ledger, body_limit: int) -> None:
        self._ledger = ledger
        self._body_limit = body_limit

    async def change_status(self, request: Request) -> Response:
        """Change an invoice's status, which the product calls an update (§4)."""
        session = await open_session(request, self._ledger)
        command = await status.read_change(request, session.workspace, self._body_limit)
        key = by_id(Invoice, command.invoice)
        change = telling_version(change_status, key)

        def show(changed: tuple[Any, int]) -> Response:
            return tagged(answers.status_changed(), changed[1])

        return await answer_once(self._ledger, session.caller, change, command, show, if_match(request, key))

    async def create_invoice(self, request: Request) -> Response:
        """Make an invoice (§3)."""
        session = await open_session(request, self._ledger)
        request.state.document = INVOICE
        command = await documents.read_invoice(request, session.workspace, self._body_limit)
        command = replace(command, sale=await self._looked_up(command.sale, session.caller))

        def show(invoice: Invoice) -> Response:
            return tagged(answers.document_made(INVOICE, invoice, session.workspace.zone), NEW)

        return await self._sell(session.caller, bill_customer, command, show)

    async def create_collection_receipt(self, request: Request) -> Response:
        """Sell for cash (§5)."""
        return await self._create_receipt(COLLECTION, request)

    async def create_return_receipt(self, request: Request) -> Response:
        """Take goods back, and give their price back (§6)."""
        return await self._create_receipt(RETURN, request)

    async def _create_receipt(self, document: Receipt, request: Request) -> Response:
        session = await open_session(request, self._ledger)
        request.state.document = document
        command = await documents.read_receipt(document, request, session.workspace, self._body_limit)
        command = replace(command, sale=await self._looked_up(command.sale, session.caller))

        def show(entry: CashEntry) -> Response:
            return answers.document_made(document, entry, session.workspace.zone)

        return await self._sell(session.caller, trade_for_cash, command, show)

    async def _sell(self, caller: Caller, command: Command[C, A], values: C, show: Callable[[A], Response]) -> Response:
        """Run a command; a unit that it refuses on a line may be one of no item at all (§9)."""
        try:
            return await answer_once(self._ledger, caller, command, values, show)
        except errors.ForeignLineUnit as error:
            if await listing.is_unit(self._ledger, caller, error.unit):
                raise
            raise errors.UnknownLineUnit(error.index) from error

    async def create_transaction(self, request: Request) -> Response:
        """Note cash that moves without goods (§8)."""
        session = await open_session(request, self._ledger)
        request.state.document = TRANSACTION
        command = await transactions.read_transaction(request, session.workspace, self._body_limit)
        usual = await listing.usual_prices(self._ledger, session.caller)
        command = replace(command, usual_prices=usual)

        def show(entry: CashEntry) -> Response:
            return answers.document_made(TRANSACTION, entry, session.workspace.zone)

        return await answer_once(self._ledger, session.caller, move_cash, command, show)

    async def _looked_up(self, sale: Sale, caller: Caller) -> Sale:
        """Look up what the sale's plan cannot find by a key."""
        by_sku = await listing.items_by_sku(self._ledger, caller, [goods.item for goods in sale.goods])
        return replace(
            sale,
            by_sku={sku: item.id for sku, item in by_sku.items()},
            usual_prices=await listing.usual_prices(self._ledger, caller),
        )


class Items:
    """Look-ups of items (§8)."""

    def __init__(self, ledger: Ledger, body_limit: int) -> None:
        self._ledger = ledger
        self._body_limit = body_limit

    async def find_items(self, request: Request) -> Response:
        """List items: all, or those with certain codes. None has attributes, so none is found by one."""
        session = await open_reading(request, self._ledger)
        wanted = await items.read_items_wanted(request, session.workspace, self._body_limit)
        if wanted.codes is None:
            found = await listing.all_items(self._ledger, session.caller, wanted.limit)
        else:
            found = await listing.items_by_code(self._ledger, session.caller, wanted.codes)
        prices = await self._ledger.all_of(session.caller, PriceList)
        shown = found[: 0 if wanted.attributes else wanted.limit]
        return item_answers.items_found(shown, prices, wanted.options)

    async def find_prices(self, request: Request) -> Response:
        """List a page of what a price list has prices for."""
        session = await open_reading(request, self._ledger)
        wanted = items.read_prices_wanted(request)
        lists = await self._ledger.all_of(session.caller, PriceList)
        prices = next((one for one in lists if one.id == wanted.price_list), None)
        if prices is None:
            raise FieldInvalid("price list id")
        listed = await listing.items_of(self._ledger, session.caller, prices)
        start = (wanted.page_number - 1) * wanted.page_size
        views = await self._ledger.read(session.caller, view_items, listed[start : start + wanted.page_size])
        return item_answers.prices_found(prices, views, wanted, len(listed))


class Readings:
    """What was made, for tests to look at (§10)."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def show_invoice(self, request: Request) -> Response:
        """Show an invoice."""
        session = await open_reading(request, self._ledger)
        view = await self._ledger.read(session.caller, find_invoice, request.path_params["id"])
        return tagged(readings.invoice_shown(view, session.workspace.zone), view.version)

    async def show_cash_entry(self, request: Request) -> Response:
        """Show a receipt or a transaction."""
        session = await open_reading(request, self._ledger)
        view = await self._ledger.read(session.caller, find_entry, request.path_params["id"])
        return readings.entry_shown(view, session.workspace.zone)
