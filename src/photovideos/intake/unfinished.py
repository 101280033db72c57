"""PURE: which files of a folder are unfinished, since when, and whether they hold the folder up or are left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from photovideos.intake.pace import Pace
from photovideos.model import LeftOut, Snapshot

STALE_COPY = "it looks like a copy that was never finished"
UNFINISHED_COPY = "it is a copy that is not finished"
WRITTEN = "another program has it open for writing"
NOT_COMPLETE = "it is not complete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """One unfinished file. `key` changes with the file, so that a growing one counts anew."""

    key: str
    file: str
    reason: str
    reason_left_out: str | None  # None: the file is whole, only somebody has it open
    patience_seconds: float


def unfinished_files(
    snapshot: Snapshot, incomplete: Mapping[str, str], being_written: tuple[str, ...], pace: Pace
) -> Iterator[Unfinished]:
    """Temporaries, incomplete media, and files with a writer."""
    for entry in snapshot.temporaries:
        yield Unfinished(
            key=f"{entry.path}\0{entry.size}\0{entry.ctime_ns}",
            file=entry.path,
            reason=UNFINISHED_COPY,
            reason_left_out=STALE_COPY,
            patience_seconds=pace.stale_after_seconds,
        )
    for entry in snapshot.media:
        if entry.path in incomplete:
            reason = f"{NOT_COMPLETE}: {incomplete[entry.path]}"
            yield Unfinished(
                key=f"{entry.path}\0{entry.size}\0{entry.ctime_ns}",
                file=entry.path,
                reason=reason,
                reason_left_out=reason,
                patience_seconds=pace.given_up_after_seconds,
            )
    for path in being_written:
        yield Unfinished(
            key=path,
            file=path,
            reason=WRITTEN,
            reason_left_out=None,
            patience_seconds=pace.given_up_after_seconds,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """`holding`: the folder waits for these. `named`: those that have held it up for long. `left_out`: given up."""

    holding: tuple[LeftOut, ...]
    named: tuple[LeftOut, ...]
    left_out: tuple[LeftOut, ...]


def sort_unfinished(
    files: tuple[Unfinished, ...],
    since: Mapping[str, float],
    *,
    now: float,
    quiet_since: float,
    pace: Pace,
    is_vouched_for: bool,
) -> Sorted:
    """`since`: when each was first seen so, by key. `quiet_since`: a file is given up only while all else is quiet too.

    Who vouches for the folder (READY) says that nothing more comes: then nothing is waited for.
    """
    holding, named, left_out = [], [], []
    for file in files:
        waited = now - max(since.get(file.key, now), quiet_since)
        if is_vouched_for or waited >= file.patience_seconds:
            if file.reason_left_out is not None:
                left_out.append(LeftOut(file=file.file, reason=file.reason_left_out))
            continue
        item = LeftOut(file=file.file, reason=file.reason)
        holding.append(item)
        if now - since.get(file.key, now) >= pace.named_after_seconds:
            named.append(item)
    return Sorted(holding=tuple(holding), named=tuple(named), left_out=tuple(left_out))
