"""PURE. Tracks and segments of a draft, read tolerantly (contract §6), and the digest that says whether it changed."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from photovideos.model import RawJson
from photovideos.nemo import jsontext

MAX_TRACKS = 200
MAX_SEGMENTS = 5000  # of one track; what lies beyond is counted, not read
MAX_NAME_CHARACTERS = 80
_LONGEST_MS = 7 * 86_400_000  # a number beyond a week is no time in a film

_KINDS = {0: "Video", 1: "BGM", 7: "Title"}
_UNSHOWABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
_NOTHING: tuple[object, ...] = (None, {}, [])


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One piece of a track; None where the draft does not say. Times in ms, `volume` 0–1."""

    name: str | None = None
    start_ms: int | None = None
    length_ms: int | None = None
    volume: float | None = None

    @property
    def end_ms(self) -> int | None:
        if self.start_ms is None or self.length_ms is None:
            return None
        return self.start_ms + self.length_ms

    @property
    def is_readable(self) -> bool:
        return self.name is not None or self.length_ms is not None or self.volume is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """`kind`: Video, BGM, Title or "Track <tt>". `count`: how many segments there are, readable or not."""

    kind: str
    segments: tuple[Segment, ...]
    count: int


def digest(draft: RawJson | None, generated_media: RawJson | None) -> str:
    """Which draft and generated media this is; equal for equal values, however they are written.

    Absent, `null` and `{}` are one value (so is `[]`, which some servers write for nothing); nothing else in the state
    counts (contract §7).
    """
    seal = hashlib.sha256()
    for part in (draft, generated_media):
        seal.update(_canonical(part) + b"\n")
    return seal.hexdigest()


def is_export_ready(draft: RawJson | None) -> bool:
    """`t` is there and at least one track has a non-empty `sg` (contract §6)."""
    return any(_segments_of(track) for track in _raw_tracks(draft))


def tracks(draft: RawJson | None) -> tuple[Track, ...]:
    """The draft's tracks, as many as can be told apart."""
    return tuple(_track(raw) for raw in _raw_tracks(draft)[:MAX_TRACKS])


def parsed(draft: RawJson | None) -> Mapping[str, Any]:
    """The draft as an object; empty where it is none."""
    try:
        value = jsontext.parse(draft) if draft is not None else None
    except jsontext.JsonError:
        return {}
    return value if isinstance(value, dict) else {}


def shown(text: str, limit: int = MAX_NAME_CHARACTERS) -> str:
    """A server's text on one line, without what could play tricks on a terminal or a reader."""
    line = " ".join(_UNSHOWABLE.sub(" ", text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _raw_tracks(draft: RawJson | None) -> list[Any]:
    found = parsed(draft).get("t")
    return found if isinstance(found, list) else []


def _segments_of(track: Any) -> list[Any]:
    found = track.get("sg") if isinstance(track, dict) else None
    return found if isinstance(found, list) else []


def _track(raw: Any) -> Track:
    found = _segments_of(raw)
    return Track(kind=_kind(raw), segments=tuple(_placed(map(_segment, found[:MAX_SEGMENTS]))), count=len(found))


def _kind(raw: Any) -> str:
    kind = raw.get("tt") if isinstance(raw, dict) else None
    number = _number(kind)
    if number is not None and number == int(number):
        return _KINDS.get(int(number), f"Track {int(number)}")
    return f"Track {shown(kind, 20)}" if isinstance(kind, str) and shown(kind) else "Track"


def _placed(segments: Iterator[Segment]) -> Iterator[Segment]:
    """Without a start, segments follow each other."""
    at: int | None = 0
    for segment in segments:
        start = segment.start_ms if segment.start_ms is not None else at
        placed = Segment(name=segment.name, start_ms=start, length_ms=segment.length_ms, volume=segment.volume)
        at = placed.end_ms
        yield placed


def _segment(raw: Any) -> Segment:
    if not isinstance(raw, dict):
        return Segment()
    inner = raw.get("m")
    places = (raw, inner) if isinstance(inner, dict) else (raw,)
    return Segment(
        name=_first(places, ("n", "name", "title", "text"), _name),
        start_ms=_first(places, ("s", "start"), _milliseconds),
        length_ms=_first(places, ("d",), _milliseconds),
        volume=_first(places, ("v", "volume"), _volume),
    )


def _first(places: tuple[dict[str, Any], ...], keys: tuple[str, ...], read: Any) -> Any:
    """The first value of the right type: the published key in the segment, then in its `m`, then the other keys."""
    for key in keys:
        for place in places:
            value = read(place.get(key))
            if value is not None:
                return value
    return None


def _name(value: object) -> str | None:
    return shown(value) or None if isinstance(value, str) else None


def _number(value: object) -> float | None:
    """A finite number; a bool is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e15 < value < 1e15:
        return None
    return value if math.isfinite(value) else None


def _milliseconds(value: object) -> int | None:
    number = _number(value)
    return round(number) if number is not None and 0 <= number <= _LONGEST_MS else None


def _volume(value: object) -> float | None:
    number = _number(value)
    return float(number) if number is not None and 0 <= number <= 1 else None


def _canonical(part: RawJson | None) -> bytes:
    """One spelling for equal values; text that is no JSON stands for itself."""
    if part is None:
        return b""
    try:
        value = json.loads(part, parse_float=_plain_float, parse_int=_plain_integer, strict=False)
        if any(value == nothing and type(value) is type(nothing) for nothing in _NOTHING):
            return b""
        return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        return part.encode("utf-8", "surrogatepass")


def _plain_float(digits: str) -> float | int | str:
    """A whole number is the same number with `.0`; one that no float can hold stays as it is written."""
    number = float(digits)
    if not math.isfinite(number):
        return digits
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _plain_integer(digits: str) -> int | str:
    return int(digits) if len(digits) < 1000 else digits  # Python refuses to read more than 4300 digits
