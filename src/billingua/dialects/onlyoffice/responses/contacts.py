"""Contacts, their addresses and opportunities as clients are shown them (contract §11)."""

from typing import Any

from starlette.requests import Request

from billingua.core.party import Address, Party, PartyKind
from billingua.dialects.onlyoffice.responses.references import References
from billingua.dialects.onlyoffice.vocabulary import ADDRESS, ADDRESS_PARTS, CATEGORIES, NAME, currency
from billingua.engine.parties import OpportunityView, PartyView
from billingua.wire.credentials import Session
from billingua.wire.replies import encode_json

_NUMBERS = {category: number for number, category in enumerate(CATEGORIES)}


def contact(view: PartyView, session: Session, request: Request) -> dict[str, Any]:
    """Show a contact: as invoices do, with its own names and addresses."""
    party = view.party
    shown = References(session, request).contact(party, view.readers) or {}
    return {**shown, **_names(party), "addresses": [_address(one) for one in party.addresses], "commonData": []}


def _names(party: Party) -> dict[str, Any]:
    if party.kind is not PartyKind.PERSON:
        return {"companyName": party.name}
    return {"firstName": party.first_name or "", "lastName": party.last_name or ""}


def _address(address: Address) -> dict[str, Any]:
    return {
        **{part: getattr(address, part) for part in ADDRESS_PARTS},
        "category": _NUMBERS[address.category],
        "categoryName": CATEGORIES[address.category],
        "isPrimary": address.primary,
        "id": address.id,
    }


def data(address: Address) -> dict[str, Any]:
    """Show an address as a record of contact data (§11.2)."""
    return {
        "infoType": ADDRESS,
        "category": _NUMBERS[address.category],
        "data": encode_json({part: getattr(address, part) for part in ADDRESS_PARTS}).decode(),
        "categoryName": CATEGORIES[address.category],
        "isPrimary": address.primary,
        "id": address.id,
    }


def opportunity(view: OpportunityView, session: Session, request: Request) -> dict[str, Any]:
    """Show an opportunity, with those who take part in it."""
    shown, references = view.opportunity, References(session, request)
    members = [references.contact(one.party, one.readers) for one in view.participants]
    stages = session.workspace.setting(NAME, "opportunity_stages", ())
    return {
        "title": shown.title,
        "responsible": references.employee(view.responsible),
        "stage": next((dict(stage) for stage in stages if stage["id"] == shown.stage), None),
        "bidCurrency": currency(shown.currency or session.workspace.currency),
        "contact": members[0] if members else None,
        "members": members,
        "id": shown.id,
    }
