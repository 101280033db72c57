"""PURE: which segments a frame shows, how far each has come, how they meet; and where a film is cut into pieces.

Frame n shows the moment n / fps, taken at its middle, so that a transition is the same seen forwards and backwards.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from photovideos_studio.draft import Draft, PictureSegment, TransitionKind

_TEXT_FADE_MS: Final = 450.0
# A fresh encoder costs a key frame, and memory to be cleared; but short pieces share the end of the work out evenly.
_PIECE_SECONDS: Final = 4.0
_LAST_PIECE_SECONDS: Final = 1.0
_SHORT_PIECES: Final = 4
_SNAP: Final = 0.3
_SNAP_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """`progress`: 0–1 through the segment's length. `seconds`: since its start, for clips."""

    segment: int
    progress: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """`under` alone, or `over` coming in over it by `kind`, `mix` of the way. `light` 0–1: fades from and to black."""

    under: Layer
    over: Layer | None = None
    kind: TransitionKind = TransitionKind.NONE
    mix: float = 0.0
    light: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Frames `first` to `last` (exclusive): a closed group of pictures, made anywhere, in any order."""

    number: int
    first: int
    last: int


class Timeline:
    """The answers for one draft. Holds no pictures."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._starts = [segment.start_ms for segment in draft.pictures]
        if not draft.pictures or sorted(self._starts) != self._starts:
            raise ValueError("a film needs pictures, in the order of their starts")

    def scene(self, frame: int) -> Scene:
        moment = self.moment_ms(frame)
        at = max(0, bisect_right(self._starts, moment) - 1)
        current = self._draft.pictures[at]
        light = self._light(moment)
        here = self._layer(at, moment)
        transition = current.transition
        if at == 0 or transition.kind is TransitionKind.NONE or transition.length_ms <= 0:
            return Scene(under=here, light=light)
        mix = (moment - current.start_ms) / transition.length_ms
        if mix >= 1.0:
            return Scene(under=here, light=light)
        return Scene(under=self._layer(at - 1, moment), over=here, kind=transition.kind, mix=mix, light=light)

    def moment_ms(self, frame: int) -> float:
        return (frame + 0.5) * 1000.0 / self._draft.fps

    def text_strength(self, text: int, frame: int) -> float:
        """0–1: how much of a text is there; it comes and goes softly, within its own time."""
        segment = self._draft.texts[text]
        since = self.moment_ms(frame) - segment.start_ms
        left = segment.length_ms - since
        fade = min(_TEXT_FADE_MS, segment.length_ms / 3.0) or 1.0
        strength = max(0.0, min(1.0, since / fade, left / fade))
        return strength * strength * (3.0 - 2.0 * strength)

    def visible_texts(self, frame: int) -> tuple[tuple[int, float], ...]:
        strengths = ((at, self.text_strength(at, frame)) for at in range(len(self._draft.texts)))
        return tuple((at, strength) for at, strength in strengths if strength > 0.0)

    def _layer(self, at: int, moment: float) -> Layer:
        segment: PictureSegment = self._draft.pictures[at]
        since = max(0.0, moment - segment.start_ms)
        return Layer(segment=at, progress=min(1.0, since / max(1, segment.length_ms)), seconds=since / 1000.0)

    def _light(self, moment: float) -> float:
        draft = self._draft
        rise = moment / draft.fade_in_ms if draft.fade_in_ms else 1.0
        fall = (draft.length_ms - moment) / draft.fade_out_ms if draft.fade_out_ms else 1.0
        return max(0.0, min(1.0, rise, fall))


def pieces(draft: Draft) -> tuple[Piece, ...]:
    """The film cut into long groups of about the same length and a few short last ones, where possible at a hard cut.
    The same for the same draft, however many workers there are: that is what makes frames reproducible."""
    count = draft.frame_count
    short = round(_LAST_PIECE_SECONDS * draft.fps)
    turn = max(0, count - _SHORT_PIECES * short)
    cuts = [
        round(segment.start_ms * draft.fps / 1000)
        for segment in draft.pictures[1:]
        if segment.transition.kind is TransitionKind.NONE or segment.transition.length_ms <= 0
    ]
    targets = [*_even(0, turn, round(_PIECE_SECONDS * draft.fps)), *_even(turn, count, short)]
    bounds = sorted({0, count, *(_snapped(at, length, cuts, draft.fps) for at, length in targets if at)})
    return tuple(Piece(number=number, first=first, last=last) for number, (first, last) in enumerate(pairwise(bounds)))


def _even(first: int, last: int, longest: int) -> list[tuple[int, float]]:
    """Where pieces begin that cover these frames evenly, and their length."""
    count = math.ceil((last - first) / longest)
    return [(first + round(number * (last - first) / count), (last - first) / count) for number in range(count)]


def _snapped(target: int, length: float, cuts: list[int], fps: int) -> int:
    nearest = min(cuts, key=lambda cut: abs(cut - target), default=target)
    return nearest if abs(nearest - target) <= min(_SNAP * length, _SNAP_SECONDS * fps) else target
