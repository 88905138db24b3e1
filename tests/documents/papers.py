"""Documents and logos to print, with what matters mentioned by the test, and what a PDF says when it is read."""

import io
import struct
import zlib
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from pypdf import PdfReader

from billingua.documents import Fact, InvoiceDocument, Label, Line, Party, Sum, pdf

MARCH = datetime(2031, 3, 1, 9, 30, tzinfo=UTC)


def a_line(name: str = "Oak board", **others: Any) -> Line:
    """Three of something."""
    return Line(
        **{
            "name": name,
            "quantity": Decimal(3),
            "price": Decimal("19.99"),
            "taxes": ("VAT 20%",),
            "amount": Decimal("59.97"),
            **others,
        }
    )


def a_document(**others: Any) -> InvoiceDocument:
    """An invoice of one line, with everything on it."""
    return InvoiceDocument(
        **{
            "currency": "EUR",
            "number": "INV-0000017",
            "made_at": MARCH,
            "seller": Party(name="Moor GmbH", address="Quay 4\nRiga"),
            "facts": (Fact(Label.INVOICE_DATE, date(2031, 3, 1)), Fact(Label.PO_NUMBER, "PO-7781")),
            "customer": Party(label=Label.BILL_TO, name="Larch & Sons", address="12 Forest Road"),
            "consignee": Party(label=Label.SHIP_TO, name="Larch Warehouse"),
            "lines": (a_line(),),
            "sums": (
                Sum(Label.SUBTOTAL, Decimal("59.97")),
                Sum("VAT", Decimal("11.99"), rate=Decimal(20), base=Decimal("59.97")),
            ),
            "total": Sum(Label.TOTAL, Decimal("71.96")),
            "terms": "30 days",
            "notes": "Thank you",
            **others,
        }
    )


def many_lines(count: int) -> tuple[Line, ...]:
    """So many lines, each with a name of its own."""
    return tuple(a_line(f"Board {number:04}") for number in range(1, count + 1))


def read(content: bytes) -> PdfReader:
    """Read a PDF."""
    return PdfReader(io.BytesIO(content))


def spoken_in(document: InvoiceDocument) -> object:
    """Say in which language a document says that it is."""
    return read(pdf(document)).root_object["/Lang"]


def pages(document: InvoiceDocument) -> Sequence[str]:
    """Say what is on each page of a document, with single blanks for whatever lies between words."""
    return [" ".join(page.extract_text().replace("\u200b", "").split()) for page in read(pdf(document)).pages]


def page(document: InvoiceDocument) -> str:
    """Say what is on the only page of a document."""
    (only,) = pages(document)
    return only


def a_png(width: int = 30, height: int = 10, pixels: bytes | None = None) -> bytes:
    """A grey picture, or one whose pixels are what is given."""
    rows = (b"\0" + b"\x80" * width) * height if pixels is None else pixels
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def a_jpeg(width: int = 8, height: int = 8) -> bytes:
    """The smallest grey JPEG there is, with the size that it states."""
    quantization = b"\xff\xdb\x00\x43\x00" + b"\x01" * 64
    frame = b"\xff\xc0\x00\x0b\x08" + struct.pack(">HH", height, width) + b"\x01\x01\x11\x00"
    tables = b"".join(b"\xff\xc4\x00\x14" + bytes([kind]) + b"\x01" + b"\x00" * 15 + b"\x00" for kind in (0x00, 0x10))
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x3f\xff\xd9"
    return b"\xff\xd8" + quantization + frame + tables + scan


def edges(document: InvoiceDocument) -> tuple[float, float]:
    """Say how far left and down of a page the writing reaches, in points from its corner."""
    places = written(document)
    return min(x for _, x, _ in places), min(y for _, _, y in places)


def written(document: InvoiceDocument) -> Sequence[tuple[str, float, float]]:
    """List the words of a document, each with where it begins, in points from the page's corner."""
    places: list[tuple[str, float, float]] = []

    def note(text: str, page: list[float], line: list[float], *others: object) -> None:
        if text.strip():
            x, y = line[4], line[5]
            places.append((text.strip(), page[0] * x + page[2] * y + page[4], page[1] * x + page[3] * y + page[5]))

    for sheet in read(pdf(document)).pages:
        sheet.extract_text(visitor_text=note)
    return places
