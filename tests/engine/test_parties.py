from dataclasses import replace
from typing import Any

import pytest

from billingua.core import errors
from billingua.core.access import User
from billingua.core.party import AddressCategory, Opportunity, PartyKind
from billingua.engine.parties import (
    AddAddress,
    AddParticipant,
    CreateOpportunity,
    CreateParty,
    OpportunityView,
    PartyView,
    add_address,
    add_participant,
    create_opportunity,
    create_party,
    find_party,
    view_parties,
)
from billingua.engine.plan import Decision
from tests.builders import NOON, a_caller, a_party, a_user, a_uuid, a_workspace, an_address, an_opportunity
from tests.engine.driving import drive, known

IDA, EVE = a_user(), a_user(id=2, username="eve")
COMPANY = a_party(
    addresses=(an_address(primary=True), an_address(id=32, category=AddressCategory.POSTAL, primary=True))
)
PRIVATE = a_party(id=12, private=True, access=("ida", "gone"))
STAGES = a_workspace(settings={"onlyoffice": {"opportunity_stages": [{"id": 4, "title": "Won"}]}})
WORLD = (COMPANY, PRIVATE, IDA, EVE, STAGES, an_opportunity())


def run(command: Any, values: Any, user: User | None = IDA, **counters: int) -> Decision[Any]:
    return drive(command(values, a_caller(user=user, dialect="onlyoffice"), NOON), known(*WORLD, **counters))


def test_a_party_is_kept_that_everybody_may_see():
    command = CreateParty(kind=PartyKind.PERSON, name="Ann Lee", first_name="Ann", last_name="Lee")
    decision = run(create_party, command, party=40)
    party = a_party(
        id=40, uuid=a_uuid(777_000), kind=PartyKind.PERSON, name="Ann Lee", first_name="Ann", last_name="Lee"
    )
    assert (decision.answer, list(decision.saves)) == (PartyView(party, {}), [party])


@pytest.mark.parametrize("user", [IDA, None, a_user(username="ada", admin=True)])
def test_a_private_party_is_shown_with_those_who_may_see_it(user: User | None):
    assert run(find_party, 12, user).answer == PartyView(PRIVATE, {"ida": IDA})


def test_of_parties_that_were_listed_the_private_ones_name_their_readers():
    shown = run(view_parties, [COMPANY, PRIVATE]).answer
    assert [view.party for view in shown] == [COMPANY, PRIVATE]
    assert shown[1].readers == {"ida": IDA}


@pytest.mark.parametrize(
    ("category", "primary", "ranks"),
    [
        (AddressCategory.BILLING, True, [False, True, True]),
        (AddressCategory.BILLING, False, [True, True, False]),
        (AddressCategory.HOME, True, [True, True, True]),
    ],
)
def test_of_each_category_one_address_is_the_first(category: AddressCategory, primary: bool, ranks: list[bool]):
    command = AddAddress(party=10, category=category, primary=primary, city="Riga", street="Quay 4")
    decision = run(add_address, command, address=60)
    (party,) = decision.saves
    assert [address.primary for address in party.addresses] == ranks
    added = an_address(id=60, category=category, street="Quay 4", primary=primary)
    assert party.addresses[-1] == decision.answer == added


def test_an_opportunity_is_kept_with_those_who_take_part_each_once():
    command = CreateOpportunity(
        title="Spring", participants=[12, 10, 12], responsible=EVE.uuid, stage=4, currency="EUR"
    )
    decision = run(create_opportunity, command, opportunity=9)
    opportunity = Opportunity(
        id=9,
        uuid=a_uuid(777_000),
        title="Spring",
        participants=(12, 10),
        responsible="eve",
        stage=4,
        currency="EUR",
    )
    assert list(decision.saves) == [opportunity]
    views = [PartyView(PRIVATE, {"ida": IDA}), PartyView(COMPANY, {"ida": IDA})]
    assert decision.answer == OpportunityView(opportunity, EVE, views)


def test_an_opportunity_needs_a_title_alone():
    view = run(create_opportunity, CreateOpportunity(title="Spring"), opportunity=9).answer
    assert (view.opportunity.responsible, view.opportunity.stage, view.participants) == (None, None, [])


def test_a_party_comes_to_take_part_and_one_that_does_goes_on():
    decision = run(add_participant, AddParticipant(opportunity=3, party=12))
    assert decision.answer == PartyView(PRIVATE, {"ida": IDA})
    assert list(decision.saves) == [replace(an_opportunity(), participants=(10, 12))]
    again = run(add_participant, AddParticipant(opportunity=3, party=10))
    assert (again.answer.party, list(again.saves)) == (COMPANY, [])


ALL_WRONG = CreateOpportunity(title="x", participants=[404, 12], responsible=a_uuid(9), stage=5)


@pytest.mark.parametrize(
    ("command", "values", "user", "refusal"),
    [
        (find_party, 404, EVE, errors.PartyNotFound),
        (find_party, 12, EVE, errors.NotPermitted),
        (add_address, AddAddress(party=404, category=AddressCategory.HOME), EVE, errors.PartyNotFound),
        (add_address, AddAddress(party=12, category=AddressCategory.HOME), EVE, errors.NotPermitted),
        (create_opportunity, ALL_WRONG, EVE, errors.UserNotFound),
        (create_opportunity, replace(ALL_WRONG, responsible=IDA.uuid), EVE, errors.StageNotFound),
        (create_opportunity, replace(ALL_WRONG, responsible=None, stage=4), EVE, errors.PartyNotFound),
        (create_opportunity, CreateOpportunity(title="x", participants=[10, 12]), EVE, errors.NotPermitted),
        (add_participant, AddParticipant(opportunity=404, party=404), EVE, errors.OpportunityNotFound),
        (add_participant, AddParticipant(opportunity=3, party=404), EVE, errors.PartyNotFound),
        (add_participant, AddParticipant(opportunity=3, party=12), EVE, errors.NotPermitted),
    ],
)
def test_commands_on_parties_are_refused_in_the_order_of_their_checks(
    command: Any, values: Any, user: User, refusal: type[errors.Refused]
):
    with pytest.raises(refusal) as refused:
        run(command, values, user)
    assert type(refused.value) is refusal


def test_there_is_no_stage_without_a_workspace():
    command = create_opportunity(CreateOpportunity(title="x", stage=4), a_caller(), NOON)
    with pytest.raises(errors.NotFound):
        drive(command, known())
