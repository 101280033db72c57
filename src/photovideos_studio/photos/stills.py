"""Stills: opened by content, capped from the header, upright, in sRGB; JPEG's own planes where its profile allows.

Does not scale to the film and knows no canvas; a wish for a smaller picture only spares decoding.
"""

from __future__ import annotations

import struct
import warnings
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Final

import av
import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from photovideos_studio.photos import coded, colour
from photovideos_studio.photos.formats import JPEG, Family, MediaFormat, sniff_file
from photovideos_studio.photos.refusal import Unreadable

Plane = npt.NDArray[np.uint8]

# From the header, before a pixel is decoded. The largest phone sensors have 200 megapixels and write JPEG, which can be
# decoded at a fraction; everything else unpacks whole.
MAX_JPEG_PIXELS: Final = 210_000_000
MAX_PIXELS: Final = 100_000_000
_ORIENTATION_TAG: Final = 0x0112
_LIGHT_GROUND: Final = (233, 230, 224)
_DARK_GROUND: Final = (38, 40, 43)
_CUT_SHORT: Final = "is damaged or cut short"


@dataclass(frozen=True, slots=True, kw_only=True)
class JpegPlanes:
    """Y, Cb and Cr as the JPEG holds them (JFIF: full range, BT.601), chroma at its own size, not yet turned upright.

    `orientation` is EXIF's 1–8.
    """

    y: Plane
    cb: Plane
    cr: Plane
    orientation: int


@lru_cache(maxsize=1)
def _prepare_pillow() -> None:
    """Once a process: HEIC becomes known to Pillow; the pixel caps here stand in for Pillow's own."""
    import pillow_heif

    pillow_heif.register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = None


def open_still(file: BinaryIO) -> tuple[Image.Image, MediaFormat]:
    """The header of a still. Raises Unreadable for anything else, and above the pixel caps."""
    _prepare_pillow()
    found = sniff_file(file)
    if found is None or found.family is not Family.STILL or found.plugin is None:
        raise Unreadable("is not a picture")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # plugins warn about metadata that does not matter here
            image = Image.open(file, formats=[found.plugin])
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, struct.error, RuntimeError) as error:
        raise Unreadable(_CUT_SHORT) from error
    check_size(image.size, is_jpeg=found is JPEG)
    return image, found


def check_size(size: tuple[int, int], *, is_jpeg: bool) -> None:
    """Refuses pictures too large to unpack, from the header alone."""
    width, height = size
    if width < 1 or height < 1:
        raise Unreadable("has no pixels")
    if width * height > (MAX_JPEG_PIXELS if is_jpeg else MAX_PIXELS):
        raise Unreadable(f"is too large ({width} × {height} pixels)")


def orientation_of(image: Image.Image) -> int:
    """EXIF's 1–8; anything else, or EXIF nobody can read, is upright (R02). Pillow turns TIFFs itself."""
    if image.format == "TIFF":
        return 1
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = image.getexif().get(_ORIENTATION_TAG, 1)
    except (OSError, ValueError, SyntaxError, TypeError, KeyError, struct.error):
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def turn(plane: npt.NDArray[Any], orientation: int) -> npt.NDArray[Any]:
    """One plane (or an H × W × C array) as EXIF orientation `orientation` wants it seen (TIFF 6.0, tag 274)."""
    if orientation >= 5:
        plane = cv2.transpose(plane)
    flip = {2: 1, 3: -1, 4: 0, 6: 1, 7: -1, 8: 0}.get(orientation)
    turned: npt.NDArray[Any] = plane if flip is None else cv2.flip(plane, flip)
    return turned


def read_rgb(path: Path, *, longest_edge: int | None = None) -> npt.NDArray[np.uint8]:
    """The still upright, in sRGB, as H × W × 3. With `longest_edge` a JPEG may be decoded at a fraction not below it.

    The first picture of an animation. Raises Unreadable.
    """
    with path.open("rb") as file:
        image, found = open_still(file)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                if longest_edge is not None or image.width * image.height > MAX_PIXELS:
                    edge = longest_edge or 8192
                    image.draft(None, (min(edge, image.width), min(edge, image.height)) if edge else image.size)
                image.load()
                # Not before: to look for EXIF behind a PNG's pixels is to decode them, and a decoder complains once.
                orientation = orientation_of(image)
                points = coded.code_points_of(image, found, file)
                flat = flatten(image) if points is None else coded.read(image, found, file, points)
        except (OSError, ValueError, SyntaxError, EOFError, IndexError, struct.error, RuntimeError) as error:
            raise Unreadable(_CUT_SHORT) from error
        except MemoryError as error:
            raise Unreadable("is too large to unpack") from error
    upright: npt.NDArray[np.uint8] = np.ascontiguousarray(turn(np.asarray(flat), orientation))
    return upright


def flatten(image: Image.Image) -> Image.Image:
    """A loaded picture of any mode as RGB in sRGB, alpha laid on a calm ground."""
    icc = image.info.get("icc_profile")
    icc = icc if isinstance(icc, bytes) else None
    if image.mode in {"I;16", "I;16L", "I;16B", "I", "F"}:
        return Image.fromarray(_deep_to_eight_bits(np.asarray(image))).convert("RGB")
    if image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    if image.mode in {"LA", "La", "RGBA", "RGBa", "PA"} or "transparency" in image.info:
        image = image.convert("RGBA")
        alpha = image.getchannel("A")
        return lay_on_ground(colour.to_srgb(image.convert("RGB"), icc), alpha)
    if image.mode == "1":
        image = image.convert("L")
    if image.mode in {"L", "RGB", "CMYK"}:
        return colour.to_srgb(image, icc)
    return image.convert("RGB")


def lay_on_ground(picture: Image.Image, alpha: Image.Image) -> Image.Image:
    """A dark picture on light ground, a light one on dark: what is cut out is always seen."""
    seen = np.asarray(alpha, dtype=np.float32)
    if float(seen.min(initial=255)) == 255:
        return picture
    luma = np.asarray(ImageOps.grayscale(picture), dtype=np.float32)
    weight = float(seen.sum())
    mean = float((luma * seen).sum()) / weight if weight else 255.0
    ground = Image.new("RGB", picture.size, _DARK_GROUND if mean > 140 else _LIGHT_GROUND)
    ground.paste(picture, mask=alpha)
    return ground


def _deep_to_eight_bits(values: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """16-bit greys, and integers or floats of unknown white, to 0–255."""
    deep = np.nan_to_num(values.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    top = float(deep.max(initial=0.0))
    white = 65535.0 if top > 255.0 else 255.0 if top > 1.0 else 1.0
    levels: npt.NDArray[np.uint8] = np.clip(np.rint(deep * (255.0 / max(white, top))), 0, 255).astype(np.uint8)
    return levels


def read_jpeg_planes(path: Path) -> JpegPlanes | None:
    """A JPEG's planes without a trip through RGB; None if it is no JPEG, or its colours need `read_rgb`."""
    with path.open("rb") as file:
        if sniff_file(file) is not JPEG:
            return None
        image, _ = open_still(file)
        icc = image.info.get("icc_profile")
        adobe_rgb = image.info.get("adobe_transform") == 0
        plain = image.mode in {"RGB", "L"} and not adobe_rgb and image.width * image.height <= MAX_PIXELS
        if not plain or not colour.is_srgb(icc if isinstance(icc, bytes) else None):
            return None
        orientation = orientation_of(image)
        size = image.size
        file.seek(0)
        data = file.read()
    frame = _decode_jpeg(data)
    if frame is None or (frame.width, frame.height) != size:
        return None
    planes = tuple(_plane(frame, index) for index in range(len(frame.planes)))
    if len(planes) == 1:
        grey = np.full(((size[1] + 1) // 2, (size[0] + 1) // 2), 128, np.uint8)
        planes = (planes[0], grey, grey)
    return JpegPlanes(y=planes[0], cb=planes[1], cr=planes[2], orientation=orientation)


def _decode_jpeg(data: bytes) -> av.VideoFrame | None:
    """libavcodec's decoder alone, no demuxer; None where it stumbles, so that Pillow gives the verdict."""
    decoder = av.CodecContext.create("mjpeg", "r")
    decoder.thread_count = 1
    decoder.options = {"err_detect": "explode"}
    try:
        frames = [*decoder.decode(av.Packet(data)), *decoder.decode(None)]
    except (av.FFmpegError, MemoryError):
        return None
    if len(frames) != 1 or frames[0].format.name not in {"yuvj420p", "yuvj422p", "yuvj444p", "yuvj440p", "gray"}:
        return None
    return frames[0]


def _plane(frame: av.VideoFrame, index: int) -> Plane:
    """A view of the frame's own memory, which stays alive with it."""
    plane = frame.planes[index]
    rows: Plane = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return rows[: plane.height, : plane.width]


def frame_count(image: Image.Image) -> int:
    return int(getattr(image, "n_frames", 1))
