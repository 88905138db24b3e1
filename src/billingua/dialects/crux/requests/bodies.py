"""What was sent: the body as far as it can be judged by itself, and what the path names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from starlette.requests import Request

from billingua.core.errors import OrderNotFound
from billingua.core.order import Order, part_of
from billingua.dialects.crux.credentials import Member
from billingua.dialects.crux.errors import BodyInvalid
from billingua.engine.kinds import by_order_line
from billingua.engine.plan import Key, Needs, Step, by_uuid
from billingua.wire.bodies import content_type, decode_json, read_body
from billingua.wire.errors import BodyTypeUnsupported
from billingua.wire.members import Reader, problems_of
from billingua.wire.scalars import Invalid


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as a member sent it: what is in its path, and in its body."""

    member: Member
    body: Any = field(default_factory=dict[str, Any])
    path: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def order(self) -> UUID:
        """The order that the path names."""
        return self.path["order_uuid"]

    @property
    def line(self) -> UUID | None:
        """The order line that the path names; None where it names an order."""
        return self.path.get("line_item_uuid")

    @property
    def order_key(self) -> Key[Order]:
        """How to ask for the order that the path names, itself or by its line."""
        return by_order_line(self.line) if self.line else by_uuid(Order, self.order)


async def read_sent(request: Request, member: Member, limit: int) -> Sent:
    """Read a request with a body, as far as it can be judged without its order."""
    return Sent(member, await read_json(request, limit), request.path_params)


async def read_bare(request: Request, member: Member, limit: int) -> Sent:
    """Read a request whose body says nothing; many send `{}`, of whatever type, or of none (§1)."""
    body = await read_body(request, limit)
    if b"".join(body.split()) not in {b"", b"{}"}:
        _decode(request, body)
    return Sent(member, path=request.path_params)


async def read_json(request: Request, limit: int) -> Any:
    """Read a JSON body; an empty one, whatever its type, says as much as `{}`."""
    body = await read_body(request, limit)
    return _decode(request, body) if body else {}


def _decode(request: Request, body: bytes) -> Any:
    if content_type(request) != "application/json":
        raise BodyTypeUnsupported(content_type(request))
    return decode_json(body)


def visible(sent: Sent) -> Step[Order]:
    """Find the order that the path names, for a member whom it concerns (`OrderNotFound`).

    This comes before anything is said of the body's members (§1.1).
    """
    found = yield Needs([sent.order_key])
    order = found.require(sent.order_key, OrderNotFound(sent.order_key.value))
    return part_of(order, sent.member.trader)


def read_members(table: Reader, body: Any) -> dict[str, Any]:
    """Read a body's members. Refuses with `BodyInvalid`."""
    try:
        return table(body)
    except Invalid as error:
        raise BodyInvalid(body, problems_of(error)) from error
