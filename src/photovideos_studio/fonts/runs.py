"""PURE: a line of text as runs of one face and one direction, in the order they are seen from left to right.

A simplification of the Unicode bidirectional algorithm (UAX #9: P2, W2, W4, W7, N1, N2, I1, I2, L2) for single lines
without explicit embeddings; shaping inside a run is HarfBuzz's.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

FaceT = TypeVar("FaceT")
_RIGHT_TO_LEFT: Final = {"R", "AL"}
_NUMBERS: Final = {"EN", "AN"}


@dataclass(frozen=True, slots=True)
class Run(Generic[FaceT]):
    text: str
    face: FaceT
    is_right_to_left: bool


def is_joiner(character: str) -> bool:
    """Invisible helpers inside a cluster: joiners, variation selectors, tags of flags."""
    code = ord(character)
    return code in {0x200C, 0x200D, 0x20E3} or 0xFE00 <= code <= 0xFE0F or 0xE0020 <= code <= 0xE007F


def clusters(text: str) -> list[str]:
    """Characters with their marks, joiners and modifiers; control and direction marks are dropped."""
    found: list[str] = []
    for character in text:
        kind = unicodedata.category(character)
        if kind in {"Cc", "Cs", "Co", "Cn"} or (kind == "Cf" and not is_joiner(character)):
            if character in "\n\t":
                found.append(" ")
            continue
        belongs = kind in {"Mn", "Me", "Mc"} or is_joiner(character) or 0x1F3FB <= ord(character) <= 0x1F3FF
        if found and (belongs or found[-1].endswith("\u200d") or _completes_flag(found[-1], character)):
            found[-1] += character
        else:
            found.append(character)
    return found


def _completes_flag(before: str, character: str) -> bool:
    return len(before) == 1 and all(0x1F1E6 <= ord(letter) <= 0x1F1FF for letter in (before, character))


def is_right_to_left(text: str) -> bool:
    """The direction of a line: that of its first letter (P2, P3)."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind == "L":
            return False
        if kind in _RIGHT_TO_LEFT:
            return True
    return False


def visual_runs(text: str, face_for: Callable[[str], FaceT | None], *, right_to_left: bool) -> list[Run[FaceT]]:
    """The runs of a line from left to right. Clusters without a face are left out."""
    units = [(cluster, face_for(cluster)) for cluster in clusters(text)]
    shown = [(cluster, face) for cluster, face in units if face is not None]
    levels = _levels([cluster for cluster, _ in shown], 1 if right_to_left else 0)
    runs: list[tuple[int, str, FaceT]] = []
    for (cluster, face), level in zip(shown, levels, strict=True):
        if runs and runs[-1][0] == level and (runs[-1][2] == face):
            runs[-1] = (level, runs[-1][1] + cluster, face)
        else:
            runs.append((level, cluster, face))
    return [Run(part, face, bool(level % 2)) for level, part, face in _reordered(runs)]


def _levels(units: list[str], base: int) -> list[int]:
    kinds = [_resolved(unit) for unit in units]
    levels: list[int] = []
    for at, kind in enumerate(kinds):
        if kind == "L":
            levels.append(base if base % 2 == 0 else base + 1)
        elif kind == "R":
            levels.append(1)
        elif kind == "N":
            levels.append(2 if _before(kinds, at) == "R" or base else 0)
        else:
            before, after = _before(kinds, at), _after(kinds, at)
            agreed = before if before == after else None
            levels.append({"L": base if base % 2 == 0 else base + 1, "R": 1, None: base}[agreed])
    return levels


def _resolved(unit: str) -> str:
    kind = unicodedata.bidirectional(unit[0])
    if kind in _RIGHT_TO_LEFT:
        return "R"
    if kind in _NUMBERS:
        return "N"
    return "L" if kind == "L" else " "


def _before(kinds: list[str], at: int) -> str | None:
    return next((kind for kind in reversed(kinds[:at]) if kind in "LR"), None)


def _after(kinds: list[str], at: int) -> str | None:
    """Numbers count as right-to-left beside neutrals among right-to-left letters (N1)."""
    for kind in kinds[at + 1 :]:
        if kind in "LR":
            return kind
        if kind == "N":
            return "R" if _before(kinds, at) == "R" else "L"
    return None


def _reordered(runs: list[tuple[int, str, FaceT]]) -> list[tuple[int, str, FaceT]]:
    """L2: from the highest level down to 1, every stretch at or above it is reversed."""
    ordered = list(runs)
    for level in range(max((run[0] for run in runs), default=0), 0, -1):
        start = 0
        while start < len(ordered):
            if ordered[start][0] < level:
                start += 1
                continue
            end = start
            while end < len(ordered) and ordered[end][0] >= level:
                end += 1
            ordered[start:end] = ordered[start:end][::-1]
            start = end
    return ordered
