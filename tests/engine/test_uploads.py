"""Files that were sent to be worked off, and exports."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from billingua.core.errors import ExportNotFound, UploadNotFound
from billingua.core.export import MOST_LINKS, Link
from billingua.core.upload import Tally, Upload, UploadState
from billingua.engine.credentials import hash_secret
from billingua.engine.exports import LINK_LIFE, KeepExport, LinkExport, keep_export, link_export, opens_export
from billingua.engine.plan import Decision
from billingua.engine.uploads import (
    LEASE,
    FinishUpload,
    ReceiveUpload,
    TakeUpload,
    finish_upload,
    receive_upload,
    take_upload,
)
from tests.builders import NOON, SUPPLIER, a_caller, a_uuid, an_export, an_upload
from tests.engine.driving import drive, known

SENT = ReceiveUpload(name="invoice_1.csv", source="upload", media_type="text/csv", content=b"retailer_po\n")
LATER = NOON + LEASE


def take(upload: Upload, worker: str = "b", now: object = NOON, **command: bool) -> Decision[Upload | None]:
    return drive(take_upload(TakeUpload(upload.uuid, worker, **command), a_caller(), now), known(upload))  # pyright: ignore


def finish(upload: Upload, worker: str = "a") -> Decision[Upload | None]:
    told = FinishUpload(
        upload=upload.uuid, worker=worker, tally=Tally(3, 1, 1, 1), name="r.csv", media_type="text/csv", content=b"told"
    )
    return drive(finish_upload(told, a_caller(), LATER), known(upload))


def test_a_file_is_received_with_its_content():
    decision = drive(receive_upload(SENT, a_caller(actor="ida"), NOON), known(upload=7))
    [upload], [file] = decision.saves, decision.files
    assert upload == decision.answer
    assert (upload.id, upload.state, upload.received_by, upload.size) == (7, UploadState.RECEIVED, "ida", 12)
    assert upload.sha256 == sha256(file.content).hexdigest()
    assert (file.uuid, file.name, file.content) == (upload.uuid, "invoice_1.csv", SENT.content)


WORKING = an_upload(state=UploadState.WORKING, worker="a", leased_until=LATER)


@pytest.mark.parametrize(
    ("upload", "worker", "now", "is_taken"),
    [
        (an_upload(), "b", NOON, True),
        (WORKING, "b", NOON, False),
        (WORKING, "a", NOON, True),
        (WORKING, "b", LATER, True),
        (replace(WORKING, state=UploadState.FINISHED, leased_until=None), "a", LATER, False),
    ],
)
def test_a_file_is_one_workers_as_long_as_that_one_lives(upload: Upload, worker: str, now: object, is_taken: bool):
    decision = take(upload, worker, now)
    assert [saved.worker for saved in decision.saves] == ([worker] if is_taken else [])
    assert (decision.answer is not None) is is_taken


def test_a_worker_that_is_alone_takes_what_another_had_left():
    taken = take(WORKING, "b", by_force=True).answer
    assert taken is not None
    assert (taken.worker, taken.leased_until) == ("b", LATER)


def test_what_came_of_a_file_is_kept_with_it():
    decision = finish(WORKING)
    [upload], [file] = decision.saves, decision.files
    assert (upload.state, upload.finished_at, upload.leased_until) == (UploadState.FINISHED, LATER, None)
    assert (upload.tally, upload.tally.documents, upload.result) == (Tally(3, 1, 1, 1), 3, file.uuid)
    assert file.content == b"told"


@pytest.mark.parametrize("upload", [replace(WORKING, worker="b"), replace(WORKING, state=UploadState.FINISHED)])
def test_a_worker_whose_file_was_taken_over_has_nothing_to_tell(upload: Upload):
    decision = finish(upload)
    assert (decision.answer, list(decision.saves), list(decision.files)) == (None, [], [])


@pytest.mark.parametrize("plan", [take, finish])
def test_a_file_that_was_never_received_is_refused(plan: object):
    command = TakeUpload(a_uuid(1), "a")
    told = FinishUpload(upload=a_uuid(1), worker="a", tally=Tally(), name="", media_type="", content=b"")
    asked = take_upload(command, a_caller(), NOON) if plan is take else finish_upload(told, a_caller(), NOON)
    with pytest.raises(UploadNotFound):
        drive(asked, known())  # pyright: ignore


def test_an_export_is_kept_with_its_content():
    keep = KeepExport(organization=SUPPLIER, name="orders.csv", media_type="text/csv", content=b"sku\n")
    decision = drive(keep_export(keep, a_caller(actor="ida"), NOON), known(export=3))
    [export], [file] = decision.saves, decision.files
    assert (export.id, export.organization, export.created_by) == (3, SUPPLIER, "ida")
    assert (file.uuid, file.content) == (export.uuid, b"sku\n")


def test_a_link_opens_an_export_for_a_day():
    export = an_export()
    link = LinkExport(export.uuid, SUPPLIER, hash_secret("sesame"))
    linked = drive(link_export(link, a_caller(), NOON), known(export)).answer
    assert opens_export(linked, "sesame", NOON)
    assert not opens_export(linked, "simsim", NOON)
    assert not opens_export(linked, "sesame", NOON + LINK_LIFE)


def test_links_that_are_over_go_and_of_too_many_the_oldest():
    links = [Link(str(number), NOON + timedelta(number)) for number in range(MOST_LINKS + 1)]
    linked = an_export(links=tuple(links)).linked(Link("new", LATER), NOON)
    assert linked.links == (*links[2:], Link("new", LATER))


@pytest.mark.parametrize("organization", [SUPPLIER, a_uuid(1)])
def test_nobody_else_gets_a_link(organization: object):
    asked = LinkExport(an_export().uuid, organization, "5ec")  # pyright: ignore
    knowledge = known() if organization == SUPPLIER else known(an_export())
    with pytest.raises(ExportNotFound):
        drive(link_export(asked, a_caller(), NOON), knowledge)
