"""The tour of the README of our own API, taken word for word."""

import re
from pathlib import Path

import billingua.dialects.native
from tests.end_to_end.server import Server
from tests.end_to_end.test_crux_tour import walk

README = Path(billingua.dialects.native.__file__).with_name("README.md")


def test_the_readmes_tour_shows_what_it_promises(tmp_path: Path):
    (tour,) = re.findall(r"```sh\n(.*?)```", README.read_text(), re.DOTALL)
    promised = [line.removeprefix("#> ") for line in tour.splitlines() if line.startswith("#> ")]

    with Server("--demo", "--data", str(tmp_path / "data"), folder=tmp_path) as server:
        shown = walk(tour.replace("http://127.0.0.1:8080", server.url), tmp_path)

    assert len(shown) == len(promised)
    for line, promise in zip(shown, promised, strict=True):
        assert re.fullmatch(".*".join(map(re.escape, promise.split("…"))), line), line
