"""`billingua serve`: the server, from its first breath to its last."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from types import FrameType
from typing import Annotated

import uvicorn
from cyclopts import Parameter
from rich.console import Console

from billingua.app import App, create_app
from billingua.cli.places import DATA, DEMO_DATA, ServedPlace, opened, options_for, place_shown, settings_for
from billingua.cli.refusals import CommandRefused
from billingua.cli.transfer import read_world_file
from billingua.cli.welcome import welcome
from billingua.engine.clock import SandboxClock, SystemClock
from billingua.engine.ledger import Ledger
from billingua.engine.planting import Plant
from billingua.engine.ports import Store
from billingua.settings import Settings
from billingua.wire.protocol import PatientProtocol
from billingua.worlds.demo import WORKSPACE, Demo, is_half
from billingua.worlds.loading import load, load_if_empty, snapshot
from billingua.worlds.sandbox import Sandbox

logger = logging.getLogger(__name__)

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_BACKLOG = 2048


WithDemo = Annotated[bool, Parameter(help="Serve the demo, in a folder of its own, with a sandbox.", negative="")]
World = Annotated[str | None, Parameter(help="Fill an empty ledger from this world file.")]
Host = Annotated[str | None, Parameter(help="The address to listen on. [default: 127.0.0.1]")]
Port = Annotated[int | None, Parameter(help="The port to listen on. [default: 8080]")]
WithSandbox = Annotated[bool, Parameter(help="For tests: let all set the clock and reset the world.", negative="")]


def serve(
    *,
    demo: WithDemo = False,
    world: World = None,
    host: Host = None,
    port: Port = None,
    sandbox: WithSandbox = False,
    place: ServedPlace | None = None,
) -> None:
    """Serve every API on one ledger, until SIGTERM or Ctrl-C."""
    if demo and world:
        raise CommandRefused("--demo and --world are two worlds: choose one")
    settings = settings_for(place, host=host, port=port, sandbox=sandbox or demo or None)
    settings = replace(settings, data=settings.data or (DEMO_DATA if demo else DATA))
    _log(settings.log_level)
    plants = read_world_file(world) if world else None
    with (
        closing(_listen(settings)) as listener,
        asyncio.Runner(loop_factory=_loop_factory()) as runner,
        # A stop before the server is ready ends it in peace, as a later one does.
        suppress(asyncio.CancelledError),
    ):
        runner.run(_serve(settings, listener, demo=demo, plants=plants))


def _log(level: str) -> None:
    """Log to stderr; requests are logged without their query, which may carry a token."""
    if level not in _LEVELS:
        raise CommandRefused(f'the log level is one of {", ".join(_LEVELS)}, not "{level}"')
    logging.basicConfig(level=_LEVELS[level], format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    if level == "info":
        logging.getLogger("uvicorn").setLevel(logging.WARNING)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":
        return None
    import uvloop  # noqa: PLC0415 - it is not there on Windows

    return uvloop.new_event_loop


def _listen(settings: Settings) -> socket.socket:
    """Take the port before anything else is done, so that it is known to be free."""
    if not 0 <= settings.port < 2**16:
        raise CommandRefused(f"a port is a number from 0 to {2**16 - 1}, not {settings.port}")
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=_BACKLOG)
    except OSError as error:
        reason = str(error.strerror).partition(" (while")[0]
        raise CommandRefused(f"cannot listen on {settings.host} port {settings.port}: {reason}") from error


async def _serve(settings: Settings, listener: socket.socket, *, demo: bool, plants: Sequence[Plant] | None) -> None:
    async with opened(settings, new=True) as store:
        with _ended_by_sigterm():
            plant = await _begin(store, settings, demo=demo, plants=plants)
        clock = SandboxClock(SystemClock())
        sandbox = Sandbox(store, clock, plant) if settings.sandbox else None
        ledger = Ledger(sandbox.store, clock) if sandbox else Ledger(store, SystemClock())
        app = create_app(ledger, settings, sandbox)
        first = None if await store.workspaces() else options_for(settings)

        def tell() -> None:
            database, origin = place_shown(settings), _origin(settings, listener)
            welcome(Console(), origin, database=database, demo=demo, sandbox=settings.sandbox, first=first)

        await _Server(_config(app, settings), tell).serve(sockets=[listener])


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
        self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop, without being killed by the same signal once the requests under way are answered."""
        super().handle_exit(sig, frame)
        self._captured_signals.clear()
