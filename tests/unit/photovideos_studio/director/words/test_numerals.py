"""Number words of the spaced languages, and numerals of Chinese, Japanese and Korean."""

from __future__ import annotations

import pytest

from photovideos_studio.director.words.numerals import cjk_numeral, number_words


@pytest.mark.parametrize(
    ("language", "phrase", "number"),
    [
        ("en", "forty five", 45),
        ("de", "fünfundvierzig", 45),
        ("fr", "quatre vingt dix sept", 97),
        ("fr", "soixante quinze", 75),
        ("es", "treinta y cinco", 35),
        ("it", "ventuno", 21),
        ("it", "quarantotto", 48),
        ("pt", "vinte e dois", 22),
        ("ru", "тридцать пять", 35),
    ],
)
def test_compound_number_words(language: str, phrase: str, number: int) -> None:
    assert number_words(language)[phrase] == number


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("三十秒", (30, 2)),
        ("两分", (2, 1)),
        ("一百二十", (120, 4)),
        ("二十五", (25, 3)),
        ("삼십초", (30, 2)),
        ("다섯", (5, 2)),
        ("十", (10, 1)),
    ],
)
def test_cjk_numerals_and_how_much_they_take(text: str, read: tuple[float, int]) -> None:
    assert cjk_numeral(text) == read


def test_what_is_no_numeral_is_none() -> None:
    assert cjk_numeral("照片") is None
