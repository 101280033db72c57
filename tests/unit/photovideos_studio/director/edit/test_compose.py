"""Drafts: the geometry of time, identity of segments, other shapes of the same wishes."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType

import pytest

from photovideos_studio.director import direct
from photovideos_studio.director.edit import for_output
from photovideos_studio.draft import TextRole, TransitionKind
from photovideos_studio.facts import Material, MediaFacts, MediaKind


def test_segments_overlap_by_their_transition_and_end_with_the_film(table: ModuleType) -> None:
    draft = table.directed(["30 seconds, crossfades of 1 second"]).draft
    assert draft.length_ms == 30_000
    for before, after in zip(draft.pictures, draft.pictures[1:], strict=False):
        assert before.start_ms + before.length_ms == pytest.approx(after.start_ms + after.transition.length_ms, abs=1)
    assert draft.pictures[-1].start_ms + draft.pictures[-1].length_ms == draft.length_ms
    assert draft.pictures[0].transition.kind is TransitionKind.NONE
    assert draft.fade_in_ms == 1000


def test_hard_cuts_have_no_overlap_and_no_fade_in(table: ModuleType) -> None:
    draft = table.directed(["hard cuts, 2.5s per picture"]).draft
    assert [picture.start_ms for picture in draft.pictures] == [i * 2500 for i in range(10)]
    assert draft.fade_in_ms == 0
    assert draft.length_ms == 25_000


@pytest.mark.parametrize(
    ("words", "size"),
    [
        ("16:9", (1920, 1080)),
        ("9:16", (1080, 1920)),
        ("1:1", (1080, 1080)),
        ("4:5", (1080, 1352)),
        ("4:3", (1440, 1080)),
        ("21:9", (2520, 1080)),
        ("4k", (3840, 2160)),
        ("720p vertical", (720, 1280)),
    ],
)
def test_canvases(table: ModuleType, words: str, size: tuple[int, int]) -> None:
    canvas = table.directed([words]).draft.canvas
    assert (canvas.width, canvas.height) == size
    assert canvas.width % 4 == canvas.height % 4 == 0


def test_segments_keep_their_identity_through_refinements(table: ModuleType) -> None:
    first = table.directed(["30 seconds, title 'A'"]).draft
    second = table.directed(["30 seconds, title 'A'", "drop the second photo", "change the title to 'B'"]).draft
    kept = [picture.id for picture in first.pictures if picture.name != "IMG_0002.jpg"]
    assert [picture.id for picture in second.pictures] == kept
    assert [text.id for text in second.texts] == [text.id for text in first.texts]
    assert second.music[0].id == first.music[0].id
    assert second.music[0].seed == first.music[0].seed


def test_another_output_is_laid_out_anew_with_the_same_time(table: ModuleType) -> None:
    draft = table.directed(["16:9 for YouTube and 9:16 for Reels, 30s each"]).draft
    assert draft.photovideos["outputs"] == [{"label": "16x9", "aspect": "16:9"}, {"label": "9x16", "aspect": "9:16"}]
    tall = for_output(draft, "9x16", table.materials(table.TEN_PHOTOS))
    assert (tall.canvas.width, tall.canvas.height) == (1080, 1920)
    assert tall.length_ms == draft.length_ms == 30_000
    assert tall.photovideos == draft.photovideos
    assert for_output(draft, "nonsense", []) is draft


def test_too_many_photos_for_the_length_are_chosen_from(table: ModuleType) -> None:
    draft = table.directed(["10 seconds"], [f"p{i}.jpg" for i in range(30)]).draft
    assert len(draft.pictures) == 10
    assert len(draft.photovideos["left_out"]) == 20
    assert any("10 of 30" in entry["reason"] for entry in draft.photovideos["receipt"])


def test_titles_stand_at_the_start_and_the_end(table: ModuleType) -> None:
    draft = table.directed(["20 seconds, title 'Hi' for 3 seconds, at the end 'Bye'"]).draft
    start, end = draft.texts
    assert (start.role, start.start_ms, start.length_ms) == (TextRole.TITLE, 0, 3000)
    assert end.role is TextRole.END
    assert end.start_ms + end.length_ms == draft.length_ms


def test_a_song_gives_the_length_and_its_beats_the_cuts(table: ModuleType) -> None:
    draft = table.directed(["as long as the song, cut on the beat"], ["a.jpg", "b.jpg", "c.jpg", "song.mp3"]).draft
    assert draft.length_ms == 90_000
    assert all(picture.start_ms % 500 <= 34 or picture.start_ms % 500 >= 466 for picture in draft.pictures)
    assert draft.music[0].upload_id is not None


@pytest.mark.parametrize(
    ("words", "volume"),
    [
        ("2 seconds per photo", 1.0),
        ("no sound at all", 0.0),
        ("without the sound of the clips", 0.0),
        ("no music", 1.0),
    ],
)
def test_a_clip_is_heard_unless_somebody_wants_it_mute(words: str, volume: float) -> None:
    photo = MediaFacts(kind=MediaKind.PHOTO, width=4000, height=3000)
    clip = MediaFacts(kind=MediaKind.CLIP, width=1920, height=1080, length_ms=4000, has_sound=True)
    mute = replace(clip, has_sound=False)
    given = [
        Material(id=name, name=name, facts=facts)
        for name, facts in {"a.jpg": photo, "b.mp4": clip, "c.mp4": mute}.items()
    ]
    made = direct(words, materials=given, previous=None, seed="s", language=None).draft
    assert [picture.volume for picture in made.pictures] == [0.0, volume, 0.0]
