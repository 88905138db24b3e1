"""Answers to what makes documents or changes them, and to log-ins (contract §2 to §6)."""

from datetime import datetime, tzinfo
from typing import Any, Protocol

from starlette.responses import Response

from billingua.dialects.modulus.documents import Document
from billingua.dialects.modulus.responses.envelopes import envelope, good
from billingua.dialects.modulus.vocabulary import SUCCESS


class Made(Protocol):
    """A document that was made."""

    @property
    def id(self) -> int:
        """Its id."""
        ...

    @property
    def number(self) -> str:
        """Its number."""
        ...

    @property
    def created_at(self) -> datetime:
        """When it was made."""
        ...


def status_changed() -> Response:
    """Answer a change of status (§4): exactly these three keys, no full stop."""
    return envelope(SUCCESS, "Invoice Status changed successfully")


def document_made(document: Document, made: Made, zone: tzinfo) -> Response:
    """Answer that a document was made, at a time of the account's zone (§3, §5, §6)."""
    return good(
        f"{document.name} added successfully.",
        {
            f"{document.prefix}_id": made.id,
            f"{document.prefix}_serial": made.number,
            "document_type": document.name,
            "creation_date_time": f"{made.created_at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
        },
    )


def authenticated(value: Any) -> Response:
    """Answer a log-in (§2)."""
    return good("Authentication succeeded.", value)
