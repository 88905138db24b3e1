"""A million invoices beside ten thousand: updates, and lists with their exact totals."""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from benchmarks.bench import Bench
from benchmarks.clusters import kept_cluster
from benchmarks.figures import Aim, Figure, at_least, at_most, ratio
from benchmarks.ledger import kept_ledger, open_ids
from benchmarks.load import request, write_requests
from benchmarks.postgres import ours_on_postgres
from benchmarks.requests import BIGCOMMERCE, NATIVE, ONLYOFFICE, balances
from benchmarks.servers import Server, billingua, billingua_on

MANY = 1_000_000
_DIFFERENT_UPDATES = 200_000
"""More than a server keeps at hand, so that it has to read what it changes."""
_PAGE = 10
_LARGEST_PAGE = 250
_LIST_SECONDS = 1
_CHUNK = 2**20
_DEEP = 999 * _PAGE
"""How many invoices come before the thousandth page."""


def _bigcommerce(behind: int, _: Server) -> bytes:
    path = f"/api/v3/io/ip/invoices?limit={_PAGE}&offset={behind}"
    return request("GET", path, BIGCOMMERCE)


def _onlyoffice(behind: int, _: Server) -> bytes:
    return request("GET", f"/api/2.0/crm/invoice/filter?count={_PAGE}&startIndex={behind}", ONLYOFFICE)


def _native(behind: int, server: Server, **asked: str) -> bytes:
    """Go where a page begins as clients do: from page to page."""
    while behind:
        limit = min(behind, _LARGEST_PAGE)
        page: dict[str, str] = json.loads(server.ask(_native_page(asked, limit)))
        asked = dict(parse_qsl(urlsplit(page["next"]).query))
        behind -= limit
    return _native_page(asked, _PAGE)


def _native_page(asked: Mapping[str, str], limit: int) -> bytes:
    return request("GET", f"/v1/invoices?{urlencode({**asked, 'limit': limit})}", NATIVE)


LISTS: Mapping[str, Callable[[int, Server], bytes]] = {
    "native": _native,
    "native, open ones by due date": partial(_native, status="open", sort="-due_at"),
    "BigCommerce": _bigcommerce,
    "ONLYOFFICE": _onlyoffice,
}
"""How ten invoices behind so many others are asked for, in each dialect that lists them."""


def of_a_million(bench: Bench) -> Iterable[Figure]:
    """Hold a ledger of a million against one of ten thousand; it is filled once, in four minutes or so, and kept.

    It is used where it lies, and its history grows a little with each run: a copy would be 4 GB that the disk is still
    writing when the measuring begins.
    """
    ledger = _ledger(bench)
    _warm(ledger)
    yield from beside(bench, bench.ours, bench.start(billingua(ledger)))


def of_a_million_on_postgres(bench: Bench) -> Iterable[Figure]:
    """Do the same on PostgreSQL, where the ledger is a copy of that in the file."""
    ledger, kept = _ledger(bench), bench.cache / f"postgres-{MANY}"
    if not kept.exists():
        bench.say(f"{MANY:,} invoices are copied to PostgreSQL, once: about 2 min more")
    try:
        url = bench.start(kept_cluster(ledger / "ledger.sqlite", kept, bench.extent.patience_seconds))
    except TimeoutError:
        why = f"it was not filled in {bench.extent.patience_seconds:.0f} s; name the part to wait longer"
        bench.leave_out(f"{MANY:,} invoices on PostgreSQL", why)
        return
    _warm(kept)
    large = bench.start(billingua_on(url, bench.folder / "million.log"))
    yield from beside(bench, bench.once(ours_on_postgres), large, " on PostgreSQL")


def _ledger(bench: Bench) -> Path:
    if not (bench.cache / f"ledger-{MANY}").exists():
        bench.say(f"{MANY:,} invoices are written, once: about 4 min more")
    return kept_ledger(MANY, bench.cache)


def _warm(folder: Path) -> None:
    """Read files once: how fast a disk is that nobody has asked yet is another question."""
    for path in (path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb", buffering=0) as file:
            while file.read(_CHUNK):
                pass


def beside(bench: Bench, small: Server, large: Server, where: str = "") -> Iterable[Figure]:
    """Hold a server on a million against one on ten thousand, wherever their ledgers are."""
    yield _updates(bench, small, large, where)
    for name, page in LISTS.items():
        if not large.serves(page(0, large)):
            bench.leave_out(f"The list of {MANY:,} invoices ({name}){where}", "the dialect lists no invoices yet")
            continue
        yield _list(bench, small, large, f"first page and total ({name}){where}", partial(page, 0), at_most(1.5))
        yield _list(bench, small, large, f"page 1,000 ({name}){where}", partial(page, _DEEP), at_most(2))


def _updates(bench: Bench, small: Server, large: Server, where: str) -> Figure:
    # The ledger remembers the runs before: other amounts than theirs change something each time.
    those = balances(open_ids(MANY), _DIFFERENT_UPDATES, first=large.history())
    many = write_requests(bench.folder / f"many{where}", those)
    ours, others = bench.turns(partial(bench.update, large, many), partial(bench.update, small, bench.balances))
    return ratio(
        f"updates{where}: {MANY:,} invoices ÷ {bench.invoices:,}",
        ours,
        others,
        aim=at_least(0.85),
        meaning="BigCommerce `PUT` of a balance, spread over all invoices: of a million a server has few at hand. The "
        "files have been read once, so that the system may have them in memory.",
    )


def _list(bench: Bench, small: Server, large: Server, what: str, page: Callable[[Server], bytes], aim: Aim) -> Figure:
    few, many = bench.turns(
        *(
            partial(bench.load, server, write_requests(bench.folder / f"list{place}", [page(server)]), 1, _LIST_SECONDS)
            for place, server in enumerate((small, large))
        )
    )
    return ratio(
        f"time for the {what}: {MANY:,} invoices ÷ {bench.invoices:,}",
        few,
        many,
        aim=aim,
        meaning=f"One client lists {_PAGE} invoices after the other, with the exact total.",
    )
