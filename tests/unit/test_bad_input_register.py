"""Which test holds which bad input: mail in, mail out, state, and config and start. An item without a test fails here.

A name is `file::test`, the file below tests/. Add a line with the item when you add its test.
"""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
INBOX = "unit/service/test_inbox_bad_mail.py::test_a_bad_mail_has_its_reason_and_the_next_is_taken_in"
POISON = "unit/tools/mail/test_mail_poison.py"
SENDING = "unit/tools/test_effector_sending.py"
OPENING = "unit/runtime/test_store_opening.py"

# Every mail of `INBOX` goes over IMAP into a house, a good one behind it; `POISON` holds the reader alone.
MAIL_IN = {
    "deep nesting": (INBOX, f"{POISON}::test_a_mail_beyond_the_limits_is_put_aside_with_its_reason"),
    "200,000 parts": (INBOX, f"{POISON}::test_a_mail_beyond_the_limits_is_put_aside_with_its_reason"),
    "32,000 quotes in From": (INBOX, f"{POISON}::test_32000_quotes_in_from_name_no_other_sender"),
    "16,000 recipients": (INBOX, f"{POISON}::test_of_16000_recipients_a_thousand_are_kept"),
    "CR/LF in an encoded subject": (
        INBOX,
        f"{POISON}::test_a_line_break_in_an_encoded_subject_makes_no_header",
    ),
    "no Message-ID": (INBOX, f"{POISON}::test_a_mail_without_a_message_id_is_told_by_its_hash"),
    "reused Message-ID": (
        INBOX,
        f"{POISON}::test_two_mails_with_one_message_id_are_told_apart_by_their_hash",
    ),
    "forged DSN": (
        INBOX,
        "unit/service/test_inbox.py::test_a_bounce_that_names_no_mail_of_ours_proves_nothing",
    ),
    "unknown charset": (INBOX, f"{POISON}::test_an_unknown_charset_costs_a_remark_and_not_the_mail"),
    "broken base64": (INBOX, f"{POISON}::test_broken_base64_gives_what_is_left_of_it"),
    "missing date or year 2106": (INBOX, f"{POISON}::test_a_date_that_cannot_be_true_is_none"),
    ".ics with RRULE every second": (
        INBOX,
        "unit/service/test_inbox_bad_mail.py::test_a_bad_calendar_answer_waits_for_a_person_with_a_sentence",
        "unit/tools/calendar/test_calendar_files.py::test_an_endless_rule_counts_as_always_busy_and_is_named",
    ),
    ".ics with an unknown TZID": (
        INBOX,
        "unit/tools/calendar/test_invite_answers.py::test_a_counter_without_one_exact_time_is_a_problem",
    ),
    "two From headers": (INBOX, f"{POISON}::test_a_mail_with_two_from_fields_has_no_sender"),
    "mail loop": (INBOX, f"{POISON}::test_a_mail_in_a_loop_or_from_ourselves_is_no_humans"),
    "empty body": (INBOX, f"{POISON}::test_an_empty_mail_is_an_empty_mail"),
    "hidden HTML": (INBOX, f"{POISON}::test_hidden_html_is_not_read"),
}
MAIL_OUT = {
    "CR/LF/NUL/bidi in the subject": (
        "unit/autonomy/rules/test_g03.py::test_no_hidden_character_leaves_in_a_subject",
    ),
    "CR/LF/NUL/bidi in a name": (
        "properties/test_compose_properties.py::test_no_header_is_added_whatever_subject_and_names_hold",
    ),
    "recipient not in CRM": (
        "unit/autonomy/rules/test_g01.py::test_anybody_else_is_refused",
        "unit/tools/test_effector_bad_line.py::test_a_person_who_left_the_crm_gets_nothing_and_the_next_one_does",
    ),
    "empty body": ("unit/autonomy/test_claims_text_problems.py::test_a_bad_body_is_named",),
    "leftover {{first_name}}": (
        "unit/autonomy/test_claims_text_problems.py::test_a_leftover_placeholder_is_named",
    ),
    "unlisted link": ("unit/autonomy/rules/test_g04.py::test_no_unlisted_link_leaves_in_a_mail_or_call",),
    "25 MB attachment": ("unit/autonomy/rules/test_g06.py::test_any_attachment_is_refused",),
    "SMTP 421 and 450": (f"{SENDING}::test_a_temporary_no_is_tried_again_later",),
    "SMTP 550, 552 and 554": (f"{SENDING}::test_a_final_no_fails_this_mail_with_its_code_and_no_other",),
    "TLS failure": (
        "unit/tools/test_effector_bad_line.py::test_a_certificate_nobody_signed_keeps_all_mail",
        "unit/tools/test_effector_bad_line.py::test_a_server_without_the_encryption_asked_for_keeps_all_mail",
    ),
    "auth expired": (f"{SENDING}::test_a_refused_login_loses_nothing_and_does_not_knock_for_every_mail",),
    "drop after DATA": ("unit/tools/test_effector_doubt.py::test_a_mail_found_in_sent_was_sent",),
    "mailbox over cap": (f"{SENDING}::test_a_young_mailbox_sends_its_ten_and_the_rest_tomorrow",),
    "IDN without SMTPUTF8": (f"{SENDING}::test_a_server_without_smtputf8_fails_only_the_mail_that_needs_it",),
}
STATE = {
    "corrupt checkpoint": (
        "unit/runtime/test_bad_state.py::test_a_checkpoint_that_cannot_be_read_stops_no_other_work",
        "unit/runtime/test_durable_engine.py::test_a_damaged_engine_file_is_set_aside",
        "unit/graph/test_frozen_turns.py::test_a_plan_edited_in_a_checkpoint_does_not_run",
    ),
    "broken audit link": (
        "flows/test_story_damage.py::test_a_damaged_record_is_found",
        "unit/service/test_guarding.py::test_a_changed_record_stops_effects_once",
    ),
    "half-done migration": (
        "unit/runtime/test_bad_state.py::test_a_migration_killed_halfway_is_made_whole_by_the_next_start",
        "unit/runtime/test_bad_state.py::test_a_migration_that_cannot_go_on_leaves_the_database_as_it_was",
    ),
    "vector store missing": ("unit/memory/test_recall.py::test_a_lost_part_of_the_index_is_rebuilt",),
    "vector store of the wrong dimension": (
        "unit/memory/test_recall.py::test_another_model_or_dimension_means_new_vectors",
    ),
    "stale lease of a dead worker": (
        "unit/tools/test_effector_doubt.py::test_a_claim_of_a_dead_process_is_settled",
        "unit/service/test_timetable.py::test_a_row_of_a_dead_process_runs_again",
    ),
}
CONFIG = {
    "missing key": (
        "unit/autonomy/rules/test_g03.py::test_without_a_sender_nothing_leaves",
        "cli/test_cli_doctor.py::test_a_bare_home_is_well_with_warnings_that_name_the_settings",
    ),
    "unknown key": ("unit/runtime/test_settings_load.py::test_an_unknown_variable_gets_a_suggestion",),
    "wrong-typed key": ("unit/runtime/test_settings_load.py::test_a_wrong_value_is_named_with_its_variable",),
    "wrong master key": (
        "unit/runtime/test_bad_state.py::test_a_workspace_is_not_opened_with_another_key",
        "cli/test_cli_wrong_key.py::test_the_service_refuses_another_key_and_names_the_setting",
    ),
    "port taken": ("cli/test_cli_contract.py::test_a_port_that_is_taken_is_named_with_what_to_do",),
    "database from a newer release": (f"{OPENING}::test_a_database_of_a_newer_release_is_refused_untouched",),
    "database locked": (f"{OPENING}::test_a_locked_database_says_so_and_loses_nothing",),
    "read-only folder": (
        "unit/service/test_bad_start.py::test_a_home_that_cannot_be_written_is_named",
        "unit/service/test_bad_start.py::test_a_database_in_a_folder_that_cannot_be_written_keeps_what_it_has",
    ),
    "disk full": (f"{OPENING}::test_a_really_full_database_says_so_and_keeps_what_it_had",),
    "clock two years off": (
        "unit/service/test_bad_start.py::test_a_system_clock_that_cannot_be_right_fails_the_doctor",
        "unit/service/test_guarding.py::test_a_clock_before_the_last_record_stops_at_the_start",
        "unit/service/test_guarding.py::test_a_jump_of_the_clock_stops_effects",
    ),
    "dependency below floor": (
        "unit/service/test_bad_start.py::test_a_library_below_its_floor_is_named_with_what_to_do",
    ),
    "contradictory or empty policy": (
        "unit/autonomy/test_policy_file.py::test_a_bad_policy_is_refused_with_row_and_cell",
    ),
    "negative or NaN budget": (
        "unit/runtime/test_settings_load.py::test_a_wrong_value_is_named_with_its_variable",
    ),
    "invalid cron": ("unit/service/test_cadence.py::test_what_is_no_cadence_is_refused_with_an_example",),
    "DST-gap time": (
        "unit/service/test_cadence.py::test_a_time_the_clock_change_leaves_out_comes_that_day_all_the_same_once",
    ),
}
API = {
    "bad, expired or future signature": (
        "unit/service/test_webhooks.py::test_a_bad_expired_or_future_signature_is_refused",
        "api/test_rest_events.py::test_every_bad_call_has_its_answer_and_no_effect",
    ),
    "duplicate signature": (
        "api/test_rest_events.py::test_a_signed_call_becomes_one_signal_however_often_it_comes",
    ),
    "JWT none or a token nobody made": ("api/test_rest.py::test_a_token_nobody_made_is_a_stranger",),
    "missing auth": ("api/test_rest.py::test_without_a_token_no_address_answers",),
    "wrong role": (
        "api/test_rest.py::test_a_viewers_token_changes_nothing",
        "api/test_api_approvals.py::test_roles_hold_over_rest",
    ),
    "approval used before": (
        "api/test_api_approvals.py::test_the_first_answer_wins_and_the_others_hear_who_it_was",
    ),
    "double click on approve": (
        "api/test_rest.py::test_one_approval_clicked_through_every_door_at_once_has_one_winner_and_one_effect",
        "api/test_rest.py::test_the_same_key_at_once_has_one_effect",
    ),
    "200 KB chat message, deep nesting, wrong encoding, oversized body, wrong type": (
        "api/test_rest.py::test_bad_input_is_one_sentence_and_no_trace",
    ),
    "unknown id": ("api/test_rest.py::test_an_unknown_id_is_not_found",),
    "invalid filter key": ("api/test_rest.py::test_a_wrong_filter_is_named",),
    "page -1, limit 10^9, foreign cursor": (
        "api/test_api_approvals.py::test_a_wrong_page_is_one_sentence",
        "api/test_rest.py::test_pages_hold_still_when_rows_come",
    ),
}
REGISTER = {
    "mail in": MAIL_IN,
    "mail out": MAIL_OUT,
    "state": STATE,
    "config and start": CONFIG,
    "API": API,
}
ITEMS = [(f"{group}: {item}", names) for group, items in REGISTER.items() for item, names in items.items()]


@pytest.mark.parametrize(("item", "names"), ITEMS, ids=[item for item, _ in ITEMS])
def test_the_test_of_a_bad_input_is_there(item: str, names: tuple[str, ...]) -> None:
    assert names
    for name in names:
        file, _, test = name.partition("::")
        assert re.search(rf"^(async )?def {test}\(", (TESTS / file).read_text(), re.M), name
