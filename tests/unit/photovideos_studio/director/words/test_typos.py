"""Slips are mended, words that exist are left alone."""

from __future__ import annotations

import pytest

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


def test_a_swap_of_neighbours_is_one_slip_and_the_limit_is_kept() -> None:
    assert distance("musci", "music", 2) == 1
    assert distance("kitten", "sitting", 2) == 3
