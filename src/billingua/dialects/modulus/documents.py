"""What this API calls each document, and the codes by which faults of it alone are told (contract §3, §5, §6, §8)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from billingua.core import errors
from billingua.core.cash import CashKind
from billingua.dialects.modulus import vocabulary as words


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A kind of document: how its answer names it, its texts, and the codes that facts have for it alone."""

    name: str
    prefix: str
    texts: Mapping[int, str] = field(default_factory=lambda: words.CODES)
    codes: Mapping[type[Exception], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt(Document):
    """A document of goods for cash."""

    kind: CashKind


INVOICE = Document(
    name="Invoice",
    prefix="invoice",
    codes={errors.DateTooEarly: words.DUE_BEFORE_ISSUE},
)
COLLECTION = Receipt(
    name="Collection Receipt",
    prefix="collection_receipt",
    codes={
        errors.DateInFuture: words.COLLECTION_IN_FUTURE,
        errors.CashAccountNotFound: words.INVALID_COLLECTION_ACCOUNT,
    },
    kind=CashKind.SALE,
)
RETURN = Receipt(
    name="Return Receipt",
    prefix="return_receipt",
    codes={
        errors.DateInFuture: words.RETURN_IN_FUTURE,
        errors.CashAccountNotFound: words.INVALID_PAYMENT_ACCOUNT,
    },
    kind=CashKind.RETURN,
)
TRANSACTION = Document(
    name="Transaction",
    prefix="transaction",
    texts=words.CASH_CODES,
    codes={
        errors.DateInFuture: words.TRANSACTION_IN_FUTURE,
        errors.CashAccountNotFound: words.INVALID_TRANSACTION_ACCOUNT,
        errors.BookNotFound: words.INVALID_TRANSACTION_BOOK,
    },
)
