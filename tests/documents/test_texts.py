"""Texts from callers, whatever is in them."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billingua.documents import DocumentTooLarge, Fact, Party, Sum, pdf
from billingua.documents.texts import clean, lines, one_line
from tests.documents.papers import a_document, a_line, edges, many_lines, page, pages

MARKUP = [
    '#read("/etc/passwd")',
    '#panic("no") #set page(width: 1pt) #image("logo.svg")',
    "*bold* _emph_ `raw` $x^2$ = heading",
    "- list + enum / term: @label <label> https://example.test",
    r"\ back\slash \u{41} \# ~ -- --- ...",
    "[content] {code} (a, b) => 1 // comment /* comment */",
    '"quoted" \'quoted\' {"json": 1}',
    "${x} {{x}} {0} %s",
]


@pytest.mark.parametrize("markup", MARKUP)
def test_markup_is_printed_as_it_is_written(markup: str):
    document = a_document(terms=markup, lines=(a_line(markup),), facts=(Fact(markup, markup),), title=markup)
    assert page(document).replace(" ", "").count(markup.replace(" ", "")) == 5  # wherever its lines were broken


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\r\nb\rc\x85d\u2028e\x0bf", "a\nb\nc\nd\ne\nf"),
        ("a\tb", "a b"),
        ("a\0b\x1b[31mc\x7f\x9f\ufeff", "ab[31mc"),
        ("\ud800a\udfff\ufffe\ufdd0", "a"),
        ("100\u202e001\u2066\u2069", "100001"),
        ("e" + "\u0301" * 500, "e" + "\u0301" * 8),
        ("ل\u200fا می\u200cخواهم", "ل\u200fا می\u200cخواهم"),
    ],
)
def test_what_no_page_can_show_is_taken_out(text: str, cleaned: str):
    assert clean(text) == cleaned
    assert pages(a_document(notes=text))


def test_blank_lines_are_kept_between_others_only():
    assert lines("\n\n a \n\nb\n\n", rtl=False, longest_word=20) == ["a", "", "b"]
    assert lines(" \n", rtl=False, longest_word=20) == []


def test_a_line_is_cut_off_with_an_ellipsis():
    assert one_line("one\ntwo  three", 8) == "one two…"
    assert one_line("one\ntwo") == "one two"


def test_a_word_too_long_for_a_column_may_break_between_letters_but_not_within_one():
    assert lines("ab" * 3, rtl=False, longest_word=5) == ["a\u200bb\u200ba\u200bb\u200ba\u200bb"]
    assert lines("e\u0301" * 3, rtl=False, longest_word=5) == ["e\u0301\u200be\u0301\u200be\u0301"]
    assert lines("👩\u200d👧" * 2, rtl=False, longest_word=5) == ["👩\u200d👧\u200b👩\u200d👧"]
    assert lines("发票" * 20, rtl=False, longest_word=5) == ["发票" * 20]


@pytest.mark.parametrize(
    ("line", "rtl", "turned"),
    [
        ("Dock (3).", True, True),
        ("شارع", True, False),
        ("Dock", False, False),
        ("شارع", False, True),
        ("3", True, False),
    ],
)
def test_a_line_in_the_other_direction_keeps_its_own(line: str, rtl: bool, turned: bool):
    assert lines(line, rtl=rtl, longest_word=20) == [f"\u2068{line}\u2069" if turned else line]


LONG = [
    "word " * 2000,
    "x" * 10_000,
    "W\n" * 1000,
    "发" * 10_000,
    "سلام " * 2000,
    "👩\u200d👧" * 3000,
    "e\u0301" * 5000,
]


@pytest.mark.parametrize("text", LONG, ids=lambda text: ascii(text[:4]))
def test_ten_thousand_characters_stay_on_the_paper_wherever_they_are(text: str):
    party = Party(label=text[:100], name=text, address=text)
    expected = edges(a_document())
    assert edges(a_document(seller=party, title=text[:50])) == expected
    assert edges(a_document(customer=party, facts=(Fact(text, text),), number=text)) == expected
    rows = a_line(text, description=text, sku=text), a_line(unit=text, taxes=(text,))
    assert edges(a_document(lines=rows)) == expected
    assert edges(a_document(sums=(Sum(text, a_line().amount),), terms=text, notes=text, language="en-IE")) == expected


def test_a_row_longer_than_a_page_goes_on_on_the_next():
    printed = pages(a_document(lines=(a_line(description=" ".join(f"word{number}" for number in range(2000))),)))
    assert len(printed) > 1
    assert all(f"word{number} " in " ".join(printed) + " " for number in range(2000))


@pytest.mark.parametrize("length", [10, 18, 30, 70])
def test_many_short_lines_are_all_on_paper(length: int):
    text = "\r".join(f"line{number}!" for number in range(length))
    document = a_document(lines=(a_line(text, description=text),), sums=(Sum(text, a_line().amount),), terms=text)
    assert edges(document) == edges(a_document())
    assert all(" ".join(pages(document)).count(f"line{number}!") == 4 for number in range(length))


def test_letters_of_many_scripts_are_there():
    text = "Straße Ελληνικά Русский 发票 發票 請求書 カナ 서울 עברית العربية ไทย Հայերեն ქართული ₽₹₺₴₸₩₪₫₿№ ☎✓→★"
    letters = set(text) - set("العربية") - set("עברית")
    assert letters <= set(page(a_document(notes=text)))


def test_a_document_may_have_so_many_lines_and_letters():
    with pytest.raises(DocumentTooLarge, match="lines"):
        pdf(a_document(lines=many_lines(3001)))
    with pytest.raises(DocumentTooLarge, match="characters"):
        pdf(a_document(notes="x" * 300_000))
    with pytest.raises(DocumentTooLarge, match="characters"):
        pdf(a_document(notes="\r" * 10_000))


@given(text=st.text(st.characters(exclude_categories=[]), max_size=60))
@settings(max_examples=75, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_text_at_all_is_printed(text: str):
    document = a_document(
        title=text,
        number=text,
        language=text,
        currency=text,
        seller=Party(label=text, name=text, address=text),
        facts=(Fact(text, text),),
        lines=(a_line(text, sku=text, description=text, unit=text, taxes=(text,)),),
        sums=(Sum(text, a_line().amount),),
        terms=text,
        notes=text,
    )
    assert pdf(document).startswith(b"%PDF")
