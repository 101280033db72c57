"""Prompts in whatever they were saved."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photovideos.errors import PromptUnreadable
from photovideos.intake import scan
from photovideos.intake.prompt_text import MAX_PROMPT_BYTES, is_blank, read_prompt_text, to_text

CHINESE = "请用这些照片做一个二十秒的温馨短片，配上舒缓的音乐，片头写“秋天的回忆”。"
ENGLISH = "Make a calm 20 second film."


@pytest.mark.parametrize(
    ("name", "beginning"),
    [
        ("prompt-utf8-bom.txt", "Make a calm 20 second film"),
        ("prompt-utf16le-bom.txt", "Make a calm 20 second film"),
        ("prompt-utf16be-bom.txt", "Make a calm 20 second film"),
        ("prompt-gbk.txt", "请用这些照片做一个二十秒的温馨短片,配上舒缓的音乐,片头写“秋天的回忆”。"),
        ("prompt-shiftjis.txt", "この写真で20秒の動画を作ってください。"),
        ("prompt-cp1252.txt", "Don’t use “fast” cuts — 15 s, €-sign in the title."),
        ("prompt-cr.txt", "A short film of the sea.\nTitle: Summer"),
        ("prompt-crlf.txt", "A short film of the sea.\n\nTitle: Summer"),
        ("prompt-nul.txt", "A film of the sea"),
        ("prompt-rtl-emoji.txt", "فيلم قصير عن البحر 🌊👨\u200d👩\u200d👧\u200d👦"),
        ("prompt-injection.txt", "Title: $(touch pwned) `id`;"),
    ],
)
def test_the_samples_are_read_as_they_were_meant(
    samples: Path, drop: Callable[..., Any], name: str, beginning: str
) -> None:
    folder = drop()
    folder.put("Prompt.TXT", (samples / "bad" / name).read_bytes())
    text = scan.read_prompt(folder.fd, folder.look())
    assert text.startswith(beginning)
    assert "\r" not in text
    assert "\0" not in text
    assert "\ufeff" not in text
    assert "\x1b" not in text


def test_latin_1_keeps_its_accents(samples: Path) -> None:
    assert "Café" in to_text((samples / "bad" / "prompt-latin1.txt").read_bytes()).text


@pytest.mark.parametrize("name", ["prompt-empty.txt", "prompt-blank.txt"])
def test_empty_and_blank_count_as_empty(samples: Path, name: str) -> None:
    assert to_text((samples / "bad" / name).read_bytes()).text == ""


def test_a_folder_without_a_prompt_has_an_empty_one(drop: Callable[..., Any]) -> None:
    folder = drop()
    assert scan.read_prompt(folder.fd, folder.look()) == ""


def test_a_prompt_that_may_not_be_read_is_told_in_words(
    drop: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = drop()
    folder.put("prompt.txt", b"a film")
    snapshot = folder.look()
    real = os.open

    def refused(path: Any, flags: int, *args: Any, **keywords: Any) -> int:
        if path == "prompt.txt":
            raise PermissionError(13, "Permission denied")
        return real(path, flags, *args, **keywords)

    monkeypatch.setattr(os, "open", refused)
    with pytest.raises(PromptUnreadable, match="no right to read"):
        scan.read_prompt(folder.fd, snapshot)


def test_a_photo_named_prompt_is_refused_in_words(samples: Path) -> None:
    with pytest.raises(PromptUnreadable, match="not a text file but a photo") as caught:
        to_text((samples / "bad" / "prompt-binary.txt").read_bytes())
    assert "plain text" in caught.value.advice


@pytest.mark.parametrize("head", [b"{\\rtf1 hello}", b"PK\x03\x04abc", b"%PDF-1.7", b"\xd0\xcf\x11\xe0abc"])
def test_documents_are_refused(head: bytes) -> None:
    with pytest.raises(PromptUnreadable):
        to_text(head)


def test_noise_is_refused() -> None:
    with pytest.raises(PromptUnreadable):
        to_text(bytes(range(1, 32)) * 20)


@pytest.mark.parametrize(
    ("raw", "text"), [(b"3 s\x01\x02\x03\x04", "3 s"), (b"slow " * 20 + b"\x01" * 20, "slow " * 20)]
)
def test_some_debris_in_a_text_is_taken_out(raw: bytes, text: str) -> None:
    assert to_text(raw).text == text


def test_a_file_of_zeros_is_a_prompt_yet_to_come() -> None:
    assert to_text(bytes(500)).text == ""


def test_of_a_huge_prompt_the_beginning_is_used_and_that_is_told(samples: Path, drop: Callable[..., Any]) -> None:
    folder = drop()
    folder.put("prompt.txt", (samples / "bad" / "prompt-1mb.txt").read_bytes())
    prompt = read_prompt_text(folder.fd, folder.look())
    assert prompt.is_cut
    assert len(prompt.text) == MAX_PROMPT_BYTES


@given(st.integers(0, 3))
def test_a_cut_in_the_middle_of_a_character_leaves_no_debris(offset: int) -> None:
    raw = (" " * offset + CHINESE * 3000).encode()[:MAX_PROMPT_BYTES]
    text = to_text(raw, is_cut=True).text
    assert "\ufffd" not in text
    assert text.strip()[:10] == CHINESE[:10]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("gbk", CHINESE),
        ("gb18030", "做一个三十秒的竖屏视频,配欢快的音乐"),
        ("gbk", "30秒，9:16，不要音乐"),
        ("big5", "請用這些照片製作一段三十秒的影片，配上輕柔的音樂。"),
        ("shift_jis", "写真を使って30秒の動画を作ってください。音楽は静かに。"),
        ("euc_jp", "写真を使って30秒の動画を作ってください。音楽は静かに。"),
        ("euc_kr", "이 사진들로 30초 영상을 만들어 주세요. 음악은 잔잔하게."),
        ("cp1251", "Сделай из этих фотографий фильм на 30 секунд с музыкой."),
        ("koi8-r", "Сделай из этих фотографий фильм на 30 секунд с музыкой."),
        ("cp1252", "Machen Sie einen Film für Großmutter, 30 Sekunden – „schön“."),
        ("cp1252", "Une vidéo de 30 secondes, été à la mer, titre « Noël »."),
        ("cp1252", "É, né, não: ção ções, ñandú, ÿ."),
        ("utf-16-le", ENGLISH),
        ("utf-16-be", ENGLISH),
        ("utf-16-le", CHINESE),
        ("utf-16-be", CHINESE),
        ("utf-32", ENGLISH),
    ],
)
def test_legacy_encodings_are_told_apart(encoding: str, text: str) -> None:
    assert to_text(text.encode(encoding)).text == text


def test_damaged_utf8_stays_utf8() -> None:
    raw = bytearray(CHINESE.encode())
    raw[30] = 0x41
    assert to_text(bytes(raw)).text.startswith("请用这些照片")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_utf8_comes_through_unchanged(text: str) -> None:
    expected = text.replace("\u2028", "\n").replace("\u2029", "\n").removeprefix("\ufeff").removeprefix("\ufeff")
    if text.count("\ufffd") * 3 > len(text) or any(text.encode().startswith(magic) for magic in (b"%PDF", b"GIF8")):
        return
    assert to_text(text.encode()).text in ("", expected)


@given(st.binary(max_size=400))
def test_any_bytes_give_text_or_a_clear_refusal(raw: bytes) -> None:
    try:
        text = to_text(raw).text
    except PromptUnreadable:
        return
    assert "\r" not in text
    assert "\0" not in text


def test_characters_of_no_width_are_blank() -> None:
    assert is_blank(" \u200b\ufeff\n\u2060")
    assert not is_blank(" . ")
