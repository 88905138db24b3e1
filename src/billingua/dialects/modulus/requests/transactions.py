"""Cash that moves without goods (contract §8)."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from starlette.requests import Request

from billingua.core.cash import CashKind
from billingua.core.workspace import Workspace
from billingua.dialects.modulus import vocabulary as codes
from billingua.dialects.modulus.errors import Faulty
from billingua.dialects.modulus.requests.bodies import (
    is_blank,
    read_code,
    read_document,
    read_id,
    read_number,
    read_remark,
)
from billingua.dialects.modulus.requests.customers import RELATED_PARTY, read_party
from billingua.dialects.modulus.requests.documents import read_present_date, require
from billingua.dialects.modulus.vocabulary import NATURES, TRANSACTION_TYPES
from billingua.engine.cash import MoveCash
from billingua.engine.selling import NewCustomer


async def read_transaction(request: Request, workspace: Workspace, body_limit: int) -> MoveCash:
    """Read a movement of cash to be noted, in the current shape or in the older one."""
    members = await read_document(request, workspace, body_limit)
    require(members, "cash_book_id", codes.MISSING_CASH_BOOK)
    require(members, "account_code", codes.MISSING_ACCOUNT)
    dated_at = read_present_date(members.get("date"), workspace, codes.INVALID_TRANSACTION_DATE)
    amount = read_number(members.get("amount"))
    if amount is None or amount <= 0:
        raise Faulty(codes.MISSING_AMOUNT)
    counterparty = read_code(members.get("counter_party"))
    if not counterparty:
        raise Faulty(codes.MISSING_PAY_PARTY)
    kind = _kind(members)
    related = _related_party(members.get("related_party"))
    older_rate, rate = members.get("party_exchange_rate"), members.get("counter_party_exchange_rate")
    return MoveCash(
        related=related and related(),
        kind=kind or Faulty(codes.INVALID_TRANSACTION_TYPE),
        book=read_id(members["cash_book_id"]),
        account=read_code(members["account_code"]),
        amount=amount,
        dated_at=dated_at,
        counterparty=counterparty,
        exchange_rate=read_number(members.get("account_exchange_rate")),
        party_exchange_rate=read_number(older_rate if is_blank(rate) else rate),
        reference=read_remark(members, "reference"),
        description=read_remark(members, "description"),
    )


def _kind(members: Mapping[str, Any]) -> CashKind | None:
    """Read which way money moves; None where that is said in words of nobody's."""
    if not is_blank(nature := members.get("transaction_nature")):
        return NATURES.get(read_code(nature))
    require(members, "transaction_type_code", codes.MISSING_TRANSACTION_TYPE)
    return TRANSACTION_TYPES.get(read_code(members["transaction_type_code"]))


def _related_party(value: Any) -> Callable[[], NewCustomer] | None:
    if is_blank(value):
        return None
    if not isinstance(value, dict):
        raise Faulty(codes.INVALID_RELATED_PARTY)
    return read_party(cast("dict[str, Any]", value), RELATED_PARTY)
