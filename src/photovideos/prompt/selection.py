"""Which files of a folder a block is about: `[reel: IMG_0001.jpg, dinner/*]` (design §2.1). Pure; knows names, no disk.

A pattern is a path or a bare file name, in any case; `*` stands for anything within one level, `?` for one character.
A folder's name takes all below it. Brackets are ordinary characters: cameras and browsers put them into names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """`paths` in the order of the folder, each once; `unmatched`: patterns that no file answers to, as written."""

    paths: tuple[str, ...]
    unmatched: tuple[str, ...] = ()


def select(patterns: Sequence[str], paths: Iterable[str]) -> Selection:
    """The paths that any of the patterns names."""
    files = {path: _comparable(path) for path in paths}
    chosen: set[str] = set()
    unmatched: list[str] = []
    for pattern in patterns:
        matcher = _matcher(pattern)
        named = {path for path, comparable in files.items() if _names(matcher, comparable)}
        chosen |= named
        if not named:
            unmatched.append(pattern)
    return Selection(paths=tuple(path for path in files if path in chosen), unmatched=tuple(unmatched))


def _names(matcher: re.Pattern[str], path: str) -> bool:
    """The path itself, its file name, or a folder above it."""
    parts = path.split("/")
    above = ("/".join(parts[:depth]) for depth in range(1, len(parts)))
    return any(matcher.fullmatch(name) for name in (path, parts[-1], *above))


def _matcher(pattern: str) -> re.Pattern[str]:
    text = _comparable(pattern.replace("\\", "/")).removeprefix("./").strip("/")
    if text in ("*", "**"):
        return re.compile(r"[\s\S]*")
    text = re.sub(r"\*+", "*", text)  # a run of stars means no more than one, and would be slow
    return re.compile("".join({"*": "[^/]*", "?": "[^/]"}.get(character, re.escape(character)) for character in text))


def _comparable(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
