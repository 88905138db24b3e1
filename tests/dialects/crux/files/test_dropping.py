"""The drop folder: files are taken once, and what became of them is put beside (contract §14.1)."""

from pathlib import Path

import pytest

from billingua.core.file import LARGEST_FILE
from billingua.dialects.crux import DropFolder, Uploads
from billingua.dialects.crux.files import dropping
from billingua.engine.queries import InvoiceQuery
from tests.builders import a_caller
from tests.dialects.crux.conftest import NOW, Crux
from tests.dialects.crux.files.test_uploads import SENT


class Drop:
    """A drop folder, looked at when a test wants it to be."""

    def __init__(self, crux: Crux, folder: Path, username: str | None = "tamarack") -> None:
        self.folder = folder
        self.crux = crux
        self.uploads = Uploads(crux.ledger)
        self.drop = DropFolder(crux.ledger, self.uploads, folder, username)

    def put(self, path: str, content: str = SENT) -> None:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)

    async def look(self, times: int = 1) -> None:
        for _ in range(times):
            await self.drop.look()

    async def settle(self) -> None:
        """Look until everything that is there is worked off."""
        await self.look(2)
        await self.uploads.work_off_waiting()
        await self.look()

    @property
    def files(self) -> list[str]:
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture
def drop(crux: Crux, tmp_path: Path) -> Drop:
    return Drop(crux, tmp_path / "drop")


async def invoices(crux: Crux) -> int:
    return (await crux.ledger.invoices(a_caller(), InvoiceQuery())).total


async def test_a_file_is_taken_once_and_its_results_are_put_beside(drop: Drop):
    drop.put("in/invoice_1.csv")
    await drop.settle()
    assert drop.files == ["done/invoice_1.csv", "out/invoice_1.results.csv"]
    assert "invoice_1.csv,2,TI-2292,accepted," in (drop.folder / "out/invoice_1.results.csv").read_text()
    await drop.settle()
    assert await invoices(drop.crux) == 1


async def test_a_file_is_not_taken_as_long_as_it_grows(drop: Drop):
    drop.put("in/invoice_1.csv", SENT[:50])
    await drop.look()
    drop.put("in/invoice_1.csv")
    await drop.look()
    assert drop.files == ["in/invoice_1.csv"]
    await drop.look()
    assert [path.split("/")[0] for path in drop.files] == ["work"]


async def test_hidden_files_stay(drop: Drop):
    drop.put("in/.invoice_1.csv.part")
    await drop.settle()
    assert drop.files == ["in/.invoice_1.csv.part"]


async def test_each_user_has_a_folder(drop: Drop):
    drop.put("tamarack/in/invoice_1.csv")
    drop.put("birch/in/invoice_1.csv")
    await drop.settle()
    assert [path for path in drop.files if "out" in path] == [
        "birch/out/invoice_1.results.csv",
        "tamarack/out/invoice_1.results.csv",
    ]
    assert "accepted" in (drop.folder / "tamarack/out/invoice_1.results.csv").read_text()
    assert "rejected" in (drop.folder / "birch/out/invoice_1.results.csv").read_text()


@pytest.mark.parametrize("path", ["in/tracking_1.csv", "stranger/in/invoice_1.csv", "nobody/in/invoice_1.csv"])
async def test_a_file_of_which_nobody_knows_whose_it_is_stays_and_is_complained_of_once(
    crux: Crux, tmp_path: Path, caplog: pytest.LogCaptureFixture, path: str
):
    drop = Drop(crux, tmp_path / "drop", username=None)
    drop.put(path, SENT.replace("LK-40817", "LK-0"))
    await drop.settle()
    await drop.settle()
    out = path.replace("in/", "out/").replace(".csv", ".results.csv")
    assert drop.files == [path, out]
    assert "nobody knows whose file" in (drop.folder / out).read_text()
    assert len([record for record in caplog.records if "nobody knows whose" in record.getMessage()]) == 1


async def test_a_file_of_which_the_first_row_tells_whose_it_is_needs_no_name(crux: Crux, tmp_path: Path):
    drop = Drop(crux, tmp_path / "drop", username=None)
    drop.put("in/invoice_1.csv")
    await drop.settle()
    assert "accepted" in (drop.folder / "out/invoice_1.results.csv").read_text()


async def test_a_file_whose_first_row_is_bad_is_taken_for_the_sake_of_the_others(crux: Crux, tmp_path: Path):
    drop = Drop(crux, tmp_path / "drop", username=None)
    header, row = SENT.splitlines()[:2]
    bad = row.replace("LK-40817", "LK-0")
    drop.put("in/invoice_1.csv", "\n".join([header, bad, *SENT.splitlines()[1:], ""]))
    await drop.settle()
    results = (drop.folder / "out/invoice_1.results.csv").read_text()
    assert "accepted" in results
    assert "rejected" in results


async def test_the_same_file_again_is_told_to_be_there_and_keeps_no_other_from_its_name(drop: Drop):
    for _ in range(2):
        drop.put("in/invoice_1.csv")
        await drop.settle()
    assert drop.files == [
        "done/invoice_1-2.csv",
        "done/invoice_1.csv",
        "out/invoice_1-2.results.csv",
        "out/invoice_1.results.csv",
    ]
    assert "already there" in (drop.folder / "out/invoice_1-2.results.csv").read_text()


async def test_a_file_with_a_bad_name_is_told_and_put_away(drop: Drop):
    drop.put("in/letter to May.csv")
    await drop.settle()
    assert drop.files == ["done/letter to May.csv", "out/letter to May.results.csv"]
    assert "A file is named <kind>_<date>.csv" in (drop.folder / "out/letter to May.results.csv").read_text()


async def test_a_file_that_is_too_large_is_told_and_put_away(drop: Drop, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(dropping, "LARGEST_FILE", 10)
    drop.put("in/invoice_1.csv")
    await drop.settle()
    assert "The file is larger than 10 bytes." in (drop.folder / "out/invoice_1.results.csv").read_text()
    assert LARGEST_FILE > 10


async def test_after_a_restart_what_was_taken_is_told(drop: Drop):
    drop.put("in/invoice_1.csv")
    await drop.look(2)
    again = Drop(drop.crux, drop.folder)
    await again.settle()
    assert again.files == ["done/invoice_1.csv", "out/invoice_1.results.csv"]


async def test_a_file_whose_taker_was_killed_is_taken_anew(drop: Drop):
    drop.put("work/invoice_1.csv")
    taken_at = (drop.folder / "work/invoice_1.csv").stat().st_ctime
    await drop.look()
    assert drop.files == ["work/invoice_1.csv"]
    drop.crux.clock.set(NOW.fromtimestamp(taken_at + dropping.LOST_SECONDS + 1, NOW.tzinfo))
    await drop.look()
    assert drop.files == ["in/invoice_1.csv"]
