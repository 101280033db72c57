"""The timeline of the summary (contract §11) and changes in words (issue: an edit that said nothing)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from photovideos.model import RawJson
from photovideos.nemo.draft import changes, timeline_lines


def draft(*tracks: tuple[int, list[dict[str, Any]]], **more: Any) -> RawJson:
    return RawJson(json.dumps({"t": [{"tt": kind, "sg": segments} for kind, segments in tracks], **more}))


def photos(count: int, each_ms: int = 3000) -> list[dict[str, Any]]:
    return [{"n": f"IMG_{number}.jpg", "s": (number - 1) * each_ms, "d": each_ms} for number in range(1, count + 1)]


MUSIC = {"n": "Lo-fi", "s": 0, "d": 10000, "v": 0.35}
TITLE = {"n": "Urban Dreams", "s": 0, "d": 3000}


def test_the_published_example_comes_out_letter_by_letter() -> None:
    example = draft((0, [{"n": "city timelapse", "s": 0, "d": 10000}]), (1, [MUSIC]), (7, [TITLE]))
    assert "\n".join(timeline_lines(example)) == (
        "Timeline (3 tracks):\n"
        "1. Video: city timelapse (0-10s)\n"
        "2. BGM: Lo-fi (0-10s, 35%)\n"
        '3. Title: "Urban Dreams" (0-3s)'
    )


def test_many_photos_are_one_line() -> None:
    assert timeline_lines(draft((0, photos(10))))[1] == (
        "1. Video: IMG_1.jpg, IMG_2.jpg, IMG_3.jpg, IMG_4.jpg, IMG_5.jpg and 5 more (0-30s)"
    )
    assert timeline_lines(draft((0, photos(2))))[1] == "1. Video: IMG_1.jpg, IMG_2.jpg (0-6s)"


def test_several_titles_keep_their_times() -> None:
    titles = [TITLE, {"n": "The End", "s": 27_500, "d": 2500}]
    assert timeline_lines(draft((7, titles)))[1] == '1. Title: "Urban Dreams" (0-3s), "The End" (27.5-30s)'


@pytest.mark.parametrize(
    ("track", "line"),
    [
        ((0, [{"x": 1}, {"y": 2}, None]), "Video: 3 segments"),
        ((0, [{}]), "Video: 1 segment"),
        ((0, []), "Video: 0 segments"),
        ((0, [{"d": 2000}, {"d": 3000}]), "Video: 2 segments (0-5s)"),
        ((0, [{"n": "a.jpg"}, {}]), "Video: a.jpg and 1 more"),
        ((1, [{"v": 0.5}]), "BGM: 1 segment (50%)"),
        ((1, [{"n": "a", "d": 1000}, {"n": "b", "d": 1000, "v": 0.125}]), "BGM: a (0-1s), b (1-2s, 12%)"),
        ((3, [{"n": "snow", "d": 1500}]), "Track 3: snow (0-1.5s)"),
        ((0, [{"n": "clip.mp4", "d": 1000, "v": 1}]), "Video: clip.mp4 (0-1s)"),
    ],
)
def test_a_line_says_only_what_can_be_read(track: tuple[int, list[dict[str, Any]]], line: str) -> None:
    assert timeline_lines(draft(track)) == ("Timeline (1 track):", f"1. {line}")


@pytest.mark.parametrize("empty", [None, "null", "{}", '{"t":[]}', "nonsense"])
def test_an_empty_timeline_is_said_to_be_empty(empty: str | None) -> None:
    assert timeline_lines(RawJson(empty) if empty is not None else None) == ("Timeline (empty)",)


def test_a_timeline_of_a_thousand_tracks_stays_short() -> None:
    assert len(timeline_lines(draft(*[(7, [TITLE])] * 1000))) <= 50


def test_what_was_added_is_said() -> None:
    before = draft((0, photos(3)))
    assert changes(before, draft((0, photos(3)), (1, [{"s": 0, "d": 30_000, "v": 0.35}]))) == (
        "added: background music, 0–30 s, 35 %",
    )
    assert changes(before, draft((0, photos(3)), (7, [TITLE]))) == ('added: title "Urban Dreams", 0–3 s',)
    assert changes(before, draft((0, photos(4)))) == ("added: video, 9–12 s (IMG_4.jpg)",)


def test_the_first_edit_is_all_added() -> None:
    assert changes(None, draft((0, photos(10)), (1, [MUSIC]))) == (
        "added: 10 pieces of video, 0–30 s (IMG_1.jpg, IMG_2.jpg, IMG_3.jpg, IMG_4.jpg, IMG_5.jpg and 5 more)",
        "added: background music, 0–10 s, 35 % (Lo-fi)",
    )


def test_what_was_removed_is_said() -> None:
    assert changes(draft((0, photos(2)), (1, [MUSIC])), draft((0, photos(2)))) == (
        "removed: background music, 0–10 s, 35 % (Lo-fi)",
    )


def test_another_volume_is_said() -> None:
    assert changes(draft((1, [MUSIC])), draft((1, [MUSIC | {"v": 0.2}]))) == (
        "volume changed: background music (Lo-fi), 35 % → 20 %",
    )


def test_another_time_is_said() -> None:
    assert changes(draft((7, [TITLE])), draft((7, [TITLE | {"s": 1000}]))) == (
        'moved: title "Urban Dreams", now 1–4 s',
    )
    assert changes(draft((7, [TITLE])), draft((7, [TITLE | {"d": 5000}]))) == (
        'length changed: title "Urban Dreams", now 0–5 s',
    )
    assert changes(draft((0, photos(10))), draft((0, photos(10, 6000)))) == (
        "length changed: 10 pieces of video, now 0–60 s",
    )


def test_another_name_in_the_same_place_is_a_replacement() -> None:
    assert changes(draft((7, [TITLE])), draft((7, [TITLE | {"n": "Rome"}]))) == (
        'replaced: title "Urban Dreams" → "Rome"',
    )


def test_another_order_is_told_once() -> None:
    mirrored = [one | {"s": (3 - number) * 3000} for number, one in enumerate(photos(4))]
    assert changes(draft((0, photos(4))), draft((0, mirrored))) == (
        "new order: IMG_4.jpg, IMG_3.jpg, IMG_2.jpg, IMG_1.jpg",
    )


def test_unreadable_segments_are_counted() -> None:
    assert changes(draft((0, [{}])), draft((0, [{}, {}, {}]))) == ("added: 2 pieces of video",)
    assert changes(draft((7, [{}])), draft((7, []))) == ("removed: 1 title",)


def test_a_change_beside_the_tracks_is_not_hidden() -> None:
    assert changes(draft((0, photos(2))), draft((0, photos(2)), filter="bw")) == (
        "changed: settings that the list of tracks does not show",
    )


def test_equal_drafts_have_no_changes() -> None:
    assert changes(draft((0, photos(2))), draft((0, photos(2)))) == ()
    assert changes(None, RawJson("{}")) == ()
