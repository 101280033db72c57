"""The smallest pieces of a prompt, and what the quotation marks and files of a text look like. Data alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class TokenKind(StrEnum):
    WORD = "word"  # a word of a spaced script, or one character of Chinese, Japanese or Korean
    NUMBER = "number"  # value: float
    TIME = "time"  # 0:45 and the like; value: seconds
    RATIO = "ratio"  # 16:9; value: "16:9"
    SIZE = "size"  # 1920x1080; value: (1920, 1080)
    PERCENT = "percent"  # value: 0..1
    QUOTE = "quote"  # value: the text without its marks, verbatim
    FILE = "file"  # value: the upload's name, or the name as written where no such upload is known
    MARK = "mark"  # punctuation that may end a clause; value: the mark


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text from `start` to `end`. `key`: as it is looked up. `is_glued`: nothing stands before it."""

    kind: TokenKind
    text: str
    key: str
    start: int
    end: int
    value: object = None
    is_glued: bool = False


def is_cjk(character: str) -> bool:
    """Whether the script of `character` is written without spaces between words, or with particles glued on
    (Hangul).
    """
    code = ord(character)
    return (
        0x3040 <= code <= 0x30FF  # kana
        or 0x3400 <= code <= 0x4DBF
        or 0x4E00 <= code <= 0x9FFF
        or 0xAC00 <= code <= 0xD7AF  # Hangul
        or 0xF900 <= code <= 0xFAFF
        or 0x20000 <= code <= 0x3134F
        or code in (0x3005, 0x30FC)
    )


# French and Italian: l'été, d'une, qu'il, dell'anno. English contractions end in a consonant group and are left whole.
ELISION = re.compile(
    r"(?:[ldsncjmt]|qu|un|dell|all|nell|sull|dall|quest|jusqu)['’](?=[aeiouyhàâäéèêëîïôöùûü]\w)", re.IGNORECASE
)
MEDIA_ENDINGS = [
    "jpg",
    "jpeg",
    "png",
    "gif",
    "webp",
    "heic",
    "heif",
    "avif",
    "tif",
    "tiff",
    "bmp",
    "mp4",
    "mov",
    "avi",
    "webm",
    "mkv",
    "m4v",
    "mp3",
    "wav",
    "m4a",
    "aac",
    "flac",
    "ogg",
    "opus",
]
SONG_ENDINGS = frozenset(["mp3", "wav", "m4a", "aac", "flac", "ogg", "opus", "wma"])


def is_song_name(name: str) -> bool:
    return name.rpartition(".")[2].casefold() in SONG_ENDINGS and "." in name


def is_media_name(name: str) -> bool:
    return "." in name and name.rpartition(".")[2].casefold() in {*MEDIA_ENDINGS, *SONG_ENDINGS}
