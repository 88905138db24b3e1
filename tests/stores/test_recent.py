"""What is kept at hand."""

from billingua.engine.plan import Record
from billingua.stores.recent import Recent
from tests.builders import a_line, an_invoice


def test_invoices_with_many_lines_take_the_room_of_several():
    recent = Recent(10)
    for id in range(1, 11):
        recent.put(("demo", "invoice", id), Record(an_invoice(id=id, lines=[a_line()]), 1, b""))
    long = Record(an_invoice(id=11, lines=[a_line(id=place) for place in range(1, 21)]), 1, b"")
    recent.put(("demo", "invoice", 11), long)
    recent.put(("demo", "invoice", 11), long)

    kept = [id for id in range(1, 12) if recent.get(("demo", "invoice", id))]
    assert kept == [7, 8, 9, 10, 11]

    recent.drop(("demo", "invoice", 11))
    for id in range(1, 7):
        recent.put(("demo", "invoice", id), Record(an_invoice(id=id, lines=[a_line()]), 1, b""))
    assert all(recent.get(("demo", "invoice", id)) for id in range(1, 11))
