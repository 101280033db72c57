"""Every mood is written in words that the house understands."""

from __future__ import annotations

import pytest

from photovideos_studio.music import DEFAULT_MOOD, MOODS
from photovideos_studio.music.harmony import SCALES, Key, chord
from photovideos_studio.music.moods import STYLES, style_of
from photovideos_studio.music.percussion import DRUMS
from photovideos_studio.music.style import Role
from photovideos_studio.music.voices import VOICES

SIGNS = {Role.COMP: "xob-.", Role.ARP: "0123456789-.", Role.BASS: "r5o3a-."}


def test_the_moods_people_ask_for_are_there() -> None:
    quiet = {"calm", "ambient", "piano", "acoustic", "lofi", "romantic", "classical", "jazz"}
    lively = {"upbeat", "happy", "playful", "energetic", "cinematic", "epic", "electronic", "rock"}
    assert quiet | lively <= set(MOODS)
    assert DEFAULT_MOOD in MOODS


def test_a_mood_nobody_wrote_is_an_error() -> None:
    with pytest.raises(KeyError):
        style_of("gloomy polka")


@pytest.mark.parametrize("mood", MOODS)
def test_its_instruments_exist_and_its_patterns_can_be_read(mood: str) -> None:
    style = STYLES[mood]
    for part in style.parts:
        assert set(part.instruments) <= set(VOICES)
        assert part.high - part.low >= 12
        for pattern in part.patterns:
            assert part.role not in SIGNS or len(pattern) in (4, 8, 12, 16)
            assert set(pattern) <= set(SIGNS.get(part.role, ""))
    for groove in style.grooves:
        for instrument, steps in (*groove.steps, *groove.fill):
            assert instrument in DRUMS
            assert len(steps) in (12, 16)
            assert set(steps) <= set("Xxo.")
    assert set(style.ending_hit) <= set(DRUMS)


@pytest.mark.parametrize("mood", MOODS)
def test_its_chords_can_be_read(mood: str) -> None:
    style = STYLES[mood]
    assert set(style.modes) <= set(SCALES)
    for line in (*style.verses, *style.choruses):
        assert len(line.split()) == 4
        for symbol in line.split():
            chord(symbol, Key(0, style.modes[0]))
    for symbol in (*style.cadence, style.final):
        chord(symbol, Key(0, style.modes[0]))


def test_moods_differ_in_tempo_as_their_names_say() -> None:
    assert STYLES["calm"].tempo.high < STYLES["upbeat"].tempo.low < STYLES["energetic"].tempo.high
    assert STYLES["ambient"].tempo.high < STYLES["electronic"].tempo.low
    assert not STYLES["piano"].grooves
    assert STYLES["rock"].grooves
    assert STYLES["jazz"].swing > 0.6
