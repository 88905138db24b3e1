"""Passwords: the slow hash under which one is kept, and which of them were proven lately."""

from collections import OrderedDict
from functools import cache
from hmac import digest
from typing import Any

MOST_PROVEN = 1000
"""How many proven passwords are remembered; with one more, the one that was longest unused is forgotten."""


@cache
def _hasher() -> Any:
    """Make the hasher when the first password comes: importing it takes time that most commands can spare."""
    from argon2 import PasswordHasher  # noqa: PLC0415

    # OWASP's lower bound for Argon2id: some clients sign in before every call, so it has to be cheap.
    return PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)


def hash_password(password: str, salt: bytes) -> str:
    """Give the hash under which a password is kept; `salt` is 16 random bytes."""
    return _hasher().hash(password, salt=salt)


def password_opens(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one that was hashed; without a hash, none is.

    To find that out takes as long: how long an answer takes shall not tell who has a password.
    """
    from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415

    try:
        return _hasher().verify(password_hash or _nobodys_hash(), password) and bool(password_hash)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys_hash() -> str:
    """Give a hash to compare with where there is none."""
    return hash_password("", bytes(16))


class ProvenPasswords:
    """Remembers which passwords opened which hashes: some clients sign in before every call, and hashing is slow.

    Nothing but what the slow hash has proven is remembered, so guessing is as slow as ever. It is remembered for one
    kept hash, with its salt: whoever changes a password, even to the same one, makes it be proven anew. And it stays in
    the memory of this process, which passwords pass through anyway, and as a digest, not as what was sent.
    """

    def __init__(self) -> None:
        self._marks: OrderedDict[bytes, None] = OrderedDict()

    def knows(self, password_hash: str | None, password: str) -> bool:
        """Whether the password was proven for this hash lately; one that was not may still be right."""
        mark = _mark(password_hash, password)
        if mark not in self._marks:
            return False
        self._marks.move_to_end(mark)
        return True

    def remember(self, password_hash: str | None, password: str) -> None:
        """Take it from whoever proved it that the password opens the hash."""
        self._marks[_mark(password_hash, password)] = None
        while len(self._marks) > MOST_PROVEN:
            self._marks.popitem(last=False)


def _mark(password_hash: str | None, password: str) -> bytes:
    return digest((password_hash or "").encode(), password.encode(), "sha256")
