"""Invoices and receipts as somebody asks for them (contract §3, §5, §6): presence first, then content (§9)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from starlette.requests import Request

from billingua.core.cash import CashKind
from billingua.core.money import ZERO
from billingua.core.workspace import Workspace
from billingua.dialects.modulus import vocabulary as codes
from billingua.dialects.modulus.documents import Receipt
from billingua.dialects.modulus.errors import Faulty, FaultyRow
from billingua.dialects.modulus.requests.bodies import (
    is_blank,
    read_code,
    read_date,
    read_document,
    read_id,
    read_number,
    read_remark,
)
from billingua.dialects.modulus.requests.customers import Unread, read_customer
from billingua.dialects.modulus.vocabulary import ISSUED
from billingua.engine.billing import BillCustomer
from billingua.engine.cash import TradeForCash
from billingua.engine.selling import Goods, Sale

_NEEDED_IN_ROW = ("item_code", "unit_id", "quantity")


async def read_invoice(request: Request, workspace: Workspace, body_limit: int) -> BillCustomer:
    """Read an invoice to be made."""
    members = await read_document(request, workspace, body_limit)
    customer = read_customer(members)
    require(members, "branch_code", codes.MISSING_BRANCH)
    issued_at = read_present_date(members.get("issue_date"), workspace, codes.INVALID_ISSUE_DATE)
    due_at = read_present_date(members.get("due_date"), workspace, codes.INVALID_DUE_DATE)
    require(members, "book_id", codes.MISSING_INVOICE_BOOK)
    require(members, "status", codes.MISSING_STATUS)
    require(members, "payment_term_id", codes.MISSING_PAYMENT_TERM)
    rows = _rows(members)
    sale = _read_sale(members, rows, customer)
    status = members["status"]
    issued = ISSUED.get(status) if isinstance(status, str) else None
    return BillCustomer(
        sale=sale,
        issued_at=issued_at,
        due_at=due_at,
        issued=Faulty(codes.INVALID_STATUS) if issued is None else issued,
    )


async def read_receipt(document: Receipt, request: Request, workspace: Workspace, body_limit: int) -> TradeForCash:
    """Read a receipt to be made. A return has neither a payment term nor discounts (§6)."""
    members = await read_document(request, workspace, body_limit)
    customer = read_customer(members)
    require(members, "branch_code", codes.MISSING_BRANCH)
    dated_at = read_present_date(members.get("date"), workspace, codes.INVALID_ISSUE_DATE)
    if document.kind is CashKind.SALE:
        require(members, "payment_term_id", codes.MISSING_PAYMENT_TERM)
    rows = _rows(members)
    require(members, "book_id", codes.MISSING_CASH_BOOK)
    require(members, "account_code", codes.MISSING_ACCOUNT)
    if document.kind is CashKind.RETURN:
        members = {**members, "payment_term_id": None}
        rows = [{**row, "discount": None} for row in rows]
    return TradeForCash(
        kind=document.kind,
        sale=_read_sale(members, rows, customer),
        account=read_code(members["account_code"]),
        dated_at=dated_at,
    )


def require(members: Mapping[str, Any], field: str, code: int) -> None:
    """See that a field is there. Refuses with `Faulty`."""
    if is_blank(members.get(field)):
        raise Faulty(code)


def read_present_date(value: Any, workspace: Workspace, code: int) -> datetime:
    """Read a date that has to be there. Refuses with `Faulty`."""
    moment = read_date(value, workspace.zone)
    if not isinstance(moment, datetime):
        raise Faulty(code)
    return moment


def _rows(members: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """List the rows, of which none lacks what every row needs."""
    items = members.get("items")
    if not isinstance(items, list) or not items:
        raise Faulty(codes.MISSING_ROWS)
    rows: list[Mapping[str, Any]] = []
    for index, row in enumerate(cast("list[Any]", items)):
        if not isinstance(row, dict) or any(is_blank(row.get(field)) for field in _NEEDED_IN_ROW):  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
            raise FaultyRow(codes.MISSING_IN_ROW, index)
        rows.append(cast("dict[str, Any]", row))
    return rows


def _read_sale(members: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], customer: Unread) -> Sale:
    return Sale(
        customer=customer(),
        branch=read_code(members["branch_code"]),
        book=read_id(members["book_id"]),
        salesperson=_optional_id(members.get("salesperson_id")),
        payment_term=_optional_id(members.get("payment_term_id")),
        exchange_rate=read_number(members.get("exchange_rate")),
        reference=read_remark(members, "reference"),
        description=read_remark(members, "description"),
        goods=[_read_goods(row) for row in rows],
    )


def _optional_id(value: Any) -> int | None:
    return None if is_blank(value) else read_id(value)


def _read_goods(row: Mapping[str, Any]) -> Goods:
    """Read a row; an amount that is none makes it one that nobody can sell."""
    amounts = {
        field: read_number(row[field])
        for field in ("quantity", "unit_price", "discount")
        if not is_blank(row.get(field))
    }
    return Goods(
        item=read_code(row["item_code"]),
        unit=read_id(row["unit_id"]),
        quantity=amounts["quantity"] or ZERO,
        unit_price=amounts.get("unit_price"),
        discount=amounts.get("discount") or ZERO,
        unreadable=None in amounts.values(),
    )
