"""The press: sets a document with Typst and gives the PDF.

Typst is given three files, all of them in memory: the template, the texts as JSON, and the logo. The folder that it may
read has nothing but the template, and there are no packages to fetch: no picture or text can name a file or an address.
"""

import asyncio
import json
import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst

from billingua.documents.document import InvoiceDocument
from billingua.documents.errors import LogoRefused
from billingua.documents.layout import layout
from billingua.documents.logo import as_svg, read_head

_HOME = Path(str(files("billingua.documents")))
_TEMPLATES = _HOME / "templates"
_INVOICE = (_TEMPLATES / "invoice.typ").read_bytes()
_LOGO_ALONE = b'#let logo = json("logo.json")\n#image(bytes(logo.content), format: logo.kind)'
"""Decodes a logo strictly; the SVG around it would leave a broken one out without a word."""
_REMEMBERED = 10
"""How many documents back Typst remembers what it worked out; ten of 2,000 lines were 1.6 GB."""
_LONG = 30_000
"""Bytes of JSON, some 100 lines: after a longer document it is told to forget."""
_own = threading.local()


async def print_pdf(document: InvoiceDocument) -> bytes:
    """Print a document on one of the press's threads, while the event loop goes on. Refuses as `pdf` does."""
    return await asyncio.get_running_loop().run_in_executor(_threads(), pdf, document)


def pdf(document: InvoiceDocument) -> bytes:
    """Print a document; any number of threads may at once. Refuses with one of `DocumentRefused`."""
    return _print(document, format="pdf", timestamp=int(document.made_at.timestamp()))[0]


def pictures(document: InvoiceDocument, *, ppi: int = 96) -> list[bytes]:
    """Show a document's pages as PNGs, to be looked at. Refuses with one of `DocumentRefused`."""
    return _print(document, format="png", ppi=ppi)


@lru_cache(16)
def require_logo(content: bytes) -> None:
    """Refuse with `LogoRefused` what could not be printed: for those who take logos in."""
    kind = {"png": "png", "jpeg": "jpg"}[read_head(content).kind]
    sources = {"main.typ": _LOGO_ALONE, "logo.json": json.dumps({"kind": kind, "content": list(content)}).encode()}
    try:
        _compile(sources, format="pdf")
    except typst.TypstError as error:
        raise LogoRefused(error.message) from error


def _print(document: InvoiceDocument, **output: Any) -> list[bytes]:
    sources = {"main.typ": _INVOICE}
    if document.logo is not None:
        require_logo(document.logo)
        sources["logo.svg"] = as_svg(document.logo, read_head(document.logo))
    data = json.dumps({**layout(document), "logo": document.logo is not None}).encode()
    pages = _compile({**sources, "invoice.json": data}, **output)
    if len(data) > _LONG:
        _forget()
    return pages


def _forget() -> None:
    """Let Typst forget what it worked out for the documents so far."""
    for _ in range(_REMEMBERED + 1):
        _compile({"main.typ": b""}, format="pdf")


def _compile(sources: Mapping[str, bytes], **output: Any) -> list[bytes]:
    """Set files that are in memory; the first is where Typst begins."""
    compile_files: Callable[..., Any] = _compiler().compile  # its types know no files in memory
    made: bytes | list[bytes] = compile_files(input=sources, **output)
    return made if isinstance(made, list) else [made]


def _compiler() -> typst.Compiler:
    """Give this thread's compiler: one is for one thread at a time, and keeps what it has worked out."""
    if not hasattr(_own, "compiler"):
        _own.compiler = typst.Compiler(root=_TEMPLATES, font_paths=_fonts(), ignore_system_fonts=True)
    return _own.compiler


@cache
def _fonts() -> typst.Fonts:
    """Load our own fonts once for all threads; the machine's stay out, so that pages are the same everywhere."""
    folder = str(_HOME / "fonts")
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


@cache
def _threads() -> ThreadPoolExecutor:
    """Start the press's threads: as many as there are cores, for setting a page is nothing but work."""
    return ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="press")
