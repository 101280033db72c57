"""Scores: the same for the same, different for others, on the cut, in key, with an end."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photovideos_studio.music import MOODS
from photovideos_studio.music.compose import compose
from photovideos_studio.music.moods import STYLES
from photovideos_studio.music.score import Note, Score
from photovideos_studio.music.style import Role

CUTS = [3000 * index for index in range(1, 10)]


def score(mood: str = "upbeat", seed: int = 7) -> Score:
    return compose(mood, seed, 30_000, CUTS)


def notes_of(piece: Score, role: Role) -> list[Note]:
    seats = [index for index, part in enumerate(STYLES[piece.mood].parts) if part.role is role]
    return [note for note in piece.notes if note.player in seats]


@pytest.mark.parametrize("mood", MOODS)
def test_the_same_gives_the_same_and_another_seed_something_else(mood: str) -> None:
    assert score(mood, 7) == score(mood, 7)
    assert len({score(mood, seed).notes for seed in range(6)}) == 6


@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("slot", [1500, 2750, 3333, 5000])
def test_photo_changes_fall_on_beats(mood: str, slot: int) -> None:
    cuts = [slot * index for index in range(1, 12)]
    piece = compose(mood, 7, slot * 12, cuts)
    halves = {round((a + b) / 2) for a, b in zip(piece.beats_ms, piece.beats_ms[1:], strict=False)}
    beats_per_slot = round(slot * piece.bpm / 60_000, 2)
    places = piece.beats_ms if beats_per_slot % 1 == 0 else [*piece.beats_ms, *halves]
    assert max(min(abs(cut - place) for place in places) for cut in cuts) <= 2


@pytest.mark.parametrize("mood", MOODS)
def test_the_tempo_is_one_that_the_mood_can_bear(mood: str) -> None:
    style = STYLES[mood]
    for seed in range(8):
        assert style.tempo.excess(score(mood, seed).bpm) < 0.1
        free = compose(mood, seed, 30_000)
        assert style.tempo.low <= free.bpm <= style.tempo.high


@pytest.mark.parametrize("mood", MOODS)
def test_the_last_chord_lands_on_the_last_photo_and_nothing_is_struck_after_it(mood: str) -> None:
    piece = score(mood)
    assert piece.final_ms == pytest.approx(27_000)
    last = [note for note in piece.notes if note.start_ms >= 26_999]
    together = [note for note in last if note.start_ms < 27_010]
    assert len({note.player for note in together}) >= 3
    assert all(not piece.players[note.player].is_drum for note in last if note.start_ms > 27_001)
    assert sum(note.start_ms > 27_700 for note in last) <= 2  # a glint, no new phrase
    assert max(note.start_ms + note.length_ms for note in last) > 29_500


@pytest.mark.parametrize("mood", MOODS)
def test_melody_and_harmony_are_in_key(mood: str) -> None:
    for seed in range(5):
        piece = score(mood, seed)
        melody = notes_of(piece, Role.MELODY)
        inside = sum(note.pitch % 12 in piece.key.pitch_classes for note in melody)
        assert inside >= 0.8 * len(melody)
        if mood not in ("ambient", "happy"):
            assert melody or seed > 0


@pytest.mark.parametrize("mood", MOODS)
def test_the_bass_ends_on_the_tonic(mood: str) -> None:
    piece = score(mood)
    lowest = min(
        (note for note in piece.notes if note.start_ms > 26_990 and not piece.players[note.player].is_drum),
        key=lambda note: note.pitch,
    )
    assert lowest.pitch % 12 == piece.key.tonic


@settings(max_examples=60, deadline=None)
@given(
    mood=st.sampled_from(MOODS),
    seed=st.integers(-(2**63), 2**63),
    length=st.integers(100, 60_000),
    cuts=st.lists(st.integers(-1000, 70_000), max_size=30),
)
def test_any_film_gets_a_score_that_stays_inside_it(mood: str, seed: int, length: int, cuts: list[int]) -> None:
    piece = compose(mood, seed, length, cuts)
    assert piece.notes == tuple(sorted(piece.notes))
    assert all(0 <= note.start_ms < length and note.length_ms > 0 and 0 < note.velocity <= 1 for note in piece.notes)
    assert all(20 <= note.pitch <= 110 for note in piece.notes)
    assert any(not piece.players[note.player].is_drum for note in piece.notes)
    assert 0 <= piece.final_ms <= length


@pytest.mark.parametrize("slot", [900, 4700])
def test_a_film_neither_opens_in_silence_nor_falls_silent(slot: int) -> None:
    for mood in MOODS:
        for seed in range(6):
            piece = compose(mood, seed, slot * 8, [slot * index for index in range(1, 8)])
            sounding = 0.0
            assert piece.notes[0].start_ms < 60
            for note in piece.notes:
                assert note.start_ms < sounding + 1200
                sounding = max(sounding, note.start_ms + note.length_ms)


def test_a_film_of_no_length_gets_none() -> None:
    with pytest.raises(ValueError, match="tenth of a second"):
        compose("calm", 1, 20)


def test_a_quarter_of_an_hour_is_composed_in_a_moment_and_keeps_changing() -> None:
    piece = compose("lofi", 1, 900_000, [3000 * index for index in range(1, 300)])
    assert len(piece.notes) > 3000
    gaps = [b.start_ms - a.start_ms for a, b in zip(piece.notes, piece.notes[1:], strict=False)]
    assert max(gaps) < 6000
