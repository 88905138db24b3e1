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
    """Whether the password is the one that was hashed; without a hash, none is."""
    from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415

    if password_hash is None:
        return False
    try:
        return _hasher().verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
