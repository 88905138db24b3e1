import inspect
from decimal import Decimal

import pytest

from billingua.core import errors
from billingua.core.errors import Refused
from tests.builders import NOON


def drawn_tree() -> dict[str, str]:
    """Read the tree in the module's docstring: the name of each error, and of the one above it."""
    above: dict[int, str] = {}
    tree: dict[str, str] = {}
    for line in inspect.getdoc(errors).split("\n\n")[1].splitlines():
        name = line.lstrip("│├└─ ")
        depth = (len(line) - len(name)) // 3
        above[depth] = name
        if depth:
            tree[name] = above[depth - 1]
    return tree


def test_the_tree_that_is_drawn_is_the_tree_that_is():
    classes = [
        kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, Refused) and kind != Refused
    ]
    assert {kind.__name__: kind.__base__.__name__ for kind in classes} == drawn_tree()


@pytest.mark.parametrize(
    ("refused", "facts"),
    [
        (errors.InvoiceNotFound(35), {"asked": 35}),
        (errors.OrderLineNotFound("u", 2), {"asked": "u", "index": 2}),
        (errors.SupplierNotFound("u", 2), {"asked": "u", "index": 2}),
        (errors.SkuNotFound("TM-88", 0), {"asked": "TM-88", "index": 0}),
        (errors.InvoiceCredited(35, [1, 2]), {"invoice": 35, "notes": [1, 2]}),
        (errors.NothingToCredit(35), {"invoice": 35}),
        (errors.CreditNoteVoid(1), {"note": 1}),
        (
            errors.OverCredited(Decimal(3), Decimal(2), line=7, index=0),
            {"credited": Decimal(3), "left": Decimal(2), "line": 7, "charge": None, "index": 0},
        ),
        (errors.NotPermitted("see the party"), {"what": "see the party"}),
        (
            errors.TransitionRefused("paid", "void", ["reopen"]),
            {"status": "paid", "action": "void", "allowed": ["reopen"], "invoice": None},
        ),
        (errors.InvoiceLocked("void", 35), {"status": "void", "invoice": 35}),
        (errors.OrderCancelled(), {}),
        (errors.OrderBilled("3107"), {"number": "3107"}),
        (errors.OrderLineClosed("u", "Cancelled", 1), {"line": "u", "status": "Cancelled", "index": 1}),
        (
            errors.OperationRefused(901, "apply", ["revert"]),
            {"payment": 901, "operation": "apply", "allowed": ["revert"]},
        ),
        (errors.AmountNotPositive(Decimal(0), 1), {"amount": 0, "index": 1}),
        (errors.NumberTaken("INV-1"), {"number": "INV-1"}),
        (errors.InUse(4, 2), {"asked": 4, "uses": 2}),
        (errors.NameTaken("VAT"), {"name": "VAT"}),
        (errors.SkuTaken("TM-88"), {"sku": "TM-88"}),
        (errors.NumberMismatch(35, "INV-1"), {"invoice": 35, "number": "INV-1"}),
        (
            errors.OverInvoiced("u", Decimal(5), Decimal(6), 0),
            {"line": "u", "ordered": Decimal(5), "invoiced": Decimal(6), "index": 0},
        ),
        (errors.OverAllocated("u", 5, 6, 1), {"line": "u", "ordered": 5, "accepted": 6, "index": 1}),
        (errors.NothingToCancel(), {}),
        (errors.AmountTooLarge(Decimal("1E+14")), {"amount": Decimal("1E+14"), "invoice": None}),
        (errors.TooManyLines(1000), {"limit": 1000}),
        (errors.NotAParticipant(10, 3), {"party": 10, "opportunity": 3}),
        (errors.DateUnreadable("void_date", "soon"), {"field": "void_date", "value": "soon"}),
        (errors.DateInFuture("void_date", NOON), {"field": "void_date", "value": NOON}),
        (errors.MissingField("Cost centre"), {"field": "Cost centre", "reason": ""}),
        (errors.UnknownField("Colour", "no such field"), {"field": "Colour", "reason": "no such field"}),
        (errors.CurrencyMismatch("EUR", "USD"), {"expected": "EUR", "given": "USD", "invoice": None}),
    ],
)
def test_a_refusal_carries_its_facts(refused: Refused, facts: dict[str, object]):
    assert vars(refused) == facts


def test_a_refusal_names_its_facts_for_the_log():
    assert str(errors.TransitionRefused("paid", "void", ["reopen"])) == "status paid, action void, allowed ['reopen']"
    assert str(errors.CurrencyMismatch("EUR", "USD")) == "expected EUR, given USD"
    assert str(errors.OrderCancelled()) == "refused"
