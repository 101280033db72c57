"""Sections 10 to 12: requests, timeline, tips."""

from contract.rows.row import row

ROWS = (
    # --- 10 Words that skip the message -----------------------------------------------------------------------------
    row(
        10,
        '| export, download, "send me the video", "export 1080p MP4", 导出 | an export of the timeline as it stands |',
        "requests::test_an_export_line_is_an_export",
        "steps::test_an_export_of_a_timeline_that_stands_says_nothing",
    ),
    row(
        10,
        "| credits, balance, 积分, 余额 | the balance, written to the summary |",
        "requests::test_a_credits_line_asks_for_the_balance",
        "steps::test_questions_alone_make_no_film_and_are_answered_in_the_summary",
        "steps::test_questions_behind_the_last_film_are_answered_in_its_summary",
    ),
    row(
        10,
        '| status, "show tracks", 状态 | the timeline, written to the summary |',
        "requests::test_a_status_line_asks_for_the_timeline",
        "screen::test_a_status_line_writes_the_timeline_as_it_stands_into_the_summary",
    ),
    row(
        10,
        "| upload, 上传 | upload of what is new in the folder |",
        "requests::test_an_upload_line_is_an_upload",
        "steps::test_an_upload_line_alone_is_answered_too",
        "inputs::test_the_next_prompt_takes_along_what_came_what_went_and_what_changed",
    ),
    row(
        10,
        "| anything else | a message (§7) |",
        "requests::test_anything_else_is_a_message test_an_address_without_upload_is_a_message",
        "steps::test_each_block_ends_in_a_film_of_its_own",
    ),
    row(
        10,
        "The *whole line* has to be such a request; case, final punctuation, politeness (please, 请) and the words for "
        'video, format and resolution are part of it: "Please export the video.", 导出视频.',
        "requests::test_an_export_line_is_an_export test_anything_else_is_a_message test_a_long_line_is_prose",
    ),
    row(
        10,
        '"Turn my photos into a video and export it in 1080p" asks for an edit, and is a message; so is an export line '
        "that asks for another shape or length.",
        "requests::test_anything_else_is_a_message",
    ),
    row(
        10,
        "A resolution named in it is honoured or reported; another container than MP4 is reported.",
        "requests::test_an_export_tells_the_resolution_and_the_container_it_named",
        "telling::test_a_larger_wish_than_the_cloud_can_make_is_told test_another_container_is_told",
    ),
    row(
        10,
        'An export of an empty timeline is preceded by the message "turn these photos into a video with transitions '
        'and background music", and the summary says so.',
        "steps::test_an_export_line_alone_asks_first_for_a_video_and_says_so",
        "steps::test_a_crash_around_the_message_nobody_wrote_swallows_no_other",
        "published::test_the_defaults_are_the_contract_s",
    ),
    row(
        10,
        "`upload https://…` hands the address to the cloud (`urls`) if `upload.allow_urls` is set.",
        "requests::test_upload_hands_over_the_addresses_as_written",
        "steps::test_addresses_are_handed_to_the_cloud test_addresses_are_handed_over_only_if_that_is_allowed",
    ),
    # --- 11 Timeline summary ----------------------------------------------------------------------------------------
    row(
        11,
        'Timeline (3 tracks): 1. Video: city timelapse (0-10s) 2. BGM: Lo-fi (0-10s, 35%) 3. Title: "Urban Dreams" '
        "(0-3s)",
        "words::test_the_published_example_comes_out_letter_by_letter",
        "summary::test_the_tracks_come_first_in_the_form_of_the_contract",
        "telling::test_the_timeline_and_the_reply_stand_in_it_and_no_id_or_code",
    ),
    # --- 12 What the services tell their users ----------------------------------------------------------------------
    row(12, "Fewer than 20 photos go fastest", "tips::test_many_photos_are_slow_in_the_cloud_alone"),
    row(
        12,
        "5–10 give the best pacing for 15–30 s (about 3 s a photo)",
        "tips::test_a_film_too_fast_or_too_slow_is_told_the_best_pacing",
    ),
    row(
        12,
        'a concrete wish works better than "make it look better"',
        "tips::test_a_vague_wish_is_told_what_a_concrete_one_is test_a_concrete_wish_is_not",
    ),
    row(
        12,
        "JPG, PNG, HEIC, WebP, GIF are the smoothest",
        "tips::test_formats_that_were_left_out_lead_to_the_smoothest_ones",
    ),
    row(12, "export is MP4", "telling::test_another_container_is_told"),
    row(
        12,
        "Where such a tip would have helped with a job, the summary or the status says it in a line.",
        "summary::test_a_hint_is_given_where_it_would_have_helped",
        "tips::test_a_job_that_went_well_needs_no_tip",
        "telling::test_a_tip_stands_in_the_summary_where_it_would_have_helped_and_nowhere_else",
        "telling::test_where_there_is_no_film_the_status_has_the_tip",
        "telling::test_where_no_file_can_be_used_the_status_has_the_formats",
    ),
)
