"""What a folder's inputs are, by content: names, sizes and SHA-256 digests (design, Exactly one film).

A file is read again only if its stat changed; the digests known so far come in and go out.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Mapping, Sequence

from photovideos.errors import FolderMoved, Stopping
from photovideos.intake.descriptors import StatKey, offline, open_file, stat_key
from photovideos.intake.naming import nfc
from photovideos.model import FileEntry, Fingerprint

_PIECE_BYTES = 1024 * 1024


def fingerprint(
    folder_fd: int,
    entries: Sequence[FileEntry],
    known: Mapping[StatKey, str],
    *,
    stop: threading.Event | None = None,
    beat: Callable[[], None] | None = None,
) -> tuple[Fingerprint, dict[StatKey, str]]:
    """The fingerprint of these entries (in any order), and the digests of all of them by `stat_key`.

    `beat` is called again and again while reading goes on. Names count in NFC, so that a copy by way of another system
    is the same. Raises FolderMoved (a file changed or went away meanwhile), FolderOffline, Stopping.
    """
    digests: dict[StatKey, str] = {}
    lines: list[bytes] = []
    for entry in entries:
        key = stat_key(entry)
        digest = known.get(key) or digests.get(key) or digest_of(folder_fd, entry, stop=stop, beat=beat)
        digests[key] = digest
        name = nfc(entry.path).encode("utf-8", "surrogateescape")
        lines.append(b"%s\0%d\0%s\0" % (name, entry.size, digest.encode("ascii")))
    whole = hashlib.sha256(b"".join(sorted(lines)))
    return Fingerprint(whole.hexdigest()), digests


def digest_of(
    folder_fd: int,
    entry: FileEntry,
    *,
    stop: threading.Event | None = None,
    beat: Callable[[], None] | None = None,
) -> str:
    """SHA-256 of a file, in hex. Raises FolderMoved if it is not the file of the entry any more."""
    file_fd = open_file(folder_fd, entry.path)
    try:
        digest = hashlib.sha256()
        while piece := os.read(file_fd, _PIECE_BYTES):
            digest.update(piece)
            if stop is not None and stop.is_set():
                raise Stopping
            if beat is not None:
                beat()
        after = os.fstat(file_fd)
    except OSError as error:
        raise offline(f"‘{entry.path}’", error) from error
    finally:
        os.close(file_fd)
    if (after.st_ino, after.st_size, after.st_mtime_ns) != (entry.inode, entry.size, entry.mtime_ns):
        raise FolderMoved(f"‘{entry.path}’ changed while it was being read.")
    return digest.hexdigest()
