"""A million invoices beside ten thousand: updates, and lists with their exact totals."""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from benchmarks.bench import CACHE, INVOICES, Bench
from benchmarks.figures import Aim, Figure, at_least, at_most, ratio
from benchmarks.ledger import copy_of_ledger, open_ids
from benchmarks.load import write_requests
from benchmarks.requests import balances, invoice_list
from benchmarks.servers import Server, billingua

MANY = 1_000_000
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
    """Hold a ledger of a million against one of ten thousand; it is filled once, in two minutes or so and in 150 MB."""
    yield from beside(bench, bench.ours, bench.start(billingua(copy_of_ledger(MANY, CACHE, bench.folder / "million"))))


def beside(bench: Bench, small: Server, large: Server, where: str = "") -> Iterable[Figure]:
    """Hold a server on a million against one on ten thousand, wherever their ledgers are."""
    yield _updates(bench, small, large, where)
    for name, page in LISTS.items():
        yield _list(bench, small, large, f"first page and total ({name}){where}", page(0), at_most(1.5))
        yield _list(bench, small, large, f"page 1,000 ({name}){where}", page(_DEEP), at_most(2))


def _updates(bench: Bench, small: Server, large: Server, where: str) -> Figure:
    many = write_requests(bench.folder / "many", balances(open_ids(MANY), _DIFFERENT_UPDATES))
    ours, others = bench.turns(partial(bench.load, large, many), partial(bench.load, small, bench.balances))
    return ratio(
        f"updates{where}: {MANY:,} invoices ÷ {INVOICES:,}",
        ours,
        others,
        aim=at_least(0.85),
        meaning="BigCommerce `PUT` of a balance, spread over all invoices: of a million few are at hand.",
    )


def _list(bench: Bench, small: Server, large: Server, what: str, request: bytes, aim: Aim) -> Figure:
    file = write_requests(bench.folder / "list", [request])
    few, many = bench.turns(*(partial(bench.load, server, file, 1) for server in (small, large)))
    return ratio(
        f"time for the {what}: {MANY:,} invoices ÷ {INVOICES:,}",
        few,
        many,
        aim=aim,
        meaning=f"One client lists {_PAGE} invoices after the other, with the exact total.",
    )
