"""Answers that are kept, as rows of a table."""

from collections.abc import Mapping
from typing import Any

import msgspec

from billingua.core.answer import KeptAnswer
from billingua.engine.batch import Kept
from billingua.stores.rows import instant_from_row, instant_to_row

_decoder = msgspec.json.Decoder(list[tuple[str, str]])
_NEVER = -(2**63)


def kept_answer_to_row(kept: Kept) -> Mapping[str, Any]:
    """Write an answer. `known_at` is when the one was kept whose place it takes, if there is one."""
    answer = kept.after
    return {
        "workspace": kept.workspace,
        "key": answer.key,
        "asked": answer.asked,
        "kept_at": instant_to_row(answer.kept_at),
        "status": answer.status,
        "headers": msgspec.json.encode(answer.headers),
        "body": answer.body,
        "known_at": instant_to_row(kept.before.kept_at) if kept.before else _NEVER,
    }


def kept_answer_from_row(
    key: bytes, asked: bytes, kept_at: int, status: int, headers: bytes, body: bytes
) -> KeptAnswer:
    """Read an answer."""
    return KeptAnswer(key, asked, instant_from_row(kept_at), status, _decoder.decode(headers), body)
