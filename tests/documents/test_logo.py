"""Logos: what is printed, and what is refused."""

from collections.abc import Sequence

import pytest

from billingua.documents import LogoRefused, pdf, require_logo
from billingua.documents.logo import LARGEST_LOGO, Head, read_head
from tests.documents.papers import a_document, a_jpeg, a_png, pages, read

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><image href="/etc/passwd"/><script>alert(1)</script></svg>'


def picture_sizes(content: bytes) -> Sequence[tuple[int, int]]:
    """Say how many pixels the pictures of the first page have."""
    resources = read(content).pages[0]["/Resources"].get("/XObject", {}).values()
    found, waiting = [], [item.get_object() for item in resources]
    while waiting:
        item = waiting.pop()
        if item["/Subtype"] == "/Image":
            found.append((item["/Width"], item["/Height"]))
        inner = item.get("/Resources", {}).get("/XObject", {}) if item["/Subtype"] == "/Form" else {}
        waiting += [one.get_object() for one in inner.values()]
    return found


@pytest.mark.parametrize("logo", [a_png(30, 10), a_jpeg(8, 8)], ids=["png", "jpeg"])
def test_a_logo_is_printed_on_the_first_page(logo: bytes):
    require_logo(logo)
    head = read_head(logo)
    assert picture_sizes(pdf(a_document(logo=logo))) == [(head.width, head.height)]
    assert picture_sizes(pdf(a_document())) == []


@pytest.mark.parametrize(
    "logo",
    [
        b"",
        b"not a picture",
        SVG,
        b"GIF89a\1\0\1\0",
        b"%PDF-1.7",
        b"\x89PNG\r\n\x1a\n",
        a_png(0, 10, pixels=b""),
        a_png(65_535, 65_535, pixels=bytes(1000)),
        a_png(2001, 2000),
        a_png(2000, 2000, pixels=b"\0"),
        a_png()[:-30],
        a_png()[:40],
        a_jpeg(0, 0),
        a_jpeg(65_535, 65_535),
        a_jpeg()[:100],
        b"\xff\xd8\xff" + b"\xff" * 1000,
        b"\xff\xd8" + b"\xff\xe0\x00\x00" * 1000,
        b"\xff\xd8\xff\xd9",
        a_png() + b"\0" * LARGEST_LOGO,
    ],
    ids=lambda logo: ascii(logo[:6]),
)
def test_what_is_no_logo_is_refused(logo: bytes):
    with pytest.raises(LogoRefused):
        require_logo(logo)
    with pytest.raises(LogoRefused):
        pdf(a_document(logo=logo))


def test_a_hundred_megabytes_are_refused_unread():
    with pytest.raises(LogoRefused, match="100000000 bytes"):
        pdf(a_document(logo=b"\x89PNG" + bytes(99_999_996)))


def test_a_jpegs_size_is_found_behind_whatever_stands_before_it():
    behind = b"\xff\xd8" + b"\xff\xff\xff\xe1\x00\x06\xff\xc0\xff\xff" + b"\xff\x01" + a_jpeg(12, 34)[2:]
    assert read_head(behind) == Head("jpeg", 12, 34)


def test_a_picture_that_is_all_of_what_it_may_be_is_printed():
    logo = a_png(2000, 2000)
    assert len(pages(a_document(logo=logo))) == 1
