"""Melodies stay in key, in range, singable, and come back."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photovideos_studio.music.form import Bar
from photovideos_studio.music.harmony import Key, chord, melody_ladder
from photovideos_studio.music.melody import Melodist

KEY = Key(7, "major")
CHORDS = ("I", "V/3", "vi7", "IVadd9")


def bar(index: int, *, section: str = "verse", beats: float = 4, skip: float = 0) -> Bar:
    harmony = chord(CHORDS[index % 4], KEY)
    place = index % 8
    return Bar(
        beat=index * 4.0, beats=beats, skip=skip, harmony=harmony, section=section, energy=1, index=place, phrase_bars=8
    )


@given(seed=st.integers(0, 500), density=st.floats(0, 1), beats=st.sampled_from([3, 4]))
def test_every_tone_is_one_the_chord_bears_and_within_its_bar(seed: int, density: float, beats: float) -> None:
    melodist = Melodist(KEY, 65, 84, density, Random(seed))
    for index in range(16):
        one = bar(index, beats=beats)
        for tone in melodist.write(one):
            assert tone.pitch in melody_ladder(KEY, one.harmony, 65, 84)
            assert one.beat <= tone.beat
            assert tone.beat + tone.beats <= one.beat + beats + 1e-9


@given(seed=st.integers(0, 300))
def test_leaps_are_rare_and_small_enough_to_sing(seed: int) -> None:
    melodist = Melodist(KEY, 65, 84, 0.6, Random(seed))
    pitches = [tone.pitch for index in range(16) for tone in melodist.write(bar(index))]
    leaps = [abs(b - a) for a, b in pairwise(pitches)]
    assert max(leaps, default=0) <= 12
    assert sum(leap > 7 for leap in leaps) <= 0.25 * len(leaps) + 1


def test_the_motif_returns_in_the_same_rhythm() -> None:
    melodist = Melodist(KEY, 65, 84, 0.6, Random(4))
    written = [[(tone.beat % 4, tone.beats) for tone in melodist.write(bar(index))] for index in range(8)]
    assert written[0] == written[4]
    assert written[1] == written[5]


@pytest.mark.parametrize("section", ["intro", "break"])
def test_it_is_silent_where_others_open_or_breathe(section: str) -> None:
    assert Melodist(KEY, 65, 84, 0.6, Random(4)).write(bar(0, section=section)) == []


def test_a_phrase_comes_to_rest_on_a_tone_of_the_chord() -> None:
    melodist = Melodist(KEY, 65, 84, 0.9, Random(4))
    last = [melodist.write(bar(index)) for index in range(8)][-1]
    assert all(tone.pitch % 12 in chord(CHORDS[3], KEY).pitch_classes for tone in last)
    assert sum(tone.beats for tone in last) >= 2
