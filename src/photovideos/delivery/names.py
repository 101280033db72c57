"""PURE: how films and summaries are called (design §2.1, Names)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

MAX_NAME_BYTES = 255
MAX_LABEL_CHARACTERS = 60
FILM_ENDING = ".mp4"
SUMMARY_ENDING = " - timeline.txt"
_SEPARATOR = " - "
_LEAST_FOLDER_BYTES = 24  # of the folder's name stays at least so much, however long a label is
# The longest that is put behind a stem: a number and the summary's ending.
_MAX_STEM_BYTES = MAX_NAME_BYTES - len(" (9999)") - len(SUMMARY_ENDING)
_FORBIDDEN = frozenset('\\/:*?"<>|')
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_JOINER = "\u200d"


def film_stem(folder: str, *, label: str | None = None, export: int | None = None, shape: str | None = None) -> str:
    """A film's name without number and ending.

    `folder`: the folder's name. The rest stands only where there are several films: the block's name or number, the
    number of the export inside the block, the shape (`16x9`). Fits 255 bytes with whatever is put behind it.
    """
    words = [_cut_characters(label.strip(), MAX_LABEL_CHARACTERS)] if label and label.strip() else []
    words += [] if export is None else [str(export)]
    words += [shape.replace(":", "x")] if shape else []
    behind = _SEPARATOR + safe_name(" ".join(words)) if words else ""
    room = max(_LEAST_FOLDER_BYTES, _MAX_STEM_BYTES - len(_bytes(behind)))
    return cut_bytes(cut_bytes(safe_name(folder), room) + behind, _MAX_STEM_BYTES)


def numbered(stem: str) -> Iterator[str]:
    """The stem, then with ` (2)`, ` (3)` …"""
    yield stem
    for number in range(2, 10_000):
        yield f"{stem} ({number})"


def film_name(stem: str) -> str:
    return stem + FILM_ENDING


def summary_name(stem: str) -> str:
    return stem + SUMMARY_ENDING


def stem_of(film: str) -> str:
    """The stem, with its number, of a film's file name."""
    return film.removesuffix(FILM_ENDING)


def safe_name(text: str) -> str:
    """Control and bidi characters and `\\ / : * ? " < > |` become `-`; never empty, never only dots."""
    safe = "".join("-" if _is_forbidden(character) else character for character in text)
    return safe if safe.strip(" .") else "film"


def _is_forbidden(character: str) -> bool:
    if unicodedata.category(character) == "Cs":
        return not "\udc80" <= character <= "\udcff"  # those stand for the bytes of a name that is no text
    return character in _FORBIDDEN or character in _BIDI or unicodedata.category(character) in ("Cc", "Zl", "Zp")


def cut_bytes(text: str, most: int) -> str:
    """The longest beginning of whole characters that fits `most` bytes; no blank at the end where it was cut."""
    if len(_bytes(text)) <= most:
        return text
    end, size = 0, 0
    while size + len(_bytes(text[end])) <= most:
        size += len(_bytes(text[end]))
        end += 1
    return text[: _whole(text, end)].rstrip()


def _cut_characters(text: str, most: int) -> str:
    return text if len(text) <= most else text[: _whole(text, most)].rstrip()


def _whole(text: str, end: int) -> int:
    """Back to where a character with its marks and joined parts begins, so that none is cut in the middle."""
    back = end
    while 0 < back < len(text) and (_belongs_to_the_one_before(text[back]) or text[back - 1] == _JOINER):
        back -= 1
    return back or end


def _belongs_to_the_one_before(character: str) -> bool:
    is_skin_tone = "\U0001f3fb" <= character <= "\U0001f3ff"
    return character == _JOINER or is_skin_tone or unicodedata.category(character) in ("Mn", "Me", "Mc")


def _bytes(text: str) -> bytes:
    """As the file system holds it: a folder's name need not be text."""
    return text.encode(errors="surrogateescape")
