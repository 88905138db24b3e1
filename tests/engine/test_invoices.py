from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from billingua.core import errors, events
from billingua.core.access import User
from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Action, Status
from billingua.core.line import Attribute
from billingua.core.party import AddressCategory
from billingua.core.rounding import STEPWISE, en16931
from billingua.core.workspace import Channel
from billingua.engine.content import LineContent
from billingua.engine.invoices import (
    AmendInvoice,
    ChangeStatus,
    InvoiceView,
    amend_invoice,
    change_status,
    find_invoice,
)
from billingua.engine.plan import Caller, Decision
from billingua.engine.writing import ReplaceInvoice, replace_invoice
from billingua.stores.rows import same_body
from tests.builders import (
    NOON,
    a_caller,
    a_line,
    a_line_tax,
    a_party,
    a_tax,
    a_user,
    a_uuid,
    a_workspace,
    an_address,
    an_invoice,
    an_item,
    an_opportunity,
)
from tests.engine.driving import VERSION, drive, known

EARLIER = NOON - timedelta(days=30)
IDA = a_user(username="ida")
ADMINISTRATOR = a_user(username="root", admin=True)
PRIVATE = a_party(private=True, access=("jon",))


def find(*values: Any, id: int = 35, caller: Caller | None = None) -> InvoiceView:
    decision = drive(find_invoice(id, caller or a_caller(), NOON), known(*values))
    assert (list(decision.saves), list(decision.events)) == ([], [])
    return decision.answer


def test_an_invoice_is_shown_with_whom_and_what_it_refers_to():
    party, consignee, sale, author = a_party(), a_party(id=11), an_opportunity(), a_user(username="jon")
    invoice = an_invoice(consignee=11, opportunity=3, created_by="jon")
    assert find(invoice, party, consignee, sale, author) == InvoiceView(
        invoice, VERSION, party, consignee, sale, author
    )


def test_an_invoice_is_shown_even_where_what_it_refers_to_is_gone():
    invoice = an_invoice(consignee=11, opportunity=3, created_by="jon")
    assert find(invoice) == InvoiceView(invoice, VERSION)


def test_an_invoice_that_refers_to_nobody_is_shown_with_nobody():
    neighbours = (a_party(id=1), an_opportunity(id=1), a_user())
    assert find(an_invoice(), *neighbours) == InvoiceView(an_invoice(), VERSION)


def test_an_unknown_invoice_is_not_found():
    with pytest.raises(errors.InvoiceNotFound) as refused:
        find(an_invoice(), id=36)
    assert refused.value.asked == 36


def test_an_invoice_to_a_private_party_is_shown_to_nobody_else():
    with pytest.raises(errors.NotPermitted):
        find(an_invoice(), PRIVATE, caller=a_caller(user=IDA))


@pytest.mark.parametrize("user", [None, ADMINISTRATOR, a_user(username="jon")])
def test_an_invoice_to_a_private_party_is_shown_to_those_who_may_see_it(user):
    assert find(an_invoice(), PRIVATE, caller=a_caller(user=user)).party == PRIVATE


def test_an_invoice_to_a_private_party_is_shown_to_whoever_made_it():
    assert find(an_invoice(created_by="ida"), PRIVATE, caller=a_caller(user=IDA)).party == PRIVATE


DRAFT = an_invoice(status=Status.DRAFT, rounding=STEPWISE, created_by="ida")
WORLD = (
    a_party(addresses=(an_address(id=31), an_address(id=32, category=AddressCategory.POSTAL))),
    a_party(id=11, addresses=(an_address(id=33, category=AddressCategory.POSTAL),)),
    an_item(),
    a_tax(),
    a_tax(id=2, name="GST", rate=Decimal("7.5")),
    an_opportunity(),
    IDA,
)
ONE_LINE = (LineContent(item=1, quantity=Decimal(2), unit_price=Decimal("12.50"), tax1=1),)


def rewrite(
    invoice: Invoice = DRAFT, *others: Any, caller: Caller | None = None, world: tuple[Any, ...] = WORLD, **command: Any
) -> Decision[InvoiceView]:
    told = ReplaceInvoice(**({"invoice": 35, "fields": {}, "lines": ONE_LINE} | command))
    caller = caller or a_caller(dialect="onlyoffice")
    return drive(replace_invoice(told, caller, NOON), known(invoice, *world, *others, invoice_line=52))


def test_a_draft_is_written_anew_with_new_lines():
    lines = (
        LineContent(
            item=1,
            quantity=Decimal(3),
            unit_price=Decimal("19.99"),
            discount_percent=Decimal(10),
            tax1=1,
            tax2=2,
            description="March",
        ),
        LineContent(sku="FREE", quantity=Decimal(1), unit_price=Decimal(5), discount_per_unit=Decimal(1)),
    )
    written = rewrite(replace(DRAFT, updated_at=EARLIER), lines=lines).answer.invoice
    assert written.lines == (
        a_line(
            id=52,
            position=0,
            item=1,
            sku="SKU-1",
            quantity=Decimal(3),
            unit_price=Decimal("19.99"),
            discount_percent=Decimal(10),
            tax1=a_line_tax(20),
            tax2=a_line_tax("7.5", tax=2, name="GST"),
            description="March",
        ),
        a_line(
            id=53,
            position=1,
            sku="FREE",
            quantity=Decimal(1),
            unit_price=Decimal(5),
            discount_per_unit=Decimal(1),
        ),
    )
    assert written.original_balance == written.open_balance == Decimal("72.81")
    assert written.updated_at == NOON


def test_the_content_is_set_and_the_rest_stays():
    fields = {"due_at": NOON, "terms": "45 days", "currency": "EUR", "description": None}
    decision = rewrite(replace(DRAFT, description="old"), fields=fields, extras={"templateType": 2})
    written = decision.answer.invoice
    assert (written.due_at, written.terms, written.currency, written.description) == (NOON, "45 days", "EUR", None)
    assert (written.number, written.status, written.origin, written.created_by) == (
        DRAFT.number,
        Status.DRAFT,
        "native",
        "ida",
    )
    assert written.extras == {"onlyoffice": {"templateType": 2}}
    assert list(decision.saves) == [written]
    assert decision.events == [events.InvoiceEdited(35, "INV-35")]


def test_the_answer_shows_the_version_that_is_written_and_whom_it_names_now():
    answer = rewrite(fields={"party": 11, "consignee": 10, "opportunity": None}).answer
    assert answer.version == VERSION + 1
    assert (answer.party, answer.consignee, answer.opportunity, answer.author) == (WORLD[1], WORLD[0], None, IDA)


KNOWN_ELSEWHERE = a_line(
    id=3,
    item=1,
    unit=3,
    order_line=a_uuid(1),
    unit_price=Decimal(40),
    discount_per_unit=Decimal("1.5"),
    attributes=(Attribute("lot", "L-209"),),
)
NO_WORDS = frozenset({"unit", "order_line", "attributes"})


def test_a_line_keeps_what_the_dialect_has_no_word_for():
    content = LineContent(item=1, quantity=Decimal(1), unit_price=Decimal(40), discount_percent=Decimal("3.75"))
    draft = replace(DRAFT, lines=(KNOWN_ELSEWHERE,))
    (line,) = rewrite(draft, lines=(content,), unsaid=NO_WORDS).answer.invoice.lines
    assert line == replace(KNOWN_ELSEWHERE, id=52, sku="SKU-1", description="", tax1=None)


def test_a_line_of_another_item_keeps_nothing():
    draft = replace(DRAFT, lines=(KNOWN_ELSEWHERE,))
    other = an_item(id=2, uuid=a_uuid(2), sku_uuid=a_uuid(3), sku="OB-2")
    (line,) = rewrite(draft, other, lines=(LineContent(item=2),), unsaid=NO_WORDS).answer.invoice.lines
    assert (line.unit, line.order_line, line.attributes) == (None, None, None)


@pytest.mark.parametrize("changed", [{"discount_percent": Decimal(4)}, {"unit_price": Decimal(50)}])
def test_a_discount_that_comes_to_something_else_is_as_it_is_said(changed: dict[str, Decimal]):
    content = {"unit_price": Decimal(40), "discount_percent": Decimal("3.75"), **changed}
    draft = replace(DRAFT, lines=(KNOWN_ELSEWHERE,))
    (line,) = rewrite(draft, lines=(LineContent(item=1, **content),), unsaid=NO_WORDS).answer.invoice.lines
    assert (line.discount_percent, line.discount_per_unit) == (content["discount_percent"], 0)


def test_another_currency_brings_its_own_digits():
    written = rewrite(replace(DRAFT, currency="JPY", rounding=en16931("JPY")), fields={"currency": "EUR"})
    assert written.answer.invoice.rounding == en16931("EUR")


def test_what_was_paid_on_a_draft_stays_paid():
    written = rewrite(replace(DRAFT, open_balance=Decimal(90))).answer.invoice
    assert (written.original_balance, written.open_balance) == (30, 20)


def test_a_draft_on_which_nothing_is_owed_stays_a_draft():
    assert rewrite(lines=(LineContent(item=1),)).answer.invoice.status is Status.DRAFT


@pytest.mark.parametrize(
    ("line", "refusal"),
    [
        (LineContent(item=9), errors.ItemNotFound),
        (LineContent(item=0), errors.ItemNotFound),
        (LineContent(item=1, tax1=9), errors.TaxNotFound),
        (LineContent(item=1, tax2=9), errors.TaxNotFound),
    ],
)
def test_a_line_with_an_unknown_item_or_tax_is_refused_before_all_else(line: LineContent, refusal):
    with pytest.raises(refusal):
        rewrite(invoice=an_invoice(id=36), lines=(*ONE_LINE, line))


def test_no_unknown_invoice_is_written():
    with pytest.raises(errors.InvoiceNotFound) as refused:
        rewrite(invoice=an_invoice(id=36))
    assert refused.value.asked == 35


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.DRAFT}))
def test_only_drafts_are_written_anew(status: Status):
    with pytest.raises(errors.InvoiceLocked):
        rewrite(an_invoice(status=status), caller=a_caller(user=a_user(username="eve")))


def test_a_dialect_may_write_open_invoices_anew_too():
    written = rewrite(an_invoice(status=Status.OPEN), editable=frozenset({Status.DRAFT, Status.OPEN}))
    assert written.answer.invoice.status is Status.OPEN


def test_only_an_administrator_or_its_author_writes_an_invoice_anew():
    with pytest.raises(errors.ChangeNotPermitted):
        rewrite(caller=a_caller(user=a_user(username="eve")), fields={"party": 99})
    for user in (IDA, ADMINISTRATOR):
        assert rewrite(caller=a_caller(user=user)).saves


@pytest.mark.parametrize(
    ("world", "command", "refusal"),
    [
        ((DRAFT,), {"lines": (LineContent(item=9),)}, errors.ItemNotFound),
        ((), {}, errors.InvoiceNotFound),
        ((replace(DRAFT, status=Status.OPEN),), {}, errors.InvoiceLocked),
        ((replace(DRAFT, created_by="jon"),), {}, errors.ChangeNotPermitted),
        ((DRAFT,), {}, errors.CurrencyMismatch),
    ],
)
def test_what_is_wrong_with_the_fields_is_said_to_whoever_may_write_the_invoice(world, command, refusal):
    told = ReplaceInvoice(
        **{"invoice": 35, "fields": errors.CurrencyMismatch("EUR", "USD"), "lines": ONE_LINE} | command
    )
    with pytest.raises(refusal):
        drive(replace_invoice(told, a_caller(user=IDA), NOON), known(*world, *WORLD, invoice_line=52))


def test_a_dialect_may_know_some_currencies_only():
    known_currencies = frozenset({"USD", "EUR"})
    assert rewrite(fields={"currency": "EUR"}, currencies=known_currencies).answer.invoice.currency == "EUR"
    assert rewrite(currencies=known_currencies).answer.invoice.currency == "USD"
    with pytest.raises(errors.CurrencyNotFound) as refused:
        rewrite(fields={"currency": "XYZ", "billing_address": 99}, currencies=known_currencies)
    assert refused.value.asked == "XYZ"
    with pytest.raises(errors.NotAParticipant):
        rewrite(fields={"currency": "XYZ", "party": 11, "opportunity": 3}, currencies=known_currencies)


@pytest.mark.parametrize("field", ["party", "consignee"])
def test_a_party_has_to_exist_and_be_seen(field: str):
    with pytest.raises(errors.PartyNotFound) as refused:
        rewrite(fields={field: 99, "opportunity": 99})
    assert refused.value.asked == 99
    hidden = a_party(id=12, private=True)
    with pytest.raises(errors.NotPermitted):
        rewrite(DRAFT, hidden, caller=a_caller(user=IDA), fields={field: 12, "opportunity": 99})


def test_an_opportunity_has_to_exist_and_the_party_to_take_part_in_it():
    with pytest.raises(errors.OpportunityNotFound) as unknown:
        rewrite(fields={"party": 10, "opportunity": 99, "billing_address": 99})
    assert unknown.value.asked == 99
    with pytest.raises(errors.NotAParticipant) as refused:
        rewrite(fields={"party": 11, "opportunity": 3, "billing_address": 99})
    assert (refused.value.party, refused.value.opportunity) == (11, 3)
    assert rewrite(fields={"party": 10, "opportunity": 3}).answer.opportunity == an_opportunity()


def test_a_party_that_is_not_named_again_has_to_take_part_too():
    with pytest.raises(errors.NotAParticipant):
        rewrite(replace(DRAFT, party=11), fields={"opportunity": 3})
    assert rewrite(fields={"opportunity": 3, "billing_address": 31}).answer.invoice.billing_address == 31


@pytest.mark.parametrize(
    "fields",
    [
        {"party": 10, "billing_address": 32},
        {"party": 11, "billing_address": 31},
        {"party": 10, "billing_address": 99},
        {"party": 10, "consignee": 11, "delivery_address": 31},
        {"party": 10, "consignee": 11, "delivery_address": 32},
        {"party": 10, "consignee": None, "delivery_address": 32},
    ],
)
def test_an_address_has_to_be_the_right_partys_and_of_the_right_category(fields: Any):
    with pytest.raises(errors.AddressNotFound):
        rewrite(fields=fields)


def test_without_a_consignee_there_is_nowhere_to_deliver():
    neighbour = a_party(id=1, addresses=(an_address(id=40, category=AddressCategory.POSTAL),))
    with pytest.raises(errors.AddressNotFound):
        rewrite(DRAFT, neighbour, fields={"consignee": None, "delivery_address": 40})


def test_addresses_that_belong_are_taken():
    written = rewrite(fields={"party": 10, "consignee": 11, "billing_address": 31, "delivery_address": 33})
    assert (written.answer.invoice.billing_address, written.answer.invoice.delivery_address) == (31, 33)


def amend(invoice: Invoice | None = None, *others: Any, dialect: str = "bigcommerce", **command: Any) -> Decision[Any]:
    told = AmendInvoice(**({"invoice": 35} | command))
    return drive(
        amend_invoice(told, a_caller(dialect=dialect), NOON),
        known(invoice or an_invoice(updated_at=EARLIER), *WORLD, *others, invoice_line=52),
    )


EDITED = events.InvoiceEdited(35, "INV-35")
CHANNELS = a_workspace(channels=(Channel(id=1, name="Main store"),))


def test_only_what_is_given_changes():
    before = an_invoice(updated_at=EARLIER, terms="30 days", external_id="E-1")
    decision = amend(before, fields={"terms": "45 days", "due_at": NOON}, extras={"source": 1})
    assert decision.answer == replace(
        before, terms="45 days", due_at=NOON, updated_at=NOON, extras={"bigcommerce": {"source": 1}}
    )
    assert list(decision.saves) == [decision.answer]
    assert decision.events == [EDITED]


def test_an_empty_amendment_changes_the_time_alone():
    assert amend().answer == an_invoice(updated_at=NOON)


def test_new_lines_leave_the_balances_alone():
    amended = amend(lines=(LineContent(sku="PIPE", quantity=Decimal(4), unit_price=Decimal(60)),)).answer
    assert [(line.id, line.sku) for line in amended.lines] == [(52, "PIPE")]
    assert (amended.original_balance, amended.open_balance) == (100, 100)
    assert amend(lines=()).answer.lines == ()


def test_lines_that_say_what_they_said_stay_as_they_are():
    line = a_line(id=3, sku="PIPE", item=1, tax1=a_line_tax())
    content = LineContent(sku="PIPE", quantity=line.quantity or Decimal(0), unit_price=line.unit_price or Decimal(0))
    unsaid = frozenset({"item", "tax1", "tax2", "description"})
    assert amend(an_invoice(lines=(line,)), lines=(content,), unsaid=unsaid).answer.lines == (line,)


def test_lines_that_come_to_too_much_are_refused():
    with pytest.raises(errors.AmountTooLarge):
        amend(lines=(LineContent(sku="GOLD", quantity=Decimal(10**13), unit_price=Decimal(10**13)),))


def amend_as(user: User, invoice: Invoice, **fields: Any) -> Decision[Any]:
    command = AmendInvoice(invoice=35, fields=fields)
    return drive(amend_invoice(command, a_caller(user=user), NOON), known(invoice, PRIVATE, a_party(id=11), user))


def test_nobody_changes_an_invoice_of_a_party_that_it_may_not_see():
    with pytest.raises(errors.NotPermitted):
        amend_as(IDA, an_invoice(), external_id="E-1")
    with pytest.raises(errors.NotPermitted):
        drive(
            change_status(ChangeStatus(invoice=35, action=Action.VOID), a_caller(user=IDA), NOON),
            known(an_invoice(), PRIVATE, IDA),
        )
    for user in (ADMINISTRATOR, a_user(username="jon")):
        assert amend_as(user, an_invoice(), external_id="E-1").answer.external_id == "E-1"
    assert amend_as(IDA, an_invoice(created_by="ida"), external_id="E-1").answer.external_id == "E-1"


def test_nobody_gives_an_invoice_to_a_party_that_it_may_not_see():
    with pytest.raises(errors.NotPermitted):
        amend_as(IDA, an_invoice(party=11), party=10)


def test_another_customer_leaves_the_address_and_a_sale_it_takes_no_part_in_behind():
    before = an_invoice(opportunity=3, billing_address=31)
    amended = amend(before, an_opportunity(participants=(10,)), fields={"party": 11}).answer
    assert (amended.party, amended.opportunity, amended.billing_address) == (11, None, None)


def test_another_customer_keeps_a_sale_that_it_takes_part_in():
    shared = known(an_invoice(opportunity=3), a_party(id=11), an_opportunity(participants=(10, 11)))
    command = AmendInvoice(invoice=35, fields={"party": 11})
    assert drive(amend_invoice(command, a_caller(), NOON), shared).answer.opportunity == 3


def test_an_invoice_on_which_nothing_was_ever_owed_is_paid_only_when_somebody_says_so():
    free = an_invoice(status=Status.DRAFT, lines=(), original_balance=Decimal(0), open_balance=Decimal(0))
    assert amend(free, fields={"external_id": "E-1"}).answer.status is Status.DRAFT
    assert amend(free, fields={"open_balance": Decimal(0)}).answer.status is Status.PAID


def test_an_unknown_invoice_cannot_be_amended():
    with pytest.raises(errors.InvoiceNotFound):
        amend(invoice=an_invoice(id=36))


def test_a_void_invoice_cannot_be_amended():
    with pytest.raises(errors.InvoiceLocked):
        amend(an_invoice(status=Status.VOID), fields={"party": 99})


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.VOID}))
def test_an_invoice_in_force_is_amended_in_any_status(status: Status):
    invoice = an_invoice(status=status, open_balance=Decimal(5))
    assert amend(invoice, fields={"terms": "x"}).answer.status is status


def test_amendments_are_refused_in_the_order_of_their_checks():
    taken = an_invoice(id=36, claims=("31\nCC-12",))
    command = {
        "fields": {"party": 99, "channel": 9, "number": "INV-36"},
        "claims": ("31\nCC-12",),
        "lines": [LineContent(item=99)],
        "paid": True,
    }
    mend = [
        (errors.PartyNotFound, {"party": 11}),
        (errors.ChannelNotFound, {"channel": 1}),
        (errors.NumberTaken, {"number": "INV-37"}),
    ]
    rejected = an_invoice(status=Status.REJECTED)
    for refusal, mended in mend:
        with pytest.raises(refusal):
            amend(rejected, taken, CHANNELS, **command)
        command["fields"] |= mended
    with pytest.raises(errors.ValueTaken) as claimed:
        amend(rejected, taken, CHANNELS, **command)
    assert claimed.value.field == "31\nCC-12"
    command["claims"] = ("31\nCC-13",)
    with pytest.raises(errors.ItemNotFound):
        amend(rejected, taken, CHANNELS, **command)
    command["lines"] = [LineContent(tax1=99)]
    with pytest.raises(errors.TaxNotFound):
        amend(rejected, taken, CHANNELS, **command)
    command["lines"] = None
    with pytest.raises(errors.TransitionRefused):
        amend(rejected, taken, CHANNELS, **command)
    amended = amend(an_invoice(), taken, CHANNELS, **command).answer
    assert (amended.party, amended.channel, amended.number) == (11, 1, "INV-37")
    assert amended.claims == ("31\nCC-13",)


def test_there_is_no_channel_without_a_workspace():
    with pytest.raises(errors.ChannelNotFound):
        amend(fields={"channel": 1})


@pytest.mark.parametrize("number", ["INV-35", "inv-35", "INV-35  "])
def test_an_invoice_may_be_given_the_number_that_it_has(number: str):
    assert amend(fields={"number": number}).answer.number == number


@pytest.mark.parametrize("number", ["INV-36", "inv-36 "])
def test_no_two_invoices_have_the_same_number(number: str):
    with pytest.raises(errors.NumberTaken) as refused:
        amend(None, an_invoice(id=36), fields={"number": number})
    assert refused.value.number == number


def test_a_number_has_to_be_free_only_where_the_invoice_is_numbered():
    elsewhere = an_invoice(id=36, number_scope="order/supplier")
    assert amend(None, elsewhere, fields={"number": "INV-36"}).answer.number == "INV-36"


def test_an_invoice_that_is_numbered_apart_takes_no_number_of_the_workspaces():
    with pytest.raises(errors.NumberTaken):
        amend(an_invoice(number_scope="order/supplier"), an_invoice(id=36), fields={"number": "INV-36"})


def test_an_invoice_may_repeat_its_own_claim_and_give_one_up():
    claiming = an_invoice(claims=("31\nA",))
    assert amend(claiming, claims=("31\nA", "32\nB")).answer.claims == ("31\nA", "32\nB")
    assert amend(claiming, claims=()).answer.claims == ()
    assert amend(claiming).answer.claims == ("31\nA",)


def test_a_balance_of_nothing_counts_as_paid_whatever_is_said():
    for owed in ("0", "-5.00"):
        decision = amend(paid=False, partly_paid=True, fields={"open_balance": Decimal(owed)})
        assert (decision.answer.status, decision.answer.partly_paid) == (Status.PAID, False)
        assert decision.events == [EDITED, events.InvoicePaid(35, "INV-35")]


def test_a_draft_that_is_paid_is_issued_by_that():
    for command in ({"paid": True}, {"fields": {"open_balance": Decimal(0)}}):
        decision = amend(an_invoice(status=Status.DRAFT), **command)
        assert decision.answer.status is Status.PAID
        assert decision.events == [EDITED, events.InvoiceIssued(35, "INV-35"), events.InvoicePaid(35, "INV-35")]


def test_a_balance_that_is_stated_leaves_whatever_stands_in_the_wide_body_as_it_is():
    invoice = an_invoice(refund_due=Decimal("0.0"))
    amended = amend(invoice, fields={"open_balance": Decimal(40)}).answer
    assert amended.open_balance == 40
    assert same_body(invoice, amended)


def test_somebody_may_state_that_an_invoice_is_paid_and_the_balance_stays():
    decision = amend(an_invoice(partly_paid=True), paid=True)
    assert (decision.answer.status, decision.answer.open_balance) == (Status.PAID, 100)
    assert not decision.answer.partly_paid
    assert decision.events == [EDITED, events.InvoicePaid(35, "INV-35")]


def test_stating_again_that_an_invoice_is_paid_tells_nothing_new():
    decision = amend(an_invoice(status=Status.PAID), paid=True)
    assert decision.answer.status is Status.PAID
    assert decision.events == [EDITED]


def test_an_invoice_that_was_said_to_be_paid_may_be_said_not_to_be():
    said = an_invoice(status=Status.PAID, open_balance=Decimal(40))
    decision = amend(said, paid=False, partly_paid=True)
    assert (decision.answer.status, decision.answer.partly_paid) == (Status.OPEN, True)
    assert decision.events == [EDITED, events.InvoiceReopened(35, "INV-35")]


def test_an_invoice_on_which_nothing_is_owed_cannot_be_said_to_be_unpaid():
    decision = amend(an_invoice(status=Status.PAID), paid=False)
    assert decision.answer.status is Status.PAID
    assert decision.events == [EDITED]


def test_raising_the_balance_of_a_paid_invoice_leaves_it_paid_unless_said_otherwise():
    paid = an_invoice(status=Status.PAID)
    assert amend(paid, fields={"open_balance": Decimal(50)}).answer.status is Status.PAID
    assert amend(paid, fields={"open_balance": Decimal(50)}, paid=False).answer.status is Status.OPEN


def test_saying_that_an_open_invoice_is_unpaid_leaves_it_open():
    decision = amend(paid=False, partly_paid=True)
    assert (decision.answer.status, decision.answer.partly_paid) == (Status.OPEN, True)
    assert decision.events == [EDITED]


def test_a_rejected_invoice_is_not_paid():
    rejected = an_invoice(status=Status.REJECTED)
    for command in ({"paid": True}, {"fields": {"open_balance": Decimal(0)}}):
        with pytest.raises(errors.TransitionRefused):
            amend(rejected, **command)


def change(invoice: Invoice | None = None, *others: Any, now: datetime = NOON, **command: Any) -> Decision[Invoice]:
    told = ChangeStatus(**({"invoice": 35} | command))
    return drive(change_status(told, a_caller(), now), known(invoice or an_invoice(), *others))


@pytest.mark.parametrize(
    ("before", "action", "after", "event"),
    [
        (Status.DRAFT, Action.ISSUE, Status.OPEN, events.InvoiceIssued),
        (Status.OPEN, Action.SETTLE, Status.PAID, events.InvoicePaid),
        (Status.OPEN, Action.REJECT, Status.REJECTED, events.InvoiceRejected),
        (Status.REJECTED, Action.REVISE, Status.DRAFT, events.InvoiceRevised),
        (Status.PAID, Action.REOPEN, Status.OPEN, events.InvoiceReopened),
        (Status.OPEN, Action.VOID, Status.VOID, events.InvoiceVoided),
    ],
)
def test_each_action_leads_on_and_is_told(before: Status, action: Action, after: Status, event: type[events.Event]):
    decision = change(an_invoice(status=before), action=action)
    assert decision.answer.status is after
    assert list(decision.saves) == [decision.answer]
    assert decision.events == [event(35, "INV-35")]


def test_every_action_may_be_asked_for():
    ways = {Action.ISSUE: Status.DRAFT, Action.REVISE: Status.REJECTED, Action.REOPEN: Status.PAID}
    for action in Action:
        decision = change(an_invoice(status=ways.get(action, Status.OPEN)), action=action)
        assert decision.answer.updated_at == NOON
        assert decision.events[0].name


@pytest.mark.parametrize("status", list(Status))
def test_what_was_done_before_changes_nothing(status: Status):
    invoice = an_invoice(status=status)
    decision = change(invoice, action=Action.ISSUE, already=frozenset({status}))
    assert decision == Decision(invoice)


def test_changes_of_status_are_refused_in_the_order_of_their_checks():
    paid = an_invoice(status=Status.PAID)
    command = {"action": Action.VOID, "number": "INV-1", "dated": "soon"}
    with pytest.raises(errors.InvoiceNotFound):
        change(an_invoice(id=36), **command)
    with pytest.raises(errors.NumberMismatch) as mismatch:
        change(paid, **command)
    assert (mismatch.value.invoice, mismatch.value.number) == (35, "INV-1")
    command["number"] = "INV-35"
    with pytest.raises(errors.TransitionRefused):
        change(paid, **command)
    with pytest.raises(errors.DateUnreadable) as unreadable:
        change(**command)
    assert (unreadable.value.field, unreadable.value.value) == ("void_date", "soon")


@pytest.mark.parametrize("number", ["INV-35", "  INV-35 "])
def test_the_number_is_compared_without_the_blanks_around_it(number: str):
    assert change(action=Action.VOID, number=number).saves
    assert change(an_invoice(number=" INV-35  "), action=Action.VOID, number=number).saves


@pytest.mark.parametrize("number", ["inv-35", "INV-3", ""])
def test_the_number_has_to_be_the_invoices_own(number: str):
    with pytest.raises(errors.NumberMismatch):
        change(action=Action.VOID, number=number)


def test_a_date_that_is_none_is_refused_whatever_is_asked_and_even_where_it_was_done_before():
    with pytest.raises(errors.DateUnreadable):
        change(an_invoice(status=Status.DRAFT), action=Action.ISSUE, dated="soon")
    with pytest.raises(errors.DateUnreadable):
        change(action=Action.ISSUE, already=frozenset({Status.OPEN}), dated="soon")


@pytest.mark.parametrize("dated", [NOON + timedelta(days=365), NOON - timedelta(days=365)])
def test_a_date_says_nothing_unless_the_invoice_is_voided(dated: datetime):
    decision = change(an_invoice(status=Status.DRAFT), action=Action.ISSUE, dated=dated)
    assert (decision.answer.status, decision.answer.voided_at) == (Status.OPEN, None)


def test_an_invoice_is_void_from_now_unless_dated():
    assert change(an_invoice(issued_at=EARLIER), action=Action.VOID).answer.voided_at == NOON


def test_an_invoice_may_be_void_from_any_moment_between_its_own_day_and_now():
    invoice = an_invoice(issued_at=EARLIER)
    for dated in (EARLIER, NOON - timedelta(days=3), NOON):
        assert change(invoice, action=Action.VOID, dated=dated).answer.voided_at == dated


def test_an_invoice_cannot_be_void_from_a_moment_to_come():
    moment = NOON + timedelta(microseconds=1)
    with pytest.raises(errors.DateInFuture) as refused:
        change(action=Action.VOID, dated=moment)
    assert (refused.value.field, refused.value.value) == ("void_date", moment)


def test_the_clock_that_counts_is_the_one_that_was_asked():
    next_year = NOON + timedelta(days=365)
    decision = change(action=Action.VOID, dated=next_year, now=next_year)
    assert decision.answer.voided_at == decision.answer.updated_at == next_year


def test_an_invoice_cannot_be_void_from_a_day_before_its_own():
    with pytest.raises(errors.DateTooEarly) as refused:
        change(an_invoice(issued_at=NOON), action=Action.VOID, dated=NOON - timedelta(days=1))
    assert refused.value.field == "void_date"


def test_the_day_an_invoice_was_issued_is_counted_whole_in_the_zone_of_the_workspace():
    issued = an_invoice(issued_at=datetime(2024, 12, 26, 3, tzinfo=UTC))
    tokyo, new_york = a_workspace(time_zone="Asia/Tokyo"), a_workspace(time_zone="America/New_York")
    start_of_the_day_in_tokyo = datetime(2024, 12, 25, 15, tzinfo=UTC)
    assert change(issued, tokyo, action=Action.VOID, dated=start_of_the_day_in_tokyo).saves
    with pytest.raises(errors.DateTooEarly):
        change(issued, tokyo, action=Action.VOID, dated=start_of_the_day_in_tokyo - timedelta(microseconds=1))
    with pytest.raises(errors.DateTooEarly):
        change(issued, action=Action.VOID, dated=start_of_the_day_in_tokyo)
    assert change(issued, new_york, action=Action.VOID, dated=datetime(2024, 12, 25, 5, tzinfo=UTC)).saves


def test_a_void_invoice_keeps_its_first_date():
    with pytest.raises(errors.TransitionRefused):
        change(an_invoice(status=Status.VOID), action=Action.VOID)
