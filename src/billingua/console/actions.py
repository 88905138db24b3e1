"""Doing something to an invoice: a page that shows what would come of it, and the form on it that does it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import partial
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from billingua.console.errors import Words, words_of
from billingua.console.formats import Formats
from billingua.console.pages import Pages, go
from billingua.console.questions import ACTIONS, doing
from billingua.console.sessions import Door, Visit
from billingua.console.telling import Consequence, consequences, field_name
from billingua.console.visits import invoice_id, reading, writing
from billingua.core.errors import ChangedMeanwhile, NotFound, Refused
from billingua.core.invoice import Invoice
from billingua.engine.conditions import Expected
from billingua.engine.invoices import InvoiceView, find_invoice
from billingua.engine.ledger import Ledger
from billingua.engine.plan import by_id
from billingua.engine.ports import StoreFailed
from billingua.wire.scalars import Invalid, at_midnight, read_day, read_decimal, read_integer


@dataclass(frozen=True, slots=True)
class Deed:
    """How an action is called on its button, and what is said before it is done."""

    name: str
    question: str
    is_grave: bool = False


DEEDS: Mapping[str, Deed] = {
    "issue": Deed("Issue", "The draft becomes final, and its payment is asked for."),
    "pay": Deed("Take a payment", "The payment is noted with its receipt, and taken off what is owed."),
    "reopen": Deed("Reopen", "Payment is asked for again. Payments that were noted stay as they are."),
    "revise": Deed("Take back to draft", "The invoice may be edited again, and issued anew."),
    "reject": Deed("Mark as rejected", "The customer does not accept the invoice.", is_grave=True),
    "void": Deed("Void", "Nothing is owed on it any more. That is not undone, and its number is not used again.", True),
}

_WANTED = {
    "number": "Write an amount like 1234.50.",
    "range": "That is more than the ledger keeps.",
    "places": "An amount has at most 4 decimals.",
    "positive": "A payment is more than 0.",
    "day": "This is no day.",
    "future": "The day is later than today.",
    "characters": "There are characters in it that cannot be kept.",
}


class _Unread(Exception):
    """Fields of the form are not what they have to be: what is wrong with each."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(problems)
        self.problems = problems


class ActionPages:
    """The pages of what is done to invoices on one ledger."""

    def __init__(self, ledger: Ledger, door: Door, pages: Pages) -> None:
        self._ledger = ledger
        self._door = door
        self._pages = pages

    def routes(self) -> Sequence[Route]:
        """List them, two for each action."""
        return [route for name in ACTIONS for route in self._routes_of(name)]

    def _routes_of(self, name: str) -> Sequence[Route]:
        path = f"/console/invoices/{{invoice}}/{name}"
        return [
            Route(path, reading(self._door, partial(self.ask, name=name)), methods=["GET"]),
            Route(path, writing(self._door, partial(self.do, name=name)), methods=["POST"]),
        ]

    async def ask(self, visit: Visit, name: str) -> Response:
        """Show what would come of it, with what was filled in so far."""
        view = await self._ledger.read(visit.session.caller, find_invoice, invoice_id(visit))
        return await self._page(visit, view, name, visit.request.query_params)

    async def do(self, visit: Visit, name: str) -> Response:
        """Do it, unless the invoice has changed since it was looked at; then nothing that was filled in is lost."""
        caller, id, form = visit.session.caller, invoice_id(visit), visit.form
        try:
            how = self._how(name, form, visit.session.workspace.zone)
            await self._ledger.run(caller, *doing(name, id, **how), _expected(id, form))
        except _Unread as unread:
            return await self._again(visit, id, name, problems=unread.problems)
        except (NotFound, StoreFailed):
            raise
        except Refused as refused:
            return await self._again(visit, id, name, refused=refused)
        return go(f"/console/invoices/{id}")

    async def _again(self, visit: Visit, id: int, name: str, **why: Any) -> Response:
        view = await self._ledger.read(visit.session.caller, find_invoice, id)
        return await self._page(visit, view, name, visit.form, **why)

    async def _page(
        self,
        visit: Visit,
        view: InvoiceView,
        name: str,
        said: Mapping[str, str],
        refused: Refused | None = None,
        problems: Mapping[str, str] | None = None,
    ) -> Response:
        """Show the question, the form, and what would come of it; or why nothing would."""
        come, hindrance, unread = await self._rehearse(visit, view, name, said)
        words = words_of(refused) if refused else None
        unread = {**unread, **(problems or {})}
        return self._pages.show(
            visit.request,
            "action.html",
            (words.status if words else 422) if words or problems else 200,
            view=view,
            it=view.invoice,
            action=name,
            deed=DEEDS[name],
            said=said,
            consequences=come,
            hindrance=hindrance,
            words=words,
            problems=unread,
            changed=_changed(refused),
            now=self._ledger.clock.now(),
        )

    async def _rehearse(
        self, visit: Visit, view: InvoiceView, name: str, said: Mapping[str, str]
    ) -> tuple[Sequence[Consequence], Words | None, Mapping[str, str]]:
        """Say what would come of it, or why it would be refused, or what cannot be read of the form."""
        formats = Formats.of(visit.session.workspace)
        try:
            how = self._how(name, said, visit.session.workspace.zone)
            told = await self._ledger.rehearse(visit.session.caller, *doing(name, view.invoice.id, **how))
        except _Unread as unread:
            return (), None, unread.problems
        except StoreFailed:
            raise
        except Refused as refused:
            return (), words_of(refused), {}
        return consequences(told.rewritten, formats, view.invoice.currency), None, {}

    def _how(self, name: str, said: Mapping[str, str], zone: tzinfo) -> dict[str, Any]:
        """Read what the form says beyond what is done. Refuses with `_Unread`."""
        fields = _FIELDS.get(name, {})
        how: dict[str, Any] = {}
        problems: dict[str, str] = {}
        for field, (member, reader) in fields.items():
            try:
                if text := said.get(field, "").strip():
                    how[member] = reader(text, zone, self._ledger.clock.now())
            except Invalid as error:
                problems[field] = _WANTED[error.wanted]
        if problems:
            raise _Unread(problems)
        return how


def _amount(text: str, _: tzinfo, now: datetime) -> Any:
    amount = read_decimal(text, 4)
    if amount <= 0:
        raise Invalid("positive")
    return amount


def _text(text: str, _: tzinfo, now: datetime) -> str:
    if "\0" in text:
        raise Invalid("characters")
    return text


def _day(text: str, zone: tzinfo, now: datetime) -> datetime:
    """Read a day that is not to come: today is now, an earlier one its beginning."""
    try:
        begins = at_midnight(read_day(text), zone)
        ends = at_midnight(read_day(text) + timedelta(days=1), zone)
    except OverflowError:
        raise Invalid("day") from None
    if begins > now:
        raise Invalid("future")
    return now if now < ends else begins


_FIELDS: Mapping[str, Mapping[str, tuple[str, Any]]] = {
    "pay": {
        "amount": ("amount", _amount),
        "received_on": ("received_at", _day),
        "method": ("method", _text),
        "memo": ("memo", _text),
    },
    "void": {"void_on": ("dated", _day)},
}
"""What the form of an action has, by field: the command's member, and how it is read."""


def _expected(id: int, form: Mapping[str, str]) -> Expected:
    """Expect the version that was looked at; none at all where the form names none."""
    try:
        return Expected(by_id(Invoice, id), [read_integer(form.get("version", ""))])
    except Invalid:
        return Expected(by_id(Invoice, id), [])


def _changed(refused: Refused | None) -> Sequence[tuple[str, str]]:
    """List what was changed meanwhile, and by whom."""
    if not isinstance(refused, ChangedMeanwhile):
        return ()
    return [(field_name(pointer), actor) for pointer, _, actor in refused.changes if pointer]
