"""Why a document is not printed: facts with the values involved.

DocumentRefused
├─ LogoRefused
├─ FigureRefused
└─ DocumentTooLarge
"""

from decimal import Decimal


class DocumentRefused(Exception):
    """The document cannot be printed as it is."""


class LogoRefused(DocumentRefused):
    """The logo is not an image that is printed; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class FigureRefused(DocumentRefused):
    """A figure is none, or longer than any amount of money."""

    def __init__(self, value: Decimal) -> None:
        super().__init__(value)
        self.value = value


class DocumentTooLarge(DocumentRefused):
    """There is more to print than is printed at once."""

    def __init__(self, what: str, size: int, most: int) -> None:
        super().__init__(what, size, most)
        self.what = what
        self.size = size
        self.most = most
