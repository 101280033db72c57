"""Saliency: where the eye goes in a picture without known faces. Spectral residual (Hou and Zhang, CVPR 2007) and
colour.

Works on pixels handed in; opens nothing.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from photovideos_studio.facts import Box

_SIZE = 64
_LEAST_GAIN = 1.25  # how much more of the saliency than of the area the box must hold to be called a subject

_Floats = npt.NDArray[np.float32]


def subject_of(picture: npt.NDArray[np.uint8]) -> Box | None:
    """The box (fractions of the picture) that holds most of what stands out; None where nothing does."""
    tiny = cv2.resize(picture, (_SIZE, _SIZE), interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(tiny, cv2.COLOR_RGB2LAB).astype(np.float32)
    weight = _spectral_residual(lab[:, :, 0]) + _colour_contrast(lab)
    weight *= _centre()
    total = float(weight.sum())
    if total < 1e-3 or float(lab.std(axis=(0, 1)).max()) < 2.0:
        return None
    left, right = _middle_share(weight.sum(axis=0))
    top, bottom = _middle_share(weight.sum(axis=1))
    inside = float(weight[top:bottom, left:right].sum()) / total
    area = (right - left) * (bottom - top) / (_SIZE * _SIZE)
    if inside < _LEAST_GAIN * area:
        return None
    return Box(
        x=round(left / _SIZE, 4),
        y=round(top / _SIZE, 4),
        w=round((right - left) / _SIZE, 4),
        h=round((bottom - top) / _SIZE, 4),
    )


def _spectral_residual(luma: _Floats) -> _Floats:
    spectrum = np.fft.fft2(luma)
    logarithm = np.log(np.abs(spectrum) + 1e-6).astype(np.float32)
    residual = logarithm - cv2.blur(logarithm, (3, 3))
    back = np.fft.ifft2(np.exp(residual + 1j * np.angle(spectrum)))
    return _normed(cv2.GaussianBlur((np.abs(back) ** 2).astype(np.float32), (0, 0), 2.5))


def _colour_contrast(lab: _Floats) -> _Floats:
    """How far a place's colour is from the picture's mean."""
    away = cv2.GaussianBlur(lab, (0, 0), 2.0) - lab.mean(axis=(0, 1))
    return _normed(np.sqrt((away[:, :, 1:] ** 2).sum(axis=2) + 0.25 * away[:, :, 0] ** 2))


def _normed(weight: npt.NDArray[Any]) -> _Floats:
    low, high = float(weight.min()), float(weight.max())
    return np.asarray((weight - low) / (high - low + 1e-9), np.float32) ** 2


def _centre() -> _Floats:
    axis = np.linspace(-1, 1, _SIZE, dtype=np.float32)
    bell = np.exp(-(axis**2) / 1.2)
    return np.asarray(np.outer(bell, bell), np.float32)


def _middle_share(sums: npt.NDArray[np.floating], share: float = 0.7) -> tuple[int, int]:
    """The shortest stretch that holds `share` of the sums."""
    running = np.concatenate([[0.0], np.cumsum(sums)])
    wanted = share * running[-1]
    best = (0, len(sums))
    for start in range(len(sums)):
        end = int(np.searchsorted(running, running[start] + wanted))
        if end > len(sums):
            break
        if end - start < best[1] - best[0]:
            best = (start, end)
    return best
