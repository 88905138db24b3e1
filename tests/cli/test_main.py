import os
import stat
import subprocess
import sys
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from sqlite3 import OperationalError, connect

import pytest

from billingua.cli.main import MISTAKE
from billingua.cli.places import options_for
from billingua.settings import SettingRefused, Settings, settings_of
from tests.cli.conftest import Run

BILLINGUA = Path(sys.executable).with_name("billingua")


def test_it_says_its_version(billingua: Run):
    assert billingua("--version").out == f"billingua {version('billingua')}\n"


def test_without_a_command_it_shows_them_all(billingua: Run):
    shown = billingua()
    assert shown.code == 0
    assert all(command in shown.out for command in ("serve", "import", "export", "token", "verify"))


@pytest.mark.parametrize(
    "command", ["serve", "import", "export", "token create", "token list", "token revoke", "verify"]
)
def test_every_command_has_help(billingua: Run, command: str):
    shown = billingua(*command.split(), "--help")
    assert shown.code == 0
    assert "--data" in shown.out
    assert "--database" in shown.out


@pytest.mark.parametrize(
    ("arguments", "mistake"),
    [
        ("frobnicate", 'Unknown command "frobnicate".'),
        ("verify --frobnicate", "there is no option --frobnicate; see billingua verify --help"),
        ("serve --bogus", "there is no option --bogus; see billingua serve --help"),
        ("serve extra", '"extra" is one argument too many; see billingua serve --help'),
        ("import", "FILE is missing; see billingua import --help"),
        ("import --bogus", "there is no option --bogus; see billingua import --help"),
        ("import a b", '"b" is one argument too many; see billingua import --help'),
        ("token revoke", "ID is missing; see billingua token revoke --help"),
        ("serve --port eighty", 'Invalid value for --port: unable to convert "eighty" into int.'),
        ("serve --port 99999", "a port is a number from 0 to 65535, not 99999"),
        ("serve --host 300.1.1.1", "cannot listen on 300.1.1.1 port 8080:"),
        ("serve --demo --world w.json", "--demo and --world are two worlds: choose one"),
        ("serve --world w.json", "w.json cannot be read: No such file or directory"),
        ("token create --workspace w --dialect sap", 'Invalid value "sap" for --dialect.'),
        ("token create --dialect native", "--workspace"),
        ("verify", "there is no ledger at billingua-data/ledger.sqlite"),
        ("verify --data elsewhere", "there is no ledger at elsewhere/ledger.sqlite"),
        ("verify --database postgresql://127.0.0.1:1/ledger", "in the PostgreSQL database 127.0.0.1:1/ledger"),
        ("verify --database ledger.sqlite", "or postgresql://user@host/database, got ledger.sqlite"),
        ("verify --database sqlite://host/ledger", "--database: expected a URL such as"),
        ("verify --database sqlite:///", "--database: expected a URL such as"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_one_plain_line(billingua: Run, arguments: str, mistake: str):
    ran = billingua(*arguments.split())
    assert (ran.code, ran.out) == (MISTAKE, "")
    assert ran.err.startswith("billingua: ")
    assert mistake in ran.err
    assert ran.err.count("\n") == 1


def test_where_there_is_no_ledger_the_demos_is_named(billingua: Run, tmp_path: Path):
    (tmp_path / ".demo").mkdir()
    (tmp_path / ".demo" / "ledger.sqlite").touch()
    told = "there is no ledger at billingua-data/ledger.sqlite; the demo's is found with --data .demo"
    assert billingua("verify").err == f"billingua: {told}\n"


def test_only_serve_has_a_folder_for_the_demo(billingua: Run):
    assert ".demo for the demo" in billingua("serve", "--help").out
    assert ".demo" not in billingua("export", "--help").out


def test_a_ledger_is_its_owners_alone(billingua: Run, tmp_path: Path):
    billingua("token", "create", "--workspace", "w", "--dialect", "native", "--database", "sqlite:///ledger.sqlite")
    with closing(connect(tmp_path / "ledger.sqlite")) as connection:
        connection.execute("CREATE TABLE another (id)")
        files = list(tmp_path.glob("ledger.sqlite*"))
        assert len(files) == 3
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_a_ledger_that_is_read_only_is_told(billingua: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    def refuse(*_: object, **__: object) -> None:
        raise OperationalError("attempt to write a readonly database")

    (tmp_path / "ledger.sqlite").touch()
    monkeypatch.setattr("billingua.cli.places.open_sqlite", refuse)
    assert billingua("verify", "--data", ".").err == "billingua: the ledger at ledger.sqlite is read-only\n"


def test_a_ledger_that_is_no_ledger_is_told(billingua: Run, tmp_path: Path):
    (tmp_path / "ledger.sqlite").write_bytes(b"something else altogether" * 99)
    ran = billingua("verify", "--data", tmp_path)
    assert ran.code == MISTAKE
    assert "cannot be opened: file is not a database" in ran.err


@pytest.mark.parametrize(
    ("url", "file"), [("sqlite:///here.sqlite", "here.sqlite"), ("sqlite:///{}/a%20b.sqlite", "a b.sqlite")]
)
def test_the_ledger_is_where_the_database_url_says(billingua: Run, tmp_path: Path, url: str, file: str):
    ran = billingua("token", "create", "--workspace", "w", "--dialect", "native", "--database", url.format(tmp_path))
    assert ran.code == 0
    assert (tmp_path / file).exists()


@pytest.mark.parametrize(
    ("settings", "options"),
    [
        (Settings(), ""),
        (Settings(data=Path("billingua-data")), ""),
        (Settings(data=Path("my data")), "--data 'my data'"),
        (Settings(data=Path("data"), database="sqlite:///x"), "--database sqlite:///x"),
        (Settings(database="postgresql://ann:secret@db/ledger"), "--database postgresql://db/ledger"),
    ],
)
def test_other_commands_find_the_ledger_by_the_same_options(settings: Settings, options: str):
    assert options_for(settings) == options


def test_the_environment_sets_what_the_command_line_does_not(
    billingua: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("BILLINGUA_DATA", str(tmp_path / "named"))
    assert billingua("token", "create", "--workspace", "w", "--dialect", "native").code == 0
    assert (tmp_path / "named" / "ledger.sqlite").exists()
    monkeypatch.setenv("BILLINGUA_PORT", "http")
    assert billingua("verify").err == 'billingua: BILLINGUA_PORT: expected a whole number, got "http"\n'


def test_settings_come_from_the_environment_by_their_names():
    environment = {
        "BILLINGUA_DATA": "/srv",
        "BILLINGUA_DATABASE": "sqlite:////srv/x",
        "BILLINGUA_HOST": "0.0.0.0",
        "BILLINGUA_PORT": "80",
        "BILLINGUA_SANDBOX": "Yes",
        "BILLINGUA_LOG_LEVEL": "debug",
        "BILLINGUA_BODY_LIMIT": "",
        "PORT": "1",
    }
    assert settings_of(environment) == Settings(
        data=Path("/srv"), database="sqlite:////srv/x", host="0.0.0.0", port=80, sandbox=True, log_level="debug"
    )
    assert settings_of({}) == Settings()
    assert (Settings().body_limit, Settings().sandbox, Settings().host) == (1024 * 1024, False, "127.0.0.1")


@pytest.mark.parametrize(("name", "value"), [("PORT", "-1"), ("PORT", "٣"), ("SANDBOX", "perhaps")])
def test_a_setting_that_cannot_be_is_refused(name: str, value: str):
    with pytest.raises(SettingRefused, match=f"BILLINGUA_{name}: expected"):
        settings_of({f"BILLINGUA_{name}": value})


def test_a_reader_that_has_enough_is_no_error(tmp_path: Path):
    environment = {**os.environ, "BILLINGUA_DATA": str(tmp_path)}
    make = [BILLINGUA, "token", "create", "--workspace", "w", "--dialect", "native"]
    subprocess.run(make, env=environment, capture_output=True, check=True)
    piped = f'"{BILLINGUA}" export | true; exit ${{PIPESTATUS[0]}}'
    ran = subprocess.run(["bash", "-c", piped], env=environment, capture_output=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("command", ["token list", "export", "--help", "token create --workspace v --dialect native"])
@pytest.mark.parametrize(("output", "why"), [(">/dev/full", "No space left on device"), (">&-", "output is closed")])
def test_output_that_cannot_be_written_is_told_in_one_line(tmp_path: Path, command: str, output: str, why: str):
    environment = {**os.environ, "BILLINGUA_DATA": str(tmp_path)}
    make = [BILLINGUA, "token", "create", "--workspace", "w", "--dialect", "native"]
    subprocess.run(make, env=environment, capture_output=True, check=True)
    shell = ["bash", "-c", f'"{BILLINGUA}" {command} {output}']
    ran = subprocess.run(shell, env=environment, capture_output=True, text=True, check=False)
    told = [line for line in ran.stderr.splitlines() if "Made the workspace" not in line]
    assert (ran.returncode, len(told)) == (MISTAKE, 1)
    assert told[0].startswith("billingua: the output cannot be written: ")
    assert why in told[0]
