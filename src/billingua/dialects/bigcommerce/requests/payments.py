"""What clients ask for on payments, as commands (contract §5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any, cast

from starlette.requests import Request

from billingua.core.errors import OperationRefused, PaymentNotFound
from billingua.core.payment import Payment, PaymentLine
from billingua.dialects.bigcommerce.errors import StatusNotAllowed
from billingua.dialects.bigcommerce.listing import (
    Window,
    one_of,
    read_choice,
    read_descending,
    read_one,
    read_search,
    read_some,
    record_id,
)
from billingua.dialects.bigcommerce.requests.members import (
    ID,
    company_id,
    filled,
    or_null,
    read,
    read_json,
    rounded,
)
from billingua.dialects.bigcommerce.vocabulary import (
    ALLOWED_STATUSES,
    NO_PAYER,
    OFFLINE,
    OPERATIONS,
    STATUSES,
    FundingStatus,
    ProcessingStatus,
    module_of,
    not_a_choice,
)
from billingua.engine import payments
from billingua.engine.payment_queries import PaymentField, PaymentQuery, PaymentSort
from billingua.engine.payments import ChangePaymentStatus, OperatePayment, RecordPayment, ReplacePayment
from billingua.engine.plan import Caller, Plan
from billingua.wire.members import ListOf, ObjectOf, Reader
from billingua.wire.scalars import Invalid, read_currency, read_integer, read_text

NOTHING = b"{}"
"""What an empty body stands for: every member that is required is missing in it."""


MOST_LINES = 1000
"""How many lines one payment has: with each list of its receipt's lines, all of them are read."""

SORTS: Mapping[str, PaymentSort] = {
    "moduleName": PaymentSort.SOURCE,
    "processingStatus": PaymentSort.STATUS,
    "appliedStatus": PaymentSort.APPLIED,
    "createdAt": PaymentSort.CREATED,
    "customerId": PaymentSort.PARTY,
    "externalCustomerId": PaymentSort.EXTERNAL_PARTY,
    "fundingStatus": PaymentSort.FUNDING,
    "updatedAt": PaymentSort.UPDATED,
    "totalAmount": PaymentSort.TOTAL,
}
SEARCHED: Mapping[str, PaymentField] = {
    "id": PaymentField.ID,
    "customerId": PaymentField.PARTY,
    "externalId": PaymentField.EXTERNAL_ID,
    "externalCustomerId": PaymentField.EXTERNAL_PARTY,
}


def payment_query(request: Request, window: Window) -> PaymentQuery:
    """Read which payments are asked for, in which order (§5.1). Refuses with `ParameterInvalid`."""
    text, fields = read_search(request, SEARCHED)
    status = read_one(request, "processingStatus", one_of(STATUSES))
    return PaymentQuery(
        text=text or None,
        text_in=fields,
        party_name=read_one(request, "customerName", str),
        invoice=read_one(request, "invoiceId", record_id),
        statuses=None if status is None else frozenset({status}),
        channels=read_some(request, "channelIds", record_id),
        usual_source=OFFLINE,
        usual_funding=int(FundingStatus.TWO),
        sort=read_choice(request, "sortBy", SORTS, usual=PaymentSort.CREATED),
        descending=read_descending(request),
        offset=window.offset,
        limit=window.limit,
    )


def payment_id(request: Request) -> int:
    """Read the payment's id from the path; what is no id names no payment."""
    text = request.path_params["payment_id"]
    if not ID.fullmatch(text):
        raise PaymentNotFound(text)
    return int(text)


async def record_offline_payment(request: Request, body_limit: int) -> RecordPayment:
    """Hear of money that was received outside of the store (§5.4)."""
    members = read(_RECORD, await read_json(request, body_limit, empty=NOTHING))
    return RecordPayment(**_content(members), channel=members.get("channelId"))


@dataclass(frozen=True, slots=True)
class Sent:
    """A body that was sent for a payment, to be read once it is known that there is such a payment."""

    payment: int
    body: Any


async def sent(request: Request, body_limit: int) -> Sent:
    """Hear what is sent for a payment."""
    id = payment_id(request)
    return Sent(id, await read_json(request, body_limit, empty=NOTHING))


def replace_offline_payment(command: Sent, caller: Caller, now: datetime) -> Plan[Payment]:
    """Write all of an offline payment anew (§5.5). One that is none is not there (A34)."""
    before = (yield from payments.find_payment(command.payment, caller, now)).answer.payment
    if module_of(before) != OFFLINE:
        raise PaymentNotFound(command.payment)
    content = _content(read(_REPLACE, command.body))
    return (yield from payments.replace_payment(ReplacePayment(payment=before.id, **content), caller, now))


def set_processing_status(command: Sent, caller: Caller, now: datetime) -> Plan[Payment]:
    """Say how far a payment has come, whatever its module is (§5.8)."""
    yield from payments.find_payment(command.payment, caller, now)
    status = read(_STATUS, command.body)["processingStatus"]
    if status not in ALLOWED_STATUSES:
        raise StatusNotAllowed(status)
    told = ChangePaymentStatus(payment=command.payment, status=ALLOWED_STATUSES[status])
    return (yield from payments.change_payment_status(told, caller, now))


def perform_operation(command: Sent, caller: Caller, now: datetime) -> Plan[Payment]:
    """Let a payment count on the balances, or no longer (§5.7)."""
    yield from payments.find_payment(command.payment, caller, now)
    code = read(_OPERATION, command.body)["operationCode"]
    if code not in OPERATIONS:
        raise OperationRefused(command.payment, str(code))
    told = OperatePayment(payment=command.payment, operation=OPERATIONS[code])
    return (yield from payments.operate_payment(told, caller, now))


def _content(members: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a body says of a payment, by the ledger's names; what is left out is as if it were never said."""
    customer, lines = members["customerId"], members["lineItems"]
    return {
        "party": company_id(customer),
        "currency": members["currency"],
        "lines": _lines(lines),
        "status": ALLOWED_STATUSES[members.get("processingStatus", ProcessingStatus.COMPLETED)],
        "memo": members["details"].get("memo") or "",
        "payer": members.get("payerName") or NO_PAYER,
        "payer_id": members.get("payerCustomerId") or customer,
        "external_id": members.get("externalId"),
        "external_party_id": members.get("externalCustomerId"),
        "extras": {"fundingStatus": int(members.get("fundingStatus", FundingStatus.TWO))},
    }


def _lines(items: Sequence[Mapping[str, Any]]) -> list[PaymentLine]:
    return [PaymentLine(item["invoiceId"], item["amount"]) for item in items]


# Reading: what each member has to be, all problems told at once.


def _some(reader: Reader) -> Reader:
    """Read a list of at least one item, and of no more than one payment has."""
    read_items = ListOf(reader)

    def read_some(value: Any) -> Any:
        if value == []:
            raise Invalid("empty")
        if isinstance(value, list) and len(cast("list[Any]", value)) > MOST_LINES:
            raise Invalid(f"Ensure this field has no more than {MOST_LINES} elements.")
        return read_items(value)

    return read_some


def _one_of(numbers: Sequence[IntEnum]) -> Reader:
    """Read one of some numbers, which may be written as a text as they are in some answers (A15, A35)."""

    def read_one(value: Any) -> int:
        number = read_integer(value)
        if number not in numbers:
            raise Invalid(not_a_choice(number))
        return number

    return read_one


_LINE_ITEM = ObjectOf({"invoiceId": read_integer, "amount": rounded}, required=("invoiceId", "amount"))
_REPLACE = ObjectOf(
    {
        "lineItems": _some(_LINE_ITEM),
        "currency": read_currency,
        "details": ObjectOf({"memo": or_null(read_text)}),
        "customerId": filled,
        "externalId": or_null(read_text),
        "externalCustomerId": or_null(read_text),
        "payerName": or_null(read_text),
        "payerCustomerId": or_null(read_text),
        "processingStatus": _one_of(tuple(ALLOWED_STATUSES)),
        "fundingStatus": _one_of(tuple(FundingStatus)),
    },
    required=("lineItems", "currency", "details", "customerId"),
)
_RECORD = ObjectOf({**_REPLACE.members, "channelId": or_null(read_integer)}, _REPLACE.required)
_STATUS = ObjectOf({"processingStatus": read_integer}, required=("processingStatus",))
_OPERATION = ObjectOf({"operationCode": read_integer}, required=("operationCode",))
