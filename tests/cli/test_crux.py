"""`billingua crux`: flat files by hand."""

import asyncio
import csv
import json
from pathlib import Path

import pytest

from billingua.core.upload import UploadState
from billingua.dialects.crux import DropFolder, Uploads
from billingua.engine.clock import SystemClock
from billingua.engine.ledger import Ledger
from billingua.stores.sqlite import open_sqlite
from tests.builders import a_uuid
from tests.cli.conftest import Run

SUPPLIER, RETAILER = str(a_uuid(2)), str(a_uuid(10))

WORLD = {
    "workspace": "demo",
    "users": [
        {"username": "tam", "name": "Tam", "organization": SUPPLIER},
        {"username": "lark", "name": "Lark", "organization": RETAILER},
        {"username": "reader", "name": "Reader", "organization": SUPPLIER, "permissions": ["view_items"]},
        {"username": "clerk", "name": "Clerk"},
    ],
    "parties": [
        {"uuid": SUPPLIER, "kind": "company", "name": "tamarack", "crux": "supplier"},
        {"uuid": RETAILER, "kind": "company", "name": "larkspur", "crux": "retailer"},
    ],
    "items": [{"sku": "TM-88", "title": "Mug", "supplier": SUPPLIER}],
    "orders": [
        {"number": "LK-1", "retailer": RETAILER, "lines": [{"sku": "TM-88", "supplier": SUPPLIER, "quantity": 20}]}
    ],
}

HEADER = "retailer_org_uuid,retailer_po,invoice_number,sku_id,quantity_invoiced,supplier_provided_sku_cost\n"
GOOD = f"{RETAILER},LK-1,TI-1,TM-88,1,11.75\n"


@pytest.fixture(autouse=True)
def demo(billingua: Run) -> None:
    Path("world.json").write_text(json.dumps(WORLD))
    assert billingua("import", "world.json").code == 0


def put(content: str, name: str = "invoice_1.csv") -> str:
    Path(name).write_text(HEADER + content)
    return name


def test_a_file_that_goes_through_is_summed_up_with_where_its_results_are(billingua: Run):
    ran = billingua("crux", "ingest", put(GOOD))
    summary = " ".join(ran.out.split())
    assert (ran.code, ran.err) == (0, "")
    assert summary.startswith("file rows accepted already there rejected invoice_1.csv 1 1 0 0 ")
    assert summary.endswith("What became of each document is in invoice_1.results.csv")
    with Path("invoice_1.results.csv").open(encoding="utf-8-sig") as file:
        [result] = csv.DictReader(file)
    assert (result["row"], result["document"], result["result"]) == ("2", "TI-1", "accepted")


def test_what_is_there_already_is_no_failure(billingua: Run):
    billingua("crux", "ingest", put(GOOD))
    ran = billingua("crux", "ingest", put(GOOD), "--results", "again.csv")
    assert (ran.code, "already there" in Path("again.csv").read_text()) == (0, True)


def test_what_is_rejected_is_shown_and_fails_the_command(billingua: Run):
    bad = "".join(f"{RETAILER},LK-1,[red]TI-{number},TM-88,x,1\n" for number in range(12))
    ran = billingua("crux", "ingest", put(GOOD + bad))
    assert ran.code == 1
    assert "3    quantity_invoiced  [red]TI-0  A valid integer is required." in ran.out
    assert "… and 2 more" in ran.out


@pytest.mark.parametrize(
    ("name", "options", "complaint"),
    [
        ("letter.csv", [], "a file is named <kind>_<date>.csv or .xlsx"),
        ("invoice_2.csv", [], "there is no file invoice_2.csv"),
        ("invoice_1.csv", ["--user", "nobody"], "there is no user nobody of a retailer or supplier"),
        ("invoice_1.csv", ["--user", "clerk"], "there is no user clerk of a retailer or supplier"),
        ("invoice_1.csv", ["--user", "lark"], "lark may not send invoice files"),
        ("invoice_1.csv", ["--user", "reader"], "reader may not send invoice files"),
        ("invoice_1.csv", ["--workspace", "nowhere"], "name the user with --user: 0 may send invoice files there"),
        ("invoice_1.csv", ["--results", "no/where.csv"], "no/where.csv cannot be written"),
    ],
)
def test_what_cannot_be_begun_is_said_in_plain_words(billingua: Run, name: str, options: list[str], complaint: str):
    put(GOOD)
    ran = billingua("crux", "ingest", name, *options)
    assert (ran.code, ran.out) == (2, "")
    assert complaint in ran.err


def test_the_workspace_is_named_where_there_are_several(billingua: Run):
    Path("other.json").write_text('{"workspace": "other"}')
    billingua("import", "other.json")
    assert "name the workspace with --workspace: there are 2" in billingua("crux", "ingest", put(GOOD)).err
    assert billingua("crux", "ingest", put(GOOD), "--workspace", "demo").code == 0


def drop(content: str) -> str:
    """Let a server take a file from a drop folder, work it off, and give its upload's UUID."""

    async def serve() -> str:
        store = open_sqlite(Path("billingua-data/ledger.sqlite"))
        ledger = Ledger(store, SystemClock())
        uploads = Uploads(ledger)
        folder = DropFolder(ledger, uploads, Path("drop"), "tam")
        await asyncio.to_thread(Path("drop/in").mkdir, parents=True)
        await asyncio.to_thread(Path("drop/in/invoice_9.csv").write_text, HEADER + content)
        await folder.look()
        await folder.look()
        await uploads.work_off_waiting()
        [upload] = [record.value async for record in store.aggregates("demo", "upload")]
        await store.close()
        assert upload.state is UploadState.FINISHED
        return str(upload.uuid)

    return asyncio.run(serve())


def test_the_files_that_were_sent_are_listed_with_what_came_of_them(billingua: Run):
    uuid = drop(GOOD)
    listed = billingua("crux", "files").out.splitlines()[-1].split()
    assert (listed[0], listed[1], listed[4:]) == (
        uuid,
        "demo",
        ["tam", "drop", "invoice_9.csv", "finished", "1", "1", "0", "0"],
    )
    assert len(billingua("crux", "files", "--workspace", "demo").out.splitlines()) == 2


def test_of_one_file_all_is_shown_that_was_rejected(billingua: Run):
    uuid = drop(GOOD + "".join(f"{RETAILER},LK-1,TJ-{number},TM-88,x,1\n" for number in range(12)))
    shown = billingua("crux", "files", uuid).out
    assert shown.count("A valid integer is required.") == 12


@pytest.mark.parametrize(
    ("options", "complaint"),
    [([a_uuid(1)], f"no file {a_uuid(1)} was received"), (["--workspace", "nowhere"], "there is no workspace nowhere")],
)
def test_what_is_not_there_cannot_be_listed(billingua: Run, options: list[object], complaint: str):
    ran = billingua("crux", "files", *options)
    assert (ran.code, complaint in ran.err) == (2, True)
