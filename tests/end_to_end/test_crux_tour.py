"""The tour of the Crux dialect's README, taken word for word."""

import re
import shutil
import subprocess
from pathlib import Path

import billingua.dialects.crux
from tests.end_to_end.server import Server

README = Path(billingua.dialects.crux.__file__).with_name("README.md")


def test_the_readmes_tour_shows_what_it_promises(tmp_path: Path):
    (tour,) = re.findall(r"```sh\n(.*?)```", README.read_text(), re.DOTALL)
    promised = [line.removeprefix("#> ") for line in tour.splitlines() if line.startswith("#> ")]
    assert shutil.which("curl"), "the tour needs curl"

    with Server("--demo", "--data", str(tmp_path / "data"), folder=tmp_path) as server:
        shown = walk(tour.replace("http://127.0.0.1:8080", server.url), tmp_path)

    assert len(shown) == len(promised)
    for line, promise in zip(shown, promised, strict=True):
        assert re.fullmatch(".*".join(map(re.escape, promise.split("…"))), line), line


def walk(commands: str, folder: Path) -> list[str]:
    """Type the commands into a shell, which stops at the first that fails."""
    shell = ["bash", "-euo", "pipefail", "-c", commands]
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder)}
    done = subprocess.run(shell, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()
