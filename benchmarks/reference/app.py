"""The reference: FastAPI and SQLAlchemy's asynchronous ORM on SQLite. `python app.py FOLDER PORT`. See README.md."""

import hashlib
import json
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI, Header, HTTPException
from fastapi.requests import Request
from pydantic import BaseModel
from sqlalchemy import ForeignKey, delete, event, insert, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

TOKEN, STORE = "bench-token", "bench"
DRAFTS, OPEN = range(1, 1_001), range(1_001, 11_001)
UNIT = Decimal("0.0001")
CENT = Decimal("0.01")


class Base(DeclarativeBase):
    """All tables. Amounts are in ten-thousandths."""


class Credential(Base):
    """Who may come in."""

    __tablename__ = "credential"
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    store_hash: Mapped[str]
    user: Mapped[str | None]


class Tax(Base):
    """A tax that lines may carry, in per cent."""

    __tablename__ = "tax"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    rate: Mapped[int]


class Invoice(Base):
    """An invoice, with the head of its history's chain."""

    __tablename__ = "invoice"
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace: Mapped[str] = mapped_column(index=True)
    version: Mapped[int]
    chain: Mapped[str]
    number: Mapped[str] = mapped_column(unique=True)
    status: Mapped[str] = mapped_column(index=True)
    party: Mapped[int] = mapped_column(index=True)
    currency: Mapped[str]
    exchange_rate: Mapped[int]
    issued_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]
    language: Mapped[str]
    terms: Mapped[str]
    description: Mapped[str]
    original_balance: Mapped[int]
    open_balance: Mapped[int]


class Line(Base):
    """A line of an invoice."""

    __tablename__ = "line"
    id: Mapped[int] = mapped_column(primary_key=True)
    invoice: Mapped[int] = mapped_column(ForeignKey("invoice.id"), index=True)
    position: Mapped[int]
    item: Mapped[int]
    tax1: Mapped[int | None]
    tax2: Mapped[int | None]
    description: Mapped[str]
    quantity: Mapped[int]
    price: Mapped[int]
    discount: Mapped[int]


class History(Base):
    """What was changed, sealed onto the entry before."""

    __tablename__ = "history"
    id: Mapped[int] = mapped_column(primary_key=True)
    invoice: Mapped[int] = mapped_column(index=True)
    version: Mapped[int]
    at: Mapped[datetime]
    body: Mapped[str]
    hash: Mapped[str]


class Outbox(Base):
    """What is to be told to the outside."""

    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    body: Mapped[str]


engine = create_async_engine(
    f"sqlite+aiosqlite:///{Path(sys.argv[1]) / 'reference.sqlite'}", pool_size=1, max_overflow=0
)
sessions = async_sessionmaker(engine, expire_on_commit=False)


@event.listens_for(engine.sync_engine, "connect")
def _set_up(connection: Any, _: Any) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA wal_autocheckpoint = 32768")
    connection.execute("PRAGMA cache_size = -65536")


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
    """Make the tables and fill them."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
        await connection.execute(insert(Credential), [_credential()])
        await connection.execute(insert(Tax), [{"id": id, "name": "VAT", "rate": id * 5} for id in (1, 2)])
        await connection.execute(insert(Invoice), [_invoice(id) for id in (*DRAFTS, *OPEN)])
        await connection.execute(insert(Line), [_line(id, place) for id in DRAFTS for place in range(10)])
    yield


def _credential() -> dict[str, Any]:
    return {"token_hash": _hash(TOKEN), "workspace": STORE, "store_hash": STORE, "user": "ann"}


def _invoice(id: int) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "id": id,
        "workspace": STORE,
        "version": 1,
        "chain": "",
        "number": f"INV-{id}",
        "status": "draft" if id in DRAFTS else "open",
        "party": 10 + id % 100,
        "currency": "USD",
        "exchange_rate": 10_000,
        "issued_at": now,
        "due_at": now,
        "updated_at": now,
        "language": "",
        "terms": "",
        "description": "",
        "original_balance": 1_000_000,
        "open_balance": 1_000_000,
    }


def _line(invoice: int, place: int) -> dict[str, Any]:
    amounts = {"quantity": 10_000, "price": 1_000_000, "discount": 0}
    return {"invoice": invoice, "position": place, "item": place + 1, "description": "", **amounts}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def session() -> AsyncGenerator[AsyncSession]:
    """Open a session for one request."""
    async with sessions() as opened:
        yield opened


Session = Annotated[AsyncSession, Depends(session)]
Text = Annotated[str | None, Header()]


async def entered(session: Session, x_auth_token: Text = None, authorization: Text = None) -> Credential:
    """Find who asks."""
    found = await session.scalar(
        select(Credential).where(Credential.token_hash == _hash(x_auth_token or authorization or ""))
    )
    if found is None:
        raise HTTPException(401)
    return found


Entered = Annotated[Credential, Depends(entered)]


class Balance(BaseModel):
    """An amount in a currency."""

    code: str
    value: Decimal


class BalanceUpdate(BaseModel):
    """A new open balance."""

    openBalance: Balance  # noqa: N815 - the wire's name


class LineContent(BaseModel):
    """What a line shall say."""

    invoiceItemID: int  # noqa: N815
    invoiceTax1ID: int = 0  # noqa: N815
    invoiceTax2ID: int = 0  # noqa: N815
    description: str = ""
    quantity: Decimal
    price: Decimal
    discount: Decimal = Decimal(0)


class Content(BaseModel):
    """What an invoice shall say."""

    issueDate: datetime  # noqa: N815
    dueDate: datetime  # noqa: N815
    contactId: int  # noqa: N815
    language: str = ""
    currency: str
    exchangeRate: Decimal = Decimal(1)  # noqa: N815
    terms: str = ""
    description: str = ""
    invoiceLines: list[LineContent]  # noqa: N815


app = FastAPI(lifespan=lifespan)


@app.get("/healthz")
async def healthy() -> dict[str, str]:
    """Say that the server serves."""
    return {"status": "ok"}


@app.put("/api/v3/io/ip/invoices/{id}")
async def update_balance(
    id: int, update: BalanceUpdate, request: Request, who: Entered, session: Session
) -> dict[str, Any]:
    """Change what is owed."""
    if request.headers.get("x-store-hash") != who.store_hash:
        raise HTTPException(403)
    invoice = await _found(session, id, who)
    if update.openBalance.code != invoice.currency:
        raise HTTPException(400)
    after = {"open_balance": int(update.openBalance.value / UNIT)}
    if after["open_balance"] <= 0:
        after["status"] = "paid"
    _write(session, invoice, after, who, [])
    await session.commit()
    return {"code": 200, "data": {"id": invoice.id}, "meta": {"message": "SUCCESS"}}


@app.put("/api/2.0/crm/invoice/{id}")
async def replace(id: int, content: Content, who: Entered, session: Session) -> dict[str, Any]:
    """Write an invoice anew."""
    invoice = await _found(session, id, who)
    if invoice.status != "draft":
        raise HTTPException(403)
    before = (await session.scalars(select(Line).where(Line.invoice == id).order_by(Line.position))).all()
    taxes = {tax.id: tax for tax in await session.scalars(select(Tax))}
    lines = [_line_of(invoice, place, line) for place, line in enumerate(content.invoiceLines)]
    cost = sum((_cost(line, taxes) for line in content.invoiceLines), Decimal(0))
    paid = invoice.original_balance - invoice.open_balance
    after = {
        "issued_at": content.issueDate,
        "due_at": content.dueDate,
        "party": content.contactId,
        "language": content.language,
        "currency": content.currency,
        "exchange_rate": int(content.exchangeRate / UNIT),
        "terms": content.terms,
        "description": content.description,
        "original_balance": int(cost / UNIT),
        "open_balance": int(cost / UNIT) - paid,
    }
    _write(session, invoice, after, who, _changed_lines(before, lines))
    await session.execute(delete(Line).where(Line.invoice == id))
    ids = await session.scalars(insert(Line).returning(Line.id, sort_by_parameter_order=True), lines)
    shown = [_shown(line, line_id) for line, line_id in zip(lines, ids, strict=True)]
    await session.commit()
    return {"count": 1, "status": 0, "statusCode": 200, "response": _response(invoice, cost, shown)}


async def _found(session: AsyncSession, id: int, who: Credential) -> Invoice:
    invoice = await session.get(Invoice, id)
    if invoice is None or invoice.workspace != who.workspace:
        raise HTTPException(404)
    return invoice


def _write(session: AsyncSession, invoice: Invoice, after: dict[str, Any], who: Credential, lines: list[Any]) -> None:
    """Change an invoice, with its history and an event."""
    now = datetime.now(UTC)
    changes = [
        {"path": f"/{name}", "before": getattr(invoice, name), "after": value}
        for name, value in after.items()
        if getattr(invoice, name) != value
    ]
    for name, value in after.items():
        setattr(invoice, name, value)
    told = {"id": invoice.id, "version": invoice.version + 1, "at": now, "actor": who.user, "changes": changes + lines}
    body = json.dumps(told, default=str)
    invoice.version += 1
    invoice.updated_at = now
    invoice.chain = _hash(invoice.chain + body)
    session.add(History(invoice=invoice.id, version=invoice.version, at=now, body=body, hash=invoice.chain))
    posted = {"name": "invoice.edited", "id": invoice.id, "number": invoice.number, "at": now, "actor": who.user}
    session.add(Outbox(at=now, body=json.dumps(posted, default=str)))


def _line_of(invoice: Invoice, place: int, line: LineContent) -> dict[str, Any]:
    return {
        "invoice": invoice.id,
        "position": place,
        "item": line.invoiceItemID,
        "tax1": line.invoiceTax1ID or None,
        "tax2": line.invoiceTax2ID or None,
        "description": line.description,
        "quantity": int(line.quantity / UNIT),
        "price": int(line.price / UNIT),
        "discount": int(line.discount / UNIT),
    }


def _changed_lines(before: Any, after: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"path": f"/lines/{place}/{name}", "before": getattr(old, name), "after": value}
        for place, (old, new) in enumerate(zip(before, after, strict=False))
        for name, value in new.items()
        if getattr(old, name) != value
    ]


def _cost(line: LineContent, taxes: dict[int, Tax]) -> Decimal:
    gross = (line.quantity * line.price).quantize(CENT, ROUND_HALF_EVEN)
    net = gross - (gross * line.discount / 100).quantize(CENT, ROUND_HALF_EVEN)
    rates = [taxes[id].rate for id in (line.invoiceTax1ID, line.invoiceTax2ID) if id]
    return net + sum(((net * rate / 100).quantize(CENT, ROUND_HALF_EVEN) for rate in rates), Decimal(0))


def _shown(line: dict[str, Any], id: int) -> dict[str, Any]:
    return {
        "invoiceID": line["invoice"],
        "invoiceItemID": line["item"],
        "invoiceTax1ID": line["tax1"] or 0,
        "invoiceTax2ID": line["tax2"] or 0,
        "sortOrder": line["position"],
        "description": line["description"],
        "quantity": line["quantity"] / 10_000,
        "price": line["price"] / 10_000,
        "discount": line["discount"] / 10_000,
        "id": id,
    }


def _response(invoice: Invoice, cost: Decimal, lines: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "invoiceLines": lines,
        "status": {"title": "Draft", "id": 1},
        "number": invoice.number,
        "issueDate": invoice.issued_at,
        "contact": {"id": invoice.party, "displayName": f"Company {invoice.party}", "isCompany": True},
        "dueDate": invoice.due_at,
        "language": invoice.language,
        "currency": {"abbreviation": invoice.currency},
        "exchangeRate": invoice.exchange_rate / 10_000,
        "terms": invoice.terms,
        "description": invoice.description,
        "cost": float(cost),
        "id": invoice.id,
    }


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[2]), access_log=False, log_level="warning", loop="uvloop", http="httptools")
