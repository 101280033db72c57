"""HEIC and AVIF whose colours are told by code points (nclx) and not by a profile: read deep, converted to sRGB.

Says which code points a still has; what becomes of them is `hdr`'s.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import av
import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from photovideos_studio.photos import hdr
from photovideos_studio.photos.formats import AVIF, HEIC, MOV_DEMUXER, MediaFormat

_HEADER_BYTES: Final = 64 * 1024
_NCLX: Final = re.compile(rb"colrnclx(..)(..)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodePoints:
    """ITU-T H.273, tables 2 and 3."""

    primaries: int
    transfer: int

    @property
    def is_hdr(self) -> bool:
        return self.transfer in hdr.HDR_TRANSFERS


def code_points_of(image: Image.Image, found: MediaFormat, file: BinaryIO) -> CodePoints | None:
    """Those of a still that needs them; None where a profile, or nothing at all, says what its numbers mean."""
    points = _of_heic(image) if found is HEIC else _of_avif(file) if found is AVIF else None
    if points is None or not hdr.needs_conversion(points.transfer, points.primaries):
        return None
    has_profile = bool(image.info.get("icc_profile"))
    return points if points.is_hdr or not has_profile else None


def _of_heic(image: Image.Image) -> CodePoints | None:
    nclx = image.info.get("nclx_profile")
    if not isinstance(nclx, dict):
        return None
    return CodePoints(
        primaries=int(nclx.get("color_primaries") or 0), transfer=int(nclx.get("transfer_characteristics") or 0)
    )


def _of_avif(file: BinaryIO) -> CodePoints | None:
    """A container may hold several pictures, each with its own; the decoded one tells which are its."""
    file.seek(0)
    told = [
        (int.from_bytes(primaries, "big"), int.from_bytes(transfer, "big"))
        for primaries, transfer in _NCLX.findall(file.read(_HEADER_BYTES))
    ]
    if not any(hdr.needs_conversion(transfer, primaries) for primaries, transfer in told):
        return None
    frame = _first_frame(file)
    if frame is None:
        return CodePoints(primaries=told[0][0], transfer=told[0][1])
    return CodePoints(primaries=int(frame.color_primaries), transfer=int(frame.color_trc))


def _first_frame(file: BinaryIO) -> av.VideoFrame | None:
    file.seek(0)
    options = {"protocol_whitelist": "", "enable_drefs": "0"}
    try:
        with av.open(file, mode="r", format=MOV_DEMUXER, options=options) as container:
            frame: Any = next(container.decode(video=0), None)
    except (av.FFmpegError, IndexError, ValueError, OSError, EOFError):
        return None
    return frame if isinstance(frame, av.VideoFrame) else None


def read(image: Image.Image, found: MediaFormat, file: BinaryIO, points: CodePoints) -> Image.Image:
    """The loaded still in sRGB, not turned. From all the bits it has where they can be had."""
    deep = _deep_heic(file) if found is HEIC else _deep_avif(file, image.size)
    if deep is None:
        deep = cv2.multiply(np.asarray(image.convert("RGB")), 1.0, scale=257.0, dtype=cv2.CV_16U)
    return Image.fromarray(hdr.pixels_to_sdr(np.ascontiguousarray(deep), points.transfer, points.primaries))


def _deep_heic(file: BinaryIO) -> npt.NDArray[np.uint16] | None:
    import pillow_heif

    file.seek(0)
    opened = pillow_heif.open_heif(file, convert_hdr_to_8bit=False)
    if opened.mode != "RGB;16":
        return None
    return np.asarray(opened).astype(np.uint16, copy=False)


def _deep_avif(file: BinaryIO, size: tuple[int, int]) -> npt.NDArray[np.uint16] | None:
    """None for pictures that libavformat knows as tiles only."""
    frame = _first_frame(file)
    if frame is None or (frame.width, frame.height) != size:
        return None
    return np.asarray(frame.reformat(format="rgb48le", threads=1).to_ndarray()).astype(np.uint16, copy=False)
