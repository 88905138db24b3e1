"""`billingua serve`: the server, from its first breath to its last."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine, Generator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import uvicorn
from cyclopts import Parameter
from rich.console import Console

from billingua.app import App, create_app
from billingua.cli.garbage import look_less_for_garbage
from billingua.cli.places import (
    DATA,
    DEMO_DATA,
    ServedPlace,
    opened,
    options_for,
    place_shown,
    postgres_url,
    settings_for,
)
from billingua.cli.refusals import CommandRefused
from billingua.cli.transfer import read_world_file
from billingua.cli.welcome import welcome
from billingua.cli.workers import supervise
from billingua.engine.clock import SandboxClock, SystemClock
from billingua.engine.ledger import Ledger
from billingua.engine.planting import Plant
from billingua.engine.ports import Store
from billingua.settings import Settings
from billingua.wire.protocol import PatientProtocol
from billingua.worlds.demo import ADMINISTRATOR, WORKSPACE, Demo, is_half
from billingua.worlds.loading import load, load_if_empty, snapshot
from billingua.worlds.sandbox import Sandbox

logger = logging.getLogger(__name__)

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_BACKLOG = 2048


WithDemo = Annotated[bool, Parameter(help="Serve the demo, in a folder of its own, with a sandbox.", negative="")]
World = Annotated[str | None, Parameter(help="Fill an empty ledger from this world file.")]
Host = Annotated[str | None, Parameter(help="The address to listen on. [default: 127.0.0.1]")]
Port = Annotated[int | None, Parameter(help="The port to listen on. [default: 8080]")]
Workers = Annotated[int | None, Parameter(help="How many processes serve, on PostgreSQL. [default: 1]")]
Drop = Annotated[Path | None, Parameter(help="Take Crux flat files from DIR/in and DIR/<username>/in, once each.")]
DropUser = Annotated[str | None, Parameter(help="Whose files DIR/in has. [default: his whose order each names]")]
WithSandbox = Annotated[bool, Parameter(help="For tests: let all set the clock and reset the world.", negative="")]


def serve(
    *,
    demo: WithDemo = False,
    world: World = None,
    host: Host = None,
    port: Port = None,
    workers: Workers = None,
    sandbox: WithSandbox = False,
    drop: Drop = None,
    drop_user: DropUser = None,
    place: ServedPlace | None = None,
) -> int:
    """Serve every API on one ledger, until SIGTERM or Ctrl-C."""
    if demo and world:
        raise CommandRefused("--demo and --world are two worlds: choose one")
    settings = settings_for(
        place, host=host, port=port, workers=workers, sandbox=sandbox or demo or None, drop=drop, drop_user=drop_user
    )
    settings = replace(settings, data=settings.data or (DEMO_DATA if demo else DATA))
    _log(settings)
    _check_workers(settings)
    plants = read_world_file(world) if world else None
    with ExitStack() as stack:
        listeners = [stack.enter_context(listener) for listener in _listen(settings)]
        if settings.workers == 1:
            _run(_serve(settings, listeners[0], demo=demo, plants=plants))
            return 0
        return _serve_by_workers(settings, listeners, plants)


def _run(server: Coroutine[Any, Any, None]) -> None:
    with (
        asyncio.Runner(loop_factory=_loop_factory()) as runner,
        # A stop before the server is ready ends it in peace, as a later one does.
        suppress(asyncio.CancelledError),
    ):
        runner.run(server)


def _check_workers(settings: Settings) -> None:
    """Refuse more than one worker where they would be of no use, or in each other's way."""
    if settings.workers < 1:
        raise CommandRefused(f"at least one worker has to serve, not {settings.workers}")
    if settings.workers == 1:
        return
    if sys.platform == "win32":
        raise CommandRefused("more than one worker is not possible on Windows")
    if settings.sandbox:
        raise CommandRefused("a sandbox has one clock and one world to reset: it is served by one worker")
    if postgres_url(settings) is None:
        raise CommandRefused(
            "a ledger in a file is written by one process at a time: more workers need --database postgresql://…"
        )


def _log(settings: Settings) -> None:
    """Log to stderr; requests are logged without their query, which may carry a token."""
    level, who = settings.log_level, "%(processName)s " if settings.workers > 1 else ""
    if level not in _LEVELS:
        raise CommandRefused(f'the log level is one of {", ".join(_LEVELS)}, not "{level}"')
    logging.basicConfig(level=_LEVELS[level], format=f"%(asctime)s %(levelname)s {who}%(name)s: %(message)s")
    if level == "info":
        logging.getLogger("uvicorn").setLevel(logging.WARNING)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":
        return None
    import uvloop  # noqa: PLC0415 - it is not there on Windows

    return uvloop.new_event_loop


def _listen(settings: Settings) -> Sequence[socket.socket]:
    """Take the port before anything else is done, so that it is known to be free; each worker gets its socket."""
    if not 0 <= settings.port < 2**16:
        raise CommandRefused(f"a port is a number from 0 to {2**16 - 1}, not {settings.port}")
    try:
        alone = _socket(settings, settings.port)
        if settings.workers == 1 or sys.platform != "linux":
            return [alone] * settings.workers
        # Linux spreads connections over sockets that share a port. Of one socket, whoever wakes first takes all that
        # have come: measured with two workers, one of them had 32 connections of 32.
        with alone:
            port = alone.getsockname()[1]
        return [_socket(settings, port, shared=True) for _ in range(settings.workers)]
    except OSError as error:
        reason = str(error.strerror).partition(" (while")[0]
        raise CommandRefused(f"cannot listen on {settings.host} port {settings.port}: {reason}") from error


def _socket(settings: Settings, port: int, *, shared: bool = False) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    return socket.create_server((settings.host, port), family=family, backlog=_BACKLOG, reuse_port=shared)


def _serve_by_workers(settings: Settings, listeners: Sequence[socket.socket], plants: Sequence[Plant] | None) -> int:
    """Migrate and fill the ledger, let workers serve it, and give the exit code."""

    def work(listener: socket.socket, ready: Callable[[], None], leash: int) -> None:
        _run(_serve_as_worker(settings, listener, ready, leash))

    with suppress(asyncio.CancelledError):
        # Not on uvloop: it leaves threads behind, and what has threads is not to be forked.
        first = asyncio.run(_prepare(settings, plants))
        return supervise(work, listeners, lambda: _tell(settings, listeners[0], demo=False, first=first))
    return 0


async def _prepare(settings: Settings, plants: Sequence[Plant] | None) -> str | None:
    """Migrate and fill the ledger; the answer is for an empty one, see `welcome`."""
    async with opened(settings, new=True, migrates=True) as store:
        with _ended_by_sigterm():
            await _begin(store, settings, demo=False, plants=plants)
            return await _first_steps(store, settings)


async def _serve_as_worker(settings: Settings, listener: socket.socket, ready: Callable[[], None], leash: int) -> None:
    asyncio.get_running_loop().add_reader(leash, _end_alone, leash)
    async with opened(settings) as store:
        app = create_app(Ledger(store, SystemClock()), settings)
        async with app.at_work():
            await _Server(_config(app, settings), ready).serve([listener])


def _end_alone(leash: int) -> None:
    """End as when asked to: nobody is there any more who could ask."""
    asyncio.get_running_loop().remove_reader(leash)
    logger.error("the process that started this worker is gone")
    signal.raise_signal(signal.SIGTERM)


async def _serve(settings: Settings, listener: socket.socket, *, demo: bool, plants: Sequence[Plant] | None) -> None:
    async with opened(settings, new=True, migrates=True) as store:
        with _ended_by_sigterm():
            plant = await _begin(store, settings, demo=demo, plants=plants)
        clock = SandboxClock(SystemClock())
        sandbox = Sandbox(store, clock, plant) if settings.sandbox else None
        ledger = Ledger(sandbox.store, clock) if sandbox else Ledger(store, SystemClock())
        app = create_app(ledger, settings, sandbox, ADMINISTRATOR if demo else None)
        first = await _first_steps(store, settings)
        ready = partial(_tell, settings, listener, demo=demo, first=first)
        async with app.at_work():
            await _Server(_config(app, settings), ready).serve(sockets=[listener])


async def _first_steps(store: Store, settings: Settings) -> str | None:
    """Give the options with which other commands find an empty ledger; None for one that is not."""
    return None if await store.workspaces() else options_for(settings)


def _tell(settings: Settings, listener: socket.socket, *, demo: bool, first: str | None) -> None:
    """Say that the server is ready."""
    origin, database = _origin(settings, listener), place_shown(settings)
    welcome(Console(), origin, database=database, demo=demo, sandbox=settings.sandbox, first=first)


@contextmanager
def _ended_by_sigterm() -> Generator[None]:
    """Let SIGTERM end what this task does, and close what it has opened, as long as no server is there to hear it."""
    task = asyncio.current_task()
    if task is None or sys.platform == "win32":
        yield
        return
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGTERM)


async def _begin(
    store: Store, settings: Settings, *, demo: bool, plants: Sequence[Plant] | None
) -> Callable[[], Awaitable[object]]:
    """Fill an empty ledger with the world it shall have; the answer does it again when the sandbox is reset."""
    ledger = Ledger(store, SystemClock())
    if demo:
        return await _begin_demo(store)
    if plants is not None:
        if await load_if_empty(ledger, plants):
            return lambda: load(ledger, plants)
        logger.info("the ledger is not empty: the world file was not loaded")
    taken = await snapshot(store) if settings.sandbox else []
    return lambda: load(ledger, taken)


async def _begin_demo(store: Store) -> Callable[[], Awaitable[object]]:
    demo = Demo(datetime.now(UTC))
    workspaces = await store.workspaces()
    if workspaces not in ([], [WORKSPACE]):
        raise CommandRefused("the ledger there is not the demo's; give the demo a folder of its own with --data")
    if workspaces and await is_half(store):
        logger.info("the demo there was not planted to its end: it is planted anew")
        await store.erase()
        workspaces = []
    if not workspaces:
        await demo.plant(store)
    return lambda: demo.plant(store)


def _config(app: App, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=PatientProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        backlog=_BACKLOG,
        timeout_graceful_shutdown=settings.stop_timeout_seconds,
    )


def _origin(settings: Settings, listener: socket.socket) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{listener.getsockname()[1]}"


class _Server(uvicorn.Server):
    """A server that says when it is ready, and ends in peace when it is asked to."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and say so."""
        await super().startup(sockets)
        look_less_for_garbage()
        self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop, without being killed by the same signal once the requests under way are answered."""
        super().handle_exit(sig, frame)
        self._captured_signals.clear()
