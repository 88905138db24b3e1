"""Where each reading of what the contract leaves open (§15) is held: by name, so that none goes without a test."""

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
READINGS = {
    "A1": ["test_a_limit_is_the_size_of_a_page_and_the_total_counts_all"],
    "A2": [
        "test_for_whoever_nothing_of_it_concerns_an_order_is_not_there",
        "test_an_order_that_a_body_names_but_is_not_there_cannot_be_cancelled",
        "test_one_order_that_is_not_there_hands_none_over",
    ],
    "A3": [
        "test_a_number_is_used_once_on_an_order_and_its_first_invoice_stays",
        "test_a_number_is_used_again_on_another_order_and_by_another_supplier",
        "test_of_two_invoices_of_one_number_at_once_one_is_written",
    ],
    "A4": [
        "test_a_line_is_invoiced_in_parts_until_all_of_it_is",
        "test_more_may_be_invoiced_than_was_accepted",
        "test_of_two_invoices_at_once_that_take_too_much_together_one_is_written",
    ],
    "A5": [
        "test_what_cannot_be_invoiced_is_refused_whole",
        "test_each_line_is_answered_in_its_place_those_that_are_not_there_too",
    ],
    "A6": ["test_a_line_that_stands_twice_in_an_invoice_counts_twice"],
    "A7": [
        "test_a_line_is_invoiced_before_it_is_allocated_or_shipped",
        "test_a_cancelled_line_is_not_allocated_sent_or_invoiced",
    ],
    "A8": [
        "test_a_line_of_which_nothing_is_said_is_invoiced_without_quantity_and_cost",
        "test_a_quantity_is_a_whole_number_or_its_digits_or_unsaid",
    ],
    "A9": ["test_charges_may_be_invoiced_alone", "test_an_invoice_of_a_number_alone_shows_that_nothing_else_was_said"],
    "A10": [
        "test_an_amount_is_kept_exactly_and_shown_without_needless_zeros",
        "test_what_is_wrong_is_said_field_by_field_and_nothing_changes",
    ],
    "A11": ["test_what_is_wrong_is_said_field_by_field_and_nothing_changes", "test_what_is_not_json_is_refused"],
    "A12": ["test_whoever_may_call_is_answered"],
    "A13": ["test_an_order_without_invoices_carries_a_placeholder"],
    "A14": ["test_a_decorated_designation_is_shown_as_its_plain_word"],
    "A15": ["test_a_row_needs_no_more_than_the_required_cells"],
    "A16": ["test_the_drop_ship_fee_has_two_spellings", "test_some_fees_have_another_name"],
    "A17": ["test_a_list_names_some_members_in_its_own_way"],
    "A18": ["test_an_attributes_value_is_kept_as_its_text"],
    "A19": ["test_what_is_wrong_with_an_allocation_is_said_field_by_field"],
    "A20": ["test_another_login_gives_another_token_and_leaves_the_first"],
    "A21": ["test_attributes_of_several_invoices_follow_one_another"],
    "A22": ["test_a_retailer_sees_every_suppliers_part_and_a_supplier_its_own"],
    "A23": ["test_options_tells_the_verbs"],
}

TESTS = {name for file in HERE.rglob("test_*.py") for name in re.findall(r"def (test_\w+)", file.read_text())}


def test_every_reading_is_held():
    assert list(READINGS) == [f"A{number}" for number in range(1, 24)]


@pytest.mark.parametrize("reading", READINGS)
def test_the_tests_of_a_reading_are_there(reading: str):
    assert READINGS[reading]
    assert [name for name in READINGS[reading] if name not in TESTS] == []
