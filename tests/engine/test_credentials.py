from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from billingua.core import errors
from billingua.engine.credentials import (
    CreateCredential,
    create_credential,
    hash_secret,
    opens,
    revoke_credential,
)
from tests.builders import NOON, a_caller, a_credential, a_uuid
from tests.engine.driving import drive, known


def test_a_token_is_known_by_its_hash_alone():
    assert hash_secret("demo") == sha256(b"demo").hexdigest()
    assert hash_secret("Zoë") != hash_secret("Zoe")


def test_a_token_opens_its_own_credential_while_it_lives():
    credential = a_credential(secret_hash=hash_secret("demo"), expires_at=NOON)
    before = NOON - timedelta(seconds=1)
    assert opens(credential, "demo", before)
    assert not opens(credential, "Demo", before)
    assert not opens(credential, "", before)
    assert not opens(credential, credential.secret_hash, before)
    assert not opens(credential, "demo", NOON)


def test_a_credential_is_made():
    command = CreateCredential(
        dialect="bigcommerce",
        secret_hash=hash_secret("demo"),
        user="ida",
        scopes=("b2b",),
        label="for the shop",
        expires_at=NOON + timedelta(hours=2),
    )
    decision = drive(create_credential(command, a_caller(), NOON), known(credential=4))
    assert decision.answer == a_credential(
        id=4,
        uuid=a_uuid(777_000),
        dialect="bigcommerce",
        secret_hash=hash_secret("demo"),
        user="ida",
        scopes=("b2b",),
        label="for the shop",
        created_at=NOON,
        expires_at=NOON + timedelta(hours=2),
    )
    assert list(decision.saves) == [decision.answer]


def test_a_credential_opens_nothing_once_it_is_revoked():
    credential = a_credential(secret_hash=hash_secret("demo"), expires_at=NOON + timedelta(days=1))
    decision = drive(revoke_credential(1, a_caller(), NOON), known(credential))
    assert decision.answer == replace(credential, expires_at=NOON)
    assert list(decision.saves) == [decision.answer]
    assert not opens(decision.answer, "demo", NOON)


def test_a_credential_that_opens_nothing_any_more_stays_as_it_is():
    credential = a_credential(expires_at=NOON - timedelta(days=1))
    decision = drive(revoke_credential(1, a_caller(), NOON), known(credential))
    assert decision.answer is credential
    assert not list(decision.saves)


def test_an_unknown_credential_cannot_be_revoked():
    with pytest.raises(errors.CredentialNotFound) as refused:
        drive(revoke_credential(2, a_caller(), NOON), known(a_credential()))
    assert refused.value.asked == 2
