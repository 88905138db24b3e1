from billingua.core.errors import Refused
from billingua.engine.ports import StoreFailed


def test_a_store_that_failed_says_why():
    failed = StoreFailed("the disk is full")
    assert isinstance(failed, Refused)
    assert failed.why == "the disk is full"
    assert str(failed) == "the disk is full"
