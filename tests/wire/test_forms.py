"""Forms, whichever way they are encoded: every name and text in order, or refused; never a crash."""

from contextlib import suppress

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billingua.wire.errors import BodyUnreadable
from billingua.wire.forms import decode_form, decode_multipart, decode_parts, without_boundary


def test_a_form_keeps_its_order_its_repetitions_and_its_blanks():
    body = b"a%5B%5D=1&b=&a%5B%5D=2&c=x+y%2B%C3%A9&d"
    assert decode_form(body) == [("a[]", "1"), ("b", ""), ("a[]", "2"), ("c", "x y+é"), ("d", "")]


@pytest.mark.parametrize("body", [b"a=\xff", b"a=%FF", b"%C3=1", b"\xff=1"])
def test_a_form_that_is_not_utf8_is_refused(body: bytes):
    with pytest.raises(BodyUnreadable, match="utf-8"):
        decode_form(body)


BODY = (
    b'--x y\r\nContent-Disposition: form-data; name="lines[0].price"\r\n\r\n7.5\r\n'
    b"--x y\r\nContent-Type: text/plain\r\ncontent-disposition: form-data; name=terms\r\n\r\ntwo\r\nlines \xc3\xa9\r\n"
    b'--x y\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\nfile\r\n'
    b"--x y\r\nX-Other: 1\r\n\r\nnameless\r\n"
    b'--x y\r\nContent-Disposition: form-data; name=""\r\n\r\n\r\n--x y--\r\n'
)


def test_a_form_of_several_parts_is_read_without_its_files():
    pairs = decode_multipart(BODY, 'multipart/form-data; Boundary="x y"')
    assert pairs == [("lines[0].price", "7.5"), ("terms", "two\r\nlines é"), ("", "")]


def test_what_a_client_library_sends_is_read():
    sent = httpx.Request("PUT", "http://billingua.test/", files={"a": (None, "1"), "b[0][c]": (None, "é")})
    assert decode_multipart(sent.read(), sent.headers["content-type"]) == [("a", "1"), ("b[0][c]", "é")]


@pytest.mark.parametrize("header", ["multipart/form-data", 'multipart/form-data; boundary=""', "a; boundary=other"])
def test_a_form_whose_parts_cannot_be_told_apart_is_refused(header: str):
    with pytest.raises(BodyUnreadable):
        decode_multipart(BODY, header)


@pytest.mark.parametrize("broken", [b'name="a\xff"\r\n\r\n1', b'name="a"\r\n\r\n\xff'])
def test_a_form_of_several_parts_that_is_not_utf8_is_refused(broken: bytes):
    with pytest.raises(BodyUnreadable, match="utf-8"):
        decode_multipart(b"--x\r\nContent-Disposition: form-data; " + broken + b"\r\n--x--", "a; boundary=x")


def test_a_form_that_was_cut_off_is_refused():
    with pytest.raises(BodyUnreadable):
        decode_multipart(BODY[:100], 'multipart/form-data; boundary="x y"')


@given(st.lists(st.sampled_from([b"--x", b"\r\n", b"--", b'content-disposition: form-data; name="a"', b"b", b"\xff"])))
def test_no_form_of_several_parts_is_a_crash(pieces: list[bytes]):
    with suppress(BodyUnreadable):
        decode_multipart(b"".join(pieces), "multipart/form-data; boundary=x")


def test_of_a_form_with_files_every_part_is_given_and_of_two_with_one_name_the_first():
    parts = [
        b'Content-Disposition: form-data; name="filename"\r\n\r\ninvoice_1.csv',
        b'Content-Disposition: form-data; name="file"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\na\r\n\xff\n',
        b'Content-Disposition: form-data; name="file"\r\n\r\nanother',
        b"Content-Type: text/plain\r\n\r\nwithout a name",
    ]
    body = b"".join(b"--x\r\n" + part + b"\r\n" for part in parts) + b"--x--\r\n"
    decoded = decode_parts(body, "multipart/form-data; boundary=x")
    assert decoded == {"filename": b"invoice_1.csv", "file": b"a\r\n\xff\n"}


def test_a_form_is_the_same_whatever_its_boundary():
    same = {
        without_boundary(BODY.replace(b"x y", name), f"multipart/form-data; boundary={name.decode()}")
        for name in (b"one", b"2")
    }
    assert len(same) == 1
    other = BODY.replace(b"x y", b"one").replace(b"7.5", b"7.6")
    assert without_boundary(other, "multipart/form-data; boundary=one") not in same


def test_forms_whose_parts_end_elsewhere_differ():
    header = "multipart/form-data; boundary=one"
    assert without_boundary(b"--one\r\n1:a--one--", header) != without_boundary(b"--one\r\n--one1:a--", header)


@pytest.mark.parametrize("header", ["", "application/json; boundary=one", "multipart/form-data"])
def test_what_has_no_boundary_is_as_it_was(header: str):
    assert without_boundary(b"--one--", header) == b"--one--"
