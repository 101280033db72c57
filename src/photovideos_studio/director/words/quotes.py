"""Quoted text: where it begins and ends, in every style people type, and which apostrophes open nothing.

What is quoted is text, never a setting. `I'd`, `parents'`, `don't`, `'90s` open no quote.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from photovideos_studio.director.words.tokens import is_cjk

# An opening mark and what may close it. German „…“ and »…«, French « … », Chinese 《…》 and “…”, Japanese 「…」.
_PAIRS = {
    "“": '”“"',
    "„": '“”"',
    "«": "»",
    "»": "«",
    "「": "」",
    "『": "』",
    "《": "》",
    "〈": "〉",
    "【": "】",
    "〝": "〞〟",
    "＂": "＂",
    "‹": "›",
    "›": "‹",
    '"': '"”',
}
_SINGLES = {"'": "'’", "‘": "’'", "‚": "‘’'", "`": "`'"}
_LONGEST_QUOTE = 400


@dataclass(frozen=True, slots=True)
class Quote:
    """From the opening mark at `start` to behind the closing one at `end`; `text` without the marks."""

    start: int
    end: int
    text: str


def find_quotes(text: str, masked: tuple[tuple[int, int], ...] = ()) -> tuple[Quote, ...]:
    """All quotes of `text` from left to right. Marks inside `masked` spans (file names) count for nothing."""
    hidden = {position for start, end in masked for position in range(start, end)}
    found: list[Quote] = []
    position = 0
    while position < len(text):
        end = None if position in hidden else _closing(text, position, hidden)
        if end is None:
            position += 1
            continue
        found.append(Quote(position, end + 1, text[position + 1 : end].strip()))
        position = end + 1
    return tuple(found)


def _closing(text: str, opening: int, hidden: set[int]) -> int | None:
    mark = text[opening]
    if mark in _PAIRS:
        if mark == '"' and _is_inch_or_second(text, opening):
            return None
        return _first_of(text, opening, _PAIRS[mark], hidden)
    if mark in _SINGLES and _opens_single(text, opening):
        return _closing_single(text, opening, _SINGLES[mark], hidden)
    return None


def _is_inch_or_second(text: str, opening: int) -> bool:
    return bool(re.search(r"\d$", text[:opening])) and not re.match(r"\s*\w[^\"\n]*\"", text[opening + 1 :])


def _first_of(text: str, opening: int, closers: str, hidden: set[int]) -> int | None:
    depth = 1
    for position in range(opening + 1, min(len(text), opening + _LONGEST_QUOTE)):
        if text[position : position + 2] == "\n\n":
            return None
        if position in hidden:
            continue
        if text[position] in closers:
            depth -= 1
        elif text[position] == text[opening] and text[opening] in "《「『【":
            depth += 1
        if depth == 0:
            return position if position > opening + 1 else None
    return None


def _opens_single(text: str, opening: int) -> bool:
    before = text[opening - 1] if opening else " "
    after = text[opening + 1] if opening + 1 < len(text) else " "
    if after.isspace() or (before.isalnum() and not is_cjk(before)):
        return False
    return not re.match(r"['‘’](?:\d0s|tis|twas|em|n|til|cause)\b", text[opening : opening + 8], re.IGNORECASE)


def _closing_single(text: str, opening: int, closers: str, hidden: set[int]) -> int | None:
    """The first mark that can close; a possessive `s'` gives way to a later one that is none ('My parents' house')."""
    candidates = [
        position
        for position in range(opening + 2, min(len(text), opening + _LONGEST_QUOTE))
        if text[position] in closers and position not in hidden and _can_close(text, position)
    ]
    line_end = text.find("\n", opening)
    if line_end >= 0:
        candidates = [position for position in candidates if position < line_end]
    if not candidates:
        return None
    first = candidates[0]
    if not _is_possessive(text, first):
        return first
    next_opening = next(
        (p for p in range(first + 1, len(text)) if text[p] in _SINGLES and _opens_single(text, p)), None
    )
    for later in candidates[1:]:
        if next_opening is not None and later > next_opening:
            break
        if not _is_possessive(text, later):
            return later
    return first


def _can_close(text: str, position: int) -> bool:
    before = text[position - 1]
    after = text[position + 1] if position + 1 < len(text) else " "
    return not before.isspace() and (not after.isalnum() or is_cjk(after))


def _is_possessive(text: str, position: int) -> bool:
    return bool(re.match(r"s['’] [a-z]", text[position - 1 : position + 3]))
