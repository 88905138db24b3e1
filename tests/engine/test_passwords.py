import pytest

from billingua.engine.passwords import MOST_PROVEN, ProvenPasswords, hash_password, password_opens

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


def test_a_proven_password_is_known_for_its_hash_alone():
    proven = ProvenPasswords()
    assert not proven.knows("kept", "demo")
    proven.remember("kept", "demo")
    assert proven.knows("kept", "demo")
    assert not proven.knows("kept", "Demo")
    assert not proven.knows("changed", "demo")
    assert not proven.knows(None, "demo")


def test_of_too_many_proven_passwords_the_longest_unused_is_forgotten():
    proven = ProvenPasswords()
    for number in range(MOST_PROVEN):
        proven.remember("kept", str(number))
    assert proven.knows("kept", "0")
    proven.remember("kept", "one more")
    assert [proven.knows("kept", password) for password in ("0", "1", "2", "one more")] == [True, False, True, True]
