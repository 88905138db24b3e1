from datetime import timedelta

import pytest

from billingua.core.errors import ChannelNotFound
from billingua.core.workspace import Channel
from tests.builders import NOON, a_workspace


def test_days_begin_in_the_zone_of_the_workspace():
    assert NOON.astimezone(a_workspace(time_zone="Asia/Tokyo").zone).utcoffset() == timedelta(hours=9)
    assert NOON.astimezone(a_workspace().zone).utcoffset() == timedelta(0)


def test_a_dialect_is_set_to_what_was_set_or_to_its_default():
    workspace = a_workspace(settings={"bigcommerce": {"due_days": 14, "requests_per_minute": None}})
    assert workspace.setting("bigcommerce", "due_days", 30) == 14
    assert workspace.setting("bigcommerce", "requests_per_minute", 150) is None
    assert workspace.setting("bigcommerce", "store_hash") is None
    assert workspace.setting("modulus", "due_days", 30) == 30


def test_a_sales_channel_is_found_by_its_id():
    shop = Channel(id=2, name="Shop")
    assert a_workspace(channels=(Channel(id=1, name="Main"), shop)).channel(2) == shop


@pytest.mark.parametrize("channels", [(), (Channel(id=1, name="Main"),)])
def test_an_unknown_sales_channel_is_not_found(channels):
    with pytest.raises(ChannelNotFound) as refused:
        a_workspace(channels=channels).channel(2)
    assert refused.value.asked == 2
