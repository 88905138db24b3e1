"""Lists in ONLYOFFICE's way, and what each reply takes from the query of its request (contract §1.6)."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from billingua.wire.scalars import Invalid, read_integer


def start_index(request: Request) -> int:
    """Give how many items were to be skipped; what cannot be read, or is negative, is none."""
    try:
        return max(0, read_integer(request.query_params.get("startIndex", "0")))
    except Invalid:
        return 0


def select(request: Request, shown: Mapping[str, Any]) -> Mapping[str, Any]:
    """Keep of an object the keys that the request's `fields` names; all where it names none."""
    asked = request.query_params.get("fields", "").lower().split(",")
    wanted = {name.strip() for name in asked} - {""}
    return {key: value for key, value in shown.items() if key.lower() in wanted} if wanted else shown
