"""Lists of credit notes: what may be asked of them, the same of every store."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from billingua.core.credit import CreditNote
from billingua.core.party import Party
from billingua.engine.positions import Position, Whole, microseconds


class CreditNoteSort(StrEnum):
    """What credit notes may be sorted by; ties go by id, in the same direction. Numbers go whatever their case."""

    ID = "id"
    NUMBER = "number"
    ISSUED = "issued_at"
    CREATED = "created_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNoteQuery:
    """Which credit notes, in which order, and which page of them. All conditions must hold; bounds are inclusive.

    `text` is looked for, whatever the case, anywhere in the number. `reader` is the username of somebody who
    administers nothing: they see what is for a party that they may see, and what they wrote themselves.
    """

    invoice: int | None = None
    party: int | None = None
    voided: bool | None = None
    text: str | None = None
    issued_from: datetime | None = None
    issued_to: datetime | None = None
    reader: str | None = None
    sort: CreditNoteSort = CreditNoteSort.ID
    descending: bool = False
    after: Position | None = None
    offset: int = 0
    limit: int | None = None

    def matches(self, note: CreditNote, party: Party | None = None) -> bool:
        """Whether the credit note, which is for this party, is one of those asked for."""
        return (
            self.invoice in {None, note.invoice}
            and self.party in {None, note.party}
            and self.voided in {None, not note.is_live}
            and (self.text is None or self.text.casefold() in note.number.casefold())
            and (self.issued_from is None or self.issued_from <= note.issued_at)
            and (self.issued_to is None or note.issued_at <= self.issued_to)
            and self._is_seen(note, party)
        )

    def _is_seen(self, note: CreditNote, party: Party | None) -> bool:
        is_hidden = party is not None and party.private and self.reader not in party.access
        return self.reader is None or not is_hidden or note.created_by == self.reader

    def place(self, note: CreditNote, _: Party | None = None) -> Position:
        """Where the credit note stands in the order asked for."""
        return (*_PLACES[self.sort](note), note.id)

    @property
    def positions(self) -> Any:
        """The type of positions in this order."""
        return _TYPES.get(self.sort, tuple[Whole, Whole])


_PLACES: Mapping[CreditNoteSort, Callable[[CreditNote], Position]] = {
    CreditNoteSort.ID: lambda _: (),
    CreditNoteSort.NUMBER: lambda note: (note.number.casefold(),),
    CreditNoteSort.ISSUED: lambda note: (microseconds(note.issued_at),),
    CreditNoteSort.CREATED: lambda note: (microseconds(note.created_at),),
}
_TYPES: Mapping[CreditNoteSort, Any] = {CreditNoteSort.ID: tuple[Whole], CreditNoteSort.NUMBER: tuple[str, Whole]}
