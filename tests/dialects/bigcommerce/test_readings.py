"""Where each reading of what the contract leaves open (§9), each row of its errors (§1.6) and each habit of its clients
(§11) is held: by name, so that none goes without a test.
"""

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
READINGS = {
    "A1": [
        "test_each_member_changes_what_it_names_and_nothing_else",
        "test_each_member_says_what_it_names",
        "test_moments_are_whole_seconds_of_32_bits",
    ],
    "A2": ["test_only_a_token_of_the_store_with_the_scope_comes_in"],
    "A3": ["test_a_number_is_used_once", "test_an_unknown_order_is_told_so_and_no_more"],
    "A4": ["test_the_least_that_can_be_said_makes_an_invoice", "test_an_invoice_is_deleted_with_its_number"],
    "A5": [
        "test_a_parameter_that_cannot_be_is_named",
        "test_more_than_one_page_holds_is_too_large",
        "test_what_cannot_be_asked_of_a_list_is_refused",
    ],
    "A6": [
        "test_each_sort_has_two_directions_and_ties_go_by_id",
        "test_pages_do_not_overlap_and_the_last_ends",
        "test_lists_are_sorted_by_the_seconds_that_they_show",
    ],
    "A7": [
        "test_each_filter_keeps_what_it_says_and_the_total_is_theirs",
        "test_a_list_shows_what_is_asked_for_in_its_order",
    ],
    "A8": [
        "test_each_filter_keeps_what_it_says_and_the_total_is_theirs",
        "test_a_list_shows_what_is_asked_for_in_its_order",
    ],
    "A9": [
        "test_balances_follow_by_themselves_and_no_operation_is_allowed",
        "test_a_status_is_one_of_those_that_are_allowed",
    ],
    "A10": [
        "test_values_that_are_not_what_they_have_to_be_are_all_named_and_nothing_changes",
        "test_what_an_invoice_may_not_say_is_told_twice_and_nothing_is_written",
        "test_a_body_that_says_no_payment_is_refused",
    ],
    "A11": [
        "test_a_required_extra_field_has_to_be_there",
        "test_a_required_field_cannot_be_emptied",
        "test_a_field_refuses_what_does_not_fit_and_nothing_changes",
        "test_fields_are_set_by_name_and_none_is_removed",
        "test_extra_fields_are_kept_and_a_unique_one_is_free_again_with_its_invoice",
    ],
    "A12": ["test_a_store_with_a_limit_is_heard_so_often_in_a_minute"],
    "A13": [
        "test_money_is_a_number_or_a_text_in_every_request_and_always_a_text_in_an_answer",
        "test_each_member_says_what_it_names",
    ],
    "A14": [
        "test_balances_that_are_kept_by_hand_follow_operations",
        "test_what_a_payment_does_by_its_status",
    ],
    "A15": ["test_a_payment_is_recorded_with_what_nobody_said", "test_all_that_is_said_of_a_payment_is_shown"],
    "A16": ["test_each_member_says_what_it_names"],
    "A17": [
        "test_type_order_date_and_customer_fields_are_added_where_missing",
        "test_the_least_that_can_be_said_makes_an_invoice",
    ],
    "A18": ["test_each_member_comes_from_its_field", "test_a_pdf_elsewhere_is_told_beside_our_own"],
    "A19": ["test_an_invoice_of_the_store_is_shown_with_every_key"],
    "A20": ["test_parts_that_are_not_required_may_be_left_out", "test_known_parts_are_shown_in_their_documented_type"],
    "A21": ["test_each_filter_keeps_what_it_says_and_the_total_is_theirs", "test_a_parameter_that_cannot_be_is_named"],
    "A22": [
        "test_creation_is_the_issue_of_an_invoice_born_here_alone",
        "test_what_is_overdue_is_found_by_its_status_and_its_creation",
    ],
    "A23": [
        "test_each_member_changes_what_it_names_and_nothing_else",
        "test_what_no_update_may_say_is_ignored_and_changes_nothing",
    ],
    "A24": ["test_the_status_follows_the_request_unless_nothing_is_owed"],
    "A25": ["test_what_the_ledger_refuses_changes_nothing"],
    "A26": ["test_payments_outlive_their_invoices"],
    "A27": [
        "test_an_order_has_one_invoice_until_that_is_deleted",
        "test_what_is_invoiced_by_somebody_else_is_not_invoiced_twice",
    ],
    "A28": ["test_an_unknown_order_is_told_so_and_no_more"],
    "A29": ["test_a_pdf_elsewhere_is_told_beside_our_own", "test_the_link_opens_the_invoice_as_its_buyer_sees_it"],
    "A30": [
        "test_a_file_has_a_row_for_each_invoice",
        "test_a_file_has_the_filters_sorts_and_extra_fields_of_a_list_and_no_pages",
        "test_the_path_that_the_contract_names_without_a_call_takes_no_verb",
    ],
    "A31": ["test_a_body_that_says_no_payment_is_refused", "test_what_a_payment_names_has_to_be_there"],
    "A32": ["test_what_a_payment_names_has_to_be_there"],
    "A33": ["test_more_than_is_owed_is_accepted", "test_a_body_that_says_no_payment_is_refused"],
    "A34": [
        "test_a_payment_that_came_online_is_shown_as_it_came_and_not_replaced",
        "test_a_payment_that_is_not_there_is_told_before_all_else",
    ],
    "A35": ["test_balances_follow_by_themselves_and_no_operation_is_allowed"],
    "A36": ["test_a_list_is_cut_by_offset_and_limit", "test_the_largest_page_has_250_and_one_behind_the_end_none"],
    "A37": ["test_a_receipt_goes_and_the_payment_stays", "test_a_line_goes_and_the_receipt_keeps_its_total"],
    "A38": ["test_what_is_not_there_is_not_there"],
    "A39": ["test_what_a_payment_does_by_its_status", "test_each_member_comes_from_its_field"],
    "A40": ["test_the_least_that_can_be_said_makes_an_invoice"],
    "A41": ["test_company_and_channel_have_to_be_there"],
    "A42": ["test_each_member_says_what_it_names"],
    "A43": ["test_each_member_says_what_it_names", "test_an_order_number_that_names_no_order_dates_nothing"],
    "A44": ["test_bodies_that_cannot_be_read_change_nothing"],
    "A45": ["test_a_parameter_that_cannot_be_is_named"],
    "A46": ["test_a_payment_is_recorded_with_what_nobody_said"],
}

ERRORS = {
    "400 for an invoice": [
        "test_what_an_invoice_may_not_say_is_told_twice_and_nothing_is_written",
        "test_values_that_are_not_what_they_have_to_be_are_all_named_and_nothing_changes",
        "test_a_number_is_used_once",
    ],
    "400 for a payment": [
        "test_balances_follow_by_themselves_and_no_operation_is_allowed",
        "test_a_status_is_one_of_those_that_are_allowed",
    ],
    "401": ["test_only_a_token_of_the_store_with_the_scope_comes_in"],
    "403": ["test_only_a_token_of_the_store_with_the_scope_comes_in"],
    "404": [
        "test_an_unknown_id_is_not_found_and_so_is_what_is_no_id",
        "test_a_payment_that_is_not_there_is_told_before_all_else",
        "test_what_is_not_there_is_not_there",
        "test_an_unknown_order_is_told_so_and_no_more",
    ],
    "404 for a channel": ["test_company_and_channel_have_to_be_there"],
    "405": ["test_unknown_paths_and_verbs_are_answered_in_the_envelope"],
    "413": ["test_more_than_one_page_holds_is_too_large"],
    "415": ["test_bodies_that_cannot_be_read_change_nothing"],
    "422 for a payment or a parameter": [
        "test_a_body_that_says_no_payment_is_refused",
        "test_a_parameter_that_cannot_be_is_named",
    ],
    "422 for an extra field": ["test_a_required_extra_field_has_to_be_there"],
    "429": ["test_a_store_with_a_limit_is_heard_so_often_in_a_minute"],
    "500": ["test_a_crash_is_answered_in_the_envelope"],
    "503": ["test_a_store_that_fails_is_answered_in_the_envelope"],
}

CLIENTS = {
    "the older header alone": ["test_the_older_header_alone_is_enough_for_every_call"],
    "a type of content on every request": ["test_a_type_of_content_is_no_matter_where_there_is_none"],
    "money": ["test_money_is_a_number_or_a_text_in_every_request_and_always_a_text_in_an_answer"],
    "integers of 32 bits": ["test_moments_are_whole_seconds_of_32_bits"],
    "members inside details": ["test_an_unknown_member_inside_details_is_kept"],
    "unknown filters": ["test_each_filter_keeps_what_it_says_and_the_total_is_theirs"],
    "what is overdue": ["test_what_is_overdue_is_found_by_its_status_and_its_creation"],
    "a delete": ["test_an_invoice_is_deleted_with_its_number"],
}

HELD = READINGS | ERRORS | CLIENTS
TESTS = {name for file in HERE.glob("test_*.py") for name in re.findall(r"def (test_\w+)", file.read_text())}


def test_every_reading_is_held() -> None:
    assert list(READINGS) == [f"A{number}" for number in range(1, 47)]


@pytest.mark.parametrize("held", HELD)
def test_the_tests_that_hold_it_are_there(held: str) -> None:
    assert HELD[held]
    assert [name for name in HELD[held] if name not in TESTS] == []
