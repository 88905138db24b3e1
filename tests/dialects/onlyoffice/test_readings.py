"""Where each reading of what the contract leaves open (§12) is held: by name, so that none goes without a test."""

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
READINGS = {
    "12.1": ["test_every_reply_has_its_keys_and_its_envelope", "test_an_invoice_is_shown_whole"],
    "12.2": ["test_a_list_of_objects_has_many_encodings", "test_a_value_that_is_missing_or_not_allowed_is_named"],
    "12.3": ["test_a_value_that_is_missing_or_not_allowed_is_named"],
    "12.4": ["test_what_is_not_the_clients_to_say_stays"],
    "12.5": ["test_decimals_always_show_a_fraction", "test_every_reply_has_its_keys_and_its_envelope"],
    "12.6": ["test_the_printed_invoice_is_written_and_read_back", "test_a_tax_is_made_and_listed"],
    "12.7": [
        "test_the_printed_costs_come_out",
        "test_costs_are_what_the_printed_formula_says",
        "test_worked_values_come_to_the_snapshots_total",
        "test_two_taxes_are_listed_apart_though_the_total_rounds_them_together",
    ],
    "12.8": [
        "test_costs_are_what_the_printed_formula_says",
        "test_a_new_line_is_shown_as_it_was_sent_and_kept_as_it_is_rounded",
        "test_whatever_everybody_does_invoices_stock_and_numbers_are_as_the_contract_has_it",
    ],
    "12.9": [
        "test_editing_lines_leaves_it_until_the_next_put",
        "test_a_portal_that_is_set_so_prints_edited_lines",
        "test_a_rate_that_changes_leaves_it_and_a_put_takes_it_anew",
    ],
    "12.10": [
        "test_the_envelope_says_how_many_were_skipped",
        "test_what_the_caller_may_not_delete_is_left_out",
        "test_a_list_that_is_cut_says_so",
        "test_pages_tell_the_whole_and_where_the_next_begins",
    ],
    "12.11": [
        "test_an_invoice_that_is_not_there_or_not_a_draft_is_not_found",
        "test_somebody_elses_invoice_is_not_found_by_whoever_administers_nothing",
        "test_to_an_unknown_invoice_no_line_is_added",
        "test_the_only_line_stays",
        "test_a_product_in_use_is_not_deleted",
        "test_a_tax_in_use_by_an_invoice_or_a_product_is_not_deleted",
    ],
    "12.12": [
        "test_a_value_that_is_missing_or_not_allowed_is_named",
        "test_known_cultures_are_taken",
        "test_what_is_not_sent_again_is_cleared",
    ],
    "12.13": [
        "test_a_tax_needs_only_a_name_and_may_be_negative",
        "test_a_product_that_cannot_be_is_refused",
        "test_others_are_refused",
    ],
    "12.14": [
        "test_an_invoice_is_found_by_its_number_without_its_parts",
        "test_an_invoice_in_any_status_is_deleted_and_shown_without_its_lines_and_cost",
    ],
    "12.15": ["test_each_status_has_its_title_and_number_and_only_drafts_can_be_edited"],
    "12.16": [
        "test_totals_and_pages_are_exact_for_whoever_asks",
        "test_products_are_found_sorted_and_cut",
        "test_whatever_everybody_does_invoices_stock_and_numbers_are_as_the_contract_has_it",
    ],
    "12.17": ["test_days_are_the_portals"],
    "12.18": ["test_a_date_has_many_forms"],
    "12.19": ["test_two_updates_at_once_lose_nothing", "test_of_many_that_want_one_number_at_once_one_gets_it"],
    "12.20": [
        "test_a_value_that_is_missing_or_not_allowed_is_named",
        "test_a_value_out_of_range_is_named",
        "test_an_invoice_that_would_come_to_too_much_stays_as_it_was",
        "test_a_number_has_to_be_said_and_is_not_too_long",
    ],
}

TESTS = {name for file in HERE.glob("test_*.py") for name in re.findall(r"def (test_\w+)", file.read_text())}


def test_every_reading_is_held():
    assert list(READINGS) == [f"12.{number}" for number in range(1, 21)]


@pytest.mark.parametrize("reading", READINGS)
def test_the_tests_of_a_reading_are_there(reading: str):
    assert READINGS[reading]
    assert [name for name in READINGS[reading] if name not in TESTS] == []
