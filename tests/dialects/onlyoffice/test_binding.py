"""From a request, however it is encoded, to values by name (contract §2, §1.5, §14)."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from billingua.core.errors import Refused
from billingua.dialects.onlyoffice.errors import ArgumentRefused, ConversionFailed, ListBroken
from billingua.dialects.onlyoffice.requests import (
    Parameters,
    Values,
    from_object,
    from_pairs,
    moment_reader,
    read_parameters,
)
from billingua.dialects.onlyoffice.vocabulary import NO_DATE
from billingua.wire.bodies import decode_json
from billingua.wire.forms import decode_form
from billingua.wire.scalars import Invalid, read_boolean, read_integer, read_number, read_text

MEMBERS = frozenset({"id", "price", "quantity"})


def sent(text: str) -> Parameters:
    """Bind a text that is JSON, or else a form."""
    if text.startswith("{"):
        return Parameters(from_object(decode_json(text.encode())))
    return Parameters(from_pairs(decode_form(text.encode())))


# Lists of objects (§2.8).

ONE = [{"price": Decimal("7.5")}]
TWO = [{"price": Decimal("7.5"), "quantity": Decimal(2)}, {"price": Decimal(8)}]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('{"lines":[{"price":7.5}]}', ONE),
        ('{"lines":{"price":7.5}}', ONE),
        ('{"lines":[{"Price":"7.5"}]}', ONE),
        ('{"lines":[{"PRICE":7.5,"other":{"price":1},"price":9}]}', ONE),
        ("lines[0][price]=7.5", ONE),
        ("lines%5B0%5D%5Bprice%5D=7.5", ONE),
        ("lines[0].price=7.5", ONE),
        ("lines[00][price]=7.5", ONE),
        ("lines[price]=7.5", ONE),
        ("lines.price=7.5", ONE),
        ("lines[][price]=7.5", ONE),
        ("lines[0][price]=7.5&lines[0][price]=8", ONE),
        ("lines[0][price]=7.5&lines[0][other]=8&lines[0][other][price]=9&lines=text", ONE),
        ('{"lines":[{"price":7.5,"quantity":2},{"price":8}]}', TWO),
        ("lines[0][price]=7.5&lines[0][quantity]=2&lines[1][price]=8", TWO),
        ("lines[0][price]=7.5&lines[1][price]=8&lines[0].quantity=2", TWO),
        ('{"lines":[]}', []),
        ('{"lines":null}', []),
        ('{"lines":""}', []),
        ('{"lines":{}}', []),
        ('{"lines":[null]}', []),
        ('{"lines":[4]}', []),
        ('{"lines":[{}]}', []),
        ('{"lines":[{"value":{"ID":"1234"}}]}', []),
        ('{"lines":{"value":{"ID":"1234"}}}', []),
        ('{"Lines":[{"price":7.5}]}', []),
        ("LINES[0][price]=7.5", []),
        ('lines=[{"price":7.5}]', []),
        ("lines[0]=7.5", []),
        ("lines[]=7.5", []),
        ("", []),
    ],
)
def test_a_list_of_objects_has_many_encodings(text: str, lines: Any):
    read = sent(text).objects("lines", MEMBERS, 3)
    assert [
        {name: values.read(name, read_number, Decimal(-1)) for name in ("price", "quantity") if name in values.by_name}
        for values in read
    ] == lines


@pytest.mark.parametrize(
    "text",
    [
        "lines[1][price]=7.5",
        "lines[0][price]=7.5&lines[2][price]=8",
        "lines[1][price]=7.5&lines[0][price]=8",
        "lines[0][price]=7.5&lines[1][other]=8",
        "lines[0][other]=7.5&lines[1][price]=8",
        '{"lines":[{"price":7.5},{}]}',
        '{"lines":[null,{"price":7.5}]}',
        '{"lines":[{"value":{"price":1}},{"price":7.5}]}',
    ],
)
def test_a_list_with_gaps_or_out_of_order_is_broken(text: str):
    with pytest.raises(ListBroken):
        sent(text).objects("lines", MEMBERS, 3)


@pytest.mark.parametrize(
    "text",
    [
        '{"lines":[{"price":1},{"price":2},{"price":3},{"price":4}]}',
        "lines[0][price]=1&lines[1][price]=2&lines[2][price]=3&lines[3][price]=4",
        "lines[7][price]=1&lines[5][price]=2&lines[3][price]=3&lines[1][price]=4",
    ],
)
def test_a_list_may_have_only_so_many_objects(text: str):
    with pytest.raises(ArgumentRefused) as refused:
        sent(text).objects("lines", MEMBERS, 3)
    assert refused.value.parameter == "lines"


@pytest.mark.parametrize("second", ["8", "7.5"])
def test_two_lines_where_one_can_be_are_not_one(second: str):
    with pytest.raises(ConversionFailed) as refused:
        sent(f"lines[][price]=7.5&lines[][price]={second}").objects("lines", MEMBERS, 3)
    assert (refused.value.parameter, refused.value.wanted) == ("lines", "one object")


@pytest.mark.parametrize(
    "text",
    [
        '{"lines":[{"price":{"x":1}}]}',
        '{"lines":[{"price":[1]}]}',
        '{"lines":[{"price":[]}]}',
        '{"lines":[{"price":true}]}',
        '{"lines":{"price":{"x":1}}}',
        "lines[0][price][x]=1",
        "lines[0].price.x=1",
    ],
)
def test_a_member_that_cannot_be_read_is_named_with_its_place(text: str):
    with pytest.raises(ConversionFailed) as refused:
        sent(text).objects("lines", MEMBERS, 3)[0].read("price", read_number, Decimal(0))
    assert refused.value.parameter == "lines[0].price"


# Scalars (§2.1 to §2.6).


@pytest.mark.parametrize(
    ("text", "reader", "read"),
    [
        ('{"a":7}', read_integer, 7),
        ('{"A":"-7"}', read_integer, -7),
        ('{"a":2.0}', read_integer, 2),
        ('{"a":2e1}', read_integer, 20),
        ("a=%2B7", read_integer, 7),
        ("A=7", read_integer, 7),
        ("a=7&a=8", read_integer, 7),
        ("a=7&A=8&a[0]=9", read_integer, 7),
        ('{"a":7,"A":8}', read_integer, 7),
        ('{"a":1.50}', read_number, Decimal("1.50")),
        ("a=1.5e2", read_number, Decimal(150)),
        ('{"a":"-.5"}', read_number, Decimal("-0.5")),
        ('{"a":"<b> x "}', read_text, "<b> x "),
        ('{"a":30}', read_text, "30"),
        ("a=7", read_text, "7"),
        ('{"a":null}', read_integer, None),
        ('{"a":""}', read_integer, None),
        ("a=", read_number, None),
        ("a", read_text, None),
        ("", read_text, None),
        ('{"a":true}', read_boolean, True),
        ("a=FALSE", read_boolean, False),
        ('{"a":"True"}', read_boolean, True),
        ("a=", read_boolean, None),
        ('{"a":null}', read_boolean, None),
        ('{"a":7}', lambda value: value, 7),
    ],
)
def test_scalars_are_read(text: str, reader: Callable[[Any], Any], read: Any):
    value = sent(text).scalars.read("A", reader, None)
    assert value == read
    assert type(value) is type(read)


@pytest.mark.parametrize(
    ("text", "reader", "wanted"),
    [
        ('{"a":2.5}', read_integer, "integer"),
        ("a=2.0", read_integer, "integer"),
        ("a=7,5", read_integer, "integer"),
        ('{"a":2147483648}', read_integer, "integer"),
        ('{"a":true}', read_integer, "integer"),
        ('{"a":[7]}', read_integer, "integer"),
        ('{"a":[]}', read_integer, "integer"),
        ('{"a":{"b":7}}', read_integer, "integer"),
        ("a[]=7", read_integer, "integer"),
        ("a= ", read_integer, "integer"),
        ("a=1,5", read_number, "number"),
        ("a=1.5.2", read_number, "number"),
        ("a=NaN", read_number, "number"),
        ('{"a":1}', read_boolean, "boolean"),
        ("a=0", read_boolean, "boolean"),
        ("a=yes", read_boolean, "boolean"),
        ('{"a":[]}', read_boolean, "boolean"),
        ('{"a":true}', read_text, "text"),
        ('{"a":{}}', read_text, "text"),
    ],
)
def test_what_is_no_such_scalar_is_refused_by_name(text: str, reader: Callable[[Any], Any], wanted: str):
    with pytest.raises(ConversionFailed) as refused:
        sent(text).scalars.read("A", reader, None)
    assert (refused.value.parameter, refused.value.wanted) == ("A", wanted)


def test_the_place_of_a_value_is_part_of_its_name():
    with pytest.raises(ConversionFailed) as refused:
        Values({"a": "x"}, "lines[3].").read("a", read_integer, 0)
    assert refused.value.parameter == "lines[3].a"


# Sources (§2.1, §2.2).


async def bound(body: bytes, content_type: str | None, query: bytes = b"") -> Parameters:
    """Bind a request of the wire."""

    async def receive() -> Any:
        return {"type": "http.request", "body": body}

    headers = [(b"content-type", content_type.encode())] if content_type else []
    scope = {"type": "http", "method": "PUT", "path": "/", "query_string": query, "headers": headers}
    return await read_parameters(Request(scope, receive), 1000)


MULTIPART = (
    b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n7\r\n'
    b'--x\r\nContent-Disposition: form-data; name="lines[0][price]"\r\n\r\n7.5\r\n--x--\r\n'
)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'{"a":7,"lines":[{"price":7.5}]}', "application/json"),
        (b'\xef\xbb\xbf {"a":7,"lines":{"price":7.5}}\n', "Application/JSON; charset=utf-8"),
        (b"a=7&lines[0].price=7.5", "application/x-www-form-urlencoded"),
        (b"a=7&lines[price]=7.5", "application/x-www-form-urlencoded; charset=UTF-8"),
        (b"a=7&lines[price]=7.5", None),
        (MULTIPART, 'multipart/form-data; boundary="x"'),
        (b"<request><a>7</a><lines><price>7.5</price></lines></request>", "text/xml"),
    ],
)
async def test_every_type_of_body_says_the_same(body: bytes, content_type: str | None):
    parameters = await bound(body, content_type)
    assert parameters.scalars.read("a", read_integer, 0) == 7
    (line,) = parameters.objects("lines", MEMBERS, 3)
    assert line.read("price", read_number, Decimal(0)) == Decimal("7.5")


async def test_xml_lists_are_elements_of_one_name():
    body = b"<r><lines><price>1</price></lines><lines><price>2</price></lines></r>"
    parameters = await bound(body, "text/xml")
    assert [line.by_name for line in parameters.objects("lines", MEMBERS, 3)] == [{"price": "1"}, {"price": "2"}]


@pytest.mark.parametrize("body", [b"", b" \n"])
async def test_an_empty_json_body_says_nothing(body: bytes):
    assert (await bound(body, "application/json")).scalars.by_name == {}


async def test_what_the_query_says_stands_before_the_body():
    parameters = await bound(b'{"a":1,"b":2,"lines":[{"price":1}]}', "application/json", b"A=7&lines[price]=8&c=")
    assert parameters.scalars.read("a", read_integer, 0) == 7
    assert parameters.scalars.read("b", read_integer, 0) == 2
    assert [line.by_name for line in parameters.objects("lines", MEMBERS, 3)] == [{"price": "8"}]


async def test_a_body_of_another_type_is_not_guessed_at():
    assert (await bound(b'{"a":7}', "text/plain")).scalars.read("a", read_integer, 0) == 0


# Lists of numbers (§2.7).


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ('{"ids":[4,5]}', [4, 5]),
        ('{"IDS":[4,"5"]}', [4, 5]),
        ('{"ids":4}', [4]),
        ('{"ids":"4"}', [4]),
        ('{"ids":[4.0]}', [4]),
        ("ids=4&ids=5", [4, 5]),
        ("ids[]=4&ids[]=5", [4, 5]),
        ("ids%5B%5D=4&Ids[]=5", [4]),
        ("ids[0]=4&ids[1]=5", [4, 5]),
        ("ids[5]=4&ids[3]=5", [4, 5]),
        ("ids=4&ids=4&ids[]=4", [4]),
        ('{"ids":[]}', []),
        ('{"ids":[null,"",4]}', [4]),
        ('{"ids":null}', []),
        ("ids=", []),
        ("", []),
    ],
)
def test_a_list_of_numbers_has_many_encodings(text: str, read: list[int]):
    assert sent(text).integers("ids") == read


@pytest.mark.parametrize(
    "text",
    [
        "ids=4,5",
        '{"ids":"4,5"}',
        '{"ids":[4.5]}',
        '{"ids":[true]}',
        '{"ids":{"x":4}}',
        "ids[x]=4",
        "ids[0][x]=4",
        "ids=x",
    ],
)
def test_what_is_no_list_of_numbers_is_refused(text: str):
    with pytest.raises(ConversionFailed) as refused:
        sent(text).integers("ids")
    assert (refused.value.parameter, refused.value.wanted) == ("ids", "integer")


# Dates (§1.5, §12.18).

RIGA = ZoneInfo("Europe/Riga")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2031-02-03", datetime(2031, 2, 2, 22, tzinfo=UTC)),
        ("2031-07-03", datetime(2031, 7, 2, 21, tzinfo=UTC)),
        ("2031-02-03Z", datetime(2031, 2, 3, tzinfo=UTC)),
        ("2031-02-03-05:00", datetime(2031, 2, 3, 5, tzinfo=UTC)),
        ("2031-02-03T04:05:06", datetime(2031, 2, 3, 2, 5, 6, tzinfo=UTC)),
        ("2031-02-03T04:05:06Z", datetime(2031, 2, 3, 4, 5, 6, tzinfo=UTC)),
        ("2031-02-03T04-05-06", datetime(2031, 2, 3, 2, 5, 6, tzinfo=UTC)),
        ("2031-02-03T04-05-06+02:00", datetime(2031, 2, 3, 2, 5, 6, tzinfo=UTC)),
        ("2031-02-03T04:05:06.123Z", datetime(2031, 2, 3, 4, 5, 6, tzinfo=UTC)),
        ("2020-04-10T08:00:00.0000000+03:00", datetime(2020, 4, 10, 5, tzinfo=UTC)),
        ("2031-02-03T04:05:06.9999999-14:00", datetime(2031, 2, 3, 18, 5, 6, tzinfo=UTC)),
        *(
            (f"2031-02-03T04:05:06.{'5' * digits}Z", datetime(2031, 2, 3, 4, 5, 6, tzinfo=UTC))
            for digits in range(1, 8)
        ),
        ("1000-01-01Z", datetime(1000, 1, 1, tzinfo=UTC)),
        ("9999-12-30T23:59:59Z", datetime(9999, 12, 30, 23, 59, 59, tzinfo=UTC)),
        ("0001-01-01T00:00:00.0000000Z", NO_DATE),
        ("0001-01-01T00:00:00+14:00", NO_DATE),
    ],
)
def test_a_date_has_many_forms(text: str, moment: datetime):
    assert moment_reader(RIGA)(text) == moment


@pytest.mark.parametrize(
    "value",
    [
        "2031-2-3",
        "2031-02",
        "2031-02-30",
        "2031-02-03T",
        "2031-02-03T04",
        "2031-02-03T04:05",
        "2031-02-03T04:05:60",
        "2031-02-03T24:00:00",
        "2031-02-03T04:05-06",
        "2031-02-03T04:05:06.",
        "2031-02-03T04:05:06.12345678",
        "2031-02-03T04:05:06+15:00",
        "2031-02-03T04:05:06+0200",
        "2031-02-03T04:05:06z",
        "2031-02-03 04:05:06",
        " 2031-02-03",
        "2031-02-03\n",
        "20310203",
        "3/2/2031",
        "0000-01-01",
        "0999-12-31",
        "9999-12-31T00:00:00Z",
        "9999-12-31T23:59:59-14:00",
        "٢٠٣١-٠٢-٠٣",
        20310203,
        Decimal("2031.0203"),
        True,
        {},
    ],
)
def test_what_is_no_date_is_refused(value: Any):
    with pytest.raises(Invalid, match="date"):
        moment_reader(RIGA)(value)


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["0", "1", "", "price", "x"]), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["lines", "Lines", "ids", "a"]), json))
def test_no_json_is_a_crash(members: dict[str, Any]):
    check_without_crash(Parameters(from_object(members)))


NAMES = st.lists(st.sampled_from(["lines", "[", "]", "0", "1", ".", "price", "x", "[0]", "[]", "[price]"]), max_size=5)


@given(st.lists(st.tuples(NAMES.map("".join), st.text(max_size=3))))
def test_no_form_is_a_crash(pairs: list[tuple[str, str]]):
    check_without_crash(Parameters(from_pairs(pairs)))


def check_without_crash(parameters: Parameters) -> None:
    """Read everything in every way: it is a value or a refusal."""
    for read in (
        lambda: parameters.objects("lines", MEMBERS, 3),
        lambda: [parameters.scalars.read(name, read_text, "") for name in ("a", "lines")],
    ):
        with suppress(Refused):
            read()
