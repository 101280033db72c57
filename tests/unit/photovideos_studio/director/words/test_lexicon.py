"""Every lexicon file is well-formed, and mixed languages do not collide."""

from __future__ import annotations

from importlib import resources

import pytest

from photovideos_studio.director.words.lexer import tokens
from photovideos_studio.director.words.lexicon import LANGUAGES, lexicon, phrase_words
from photovideos_studio.director.words.terms import language_of


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_of_a_lexicon_names_a_concept(language: str) -> None:
    text = resources.files("photovideos_studio.director.words").joinpath("lexica", f"{language}.txt").read_text("utf-8")
    for line in text.splitlines():
        assert line.startswith("#") or ": " in line, line
        assert " || " not in line


def test_phrases_are_cut_as_the_lexer_cuts_text() -> None:
    for phrase in ("black and white", "lo-fi", "b&w", "d'une seconde", "淡入淡出", "16 by 9", "1080p"):
        words = [token.key for token in tokens(phrase)]
        assert tuple(words) == phrase_words(phrase)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("turn these photos into a video", "en"),
        ("Mach daraus ein Video", "de"),
        ("Fais une vidéo de 45 secondes", "fr"),
        ("crea un video con mis fotos", "es"),
        ("fai un video con le mie foto", "it"),
        ("faça um vídeo com minhas fotos", "pt"),
        ("Сделай ролик", "ru"),
        ("写真で動画を作って", "ja"),
        ("영상 만들어줘", "ko"),
        ("做一个视频", "zh"),
    ],
)
def test_the_language_of_a_prompt_is_told(text: str, language: str) -> None:
    assert language_of(tokens(text)) == language


def test_the_vocabulary_serves_typos_with_words_of_four_letters_and_more() -> None:
    assert all(len(word) >= 4 for word in lexicon().vocabulary)
