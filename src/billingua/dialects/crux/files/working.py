"""Working off what was uploaded, beside the requests, as long as the server serves."""

import asyncio
import logging
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from secrets import token_hex
from uuid import UUID

from billingua.core.errors import UploadNotFound
from billingua.core.upload import Tally, Upload, UploadState
from billingua.dialects.crux.files.ingest import ingest
from billingua.dialects.crux.files.results import Result, ResultFile, open_results
from billingua.dialects.crux.files.senders import find_sender
from billingua.dialects.crux.vocabulary import NAME
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Caller, by_uuid
from billingua.engine.ports import OutcomeUnknown, StoreFailed
from billingua.engine.uploads import (
    LEASE,
    FinishUpload,
    ReceiveUpload,
    TakeUpload,
    finish_upload,
    receive_upload,
    take_upload,
)

logger = logging.getLogger(__name__)

LOOK_AGAIN_SECONDS = 600.0
"""How often the ledger is searched for files whose worker is gone for good."""

TRY_AGAIN_SECONDS = 5.0

CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Place = tuple[str, UUID]
"""A workspace, and an upload in it."""


def sent_file(name: str, content: bytes, source: str) -> ReceiveUpload:
    """Say of a file that was sent what kind it is of."""
    media_type = XLSX if name.lower().endswith(".xlsx") else CSV
    return ReceiveUpload(name=name, source=source, media_type=media_type, content=content)


class Uploads:
    """The files that were sent: received here, and worked off one after another.

    Several processes may do so on one ledger: each takes a file for a minute at a time, and who finds one whose time is
    up goes on with it. What was written before is found to be there. One that is `alone` does not wait for that.
    """

    def __init__(self, ledger: Ledger, *, alone: bool = False) -> None:
        self._ledger = ledger
        self._alone = alone
        self._worker = token_hex(8)
        self._waiting: dict[Place, None] = {}
        self._broken: set[Place] = set()
        """Files over which this process stumbled: they are in nobody's way, and tried again after a restart."""
        self._news = asyncio.Event()

    async def receive(self, caller: Caller, name: str, content: bytes, source: str) -> Upload:
        """Receive a file, to be worked off soon."""
        upload = await self._ledger.run(caller, receive_upload, sent_file(name, content, source))
        self.expect(caller.workspace, upload)
        return upload

    def expect(self, workspace: str, upload: Upload) -> None:
        """Work off, soon, a file that was received."""
        self._waiting[workspace, upload.uuid] = None
        self._news.set()

    async def run(self) -> None:
        """Work off what there is and what comes, for ever."""
        while True:
            try:
                await self._find_waiting()
                await self._follow_news()
            except (StoreFailed, OutcomeUnknown) as error:
                logger.warning("files are worked off later: %s", error)
                await asyncio.sleep(TRY_AGAIN_SECONDS)
            except Exception:
                logger.exception("a file could not be worked off")
                await asyncio.sleep(TRY_AGAIN_SECONDS)

    async def work_off_waiting(self) -> None:
        """Work off what is waiting, once."""
        await self._find_waiting()
        await self._work_off_waiting()

    async def _follow_news(self) -> None:
        """Work off what is waiting whenever there is news, until it is time to search the ledger again."""
        search_at = asyncio.get_running_loop().time() + LOOK_AGAIN_SECONDS
        while (left := search_at - asyncio.get_running_loop().time()) > 0:
            await self._work_off_waiting()
            pause = min(left, LEASE.total_seconds()) if self._waiting else left
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), pause)

    async def _find_waiting(self) -> None:
        for workspace in await self._ledger.store.workspaces():
            async for record in self._ledger.store.aggregates(workspace, "upload"):
                place = (workspace, record.value.uuid)
                if record.value.state is not UploadState.FINISHED and place not in self._broken:
                    self._waiting[place] = None

    async def _work_off_waiting(self) -> None:
        self._news.clear()
        for place in list(self._waiting):
            if await self._work_off(*place):
                del self._waiting[place]

    async def _work_off(self, workspace: str, uuid: UUID) -> bool:
        """Work off a file; tell whether there is nothing left to do for it."""
        caller = Caller(workspace=workspace, actor="server", dialect=NAME, request=str(uuid))
        try:
            upload = await self._ledger.run(caller, take_upload, TakeUpload(uuid, self._worker, self._alone))
            if upload is None:
                return await self._is_finished(workspace, uuid)
            async with self._at_it(caller, uuid):
                finished = await self._through(caller, upload)
        except UploadNotFound:
            return True  # the world was reset meanwhile
        except (StoreFailed, OutcomeUnknown):
            raise
        except Exception:
            logger.exception("the file of upload %s could not be worked off", uuid)
            self._broken.add((workspace, uuid))
            return True
        if finished:
            logger.info("%s of %s was worked off: %s", upload.name, upload.received_by, finished.tally)
        return True

    async def _is_finished(self, workspace: str, uuid: UUID) -> bool:
        upload = await find_upload(self._ledger, workspace, uuid)
        return upload is None or upload.state is UploadState.FINISHED

    @asynccontextmanager
    async def _at_it(self, caller: Caller, uuid: UUID) -> AsyncGenerator[None]:
        """Let the others know, now and then, that a file is still being worked off."""

        async def tell() -> None:
            while True:
                await asyncio.sleep(LEASE.total_seconds() / 3)
                with suppress(StoreFailed, OutcomeUnknown, UploadNotFound):
                    await self._ledger.run(caller, take_upload, TakeUpload(uuid, self._worker))

        telling = asyncio.create_task(tell())
        try:
            yield
        finally:
            telling.cancel()
            await asyncio.wait([telling])

    async def _through(self, caller: Caller, upload: Upload) -> Upload | None:
        """Put a file's content where it can be read row by row, work it off, and keep what came of it."""
        with tempfile.TemporaryDirectory(prefix="billingua-") as folder:
            told = Path(folder, "results")
            with open_results(told) as file:
                tally = await self._ingest(caller, upload, Path(folder, "sent"), ResultFile(file, upload.name))
            finish = FinishUpload(
                upload=upload.uuid,
                worker=self._worker,
                tally=tally,
                name=results_name(upload.name),
                media_type=CSV,
                content=await asyncio.to_thread(told.read_bytes),
            )
        return await self._ledger.run(caller, finish_upload, finish)

    async def _ingest(self, caller: Caller, upload: Upload, path: Path, results: ResultFile) -> Tally:
        sender = await find_sender(self._ledger, caller.workspace, upload.received_by, str(upload.uuid))
        file = await self._ledger.file(caller, upload.uuid)
        if sender is None or file is None:
            results.write([Result(None, "", "rejected", "", f"{upload.received_by} trades for no organization now.")])
            return Tally(rejected=1)
        await asyncio.to_thread(path.write_bytes, file.content)
        del file
        return await ingest(self._ledger, sender, path, upload.name, results)


def results_name(name: str) -> str:
    """Name the file that tells what became of another."""
    return f"{Path(name).stem}.results.csv"


async def find_upload(ledger: Ledger, workspace: str, uuid: UUID) -> Upload | None:
    """Find a file that was received."""
    found = dict(await ledger.store.find(by_uuid(Upload, uuid)))
    return found[workspace].value if workspace in found else None
