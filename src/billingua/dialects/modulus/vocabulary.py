"""modulus' words for what the ledger knows (contract §4.2, §9)."""

from dataclasses import dataclass

from billingua.core.lifecycle import Action, Status

NAME = "modulus"
"""The dialect's name."""

SUCCESS = "Success"
ERROR = "Error"

INVALID_STATUS = 5505
MISSING_STATUS = 5526

CODES = {
    INVALID_STATUS: "Invalid status.",
    MISSING_STATUS: "Missing status.",
}
"""The error codes with their texts, both part of the wire (§9)."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What asking for a status means: an action, and the statuses in which there is nothing left to do."""

    action: Action
    already: frozenset[Status] = frozenset()


WISHES = {
    "STATUS_SENT": Wish(Action.ISSUE, already=frozenset({Status.OPEN, Status.PAID})),
    "STATUS_VOID": Wish(Action.VOID),
}
"""The statuses that may be asked for, compared exactly (§4.2). A paid invoice counts as sent here."""
