"""Shows an invoice on paper: a document in, the bytes of a PDF out.

Whoever knows the invoice fills in an `InvoiceDocument`. Whoever needs the same bytes for ever stores them: they are the
same for the same document, until the template, a font or Typst changes::

    document = InvoiceDocument(
        language="de-DE", currency="EUR", number="INV-17", made_at=now,
        seller=Party(name="Moor GmbH", address=address), logo=png_or_jpeg,
        facts=(Fact(Label.INVOICE_DATE, date(2031, 3, 1)), Fact(Label.DUE_DATE, date(2031, 3, 31))),
        customer=Party(label=Label.BILL_TO, name="Larch & Sons"),
        lines=(Line(name="Oak board", quantity=Decimal(3), price=Decimal("17.99"), amount=Decimal("53.97")),),
        sums=(Sum(Label.SUBTOTAL, Decimal("53.97")), Sum("USt", Decimal("10.79"), rate=Decimal(20))),
        total=Sum(Label.TOTAL, Decimal("64.76")),
    )
    content = await print_pdf(document)

A `Label` is said in the document's language, a text in its place is printed as it is; `language(name).word(label)`
tells the word to those who need it elsewhere. Texts are never read as markup. `DocumentRefused` and its kinds say what
is not printed; `require_logo` says it of a logo already when it is taken in. A process that has printed must not fork.
"""

from billingua.documents.document import Fact, InvoiceDocument, Line, Party, Stamp, Sum
from billingua.documents.errors import DocumentRefused, DocumentTooLarge, FigureRefused, LogoRefused
from billingua.documents.printing import pdf, pictures, print_pdf, require_logo
from billingua.documents.words import LANGUAGES, Label, language

__all__ = [
    "LANGUAGES",
    "DocumentRefused",
    "DocumentTooLarge",
    "Fact",
    "FigureRefused",
    "InvoiceDocument",
    "Label",
    "Line",
    "LogoRefused",
    "Party",
    "Stamp",
    "Sum",
    "language",
    "pdf",
    "pictures",
    "print_pdf",
    "require_logo",
]
