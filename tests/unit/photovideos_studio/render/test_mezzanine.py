from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from photovideos_studio import photos
from photovideos_studio.draft import Canvas, Motion
from photovideos_studio.facts import Box
from photovideos_studio.render import mezzanine
from photovideos_studio.render.mezzanine import OVERSAMPLING, stored_rectangle
from photovideos_studio.render.planes import new_sheet
from photovideos_studio.render.sampling import sample
from support.reels import WHOLE, draft_of, save


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_rectangle_is_found_where_the_file_stores_it(orientation: int) -> None:
    stored = np.arange(30 * 20, dtype=np.uint16).reshape(20, 30)
    upright = photos.turn(stored, orientation)
    height, width = upright.shape
    x, y, right, bottom = stored_rectangle(3, 5, 11, 16, width, height, orientation)
    assert np.array_equal(photos.turn(stored[y:bottom, x:right], orientation), upright[5:16, 3:11])


def _psnr(a: np.ndarray, b: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / np.mean((a.astype(np.float64) - b) ** 2)))


@pytest.mark.parametrize(
    "view", [WHOLE, Box(x=0.0413, y=0.0287, w=0.9171, h=0.9171), Box(x=0.3, y=0.35, w=0.41, h=0.41)]
)
def test_frames_are_within_45_db_of_an_ideal_resampler(view: Box, tmp_path: Path) -> None:
    """A fractal texture, as sharp as a photograph from a 4 megapixel sensor, sampled at 960 × 540."""
    rng = np.random.default_rng(11)
    picture = np.zeros((1080, 1920), np.float32)
    for octave in range(9):
        size = (1920 >> octave or 1, 1080 >> octave or 1)
        rough = Image.fromarray(rng.normal(0, 1, size[::-1]).astype(np.float32))
        picture += np.asarray(rough.resize((1920, 1080), Image.Resampling.BICUBIC)) * 1.35**octave
    grey = np.clip(picture / picture.std() * 45 + 128, 0, 255).astype(np.uint8)
    photo = save(np.repeat(grey[..., None], 3, axis=2), tmp_path / "texture.png")
    motion = Motion(kind="none", start=view, end=view)
    draft, _ = draft_of([photo], size=(960, 540), motion=motion)
    made = mezzanine.make(photo, draft.pictures[0], Canvas(width=960, height=540), None)
    frame = sample(*made.view(view, 960), new_sheet(960, 540))
    box = (view.x * 1920, view.y * 1080, (view.x + view.w) * 1920, (view.y + view.h) * 1080)
    ideal = np.asarray(Image.fromarray(grey).resize((960, 540), Image.Resampling.LANCZOS, box=box)).astype(np.float64)
    ideal = 16 + ideal * 219 / 255
    inner = slice(8, -8), slice(8, -8)
    assert _psnr(frame.y[inner], ideal[inner]) > 45
    assert abs(float(frame.y[inner].mean() - ideal[inner].mean())) < 0.15


def test_the_mezzanine_is_no_larger_than_its_views_need(tmp_path: Path) -> None:
    photo = save(np.zeros((3000, 4000, 3), np.uint8), tmp_path / "large.jpg")
    draft, _ = draft_of([photo], size=(640, 360))
    made = mezzanine.make(photo, draft.pictures[0], draft.canvas, None)
    assert made.planes.y.shape[1] < 640 * OVERSAMPLING + 2 * mezzanine.MARGIN + 4
    assert made.halved is None


def test_a_far_wider_view_is_sampled_from_half_the_size(tmp_path: Path) -> None:
    photo = save(np.zeros((1080, 1920, 3), np.uint8), tmp_path / "photo.jpg")
    near = Box(x=0.3, y=0.3, w=0.3, h=0.3)
    draft, _ = draft_of([photo], motion=Motion(kind="zoom_in", start=WHOLE, end=near))
    made = mezzanine.make(photo, draft.pictures[0], draft.canvas, None)
    assert made.view(WHOLE, 320)[0] is made.halved
    assert made.view(near, 320)[0] is made.planes
