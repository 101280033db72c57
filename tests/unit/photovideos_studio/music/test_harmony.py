"""Chords, voicings and the notes of a melody."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photovideos_studio.music.harmony import SCALES, Key, chord, melody_ladder, near_pitch, voicing
from photovideos_studio.music.moods import STYLES

C_MAJOR = Key(0, "major")
SYMBOLS = sorted({s for style in STYLES.values() for line in (*style.verses, *style.choruses) for s in line.split()})
FULL = [symbol for symbol in SYMBOLS if len(chord(symbol, C_MAJOR).pitch_classes) > 2]  # bare fifths have to leap


@pytest.mark.parametrize(
    ("symbol", "tones"),
    [
        ("I", {0, 4, 7}),
        ("vi7", {9, 0, 4, 7}),
        ("bVII", {10, 2, 5}),
        ("IVmaj7", {5, 9, 0, 4}),
        ("V7", {7, 11, 2, 5}),
        ("ii", {2, 5, 9}),
        ("iv6", {5, 8, 0, 2}),
        ("I5", {0, 7}),
        ("#ivdim", {6, 9, 0}),
        ("iadd9", {0, 3, 7, 2}),
    ],
)
def test_a_roman_numeral_names_its_tones(symbol: str, tones: set[int]) -> None:
    assert set(chord(symbol, C_MAJOR).pitch_classes) == tones


def test_a_slash_puts_another_tone_into_the_bass() -> None:
    assert chord("V/3", C_MAJOR).bass == 11
    assert chord("I/5", Key(2, "major")).bass == 9


def test_what_is_no_chord_is_refused() -> None:
    with pytest.raises(ValueError, match="not a chord"):
        chord("H7", C_MAJOR)


@given(symbols=st.lists(st.sampled_from(FULL), min_size=2, max_size=12), tonic=st.integers(0, 11))
def test_voices_stay_in_range_and_move_little(symbols: list[str], tonic: int) -> None:
    key = Key(tonic, "major")
    before: tuple[int, ...] = ()
    for symbol in symbols:
        voices = voicing(chord(symbol, key), 50, 72, before, 4)
        assert all(50 <= pitch <= 72 for pitch in voices)
        assert all(pitch % 12 in chord(symbol, key).pitch_classes for pitch in voices)
        assert all(b > a for a, b in pairwise(voices))
        if before:
            assert sum(min(abs(pitch - other) for other in before) for pitch in voices) / len(voices) <= 4
        before = voices


@given(symbol=st.sampled_from(SYMBOLS), mode=st.sampled_from(sorted(SCALES)), tonic=st.integers(0, 11))
def test_no_note_a_melody_may_use_rubs_against_the_chord(symbol: str, mode: str, tonic: int) -> None:
    key = Key(tonic, mode)
    under = chord(symbol, key)
    for pitch in melody_ladder(key, under, 60, 84):
        tone = pitch % 12
        assert tone in under.pitch_classes or not {(tone + 1) % 12, (tone - 1) % 12} & set(under.pitch_classes)


@given(pitch_class=st.integers(0, 11), centre=st.floats(30, 90))
def test_the_nearest_pitch_is_within_half_an_octave(pitch_class: int, centre: float) -> None:
    pitch = near_pitch(pitch_class, centre)
    assert pitch % 12 == pitch_class
    assert abs(pitch - centre) <= 7


def test_a_key_has_a_name() -> None:
    assert str(Key(10, "minor")) == "Bb minor"
