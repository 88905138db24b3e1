"""Passwords: the slow hash under which one is kept."""

from functools import cache
from typing import Any


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
