"""Any picture's colours into sRGB, by its ICC profile, before anything is scaled (rendering R09).

Knows profiles, nothing of files.
"""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Final

from PIL import Image, ImageCms

_SRGB_PRIMARIES: Final = ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060))
# ICC profiles store colorants adapted to D50; Pillow gives the xyY of those as they stand.
_SRGB_PRIMARIES_D50: Final = ((0.6485, 0.3309), (0.3212, 0.5979), (0.1559, 0.0660))
_TOLERANCE: Final = 0.006
_PROFILE_SPACES: Final = {"RGB ": {"RGB"}, "GRAY": {"L"}, "CMYK": {"CMYK"}}


@lru_cache(maxsize=1)
def srgb_profile() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


@lru_cache(maxsize=16)
def is_srgb(icc: bytes | None) -> bool:
    """Whether numbers under this profile may be taken as sRGB. No profile means sRGB, as browsers hold it."""
    if not icc:
        return True
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc)).profile
        if profile.xcolor_space != "RGB ":
            return False
        primaries = (profile.red_primary, profile.green_primary, profile.blue_primary)
        points = [primary[1][:2] for primary in primaries if primary is not None]
        if len(points) < len(primaries):
            return False
    except (OSError, ImageCms.PyCMSError, AttributeError, TypeError, IndexError):
        return True  # a profile nobody can read says nothing
    has_its_gamut = any(
        all(
            abs(a - b) <= _TOLERANCE
            for point, wanted in zip(points, known, strict=True)
            for a, b in zip(point, wanted, strict=True)
        )
        for known in (_SRGB_PRIMARIES, _SRGB_PRIMARIES_D50)
    )
    return has_its_gamut and _has_srgb_curve(icc)


def _has_srgb_curve(icc: bytes) -> bool:
    """Compares a ramp of greys: the same gamut with another gamma (a scanner's 1.8) is not sRGB."""
    levels = bytes(level for level in range(4, 260, 8) for _ in range(3))
    through = _convert(Image.frombytes("RGB", (32, 1), levels), icc)
    return through is None or all(abs(a - b) <= 3 for a, b in zip(levels, through.tobytes(), strict=True))


def to_srgb(image: Image.Image, icc: bytes | None) -> Image.Image:
    """`image` (RGB, L or CMYK) as RGB in sRGB. A profile that is broken or of another space is left aside."""
    if icc and not (image.mode == "RGB" and is_srgb(icc)):
        converted = _convert(image, icc)
        if converted is not None:
            return converted
    return image if image.mode == "RGB" else image.convert("RGB")


def _convert(image: Image.Image, icc: bytes) -> Image.Image | None:
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        if image.mode not in _PROFILE_SPACES.get(profile.profile.xcolor_space, set()):
            return None
        transform = ImageCms.buildTransform(
            profile,
            srgb_profile(),
            image.mode,
            "RGB",
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
        return ImageCms.applyTransform(image, transform)
    except (OSError, ImageCms.PyCMSError, ValueError):
        return None
