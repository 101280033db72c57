"""Text to tokens: whatever the text, each token takes up some of it, and the last one ends."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from photovideos_studio.director.words.lexer import clean, tokens


def test_a_raised_number_behind_a_digit_is_read_to_its_end() -> None:
    assert [token.text for token in tokens(clean("2024¹ and 91² in 30s"))] == [
        "2024",
        "¹",
        "and",
        "91",
        "²",
        "in",
        "30",
        "s",
    ]


@given(text=st.text(alphabet="0123456789¹²½٣ msx×:.,'’\"-/%#é写真n\n", max_size=60))
def test_every_token_takes_up_some_of_the_text_in_its_order(text: str) -> None:
    given_text, end = clean(text), 0
    for token in tokens(given_text):
        assert end <= token.start < token.end <= len(given_text)
        end = token.end
