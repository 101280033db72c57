"""Sections 4 to 6: upload, credits, state."""

from contract.rows.row import row

ROWS = (
    # --- 4 Upload ---------------------------------------------------------------------------------------------------
    row(
        4,
        "`POST /api/upload-video/nemo_agent/me/<session_id>`: multipart, field name `files` (may repeat)",
        "client::test_a_file_goes_as_multipart_under_its_own_name",
        "s_uploads::test_the_field_may_repeat_and_keeps_its_order",
        "studio::test_a_file_sent_over_the_wire_is_taken_too",
        "both::test_the_studio_serves_every_endpoint_of_the_contract",
    ),
    row(
        4,
        'or JSON `{"urls":["…"],"source_type":"url"}`',
        "upload::test_the_studio_gets_the_originals_address",
        "steps::test_addresses_are_handed_to_the_cloud",
        "s_uploads::test_a_file_address_is_taken_where_it_lies test_addresses_that_make_no_sense_are_422",
    ),
    row(
        4,
        '{"code":0,"data":{"files":[{"filename":"a.jpg","file_type":"image","cdn_url":"https://…","width":4000,'
        '"height":3000}],"session_state_applied":true}}',
        "wire::test_the_servers_names_of_uploads_are_read",
        "s_uploads::test_a_copy_is_told_with_its_type_and_size",
    ),
    row(
        4,
        "Types: mp4 mov avi webm mkv, jpg (jpeg) png gif webp, mp3 wav m4a aac.",
        "published::test_the_published_types_are_these_and_no_others",
        "both::test_both_sides_list_the_same_types_and_the_same_limit",
        "s_uploads::test_an_unsupported_type_is_4001_and_named",
    ),
    row(
        4,
        "HEIC is in no published API list: convert to JPEG before upload.",
        "photos::test_what_the_cloud_does_not_take_becomes_jpeg",
        "names::test_a_copy_in_another_format_gets_its_extension",
        "preparation::test_for_the_cloud_copies_lie_in_the_work_folder_and_originals_are_untouched",
    ),
    row(
        4,
        "200 MB a file; `4001` unsupported, `4002` too large.",
        "upload::test_what_is_too_large_is_not_sent_at_all test_a_refused_file_is_named_and_the_others_go_on",
        "s_uploads::test_a_file_above_200_megabytes_is_4002_and_named test_a_reference_above_200_megabytes_is_4002",
        "s_uploads::test_an_unsupported_type_is_4001_and_named",
        "both::test_both_sides_list_the_same_types_and_the_same_limit",
    ),
    row(
        4,
        "One file a request, one after the other, in the order in which they are to appear (EXIF time, else natural "
        "name)",
        "upload::test_files_go_one_by_one_in_their_order",
        "preparation::test_for_the_studio_nothing_is_written_and_the_order_is_that_of_taking",
        "order::test_the_time_of_taking_decides_where_every_photo_has_one test_without_dates_the_natural_order_stays",
        "daemon::test_a_film_is_made_and_no_call_lacks_its_headers",
    ),
    row(
        4,
        "so that 4001 and 4002 name their file and the server's order is ours",
        "upload::test_a_refused_file_is_named_and_the_others_go_on",
        "daemon::test_a_refused_file_is_named_and_the_film_goes_on",
        "s_uploads::test_the_field_may_repeat_and_keeps_its_order",
    ),
    row(
        4,
        "Under its own base name, never a path; twins from subfolders get ` (2)`.",
        "names::test_a_file_keeps_its_own_base_name_never_a_path",
        "names::test_twins_from_subfolders_get_a_number_in_the_given_order",
        "client::test_a_file_goes_as_multipart_under_its_own_name",
        "s_uploads::test_a_name_is_a_base_name_and_never_a_path test_twins_get_a_number",
    ),
    row(
        4,
        "`video_infos` (objects with `filename`, perhaps bare strings) is matched by that name.",
        "wire::test_uploaded_names_are_objects_or_bare_strings",
        "upload::test_after_a_break_only_what_the_state_lacks_is_sent",
        "sending::test_after_a_crash_in_the_middle_only_what_the_state_lacks_is_sent",
    ),
    row(
        4,
        "To the cloud nothing carries place, camera or date: EXIF, XMP, IPTC, PNG text",
        "photos::test_a_jpeg_leaves_camera_place_xmp_and_comment_behind test_iptc_in_a_jpeg_is_left_behind",
        "photos::test_a_png_leaves_its_text_behind test_other_formats_leave_exif_and_xmp_behind",
        "preparation::test_for_the_cloud_copies_lie_in_the_work_folder_and_originals_are_untouched",
    ),
    row(
        4,
        "clips and songs are re-wrapped without tags",
        "rewrap::test_a_clip_keeps_picture_and_sound_and_loses_its_tags",
        "rewrap::test_a_song_keeps_its_sound_and_loses_its_tags test_a_cover_in_a_song_stays_behind",
        "rewrap::test_chunks_beside_the_sound_of_a_wav_stay_behind",
    ),
    row(
        4,
        "What cannot be stripped is left out and named.",
        "rewrap::test_what_cannot_be_wrapped_anew_is_not_sent_with_its_tags",
        "preparing::test_tags_that_cannot_be_taken_out_are_a_problem",
        "preparation::test_one_bad_file_is_named_and_the_others_go_on",
    ),
    # --- 5 Credits --------------------------------------------------------------------------------------------------
    row(
        5,
        '`GET /api/credits/balance/simple` → `{"code":0,"data":{"available":60,"frozen":40,"total":100}}`.',
        "wire::test_a_balance_needs_what_is_available_and_nothing_else",
        "s_accounts::test_credits_are_told_in_the_contract_s_form_and_nothing_is_charged",
        "both::test_the_studio_serves_every_endpoint_of_the_contract",
    ),
    row(
        5,
        "An edit costs about 50, a generation about 100, an export nothing.",
        "job_account::test_a_session_lost_after_a_paid_message_parks_if_the_credits_do_not_reach",
        "s_faults::test_messages_cost_credits_and_then_there_are_none",
    ),
    row(
        5,
        "Before the first upload of a job the balance is asked for; `available` 0 parks the job before anything is "
        "sent",
        "job_account::test_a_balance_of_nothing_parks_before_anything_is_sent",
        "daemon::test_a_balance_of_nothing_parks_before_anything_is_sent",
    ),
    row(
        5,
        "the figures before and after stand in the summary",
        "telling::test_credits_before_and_after_and_where_the_photos_went",
        "summary::test_credits_before_and_after",
        "exporting::test_no_film_is_withheld_for_a_balance_that_cannot_be_had",
    ),
    row(
        5,
        "The studio answers in the same form and charges nothing (unless its faults file says so).",
        "s_accounts::test_credits_are_told_in_the_contract_s_form_and_nothing_is_charged",
        "s_faults::test_messages_cost_credits_and_then_there_are_none",
    ),
    # --- 6 State ----------------------------------------------------------------------------------------------------
    row(
        6,
        "`GET /api/state/nemo_agent/me/<session_id>/latest`",
        "both::test_the_studio_serves_every_endpoint_of_the_contract",
        "studio::test_the_road_from_photos_to_a_film",
    ),
    row(
        6,
        '{"code":0,"data":{"session_id":"…","task_id":"…","state":{"draft":{…},"video_infos":[…],"generated_media":…,'
        '"canvas_config":{…}}}}',
        "s_sessions::test_the_state_tells_the_draft_the_files_and_the_canvas",
        "client::test_the_draft_goes_back_byte_for_byte",
        "wire::test_a_state_that_is_not_there_is_named",
    ),
    row(
        6,
        "The draft uses short keys: `t` tracks, `tt` track type (0 video, 1 audio, 7 text), `sg` segments, `d` "
        "duration in ms, `m` metadata.",
        "both::test_photos_and_words_become_a_film_along_the_daemon_s_own_road",
        "reading::test_a_segment_is_read_as_far_as_it_can_be test_a_track_has_the_name_of_its_type",
        "codec::test_the_keys_are_those_of_the_contract",
    ),
    row(
        6,
        "treat it as opaque, send it back exactly as it came (no key dropped, no number reformatted)",
        "client::test_the_draft_goes_back_byte_for_byte",
        "wire::test_the_posted_draft_is_the_text_it_came_as",
        "jsontext::test_a_span_is_the_text_of_the_value test_numbers_keep_every_digit",
        "daemon::test_a_draft_goes_back_as_it_came",
        "studio::test_a_draft_keeps_every_byte_on_its_way",
    ),
    row(
        6,
        "let the summary read what it knows and survive what it does not",
        "reading::test_no_draft_brings_the_reading_down test_text_that_is_no_json_is_no_draft",
        "words::test_a_line_says_only_what_can_be_read",
    ),
    row(
        6,
        "It may be absent, `null` or `{}` before the first edit.",
        "wire::test_absent_null_and_empty_are_one_state",
        "reading::test_absent_null_and_empty_have_one_digest",
        "words::test_an_empty_timeline_is_said_to_be_empty",
        "s_sessions::test_before_the_first_edit_there_is_no_draft",
    ),
    row(
        6,
        "Assumed, and used by our studio: `n` name or text, `s` start in ms, `d` length in ms, `v` volume 0–1, looked "
        "up in the segment, then in its `m`; then `name`/`title`/`text`, `start`, `volume`.",
        "reading::test_a_segment_is_read_as_far_as_it_can_be",
        "both::test_photos_and_words_become_a_film_along_the_daemon_s_own_road",
    ),
    row(
        6,
        "The summary reads each only where it is there and of that type; without a start, segments follow each other",
        "reading::test_a_segment_is_read_as_far_as_it_can_be test_without_a_start_segments_follow_each_other",
    ),
    row(
        6,
        'track types 0 Video, 1 BGM, 7 Title, others "Track <tt>"; nothing readable: "n segments"',
        "reading::test_a_track_has_the_name_of_its_type",
        "words::test_a_line_says_only_what_can_be_read",
    ),
    row(
        6,
        "Export-ready: `draft.t` is there and at least one track has a non-empty `sg`.",
        "reading::test_something_to_export_is_a_track_with_segments",
        "messages::test_a_message_that_made_nothing_fails_with_the_answer",
        "s_renders::test_an_empty_timeline_is_not_rendered",
    ),
)
