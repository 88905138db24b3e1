"""What lies on paper."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from billingua.documents import Fact, Label, Line, Party, Stamp, Sum, pdf, pictures
from billingua.documents.layout import layout
from tests.documents.papers import a_document, a_line, many_lines, page, pages, read, written

FIGURES = ("1.00", "21.00", "321.00")


def test_everything_of_an_invoice_is_on_one_page():
    assert page(a_document()) == (
        "Moor GmbH Quay 4 Riga Invoice INV-0000017 Bill To Larch & Sons 12 Forest Road Ship To Larch Warehouse "
        "Invoice Date Mar 1, 2031 PO Number PO-7781 Item Quantity Price Tax Amount Oak board 3 19.99 VAT 20% 59.97 "
        "Subtotal 59.97 VAT (20% of 59.97) 11.99 Invoice Total (EUR) €71.96 Terms 30 days Client notes Thank you 1 / 1"
    )


def test_what_an_invoice_does_not_have_is_left_out():
    bare = a_document(facts=(), customer=None, consignee=None, lines=(), sums=(), terms=" \n", notes="")
    assert page(bare) == "Moor GmbH Quay 4 Riga Invoice INV-0000017 Item Amount Invoice Total (EUR) €71.96 1 / 1"


def test_an_invoice_of_blank_texts_is_printed():
    blank = replace(a_document(), number="", currency="", language="", seller=Party(), total=Sum("", Decimal(0)))
    assert "0.00" in page(blank)


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        (Line(name="Advice", amount=Decimal(5)), "Item Amount Advice 5.00"),
        (a_line(discount=Decimal("12.5"), taxes=()), "Quantity Price Discount Amount Oak board 3 19.99 12.5% 59.97"),
        (a_line(discount=Decimal(0), taxes=()), "Item Quantity Price Amount Oak board 3 19.99 59.97"),
        (a_line(quantity=Decimal("2.50"), unit="m²"), "Oak board 2.5 m² 19.99"),
        (a_line(price=Decimal("0.01250")), "Oak board 3 0.0125 VAT"),
        (a_line(sku="OAK-1", description="Planed\nand oiled"), "Oak board OAK-1 Planed and oiled 3 19.99"),
        (a_line(taxes=("VAT 20%", "Wood 1%")), "VAT 20% Wood 1% 59.97"),
        (a_line(quantity=Decimal(-1), amount=Decimal("-19.99")), "Oak board -1 19.99 VAT 20% -19.99"),
    ],
)
def test_a_line_is_printed_in_the_columns_that_it_needs(line: Line, printed: str):
    assert printed in page(a_document(lines=(line,)))


@pytest.mark.parametrize(
    ("currency", "amount", "printed"),
    [
        ("JPY", Decimal("1234.00"), "Subtotal 1,234 Invoice Total (JPY) ¥1,234"),
        ("EUR", Decimal(1234), "Subtotal 1,234.00 Invoice Total (EUR) €1,234.00"),
        ("KWD", Decimal("1234.5"), "Subtotal 1,234.500 Invoice Total (KWD) KWD 1,234.500"),
        ("EUR", Decimal("-0.5"), "Subtotal -0.50 Invoice Total (EUR) -€0.50"),
        ("JPY", Decimal("12.35"), "Subtotal 12.35 Invoice Total (JPY) ¥12.35"),
    ],
)
def test_amounts_have_their_currencys_digits_and_lose_none(currency: str, amount: Decimal, printed: str):
    sums = (Sum(Label.SUBTOTAL, amount),)
    document = a_document(currency=currency, lines=(), sums=sums, total=Sum(Label.TOTAL, amount))
    assert printed in page(document)


@pytest.mark.parametrize(
    ("currency", "prices", "amounts", "printed"),
    [
        ("CLP", ("0.4", "2"), ("0.4", "2"), "Item Price Amount A 0.40 0.40 B 2.00 2.00 Invoice Total (CLP) CLP 7.00"),
        ("CLP", ("0.5", "2"), ("1", "2"), "Item Price Amount A 0.50 1.00 B 2.00 2.00 Invoice Total (CLP) CLP 7.00"),
        ("CLP", ("4", "2"), ("4", "2"), "Item Price Amount A 4 4 B 2 2 Invoice Total (CLP) CLP 7"),
        ("EUR", ("0.0125", "2"), ("1", "2"), "Item Price Amount A 0.0125 1.00 B 2.0000 2.00 Invoice Total (EUR) €7.00"),
    ],
)
def test_all_figures_of_a_column_have_the_same_decimals(
    currency: str, prices: tuple[str, str], amounts: tuple[str, str], printed: str
):
    lines = tuple(
        Line(name=name, price=Decimal(price), amount=Decimal(amount))
        for name, price, amount in zip("AB", prices, amounts, strict=True)
    )
    total = Sum(Label.TOTAL, Decimal(7))
    assert printed in page(a_document(currency=currency, lines=lines, sums=(), total=total))


@pytest.mark.parametrize("language", ["en", "ar"])
def test_figures_of_a_column_line_up_at_their_decimals(language: str):
    amounts = [Decimal(1), Decimal(21), Decimal(321)]
    lines = tuple(Line(name="A", price=amount, amount=amount) for amount in amounts)
    document = a_document(language=language, lines=lines, sums=tuple(Sum("A", amount) for amount in amounts))
    starts = {text: sorted(x for found, x, _ in written(document) if found == text) for text in FIGURES}
    for one, two, three in zip(*starts.values(), strict=True):
        assert one - two == pytest.approx(two - three, abs=0.01)
        assert one - two > 4


def test_long_tax_names_get_more_room_than_short_items():
    taxes = tuple(f"{place} " + "of wood and of whatever is made of it " * 6 for place in (1, 2))
    assert len(pages(a_document(lines=(a_line(taxes=taxes),) * 2))) == 1
    long = a_line("Oak board " * 9, taxes=taxes)
    assert [column["width"] for column in layout(a_document(lines=(long,)))["columns"]].count("rest") == 2


def test_a_tax_tells_its_rate_and_its_base_where_they_are_known():
    sums = (
        Sum("A", Decimal(1)),
        Sum("B", Decimal(2), rate=Decimal("7.5")),
        Sum("C", Decimal(3), Decimal(20), Decimal(15)),
    )
    assert "A 1.00 B (7.5%) 2.00 C (20% of 15.00) 3.00" in page(a_document(sums=sums))


def test_what_was_paid_and_what_is_due_follow_the_total():
    balance = (Sum(Label.PAID, Decimal(-70)), Sum(Label.AMOUNT_DUE, Decimal("1.96")))
    assert "€71.96 Paid -70.00 Amount Due 1.96 Terms" in page(a_document(balance=balance))


def test_the_seller_has_a_label_where_one_is_given():
    assert "Seller Moor GmbH" in page(a_document(seller=Party(label=Label.SELLER, name="Moor GmbH")))


def test_a_label_of_ones_own_is_printed_as_it_is():
    total = Sum("Grand total, EUR", Decimal(7))
    document = a_document(language="de", title="Proforma", facts=(Fact("Ordered on", date(2031, 2, 1)),), total=total)
    assert "Grand total, EUR 7,00 €" in page(document)
    assert "Proforma INV-0000017" in page(document)
    assert "Ordered on 01.02.2031" in page(document)


@pytest.mark.parametrize(("count", "expected"), [(1, 1), (20, 1), (40, 2), (400, 10)])
def test_a_longer_table_takes_more_pages(count: int, expected: int):
    assert len(pages(a_document(lines=many_lines(count)))) == expected


def test_every_page_repeats_the_tables_head_and_says_which_it_is():
    printed = pages(a_document(lines=many_lines(400)))
    assert [text[-len(f"{place} / 10") :] for place, text in enumerate(printed, 1)] == [
        f"{n} / 10" for n in range(1, 11)
    ]
    assert all("Item Quantity Price Tax Amount Board" in text for text in printed)
    assert all(text.startswith("Moor GmbH Invoice INV-0000017 Item") for text in printed[1:])


def test_every_line_is_printed_once_and_in_order():
    whole = " ".join(pages(a_document(lines=many_lines(400))))
    places = [whole.index(f"Board {number:04}") for number in range(1, 401)]
    assert places == sorted(places)
    assert whole.count("Board ") == 400


@pytest.mark.parametrize("count", range(20, 50, 3))
def test_the_sums_stay_together_and_are_never_without_a_line(count: int):
    last = next(text for text in pages(a_document(lines=many_lines(count))) if "Subtotal" in text)
    assert f"Board {count:04}" in last
    assert "Invoice Total" in last


def test_more_sums_than_fit_on_a_page_go_on_on_the_next():
    sums = tuple(Sum(f"Tax {number:03}", Decimal(number)) for number in range(300))
    whole = " ".join(pages(a_document(sums=sums)))
    assert all(f"Tax {number:03}" in whole for number in range(300))


@pytest.mark.parametrize("stamp", Stamp)
def test_a_stamp_is_on_every_page(stamp: Stamp):
    printed = pages(a_document(lines=many_lines(60), stamp=stamp))
    assert len(printed) > 1
    assert all(stamp.upper() in text for text in printed)


@pytest.mark.parametrize(("language", "points"), [("en-US", 612), ("es-MX", 612), ("en-GB", 595), ("de", 595)])
def test_the_paper_is_the_one_that_the_country_uses(language: str, points: int):
    assert round(read(pdf(a_document(language=language))).pages[0].mediabox.width) == points


def test_pages_can_be_looked_at():
    assert all(picture.startswith(b"\x89PNG") for picture in pictures(a_document()))
    assert len(pictures(a_document(lines=many_lines(60)))) == 2
