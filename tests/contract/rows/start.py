"""Sections 1 to 3: headers, token, session."""

from contract.rows.row import row

ROWS = (
    # --- 1 Headers --------------------------------------------------------------------------------------------------
    row(
        1,
        "every call but the token call, to the API's own origin only",
        "client::test_every_call_carries_attribution_and_all_but_the_token_call_the_token",
        "daemon::test_a_film_is_made_and_no_call_lacks_its_headers",
        "s_accounts::test_every_endpoint_but_the_token_s_asks_for_a_token",
    ),
    row(
        1,
        "MUST never be sent to another origin (download URLs are on a CDN)",
        "fetching::test_another_origin_never_sees_who_asks test_redirects_are_followed_without_authorization",
        "client::test_a_redirect_is_not_followed",
        "daemon::test_a_film_is_made_and_no_call_lacks_its_headers",
    ),
    row(
        1,
        "never logged, never put in a URL",
        "logs::test_secrets_never_appear test_a_trace_is_written_with_the_error",
        "client::test_secrets_are_in_no_error",
        "watch::test_a_run_fails_each_test_that_leaves_a_secret_and_no_other",
        "daemon_account::test_a_service_that_quotes_the_token_does_not_spread_it",
        "daemon_account::test_a_service_that_quotes_the_token_in_an_error_does_not_spread_it",
        "client::test_an_address_that_a_service_gives_holds_no_token",
        "tests/unit/photovideos_studio/test_server.py::"
        "test_on_tcp_it_serves_loopback_and_writes_no_secret_into_its_log",
    ),
    row(
        1,
        "`X-Skill-Source`, `X-Skill-Version`, `X-Skill-Platform` | every API call.",
        "client::test_every_call_carries_attribution_and_all_but_the_token_call_the_token",
        "daemon::test_a_film_is_made_and_no_call_lacks_its_headers",
        "both::test_both_sides_know_the_same_attribution_headers",
    ),
    row(
        1,
        "A missing one shows later, as 402 on export.",
        "s_renders::test_an_export_without_all_attribution_headers_is_402",
    ),
    row(
        1,
        "Source is a setting: `fast-photo-video-maker` (default) or `image-to-video-converter-online`; version is a "
        "setting with a default",
        "published::test_the_settings_reach_the_calls test_the_defaults_are_the_contract_s",
    ),
    row(
        1,
        "platform is `clawhub` when the program is installed under `~/.clawhub/`, `cursor` under `~/.cursor/skills/`, "
        "else `unknown`",
        "account::test_the_platform_is_where_the_program_is_installed",
    ),
    row(
        1,
        "| `X-Client-Id` | the token call. Missing: HTTP 400 |",
        "client::test_every_call_carries_attribution_and_all_but_the_token_call_the_token",
        "s_accounts::test_no_client_id_is_answered_with_400",
        "studio::test_what_the_studio_refuses_is_the_error_the_contract_names",
    ),
    # --- 2 Token ----------------------------------------------------------------------------------------------------
    row(
        2,
        "`POST /api/auth/anonymous-token`, no body, `X-Client-Id: <uuid>` (and the attribution headers).",
        "client::test_every_call_carries_attribution_and_all_but_the_token_call_the_token",
        "tokenfile::test_a_client_id_is_made_once_and_outlives_every_write",
        "both::test_the_studio_serves_every_endpoint_of_the_contract",
    ),
    row(
        2,
        '{"code":0,"data":{"token":"nmv_usr_…","user_id":"anon_…","expires_at":"2026-03-18T00:00:00Z","credits":100}}',
        "wire::test_a_token_is_read_in_both_published_forms",
        "s_accounts::test_a_token_comes_with_its_user_its_expiry_and_its_credits",
    ),
    row(
        2,
        "One published form has `token` at the top level: accept both.",
        "wire::test_a_token_is_read_in_both_published_forms",
        "daemon::test_tokens_and_sessions_on_top_of_the_answer_are_read",
    ),
    row(
        2,
        "`user_id`, `expires_at`, `credits` may be absent; lifetime is then 7 days from issue.",
        "wire::test_a_token_is_read_in_both_published_forms test_an_expiry_is_read_in_every_form_or_not_at_all",
        "token::test_a_token_is_asked_for_once_and_kept_for_its_days test_an_expiry_in_the_past_counts_as_none",
    ),
    row(
        2,
        "`NEMO_TOKEN` (or the systemd credential `nemo_token`) belongs to the cloud (`backend.kind: nemo`)",
        "credential::test_the_environment_comes_first_then_the_credential test_none_is_none",
        "daemon::test_an_own_token_that_is_refused_is_never_replaced",
    ),
    row(
        2,
        "the studio never sees it, and with `kind: studio` `doctor` and the inbox file say that it is set and unused",
        "daemon_account::test_with_the_studio_the_own_token_is_said_to_be_unused_and_the_studio_never_sees_it",
        "tests/unit/photovideos/config/test_config.py::test_a_value_out_of_bounds_is_told_by_its_path",
        "tests/end_to_end/test_systemd.py::test_what_runs_has_no_capabilities_and_a_token_only_as_a_credential",
    ),
    row(
        2,
        "It is used as it is, never refreshed, never stored.",
        "token::test_an_own_token_is_used_as_it_is_and_never_stored_or_replaced",
    ),
    row(
        2,
        "A 1001 on it parks the queue",
        "daemon_account::test_a_refused_own_token_parks_the_queue_with_one_notice",
        "ledger::test_a_paused_backend_begins_nothing_and_goes_on_with_what_it_parked",
    ),
    row(
        2,
        '"NemoVideo does not accept your NEMO_TOKEN. Put in a valid one and restart, or remove it to use the free '
        'token."',
        "token::test_an_own_token_is_used_as_it_is_and_never_stored_or_replaced",
        "daemon::test_an_own_token_that_is_refused_is_never_replaced",
    ),
    row(
        2,
        "It MUST NOT be replaced by an anonymous one.",
        "token::test_an_own_token_is_used_as_it_is_and_never_stored_or_replaced",
        "jobs_walk::test_the_users_own_token_is_never_replaced",
        "render::test_the_users_own_token_is_never_replaced",
        "daemon::test_an_own_token_that_is_refused_is_never_replaced",
    ),
    row(
        2,
        "One token per client id per 7 days (HTTP 429)",
        "s_accounts::test_the_same_client_id_gets_429_while_its_token_lives",
        "both::test_one_token_a_client",
    ),
    row(
        2,
        "The client id is made once and kept; the same id asks again after expiry.",
        "tokenfile::test_a_client_id_is_made_once_and_outlives_every_write",
        "token::test_after_its_days_the_same_client_id_asks_again test_the_client_id_is_on_disk_before_it_is_sent",
        "token::test_a_damaged_file_keeps_the_client_id_that_can_be_read",
        "s_accounts::test_after_seven_days_the_token_is_1001_and_the_same_client_id_gets_another_for_the_same_user",
    ),
    row(
        2,
        "Making new ids to get more credits is abuse: MUST not happen.",
        "token::test_after_429_it_waits_asks_once_more_and_then_leaves_it_to_the_schedule",
        "token::test_each_backend_has_its_own_tokens_and_all_have_one_client_id",
        "daemon::test_an_expired_token_is_renewed_in_the_middle_of_a_job",
        "daemon_account::test_without_credits_no_other_client_id_is_made",
    ),
    row(
        2,
        "429: wait 30 s and ask once more",
        "token::test_after_429_it_waits_asks_once_more_and_then_leaves_it_to_the_schedule",
        "token::test_a_second_ask_after_429_may_succeed test_a_stop_ends_the_wait_after_429",
        "published::test_the_defaults_are_the_contract_s test_the_settings_reach_the_calls",
    ),
    row(
        2,
        "after that keep the token there is while it lives, and try again on the schedule; jobs that need one wait",
        "token::test_a_refresh_that_is_limited_keeps_the_token_while_it_lives",
        "token::test_after_429_the_token_there_is_goes_on_to_its_end_and_no_longer",
        "token::test_after_429_it_waits_asks_once_more_and_then_leaves_it_to_the_schedule",
        "token::test_a_refresh_that_was_missed_is_made_up_and_none_is_made_without_need",
        "trouble::test_a_limit_on_tokens_is_asked_about_by_the_schedule_alone_and_the_jobs_wait",
    ),
    row(
        2,
        "400 (missing client id): make an id, keep it, ask again once.",
        "token::test_after_400_the_kept_client_id_is_sent_once_more test_400_twice_is_refused",
        "tokenfile::test_a_client_id_is_made_once_and_outlives_every_write",
    ),
    row(
        2,
        "Token, client id and expiry live in one file, mode 0600, written atomically",
        "tokenfile::test_what_is_written_is_read_again test_the_file_is_private_whatever_the_umask_and_the_file_before",
        "token::test_the_file_is_private_and_holds_what_is_needed",
        "token::test_a_crash_in_the_middle_of_writing_leaves_the_old_file",
        "token::test_two_processes_at_once_do_not_ask_twice",
    ),
    row(
        2,
        "older tokens stay in it while a job's render refers to them",
        "token::test_after_1001_there_is_a_new_token_and_the_old_one_is_still_known",
        "token::test_older_tokens_go_when_no_render_refers_to_them",
    ),
    row(
        2,
        "The ledger holds only a fingerprint (12 hex digits of the SHA-256), never a token.",
        "published::test_a_fingerprint_is_twelve_hex_digits_of_the_sha_256",
        "jobs_walk::test_the_ledger_holds_no_token",
        "watch::test_a_secret_in_a_ledger_is_found_in_its_pages_and_in_its_write_ahead_log",
    ),
    row(
        2,
        "A job keeps its account: after 1001 it goes on in the same session with the new token",
        "jobs_walk::test_an_expired_token_is_renewed_and_the_job_goes_on_in_its_session",
        "daemon::test_an_expired_token_is_renewed_in_the_middle_of_a_job",
        "s_sessions::test_a_new_token_of_the_same_client_goes_on_in_the_same_session",
        "account::test_a_job_keeps_its_account",
    ),
    row(
        2,
        'if the `user_id` is another, or `NEMO_TOKEN` has changed, it parks ("begun with another account")',
        "jobs_walk::test_a_job_with_a_session_does_not_change_its_account",
        "jobs_walk::test_a_new_free_token_of_another_user_is_another_account",
        "render::test_a_new_token_of_another_account_does_not_go_on",
        "account::test_a_job_keeps_its_account",
    ),
    row(2, "and `RETRY` begins anew", "decide::test_retry_with_another_account_begins_anew"),
    # --- 3 Session --------------------------------------------------------------------------------------------------
    row(
        3,
        '`POST /api/tasks/me/with-session/nemo_agent`, body `{"task_name":"project","language":"en"}` (`language` '
        "optional).",
        "client::test_requests_are_as_published",
        "job_account::test_the_session_is_opened_in_the_language_of_the_prompt",
        "s_sessions::test_a_body_that_makes_no_sense_is_422",
        "both::test_the_studio_serves_every_endpoint_of_the_contract",
    ),
    row(
        3,
        '{"code":0,"data":{"task_id":"task_…","session_id":"5529798706024415232","user_id":"anon_…"}}',
        "s_sessions::test_a_session_id_is_a_text_of_19_digits",
        "studio::test_the_road_from_photos_to_a_film",
    ),
    row(
        3,
        "`session_id` is a string of 19 digits: never a number.",
        "wire::test_a_session_id_stays_a_text_of_19_digits",
        "s_sessions::test_a_session_id_is_a_text_of_19_digits",
        "client::test_requests_are_as_published",
    ),
    row(
        3,
        "`task_id`, `user_id` may be absent; the fields may be at the top level.",
        "wire::test_a_session_id_stays_a_text_of_19_digits",
        "daemon::test_tokens_and_sessions_on_top_of_the_answer_are_read",
    ),
    row(
        3,
        "Registration link (2001 and 402 on an anonymous token): `https://nemovideo.com/register?bind=<user_id>`, the "
        "session's id before the state's and the token's",
        "caller::test_the_link_is_bound_to_whoever_the_session_belongs_to",
        "account::test_the_link_binds_the_first_id_that_may_stand_in_it",
        "account::test_a_blocked_export_is_told_as_a_matter_of_the_plan",
        "client::test_the_registration_link_binds_the_sessions_user",
    ),
    row(
        3,
        "one that is not `[A-Za-z0-9_-]{1,64}` is left out of the link",
        "account::test_the_link_binds_the_first_id_that_may_stand_in_it",
    ),
)
