"""`billingua import` and `billingua export`: whole worlds in and out."""

import asyncio
import os
import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, BinaryIO
from uuid import uuid4

from cyclopts import Parameter

from billingua.cli.places import Place, opened, settings_for
from billingua.cli.refusals import CommandRefused
from billingua.engine.clock import SystemClock
from billingua.engine.ledger import Ledger
from billingua.engine.planting import Plant, WorkspaceTaken
from billingua.settings import Settings
from billingua.worlds.loading import TokenTaken, load
from billingua.worlds.problems import WorldRefused
from billingua.worlds.reading import read_worlds
from billingua.worlds.writing import write_worlds

File = Annotated[str, Parameter(help="A world file; - is standard input.", allow_leading_hyphen=True)]
Workspaces = Annotated[
    tuple[str, ...],
    Parameter(help="The workspace to write; may be given several times. [default: all]", negative=""),
]
Output = Annotated[Path | None, Parameter(help="The file to write. [default: standard output]")]


def import_world(file: File, /, *, place: Place | None = None) -> None:
    """Fill new workspaces from a world file. Nothing is imported unless all of it can be."""
    if file.startswith("-") and file != "-":
        raise CommandRefused(f"there is no option {file}; see billingua import --help")
    asyncio.run(_import(read_world_file(file), settings_for(place)))


def read_world_file(file: str) -> list[Plant]:
    """Read a world file. Refuses with `CommandRefused`, naming the file with each problem."""
    try:
        source = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return read_worlds(source, now=datetime.now(UTC), new_uuid=uuid4)
    except OSError as error:
        raise CommandRefused(f"{file} cannot be read: {error.strerror}") from error
    except WorldRefused as error:
        raise CommandRefused("\n".join(f"{file}: {line}" for line in str(error).splitlines())) from error


async def _import(plants: Sequence[Plant], settings: Settings) -> None:
    async with opened(settings, new=True) as store:
        try:
            count = await load(Ledger(store, SystemClock()), plants)
        except WorkspaceTaken as error:
            raise CommandRefused(f"there is a workspace {error.name} already; nothing was imported") from error
        except TokenTaken as error:
            taken = f"a {error.dialect} token of the file opens the workspace {error.workspace} already"
            raise CommandRefused(f"{taken}; nothing was imported") from error
    names = ", ".join(plant.workspace.name for plant in plants) or "no workspace"
    print(f"Imported {names}: {count} records.", file=sys.stderr)


def export_world(*, workspace: Workspaces = (), output: Output = None, place: Place | None = None) -> None:
    """Write workspaces as a world file. Tokens and passwords stand in it as hashes."""
    asyncio.run(_export(workspace, output, settings_for(place)))


async def _export(wanted: Sequence[str], output: Path | None, settings: Settings) -> None:
    async with opened(settings) as store:
        known = await store.workspaces()
        for name in wanted:
            if name not in known:
                raise CommandRefused(f"there is no workspace {name}")
        with _file(output) as file:
            await write_worlds(store, wanted or known, file)


@contextmanager
def _file(output: Path | None) -> Generator[BinaryIO]:
    """Open what is written to; a file appears only once it is whole, and for its owner alone."""
    if output is None:
        yield sys.stdout.buffer
        return
    try:
        descriptor, part = tempfile.mkstemp(dir=output.parent, prefix=f"{output.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                yield file
            Path(part).replace(output)
        finally:
            Path(part).unlink(missing_ok=True)
    except OSError as error:
        raise CommandRefused(f"{output} cannot be written: {error.strerror}") from error
