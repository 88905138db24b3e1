"""What `billingua serve` says when it is ready: its addresses, and in the demo what to try."""

import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from shutil import which

from rich.console import Console
from rich.text import Text


@dataclass(frozen=True, slots=True)
class Face:
    """A dialect: what it is called, the paths it owns, and a request to try in the demo."""

    name: str
    paths: str
    path: str
    headers: tuple[str, ...] = ()


FACES = (
    Face(
        "Crux Connect TIMP",
        "/timp",
        "/timp/orders/319bba9f-71b1-4a93-8abf-67a45b8fdd5c/invoices/",
        ("Authorization: Token 1234567890",),
    ),
    Face(
        "ONLYOFFICE CRM",
        "/api/2.0",
        "/api/2.0/crm/invoice/5",
        ("Authorization: 864FE52C-1C1C-469F-9308-51DAFEFE7436",),
    ),
    Face("modulus Invoicing", "/api/inv", "/api/inv/v1/Invoice?token=YOUR_TOKEN"),
    Face(
        "BigCommerce B2B",
        "/api/v3",
        "/api/v3/io/ip/invoices/9",
        ("X-Auth-Token: access_token", "X-Store-Hash: store_hash"),
    ),
    Face("Billingua's own", "/v1", "/v1/invoices", ("Authorization: Bearer demo",)),
)

_PEOPLE = "Users supplier, retailer, admin and demo have the password demo; the retailer's token is demo-retailer."
_MODULUS_BODY = '{"invoice_id": 35, "status": "STATUS_SENT", "invoice_number": "INV_2023_01_01_828"}'


def welcome(console: Console, origin: str, *, database: str, demo: bool, sandbox: bool, first: str | None) -> None:
    """Say where the server is and what can be done with it.

    `first` is for an empty ledger: the options with which the other commands find it.
    """
    console.print()
    console.print(Text.assemble(("Billingua", "bold"), " is ready at ", (origin, "bold cyan underline")))
    console.print(Text(f"The ledger is {database}.", "dim"), soft_wrap=True)
    if sandbox:
        console.print(Text("Sandbox: everybody may set the clock and reset the world.", "yellow"))
    console.print()
    console.print(Text.assemble((f"{'For people':<20}", "bold"), (f"{origin}/", "cyan")), soft_wrap=True)
    _show_faces(console, origin, demo=demo)
    if first is not None:
        _show_first_steps(console, first)
    console.print(Text("Ctrl-C stops it.", "dim"))


def _show_faces(console: Console, origin: str, *, demo: bool) -> None:
    for face in FACES:
        console.print(Text.assemble((f"{face.name:<20}", "bold"), (f"{origin}{face.paths}", "cyan")), soft_wrap=True)
        if demo:
            console.print(Text(f"  {_curl(face, origin)}", "green"), soft_wrap=True)
            console.print()
    if demo:
        console.print(Text(_PEOPLE), soft_wrap=True)
    console.print()


def _curl(face: Face, origin: str) -> str:
    """Write a request that can be copied as it is."""
    headers = [f"-H {_quoted(header)}" for header in face.headers]
    if "token=" in face.path:
        headers = ["-X PATCH", "-H 'Content-Type: application/json'", f"-d {_quoted(_MODULUS_BODY)}"]
    return " ".join(["curl -s", *headers, _quoted(origin + face.path)])


def _quoted(text: str) -> str:
    return f"'{text}'"


def _show_first_steps(console: Console, options: str) -> None:
    console.print(
        "The ledger is empty. Make a workspace with a first token, or fill it from a world file:", soft_wrap=True
    )
    for step in ("token create --workspace main --dialect native", "import world.json"):
        console.print(Text(f"  {command_as_called()} {step} {options}".rstrip(), "green"), soft_wrap=True)
    console.print()


def command_as_called() -> str:
    """Name this command so that it can be typed again: by its path where the shell would not find it by its name."""
    called, name = Path(sys.argv[0]), "billingua"
    if called.name != name or which(name) == str(called.absolute()):
        return name
    with suppress(ValueError):
        return quote(str(called.absolute().relative_to(Path.cwd())))
    return quote(str(called))
