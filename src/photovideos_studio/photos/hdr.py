"""Colour that is told by code points (CICP, ITU-T H.273) into sRGB: PQ and HLG (ITU-R BT.2100) become what a good SDR
screen shows of them, wide primaries are brought into the film's.

Pictures keep the look of their highlights without being dull: up to about 90 cd/m² nothing changes, white (203 cd/m²,
ITU-R BT.2408) comes to 90 % of the film's, and what is brighter is rolled off up to 1000 cd/m² (the curve is the EETF
of ITU-R BT.2390). Colours that the film's primaries cannot show move towards grey until they can, at the same
luminance. All of it is one table from R'G'B' to R'G'B'; this room knows no files.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import av
import cv2
import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

PQ: Final = 16  # ITU-T H.273 table 3: SMPTE ST 2084
HLG: Final = 18  # ARIB STD-B67
HDR_TRANSFERS: Final = frozenset({PQ, HLG})
_BT2020_MATRIX: Final = 9  # ITU-T H.273 table 4, and swscale's number
_BT2020_PRIMARIES: Final = 9
_P3_PRIMARIES: Final = 12
_WHITE: Final = 203.0  # cd/m²
_BRIGHTEST: Final = 1000.0
_STEPS: Final = 49  # of the table along each axis
_BAND: Final = 32
_KNOWN_MATRICES: Final = frozenset({1, 5, 6, 7, _BT2020_MATRIX})
_LUMA_709: Final = np.array([0.2126, 0.7152, 0.0722])
# Linear light to that of BT.709, whose white all of them have (ITU-R BT.2087; SMPTE EG 432-1).
_TO_709: Final = {
    1: np.eye(3),
    _BT2020_PRIMARIES: np.array(
        [[1.660491, -0.587641, -0.072850], [-0.124550, 1.132900, -0.008349], [-0.018151, -0.100579, 1.118730]]
    ),
    _P3_PRIMARIES: np.array([[1.224940, -0.224940, 0.0], [-0.042057, 1.042057, 0.0], [-0.019638, -0.078636, 1.098274]]),
}


def needs_conversion(transfer: int, primaries: int) -> bool:
    """Whether these code points are anything but what the film takes for sRGB."""
    return transfer in HDR_TRANSFERS or primaries in (_BT2020_PRIMARIES, _P3_PRIMARIES)


def to_sdr(frame: av.VideoFrame, width: int, height: int) -> av.VideoFrame:
    """A frame for which `needs_conversion` holds, scaled, in sRGB (rgb24)."""
    known = int(frame.colorspace) in _KNOWN_MATRICES
    rgb = frame.reformat(
        width=width,
        height=height,
        format="rgb48le",
        src_colorspace=None if known else _BT2020_MATRIX,
        interpolation="BICUBIC",
        threads=1,
    )
    pixels = np.frombuffer(memoryview(rgb.planes[0]), np.uint16).reshape(height, -1)[:, : width * 3]
    seen = pixels_to_sdr(pixels.reshape(height, width, 3), int(frame.color_trc), int(frame.color_primaries))
    return av.VideoFrame.from_ndarray(seen, format="rgb24")


def pixels_to_sdr(pixels: npt.NDArray[np.uint16], transfer: int, primaries: int) -> npt.NDArray[np.uint8]:
    """H × W × 3 of 16-bit R'G'B' as 8-bit sRGB.

    Reads the table at eight corners around each colour: twice a plane of red and green at a step of blue, and the way
    between. In bands of rows, which stay in the processor's cache.
    """
    table = _table(transfer, primaries)
    out = np.empty(pixels.shape, np.uint8)
    for top in range(0, pixels.shape[0], _BAND):
        band = cv2.multiply(pixels[top : top + _BAND], 1.0, scale=(_STEPS - 1) / 65535.0, dtype=cv2.CV_32F)
        red, green, blue = cv2.split(band)
        below = np.minimum(np.floor(blue), np.float32(_STEPS - 2))
        share = blue - below
        across = red + below * np.float32(_STEPS)
        lower = cv2.remap(table, across, green, cv2.INTER_LINEAR)
        upper = cv2.remap(table, across + np.float32(_STEPS), green, cv2.INTER_LINEAR)
        mixed = cv2.blendLinear(lower, upper, 1.0 - share, share)
        out[top : top + _BAND] = _to_bytes(mixed)
    return out


def _to_bytes(values: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """Dithered by ± half a level, alike in all channels, so that slow gradients keep no steps and greys stay grey."""
    height, width = values.shape[:2]
    noise = np.tile(_noise(), (-(-height // 64), -(-width // 64)))[:height, :width]
    rounded: npt.NDArray[np.uint8] = cv2.convertScaleAbs(cv2.max(cv2.add(values, cv2.merge([noise] * 3)), 0.0))
    return rounded


@lru_cache(maxsize=1)
def _noise() -> npt.NDArray[np.float32]:
    tile: npt.NDArray[np.float32] = np.random.default_rng(20240229).random((64, 64), dtype=np.float32) - np.float32(0.5)
    return tile


@lru_cache(maxsize=4)
def _table(transfer: int, primaries: int) -> npt.NDArray[np.float32]:
    """What is shown (0–255) of each colour: rows are green; across, red within blue."""
    axis = np.linspace(0.0, 1.0, _STEPS)
    green, blue, red = np.meshgrid(axis, axis, axis, indexing="ij")
    seen = tone_mapped(np.stack([red, green, blue], axis=-1).reshape(-1, 3), transfer, primaries)
    return (seen * 255.0).astype(np.float32).reshape(_STEPS, _STEPS * _STEPS, 3)


def tone_mapped(coded: Values, transfer: int, primaries: int) -> Values:
    """N × 3 of R'G'B' (0–1) as sRGB R'G'B' (0–1)."""
    matrix = _TO_709.get(primaries, _TO_709[_BT2020_PRIMARIES] if transfer in HDR_TRANSFERS else np.eye(3))
    if transfer not in HDR_TRANSFERS:
        return _srgb_curve(_drawn_in(_from_srgb(coded) @ matrix.T))
    light = _from_pq(coded) if transfer == PQ else _from_hlg(coded)
    brightest = light.max(axis=1, keepdims=True)
    as_one = light * (_rolled_off(brightest) / np.maximum(brightest, 1e-6))  # keeps the hue
    each = _rolled_off(light)  # lets highlights pale, as film and eyes do
    shown = (as_one + each) / 2.0 / _WHITE
    return _srgb_curve(_drawn_in(shown @ matrix.T))


def _from_pq(coded: Values) -> Values:
    """SMPTE ST 2084: cd/m²."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    root = np.power(np.clip(coded, 0.0, 1.0), 1 / m2)
    light: Values = 10000.0 * np.power(np.maximum(root - c1, 0.0) / (c2 - c3 * root), 1 / m1)
    return light


def _to_pq(light: Values) -> Values:
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    power = np.power(np.clip(light, 0.0, 10000.0) / 10000.0, m1)
    coded: Values = np.power((c1 + c2 * power) / (1.0 + c3 * power), m2)
    return coded


def _from_hlg(coded: Values) -> Values:
    """ITU-R BT.2100: the inverse OETF, and the OOTF of a screen of 1000 cd/m²."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(coded <= 0.5, coded**2 / 3.0, (np.exp((coded - c) / a) + b) / 12.0)
    luma = scene @ np.array([0.2627, 0.6780, 0.0593])
    light: Values = _BRIGHTEST * np.power(np.maximum(luma, 1e-9), 0.2)[:, None] * scene
    return light


def _rolled_off(light: Values) -> Values:
    """BT.2390-11 §5.4.1: identity up to a knee, then a Hermite curve; in PQ, where steps are as the eye sees them."""
    top = float(_to_pq(np.array(_BRIGHTEST)))
    most = float(_to_pq(np.array(_WHITE))) / top
    knee = 1.5 * most - 0.5
    place = np.clip(_to_pq(light) / top, 0.0, 1.0)
    t = (place - knee) / (1.0 - knee)
    curve = (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (-2 * t**3 + 3 * t**2) * most
    return _from_pq(np.asarray(np.where(place < knee, place, curve) * top, np.float64))


def _drawn_in(light: Values) -> Values:
    """Linear BT.709 of any gamut into 0–1: towards grey of the same luminance, by as little as it takes."""
    luma = np.clip(light @ _LUMA_709, 0.0, 1.0)[:, None]
    away = light - luma
    room = np.where(away > 0, (1.0 - luma) / np.maximum(away, 1e-9), luma / np.maximum(-away, 1e-9))
    inside: Values = np.clip(luma + away * np.minimum(1.0, room.min(axis=1, keepdims=True)), 0.0, 1.0)
    return inside


def _from_srgb(coded: Values) -> Values:
    light: Values = np.where(coded <= 0.04045, coded / 12.92, np.power((coded + 0.055) / 1.055, 2.4))
    return light


def _srgb_curve(light: Values) -> Values:
    coded: Values = np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.power(light, 1 / 2.4) - 0.055)
    return coded
