import pytest

from billingua.core.errors import AddressNotFound
from billingua.core.party import AddressCategory, PartyKind
from tests.builders import a_party, an_address

BILLING = an_address(id=31, category=AddressCategory.BILLING)
POSTAL = an_address(id=32, category=AddressCategory.POSTAL)


@pytest.mark.parametrize(
    ("kind", "first", "last", "shown"),
    [
        (PartyKind.PERSON, "Hala", "Samir", "Hala Samir"),
        (PartyKind.PERSON, None, "Samir", "Samir"),
        (PartyKind.PERSON, None, None, "H. Samir"),
        (PartyKind.PERSON, "", "", "H. Samir"),
        (PartyKind.COMPANY, "Hala", "Samir", "H. Samir"),
    ],
)
def test_a_person_is_shown_by_first_and_last_name_where_they_are_known(kind, first, last, shown):
    assert a_party(kind=kind, name="H. Samir", first_name=first, last_name=last).display_name == shown


def test_an_address_is_found_by_its_id_in_its_category():
    party = a_party(addresses=(BILLING, POSTAL))
    assert party.address(32, AddressCategory.POSTAL) is POSTAL


@pytest.mark.parametrize(("id", "category"), [(31, AddressCategory.POSTAL), (33, AddressCategory.BILLING)])
def test_an_address_of_another_category_or_party_is_not_found(id: int, category: AddressCategory):
    with pytest.raises(AddressNotFound) as refused:
        a_party(addresses=(BILLING, POSTAL)).address(id, category)
    assert refused.value.asked == id


def test_a_party_without_addresses_has_none_to_find():
    with pytest.raises(AddressNotFound):
        a_party().address(31, AddressCategory.BILLING)
