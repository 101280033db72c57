"""PURE: the film's order. By the time of taking, with sub-seconds and offset; without one, by natural name.

A file without a date stands behind its natural predecessor: a retouched IMG_0005-edit.jpg beside IMG_0005.jpg, wherever
that one's date puts it. If none has a date, this is the natural order; if all have one, the order of time.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from photovideos.model import FileEntry, MediaKind

_DIGITS = re.compile(r"(\d+)")
NaturalKey = tuple[tuple[tuple[int, int | str], ...], str]


def natural_key(path: str) -> NaturalKey:
    """Digits count as numbers, case and composition of letters do not count; the path itself decides among equals."""
    text = unicodedata.normalize("NFC", path).casefold()
    parts = tuple((0, int(part)) if part.isdecimal() else (1, part) for part in _DIGITS.split(text) if part)
    return parts, path


def film_order(entries: Iterable[FileEntry], taken: Mapping[str, str | None]) -> tuple[FileEntry, ...]:
    """`taken`: ISO 8601 by path. Photos and clips first, songs at the end."""
    natural = sorted(entries, key=lambda entry: natural_key(entry.path))
    pictures = [entry for entry in natural if entry.kind is not MediaKind.SONG]
    songs = [entry for entry in natural if entry.kind is MediaKind.SONG]
    moments = _moments({entry.path: taken.get(entry.path) for entry in pictures})
    groups = _groups(pictures, moments)
    ordered = sorted(groups, key=lambda group: _group_key(group, moments))
    return (*(entry for group in ordered for entry in group), *songs)


def _groups(natural: list[FileEntry], moments: Mapping[str, datetime]) -> list[list[FileEntry]]:
    """Each dated file with the undated ones that follow it by name; undated ones before all dated are a group too."""
    groups: list[list[FileEntry]] = []
    for entry in natural:
        if entry.path in moments or not groups:
            groups.append([entry])
        else:
            groups[-1].append(entry)
    return groups


def _group_key(group: list[FileEntry], moments: Mapping[str, datetime]) -> tuple[bool, datetime, NaturalKey]:
    moment = moments.get(group[0].path)
    return moment is not None, moment or datetime.min, natural_key(group[0].path)  # noqa: DTZ901 - compared with naive ones


def _moments(taken: Mapping[str, str | None]) -> dict[str, datetime]:
    """All times on one clock: those with an offset as UTC; those without are taken to be of the folder's usual offset.

    "Z" is no vote for an offset: clips bear it wherever they were made.
    """
    read = {path: _read(text) for path, text in taken.items()}
    votes = Counter(moment.utcoffset() for path, moment in read.items() if moment and not _is_zulu(taken[path]))
    votes.pop(None, None)
    usual = votes.most_common(1)[0][0] if votes else None
    return {path: _as_utc(moment, usual or timedelta()) for path, moment in read.items() if moment is not None}


def _is_zulu(text: str | None) -> bool:
    return text is not None and text.endswith(("Z", "+00:00"))


def _read(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


def _as_utc(moment: datetime, usual: timedelta) -> datetime:
    offset = moment.utcoffset()
    try:
        return moment.replace(tzinfo=None) - (usual if offset is None else offset)
    except OverflowError:  # the year 1, or 9999
        return moment.replace(tzinfo=None)
