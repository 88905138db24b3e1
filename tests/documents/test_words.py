"""Labels and figures in each language."""

import re
from datetime import date
from decimal import Decimal

import pytest
from babel.localedata import locale_identifiers

from billingua.core.money import LARGEST_AMOUNT
from billingua.documents import LANGUAGES, FigureRefused, Label, Stamp, Sum, language, pdf
from billingua.documents.layout import layout
from tests.documents.papers import a_document, page, read, spoken_in

ON_PAPER = [label for label in Label if label is not Label.SHARE_OF]


def test_there_are_ten_languages_and_english_comes_first():
    assert LANGUAGES == ("en", "de", "fr", "es", "it", "el", "ru", "pt", "zh", "ar")


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_language_has_every_word_and_no_other(name: str):
    expected = {*Label, *(f"stamp_{stamp}" for stamp in Stamp)}
    assert set(language(name).words) == expected
    assert all(language(name).words.values())
    assert {"{rate}", "{base}"} <= set(language(name).word(Label.SHARE_OF).replace("(", "").split())


@pytest.mark.parametrize("name", LANGUAGES)
def test_every_word_of_a_language_is_printed_with_letters_that_we_have(name: str):
    sums = tuple(Sum(label, Decimal(1)) for label in ON_PAPER)
    printed = read(pdf(a_document(language=name, sums=sums)))
    words = {word for label in ON_PAPER for word in language(name).word(label).split()}
    letters = set("".join(words)) - {"’"}
    assert letters <= set(printed.pages[0].extract_text())


FIGURES = {
    "en": ("-1,234.50", "7.5%", "€1,234.50", "Mar 1, 2031"),
    "en-GB": ("-1,234.50", "7.5%", "€1,234.50", "1 Mar 2031"),
    "de": ("-1.234,50", "7,5 %", "1.234,50 €", "01.03.2031"),
    "de-CH": ("-1’234.50", "7.5%", "EUR 1’234.50", "01.03.2031"),
    "fr": ("-1 234,50", "7,5 %", "1 234,50 €", "1 mars 2031"),
    "es": ("-1.234,50", "7,5 %", "1.234,50 €", "1 mar 2031"),
    "it": ("-1.234,50", "7,5%", "1.234,50 €", "1 mar 2031"),
    "el": ("-1.234,50", "7,5%", "1.234,50 €", "1 Μαρ 2031"),
    "ru": ("-1 234,50", "7,5 %", "1 234,50 €", "1 мар. 2031 г."),
    "pt": ("-1.234,50", "7,5%", "€ 1.234,50", "1 de mar. de 2031"),
    "pt-PT": ("-1 234,50", "7,5%", "1 234,50 €", "01/03/2031"),
    "zh": ("-1,234.50", "7.5%", "€1,234.50", "2031年3月1日"),
    "zh-SG": ("-1,234.50", "7.5%", "€1,234.50", "2031年3月1日"),
    "zh-TW": ("-1,234.50", "7.5%", "€1,234.50", "Mar 1, 2031"),
    "ar": ("-1,234.50", "7.5%", "1,234.50 €", "1 مارس 2031"),
}


@pytest.mark.parametrize("name", FIGURES)
def test_figures_and_days_are_written_as_the_language_writes_them(name: str):
    spoken = language(name)
    written = (
        spoken.number(Decimal("-1234.5"), 2),
        spoken.percentage(Decimal("7.50")),
        spoken.money(Decimal("1234.5"), "EUR", 2),
        spoken.day(date(2031, 3, 1)),
    )
    invisible = dict.fromkeys(map(ord, "\u200e\u200f\u061c\u2066\u2069")) | dict.fromkeys(map(ord, "\u00a0\u202f"), " ")
    assert tuple(text.translate(invisible) for text in written) == FIGURES[name]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("de_AT", "de_AT"),
        ("EN-us", "en_US"),
        ("zh-Hans-HK", "zh_Hans_HK"),
        ("zh-Hant", "en"),
        ("zh-Hant-TW", "en"),
        ("zh-TW", "en"),
        ("zh_HK", "en"),
        ("zh-MO", "en"),
        ("fr-Nowhere", "fr"),
        ("", "en"),
        ("nl-NL", "en"),
        ("xx", "en"),
        ("e", "en"),
        ("../../etc", "en"),
        ("\0", "en"),
        ("de" * 5000, "de"),
    ],
)
def test_a_language_is_found_by_its_culture_name_or_is_english(name: str, found: str):
    assert str(language(name).locale) == found


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_every_locale_of_a_language_is_laid_out_in_a_country_of_two_letters_or_none(spoken: str):
    names = [name for name in locale_identifiers() if name.split("_")[0] == spoken]
    frames = [layout(a_document(language=name)) for name in names]
    assert frames
    assert {frame["language"] for frame in frames} <= {spoken, "en"}
    assert all(frame["region"] is None or re.fullmatch("[A-Z]{2}", frame["region"]) for frame in frames)


@pytest.mark.parametrize(
    ("name", "said"), [("es-419", "es"), ("en-001", "en"), ("en-150", "en"), ("ar-001", "ar"), ("de-AT", "de-AT")]
)
def test_a_language_of_several_countries_is_printed(name: str, said: str):
    assert spoken_in(a_document(language=name)) == said


def test_arabic_pages_run_from_right_to_left():
    assert language("ar-KW").is_rtl
    assert not any(language(name).is_rtl for name in LANGUAGES if name != "ar")


def test_a_minus_stays_at_the_left_of_its_number_on_a_page_from_right_to_left():
    assert "-71.960" in page(
        a_document(language="ar", currency="KWD", total=Sum("", Decimal(0)), sums=(Sum("", Decimal("-71.96")),))
    )


@pytest.mark.parametrize("figure", ["NaN", "sNaN", "Infinity", "-Infinity", "1E+18", "1E+999999"])
def test_a_figure_that_is_no_amount_is_refused(figure: str):
    with pytest.raises(FigureRefused):
        pdf(a_document(total=Sum(Label.TOTAL, Decimal(figure))))


def test_the_largest_amount_that_is_kept_is_printed_whole():
    assert "€99,999,999,999,999.99" in page(a_document(total=Sum(Label.TOTAL, LARGEST_AMOUNT - Decimal("0.01"))))


def test_figures_have_ten_decimals_at_most():
    assert language("en").number(Decimal("0.12345678905")) == "0.1234567891"
    assert language("en").number(Decimal("1E-999999")) == "0"
