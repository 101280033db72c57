"""Files written whole or not at all, and read back. Knows no sessions and no renders, only paths.

A reader sees the old content or the new, never half of it, also after a crash: temporary file, fsync, rename, fsync of
the folder.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

PART_SUFFIX = ".part"
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def write_bytes(path: Path, content: bytes) -> None:
    """Raises OSError; what was there before then still is."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}{PART_SUFFIX}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:  # whatever broke it off: no part stays behind, and who called hears of it
        part.unlink(missing_ok=True)
        raise
    with suppress(OSError):  # the new content is there: who is told otherwise writes it again
        sync_folder(path.parent)


def write_json(path: Path, value: object) -> None:
    # ASCII, because a path may hold bytes that are no UTF-8 (surrogates), which only escapes can carry.
    write_bytes(path, json.dumps(value, separators=(",", ":"), allow_nan=False).encode())


def read_json(path: Path) -> dict[str, Any] | None:
    """None when the file is not there or holds no JSON object (a damaged disk): then it counts as not there."""
    try:
        value = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def move_into(part: Path, target: Path) -> None:
    """Moves a finished file within the store and makes the move last."""
    os.replace(part, target)
    with suppress(OSError):  # as above
        sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(path: Path) -> Path:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def remove_parts(folder: Path) -> None:
    """What a process left behind that was killed while it wrote. Only for whoever is the folder's only writer."""
    for where, _, names in os.walk(folder):
        for name in names:
            if name.startswith(".") and name.endswith(PART_SUFFIX):
                with suppress(FileNotFoundError):
                    os.unlink(os.path.join(where, name))


def size_of(folder: Path) -> int:
    """Bytes on disk below a folder; what vanishes meanwhile does not count."""
    return sum(_walk(folder))


def remove_folder(folder: Path) -> int:
    """Bytes that became free; what cannot be removed is left for the next time."""
    size = size_of(folder)
    shutil.rmtree(folder, ignore_errors=True)
    return size - size_of(folder)


def _walk(folder: Path) -> Iterator[int]:
    for where, _, names in os.walk(folder):
        for name in names:
            try:
                yield os.lstat(os.path.join(where, name)).st_blocks * 512
            except FileNotFoundError:
                continue
