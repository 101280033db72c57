"""The canvas: pixels of each shape by its short side (1080, 720p and 4k), in multiples of four (rendering.md, R07)."""

from __future__ import annotations

from photovideos_studio.director.wishes.shape import nearest_canvas
from photovideos_studio.draft import Canvas

_SHORT_SIDES = {"720p": 720, "1080p": 1080, "4k": 2160}


def canvas_of(aspect: str, resolution: str | None) -> Canvas:
    """The canvas of an aspect (an uncommon one gets the nearest) and a resolution (None: 1080p)."""
    across, down = (int(part) for part in nearest_canvas(aspect).split(":"))
    short = _SHORT_SIDES.get(resolution or "1080p", 1080)
    long = round(short * max(across, down) / min(across, down) / 4 + 1e-9) * 4
    if (across, down) in ((4, 5), (5, 4)):
        long = -(-short * 5 // 4 // 4) * 4  # 1080 x 1350 is no multiple of four: the next larger
    return Canvas(width=long, height=short) if across >= down else Canvas(width=short, height=long)


def output_label(aspect: str) -> str:
    """How a shape is called in a file's name: 16x9."""
    return aspect.replace(":", "x")
