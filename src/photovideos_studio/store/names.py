"""Names of uploaded files: made harmless, and made different from each other. Never used as paths on this side."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Collection

MAX_NAME_BYTES = 255


def plain_name(name: str) -> str:
    """The base name without control characters, at most 255 bytes; "file" when nothing is left."""
    base = name.replace("\\", "/").rpartition("/")[2]
    base = "".join(char for char in base if unicodedata.category(char) not in ("Cc", "Cs") and not _turns_text(char))
    base = _cut(base.strip(), "")
    return base if base.strip(".") else "file"


def free_name(name: str, *, taken: Collection[str]) -> str:
    """The name, or `name (2).ext`, `name (3).ext` … when it is taken."""
    stem, extension = os.path.splitext(name)
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        candidate = _cut(stem, f" ({number}){extension}") + f" ({number}){extension}"
    return candidate


def _cut(text: str, rest: str) -> str:
    room = MAX_NAME_BYTES - len(rest.encode("utf-8", "replace"))
    return text.encode("utf-8", "replace")[:room].decode("utf-8", "ignore")


def _turns_text(char: str) -> bool:
    return char in "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
