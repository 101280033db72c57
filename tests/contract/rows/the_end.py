"""Sections 8 and 9: render, codes."""

from contract.rows.row import row

ROWS = (
    # --- 8 Render ---------------------------------------------------------------------------------------------------
    row(8, "`POST /api/render/proxy/lambda`", "both::test_the_studio_serves_every_endpoint_of_the_contract"),
    row(
        8,
        '{"id":"render_<ts>","sessionId":"<session_id>","draft":{…},"output":{"format":"mp4","quality":"high"}}',
        "wire::test_the_posted_draft_is_the_text_it_came_as",
        "render::test_ids_have_the_published_form_and_differ",
        "s_renders::test_what_cannot_be_rendered_is_422_with_its_place",
    ),
    row(
        8,
        "The client chooses `id`; it must be unique.",
        "render::test_ids_have_the_published_form_and_differ",
        "s_renders::test_an_id_is_used_once",
    ),
    row(
        8,
        "Poll `GET /api/render/proxy/lambda/<id>` every 30 s.",
        "render::test_a_render_is_posted_and_polled_until_it_is_there",
        "published::test_the_defaults_are_the_contract_s",
        "both::test_the_studio_serves_every_endpoint_of_the_contract",
    ),
    *(
        row(
            8,
            form,
            "wire::test_every_answer_form_of_the_render_is_read",
            "daemon::test_every_published_answer_to_a_poll_ends_in_a_film",
            "villains::test_a_job_is_finished_with",
        )
        for form in ("| A | `{", "| B | `{", '| C | A\'s or B\'s fields inside `{"code":0,"data":{…}}`, or bare |')
    ),
    row(
        8,
        "Status: `pending`, `processing`, `completed`, `failed`; any other word means keep polling.",
        "wire::test_any_other_word_means_keep_polling",
        "render::test_words_nobody_knows_keep_it_polling_but_not_for_ever",
        "s_renders::test_a_render_goes_from_pending_to_completed_in_form_a",
        "daemon::test_every_published_answer_to_a_poll_ends_in_a_film",
    ),
    row(8, "`completed` counts only with a URL.", "wire::test_completed_counts_only_with_a_url"),
    row(
        8,
        "The reason of `failed` is `error` or `message` beside `status`.",
        "wire::test_a_failure_tells_its_reason",
        "render::test_the_second_failure_is_the_end_and_tells_the_servers_reason",
    ),
    row(
        8,
        "The answer to the POST counts only for its codes.",
        "published::test_the_answer_to_the_post_of_a_render_counts_only_for_its_codes",
        "render::test_a_post_without_a_clear_answer_is_followed_by_polls_of_its_id",
    ),
    row(
        8,
        "While polling, 408, 429, 5xx and transport errors: ask again for the same id.",
        "render::test_a_service_that_is_not_there_keeps_no_worker_and_is_asked_for_the_same_id_later",
        "render::test_what_asking_in_place_can_cure_is_asked_again_in_place_twice",
        "render::test_a_rate_limit_while_polling_is_honoured",
        "render::test_a_service_that_cannot_be_asked_costs_no_render",
        "villains::test_a_job_is_finished_with",
    ),
    row(
        8,
        "`failed`: one new render with a new id, then give up with the server's reason.",
        "render::test_a_failed_render_is_tried_once_more_under_a_new_id",
        "render::test_the_second_failure_is_the_end_and_tells_the_servers_reason",
        "exporting::test_a_render_that_fails_twice_is_the_end_and_says_why",
        "daemon::test_a_failed_render_is_tried_once_more_with_a_new_id",
    ),
    row(
        8,
        "No progress for an hour counts as `failed`",
        "render::test_no_progress_for_the_timeout_counts_as_failed test_progress_however_slow_is_no_failure",
        "published::test_the_defaults_are_the_contract_s",
    ),
    row(
        8,
        'after 5 minutes the status says "slower than usual" (30–90 s are usual)',
        "render::test_after_five_minutes_it_is_said_to_be_slower_than_usual",
    ),
    row(
        8,
        "The id MUST be on disk before the request is sent.",
        "render::test_the_id_is_on_disk_before_the_request_goes_out",
        "both::test_photos_and_words_become_a_film_along_the_daemon_s_own_road",
    ),
    row(
        8,
        'A POST whose answer never came, or a "duplicate id" after a crash: poll the id',
        "render::test_a_post_without_a_clear_answer_is_followed_by_polls_of_its_id",
        "render::test_after_a_crash_the_id_is_asked_for_and_nothing_is_posted",
        "client::test_a_post_of_a_render_goes_out_once",
        "exporting::test_a_post_without_an_answer_is_asked_after",
    ),
    row(
        8,
        "only three 404s in a row mean never heard of, then the same id is posted again",
        "render::test_three_404s_in_a_row_have_the_same_id_posted_again test_two_404s_are_not_enough",
        "render::test_a_post_that_never_arrived_is_sent_again_under_the_same_id",
        "client::test_a_poll_of_an_unknown_render_is_a_404",
        "s_renders::test_a_render_nobody_asked_for_is_404",
    ),
    row(
        8,
        "The token carries the render: poll and fallback download use the token of the POST.",
        "render::test_a_render_goes_on_with_the_token_it_was_posted_with",
        "exporting::test_the_fallback_route_is_asked_with_the_token_of_the_post_though_there_is_a_newer_one",
        "fetching::test_where_the_address_fails_the_fallback_route_is_asked_with_authorization",
        "s_renders::test_the_token_carries_the_render test_the_fallback_asks_for_the_token_of_the_render",
    ),
    row(
        8,
        "If that one gets 1001, the render is given up: new id, new token (rendering is free).",
        "render::test_a_refused_token_gives_the_render_up_for_a_new_id_and_a_new_token",
        "render::test_a_refused_token_on_the_post_is_replaced_as_well",
        "exporting::test_a_token_refused_at_the_fallback_route_gives_the_render_up",
        "villains::test_a_job_is_finished_with",
    ),
    row(
        8,
        '402: not a credits matter: "Register or upgrade your plan to unlock export", with the registration link; the '
        "job waits.",
        "account::test_a_blocked_export_is_told_as_a_matter_of_the_plan",
        "exporting::test_a_blocked_export_goes_on_without_a_second_message",
        "daemon::test_a_blocked_export_waits_for_a_plan",
    ),
    row(
        8,
        "The cloud makes H.264 up to 1080 × 1920 (1920 × 1080): a larger wish is made at 1080p and the summary says "
        "so.",
        "telling::test_a_larger_wish_than_the_cloud_can_make_is_told test_a_wish_the_cloud_can_make_is_not",
    ),
    row(
        8,
        "Download: plain GET without `Authorization`; if that fails, `GET /api/render/proxy/<id>/download` with it.",
        "fetching::test_a_film_is_fetched_whole test_another_origin_never_sees_who_asks",
        "fetching::test_where_the_address_fails_the_fallback_route_is_asked_with_authorization",
        "fetching::test_an_address_on_the_apis_own_origin_is_asked_without_authorization_first",
        "s_renders::test_the_film_is_fetched_without_a_token_by_whoever_has_its_address",
        "both::test_the_studio_serves_every_endpoint_of_the_contract",
    ),
    # --- 9 Codes ----------------------------------------------------------------------------------------------------
    row(
        9,
        "What may be repeated (token, session, upload, state, credits, poll, download) is asked again in place on 408, "
        "5xx and transport errors, three times within a minute, before the job goes to its retries.",
        "published::test_every_call_that_may_be_repeated_is_asked_again_in_place",
        "client::test_what_may_be_repeated_is_asked_again_in_place "
        "test_after_three_more_tries_trouble_is_handed_on test_a_post_of_a_render_goes_out_once",
        "caller::test_only_trouble_that_may_pass_is_asked_about_again",
        "fetching::test_an_address_in_trouble_is_asked_again_in_place "
        "test_a_cut_film_is_gone_on_with_where_it_was_left",
    ),
    row(
        9,
        'Codes may arrive in the body of a 200 answer (`{"code":…,"message":…,"data":…}` or '
        '`{"success":false,"error":…}`) or of a 4xx, and a non-2xx body may not be JSON: check both.',
        "codes::test_the_code_in_the_body_of_a_200_counts test_a_status_without_a_code_stands_for_itself",
        "codes::test_an_unsuccessful_body_is_no_success_whatever_its_status",
        "client::test_codes_become_errors_of_the_tree",
    ),
    row(9, "| 0 | success | goes on |", "codes::test_the_code_in_the_body_of_a_200_counts"),
    row(
        9,
        "| 1001 | bad or expired token | anonymous: gets a token again (once per job and cause), then goes on; "
        "`NEMO_TOKEN`: §2 |",
        "jobs_walk::test_an_expired_token_is_renewed_and_the_job_goes_on_in_its_session",
        "jobs_walk::test_a_service_that_refuses_its_own_new_tokens_is_not_asked_for_ever",
        "jobs_walk::test_the_users_own_token_is_never_replaced",
        "client::test_codes_become_errors_of_the_tree",
    ),
    row(
        9,
        "once in a job: opens a new session, uploads again, sends the messages so far of this timeline as **one** "
        "message (charged once), then goes on",
        "job_account::test_a_lost_session_is_made_anew_and_what_was_said_comes_as_one_message",
        "job_account::test_1002_is_answered_once_in_a_job",
        "job_account::test_a_timeline_that_begins_afresh_needs_nothing_said_again",
        "daemon::test_a_lost_session_is_made_anew_and_what_was_said_is_said_as_one",
    ),
    row(
        9,
        "if an earlier one was paid and the balance is below 50, the job parks instead",
        "job_account::test_a_session_lost_after_a_paid_message_parks_if_the_credits_do_not_reach",
        "job_account::test_a_session_lost_before_anything_was_paid_costs_nothing",
    ),
    row(
        9,
        'anonymous: registration link with `?bind=<id>`; a `NEMO_TOKEN` user: "Top up credits in your account"; the '
        "job waits, nothing is lost.",
        "account::test_what_to_do_without_credits_depends_on_whose_token_it_is",
        "job_account::test_whoever_has_to_register_is_told_where_and_what_then",
        "job_account::test_the_user_of_a_token_of_his_own_has_no_link_to_follow",
        "job_account::test_what_was_parked_goes_on_where_it_stood",
        "client::test_the_registration_link_binds_the_sessions_user",
        "daemon::test_without_credits_the_job_waits_and_says_where_to_register",
        "messages::test_a_stream_that_ends_for_want_of_credits_parks_and_goes_on_with_credits",
        "errands::test_new_credits_resume_the_queue_and_the_jobs_that_were_parked_for_them",
    ),
    row(
        9,
        'Both 2001 and 402 add: "After registering, set NEMO_TOKEN to your own token, restart, and drop RETRY. Films '
        'made on this machine need no credits: backend.kind: studio."',
        "published::test_both_causes_of_waiting_add_the_contract_s_words",
        "account::test_what_to_do_without_credits_depends_on_whose_token_it_is",
    ),
    row(
        9,
        "| 4001 | unsupported file | names the file and the supported formats; the other photos go on |",
        "upload::test_a_refused_file_is_named_and_the_others_go_on",
        "codes::test_a_refused_file_says_what_to_do",
        "sending::test_a_refused_file_is_named_and_the_others_go_on",
        "daemon::test_a_refused_file_is_named_and_the_film_goes_on",
    ),
    row(
        9,
        "| 4002 | file too large | names the file, suggests compressing or trimming; the other photos go on |",
        "upload::test_a_refused_file_is_named_and_the_others_go_on",
        "codes::test_a_refused_file_says_what_to_do",
        "daemon::test_a_refused_file_is_named_and_the_film_goes_on",
    ),
    row(
        9,
        "| 400 | missing client id | §2 |",
        "token::test_after_400_the_kept_client_id_is_sent_once_more",
        "villains::test_a_job_is_finished_with",
    ),
    row(
        9,
        "| 402 | export blocked by plan | §8; the job waits |",
        "daemon::test_a_blocked_export_waits_for_a_plan",
        "villains::test_retry_after_402_goes_on_without_a_second_message",
    ),
    row(
        9,
        "| 429 | rate limit | §2; elsewhere honours `Retry-After`, backs off with jitter |",
        "client::test_a_rate_limit_tells_how_long_and_is_not_asked_again",
        "codes::test_retry_after_is_read_in_seconds",
        "render::test_a_rate_limit_while_polling_is_honoured",
        "render::test_a_post_that_was_turned_away_goes_out_again_under_its_id_when_the_job_comes_again",
        "trouble::test_a_render_turned_away_by_429_goes_out_again_under_its_id",
        "states::test_waits_double_from_thirty_seconds_up_to_an_hour test_jitter_spreads_a_wait_by_a_fifth",
        "daemon_account::test_a_job_waits_as_long_as_the_service_asks",
    ),
)
