"""Where clients knock for contacts, their addresses and opportunities (contract §11)."""

from collections.abc import Callable, Iterable
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from billingua.core import errors
from billingua.core.party import Address
from billingua.dialects.onlyoffice.credentials import open_session
from billingua.dialects.onlyoffice.listing import Part, narrow
from billingua.dialects.onlyoffice.requests import contacts as requests
from billingua.dialects.onlyoffice.requests.catalogue import addressed, record_id
from billingua.dialects.onlyoffice.responses import contacts as responses
from billingua.dialects.onlyoffice.responses.envelope import success, success_list
from billingua.engine import parties
from billingua.engine.ledger import Ledger
from billingua.engine.parties import AddAddress, AddParticipant, OpportunityView, PartyView
from billingua.engine.plan import Caller, Plan
from billingua.wire.credentials import Session
from billingua.wire.face import Endpoint
from billingua.wire.idempotency import answer_once


class ContactEndpoints:
    """The endpoints of contacts and opportunities on one ledger."""

    def __init__(self, ledger: Ledger, body_limit: int) -> None:
        self._ledger = ledger
        self._body_limit = body_limit

    def calls(self) -> Iterable[tuple[str, str, Endpoint]]:
        """List them, each with its verb and its path."""
        return [
            ("GET", "/contact/filter", self.list_contacts),
            ("GET", "/contact/{id}", self.get_contact),
            ("POST", "/contact/company", self.post_company),
            ("POST", "/contact/person", self.post_person),
            ("POST", "/contact/{id}/addressdata", self.post_address),
            ("GET", "/contact/{id}/data", self.list_data),
            ("POST", "/contact/{id}/data", self.post_data),
            ("POST", "/opportunity", self.post_opportunity),
            ("POST", "/opportunity/{id}/contact/{contact}", self.post_participant),
        ]

    async def list_contacts(self, request: Request) -> Response:
        """Show contacts that the caller may see: those that are asked for, page by page."""
        session = await open_session(request, self._ledger)
        page = await self._ledger.parties(session.caller, requests.party_query(request))
        listed = [record.value for record in page.items]
        views = await self._ledger.read(session.caller, parties.view_parties, listed)
        return success_list(request, Part([responses.contact(view, session, request) for view in views], page.total))

    async def get_contact(self, request: Request) -> Response:
        """Show a contact."""
        session = await open_session(request, self._ledger)
        view = await self._ledger.read(session.caller, find_party, record_id(request))
        return success(request, responses.contact(view, session, request))

    async def post_company(self, request: Request) -> Response:
        """Keep a new company."""
        session = await open_session(request, self._ledger)
        command = await requests.create_company(request, self._body_limit)
        show = _contact_shown(session, request)
        return await answer_once(self._ledger, session.caller, parties.create_party, command, show)

    async def post_person(self, request: Request) -> Response:
        """Keep a new person."""
        session = await open_session(request, self._ledger)
        command = await requests.create_person(request, self._body_limit)
        show = _contact_shown(session, request)
        return await answer_once(self._ledger, session.caller, parties.create_party, command, show)

    async def post_address(self, request: Request) -> Response:
        """Give a contact an address, sent as an object."""
        session = await open_session(request, self._ledger)
        command = await requests.add_address(request, self._body_limit)
        return await answer_once(self._ledger, session.caller, add_address, command, _data_shown(request))

    async def list_data(self, request: Request) -> Response:
        """Show a contact's addresses as records."""
        session = await open_session(request, self._ledger)
        view = await self._ledger.read(session.caller, find_party, record_id(request))
        return success_list(request, narrow(request, [responses.data(one) for one in view.party.addresses]))

    async def post_data(self, request: Request) -> Response:
        """Give a contact an address, sent as a record."""
        session = await open_session(request, self._ledger)
        command = await requests.add_data(request, self._body_limit)
        return await answer_once(self._ledger, session.caller, add_address, command, _data_shown(request))

    async def post_opportunity(self, request: Request) -> Response:
        """Keep a new opportunity."""
        session = await open_session(request, self._ledger)
        command = await requests.create_opportunity(request, self._body_limit)

        def show(view: OpportunityView) -> Response:
            return success(request, responses.opportunity(view, session, request))

        return await answer_once(self._ledger, session.caller, parties.create_opportunity, command, show)

    async def post_participant(self, request: Request) -> Response:
        """Let a contact take part in an opportunity."""
        session = await open_session(request, self._ledger)
        show = _contact_shown(session, request)
        return await answer_once(self._ledger, session.caller, add_participant, requests.add_participant(request), show)


def _contact_shown(session: Session, request: Request) -> Callable[[PartyView], Response]:
    return lambda view: success(request, responses.contact(view, session, request))


def _data_shown(request: Request) -> Callable[[Address], Response]:
    return lambda address: success(request, responses.data(address))


# What the path names, and is not there, is not found; what the body names is an argument that is refused.


def find_party(id: int, caller: Caller, now: datetime) -> Plan[PartyView]:
    """Show one contact."""
    return addressed(parties.find_party(id, caller, now), errors.PartyNotFound)


def add_address(command: AddAddress, caller: Caller, now: datetime) -> Plan[Address]:
    """Give a contact an address."""
    return addressed(parties.add_address(command, caller, now), errors.PartyNotFound)


def add_participant(command: AddParticipant, caller: Caller, now: datetime) -> Plan[PartyView]:
    """Let a contact take part in an opportunity."""
    return addressed(parties.add_participant(command, caller, now), errors.NotFound)
