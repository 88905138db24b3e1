"""XML as another way to write plain values."""

from decimal import Decimal
from xml.etree.ElementTree import fromstring

import pytest

from billingua.wire.errors import BodyUnreadable
from billingua.wire.xml import decode_xml, encode_xml


def test_elements_are_read_as_members_texts_and_lists():
    body = b'<?xml version="1.0"?><r><a> 1 </a><l><p>2</p></l><l><p>3</p><p/></l><x:n xmlns:x="u">4</x:n><e/></r>'
    read = {"a": " 1 ", "l": [{"p": "2"}, {"p": ["3", ""]}], "n": "4", "e": ""}
    assert decode_xml(body) == read
    assert decode_xml(b"<r/>") == decode_xml(b"<r>text</r>") == {}


BOMB = '<!DOCTYPE r [<!ENTITY a "' + "x" * 5000 + '">' + '<!ENTITY b "' + "&a;" * 5000 + '">]><r><c>' + "&b;" * 50


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"<r>",
        b"<r><a></r>",
        b"\xff\xfe",
        b'<?xml version="1.0" encoding="nonsense"?><r/>',
        b'<?xml version="1.0" encoding="utf-7"?><r/>',
        b"<r>" * 200 + b"</r>" * 200,
        b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/hostname">]><r><c>&a;</c></r>',
        (BOMB + "</c></r>").encode(),
    ],
)
def test_what_is_not_xml_or_means_harm_is_refused(body: bytes):
    with pytest.raises(BodyUnreadable):
        decode_xml(body)


def test_values_are_written_as_elements():
    value = {
        "count": 1,
        "line": [{"id": 1, "price": Decimal("10.00")}, {"id": 2, "price": Decimal("1E+2")}],
        "none": None,
        "nothing": [],
        "empty": {},
        "yes": True,
        "no": False,
        "text": 'a<b & "c"\n\x00\x1f\ud800é',
    }
    written = encode_xml("result", value)
    assert written.decode() == (
        "<result><count>1</count><line><id>1</id><price>10.00</price></line><line><id>2</id><price>100</price></line>"
        '<none /><empty /><yes>true</yes><no>false</no><text>a&lt;b &amp; "c"\né</text></result>'
    )
    assert fromstring(written).findtext("text") == 'a<b & "c"\né'


def test_the_end_of_a_line_stays_as_it_was():
    told = encode_xml("r", {"a": "one\r\ntwo\rthree\n"})
    assert fromstring(told).findtext("a") == "one\r\ntwo\rthree\n"
