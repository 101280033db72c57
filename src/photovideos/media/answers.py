"""PURE: what a media child said, read as the words of a stranger: types, ranges and lengths are checked."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from photovideos.errors import FilmBroken
from photovideos.logs import clean
from photovideos.model import FilmFacts

_SHA256 = re.compile(r"[0-9a-f]{64}")
_EXTENSION = re.compile(r"[a-z0-9]{2,4}")
_MAX_NUMBER = 1e12


def sentence(value: object, otherwise: str) -> str:
    return clean(value, 300) if isinstance(value, str) and value else otherwise


def extension(value: object) -> str | None:
    return value if isinstance(value, str) and _EXTENSION.fullmatch(value) else None


def taken(value: object) -> str | None:
    return value if isinstance(value, str) and len(value) <= 40 and value.isascii() else None


def film_facts(answer: Mapping[str, object]) -> FilmFacts:
    """FilmBroken where it is not what a measurement looks like: then something in the film broke the player."""
    facts = answer.get("facts")
    try:
        if not isinstance(facts, dict):
            raise TypeError("no facts")
        return FilmFacts(
            duration_seconds=_number(facts["duration_seconds"]),
            width=int(_number(facts["width"])),
            height=int(_number(facts["height"])),
            fps=_number(facts["fps"]),
            video_codec=clean(str(facts["video_codec"]), 40),
            audio_codec=None if facts["audio_codec"] is None else clean(str(facts["audio_codec"]), 40),
            loudness_lufs=None if facts["loudness_lufs"] is None else _number(facts["loudness_lufs"], least=-200),
            true_peak_dbtp=None if facts["true_peak_dbtp"] is None else _number(facts["true_peak_dbtp"], least=-400),
            size_bytes=int(_number(facts["size_bytes"])),
            sha256=_digest(facts["sha256"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise FilmBroken("The film that came back could not be measured.", detail=repr(error)) from error


def _number(value: object, *, least: float = 0.0) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("not a number")
    if not math.isfinite(value) or not least <= value <= _MAX_NUMBER:
        raise ValueError("out of range")
    return float(value)


def _digest(value: object) -> str:
    if not isinstance(value, str) or not _SHA256.fullmatch(value):
        raise ValueError("no digest")
    return value
