"""PURE but for measuring: breaks a text into lines that fit, sets them as large as they may be, places them safely.

Wraps first, balances the lines, then shrinks (rendering R24).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

from photovideos_studio.draft import Canvas, TextRole
from photovideos_studio.fonts import clusters

# Of the short side: the size a text begins with, and the least it shrinks to.
_SIZES: Final = {TextRole.TITLE: (0.092, 0.030), TextRole.END: (0.080, 0.030), TextRole.CAPTION: (0.044, 0.026)}
_WEIGHTS: Final = {TextRole.TITLE: 700, TextRole.END: 600, TextRole.CAPTION: 500}
_MOST_LINES: Final = {TextRole.TITLE: 4, TextRole.END: 4, TextRole.CAPTION: 3}
_LINE_HEIGHT: Final = 1.26
_NEVER_FIRST: Final = set("、。，．！？：；）」』】〉》〕］｝…‥ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ,.!?:;)]}%’”")
_NEVER_LAST: Final = set("（「『【〈《〔［｛([{‘“")


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeArea:
    """Where text may stand, in pixels; `bottom` and `right` exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A text as it will stand: its lines, their size and weight, and where the block is."""

    lines: tuple[str, ...]
    size: int
    weight: int
    line_height: int
    top: int
    area: SafeArea


class Measure(Protocol):
    def __call__(self, line: str, *, size: int, weight: int) -> float:
        """The width of a line in pixels."""


def safe_area(canvas: Canvas) -> SafeArea:
    """Clear of a phone's own controls on tall films (14 % top, 35 % bottom, 6 % sides), title-safe on the others."""
    tall = canvas.height > canvas.width * 1.4
    top, bottom, side = (0.14, 0.35, 0.06) if tall else (0.07, 0.08, 0.07)
    return SafeArea(
        left=round(canvas.width * side),
        top=round(canvas.height * top),
        right=round(canvas.width * (1 - side)),
        bottom=round(canvas.height * (1 - bottom)),
    )


def typeset(text: str, role: TextRole, canvas: Canvas, width_of: Measure) -> Setting:
    """The whole of it as large as fits; what does not even fit at the least size is cut at the last line."""
    area = safe_area(canvas)
    short = min(canvas.width, canvas.height)
    largest, least = (max(8, round(share * short)) for share in _SIZES[role])
    weight = _WEIGHTS[role]
    paragraphs = [" ".join(part.split()) for part in text.splitlines() if part.strip()] or [""]
    size = largest
    while True:
        fitting = _Fitting(
            width=area.width, may_split=size <= least, width_of=partial(width_of, size=size, weight=weight)
        )
        lines = [line for part in paragraphs for line in fitting.wrapped(part)]
        line_height = round(size * _LINE_HEIGHT)
        fits = len(lines) <= _MOST_LINES[role] and len(lines) * line_height <= area.height
        fits = fits and all(width_of(line, size=size, weight=weight) <= area.width for line in lines)
        if fits or size <= least:
            break
        size = max(least, int(size * 0.94))
    lines = lines[: max(1, area.height // line_height)]
    block = len(lines) * line_height
    top = area.bottom - block if role is TextRole.CAPTION else area.top + (area.height - block) // 2
    return Setting(lines=tuple(lines), size=size, weight=weight, line_height=line_height, top=top, area=area)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fitting:
    """Lines no wider than `width`. `may_split`: a word that is too wide alone is broken inside; else it sticks out."""

    width: float
    may_split: bool
    width_of: Callable[[str], float]

    def wrapped(self, text: str) -> list[str]:
        """The fewest lines, and of those the narrowest block: no line of one word under a full one."""
        words = self._fitting_words(text)
        lines = self._broken(words, self.width)
        if len(lines) < 2:
            return lines
        low, high = self.width / len(lines) * 0.8, self.width
        for _ in range(6):
            tried = (low + high) / 2
            closer = self._broken(words, tried)
            if len(closer) <= len(lines) and all(self.width_of(line) <= self.width for line in closer):
                lines, high = closer, tried
            else:
                low = tried
        return lines

    def _fitting_words(self, text: str) -> list[str]:
        words: list[str] = []
        for word in _words(text):
            if self.may_split and self.width_of(word) > self.width:
                words += clusters(word)
            else:
                words.append(word)
        return words

    def _broken(self, words: list[str], width: float) -> list[str]:
        lines: list[str] = []
        line = ""
        for word in words:
            if line and self.width_of((line + word).rstrip()) > width:
                lines.append(line.rstrip())
                line = word.lstrip()
            else:
                line += word
        return [*lines, line.rstrip()]


def _words(text: str) -> list[str]:
    """The least parts a line may be broken between: words with the space before them, single ideographs."""
    words: list[str] = []
    for character in text:
        glued = bool(words) and (character in _NEVER_FIRST or words[-1][-1:] in _NEVER_LAST)
        begins = character == " " or _stands_alone(character) or (words and _stands_alone(words[-1][-1:]))
        if not words or (begins and not glued):
            words.append(character)
        elif words[-1].isspace() and len(words) > 1 and character != " ":
            words[-1] += character
        else:
            words[-1] += character
    return words


def _stands_alone(character: str) -> bool:
    if not character or unicodedata.category(character).startswith("M"):
        return False
    return (
        unicodedata.east_asian_width(character) in {"W", "F"}
        and not "\uac00" <= character <= "\ud7a3"
        and (ord(character) < 0x1F000)
    )
