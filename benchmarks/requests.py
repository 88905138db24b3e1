"""The requests that are measured, each as a client makes it."""

from collections.abc import Iterator, Sequence

from benchmarks.ledger import DRAFTS, ITEMS, PARTIES, TAXES, TOKEN, WORKSPACE
from benchmarks.load import request

MANY = 20_000
"""How many different requests are sent before the first is sent again."""
_STEP = 7_919
"""A prime: neighbours in time are no neighbours in the ledger."""

BIGCOMMERCE = {"X-Auth-Token": TOKEN, "X-Store-Hash": WORKSPACE}
ONLYOFFICE = {"Authorization": TOKEN}
NATIVE = {"Authorization": f"Bearer {TOKEN}"}


def balances(ids: Sequence[int], many: int = MANY, first: int = 0) -> Iterator[bytes]:
    """Change what is owed on one open invoice after another, through BigCommerce's API: not twice to the same amount.

    Where others have begun at another number, the amounts are others.
    """
    for number in range(first, first + many):
        id = ids[number * _STEP % len(ids)]
        balance = {"code": "USD", "value": f"{number % 9_973 + 1}.{number % 100:02}00"}
        yield request("PUT", f"/api/v3/io/ip/invoices/{id}", BIGCOMMERCE, {"openBalance": balance})


def contents() -> Iterator[bytes]:
    """Write one draft after another anew, with ten lines, through ONLYOFFICE's API."""
    for number in range(MANY // 4):
        path = f"/api/2.0/crm/invoice/{DRAFTS[number % len(DRAFTS)]}"
        yield request("PUT", path, ONLYOFFICE, _content(number))


def _content(number: int) -> dict[str, object]:
    return {
        "issueDate": "2024-03-01T00:00:00",
        "dueDate": "2024-04-01T00:00:00",
        "contactId": PARTIES[number % len(PARTIES)],
        "language": "en-US",
        "currency": "USD",
        "exchangeRate": 1,
        "terms": "30 days",
        "description": f"Order {number}",
        "invoiceLines": [_line(number, place) for place in range(10)],
    }


def _line(number: int, place: int) -> dict[str, object]:
    return {
        "invoiceItemID": ITEMS[place],
        "invoiceTax1ID": TAXES[0],
        "invoiceTax2ID": TAXES[1] if place % 2 else 0,
        "description": f"Line {place} of order {number}",
        "quantity": number % 13 + 1,
        "price": 12.5 + place,
        "discount": 5,
    }
