"""Logos: PNG and JPEG only, looked at before anything decodes them.

SVG stays out because it can name files and addresses, others because nobody needs them. A picture's size is read from
its header, so that a few kilobytes cannot ask for gigabytes of pixels.
"""

from base64 import b64encode
from typing import NamedTuple

from billingua.documents.errors import LogoRefused

LARGEST_LOGO = 1024 * 1024
"""In bytes: several times what a good logo has; it goes into every PDF."""
MOST_PIXELS = 4_000_000

_PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
_JPEG = b"\xff\xd8\xff"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG's markers of a frame, which states the picture's size; the three others in their range are tables."""
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
"""JPEG's markers that nothing follows."""


class Head(NamedTuple):
    """What a picture says of itself: `png` or `jpeg`, and its size in pixels."""

    kind: str
    width: int
    height: int


def read_head(content: bytes) -> Head:
    """Say what a logo is, or refuse with `LogoRefused` what is not printed."""
    if len(content) > LARGEST_LOGO:
        raise LogoRefused(f"a logo of {len(content)} bytes is larger than {LARGEST_LOGO}")
    if content.startswith(_PNG):
        head = Head("png", int.from_bytes(content[16:20]), int.from_bytes(content[20:24]))
    elif content.startswith(_JPEG):
        head = Head("jpeg", *_jpeg_size(content))
    else:
        raise LogoRefused("a logo is a PNG or a JPEG")
    if not 0 < head.width * head.height <= MOST_PIXELS:
        raise LogoRefused(
            f"a logo of {head.width} by {head.height} pixels; it has at least 1 and at most {MOST_PIXELS}"
        )
    return head


def as_svg(content: bytes, head: Head) -> bytes:
    """Wrap a logo in an SVG of ours, for Typst's files in memory are texts; the pixels go through unchanged."""
    size = f'width="{head.width}" height="{head.height}"'
    link = f"data:image/{head.kind};base64,{b64encode(content).decode()}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><image {size} href="{link}"/></svg>'.encode()


def _jpeg_size(content: bytes) -> tuple[int, int]:
    """Walk a JPEG's segments to the frame, and read its width and height."""
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if marker in _FRAMES:
            return int.from_bytes(content[place + 7 : place + 9]), int.from_bytes(content[place + 5 : place + 7])
        if marker == 0xFF:
            place += 1
        else:
            place += 2 if marker in _BARE else 2 + int.from_bytes(content[place + 2 : place + 4])
    raise LogoRefused("the JPEG does not state its size")
