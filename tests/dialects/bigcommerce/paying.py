"""Paying through the API, and what is seen of it."""

from typing import Any

from tests.dialects.bigcommerce.conftest import StoreClient

OFFLINE = {
    "lineItems": [{"invoiceId": 9, "amount": "60.00"}],
    "currency": "USD",
    "details": {"memo": "Wire 2207"},
    "customerId": "95075",
}
"""A payment of 60.00 USD on invoice 9, on which 90.00 are owed."""


async def pay(store: StoreClient, **members: Any) -> int:
    """Record an offline payment, and give its id."""
    answer = await store.post("/payments/offline", OFFLINE | members)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["paymentId"]


async def data_of(store: StoreClient, path: str) -> Any:
    """Get a path, and give what it answers."""
    answer = await store.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


async def owed(store: StoreClient, id: int = 9) -> tuple[str, int]:
    """Tell what is owed on an invoice, and its status."""
    shown = await store.shown(id)
    return shown["openBalance"]["value"], shown["status"]


async def receipt_of(store: StoreClient, payment: int) -> dict[str, Any]:
    """Find the receipt of a payment."""
    async for record in store.ledger.store.aggregates("demo", "receipt"):
        if record.value.payment == payment:
            return await data_of(store, f"/receipts/{record.value.id}")
    raise LookupError(payment)


def refused(code: int, message: str, **data: Any) -> dict[str, Any]:
    """What is answered to something that is refused."""
    return {"code": code, "data": data, "meta": {"message": message}}
