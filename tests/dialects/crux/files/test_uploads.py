"""Files by upload: received at once, worked off beside the requests (contract §14.1)."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from billingua.core.upload import Tally, Upload, UploadState
from billingua.dialects.crux import Uploads, make_face
from billingua.dialects.crux.files import working
from billingua.dialects.crux.files.ingest import ingest
from billingua.dialects.crux.files.working import find_upload
from billingua.engine.queries import InvoiceQuery
from billingua.engine.uploads import LEASE, TakeUpload, take_upload
from tests.builders import a_caller
from tests.dialects.crux.conftest import BODY_LIMIT, NOW, Crux
from tests.dialects.crux.files.conftest import RETAILER, table

UPLOAD = "/timp/organizations/files/upload/"
HEADERS = "retailer_org_uuid,retailer_po,invoice_number,sku_id,quantity_invoiced,supplier_provided_sku_cost\n"
SENT = f"{HEADERS}{RETAILER},LK-40817,TI-2292,TM-88-BLU,1,11.75\n"


async def upload(
    crux: Crux, name: str | None = "invoice_1.csv", content: str | None = SENT, token: str = "tamarack-token"
) -> httpx.Response:
    parts: dict[str, Any] = {} if content is None else {"file": ("whatever.csv", content.encode(), "text/csv")}
    data = {} if name is None else {"filename": name}
    if not parts:
        parts = {"nothing": ("x", b"")}
    return await crux.send("POST", UPLOAD, token, data=data, files=parts)


async def received(crux: Crux, answer: httpx.Response) -> Upload:
    assert answer.status_code == 201, answer.text
    found = await find_upload(crux.ledger, "demo", UUID(answer.json()["uuid"]))
    assert found
    return found


async def test_an_upload_is_received_at_once_and_worked_off_later(crux: Crux):
    answer = await upload(crux)
    before = await received(crux, answer)
    assert (before.state, before.name, before.received_by, before.source) == (
        UploadState.RECEIVED,
        "invoice_1.csv",
        "tamarack",
        "upload",
    )
    await Uploads(crux.ledger).work_off_waiting()
    after = await received(crux, answer)
    assert (after.state, after.tally) == (UploadState.FINISHED, Tally(rows=1, accepted=1))
    assert after.result
    told = await crux.ledger.file(a_caller(), after.result)
    assert told
    assert told.name == "invoice_1.results.csv"
    assert b"invoice_1.csv,2,TI-2292,accepted," in told.content


async def test_the_same_bytes_twice_are_two_uploads_and_one_invoice(crux: Crux):
    first, second = await upload(crux), await upload(crux, "invoice_2.csv")
    assert first.json()["uuid"] != second.json()["uuid"]
    await Uploads(crux.ledger).work_off_waiting()
    tallies = [(await received(crux, answer)).tally for answer in (first, second)]
    assert tallies == [Tally(1, accepted=1), Tally(1, already_there=1)]
    assert (await crux.ledger.invoices(a_caller(), InvoiceQuery())).total == 1


async def test_the_face_hands_what_it_receives_to_the_worker(crux: Crux, client_of: Any):
    uploads = Uploads(crux.ledger)
    crux.client = client_of(make_face(crux.ledger, BODY_LIMIT, uploads))
    working = asyncio.create_task(uploads.run())
    try:
        answer = await upload(crux)
        while (await received(crux, answer)).state is not UploadState.FINISHED:  # noqa: ASYNC110 - the worker tells nobody
            await asyncio.sleep(0.01)
    finally:
        working.cancel()
        await asyncio.wait([working])


@pytest.mark.parametrize(
    ("parts", "problems"),
    [
        ({"name": None}, {"filename": ["This field is required."]}),
        ({"content": None}, {"file": ["This field is required."]}),
        (
            {"name": "invoices of May.csv"},
            {"filename": ["A file is named <kind>_<date>.csv or .xlsx, with letters, digits, - and _ alone."]},
        ),
    ],
)
async def test_a_part_that_is_missing_or_a_bad_name_is_400(crux: Crux, parts: Any, problems: Any):
    answer = await upload(crux, **parts)
    assert (answer.status_code, answer.json()) == (400, problems)


async def test_json_is_415_and_nothing_at_all_is_400(crux: Crux):
    assert (await crux.send("POST", UPLOAD, json={"filename": "invoice_1.csv"})).status_code == 415
    assert (await crux.send("POST", UPLOAD)).status_code == 400
    assert (await crux.send("GET", UPLOAD)).status_code == 405


@pytest.mark.parametrize(
    ("name", "token", "status"),
    [
        ("invoice_1.csv", "tamarack-token", 201),
        ("invoice_1.csv", "reader-token", 201),
        ("tracking_1.csv", "reader-token", 403),
        ("allocation_1.csv", "reader-token", 403),
        ("invoice_1.csv", "blind-token", 403),
        ("invoice_1.csv", "larkspur-token", 201),
        ("tracking_1.csv", "larkspur-token", 201),
        ("allocation_1.csv", "larkspur-token", 201),
        ("order_1.csv", "larkspur-token", 201),
        ("order_1.csv", "tamarack-token", 201),
        ("tracking_1.csv", "tamarack-without-view_order-token", 201),
        ("invoice_1.csv", "tamarack-without-view_order-token", 403),
        ("product_1.csv", "tamarack-token", 201),
        ("inventory_1.xlsx", "tamarack-token", 201),
        ("invoice_1.csv", "neither-token", 409),
        ("invoice_1.csv", "nobody-knows", 401),
    ],
)
async def test_a_kind_of_file_needs_its_permission_on_either_side(crux: Crux, name: str, token: str, status: int):
    assert (await upload(crux, name, token=token)).status_code == status


async def test_files_of_products_are_received_and_told_to_be_of_no_use(crux: Crux):
    answer = await upload(crux, "product_1.csv", "sku\nA\n")
    await Uploads(crux.ledger).work_off_waiting()
    assert (await received(crux, answer)).tally == Tally(rejected=1)


async def test_what_a_worker_left_behind_is_gone_on_with_once_its_time_is_up(crux: Crux):
    line = await received(crux, await upload(crux))
    await crux.ledger.run(a_caller(), take_upload, TakeUpload(line.uuid, "gone"))
    other = Uploads(crux.ledger)
    await other.work_off_waiting()
    assert (await find_upload(crux.ledger, "demo", line.uuid)).state is UploadState.WORKING  # pyright: ignore
    crux.clock.set(NOW + LEASE + timedelta(seconds=1))
    await other.work_off_waiting()
    assert (await find_upload(crux.ledger, "demo", line.uuid)).state is UploadState.FINISHED  # pyright: ignore


async def test_a_worker_that_is_alone_goes_on_at_once_after_a_restart(crux: Crux):
    left = await received(crux, await upload(crux))
    await crux.ledger.run(a_caller(), take_upload, TakeUpload(left.uuid, "gone"))
    await Uploads(crux.ledger, alone=True).work_off_waiting()
    assert (await find_upload(crux.ledger, "demo", left.uuid)).tally.accepted == 1  # pyright: ignore


async def test_a_file_over_which_the_server_stumbles_keeps_no_other_waiting(
    crux: Crux, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    async def stumble(*arguments: Any) -> Tally:
        if arguments[3] == "invoice_1.csv":
            raise ZeroDivisionError
        return await ingest(*arguments)

    monkeypatch.setattr(working, "ingest", stumble)
    bad, good = await upload(crux), await upload(crux, "invoice_2.csv")
    uploads = Uploads(crux.ledger)
    for _ in range(2):
        await uploads.work_off_waiting()
    assert (await received(crux, bad)).state is UploadState.WORKING
    assert (await received(crux, good)).tally == Tally(1, accepted=1)
    assert len([record for record in caplog.records if record.exc_info]) == 1


async def test_an_upload_over_its_limit_is_413(crux: Crux, client_of: Any):
    crux.client = client_of(make_face(crux.ledger, BODY_LIMIT, upload_limit=BODY_LIMIT * 2))
    assert (await upload(crux, content="x" * BODY_LIMIT)).status_code == 201
    assert (await upload(crux, content="x" * 2 * BODY_LIMIT)).status_code == 413


async def test_rows_that_cannot_be_read_are_told_in_the_result(crux: Crux):
    answer = await upload(crux, content=table({"retailer_po": "x"}))
    await Uploads(crux.ledger).work_off_waiting()
    upload_ = await received(crux, answer)
    assert upload_.result
    told = await crux.ledger.file(a_caller(), upload_.result)
    assert told
    assert b"invoice_1.csv,1,,rejected,invoice_number,The file has no such column.," in told.content
