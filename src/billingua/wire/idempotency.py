"""`Idempotency-Key`: a call that writes is done once, however often it is sent, and is answered the same each time.

The answer is kept by the transaction that does what is asked, so that neither can be there without the other, whatever
becomes of the server. A refusal changes nothing: it is not kept, and the next call is heard anew.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import TypeVar
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from billingua.core.answer import KeptAnswer
from billingua.core.errors import Refused
from billingua.engine.conditions import Expected
from billingua.engine.idempotency import Given, Once, done_once, find_answer, keep_answer
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Caller, Command
from billingua.engine.ports import StoreFailed
from billingua.wire.bodies import read_body
from billingua.wire.credentials import Session
from billingua.wire.errors import KeyUnreadable
from billingua.wire.forms import without_boundary

C = TypeVar("C")
A = TypeVar("A")

LONGEST_KEY = 255
"""How many characters a key may have."""

_KEY = re.compile(rf"[\x21-\x7e]{{1,{LONGEST_KEY}}}")
_WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


async def asked_once(request: Request, ledger: Ledger, session: Session, secret: str = "") -> Session:
    """Note under which key the call of somebody who was let in is to be done once, if it names one.

    `secret` is the parameter that says who asks, which may have another value the next time. A call that was done
    already is answered with what is raised (`Answered`). Refuses with `KeyUnreadable`, `KeyInFlight` or `KeyReused`.
    """
    keys = request.headers.getlist("idempotency-key")
    if not keys or request.method not in _WRITING:
        return session
    key = ", ".join(keys)
    if not _KEY.fullmatch(key):
        raise KeyUnreadable(LONGEST_KEY)
    once = Once(_key_of(session, key), await _asked(request, secret))
    caller = replace(session.caller, once=once)
    if request.state.once:  # it is answered once more, maybe to somebody who has another name by now
        request.state.once.end()
    ledger.under_way.begin(caller.workspace, once)
    request.state.once = Exchange(ledger, caller, once)
    if known := await ledger.read(session.caller, find_answer, once):
        raise Answered(_again(known))
    return replace(session, caller=caller)


def _key_of(session: Session, key: str) -> bytes:
    """Tell one client's keys from another's: whoever signs in anew is still the same."""
    caller = session.caller
    who = "user" if caller.user else "program"  # a program may be called as somebody is
    return sha256(f"{caller.dialect}\n{who}\n{caller.actor}\n{key}".encode("utf-8", "surrogatepass")).digest()


async def _asked(request: Request, secret: str) -> bytes:
    parameters = [parameter for parameter in request.query_params.multi_items() if parameter[0] != secret]
    head = f"{request.method} {request.url.path}?{urlencode(parameters)}\n"
    body = await read_body(request, request.state.largest_body)
    return sha256(head.encode() + without_boundary(body, request.headers.get("content-type", ""))).digest()


class Answered(Exception):
    """A call was answered before; `answer` is the same again."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


class Exchange:
    """A call that is done once, from when it is heard until it is answered."""

    def __init__(self, ledger: Ledger, caller: Caller, once: Once) -> None:
        self._ledger = ledger
        self._caller = caller
        self._once = once

    async def keep(self, answer: Response) -> None:
        """Keep the answer to a call that no single command did, such as one that printed something."""
        if (
            not (self._once.is_kept or self._once.is_unfinished)
            and type(answer) is Response
            and answer.status_code < 400
        ):
            await self._ledger.run(self._caller, keep_answer, _kept(answer, self._once, self._ledger.clock.now()))

    def end(self) -> None:
        """Let the call be made again."""
        self._ledger.under_way.end(self._caller.workspace, self._once)


async def answer_once(
    ledger: Ledger,
    caller: Caller,
    command: Command[C, A],
    values: C,
    show: Callable[[A], Response],
    expected: Expected | None = None,
) -> Response:
    """Run a command and answer with what it comes to, which is done once where the caller's call is to be.

    Raises as `Ledger.run`, or `KeyReused`.
    """
    once = caller.once
    if once is None:
        return show(await ledger.run(caller, command, values, expected))
    now = ledger.clock.now()
    doing = done_once(command, once, lambda answer: _kept(show(answer), once, now))
    given = await _done_by_somebody(ledger, caller, once, ledger.run(caller, doing, values, expected))
    once.is_kept = True
    return _again(given.answer) if given.again else _response(given.answer)


async def _done_by_somebody(ledger: Ledger, caller: Caller, once: Once, work: Awaitable[Given]) -> Given:
    """Do it, or give the answer of another process, whose work came between the look for it and what the command saw.

    Such a command is refused, since its number is taken or its invoice changed: by the very call that it is.
    """
    try:
        return await work
    except StoreFailed:
        raise
    except Refused:
        if known := await ledger.read(caller, find_answer, once):
            return Given(known, again=True)
        raise


def _kept(answer: Response, once: Once, now: datetime) -> KeptAnswer:
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.raw_headers]
    return KeptAnswer(once.key, once.asked, now, answer.status_code, headers, bytes(answer.body))


def _response(kept: KeptAnswer) -> Response:
    answer = Response(kept.body, kept.status)
    answer.raw_headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in kept.headers]
    return answer


_REPLAYED = "Idempotent-Replayed"


def _again(kept: KeptAnswer) -> Response:
    answer = _response(kept)
    answer.headers[_REPLAYED] = "true"
    return answer


def is_given_again(answer: Response) -> bool:
    """Whether an answer was given before."""
    return _REPLAYED in answer.headers
