"""The disk under photovideos' own files: what is free there, and the errors of writing to it, as ours.

Ledger, tokens, copies of photos, unfinished downloads and the studio's store lie there. The disks of people's folders
are `delivery`'s. Makes no files.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from photovideos.errors import NoSpace, TryLater

OWN = "the disk that holds photovideos' own records"
TEMPORARY = "the disk for temporary files"
LEAST_BYTES = 1_000_000
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def free_bytes(place: Path) -> int | None:
    """What whoever is not root may write there; None where it cannot be told."""
    try:
        room = os.statvfs(place)
    except OSError:
        return None
    return room.f_bavail * room.f_frsize


def is_short_of(place: Path, needed_bytes: int) -> bool:
    """Whether so much does certainly not fit."""
    free = free_bytes(place)
    return free is not None and free < needed_bytes


def check(place: Path, needed_bytes: int, *, disk: str = OWN) -> None:
    """Raises NoSpace, with the figures."""
    if is_short_of(place, needed_bytes):
        raise no_space(place, needed_bytes, disk=disk)


def no_space(place: Path, needed_bytes: int = LEAST_BYTES, *, disk: str = OWN, detail: str = "") -> NoSpace:
    """The path is for the log alone."""
    return NoSpace.on(
        disk, needed_bytes=needed_bytes, free_bytes=free_bytes(place), detail=f"{place}: {detail}".rstrip(": ")
    )


@contextmanager
def told_as_ours(place: Path, needed_bytes: int = LEAST_BYTES, *, disk: str = OWN) -> Iterator[None]:
    """What is written inside: NoSpace when the disk is full, TryLater for everything else that a disk may say."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise no_space(place, needed_bytes, disk=disk, detail=str(error)) from error
        raise TryLater(
            "photovideos cannot write its own files.",
            advice="Look at the rights of its state directory, and at its disk.",
            detail=str(error),
        ) from error
