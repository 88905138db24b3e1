"""Where clients knock for what the portal is set to: numbering, the seller, currencies (contract §9, §11.4)."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from billingua.core.access import require_administrator
from billingua.core.workspace import Workspace
from billingua.dialects.onlyoffice.credentials import open_session
from billingua.dialects.onlyoffice.listing import narrow
from billingua.dialects.onlyoffice.requests import portal as requests
from billingua.dialects.onlyoffice.responses import portal as responses
from billingua.dialects.onlyoffice.responses.envelope import success, success_list
from billingua.dialects.onlyoffice.vocabulary import CURRENCIES, currency
from billingua.engine import workspaces
from billingua.engine.ledger import Ledger
from billingua.engine.workspaces import ChangeSettings
from billingua.wire.face import Endpoint
from billingua.wire.idempotency import answer_once


class PortalEndpoints:
    """The endpoints of the portal's settings on one ledger."""

    def __init__(self, ledger: Ledger, body_limit: int) -> None:
        self._ledger = ledger
        self._body_limit = body_limit

    def calls(self) -> Iterable[tuple[str, str, Endpoint]]:
        """List them, each with its verb and its path."""
        return [
            ("GET", "/invoice/settings", self.get_settings),
            ("PUT", "/invoice/settings/name", self.put_numbering),
            ("PUT", "/invoice/settings/terms", self.put_terms),
            ("PUT", "/settings/organisation/base", self.put_name),
            ("PUT", "/settings/organisation/address", self.put_address),
            ("GET", "/settings/organisation/logo", self.get_logo),
            ("PUT", "/settings/organisation/logo", self.put_logo),
            ("GET", "/settings/currency", self.list_currencies),
            ("PUT", "/settings/currency", self.put_currency),
        ]

    async def _workspace(self, request: Request) -> Workspace:
        session = await open_session(request, self._ledger)
        return await self._ledger.read(session.caller, workspaces.find_workspace, None)

    async def _change(
        self,
        request: Request,
        read: Callable[[Request, int], Awaitable[ChangeSettings]],
        show: Callable[[Workspace], Any],
    ) -> Response:
        """Change a setting for somebody who may; whoever may not is told so before anything else."""
        session = await open_session(request, self._ledger)
        require_administrator(session.caller.user)
        command = await read(request, self._body_limit)

        def shown(workspace: Workspace) -> Response:
            return success(request, show(workspace))

        return await answer_once(self._ledger, session.caller, workspaces.change_settings, command, shown)

    async def get_settings(self, request: Request) -> Response:
        """Show the settings."""
        return success(request, responses.settings(await self._workspace(request)))

    async def put_numbering(self, request: Request) -> Response:
        """Say how invoices are numbered."""
        return await self._change(request, requests.change_numbering, responses.settings)

    async def put_terms(self, request: Request) -> Response:
        """Say with which terms invoices begin."""
        return await self._change(request, requests.change_terms, responses.settings)

    async def put_name(self, request: Request) -> Response:
        """Name the seller."""
        return await self._change(request, requests.change_name, responses.company_name)

    async def put_address(self, request: Request) -> Response:
        """Say where the seller is."""
        return await self._change(request, requests.change_address, responses.company_address)

    async def get_logo(self, request: Request) -> Response:
        """Show the seller's logo."""
        return success(request, responses.logo(await self._workspace(request)))

    async def put_logo(self, request: Request) -> Response:
        """Take the seller's logo away."""
        return await self._change(request, requests.change_logo, responses.logo_id)

    async def list_currencies(self, request: Request) -> Response:
        """Show the currencies that can be invoiced in, in the order of their abbreviations."""
        session = await open_session(request, self._ledger)
        await self._ledger.prove(session.caller)
        return success_list(request, narrow(request, [currency(code) for code in sorted(CURRENCIES)]))

    async def put_currency(self, request: Request) -> Response:
        """Choose the portal's currency."""
        session = await open_session(request, self._ledger)
        require_administrator(session.caller.user)
        code = await requests.choose_currency(request, self._body_limit)

        def show(workspace: Workspace) -> Response:
            return success(request, currency(workspace.currency))

        return await answer_once(self._ledger, session.caller, workspaces.choose_currency, code, show)
