"""Bodies are decoded exactly, or refused before anybody walks them."""

import pytest

from billingua.wire.bodies import DEEPEST, decode_json
from billingua.wire.errors import BodyUnreadable


def nested(levels: int) -> bytes:
    return b'{"a":[' * (levels // 2) + b"]}" * (levels // 2)


def test_values_may_stand_deep_in_one_another_but_not_without_end() -> None:
    decode_json(nested(DEEPEST))

    with pytest.raises(BodyUnreadable, match="stand in one another"):
        decode_json(nested(DEEPEST + 2))


def test_many_values_beside_one_another_are_not_deep() -> None:
    assert decode_json(b"[" + b",".join([b"[]"] * 1000) + b"]") == [[]] * 1000


@pytest.mark.parametrize("body", [b"", b"{", b"nul", b"\xff", b'"\\ud800"', b"NaN", b"[" * 100_000])
def test_what_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(BodyUnreadable):
        decode_json(body)
