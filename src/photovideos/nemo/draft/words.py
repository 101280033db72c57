"""PURE. A draft in words: the timeline of the summary (contract §11), and what changed between two drafts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from photovideos.model import RawJson
from photovideos.nemo.draft.reading import Segment, Track, digest, tracks

MAX_LINES = 40
MAX_NAMES = 6
_MAX_SINGLE = 3  # more changes of one sort than this are told as one
_SPOKEN = {"Video": "video", "BGM": "background music", "Title": "title"}


def timeline_lines(draft: RawJson | None) -> tuple[str, ...]:
    """The timeline as the summary shows it: a headline, then a line a track.

    1. Video: city timelapse (0-10s)
    """
    found = tracks(draft)
    if not found:
        return ("Timeline (empty)",)
    lines = [f"Timeline ({_count(len(found), 'track')}):"]
    lines += [f"{number}. {track.kind}: {_track_words(track)}" for number, track in enumerate(found[:MAX_LINES], 1)]
    if len(found) > MAX_LINES:
        lines.append(f"… and {len(found) - MAX_LINES} more tracks")
    return tuple(lines)


def changes(before: RawJson | None, after: RawJson | None) -> tuple[str, ...]:
    """What `after` has that `before` had not, and the other way round; empty if they are equal.

    added: background music, 0–30 s, 35 %
    """
    if digest(before, None) == digest(after, None):
        return ()
    old, new = _by_kind(tracks(before)), _by_kind(tracks(after))
    lines = [line for kind in dict.fromkeys([*old, *new]) for line in _kind_changes(kind, old.get(kind), new.get(kind))]
    if len(lines) > MAX_LINES:
        lines = [*lines[: MAX_LINES - 1], f"… and {len(lines) - MAX_LINES + 1} more changes"]
    return tuple(lines) or ("changed: settings that the list of tracks does not show",)


# --- the timeline ----------------------------------------------------------------------------------------------------


def _track_words(track: Track) -> str:
    readable = [segment for segment in track.segments if segment.is_readable]
    if not readable:
        return _count(track.count, "segment")
    if track.kind == "Video" or track.count > MAX_NAMES:
        return _together(track, readable)
    return ", ".join(_segment_words(track.kind, segment) for segment in readable)


def _together(track: Track, readable: Sequence[Segment]) -> str:
    """Many segments as one: their names, and the time from the first to the last."""
    named = [_quoted(track.kind, segment.name) for segment in readable if segment.name is not None]
    names = _joined(named, track.count) if named else _count(track.count, "segment")
    spans = [(segment.start_ms, segment.end_ms) for segment in readable]
    starts = [start for start, end in spans if start is not None and end is not None]
    ends = [end for _start, end in spans if end is not None]
    facts = [_span(min(starts), max(ends), "-", "s")] if starts and ends else []
    volumes = {segment.volume for segment in readable}
    if track.kind != "Video" and len(volumes) == 1:
        facts += _percent(volumes.pop(), "%")
    return names + (f" ({', '.join(facts)})" if facts else "")


def _segment_words(kind: str, segment: Segment) -> str:
    name = _quoted(kind, segment.name) if segment.name is not None else "1 segment"
    facts = [_span(segment.start_ms, segment.end_ms, "-", "s")] if segment.end_ms is not None else []
    facts += _percent(segment.volume, "%")
    return name + (f" ({', '.join(facts)})" if facts else "")


def _joined(names: Sequence[str], count: int) -> str:
    if count <= MAX_NAMES:
        return ", ".join(names) + (f" and {count - len(names)} more" if count > len(names) else "")
    kept = names[: MAX_NAMES - 1]
    return f"{', '.join(kept)} and {count - len(kept)} more"


# --- changes ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Changed:
    """One segment, and what became of it. `verb`: added, removed, moved …"""

    verb: str
    segment: Segment
    words: str


def _by_kind(found: Sequence[Track]) -> dict[str, tuple[list[Segment], int]]:
    """Segments and their number by kind of track; two tracks of one kind are one list."""
    kinds: dict[str, tuple[list[Segment], int]] = {}
    for track in found:
        segments, count = kinds.get(track.kind, ([], 0))
        segments.extend(segment for segment in track.segments if segment.is_readable)
        kinds[track.kind] = (segments, count + track.count)
    return kinds


def _kind_changes(
    kind: str, before: tuple[list[Segment], int] | None, after: tuple[list[Segment], int] | None
) -> list[str]:
    (old, old_count), (new, new_count) = before or ([], 0), after or ([], 0)
    if not old and not new:
        return _count_changes(kind, old_count, new_count)
    pairs, gone, come = _matched(old, new)
    changed = [_Changed(verb="removed", segment=one, words=_spoken(kind, one)) for one in gone]
    changed += [_Changed(verb="added", segment=one, words=_spoken(kind, one)) for one in come]
    reordered = _is_reordered(pairs)
    for earlier, later in pairs:
        changed += _pair_changes(kind, earlier, later, reordered=reordered)
    verbs = dict.fromkeys(one.verb for one in changed)
    lines = [line for verb in verbs for line in _told(kind, verb, [one for one in changed if one.verb == verb])]
    if reordered:
        names = [later.name for _earlier, later in sorted(pairs, key=lambda pair: pair[1].start_ms or 0)]
        lines.append(f"new order: {_joined([name for name in names if name is not None], len(names))}")
    return lines


def _count_changes(kind: str, before: int, after: int) -> list[str]:
    if before == after:
        return []
    verb = "added" if after > before else "removed"
    return [f"{verb}: {_pieces(kind, abs(after - before))}"]


def _matched(
    old: Sequence[Segment], new: Sequence[Segment]
) -> tuple[list[tuple[Segment, Segment]], list[Segment], list[Segment]]:
    """Segments that are the same one before and after (by name, else by place), those gone, and those that came."""
    pairs: list[tuple[Segment, Segment]] = []
    waiting: dict[str | None, list[Segment]] = {}
    for segment in old:
        waiting.setdefault(segment.name, []).append(segment)
    come: list[Segment] = []
    for segment in new:
        if waiting.get(segment.name):
            pairs.append((waiting[segment.name].pop(0), segment))
        else:
            come.append(segment)
    gone = [segment for segments in waiting.values() for segment in segments]
    places = {(segment.start_ms, segment.length_ms): segment for segment in gone}
    for segment in [*come]:
        earlier = places.pop((segment.start_ms, segment.length_ms), None)
        if earlier is not None:
            pairs.append((earlier, segment))
            come.remove(segment)
            gone.remove(earlier)
    return pairs, gone, come


def _is_reordered(pairs: Sequence[tuple[Segment, Segment]]) -> bool:
    if any(earlier.name is None or earlier.name != later.name for earlier, later in pairs):
        return False
    before = [later.name for _earlier, later in sorted(pairs, key=lambda pair: pair[0].start_ms or 0)]
    after = [later.name for _earlier, later in sorted(pairs, key=lambda pair: pair[1].start_ms or 0)]
    return before != after


def _pair_changes(kind: str, earlier: Segment, later: Segment, *, reordered: bool) -> list[_Changed]:
    found: list[_Changed] = []
    if earlier.name != later.name:
        words = f"{_SPOKEN.get(kind, kind)} {_named(earlier)} → {_named(later)}"
        found.append(_Changed(verb="replaced", segment=later, words=words))
    if earlier.length_ms != later.length_ms and later.length_ms is not None:
        found.append(_Changed(verb="length changed", segment=later, words=_now(kind, later)))
    elif earlier.start_ms != later.start_ms and not reordered:
        found.append(_Changed(verb="moved", segment=later, words=_now(kind, later)))
    if earlier.volume != later.volume and later.volume is not None:
        was = "".join(f"{text} → " for text in _percent(earlier.volume, " %"))
        words = f"{_SPOKEN.get(kind, kind)}{_in_brackets(kind, later)}, {was}{_percent(later.volume, ' %')[0]}"
        found.append(_Changed(verb="volume changed", segment=later, words=words))
    return found


def _told(kind: str, verb: str, changed: Sequence[_Changed]) -> list[str]:
    """One line each, or one for all of them."""
    if len(changed) <= _MAX_SINGLE:
        return [f"{verb}: {one.words}" for one in changed]
    segments = [one.segment for one in changed]
    starts = [one.start_ms for one in segments if one.start_ms is not None and one.end_ms is not None]
    ends = [one.end_ms for one in segments if one.end_ms is not None]
    span = (
        f", {'' if verb in ('added', 'removed') else 'now '}{_span(min(starts), max(ends), '–', ' s')}"
        if starts
        else ""
    )
    names = [one.name for one in segments if one.name is not None]
    listed = f" ({_joined(names, len(segments))})" if names and verb in ("added", "removed") else ""
    return [f"{verb}: {_pieces(kind, len(segments))}{span}{listed}"]


def _spoken(kind: str, segment: Segment) -> str:
    facts = [_span(segment.start_ms, segment.end_ms, "–", " s")] if segment.end_ms is not None else []
    facts += _percent(segment.volume, " %") if kind != "Video" else []
    title = f" {_named(segment)}" if kind == "Title" and segment.name else ""
    return ", ".join([_SPOKEN.get(kind, kind) + title, *facts]) + _in_brackets(kind, segment)


def _now(kind: str, segment: Segment) -> str:
    title = f" {_named(segment)}" if kind == "Title" and segment.name else ""
    span = f", now {_span(segment.start_ms, segment.end_ms, '–', ' s')}" if segment.end_ms is not None else ""
    return _SPOKEN.get(kind, kind) + title + span + _in_brackets(kind, segment)


def _in_brackets(kind: str, segment: Segment) -> str:
    return f" ({segment.name})" if segment.name is not None and kind != "Title" else ""


def _named(segment: Segment) -> str:
    return f'"{segment.name}"' if segment.name is not None else "without a name"


def _pieces(kind: str, count: int) -> str:
    spoken = _SPOKEN.get(kind, kind)
    if kind == "Title":
        return _count(count, "title")
    return f"{count} pieces of {spoken}" if count != 1 else f"1 piece of {spoken}"


# --- numbers ---------------------------------------------------------------------------------------------------------


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _quoted(kind: str, name: str | None) -> str:
    return f'"{name}"' if kind == "Title" else str(name)


def _span(start_ms: int | None, end_ms: int | None, dash: str, unit: str) -> str:
    return f"{_seconds(start_ms or 0)}{dash}{_seconds(end_ms or 0)}{unit}"


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:.1f}".removesuffix(".0")


def _percent(volume: float | None, sign: str) -> list[str]:
    return [f"{round(volume * 100)}{sign}"] if volume is not None else []
