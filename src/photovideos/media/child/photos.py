"""Photos: what the header says, and a copy for the cloud of which only the pixels are left.

A copy is upright, in sRGB and no larger than asked for. Sizes are judged by the header, before anything is decoded.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, TypeVar

import pillow_heif
from PIL import Image, ImageCms, ImageFile, UnidentifiedImageError

from photovideos.media.child import containers

# A phone's multi-picture JPEG ("MPO") is opened by the JPEG plugin.
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "HEIF", "AVIF")
# A JPEG is decoded at a fraction of its size (phones make 200 megapixels), the others only whole.
MAX_JPEG_PIXELS = 210_000_000
MAX_PIXELS = 100_000_000
_JPEG_QUALITY = 92
_WEBP_QUALITY = 90
_SAME_FORMAT = {"JPEG": "jpg", "MPO": "jpg", "PNG": "png", "WEBP": "webp", "GIF": "gif"}
_SUB_IFD, _ORIENTATION = 0x8769, 0x0112
# Taken, digitised, changed: the first that holds a date, with its sub-seconds and its offset (EXIF 2.31).
_TIMES = ((0x9003, 0x9291, 0x9011), (0x9004, 0x9292, 0x9012), (0x0132, 0x9290, 0x9010))
_TURNS: dict[object, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_DATE = re.compile(r"(\d{4})[:\-/](\d\d)[:\-/](\d\d)[ T](\d\d):(\d\d):(\d\d)")
_OFFSET = re.compile(r"[+-]\d\d:\d\d")

T = TypeVar("T")

Image.init()  # all plugins at once, not only the commonest
Image.MAX_IMAGE_PIXELS = None  # judged below by one rule, for all formats
ImageFile.LOAD_TRUNCATED_IMAGES = False
pillow_heif.register_heif_opener(thumbnails=False)


class Unusable(Exception):
    """Why this photo cannot be used: a sentence for the person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """`extension`: the one that a copy of it gets. `taken`: ISO 8601."""

    extension: str
    taken: str | None


def look(file: BinaryIO) -> Header:
    """What the header says; Unusable where it is no photo or too large."""
    with _damage_told(), _opened(file) as image:
        return _header(image)


def is_as_the_cloud_takes_it(file: BinaryIO, *, longest_edge_pixels: int) -> bool:
    """Of an accepted format and small enough: with its metadata wanted, the original itself may go."""
    with _damage_told(), _opened(file) as image:
        small = not longest_edge_pixels or max(image.size) <= longest_edge_pixels
        return small and image.format in _SAME_FORMAT


def copy(file: BinaryIO, into: BinaryIO, *, longest_edge_pixels: int, strip_metadata: bool) -> Header:
    """Writes the copy for the cloud. `longest_edge_pixels` 0: not scaled. Unusable where it does not decode whole."""
    with _damage_told(), _opened(file) as image:
        if _moves(image):
            containers.strip(file, into, image.format or "")
            return _header(image)
        # Pixels first: to look for EXIF behind a PNG's pixels is to decode them, and a decoder complains only once.
        pixels = _pixels(image, longest_edge_pixels)
        header = _header(image)
        exif = None if strip_metadata else _of_exif(image, _upright)
    _save(pixels, into, header.extension, exif)
    return header


@contextmanager
def _damage_told() -> Iterator[None]:
    """Decoders raise whatever they like on garbage, and warn of odd EXIF and the like: the pixels decide."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (MemoryError, Unusable):
        raise
    except UnidentifiedImageError as error:
        raise Unusable("It is not a photo that can be read.") from error
    except Exception as error:  # whatever a decoder meets in garbage means the same; this process lives for that
        raise Unusable("It is damaged or not complete.") from error


def _opened(file: BinaryIO) -> Image.Image:
    file.seek(0)
    image = Image.open(file, formats=_FORMATS)
    width, height = image.size
    most = MAX_JPEG_PIXELS if image.format in ("JPEG", "MPO") else MAX_PIXELS
    if width < 1 or height < 1:
        raise Unusable("It is empty.")
    if width * height > most:
        raise Unusable(f"It says it is {width} × {height} pixels large, which is more than can be handled.")
    return image


def _header(image: Image.Image) -> Header:
    extension = _SAME_FORMAT.get(image.format or "", "jpg")
    return Header(extension=extension, taken=_of_exif(image, _taken))


def _moves(image: Image.Image) -> bool:
    return image.format in ("GIF", "WEBP") and getattr(image, "n_frames", 1) > 1


def _of_exif(image: Image.Image, read: Callable[[Image.Exif], T]) -> T | None:
    """What `read` finds in the EXIF block; None in one that is broken."""
    try:
        return read(image.getexif())
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - parsers stumble in ways of their own, and the pixels are good without EXIF
        return None


def _taken(exif: Image.Exif) -> str | None:
    sub = exif.get_ifd(_SUB_IFD)
    for date, fraction, offset in _TIMES:
        found = _moment(sub.get(date) or exif.get(date), sub.get(fraction), sub.get(offset))
        if found:
            return found
    return None


def _moment(date: object, fraction: object, offset: object) -> str | None:
    """ISO 8601 with sub-seconds and offset as far as they are there; None for zeros, blanks and impossible dates."""
    match = _DATE.match(str(date or "").strip())
    if not match:
        return None
    digits = re.match(r"\d{1,6}", str(fraction or "").strip())
    zone = str(offset or "").strip()
    text = "{}-{}-{}T{}:{}:{}".format(*match.groups())
    text += f".{digits.group():<03}" if digits else ""
    text += zone if _OFFSET.fullmatch(zone) else ""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return None
    return text


def _pixels(image: Image.Image, longest_edge_pixels: int) -> Image.Image:
    """Upright 8-bit sRGB pixels, with alpha only where the format of the copy can hold it."""
    if longest_edge_pixels:
        image.draft(None, (longest_edge_pixels, longest_edge_pixels))
    image.load()
    if image.width * image.height > MAX_PIXELS:
        raise Unusable("It is larger than can be handled; set upload.longest_edge_pixels.")
    # What is not in 2–8 turns nothing: 0, 9 and a broken EXIF block are upright.
    profile, turn = image.info.get("icc_profile"), _TURNS.get(_of_exif(image, lambda exif: exif.get(_ORIENTATION)))
    flat = _eight_bits(image)
    if longest_edge_pixels and max(flat.size) > longest_edge_pixels:
        flat.thumbnail((longest_edge_pixels, longest_edge_pixels), Image.Resampling.LANCZOS)
    return _in_srgb(flat if turn is None else flat.transpose(turn), profile)


def _eight_bits(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":
        scale = 255 / 65535 if image.mode != "F" else 1.0
        return image.convert("F").point(lambda value: value * scale + 0).convert("L")
    if image.mode in ("P", "PA", "LA", "La", "RGBa") or (
        image.mode in ("RGB", "L", "1") and "transparency" in image.info
    ):
        return image.convert("RGBA")
    return image.convert("L") if image.mode == "1" else image


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    colours = image.convert("RGB") if alpha is not None else image
    converted = _through_profile(colours, profile) or colours.convert("RGB")
    if alpha is not None:
        converted.putalpha(alpha)
    return converted


def _through_profile(image: Image.Image, profile: bytes | None) -> Image.Image | None:
    if not profile:
        return None
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None  # a profile that does not fit the pixels: they are shown as they are


def _upright(exif: Image.Exif) -> bytes:
    """The block for a copy in which the orientation is baked in."""
    exif[_ORIENTATION] = 1
    return exif.tobytes()


def _save(pixels: Image.Image, into: BinaryIO, extension: str, exif: bytes | None) -> None:
    bare = Image.new(pixels.mode, pixels.size)  # a new image has no info that a writer would pick up
    bare.paste(pixels)
    if extension == "jpg" and bare.mode == "RGBA":
        ground = Image.new("RGB", bare.size, "white")
        ground.paste(bare, mask=bare.getchannel("A"))
        bare = ground
    extra = {"exif": exif} if exif else {}
    if extension == "jpg":
        bare.save(into, "JPEG", quality=_JPEG_QUALITY, **extra)
    elif extension == "webp":
        bare.save(into, "WEBP", quality=_WEBP_QUALITY, **extra)
    else:
        bare.save(into, "PNG", compress_level=3, **extra)
