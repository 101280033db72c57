"""When a file was taken, and the id that ties the two halves of a live photo: EXIF, QuickTime and Apple's maker note.

Reads metadata alone; whatever is broken in it counts as absent.
"""

from __future__ import annotations

import re
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image

from photovideos_studio import photos

_EXIF_IFD = 0x8769
_ORIGINAL, _DIGITIZED, _CHANGED = 0x9003, 0x9004, 0x0132
_OFFSET_ORIGINAL, _OFFSET_DIGITIZED, _OFFSET = 0x9011, 0x9012, 0x9010
_SUBSECONDS_ORIGINAL, _SUBSECONDS_DIGITIZED, _SUBSECONDS = 0x9291, 0x9292, 0x9290
_MAKER_NOTE = 0x927C
_TIME = re.compile(r"(\d{4})[:\-/](\d{2})[:\-/](\d{2})[ T](\d{2}):(\d{2}):(\d{2})")
_CONTENT_ID = re.compile(rb"[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}")
_EXIF_TROUBLE = (OSError, ValueError, SyntaxError, TypeError, KeyError, AttributeError, IndexError, ZeroDivisionError)
_HEAD_BYTES = 512 * 1024


def taken_of_photo(path: Path) -> str | None:
    """ISO 8601 from EXIF with sub-seconds and offset as far as they are there; None without a believable time."""
    tags = _exif(path)
    for moment, offset, fraction in (
        (_ORIGINAL, _OFFSET_ORIGINAL, _SUBSECONDS_ORIGINAL),
        (_DIGITIZED, _OFFSET_DIGITIZED, _SUBSECONDS_DIGITIZED),
        (_CHANGED, _OFFSET, _SUBSECONDS),
    ):
        if found := _iso(tags.get(moment), tags.get(offset), tags.get(fraction)):
            return found
    return None


def _exif(path: Path) -> dict[int, Any]:
    """Tags of the first and the EXIF directory together."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with path.open("rb") as file, Image.open(file) as image:
                exif = image.getexif()
                return {**dict(exif), **dict(exif.get_ifd(_EXIF_IFD))}
    except (*_EXIF_TROUBLE, Image.DecompressionBombError):
        return {}


def _iso(moment: object, offset: object, fraction: object) -> str | None:
    match = _TIME.search(str(moment)) if moment else None
    if match is None:
        return None
    try:
        year, month, day, hour, minute, second = (int(part) for part in match.groups())
        found = datetime(year, month, day, hour, minute, min(second, 59))  # noqa: DTZ001 — cameras seldom know their zone
    except ValueError:
        return None
    if not 1900 <= year <= 2200:
        return None
    digits = re.sub(r"\D", "", str(fraction or ""))[:6]
    text = found.isoformat() + (f".{digits.ljust(6, '0')}" if digits else "")
    zone = re.fullmatch(r"\s*([+-]\d{2}):?(\d{2})\s*\x00?", str(offset or ""))
    return text + (f"{zone[1]}:{zone[2]}" if zone else "")


def taken_of_clip(path: Path) -> str | None:
    """QuickTime's creation date, its own zone first; a container's `creation_time` is UTC."""
    tags = _clip_tags(path)
    local = tags.get("com.apple.quicktime.creationdate")
    found = local or tags.get("creation_time")
    if not found:
        return None
    try:
        moment = datetime.fromisoformat(re.sub(r"([+-]\d{2})(\d{2})$", r"\1:\2", found.replace("Z", "+00:00")))
    except ValueError:
        return None
    if moment.year < 1990:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()


def _clip_tags(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        try:
            with photos.open_container(file) as container:
                return {name.casefold(): str(value) for name, value in container.metadata.items()}
        except (photos.Unreadable, OSError, ValueError):
            return {}


def content_id_of(path: Path, *, is_clip: bool) -> str | None:
    """Apple's id of a live photo: in the photo's maker note, in the clip's QuickTime tags."""
    if is_clip:
        return _clip_tags(path).get("com.apple.quicktime.content.identifier")
    note = _exif(path).get(_MAKER_NOTE)
    if not isinstance(note, bytes) or not note.startswith(b"Apple iOS"):
        return None
    match = _CONTENT_ID.search(note[:_HEAD_BYTES])
    return match.group().decode() if match else None
