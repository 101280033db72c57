"""PURE: the film's order. By the time of taking, with sub-seconds and offset; without one, by natural name.

A file without a date stands behind its natural predecessor: a retouched IMG_0005-edit.jpg beside IMG_0005.jpg, wherever
that one's date puts it. If none has a date, this is the natural order; if all have one, the order of time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from photovideos.model import FileEntry, MediaKind


def film_order(natural: Sequence[FileEntry], taken: Mapping[str, str | None]) -> tuple[FileEntry, ...]:
    """`natural`: in natural order, as a Snapshot has them. `taken`: ISO 8601 by path.

    Photos and clips first, songs at the end. What was taken at the same moment stays in natural order.
    """
    pictures = [entry for entry in natural if entry.kind is not MediaKind.SONG]
    songs = [entry for entry in natural if entry.kind is MediaKind.SONG]
    moments = _moments({entry.path: taken.get(entry.path) for entry in pictures})
    groups = _groups(pictures, moments)
    undated = [group for group in groups if group[0].path not in moments]  # at most one, before all others
    dated = [group for group in groups if group[0].path in moments]
    dated.sort(key=lambda group: moments[group[0].path])
    return (*(entry for group in (*undated, *dated) for entry in group), *songs)


def _groups(natural: Sequence[FileEntry], moments: Mapping[str, datetime]) -> list[list[FileEntry]]:
    """Each dated file with the undated ones that follow it by name; undated ones before all dated are a group too."""
    groups: list[list[FileEntry]] = []
    for entry in natural:
        if entry.path in moments or not groups:
            groups.append([entry])
        else:
            groups[-1].append(entry)
    return groups


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
