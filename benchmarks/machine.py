"""What the figures are taken on: a disk, above all, for what is answered has to be on it."""

import os
import platform
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import psutil

from benchmarks.load import GENERATOR

_IN_MEMORY = frozenset({"tmpfs", "ramfs", "devtmpfs"})
_FSYNCS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Where a run takes place."""

    cores: int | None
    others: float | None
    """How many processes wanted a core in the minute before; None where nobody counts them."""
    file_system: str
    fsync_ms: float
    """How long the middle one took of some that wrote 4 KB each."""
    python: str
    sqlite: str
    load_by: str

    @property
    def forgets(self) -> bool:
        """Whether the file system is in memory, so that nothing durable can be measured on it."""
        return self.file_system in _IN_MEMORY

    def told(self) -> Mapping[str, object]:
        """Tell it all, for the record."""
        return asdict(self)


def observe(folder: Path) -> Machine:
    """See what a folder is on."""
    return Machine(
        cores=os.cpu_count(),
        others=os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        file_system=_file_system(folder),
        fsync_ms=_fsync_ms(folder / "synced"),
        python=platform.python_version(),
        sqlite=sqlite3.sqlite_version,
        load_by=GENERATOR,
    )


def _file_system(folder: Path) -> str:
    """Name the file system that is mounted nearest above."""
    mounted = {Path(one.mountpoint): one.fstype for one in psutil.disk_partitions(all=True)}
    place = folder.resolve()
    return next((mounted[above] for above in (place, *place.parents) if above in mounted), "unknown")


def _fsync_ms(path: Path) -> float:
    with path.open("wb", buffering=0) as file:
        took = [_write_and_wait(file.fileno()) for _ in range(_FSYNCS)]
    path.unlink()
    return median(took) * 1000


def _write_and_wait(file: int) -> float:
    began = time.perf_counter()
    os.write(file, bytes(4096))
    os.fsync(file)
    return time.perf_counter() - began
