"""PURE but for measuring: breaks a text into lines that fit, sets them as large as they may be, places them safely.

Wraps first, balances the lines, then shrinks (rendering R24).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

from photovideos_studio.draft import Canvas, TextRole
from photovideos_studio.fonts import clusters

# Of the short side: the size a text begins with, and the least it shrinks to.
_SIZES: Final = {TextRole.TITLE: (0.092, 0.030), TextRole.END: (0.080, 0.030), TextRole.CAPTION: (0.044, 0.026)}
_TALL_CAPTIONS: Final = 1.25  # a film held upright in a hand is seen smaller than one on a screen
_WEIGHTS: Final = {TextRole.TITLE: 700, TextRole.END: 600, TextRole.CAPTION: 500}
_MOST_LINES: Final = {TextRole.TITLE: 4, TextRole.END: 4, TextRole.CAPTION: 3}
_LINE_HEIGHT: Final = 1.26
# The basics of JIS X 4051 and GB/T 15834: what may not begin a line, what may not end one, what a number takes along.
_NEVER_FIRST: Final = set(
    "、。，．！？：；）」』】〉》〕〗］｝…‥—～〜·・％℃‰ー々ゝゞヽヾ"
    "ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ,.!?:;)]}%’”»›"
)
_NEVER_LAST: Final = set("（「『【〈《〔〖［｛￥＄＃＠([{‘“«‹¥$€£#@")
_COUNTERS: Final = set("年月日時时分秒号號点點周週岁歲歳元円天人个個位回度级級届屆次章集話话歩步里米년월일")
_ORDINAL: Final = "第"
_CUT: Final = "…"
_LONGEST_PIECE: Final = 4
_SPACES: Final = re.compile(r"[^\S\u00a0\u202f]+")  # not those that hold a number and its unit together


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


def _is_tall(canvas: Canvas) -> bool:
    return canvas.height > canvas.width * 1.4


def safe_area(canvas: Canvas) -> SafeArea:
    """Clear of a phone's own controls on tall films (14 % top, 35 % bottom, 6 % sides), title-safe on the others."""
    top, bottom, side = (0.14, 0.35, 0.06) if _is_tall(canvas) else (0.07, 0.08, 0.07)
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
    larger = _TALL_CAPTIONS if role is TextRole.CAPTION and _is_tall(canvas) else 1.0
    largest, least = (max(8, round(share * larger * short)) for share in _SIZES[role])
    weight = _WEIGHTS[role]
    paragraphs = [_SPACES.sub(" ", part.strip()) for part in text.splitlines() if part.strip()] or [""]
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
    shown = max(1, area.height // line_height)
    if len(lines) > shown:
        lines = [*lines[: shown - 1], lines[shown - 1].rstrip(" .,、。，") + _CUT]
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
                words += _pieces(word)
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


def _pieces(word: str) -> list[str]:
    """A word that no line is wide enough for, in parts; what may not begin a line stays with what stands before it."""
    parts: list[str] = []
    for cluster in clusters(word):
        belongs = bool(parts) and (cluster[0] in _NEVER_FIRST or parts[-1][-1] in _NEVER_LAST)
        if belongs and len(parts[-1]) < _LONGEST_PIECE:
            parts[-1] += cluster
        else:
            parts.append(cluster)
    return parts


def _words(text: str) -> list[str]:
    """The least parts a line may be broken between: words with the space before them, single ideographs. Closing signs
    stay with what they close, opening ones with what they open, a number is whole and keeps what it counts."""
    words: list[str] = []
    for character in text:
        before = words[-1][-1] if words else ""
        if len(words) > 1 and words[-1] == " " and character in _NEVER_FIRST:  # as French sets them
            words[-2:] = [f"{words[-2]} {character}"]
        elif not words or (before != " " and _may_break(before, character)):
            words.append(character)
        else:
            words[-1] += character
    return words


def _may_break(before: str, after: str) -> bool:
    if after == " ":
        return True
    if after in _NEVER_FIRST or before in _NEVER_LAST:
        return False
    if before == _ORDINAL and after.isdecimal():
        return False
    if before.isdecimal() and after in _COUNTERS:
        return False
    return _stands_alone(before) or _stands_alone(after)


def _stands_alone(character: str) -> bool:
    """An ideograph, kana or a wide sign; not the wide forms of letters and digits, which make words and numbers."""
    if unicodedata.category(character)[0] == "M" or (character.isalnum() and "\uff00" <= character <= "\uffef"):
        return False
    return (
        unicodedata.east_asian_width(character) in {"W", "F"}
        and not "\uac00" <= character <= "\ud7a3"
        and (ord(character) < 0x1F000)
    )
