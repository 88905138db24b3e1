import pytest

from billingua.engine.passwords import hash_password, password_opens

SALT = bytes(range(16))


def test_a_password_is_kept_as_a_slow_hash_and_opens_what_it_was_hashed_for():
    kept = hash_password("demo", SALT)
    assert kept.startswith("$argon2id$")
    assert "demo" not in kept
    assert password_opens(kept, "demo")
    assert not password_opens(kept, "Demo")


def test_the_same_password_with_another_salt_has_another_hash():
    assert hash_password("demo", SALT) == hash_password("demo", SALT) != hash_password("demo", bytes(16))


@pytest.mark.parametrize("kept", [None, "", "demo", "$argon2id$broken"])
def test_without_a_readable_hash_no_password_opens_anything(kept: str | None):
    assert not password_opens(kept, "demo")
    assert not password_opens(kept, "")
