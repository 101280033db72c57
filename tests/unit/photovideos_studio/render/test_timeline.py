from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photovideos_studio.draft import TransitionKind
from photovideos_studio.render.timeline import Timeline, pieces
from support.reels import draft_of, title

PHOTO = Path("photo.jpg")


@given(st.integers(1, 40), st.integers(200, 5000), st.sampled_from([24, 25, 30, 50, 60]), st.booleans())
def test_pieces_cover_every_frame_once_and_in_order(count: int, slot: int, fps: int, cuts: bool) -> None:
    draft, _ = draft_of([PHOTO] * count, slot_ms=slot, fade_ms=0 if cuts else slot // 4, fps=fps)
    plan = pieces(draft)
    frames = [frame for piece in plan for frame in range(piece.first, piece.last)]
    assert frames == list(range(draft.frame_count))
    assert all(piece.last - piece.first <= 5 * fps for piece in plan)  # as far as a player has to decode to seek


def test_a_piece_begins_at_a_hard_cut_if_one_is_near() -> None:
    draft, _ = draft_of([PHOTO] * 6, slot_ms=2900)
    assert [piece.first for piece in pieces(draft)][:5] == [0, 87, 201, 302, 402]  # frame 174 is too far from 201


def test_the_last_pieces_are_short_so_that_all_workers_end_together() -> None:
    draft, _ = draft_of([PHOTO] * 10, slot_ms=3000, fade_ms=800)
    lengths = [piece.last - piece.first for piece in pieces(draft)]
    assert lengths[-4:] == [30] * 4
    assert min(lengths[:-4]) > 100


@given(st.integers(0, 119))
def test_a_transition_moves_on_evenly_and_both_pictures_are_in_it(frame: int) -> None:
    draft, _ = draft_of([PHOTO] * 2, slot_ms=2000, fade_ms=1000)
    scene = Timeline(draft).scene(frame)
    if 60 <= frame < 90:
        assert scene.over is not None
        assert scene.kind is TransitionKind.CROSSFADE
        assert scene.mix == pytest.approx((frame - 60 + 0.5) / 30)
        assert (scene.under.segment, scene.over.segment) == (0, 1)
    else:
        assert scene.over is None
        assert scene.under.segment == (0 if frame < 60 else 1)


def test_a_hole_in_the_timeline_shows_the_picture_before_it() -> None:
    draft, _ = draft_of([PHOTO] * 2, slot_ms=1000)
    first, second = draft.pictures
    holed = replace(draft, pictures=(replace(first, length_ms=300), replace(second, start_ms=1500)), length_ms=2500)
    scene = Timeline(holed).scene(30)
    assert scene.under.segment == 0
    assert scene.under.progress == 1.0


def test_light_rises_at_the_start_and_falls_at_the_end_only_if_asked() -> None:
    draft, _ = draft_of([PHOTO], slot_ms=3000, fade_in_ms=600, fade_out_ms=0)
    lights = [Timeline(draft).scene(frame).light for frame in range(90)]
    assert lights[0] < 0.05
    assert lights[17:] == [pytest.approx(1.0, abs=0.03)] + [1.0] * 72


def test_texts_come_and_go_softly_within_their_time() -> None:
    draft, _ = draft_of([PHOTO], slot_ms=4000, texts=(title("x", length_ms=2000),))
    timeline = Timeline(draft)
    strengths = [timeline.text_strength(0, frame) for frame in range(120)]
    assert strengths[30] == 1.0
    assert 0 < strengths[3] < 1
    assert max(strengths[60:]) == 0
    assert timeline.visible_texts(100) == ()


def test_a_draft_without_pictures_is_refused() -> None:
    draft, _ = draft_of([PHOTO])
    with pytest.raises(ValueError, match="pictures"):
        Timeline(replace(draft, pictures=()))
