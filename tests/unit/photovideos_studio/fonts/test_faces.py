from __future__ import annotations

import pytest

from photovideos_studio.fonts import face_for, missing_characters, open_font


@pytest.mark.parametrize(
    ("text", "name"),
    [("A", "Noto Sans"), ("Ж", "Noto Sans"), ("م", "Noto Sans Arabic"), ("国", "Noto Sans CJK SC"),
     ("한", "Noto Sans CJK KR"), ("の", "Noto Sans CJK JP"), ("😀", "Noto Emoji"), ("❤️", "Noto Emoji")],
)  # fmt: skip
def test_each_script_has_its_face(text: str, name: str) -> None:
    face = face_for(text, text)
    assert face is not None
    assert face.name == name


def test_ideographs_beside_kana_are_japanese() -> None:
    face = face_for("東", "東京タワー")
    assert face is not None
    assert face.name == "Noto Sans CJK JP"


def test_missing_characters_are_named_once() -> None:
    assert missing_characters("a\U00013000b\U00013000 c") == ("\U00013000",)
    assert missing_characters("Zürich 東京 👨‍👩‍👧 مرحبا") == ()


def test_weights_differ() -> None:
    face = face_for("A", "A")
    assert face is not None
    assert open_font(face, 80, 700).getlength("Hello") > open_font(face, 80, 400).getlength("Hello")
