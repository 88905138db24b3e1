"""The tour of the README from signing in to the PDF on disk, taken word for word."""

import re
from pathlib import Path

from pypdf import PdfReader

from tests.end_to_end.server import Server
from tests.end_to_end.test_crux_tour import walk

README = Path(__file__).parents[2] / "README.md"


def test_the_readmes_tour_goes_from_signing_in_to_the_pdf_on_disk(tmp_path: Path):
    (tour,) = re.findall(r"```sh\n(.*?)```", README.read_text(), re.DOTALL)
    promised = [line.removeprefix("#> ") for line in tour.splitlines() if line.startswith("#> ")]

    with Server("--demo", "--data", str(tmp_path / "data"), folder=tmp_path) as server:
        shown = walk(tour.replace("http://127.0.0.1:8080", server.url), tmp_path)

    assert len(shown) == len(promised)
    for line, promise in zip(shown, promised, strict=True):
        assert re.fullmatch(".*".join(map(re.escape, promise.split("…"))), line), line
    (page,) = PdfReader(tmp_path / "invoice.pdf").pages
    assert "64.76" in page.extract_text()
