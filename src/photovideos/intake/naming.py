"""PURE: what a name says: the film's natural order, the prompt file, control files.

Names come as the file system gave them (`surrogateescape`); nothing here looks at a file.
"""

from __future__ import annotations

import re
import unicodedata

from photovideos.model import Control

MAX_CONTROL_BYTES = 64

_DIGITS = re.compile(r"(\d+)")
_PROMPT_NAMES = ("prompt.txt", "prompt.txt.txt")

NaturalKey = tuple[tuple[tuple[tuple[int, int, str], ...], str], ...]


def nfc(path: str) -> str:
    """The same name however the copying system composed its accents."""
    return unicodedata.normalize("NFC", path)


def natural_key(path: str) -> tuple[NaturalKey, str]:
    """Sorts paths as a person would: folder by folder, digits as numbers, case aside; the path itself breaks ties."""
    return tuple(_component_key(part) for part in nfc(path).casefold().split("/")), path


def _component_key(name: str) -> tuple[tuple[tuple[int, int, str], ...], str]:
    # The extension is split off so that "IMG_1.jpg" comes before "IMG_1 (2).jpg".
    stem, dot, extension = name.rpartition(".")
    if not stem:
        stem, extension = name, ""
    parts = tuple(
        (0, int(part), "") if index % 2 else (1, 0, part) for index, part in enumerate(_DIGITS.split(stem)) if part
    )
    return parts, dot + extension


def prompt_rank(name: str) -> tuple[int, str] | None:
    """None for what is no prompt file; the lowest rank is the prompt where several lie side by side."""
    folded = nfc(name).casefold()
    if folded not in _PROMPT_NAMES:
        return None
    return (_PROMPT_NAMES.index(folded) * 2 + (name != folded), name)


def looks_like_a_prompt(name: str) -> bool:
    """A prompt saved under another kind of file (`prompt.rtf`, `prompt`): worth a word to the person."""
    folded = nfc(name).casefold()
    return prompt_rank(name) is None and (folded == "prompt" or folded.startswith("prompt."))


def control_of(name: str) -> Control | None:
    """Which control file a name is (design §2.1): any case, with or without `.txt`."""
    word = name.upper()
    word = word.removesuffix(".TXT")
    return Control(word) if word in Control.__members__ else None
