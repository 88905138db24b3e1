from uuid import UUID

import pytest

from billingua.core.errors import InvoiceNotFound
from billingua.core.invoice import Invoice
from billingua.core.item import Item
from billingua.engine.journal import GENESIS
from billingua.engine.plan import Knowledge, Record, by_id, by_uuid
from tests.builders import a_uuid, an_invoice

KEY = by_id(Invoice, 35)
RECORD = Record(an_invoice(), 7, GENESIS)


def test_an_aggregate_is_asked_for_by_its_id_or_its_uuid():
    assert by_uuid(Invoice, UUID("00000000-0000-0000-0000-00000000234B")).value == str(an_invoice().uuid)
    assert KEY.value == 35
    assert by_id(Invoice, 35) != by_id(int, 35)


def test_what_is_known_is_given():
    knowledge = Knowledge({KEY: RECORD})
    assert knowledge.record(KEY) is RECORD
    assert knowledge.get(KEY) is RECORD.value
    assert knowledge.require(KEY, InvoiceNotFound(35)) is RECORD.value


def test_what_is_not_known_is_none_or_refused():
    knowledge = Knowledge()
    assert knowledge.record(KEY) is None
    assert knowledge.get(KEY) is None
    missing = InvoiceNotFound(35)
    with pytest.raises(InvoiceNotFound) as refused:
        knowledge.require(KEY, missing)
    assert refused.value is missing


def test_counters_give_out_each_number_once_and_none_that_was_claimed():
    knowledge = Knowledge(counters={"invoice": 35})
    assert [knowledge.new_id("invoice"), knowledge.new_id("invoice"), knowledge.new_id("party")] == [35, 36, 1]
    knowledge.claim_id("invoice", 40)
    knowledge.claim_id("invoice", 12)
    knowledge.claim_id("order", 3)
    assert [knowledge.new_id("invoice"), knowledge.new_id("order")] == [41, 4]


def test_uuids_come_from_the_source_that_was_given():
    assert Knowledge(uuids=lambda: a_uuid(5)).new_uuid() == a_uuid(5)
    with pytest.raises(LookupError):
        Knowledge().new_uuid()


def test_what_is_known_says_how_many_refer_to_an_item():
    item, other = by_id(Item, 4), by_id(Item, 5)
    known = Knowledge(used={item: 2})
    assert (known.uses(item), known.uses(other)) == (2, 0)
