"""Why a request is refused before the ledger is asked: facts, drawn as a tree, for each dialect to put into words.

RequestRefused
├─ UnknownPath
├─ WrongVerb
├─ Crashed
├─ TooManyRequests
├─ KeyUnreadable
├─ CredentialRefused
│  ├─ CredentialMissing
│  ├─ CredentialMalformed
│  ├─ CredentialUnknown
│  ├─ CredentialExpired
│  └─ CredentialNotEntitled
└─ BodyRefused
   ├─ BodyTooLarge
   ├─ BodyUnreadable
   │  └─ FormUnreadable
   └─ BodyTypeUnsupported
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TypeVar

from billingua.core.errors import Refused

T = TypeVar("T")


class RequestRefused(Refused):
    """The request cannot be heard; the ledger was not asked."""


class UnknownPath(RequestRefused):
    """Nothing is at this path."""


class WrongVerb(RequestRefused):
    """Something is at this path, but not for this verb; `allowed` lists the verbs that it takes."""

    def __init__(self, verb: str, allowed: Sequence[str]) -> None:
        super().__init__(verb, allowed)
        self.verb = verb
        self.allowed = allowed


class Crashed(RequestRefused):
    """The server failed; what happened stands in its log under the request's id."""


class TooManyRequests(RequestRefused):
    """The caller's requests are used up until the next minute; `wait` is how long that is."""

    def __init__(self, limit: int, wait: timedelta) -> None:
        super().__init__(limit, wait)
        self.limit = limit
        self.wait = wait


class KeyUnreadable(RequestRefused):
    """The `Idempotency-Key` is none: `most` is how many characters one may have."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class CredentialRefused(RequestRefused):
    """The request's credential opens nothing here."""


class CredentialMissing(CredentialRefused):
    """There is none."""


class CredentialMalformed(CredentialRefused):
    """There is something, but not in the form of a credential."""


class CredentialUnknown(CredentialRefused):
    """Nobody has this one."""


class CredentialExpired(CredentialRefused):
    """It opened something once."""


class CredentialNotEntitled(CredentialRefused):
    """It is known, but does not open this."""


class BodyRefused(RequestRefused):
    """The request's body cannot be read."""


class BodyTooLarge(BodyRefused):
    """It is longer than the limit, in bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


class BodyUnreadable(BodyRefused):
    """It is not what its type says; `reason` is the parser's."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class FormUnreadable(BodyUnreadable):
    """It is to be a form, and cannot be taken apart."""


class BodyTypeUnsupported(BodyRefused):
    """It is of a type that is not read here."""

    def __init__(self, content_type: str) -> None:
        super().__init__(content_type)
        self.content_type = content_type


def find_refusal(table: Mapping[type[Exception], T], error: Exception) -> T:
    """Find how an error sounds: by its own class, or by the nearest one that it is a kind of."""
    return next(table[kind] for kind in type(error).__mro__ if kind in table)
