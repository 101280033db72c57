"""Quotation marks of every style; apostrophes that open nothing."""

from __future__ import annotations

import pytest

from photovideos_studio.director.words.quotes import find_quotes


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ('Title "Rome"', ["Rome"]),
        ("Title “Grandma’s 80th Birthday” please", ["Grandma’s 80th Birthday"]),
        ("Titel „Unser Garten“", ["Unser Garten"]),
        ("Titre : « Été à Nice »", ["Été à Nice"]),
        ("標題《我们的十年》和「夏」", ["我们的十年", "夏"]),
        ("제목은 '우리 가족'", ["우리 가족"]),
        ("show 'Thank you!' at the end", ["Thank you!"]),
        ("use 'our song.mp3' from 0:45", ["our song.mp3"]),
        ("call it 'My parents' house'", ["My parents' house"]),
    ],
)
def test_quotes_of_every_style_are_found(text: str, quoted: list[str]) -> None:
    assert [quote.text for quote in find_quotes(text)] == quoted


@pytest.mark.parametrize(
    "text", ["I'd like my parents' TV and don't crop", "the '90s", "it's the kids' day", '30" long', "l'été d'Anna"]
)
def test_apostrophes_open_no_quote(text: str) -> None:
    assert find_quotes(text) == ()


def test_a_quote_never_reaches_over_a_blank_line() -> None:
    assert find_quotes('say "hello\n\nworld"') == ()
