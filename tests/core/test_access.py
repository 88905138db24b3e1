from datetime import timedelta

import pytest

from billingua.core.access import User, may_change, may_see, reader_of
from tests.builders import NOON, a_credential, a_party, a_user, an_invoice

IDA, ADMINISTRATOR = a_user(), a_user(username="root", admin=True)
PRIVATE = a_party(private=True, access=("jon",))


@pytest.mark.parametrize(
    ("user", "party"),
    [
        (None, PRIVATE),
        (ADMINISTRATOR, PRIVATE),
        (IDA, a_party()),
        (IDA, None),
        (a_user(username="jon"), PRIVATE),
    ],
)
def test_a_party_is_seen_by_administrators_and_those_it_is_open_to(user, party):
    assert may_see(user, party)


def test_a_private_party_is_hidden_from_everybody_else():
    assert not may_see(IDA, PRIVATE)
    assert not may_see(a_user(username="JON"), PRIVATE)


@pytest.mark.parametrize("user", [None, ADMINISTRATOR, a_user(username="jon")])
def test_an_invoice_is_changed_by_administrators_and_whoever_made_it(user):
    assert may_change(user, an_invoice(created_by="jon"))


@pytest.mark.parametrize("author", ["jon", None])
def test_an_invoice_is_not_changed_by_anybody_else(author: str | None):
    assert not may_change(IDA, an_invoice(created_by=author))


def test_a_credential_lives_up_to_the_moment_at_which_it_expires():
    credential = a_credential(expires_at=NOON)
    assert credential.is_live(NOON - timedelta(microseconds=1))
    assert not credential.is_live(NOON)
    assert a_credential(expires_at=None).is_live(NOON)


def test_a_credential_without_scopes_allows_all_and_one_with_scopes_those_alone():
    assert a_credential(scopes=None).allows("write")
    assert a_credential(scopes=("read",)).allows("read")
    assert not a_credential(scopes=("read",)).allows("write")
    assert not a_credential(scopes=()).allows("read")


@pytest.mark.parametrize(
    ("user", "reader"), [(None, None), (a_user(admin=True), None), (a_user(username="ida"), "ida")], ids=str
)
def test_lists_are_cut_down_for_whoever_administers_nothing(user: User | None, reader: str | None):
    assert reader_of(user) == reader
