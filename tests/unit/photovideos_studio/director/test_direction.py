"""Messages in a session: what changes, what stays, what is told."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photovideos_studio.director import direct
from photovideos_studio.draft import Draft


@pytest.mark.parametrize(("text", "language"), [("夏の思い出の動画", "ja"), ("做一个视频", "zh"), ("Ein Film", "de")])
def test_the_language_of_the_reply_is_told(table: ModuleType, text: str, language: str) -> None:
    materials = table.materials(table.TEN_PHOTOS)
    assert direct(text, materials=materials, previous=None, seed="s", language=None).language == language


def test_words_that_wish_nothing_change_nothing_and_are_told(table: ModuleType) -> None:
    materials = table.materials(table.TEN_PHOTOS)
    first = direct("30 seconds", materials=materials, previous=None, seed="s", language=None)
    second = direct("please add some zorkification", materials=materials, previous=first.draft, seed="s", language=None)
    assert first.changed
    assert not second.changed
    assert "zorkification" in second.reply


def test_errands_change_what_is_shown(table: ModuleType) -> None:
    materials = table.materials(("a.jpg", "b.jpg", "c.jpg"))
    first = direct(
        "Start a new timeline with only these files: a.jpg, b.jpg.\n20 seconds",
        materials=materials,
        previous=None,
        seed="s",
    )
    assert [p.name for p in first.draft.pictures] == ["a.jpg", "b.jpg"]
    second = direct("New files: c.jpg. Add them to the video.", materials=materials, previous=first.draft, seed="s")
    assert [p.name for p in second.draft.pictures] == ["a.jpg", "b.jpg", "c.jpg"]
    third = direct(
        "These files are gone: a.jpg. Remove them from the video.", materials=materials, previous=second.draft, seed="s"
    )
    assert [p.name for p in third.draft.pictures] == ["b.jpg", "c.jpg"]
    assert third.draft.length_ms == 20_000


def test_wishes_survive_the_way_through_the_wire(table: ModuleType) -> None:
    materials = table.materials(table.TEN_PHOTOS)
    first = direct(
        "45 seconds, title 'A', hold the first photo for 6 seconds, no music",
        materials=materials,
        previous=None,
        seed="s",
    )
    carried = Draft.from_json(json.loads(json.dumps(first.draft.to_json())))
    second = direct("vertical", materials=materials, previous=carried, seed="s")
    wishes = second.draft.photovideos["wishes"]
    assert wishes["duration_s"] == 45
    assert wishes["hold"] == [{"file": "IMG_0001.jpg", "s": 6}]
    assert wishes["music"] == {"enabled": False}
    assert wishes["aspect"] == "9:16"


def test_only_what_was_asked_for_is_in_the_wishes(table: ModuleType) -> None:
    assert set(table.directed(["slideshow"]).draft.photovideos["wishes"]) == {"titles", "drop", "sequence"}


def test_every_clause_has_a_receipt(table: ModuleType) -> None:
    prompt = "We got married in June. 30 seconds, vertical. Frobnicate the wuggles please. Add a voiceover."
    receipt = table.directed([prompt]).draft.photovideos["receipt"]
    outcomes = {entry["clause"]: entry["outcome"] for entry in receipt}
    assert outcomes == {
        "We got married in June": "taken as context",
        "30 seconds": "done",
        "vertical": "done",
        "Frobnicate the wuggles please": "not understood",
        "Add a voiceover": "not possible",
    }


def test_the_receipt_of_a_span_says_that_its_middle_was_taken(table: ModuleType) -> None:
    (entry,) = table.directed(["30–45 seconds"]).draft.photovideos["receipt"]
    assert (entry["understood"], entry["reason"]) == ("length 38 s", "The middle between 30 and 45 s.")
    (entry,) = table.directed(["30到45秒"]).draft.photovideos["receipt"]
    assert (entry["understood"], entry["reason"]) == ("总长38秒", "取30到45秒的中间值。")


@pytest.mark.parametrize(("prompt", "louder"), [("loud music", True), ("大声的音乐", True), ("calm music", False)])
def test_loud_music_is_louder_than_music(prompt: str, louder: bool, table: ModuleType) -> None:
    (music,) = table.directed([prompt]).draft.music
    assert (music.lift_db > 0) == louder
    assert music.volume == 1.0


def test_a_songs_beats_that_move_the_cuts_unasked_are_told_with_the_way_to_undo_it(table: ModuleType) -> None:
    files = (*table.TEN_PHOTOS, "song.mp3")
    moved = table.directed(["31 seconds"], files)
    (told,) = [entry for entry in moved.draft.photovideos["receipt"] if entry["field"] == "beat_sync"]
    assert "beats of song.mp3" in told["reason"]
    assert all(picture.start_ms % 500 < 34 for picture in moved.draft.pictures)
    undone = table.directed(["31 seconds", "not on the beat"], files)
    assert not [entry for entry in undone.draft.photovideos["receipt"] if "beats of" in entry["reason"]]
    assert [p.start_ms for p in undone.draft.pictures] != [p.start_ms for p in moved.draft.pictures]


def test_a_chinese_prompt_gets_a_chinese_receipt_and_reply(table: ModuleType) -> None:
    direction = table.directed(["十张照片每张5秒，总长20秒"])
    assert "20秒" in direction.reply
    assert any(entry["outcome"] == "互相矛盾" for entry in direction.draft.photovideos["receipt"])


def test_no_photos_is_an_answer_and_no_crash(table: ModuleType) -> None:
    direction = direct("30 seconds", materials=table.materials(["song.mp3"]), previous=None, seed="s", language=None)
    assert direction.draft.pictures == ()
    assert "no photo" in direction.reply


@settings(max_examples=120, deadline=None)
@given(text=st.text(max_size=200))
def test_no_text_makes_the_director_fail(table: ModuleType, text: str) -> None:
    direct(text, materials=table.materials(("a.jpg", "b.jpg")), previous=None, seed="s", language=None)


_WORDS = [
    "30",
    "no",
    "without",
    "last",
    "first",
    "photo",
    "3",
    "music",
    "each",
    "max",
    "16:9",
    "title",
    "'x'",
    "not",
    "seconds",
    ",",
    "and",
    "drop",
    "a.jpg",
    "不要",
    "第",
    "张",
    "秒",
    "half",
    "of",
    "the",
    "-",
]


@settings(max_examples=200, deadline=None)
@given(words=st.lists(st.sampled_from(_WORDS), max_size=14))
def test_no_mixture_of_known_words_makes_the_director_fail(table: ModuleType, words: list[str]) -> None:
    direct(
        " ".join(words), materials=table.materials(("a.jpg", "b.jpg", "c.jpg")), previous=None, seed="s", language=None
    )


def test_hostile_prompts_are_answered(table: ModuleType) -> None:
    bad = Path(__file__).resolve().parents[4].parent / "shared" / "samples" / "bad"
    if not bad.exists():
        pytest.skip("the shared samples are not beside this checkout")
    for path in sorted(bad.glob("prompt-*.txt")):
        text = path.read_bytes().decode("utf-8", "replace")
        direct(text, materials=table.materials(("a.jpg",)), previous=None, seed="s", language=None)


@pytest.mark.parametrize(
    ("text", "opens", "closes", "kind"),
    [
        ("End with a fade to black", True, True, "crossfade"),
        ("fade out at the end", True, True, "crossfade"),
        ("Am Ende ins Schwarze ausblenden", True, True, "crossfade"),
        ("结尾淡出到黑", True, True, "crossfade"),
        ("finir par un fondu au noir", True, True, "crossfade"),
        ("the music fades out at the end", True, False, "crossfade"),
        ("no fade to black at the end", True, False, "crossfade"),
        ("no transitions, start with a fade in from black", True, False, "none"),
        ("no transitions", False, False, "none"),
        ("fade to black between photos", True, False, "fade_black"),
        ("fade to black between photos and at the end", True, True, "fade_black"),
    ],
)
def test_a_fade_at_an_edge_of_the_film_is_none_between_its_photos(
    table: ModuleType, text: str, opens: bool, closes: bool, kind: str
) -> None:
    draft = direct(text, materials=table.materials(table.TEN_PHOTOS), previous=None, seed="s").draft
    assert (draft.fade_in_ms > 0, draft.fade_out_ms > 0) == (opens, closes)
    assert {str(picture.transition.kind) for picture in draft.pictures[1:]} == {kind}


@pytest.mark.parametrize(
    ("text", "has_music", "clips_are_heard"),
    [
        ("mute the clips", True, False),
        ("Clips stumm", True, False),
        ("mute the video clips, keep the music", True, False),
        ("keep the sound of the clips", True, True),
        ("no sound", False, False),
    ],
)
def test_the_sound_of_clips_is_told_from_the_music(
    table: ModuleType, text: str, has_music: bool, clips_are_heard: bool
) -> None:
    draft = direct(text, materials=table.materials(table.TEN_PHOTOS), previous=None, seed="s").draft
    assert bool(draft.music) == has_music
    assert draft.photovideos["memory"]["wishes"]["clip_sound"] is clips_are_heard


def test_a_fade_to_black_says_nothing_of_music(table: ModuleType) -> None:
    made = direct("fade out at the end", materials=table.materials(table.TEN_PHOTOS), previous=None, seed="s")
    assert [line["field"] for line in made.draft.photovideos["receipt"]] == ["closing_fade"]
