"""The tour of the BigCommerce dialect's README, from an order to its paid invoice on paper, taken word for word."""

import re
from pathlib import Path

from pypdf import PdfReader

import billingua.dialects.bigcommerce
from tests.end_to_end.server import Server
from tests.end_to_end.test_crux_tour import walk

README = Path(billingua.dialects.bigcommerce.__file__).with_name("README.md")


def test_the_readmes_tour_goes_from_an_order_to_its_paid_invoice_on_paper(tmp_path: Path):
    (tour,) = re.findall(r"```sh\n(.*?)```", README.read_text(), re.DOTALL)
    promised = [line.removeprefix("#> ") for line in tour.splitlines() if line.startswith("#> ")]

    with Server("--demo", "--data", str(tmp_path / "data"), folder=tmp_path) as server:
        shown = walk(tour.replace("http://127.0.0.1:8080", server.url), tmp_path)

    assert len(shown) == len(promised)
    for line, promise in zip(shown, promised, strict=True):
        assert re.fullmatch(".*".join(map(re.escape, promise.split("…"))), line), line
    (page,) = PdfReader(tmp_path / "invoice.pdf").pages
    text = page.extract_text()
    assert "239.90" in text
    assert "Net 15" in text
