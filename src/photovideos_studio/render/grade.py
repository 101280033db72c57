"""Colour of photos on their way into the film: JFIF's YCbCr to BT.709 limited range, filtered on the way, dithered.

A filter is an affine map of R'G'B', so that it costs nothing beyond the conversion every photo goes through.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from photovideos_studio.render.planes import Plane, Planes

Matrix = npt.NDArray[np.float64]

# ITU-R BT.601 (JFIF 1.02) and BT.709-6, both as R'G'B' from Y'CbCr with chroma in -0.5…0.5.
_JFIF: Final = np.array([[1, 0, 1.402], [1, -0.344136, -0.714136], [1, 1.772, 0]])
_BT709: Final = np.array([[1, 0, 1.5748], [1, -0.187324, -0.468124], [1, 1.8556, 0]])
_LUMA: Final = np.array([0.2126, 0.7152, 0.0722])
# What black-and-white film makes of colours: skin and reds lighter, leaves darker than luma has them.
_PANCHROMATIC: Final = np.array([0.34, 0.52, 0.14])
_DITHER_EDGE: Final = 128
# What the sampling of frames takes from luma and chroma on average: cv2's linear resize of pairs cuts fractions off.
_SAMPLING_LOSS: Final = np.array([0.0, 0.125, 0.125])


@dataclass(frozen=True, slots=True)
class Filter:
    """R'G'B' (0–1) → `matrix` · R'G'B' + `offset`."""

    matrix: Matrix
    offset: Matrix


def _saturated(amount: float) -> Matrix:
    return amount * np.eye(3) + (1 - amount) * np.tile(_LUMA, (3, 1))


def _filters() -> dict[str, Filter]:
    none = np.zeros(3)
    sepia = np.outer([1.08, 0.93, 0.74], _PANCHROMATIC)
    warm = np.diag([1.05, 1.0, 0.89]) @ _saturated(1.05)
    cool = np.diag([0.92, 1.0, 1.07]) @ _saturated(0.96)
    vintage = np.diag([0.88, 0.84, 0.74]) @ _saturated(0.68)
    return {
        "bw": Filter(np.tile(_PANCHROMATIC, (3, 1)) * 1.04, none - 0.02),
        "sepia": Filter(sepia, np.array([0.035, 0.018, 0.0])),
        "warm": Filter(warm, none),
        "cool": Filter(cool, none),
        "vintage": Filter(vintage, np.array([0.075, 0.06, 0.075])),
    }


FILTERS: Final = _filters()


@lru_cache(maxsize=16)
def _from_jfif(name: str | None) -> tuple[Matrix, Matrix]:
    """The affine map from JFIF bytes to BT.709 limited bytes: out = matrix · (Y, Cb − 128, Cr − 128) + offset."""
    chosen = FILTERS.get(name or "", Filter(np.eye(3), np.zeros(3)))
    back = np.linalg.inv(_BT709)
    levels = np.diag([219.0, 224.0, 224.0]) / 255.0
    matrix = levels @ back @ chosen.matrix @ _JFIF
    offset = levels @ back @ (chosen.offset * 255.0) + np.array([16.0, 128.0, 128.0])
    return matrix, offset


@lru_cache(maxsize=16)
def _from_film(name: str) -> tuple[Matrix, Matrix]:
    """The same for what is in BT.709 limited range already: out = matrix · (Y − 16, Cb − 128, Cr − 128) + offset."""
    chosen = FILTERS[name]
    back = np.linalg.inv(_BT709)
    levels = np.diag([219.0, 224.0, 224.0])
    matrix = levels @ back @ chosen.matrix @ _BT709 @ np.linalg.inv(levels)
    offset = levels @ back @ chosen.offset + np.array([16.0, 128.0, 128.0])
    return matrix, offset


def to_film(y: Plane, cb: Plane, cr: Plane, name: str | None) -> Planes:
    """Full-range JFIF planes (chroma of half size) into the film's colours. Dithered: fewer levels make no bands."""
    matrix, offset = _from_jfif(name)
    return _mapped(y, cb, cr, matrix, offset + _SAMPLING_LOSS, black=0.0)


def filtered(planes: Planes, name: str | None) -> Planes:
    """A clip's frame, in the film's colours already, through the film's filter."""
    if name not in FILTERS:
        return planes
    matrix, offset = _from_film(name)
    u, v = cv2.split(planes.uv)
    return _mapped(planes.y, u, v, matrix, offset, black=16.0)


def _mapped(y: Plane, cb: Plane, cr: Plane, matrix: Matrix, offset: Matrix, *, black: float) -> Planes:
    """An affine map of all three. In bands of rows, which stay in the processor's cache from step to step."""
    size = (y.shape[1], y.shape[0])
    bias = offset - matrix @ np.array([black, 128.0, 128.0])
    near_cb, near_cr = _grown(cb, size), _grown(cr, size)
    luma = np.empty_like(y)
    for rows in _bands(y.shape[0]):
        _combine((near_cb[rows], near_cr[rows], y[rows]), matrix[0], bias[0], luma[rows], (16, 235))
    far = cv2.resize(y, (cb.shape[1], cb.shape[0]), interpolation=cv2.INTER_AREA)
    u, v = np.empty_like(cb), np.empty_like(cr)
    for rows in _bands(cb.shape[0]):
        _combine((cb[rows], cr[rows], far[rows]), matrix[1], bias[1], u[rows], (16, 240))
        _combine((cb[rows], cr[rows], far[rows]), matrix[2], bias[2], v[rows], (16, 240))
    return Planes(luma, cv2.merge((u, v)))


def _combine(
    parts: tuple[Plane, Plane, Plane], weights: Matrix, bias: float, out: Plane, bounds: tuple[int, int]
) -> None:
    """`parts`: Cb, Cr, Y; `weights` for Y, Cb, Cr."""
    cb, cr, y = parts
    mixed = cv2.addWeighted(cb, weights[1], cr, weights[2], bias, dtype=cv2.CV_32F)
    if abs(weights[0]) > 1e-6:
        mixed = cv2.addWeighted(y, weights[0], mixed, 1.0, 0.0, dtype=cv2.CV_32F)
    np.copyto(out, dithered(mixed, *bounds))


def _bands(height: int) -> list[slice]:
    return [slice(top, min(height, top + _DITHER_EDGE)) for top in range(0, height, _DITHER_EDGE)]


def _grown(chroma: Plane, size: tuple[int, int]) -> Plane:
    grown: Plane = cv2.resize(chroma, size, interpolation=cv2.INTER_LINEAR)
    return grown


def dithered(values: npt.NDArray[np.float32], low: int, high: int) -> Plane:
    """Float values (overwritten) to bytes, with a fixed noise below one level: slow gradients show no steps."""
    noise = _noise(-(-values.shape[1] // 1024) * 1024)
    for rows in _bands(values.shape[0]):
        band = values[rows]
        cv2.add(band, noise[: band.shape[0], : band.shape[1]], dst=band)
    plane: Plane = cv2.convertScaleAbs(cv2.max(values, 0.0))  # rounds to nearest
    cv2.max(plane, float(low), dst=plane)
    cv2.min(plane, float(high), dst=plane)
    return plane


@lru_cache(maxsize=4)
def _noise(width: int) -> npt.NDArray[np.float32]:
    """A strip of high-passed noise of ± half a level, from a fixed seed: the same picture gives the same bytes."""
    edge = _DITHER_EDGE
    rough = np.random.default_rng(20240229).random((edge, edge), dtype=np.float32)
    wrapped = np.pad(rough, 4, mode="wrap")
    fine = rough - cv2.GaussianBlur(wrapped, (0, 0), 1.2)[4:-4, 4:-4]
    ranks = fine.ravel().argsort().argsort().reshape(edge, edge)
    tile = ((ranks + 0.5) / ranks.size - 0.5).astype(np.float32)
    return np.tile(tile, (1, width // edge))
