from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from billingua.core import errors
from billingua.engine.credentials import (
    GIVEN_AGAIN_FOR,
    LOG_IN,
    MOST_GIVEN,
    REMOVED_AFTER,
    CreateCredential,
    GivenTokens,
    IssueToken,
    create_credential,
    find_issued,
    hash_secret,
    issue_token,
    opens,
    remove_ended,
    revoke_credential,
)
from billingua.engine.plan import Caller
from tests.builders import NOON, a_caller, a_credential, a_user, a_uuid
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


# Log-ins.

IDA = a_caller(dialect="onlyoffice", user=a_user(password_hash="kept"))
ISSUED = a_credential(dialect="onlyoffice", secret_hash=hash_secret("token"), user="ida", label=LOG_IN, expires_at=NOON)
BEFORE = NOON - timedelta(seconds=1)


@pytest.mark.parametrize(("caller", "user"), [(IDA, "ida"), (a_caller(dialect="onlyoffice"), None)])
def test_a_token_is_issued_to_whoever_asks_for_as_long_as_it_lives(caller: Caller, user: str | None):
    command = IssueToken(hash_secret("token"), timedelta(hours=2))
    decision = drive(issue_token(command, caller, NOON), known(credential=4))
    issued = replace(ISSUED, id=4, uuid=a_uuid(777_000), user=user, expires_at=NOON + timedelta(hours=2))
    assert (decision.answer, list(decision.saves)) == (issued, [issued])


@pytest.mark.parametrize(
    ("kept", "caller", "at", "is_found"),
    [
        (ISSUED, IDA, BEFORE, True),
        (ISSUED, IDA, NOON, False),
        (replace(ISSUED, expires_at=BEFORE), IDA, BEFORE, False),
        (replace(ISSUED, dialect="crux"), IDA, BEFORE, False),
        (replace(ISSUED, secret_hash=hash_secret("other")), IDA, BEFORE, False),
        (replace(ISSUED, user="jon"), IDA, BEFORE, False),
        (replace(ISSUED, user=None), replace(IDA, user=None), BEFORE, False),
    ],
    ids=["live", "ended", "revoked", "another dialect's", "another token's", "another user's", "nobody's"],
)
def test_an_issued_token_is_found_while_it_opens_something_for_its_user(
    kept: Any, caller: Caller, at: Any, is_found: bool
):
    assert drive(find_issued("token", caller, at), known(kept)).answer == (kept if is_found else None)


def test_a_token_is_given_again_for_a_while():
    given = GivenTokens()
    assert given.recall(IDA, NOON) is None
    given.remember(IDA, "token", NOON)
    for moment, token in (
        (NOON, "token"),
        (NOON + GIVEN_AGAIN_FOR - timedelta(microseconds=1), "token"),
        (NOON + GIVEN_AGAIN_FOR, None),
        (BEFORE, None),
    ):
        assert given.recall(IDA, moment) == token
    given.remember(IDA, "another", NOON + GIVEN_AGAIN_FOR)
    assert given.recall(IDA, NOON + GIVEN_AGAIN_FOR) == "another"


@pytest.mark.parametrize(
    "other",
    [
        replace(IDA, workspace="other"),
        replace(IDA, dialect="crux"),
        replace(IDA, user=a_user(username="jon", password_hash="kept")),
        replace(IDA, user=a_user(password_hash="changed")),
        replace(IDA, user=a_user()),
        replace(IDA, user=None),
    ],
)
def test_a_token_is_given_again_to_nobody_else(other: Caller):
    given = GivenTokens()
    given.remember(IDA, "token", NOON)
    assert given.recall(other, NOON) is None
    given.remember(other, "theirs", NOON)
    assert (given.recall(IDA, NOON), given.recall(other, NOON)) == ("token", "theirs")


def test_of_too_many_tokens_the_longest_unused_is_forgotten():
    given = GivenTokens()
    callers = [replace(IDA, workspace=str(number)) for number in range(MOST_GIVEN + 1)]
    for caller in callers[:-1]:
        given.remember(caller, caller.workspace, NOON)
    given.recall(callers[0], NOON)
    given.remember(callers[2], "2", NOON)
    given.remember(callers[-1], "new", NOON)
    assert [given.recall(callers[number], NOON) for number in (0, 1, 2, 3, -1)] == ["0", None, "2", "3", "new"]


def test_what_log_ins_left_behind_is_removed_a_while_after_its_end():
    log_ins = [
        replace(ISSUED, id=id, uuid=a_uuid(id), secret_hash=str(id), expires_at=NOON - REMOVED_AFTER + later)
        for id, later in enumerate((timedelta(), timedelta(microseconds=1), timedelta(days=-9), timedelta(days=9)), 1)
    ]
    others = [
        a_credential(id=5, expires_at=NOON - timedelta(days=99)),
        a_credential(id=6, label=LOG_IN, expires_at=None),
    ]
    decision = drive(remove_ended([1, 2, 3, 4, 5, 6, 7], a_caller(), NOON), known(*log_ins, *others))
    assert list(decision.deletes) == [log_ins[0], log_ins[2]]
    assert decision.answer == 2
