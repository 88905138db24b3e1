"""A million invoices beside ten thousand: updates, and lists with their exact totals."""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

from benchmarks.bench import CACHE, INVOICES, Bench
from benchmarks.figures import Aim, Figure, at_least, at_most, ratio
from benchmarks.ledger import copy_of_ledger, open_ids
from benchmarks.load import write_requests
from benchmarks.requests import balances, invoice_list
from benchmarks.servers import Server, billingua

MANY_INVOICES = 1_000_000
_DIFFERENT_UPDATES = 200_000
"""More than a server keeps at hand, so that it has to read what it changes."""
_PAGE = 10
_DEEP = 999 * _PAGE
"""How many invoices come before the thousandth page."""


def _native(offset: int, others: str = "") -> bytes:
    cursor = urlsafe_b64encode(f"after {offset}".encode()).decode().rstrip("=")
    return invoice_list(f"/v1/invoices?limit={_PAGE}{others}" + (f"&cursor={cursor}" if offset else ""))


LISTS: Mapping[str, Callable[[int], bytes]] = {
    "native": _native,
    "native, open ones by due date": partial(_native, others="&status=open&sort=-due_at"),
}
"""How each dialect that lists invoices is asked for ten of them, behind so many others."""


def of_a_million(bench: Bench) -> Iterable[Figure]:
    """Hold a ledger of a million against one of ten thousand; it is filled once, in a minute or two and in 140 MB."""
    large = bench.start(billingua(copy_of_ledger(MANY_INVOICES, CACHE, bench.folder / "million")))
    yield _updates(bench, large)
    for name, page in LISTS.items():
        yield _list(bench, large, f"first page and total ({name})", page(0), at_most(1.5))
        yield _list(bench, large, f"page 1,000 ({name})", page(_DEEP), at_most(2))


def _updates(bench: Bench, large: Server) -> Figure:
    many = write_requests(bench.folder / "many", balances(open_ids(MANY_INVOICES), _DIFFERENT_UPDATES))
    ours, others = bench.turns(partial(bench.load, large, many), partial(bench.load, bench.ours, bench.balances))
    return ratio(
        f"updates: {MANY_INVOICES:,} invoices ÷ {INVOICES:,}",
        ours,
        others,
        aim=at_least(0.85),
        meaning="BigCommerce `PUT` of a balance, spread over all invoices: of a million few are at hand.",
    )


def _list(bench: Bench, large: Server, what: str, request: bytes, aim: Aim) -> Figure:
    file: Path = write_requests(bench.folder / "list", [request])
    small, many = bench.turns(*(partial(bench.load, server, file, 1) for server in (bench.ours, large)))
    return ratio(
        f"time for the {what}: {MANY_INVOICES:,} invoices ÷ {INVOICES:,}",
        small,
        many,
        aim=aim,
        meaning=f"One client lists {_PAGE} invoices after the other, with the exact total.",
    )
