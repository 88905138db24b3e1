"""The press: the same bytes each time, for any number of callers at once."""

import asyncio
import hashlib
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from billingua.documents import InvoiceDocument, pdf, print_pdf, printing
from tests.documents.papers import MARCH, a_document, a_jpeg, a_png, many_lines, read, spoken_in

EVERYTHING = a_document(language="ar", logo=a_png(), lines=many_lines(60))


def test_the_same_document_is_the_same_bytes():
    assert pdf(EVERYTHING) == pdf(replace(EVERYTHING))
    assert pdf(a_document(logo=a_jpeg())) == pdf(a_document(logo=a_jpeg()))


def test_the_same_document_is_the_same_bytes_in_another_process():
    program = (
        "import hashlib; from billingua.documents import pdf; from tests.documents.test_press import EVERYTHING; "
        "print(hashlib.sha256(pdf(EVERYTHING)).hexdigest())"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == hashlib.sha256(pdf(EVERYTHING)).hexdigest()


def test_what_was_printed_before_leaves_no_trace():
    first = pdf(a_document())
    pdf(EVERYTHING)
    assert pdf(a_document()) == first


def test_a_pdf_says_what_it_is_in_which_language_and_when_it_was_made():
    printed = read(pdf(a_document(language="pt-BR")))
    assert printed.metadata is not None
    assert printed.metadata.title == "Fatura INV-0000017"
    assert printed.metadata.author == "Moor GmbH"
    assert printed.metadata.creation_date == MARCH
    assert spoken_in(a_document(language="pt-BR")) == "pt-BR"


@pytest.mark.parametrize(
    "made_at",
    [
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(1950, 6, 1, tzinfo=UTC),
        datetime(2031, 3, 1, 9, 30, 15, 999999, tzinfo=timezone(timedelta(hours=5, minutes=45))),
        datetime(9999, 12, 31, 23, tzinfo=UTC),
    ],
)
def test_the_moment_it_was_made_can_be_any(made_at: datetime):
    printed = read(pdf(a_document(made_at=made_at)))
    assert printed.metadata is not None
    assert printed.metadata.creation_date == made_at.astimezone(UTC).replace(microsecond=0)


def test_fonts_are_embedded_in_part_only():
    assert len(pdf(a_document(notes="发票 شكرا Ελληνικά"))) < 80_000


async def test_many_are_printed_at_once_and_each_is_itself():
    documents = [a_document(number=f"INV-{number}", lines=many_lines(number * 7)) for number in range(12)]
    assert await asyncio.gather(*map(print_pdf, documents)) == [pdf(document) for document in documents]


async def test_the_event_loop_goes_on_while_a_page_is_set(monkeypatch: pytest.MonkeyPatch):
    the_loop_went_on = threading.Event()

    def slow(document: InvoiceDocument) -> bytes:
        assert the_loop_went_on.wait(60)
        return document.number.encode()

    monkeypatch.setattr(printing, "pdf", slow)
    asyncio.get_running_loop().call_soon(the_loop_went_on.set)
    assert await print_pdf(a_document()) == b"INV-0000017"
