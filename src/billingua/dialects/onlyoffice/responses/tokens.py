"""What those who sign in are given (contract §1.4)."""

from typing import Any

from starlette.requests import Request

from billingua.core.access import Credential
from billingua.dialects.onlyoffice.responses.references import References
from billingua.wire.credentials import Session


def token(token: str, credential: Credential, session: Session, request: Request) -> dict[str, Any]:
    """Show a token, and until when it opens something."""
    return {"token": token, "expires": References(session, request).moment(credential.expires_at)}
