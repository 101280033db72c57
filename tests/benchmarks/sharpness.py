"""Frames as drawn, against the same views of the same photograph by an ideal resampler (Lanczos, straight to size)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks import standard_job
from photovideos_studio import photos
from photovideos_studio.draft import Canvas
from photovideos_studio.render import mezzanine
from photovideos_studio.render.motion import view_at
from photovideos_studio.render.planes import new_sheet
from photovideos_studio.render.sampling import sample

_MOMENTS = 12
_EDGE = 8


def worst(photo: Path, canvas: Canvas) -> tuple[float, float]:
    """Over moments of one shot: the lowest PSNR of luma in dB, and the largest difference of the means."""
    draft, _ = standard_job.make_draft([photo], count=1)
    segment = draft.pictures[0]
    still = mezzanine.make(photo, segment, canvas, None)
    planes = photos.read_jpeg_planes(photo)
    assert planes is not None
    source = Image.fromarray(np.ascontiguousarray(planes.y)).convert("F")
    found, biases = [], []
    for number in range(_MOMENTS):
        view = view_at(segment.motion, number / (_MOMENTS - 1), 1.0)
        drawn = sample(*still.view(view, canvas.width), new_sheet(canvas.width, canvas.height)).y
        box = (
            view.x * source.width,
            view.y * source.height,
            (view.x + view.w) * source.width,
            (view.y + view.h) * source.height,
        )
        lanczos = source.resize((canvas.width, canvas.height), Image.Resampling.LANCZOS, box=box)
        ideal = np.asarray(lanczos, np.float64)[_EDGE:-_EDGE, _EDGE:-_EDGE]
        inner = drawn[_EDGE:-_EDGE, _EDGE:-_EDGE].astype(np.float64)
        expected = _as_bt709(planes, box, ideal)
        found.append(10 * np.log10(255**2 / float(np.mean((inner - expected) ** 2))))
        biases.append(float(inner.mean() - expected.mean()))
    return min(found), max(biases, key=abs)


def _as_bt709(planes: photos.JpegPlanes, box: tuple[float, ...], luma: np.ndarray) -> np.ndarray:
    """The film's luma (BT.709, limited) of JFIF's luma and chroma."""
    size = (luma.shape[1] + 2 * _EDGE, luma.shape[0] + 2 * _EDGE)
    ratio = planes.cb.shape[1] / planes.y.shape[1], planes.cb.shape[0] / planes.y.shape[0]
    part = (box[0] * ratio[0], box[1] * ratio[1], box[2] * ratio[0], box[3] * ratio[1])
    cb, cr = (
        np.asarray(
            Image.fromarray(np.ascontiguousarray(plane)).convert("F").resize(size, Image.Resampling.LANCZOS, box=part),
            np.float64,
        )[_EDGE:-_EDGE, _EDGE:-_EDGE]
        - 128
        for plane in (planes.cb, planes.cr)
    )
    red, green, blue = luma + 1.402 * cr, luma - 0.344136 * cb - 0.714136 * cr, luma + 1.772 * cb
    return 16 + 219 / 255 * (0.2126 * red + 0.7152 * green + 0.0722 * blue)
