"""`billingua crux`: flat files of CRUX Connect, worked off by hand, and what became of those that were sent."""

import asyncio
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from uuid import UUID

from cyclopts import Parameter
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from billingua.cli.garbage import look_less_for_garbage
from billingua.cli.places import Place, opened, settings_for
from billingua.cli.refusals import CommandRefused
from billingua.core.upload import Tally, Upload
from billingua.dialects.crux.files.columns import Kind, kind_of
from billingua.dialects.crux.files.ingest import Sender, Told, ingest
from billingua.dialects.crux.files.results import ResultFile, open_results, rejections_in, unguarded
from billingua.dialects.crux.files.senders import find_sender, list_senders, may_send, recognize_sender
from billingua.engine.clock import SystemClock
from billingua.engine.ledger import Ledger
from billingua.settings import Settings

SOME_REJECTED = 1
"""The exit code where a document of a file was rejected."""

AT_ONCE = 1024
"""How many documents are worked off at once: more than in a server, whose other callers would have to wait."""

MOST_SHOWN = 10
"""How many problems are shown; all of them are in the result file."""

_UNBOUNDED = 100_000

Workspace = Annotated[str | None, Parameter(help="The workspace. [default: the only one there is]")]


def ingest_file(
    file: Annotated[Path, Parameter(help="The file: <kind>_<date>.csv or .xlsx.")],
    /,
    *,
    user: Annotated[str | None, Parameter(help="Whose file it is. [default: his whose order it names]")] = None,
    workspace: Workspace = None,
    results: Annotated[
        Path | None, Parameter(help="Where to write what became of it. [default: beside the file]")
    ] = None,
    place: Place | None = None,
) -> int:
    """Work off a flat file of invoices, tracking, allocations or orders; 1 if any of it was rejected."""
    kind = kind_of(file.name)
    if kind is None:
        kinds = ", ".join(Kind)
        raise CommandRefused(
            f"{file.name}: a file is named <kind>_<date>.csv or .xlsx, in letters, digits, - and _; kinds are {kinds}"
        )
    if not file.is_file():
        raise CommandRefused(f"there is no file {file}")
    told = results or file.with_name(f"{file.stem}.results.csv")
    look_less_for_garbage()
    tally = asyncio.run(_ingest(file, kind, user, workspace, told, settings_for(place)))
    _show(file.name, tally, told)
    return SOME_REJECTED if tally.rejected else 0


async def _ingest(
    file: Path, kind: Kind, user: str | None, workspace: str | None, told: Path, settings: Settings
) -> Tally:
    async with opened(settings) as store:
        ledger = Ledger(store, SystemClock())
        name = workspace or only(await store.workspaces())
        sender = await _sender(ledger, name, user, kind, file)
        try:
            results = open_results(told)
        except OSError as error:
            raise CommandRefused(f"{told} cannot be written: {error.strerror}") from error
        with results, _progress(file.name) as show:
            told_of = ResultFile(results, file.name)
            return await ingest(ledger, sender, file, file.name, told_of, show, at_once=AT_ONCE)


def only(workspaces: Sequence[str]) -> str:
    """Give the only workspace there is."""
    if len(workspaces) != 1:
        raise CommandRefused(f"name the workspace with --workspace: there are {len(workspaces)}")
    return workspaces[0]


async def _sender(ledger: Ledger, workspace: str, user: str | None, kind: Kind, file: Path) -> Sender:
    """Find whose file it is. Refuses with `CommandRefused`."""
    if user is None:
        senders = [sender async for sender in list_senders(ledger, workspace, kind)]
        only_one = await recognize_sender(ledger, senders, file, file.name)
        if only_one is None:
            raise CommandRefused(f"name the user with --user: {len(senders)} may send {kind} files there")
        return only_one
    sender = await find_sender(ledger, workspace, user)
    if sender is None:
        raise CommandRefused(f"there is no user {user} of a retailer or supplier in the workspace {workspace}")
    if not may_send(sender, kind):
        raise CommandRefused(f"{user} may not send {kind} files")
    return sender


def list_files(
    upload: Annotated[
        UUID | None, Parameter(help="The UUID of one: shows what was rejected of it. [default: all]")
    ] = None,
    /,
    *,
    workspace: Annotated[str | None, Parameter(help="Only this workspace's. [default: all]")] = None,
    place: Place | None = None,
) -> None:
    """List the files that came by upload or drop folder, or show what was rejected of one."""
    asyncio.run(_files(upload, workspace, settings_for(place)))


async def _files(wanted: UUID | None, workspace: str | None, settings: Settings) -> None:
    async with opened(settings) as store:
        known = await store.workspaces()
        if workspace is not None and workspace not in known:
            raise CommandRefused(f"there is no workspace {workspace}")
        uploads: list[tuple[str, Upload]] = [
            (name, record.value)
            for name in ([workspace] if workspace else known)
            async for record in store.aggregates(name, "upload")
            if wanted in {None, record.value.uuid}
        ]
        if wanted is not None and not uploads:
            raise CommandRefused(f"no file {wanted} was received")
        _show_uploads(uploads)
        for name, upload in uploads if wanted else []:
            file = await store.file(name, upload.result) if upload.result else None
            if file and upload.tally.rejected:
                _console().print()
                _show_rejections(_console(), file.content, most=None)


def _show_uploads(uploads: Sequence[tuple[str, Upload]]) -> None:
    headings = ("uuid", "workspace", "received", "by", "through", "file", "state")
    table = _table(*headings, "rows", "accepted", "already there", "rejected", numbers=4)
    for workspace, upload in uploads:
        tally = upload.tally
        told = (upload.received_by, upload.source, upload.name, upload.state)
        counts = (tally.rows, tally.accepted, tally.already_there, tally.rejected)
        received = f"{upload.received_at:%Y-%m-%d %H:%M:%S}"
        table.add_row(str(upload.uuid), Text(workspace), received, *map(Text, told), *map(str, counts))
    _console().print(table)


@contextmanager
def _progress(name: str) -> Generator[Told]:
    """Show how far the file has come, where somebody looks."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(f"Reading {name}", total=None)

        def told(tally: Tally, count: int) -> None:
            progress.update(task, description=f"Working off {name}", completed=tally.documents, total=count)

        yield told


def _show(name: str, tally: Tally, results: Path) -> None:
    table = _table("file", "rows", "accepted", "already there", "rejected", numbers=4)
    table.add_row(Text(name), *map(str, (tally.rows, tally.accepted, tally.already_there, tally.rejected)))
    console = _console()
    console.print(table)
    if tally.rejected:
        console.print()
        _show_rejections(console, results.read_bytes())
    console.print(Text(f"\nWhat became of each document is in {results}"))


def _show_rejections(console: Console, content: bytes, most: int | None = MOST_SHOWN) -> None:
    rejections = list(rejections_in(content))
    table = _table("row", "column", "document", "reason")
    for line in rejections[:most]:
        table.add_row(*(Text(unguarded(line[name])) for name in ("row", "column", "document", "reason")))
    console.print(table)
    if most is not None and len(rejections) > most:
        console.print(f"… and {len(rejections) - most} more")


def _table(*headings: str, numbers: int = 0) -> Table:
    """Begin a table; its last columns hold numbers."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for place, heading in enumerate(headings):
        table.add_column(heading, overflow="fold", justify="right" if place >= len(headings) - numbers else "left")
    return table


def _console() -> Console:
    # Whatever reads this from a pipe or a file has no width: there a line is a line.
    return Console(width=None if sys.stdout.isatty() else _UNBOUNDED, highlight=False)
