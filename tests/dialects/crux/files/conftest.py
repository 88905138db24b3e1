"""Flat files, sent by whom there is in the contract's world."""

import csv
from dataclasses import dataclass
from pathlib import Path

import pytest

from billingua.core.order import Trader
from billingua.core.party import Party
from billingua.core.upload import Tally
from billingua.dialects.crux import NAME
from billingua.dialects.crux.files.ingest import Sender, ingest
from billingua.dialects.crux.files.results import ResultFile, open_results
from tests.builders import a_caller, a_user
from tests.dialects.crux.conftest import LARKSPUR, TAMARACK, Crux

RETAILER = str(LARKSPUR.uuid)


def a_sender(organization: Party = TAMARACK, permissions: tuple[str, ...] | None = None) -> Sender:
    assert organization.trade_role
    user = a_user(username=organization.name, organization=organization.uuid, permissions=permissions)
    caller = a_caller(actor=user.username, dialect=NAME, user=user)
    return Sender(caller, Trader(organization.trade_role, organization.uuid))


def table(*rows: dict[str, object]) -> str:
    """Write rows as CSV."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [columns, *([str(row.get(column, "")) for column in columns] for row in rows)]
    return "".join(",".join(f'"{cell}"' for cell in line) + "\n" for line in lines)


@dataclass
class WorkedOff:
    """What became of a file."""

    tally: Tally
    results: list[dict[str, str]]

    @property
    def numbers(self) -> tuple[int, int, int]:
        return self.tally.accepted, self.tally.already_there, self.tally.rejected

    @property
    def reasons(self) -> list[tuple[str, str, str]]:
        return [(line["row"], line["column"], line["reason"]) for line in self.results if line["result"] == "rejected"]


@dataclass
class Files:
    """Sends files, and looks at what becomes of them."""

    crux: Crux
    folder: Path

    async def send(self, name: str, content: str | Path, sender: Sender | None = None) -> WorkedOff:
        path = content if isinstance(content, Path) else self.folder / "sent"
        if isinstance(content, str):
            path.write_text(content)
        told = self.folder / "results.csv"
        with open_results(told) as file:
            tally = await ingest(self.crux.ledger, sender or a_sender(), path, name, ResultFile(file, name))
        with told.open(encoding="utf-8-sig", newline="") as file:
            return WorkedOff(tally, list(csv.DictReader(file)))


@pytest.fixture
def files(crux: Crux, tmp_path: Path) -> Files:
    return Files(crux, tmp_path)
