"""Titles and captions laid over frames: drawn once per text with Pillow, then two passes over a band of each frame.

White letters with a soft shadow; where what lies behind is bright or busy, a dark plate under them too. What lies
behind is asked of the film itself, so every worker decides the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from photovideos_studio import fonts
from photovideos_studio.draft import Draft, TextRole
from photovideos_studio.render.planes import BLACK, NEUTRAL, Plane, Planes
from photovideos_studio.render.typeset import Setting, typeset

Floats = npt.NDArray[np.float32]
_LETTERS: Final = 234.0
_PLATE: Final = 0.46
_SHADOW: Final = 0.62
# White letters need something darker behind them: how bright most of it may be (small letters need more contrast), and
# how much its brightness may vary.
_BRIGHT: Final = {TextRole.TITLE: 168.0, TextRole.END: 168.0, TextRole.CAPTION: 138.0}
_MOST_OF_IT: Final = 80  # percent
_BUSY: Final = 46.0
_MOST_READY: Final = 4
_MEASURED_AT: Final = 64
_HINTING: Final = 1.01  # how much wider a line may become when it is set at another size than measured


@dataclass(frozen=True, slots=True)
class _Overlay:
    """What a text does to a band of the frame at full strength: plane · keep + add, for luma and for chroma."""

    x: int
    y: int
    keep: Floats
    add: Floats
    keep_chroma: Floats
    whole: tuple[Plane, Plane, Plane, Plane]


class Overlays:
    """The texts of one draft. `draw_behind(frame)` draws the film without texts."""

    def __init__(self, draft: Draft, draw_behind: Callable[[int], Planes]) -> None:
        self._draft = draft
        self._draw_behind = draw_behind
        self._ready: dict[int, _Overlay | None] = {}

    def prepare(self, text: int) -> None:
        """Before the frame that the text is to be laid on is drawn."""
        if text not in self._ready:
            if len(self._ready) >= _MOST_READY:
                self._ready.clear()
            self._ready[text] = self._prepared(text)

    def lay(self, text: int, strength: float, out: Planes) -> None:
        overlay = self._ready[text]
        if overlay is None:
            return
        keep, add, keep_chroma, add_chroma = _at(overlay, strength)
        height, width = keep.shape
        _apply(out.y[overlay.y : overlay.y + height, overlay.x : overlay.x + width], keep, add)
        rows = slice(overlay.y // 2, (overlay.y + height) // 2)
        columns = slice(overlay.x // 2, (overlay.x + width) // 2)
        _apply(out.uv[rows, columns], keep_chroma, add_chroma)

    def _prepared(self, text: int) -> _Overlay | None:
        segment = self._draft.texts[text]
        canvas = self._draft.canvas
        setting = typeset(segment.text, segment.role, canvas, partial(_width_of, segment.text))
        letters = draw_letters(setting, segment.text, canvas.width, canvas.height)
        box = letters.getbbox()
        if box is None:
            return None
        moment_ms = segment.start_ms + min(1000.0, segment.length_ms / 2)
        behind = self._draw_behind(int(moment_ms * self._draft.fps / 1000))
        return _compose(np.asarray(letters, np.float32) / 255.0, box, behind.y, setting, segment.role)


def _at(overlay: _Overlay, strength: float) -> tuple[Plane, Plane, Plane, Plane]:
    if strength >= 1.0:
        return overlay.whole
    return _bytes(
        1.0 - strength * (1.0 - overlay.keep), strength * overlay.add, 1.0 - strength * (1.0 - overlay.keep_chroma)
    )


def _bytes(keep: Floats, add: Floats, keep_chroma: Floats) -> tuple[Plane, Plane, Plane, Plane]:
    chroma = _rounded(keep_chroma * 255)
    return (
        _rounded(keep * 255),
        _rounded(add),
        chroma,
        _rounded(np.float32(NEUTRAL) * (1 - chroma.astype(np.float32) / 255)),
    )


def _rounded(values: npt.NDArray[np.floating]) -> Plane:
    whole: Plane = np.rint(values).astype(np.uint8)
    return whole


def _apply(plane: Plane, keep: Plane, add: Plane) -> None:
    np.copyto(plane, cv2.add(cv2.multiply(plane, keep, scale=1.0 / 255.0), add))


@lru_cache(maxsize=4096)
def _unit_width(text: str, line: str, weight: int) -> float:
    """The width of a line set at one pixel."""
    size = _MEASURED_AT
    return sum(_run_width(run, size, weight) for run in _runs(line, text)) / size


def _width_of(text: str, line: str, *, size: int, weight: int) -> float:
    return _unit_width(text, line, weight) * size * _HINTING


def _run_width(run: fonts.Run[fonts.Face], size: int, weight: int) -> float:
    direction = "rtl" if run.is_right_to_left else "ltr"
    return fonts.open_font(run.face, size, weight).getlength(run.text, direction=direction)


def _runs(line: str, text: str) -> list[fonts.Run[fonts.Face]]:
    return fonts.visual_runs(
        line, lambda cluster: fonts.face_for(cluster, text), right_to_left=fonts.is_right_to_left(text)
    )


def draw_letters(setting: Setting, text: str, width: int, height: int) -> Image.Image:
    """The lines as coverage (0–255) on an empty canvas, each centred."""
    canvas = Image.new("L", (width, height), 0)
    pen = ImageDraw.Draw(canvas)
    for number, line in enumerate(setting.lines):
        runs = _runs(line, text)
        length = sum(_run_width(run, setting.size, setting.weight) for run in runs)
        x = setting.area.left + (setting.area.width - length) / 2
        baseline = setting.top + number * setting.line_height + round(setting.line_height * 0.76)
        for run in runs:
            font = fonts.open_font(run.face, setting.size, setting.weight)
            direction = "rtl" if run.is_right_to_left else "ltr"
            pen.text((x, baseline), run.text, fill=255, font=font, anchor="ls", direction=direction)
            x += font.getlength(run.text, direction=direction)
    return canvas


def _compose(
    letters: Floats, box: tuple[int, int, int, int], behind: Plane, setting: Setting, role: TextRole
) -> _Overlay:
    height, width = letters.shape
    pad = round(setting.size * 0.9)
    left, top = max(0, box[0] - pad) // 2 * 2, max(0, box[1] - pad) // 2 * 2
    right, bottom = min(width, (box[2] + pad + 1) // 2 * 2), min(height, (box[3] + pad + 1) // 2 * 2)
    letters = letters[top:bottom, left:right]
    under = behind[box[1] : box[3], box[0] : box[2]]
    dark = _shadow(letters, setting.size)
    if float(np.percentile(under, _MOST_OF_IT)) > _BRIGHT[role] or float(under.std()) > _BUSY:
        plate = _plate(letters.shape, (box[0] - left, box[1] - top, box[2] - left, box[3] - top), setting.size)
        dark += plate * (1.0 - dark)
    keep = (1.0 - dark) * (1.0 - letters)
    add = BLACK * dark * (1.0 - letters) + _LETTERS * letters
    half = (keep.shape[1] // 2, keep.shape[0] // 2)
    near = cv2.resize(keep, half, interpolation=cv2.INTER_AREA)
    keep_chroma = cv2.merge((near, near))
    return _Overlay(left, top, keep, add, keep_chroma, _bytes(keep, add, keep_chroma))


def _shadow(letters: Floats, size: int) -> Floats:
    """A tight dark rim for edges, and a wide soft one for depth, a little lower than the letters."""
    drop = max(1, round(size * 0.03))
    lowered = np.zeros_like(letters)
    lowered[drop:] = letters[:-drop]
    near = cv2.GaussianBlur(lowered, (0, 0), max(0.8, size * 0.035))
    far = cv2.GaussianBlur(lowered, (0, 0), max(2.0, size * 0.16))
    shadow: Floats = np.clip(_SHADOW * near + 0.75 * far, 0.0, 0.85).astype(np.float32)
    return shadow


def _plate(shape: tuple[int, ...], box: tuple[int, int, int, int], size: int) -> Floats:
    """A dark panel with round corners and soft edges behind the letters."""
    plate = Image.new("L", (shape[1], shape[0]), 0)
    across, down = round(size * 0.55), round(size * 0.36)
    edges = (box[0] - across, box[1] - down, box[2] + across, box[3] + down)
    ImageDraw.Draw(plate).rounded_rectangle(edges, radius=round(size * 0.28), fill=255)
    softened: Floats = cv2.GaussianBlur(np.asarray(plate, np.float32) / 255.0, (0, 0), max(0.7, size * 0.02))
    return softened * _PLATE
