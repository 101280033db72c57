"""The standard job: ten photographs of 12 megapixels become 30 s of 1080p at 30 fps, with zooms, cross-fades and music.

Photographs are painted from a seed, with the statistics of real ones: detail at every scale, sharp edges, sensor noise.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from photovideos_studio.draft import (
    Canvas,
    Draft,
    Fit,
    Motion,
    MusicSegment,
    PictureSegment,
    TextRole,
    TextSegment,
    Transition,
    TransitionKind,
)
from photovideos_studio.facts import Box

WIDTH, HEIGHT = 4000, 3000
PHOTOS = 10
SLOT_MS = 3000
FADE_MS = 800
FPS = 30


def paint_photo(seed: int) -> npt.NDArray[np.uint8]:
    """A landscape of sky, ridges and ground, H × W × 3."""
    rng = np.random.default_rng(seed)
    detail = _fractal(rng, 9)
    down = np.linspace(0.0, 1.0, HEIGHT, dtype=np.float32)[:, None]
    sky = np.array([[[0.45, 0.62, 0.88]]], np.float32) * (1.1 - 0.5 * down[..., None]) + rng.random(3) * 0.15
    picture = np.broadcast_to(sky, (HEIGHT, WIDTH, 3)).astype(np.float32) + _fractal(rng, 3)[..., None] * 0.08
    for layer in range(4):
        ridge = (0.35 + 0.16 * layer) * HEIGHT + _fractal_line(rng) * HEIGHT * 0.10
        mask = np.arange(HEIGHT)[:, None] > ridge[None, :]
        colour = rng.random(3).astype(np.float32) * 0.35 + 0.12 + 0.1 * layer * np.array([0.5, 0.8, 0.2], np.float32)
        painted = colour[None, None] * (1.0 + detail[..., None] * (0.35 + 0.25 * layer))
        picture = np.where(mask[..., None], painted, picture)
    picture += rng.normal(0, 0.006, (HEIGHT, WIDTH, 1)).astype(np.float32)
    pixels: npt.NDArray[np.uint8] = np.clip(picture * 255, 0, 255).astype(np.uint8)
    return pixels


def _fractal(rng: np.random.Generator, octaves: int) -> npt.NDArray[np.float32]:
    total = np.zeros((HEIGHT, WIDTH), np.float32)
    for octave in range(octaves):
        size = (3 << octave, 4 << octave)
        rough = rng.normal(0, 1, size).astype(np.float32)
        total += cv2.resize(rough, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC) * 0.62**octave
    even: npt.NDArray[np.float32] = total / float(total.std())
    return even


def _fractal_line(rng: np.random.Generator) -> npt.NDArray[np.float32]:
    line = np.zeros((1, WIDTH), np.float32)
    for octave in range(10):
        rough = rng.normal(0, 1, (1, 4 << octave)).astype(np.float32)
        line += cv2.resize(rough, (WIDTH, 1), interpolation=cv2.INTER_LINEAR) * 0.5**octave
    heights: npt.NDArray[np.float32] = line[0]
    return heights


def make_photos(folder: Path) -> list[Path]:
    """The photographs of the job; those that are there already are kept."""
    paths = []
    for number in range(PHOTOS):
        path = folder / f"photo-{number:02d}.jpg"
        if not path.exists():
            Image.fromarray(paint_photo(number)).save(path, quality=92)
        paths.append(path)
    return paths


def views(number: int) -> tuple[Box, Box]:
    """The whole width, and 9 % nearer and a little to the side; in and out in turn."""
    aspect = (WIDTH / HEIGHT) / (16 / 9)
    wide = Box(x=0.0, y=(1 - aspect) / 2, w=1.0, h=aspect)
    w, h = 1 / 1.09, aspect / 1.09
    near = Box(x=(1 - w) * 0.8, y=(1 - h) * 0.45, w=w, h=h)
    return (wide, near) if number % 2 == 0 else (near, wide)


def make_draft(
    paths: list[Path],
    *,
    count: int = PHOTOS,
    slot_ms: int = SLOT_MS,
    fade_ms: int = FADE_MS,
    size: tuple[int, int] = (1920, 1080),
    extras: bool = False,
    fills: bool = False,
) -> tuple[Draft, dict[str, Path]]:
    """`count` photos (taken round and round). `extras`: a title, captions and a filter on top; `fills`: the photos are
    shown whole, on a blurred ground."""
    pictures, sources = [], {}
    for number in range(count):
        start, end = (_whole(view) if fills else view for view in views(number))
        is_last = number == count - 1
        pictures.append(
            PictureSegment(
                id=f"s{number}",
                name=paths[number % len(paths)].name,
                start_ms=number * slot_ms,
                length_ms=slot_ms + (0 if is_last else fade_ms),
                upload_id=f"u{number}",
                is_clip=False,
                fit=Fit.BLUR if fills else Fit.CROP,
                motion=Motion(kind="ken_burns", start=start, end=end),
                transition=Transition(kind=TransitionKind.CROSSFADE, length_ms=fade_ms if number else 0),
            )
        )
        sources[f"u{number}"] = paths[number % len(paths)]
    length = count * slot_ms
    texts = [TextSegment(id="t", text="Standard job", start_ms=300, length_ms=2600, role=TextRole.TITLE)]
    texts += [
        TextSegment(id=f"c{n}", text=f"A caption, number {n}", start_ms=n * slot_ms + 900, length_ms=2000,
                    role=TextRole.CAPTION)
        for n in range(1, count)
    ]  # fmt: skip
    draft = Draft(
        canvas=Canvas(width=size[0], height=size[1]),
        fps=FPS,
        length_ms=length,
        pictures=tuple(pictures),
        music=(MusicSegment(id="m", name="music", start_ms=0, length_ms=length, volume=1.0, mood="calm", seed=7),),
        texts=tuple(texts) if extras else (),
        filter="warm" if extras else None,
        fade_in_ms=fade_ms,
        title="Standard job",
    )
    return draft, sources


def _whole(view: Box) -> Box:
    """A view of the same shape and motion that takes in the picture's full height, and ground on both sides."""
    factor = 1.06 / ((WIDTH / HEIGHT) / (16 / 9))
    w, h = view.w * factor, view.h * factor
    return Box(x=view.x + (view.w - w) / 2, y=view.y + (view.h - h) / 2, w=w, h=h)
