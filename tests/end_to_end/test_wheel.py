"""The built wheel, installed where there is no checkout, is all that the demo needs."""

import subprocess
import sys
from pathlib import Path

import httpx

from tests.end_to_end.server import Server

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv")


def run(*command: str | Path) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_wheel_serves_the_demo_from_an_empty_environment(tmp_path: Path) -> None:
    run(UV, "build", "--wheel", "--quiet", "--out-dir", tmp_path / "dist")
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    run(UV, "venv", "--quiet", "--python", sys.executable, tmp_path / "environment")
    python = tmp_path / "environment" / "bin" / "python"
    run(UV, "pip", "install", "--quiet", "--python", python, "--constraint", ROOT / "requirements.lock", wheel)
    outside = tmp_path / "outside"
    outside.mkdir()
    with Server("--demo", folder=outside, command=python.with_name("billingua")) as server:
        answer = httpx.get(f"{server.url}/v1/invoices/9", headers={"Authorization": "Bearer demo"})
        assert answer.json()["number"] == "00000009"
        assert "Invoices" in httpx.get(f"{server.url}/console/sign-in", follow_redirects=True).text
        assert httpx.get(f"{server.url}/console/assets/htmx/htmx.min.js").status_code == 200
        assert server.stop() == 0
