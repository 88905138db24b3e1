from billingua.core.file import File
from billingua.engine.linking import keep_file, link_secret, linked_uuid
from tests.builders import NOON, a_caller, a_uuid
from tests.engine.driving import drive, known


def test_what_shows_the_same_of_the_same_owner_has_one_secret():
    secret = link_secret(a_uuid(1), b"page")
    assert secret == link_secret(a_uuid(1), b"page")
    assert len(secret) == 43
    assert len({secret, link_secret(a_uuid(2), b"page"), link_secret(a_uuid(1), b"other")}) == 3


def test_a_file_is_known_by_a_hash_that_does_not_tell_the_secret():
    assert linked_uuid("secret") == linked_uuid("secret") != linked_uuid("Secret")


def test_a_file_is_kept_under_its_uuid():
    file = File(uuid=linked_uuid("secret"), name="a.pdf", media_type="application/pdf", content=b"%PDF")
    decision = drive(keep_file(file, a_caller(), NOON), known())
    assert (decision.answer, list(decision.files), list(decision.saves)) == (file, [file], [])
