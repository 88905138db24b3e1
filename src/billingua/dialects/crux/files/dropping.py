"""The drop folder: files that appear in it are taken once, and what became of them is put beside (contract §14.1).

    DIR/<username>/in       where a user's files are put; `DIR/in` is for the user who is named, or for all
    DIR/<username>/work     those that were taken, each with its upload's UUID before its name
    DIR/<username>/done     those that were worked off
    DIR/<username>/out      what became of each, as CSV

Where several processes look after one folder, each file is the one's that moves it.
"""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote, unquote
from uuid import UUID

from billingua.core.file import LARGEST_FILE
from billingua.core.upload import UploadState
from billingua.dialects.crux.files.columns import kind_of
from billingua.dialects.crux.files.ingest import Sender
from billingua.dialects.crux.files.results import Result, ResultFile, open_results
from billingua.dialects.crux.files.senders import find_sender, list_senders, recognize_sender
from billingua.dialects.crux.files.working import Uploads, find_upload, results_name
from billingua.dialects.crux.vocabulary import INVALID, NAME
from billingua.engine.kinds import by_username
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Caller
from billingua.engine.ports import OutcomeUnknown, StoreFailed

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""How often the folder is looked at; a file that is as it was the last time has stopped growing."""

LOST_SECONDS = 60.0
"""How long a file may stay taken without an upload: whoever took it is gone then."""

_LOOKS_AGAIN_AFTER = timedelta(minutes=1)
"""How long a file is left alone of which nobody knows whose it is."""

_NAME_A_USER = "name a user by the folder, or with --drop-user"

Grown = tuple[int, int]
"""How large a file is, and when it was last written, in nanoseconds."""


@dataclass(frozen=True, slots=True)
class _Account:
    """One user's folders; without a name they are those of whom the drop folder is for."""

    folder: Path
    username: str | None

    def path(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        return folder


class DropFolder:
    """A folder that is looked after beside the requests, as long as the server serves."""

    def __init__(self, ledger: Ledger, uploads: Uploads, folder: Path, username: str | None = None) -> None:
        self._ledger = ledger
        self._uploads = uploads
        self._folder = folder
        self._username = username
        self._grown: dict[Path, Grown] = {}
        self._complained: dict[Path, datetime] = {}

    async def run(self) -> None:
        """Look after the folder, for ever."""
        while True:
            try:
                await self.look()
            except (StoreFailed, OutcomeUnknown, OSError) as error:
                logger.warning("the drop folder is looked at again later: %s", error)
            except Exception:
                logger.exception("the drop folder could not be looked at")
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Take what has stopped growing since the last look, and tell what became of what was taken before."""
        for account in await asyncio.to_thread(self._accounts):
            for path in await asyncio.to_thread(self._ready, account):
                await self._take(account, path)
            for path in await asyncio.to_thread(_files_in, account.path("work")):
                await self._tell(account, path)

    def _accounts(self) -> list[_Account]:
        """Find the folders in which files may be, and make those of the drop folder itself."""
        self._folder.mkdir(parents=True, exist_ok=True)
        own = _Account(self._folder, self._username)
        own.path("in")
        own.path("out")
        users = sorted(path.parent for path in self._folder.glob("*/in") if path.is_dir())
        return [own, *(_Account(folder, folder.name) for folder in users)]

    def _ready(self, account: _Account) -> list[Path]:
        """Give the files that have stopped growing: they are as they were when they were looked at before."""
        ready: list[Path] = []
        seen: dict[Path, Grown] = {}
        for path in _files_in(account.path("in")):
            status = path.stat()
            seen[path] = (status.st_size, status.st_mtime_ns)
            if self._grown.get(path) == seen[path]:
                ready.append(path)
        gone = [path for path in self._grown if path.parent == account.path("in") and path not in seen]
        for path in gone:
            del self._grown[path]
        self._grown |= seen
        return ready

    async def _take(self, account: _Account, path: Path) -> None:
        """Receive a file as its user's. What cannot be received is told, and moved away."""
        complained = self._complained.get(path)
        if complained is not None and self._ledger.clock.now() < complained + _LOOKS_AGAIN_AFTER:
            return
        sender = await self._sender(account.username, path)
        taken = account.path("work") / path.name
        if sender is None:
            self._complain(account, path)
        elif _move(path, taken):
            await self._receive(account, sender, taken)

    async def _receive(self, account: _Account, sender: Sender, taken: Path) -> None:
        if reason := _unfit(taken):
            return _refuse(account, taken, reason)
        content = await asyncio.to_thread(taken.read_bytes)
        upload = await self._uploads.receive(sender.caller, taken.name, content, "drop")
        workspace = quote(sender.caller.workspace, safe="")
        _move(taken, taken.with_name(f"{workspace}.{upload.uuid}.{taken.name}"))
        return None

    async def _sender(self, username: str | None, path: Path) -> Sender | None:
        """Find whose file it is: the user's of this name, or without a name the one's whose it can only be."""
        workspaces = await self._ledger.store.workspaces()
        if username is not None:
            workspaces = [workspace for workspace, _ in await self._ledger.store.find(by_username(username))]
            return await find_sender(self._ledger, workspaces[0], username) if len(workspaces) == 1 else None
        senders = [sender for name in workspaces async for sender in list_senders(self._ledger, name)]
        if kind_of(path.name) is None:
            return senders[0] if senders else None  # it is refused, whosever it is
        return await recognize_sender(self._ledger, senders, path, path.name)

    def _complain(self, account: _Account, path: Path) -> None:
        """Say once that nobody knows whose a file is; it stays where it is, and is looked at again after a while."""
        is_known = path in self._complained
        self._complained[path] = self._ledger.clock.now()
        if not is_known:
            logger.error("%s", reason := f"nobody knows whose file {path} is: {_NAME_A_USER}")
            told = account.path("out") / results_name(path.name)
            if not told.exists() or reason not in told.read_text("utf-8-sig"):
                _reject(told, path.name, reason)

    async def _tell(self, account: _Account, path: Path) -> None:
        """Write what became of a file that was taken, once it is known, and put it away."""
        workspace, uuid, name = _upload_of(path)
        if uuid is None:
            return _put_back(account, path, self._ledger.clock.now().timestamp())
        upload = await find_upload(self._ledger, workspace, uuid)
        if upload is None:
            return _put_away(account, path, name)  # the ledger is another one now
        if upload.state is not UploadState.FINISHED or upload.result is None:
            return None
        caller = Caller(workspace=workspace, actor="server", dialect=NAME)
        file = await self._ledger.file(caller, upload.result)
        if file is not None:
            part = account.path("out") / f".{uuid}.part"
            part.write_bytes(file.content)
            part.replace(_free(account.path("out") / results_name(name)))
        return _put_away(account, path, name)


def _files_in(folder: Path) -> list[Path]:
    """List the files in a folder; hidden ones are somebody's who is not done yet."""
    return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))


def _upload_of(path: Path) -> tuple[str, UUID | None, str]:
    """Tell the workspace, the upload and the name of a file that was taken."""
    parts = path.name.rsplit(".", 3)
    if len(parts) == 4:
        with suppress(ValueError):
            return unquote(parts[0]), UUID(parts[1]), f"{parts[2]}.{parts[3]}"
    return "", None, path.name


def _move(path: Path, target: Path) -> bool:
    """Move a file; tell whether it was there to be moved: somebody else may have been faster."""
    try:
        path.rename(target)
    except FileNotFoundError:
        return False
    return True


def _unfit(path: Path) -> str:
    """Say why a file cannot be received, if it cannot."""
    if path.stat().st_size > LARGEST_FILE:
        return f"The file is larger than {LARGEST_FILE} bytes."
    return "" if kind_of(path.name) else INVALID["filename"]


def _refuse(account: _Account, path: Path, reason: str) -> None:
    _reject(account.path("out") / results_name(path.name), path.name, reason)
    _put_away(account, path, path.name)


def _reject(told: Path, name: str, reason: str) -> None:
    with open_results(_free(told)) as file:
        ResultFile(file, name).write([Result(None, "", "rejected", "", reason)])


def _put_away(account: _Account, path: Path, name: str) -> None:
    _move(path, _free(account.path("done") / name))


def _put_back(account: _Account, path: Path, now: float) -> None:
    """Let a file be taken anew that was taken by somebody who is gone."""
    with suppress(FileNotFoundError):
        if now - path.stat().st_ctime > LOST_SECONDS:
            _move(path, _free(account.path("in") / path.name))


def _free(path: Path) -> Path:
    """Give a path where nothing is: the second `a.csv` is `a-2.csv`."""
    return next(candidate for candidate in _numbered(path) if not candidate.exists())


def _numbered(path: Path) -> Iterator[Path]:
    stem, dot, ending = path.name.partition(".")
    yield path
    number = 2
    while True:
        yield path.with_name(f"{stem}-{number}{dot}{ending}")
        number += 1
