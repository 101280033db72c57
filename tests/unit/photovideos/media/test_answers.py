from __future__ import annotations

from typing import Any

import pytest

from photovideos.errors import FilmBroken
from photovideos.media import answers

GOOD: dict[str, Any] = {
    "duration_seconds": 30.0,
    "width": 1920,
    "height": 1080,
    "fps": 30.0,
    "video_codec": "h264",
    "audio_codec": "aac",
    "loudness_lufs": -16.0,
    "true_peak_dbtp": -1.5,
    "size_bytes": 5,
    "sha256": "a" * 64,
}


def test_a_measurement_becomes_film_facts() -> None:
    facts = answers.film_facts({"facts": GOOD})
    assert (facts.width, facts.loudness_lufs, facts.sha256) == (1920, -16.0, "a" * 64)


def test_silence_has_no_loudness() -> None:
    facts = answers.film_facts({"facts": GOOD | {"loudness_lufs": None, "true_peak_dbtp": None, "audio_codec": None}})
    assert facts.loudness_lufs is None
    assert facts.audio_codec is None


@pytest.mark.parametrize(
    "changed",
    [
        {"duration_seconds": "30"},
        {"duration_seconds": -1.0},
        {"duration_seconds": float("nan")},
        {"width": True},
        {"sha256": "A" * 64},
        {"sha256": None},
        {"size_bytes": 1e300},
    ],
)
def test_what_a_broken_player_says_is_not_taken_for_a_measurement(changed: dict[str, Any]) -> None:
    with pytest.raises(FilmBroken):
        answers.film_facts({"facts": GOOD | changed})


@pytest.mark.parametrize("answer", [{}, {"facts": None}, {"facts": []}, {"facts": {}}])
def test_an_answer_without_facts_is_a_broken_film(answer: dict[str, Any]) -> None:
    with pytest.raises(FilmBroken):
        answers.film_facts(answer)


def test_a_sentence_is_cleaned_and_bounded() -> None:
    assert answers.sentence("a\x1b[2Jb\n" + "x" * 999, "no")[:7] == "a[2Jb x"
    assert len(answers.sentence("x" * 999, "no")) == 300
    assert answers.sentence(7, "no") == "no"


def test_extensions_and_dates_have_their_shape_or_are_none() -> None:
    assert answers.extension("jpg") == "jpg"
    assert answers.extension("../x") is None
    assert answers.taken("2024-05-03T10:00:00") == "2024-05-03T10:00:00"
    assert answers.taken(["2024"]) is None
