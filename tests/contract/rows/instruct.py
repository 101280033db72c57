"""Section 7: what is said, and what is heard."""

from contract.rows.row import row

ROWS = (
    row(
        7,
        "`POST /run_sse`, `Accept: text/event-stream`, at most 15 minutes:",
        "client::test_requests_are_as_published test_a_stream_that_breaks_or_never_ends_leaves_the_outcome_open",
        "published::test_the_defaults_are_the_contract_s test_the_settings_reach_the_calls",
        "both::test_the_studio_serves_every_endpoint_of_the_contract",
    ),
    row(
        7,
        '{"app_name":"nemo_agent","user_id":"me","session_id":"…","new_message":{"parts":[{"text":"…"}]}}',
        "client::test_requests_are_as_published",
        "s_instruct::test_both_spellings_of_the_keys_are_taken test_what_is_missing_is_422_with_its_place",
    ),
    row(
        7,
        "This is the `run_sse` of Google's Agent Development Kit (`google-adk` on PyPI), so a real peer to test "
        "against can be started without any model.",
        "adk::test_each_scene_gives_its_text test_the_daemon_makes_a_film_of_what_an_adk_server_says",
        "tests/contract/test_studio_events.py::test_every_event_of_the_studio_is_one_of_the_agent_kit",
    ),
    row(
        7,
        "Events: ADK's camelCase JSON, one `data:` line each: `content.parts[]` of `text` (drop `thought: true`), "
        "`functionCall`, `functionResponse`; `partial`, `author`, `errorCode`, `errorMessage`, `actions`, "
        "`longRunningToolIds`.",
        "sse::test_text_parts_of_an_event_are_one_text test_thoughts_are_dropped test_tools_are_noticed_and_not_shown",
        "sse::test_every_error_form_is_a_failure_in_the_servers_words test_what_nobody_knows_is_only_noticed",
        "s_instruct::test_events_have_the_agent_kit_s_form "
        "test_one_data_line_an_event_also_with_line_separators_in_the_text",
        "adk::test_tools_and_partial_text_are_told_apart",
    ),
    row(
        7,
        '`{"type":"text","content":…}`, `tool_call`, `tool_result`, `heartbeat` instead: accept both',
        "sse::test_the_type_form_is_understood",
        "daemon::test_every_published_form_of_events_ends_in_a_film",
        "transcript::test_chunks_of_one_text_run_on_and_sentences_get_a_line_each",
    ),
    row(
        7,
        "`partial: true` events are deltas that a later non-partial event repeats whole. The reply is the non-partial "
        "text; partial text counts only if the stream dies before the whole one.",
        "transcript::test_partial_text_does_not_count_once_the_whole_one_came",
        "transcript::test_partial_text_counts_if_the_stream_died_before_the_whole_one",
        "s_instruct::test_deltas_come_before_the_whole_and_add_up_to_it",
    ),
    row(
        7,
        "Tool calls and results are processed, never shown.",
        "sse::test_tools_are_noticed_and_not_shown",
        "transcript::test_nothing_said_is_no_text",
        "adk::test_each_scene_gives_its_text",
    ),
    row(
        7,
        'Heartbeat, any of: a `:` comment, `event: heartbeat`, `data: heartbeat`, `data: {"type":"heartbeat"}`, an '
        "empty `data:`.",
        "sse::test_every_heartbeat_means_still_working",
        "s_instruct::test_heartbeats_come_while_the_work_goes_on",
    ),
    row(
        7,
        'Every 2 minutes of work, say so ("still working") in the log and the status the user sees.',
        "instruct::test_still_working_is_told_now_and_then_while_nothing_comes",
        "messages::test_still_working_is_told_in_the_status_file",
        "screen::test_still_working_is_logged",
        "published::test_the_defaults_are_the_contract_s",
    ),
    row(
        7,
        "There is no end marker: the stream's close is the end.",
        "sse::test_a_last_event_without_its_blank_line_counts_and_a_torn_one_does_not",
        "instruct::test_it_is_recorded_as_accepted_before_the_first_event_is_read",
    ),
    row(
        7,
        'Errors inside a 200 stream: an event with `errorCode`; `data: {"error":"…"}`; and an old form that is not '
        "valid JSON and may spill onto a line with no prefix.",
        "sse::test_every_error_form_is_a_failure_in_the_servers_words",
        "sse::test_an_error_that_spills_over_an_empty_line_does_not_hide_what_follows",
        "adk::test_an_error_event_is_a_failure test_a_crash_in_mid_stream_is_a_failure_in_its_own_words",
    ),
    row(
        7,
        "Split the byte stream on CR, LF, CRLF only (U+2028 and U+0085 come raw inside the JSON), decode UTF-8 after "
        "that",
        "sse::test_only_cr_lf_and_crlf_end_a_line test_all_three_line_ends_are_one_line_end",
        "sse::test_the_cut_of_the_network_never_changes_the_events",
        "adk::test_each_scene_gives_its_text",
    ),
    row(
        7,
        "one data line may be 300 KB or more",
        "sse::test_300_kilobytes_on_one_line_are_usual",
        "villains::test_a_job_is_finished_with",
    ),
    row(
        7,
        "Disconnecting may cancel paid work: no short read timeout.",
        "published::test_a_stream_may_be_silent_for_longer_than_any_other_answer",
    ),
    row(
        7,
        "An instruction sent twice is charged twice.",
        "pipeline::test_a_crash_behind_any_checkpoint_ends_in_one_film_one_summary_and_one_charge",
        "instruct::test_it_is_sent_once_more_once_in_its_life",
        "daemon::test_a_killed_daemon_does_not_send_a_taken_message_again",
    ),
    row(
        7,
        "before it is sent, the ledger holds its text and a digest of `draft` and `generated_media` taken after the "
        "last upload",
        "messages::test_the_text_and_the_state_before_it_are_on_disk_before_it_is_sent",
        "instruct::test_the_intent_is_on_disk_before_the_message_goes_out",
    ),
    row(
        7,
        "(absent, `null` and `{}` are one value; nothing else in the state counts)",
        "wire::test_absent_null_and_empty_are_one_state test_only_draft_and_generated_media_count_for_the_digest",
        "reading::test_absent_null_and_empty_have_one_digest",
    ),
    row(
        7,
        "*Refused*: no connection came about, or an answer that is no event stream carries 1001, 1002, 2001, 400, 402, "
        "404, 422 or 429.",
        "codes::test_a_message_is_refused_by_its_code_in_body_or_status",
        "client::test_an_answer_that_is_no_stream_refuses_the_message_or_leaves_it_unknown",
        "instruct::test_no_connection_is_a_refusal",
    ),
    row(
        7,
        "It may be sent again when the cause is cured.",
        "instruct::test_a_refused_message_may_be_sent_again_when_the_cause_is_cured",
        "messages::test_a_refused_message_goes_out_when_its_cause_is_cured",
    ),
    row(
        7,
        '404 "Session not found" is 1002.',
        "codes::test_a_404_is_about_the_session_where_the_address_or_the_words_say_so",
        "adk::test_a_session_that_is_not_there_is_gone",
        "s_instruct::test_an_unknown_session_is_the_agent_kit_s_404",
    ),
    row(
        7,
        "*Accepted*: 200 with `text/event-stream`; recorded before the first event is read.",
        "instruct::test_it_is_recorded_as_accepted_before_the_first_event_is_read",
        "client::test_a_stream_is_accepted_before_its_first_event_is_read",
    ),
    row(
        7,
        "If its stream drops, or ends in an error, or the client crashes: wait 30 s, look at the state; unchanged, "
        "wait 60 s and look again; five looks in all.",
        "published::test_the_defaults_are_the_contract_s",
        "instruct::test_a_dropped_stream_that_changed_nothing_fails_after_five_looks_and_is_not_sent_again",
        "instruct::test_an_error_at_the_end_of_the_stream_fails_with_the_servers_words",
        "instruct::test_after_a_crash_an_accepted_message_is_not_sent_again",
        "published::test_each_look_at_the_state_comes_after_its_own_wait",
    ),
    row(
        7,
        "Changed, and the same at the next look (or changed at the last): applied.",
        "instruct::test_a_dropped_stream_whose_edit_shows_in_the_state_was_applied",
        "instruct::test_a_state_that_still_moves_is_looked_at_until_it_rests test_changed_at_the_last_look_is_applied",
    ),
    row(
        7,
        "Never changed: fail with the server's words; only `RETRY` sends it again, and the status says that it may be "
        "charged twice.",
        "instruct::test_an_error_at_the_end_of_the_stream_fails_with_the_servers_words",
        "daemon::test_a_message_that_was_taken_and_changed_nothing_is_sent_again_by_retry_alone",
        "messages::test_a_taken_message_that_changed_nothing_is_not_sent_again_by_itself",
    ),
    row(
        7,
        "*Unknown*: all else (5xx, time-out, broken connection, a crash before either was recorded): the same looks",
        "codes::test_all_else_leaves_a_message_unknown",
        "instruct::test_an_unclear_answer_to_a_message_that_was_applied_is_found_out",
        "instruct::test_after_a_crash_before_any_answer_it_is_looked_for_before_it_is_sent_again",
    ),
    row(
        7,
        "then one every 60 s until 15 minutes after the intent (no run outlives the cap); still unchanged: sent once "
        "more, once in its life",
        "instruct::test_an_unclear_answer_is_looked_after_until_no_run_can_live_and_then_sent_once_more",
        "instruct::test_it_is_sent_once_more_once_in_its_life",
        "instruct::test_a_refusal_of_the_second_sending_keeps_the_one_more_time",
    ),
    row(
        7,
        "About 30 % of edits end with no text. Then compare state with the state before the message: changed → "
        "applied, and say what changed; unchanged → not applied.",
        "instruct::test_without_a_text_the_state_says_whether_it_was_applied",
        "messages::test_an_edit_without_a_text_is_told_by_what_it_changed",
        "messages::test_a_message_that_changed_nothing_is_told_where_a_timeline_is",
        "words::test_what_was_added_is_said test_what_was_removed_is_said test_equal_drafts_have_no_changes",
    ),
    row(
        7,
        "Two messages to one session at a time are not serialised by the server: the client does it.",
        "instruct::test_two_messages_to_one_session_do_not_go_out_at_once",
        "client::test_one_session_is_spoken_to_by_one_at_a_time",
        "turns::test_a_second_one_waits_until_the_first_is_done test_sessions_do_not_wait_for_each_other",
    ),
    row(
        7,
        "The backend answers as if a person sat at a screen. Its instructions are mapped to calls, never shown as they "
        "are:",
        "gui::test_talk_about_the_screen_becomes_calls_and_is_not_shown",
        "gui::test_what_is_for_the_person_remains_in_its_own_words test_what_is_said_to_a_person_stays_as_it_is",
        "villains::test_a_job_is_finished_with",
    ),
    row(
        7,
        '| "click …" / 点击 | the action, through its endpoint |',
        "gui::test_talk_about_the_screen_becomes_calls_and_is_not_shown",
        "messages::test_what_a_person_should_click_to_export_is_done",
        "screen::test_talk_in_chinese_is_acted_upon_too",
    ),
    row(
        7,
        '| "open …" / 打开 | queries the session state |',
        "gui::test_talk_about_the_screen_becomes_calls_and_is_not_shown",
        "screen::test_what_a_person_should_open_or_preview_is_looked_up_and_stands_in_the_summary",
    ),
    row(
        7,
        '| "drag …", "drop …" / 拖拽 | sends the edit as a message |',
        "gui::test_what_a_person_should_drag_is_sent_as_an_edit test_each_edit_is_sent_once_and_not_without_end",
        "messages::test_what_a_person_should_drag_is_sent_as_a_message",
        "screen::test_talk_in_chinese_is_acted_upon_too",
    ),
    row(
        7,
        '| "preview in timeline" | writes the text summary of the tracks |',
        "gui::test_talk_about_the_screen_becomes_calls_and_is_not_shown",
        "steps::test_preview_in_timeline_writes_the_tracks_into_the_summary",
        "screen::test_what_a_person_should_open_or_preview_is_looked_up_and_stands_in_the_summary",
    ),
    row(
        7,
        '| "Export" / 导出 | runs the export |',
        "gui::test_talk_about_the_screen_becomes_calls_and_is_not_shown",
        "messages::test_what_a_person_should_click_to_export_is_done",
        "screen::test_talk_in_chinese_is_acted_upon_too",
    ),
)
