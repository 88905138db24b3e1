"""The envelope around everything that is answered (contract §1.3)."""

from typing import Any

from starlette.responses import Response

from billingua.dialects.bigcommerce.vocabulary import SUCCESS
from billingua.wire.replies import json_reply


def success(data: Any, **meta: Any) -> Response:
    """Wrap an answer in the envelope of every success; `meta` is said beside the message."""
    return json_reply({"code": 200, "data": data, "meta": {"message": SUCCESS, **meta}})
