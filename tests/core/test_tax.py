from dataclasses import replace
from decimal import Decimal

from tests.builders import a_line, a_line_tax, a_tax


def test_a_line_remembers_a_tax_as_it_was():
    tax = a_tax(id=2, name="VAT", rate=Decimal(20))
    remembered = tax.on_line()
    assert remembered == a_line_tax(20, tax=2, name="VAT")
    assert replace(tax, rate=Decimal(22)).on_line() != remembered


def test_a_line_lists_the_taxes_it_carries():
    first, second = a_line_tax(20), a_line_tax(5, tax=2)
    assert a_line(tax1=first, tax2=second).taxes == (first, second)
    assert a_line(tax2=second).taxes == (second,)
    assert a_line().taxes == ()
