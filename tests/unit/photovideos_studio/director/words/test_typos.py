"""Slips are mended, words that exist are left alone."""

from __future__ import annotations

from importlib import resources

import pytest

from photovideos_studio.director.words.lexicon import lexicon
from photovideos_studio.director.words.typos import corrected, distance


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("musci", "music"),
        ("vidoe", "video"),
        ("transitons", "transitions"),
        ("sqare", "square"),
        ("secodns", "seconds"),
        ("backgroud", "background"),
    ],
)
def test_a_slip_becomes_the_word_that_was_meant(slip: str, meant: str) -> None:
    assert corrected(slip, ("en",)) == meant


@pytest.mark.parametrize("word", ["mouse", "village", "Tomas", "seaside", "horizon", "cat", "picnic"])
def test_words_that_exist_are_never_corrected(word: str) -> None:
    assert corrected(word.casefold(), ("en",)) is None


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", "besuch balkon blick dahinter figuren"),
        ("fr", "amis cartes chanter collègue"),
        ("it", "bambina bella camere felici"),
        ("pt", "amigas caminhos começamos"),
        ("es", "barrios bellas acciones"),
        ("ru", "поездка виды"),
    ],
)
def test_everyday_words_of_each_language_are_no_slips(language: str, words: str) -> None:
    assert {word: corrected(word, (language, "en")) for word in words.split()} == dict.fromkeys(words.split())


def test_the_list_of_words_that_exist_says_where_they_come_from_and_holds_none_in_vain() -> None:
    text = resources.files("photovideos_studio.director.words").joinpath("lexica", "protected.txt").read_text("utf-8")
    notice = resources.files("photovideos_studio.director.words").joinpath("lexica", "SCOWL-LICENSE.txt")
    listed = [line for line in text.splitlines() if not line.startswith("#")]
    assert "SCOWL" in text[: text.index(listed[0])]
    assert "Kevin Atkinson" in notice.read_text("utf-8")
    assert lexicon().protected == set(" ".join(listed).split())
    assert not lexicon().protected & set(lexicon().vocabulary)


def test_a_swap_of_neighbours_is_one_slip_and_the_limit_is_kept() -> None:
    assert distance("musci", "music", 2) == 1
    assert distance("kitten", "sitting", 2) == 3
