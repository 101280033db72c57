"""From an opening to a cadence, in bars that end where the last chord falls."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photovideos_studio.music.form import Bar, bars_of, meter_of
from photovideos_studio.music.harmony import Key, chord
from photovideos_studio.music.moods import MOODS, STYLES
from photovideos_studio.music.tempo import map_to_cut

KEY = Key(0, "major")


def bars(mood: str, slot: int, count: int) -> tuple[Bar, ...]:
    style = STYLES[mood]
    beat_map = map_to_cut(style.tempo, slot * count, [slot * index for index in range(1, count)], style.tempo.low * 1.1)
    return bars_of(style, KEY, beat_map, Random(1))


@given(mood=st.sampled_from(MOODS), slot=st.integers(600, 7000), count=st.integers(2, 80))
def test_bars_follow_each_other_and_end_on_the_last_chord(mood: str, slot: int, count: int) -> None:
    style = STYLES[mood]
    beat_map = map_to_cut(style.tempo, slot * count, [slot * index for index in range(1, count)], style.tempo.low * 1.1)
    written = bars_of(style, KEY, beat_map, Random(1))
    for before, after in pairwise(written):
        assert after.beat == pytest.approx(before.beat + before.beats)
    if written:
        assert written[0].beat == 0
        assert written[-1].beat + written[-1].beats == pytest.approx(beat_map.final_beat)
    else:
        assert beat_map.final_beat == 0


def test_a_piece_opens_builds_and_closes() -> None:
    written = bars("upbeat", 3000, 20)
    sections = list(dict.fromkeys(bar.section for bar in written))
    assert sections[0] == "intro"
    assert "verse" in sections
    assert "chorus" in sections
    assert sections[-1] == "outro"
    assert written[0].energy < max(bar.energy for bar in written)


def test_a_long_piece_breathes_before_it_ends() -> None:
    written = bars("electronic", 3000, 60)
    energies = [bar.energy for bar in written]
    assert any(bar.section == "break" for bar in written)
    assert min(energies[len(energies) // 3 : -8]) < 0.75 * max(energies)


def test_the_cadence_stands_before_the_last_chord() -> None:
    written = bars("classical", 3000, 12)
    cadence = STYLES["classical"].cadence
    assert [bar.harmony for bar in written[-len(cadence) :]] == [chord(symbol, KEY) for symbol in cadence]


def test_what_can_waltz_does_so_when_photos_change_every_three_beats() -> None:
    tempo = STYLES["ambient"].tempo
    waltz = map_to_cut(tempo, 30_000, [3000.0 * index for index in range(1, 10)], 60)
    assert waltz.slot_beats == 3
    assert meter_of(STYLES["ambient"], waltz) == 3
    assert meter_of(STYLES["rock"], waltz) == 4
