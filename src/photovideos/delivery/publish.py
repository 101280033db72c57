"""Delivers a film, and the summary beside it: whole or not at all, never over anything that is there."""

from __future__ import annotations

import errno
import hashlib
import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from photovideos.delivery import files, names
from photovideos.delivery.ours import MAX_TEXT_BYTES, Kind, is_ours
from photovideos.errors import FilmBroken, NoRights, Stopping

_CHUNK_BYTES = 1024 * 1024
_SHORT_STEM_BYTES = 100
_SPARE_BYTES = 1_000_000  # for the summary and the file system's own books


def publish_film(
    folder_fd: int,
    film: Path,
    stem: str,
    *,
    sha256: str,
    intended: str | None = None,
    before_rename: Callable[[str], None] = lambda _: None,
    stop: threading.Event | None = None,
) -> str:
    """Copies the film into the folder and gives it its name: `<stem>.mp4`, or with ` (2)`, ` (3)` if that is taken.

    `before_rename` hears the name before it is given, so that the ledger has it first; `intended` is such a name from
    an earlier try: if the film lies there already, that is all. Returns the name. Raises NoSpace, NoRights,
    FolderOffline, FolderMoved, Stopping, and FilmBroken where the bytes are not those of `sha256`.
    """
    with files.told_as_ours(folder_fd):
        if intended is not None and _digest_of(folder_fd, intended) == sha256:
            return intended
        files.remove_leftovers(folder_fd)
        source = os.open(film, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        size = os.fstat(source).st_size
        with files.told_as_ours(folder_fd, needed_bytes=size):
            check_space(folder_fd, size)
            with files.new_part(folder_fd) as (part, fd):
                _copy(source, fd, stop)
                os.fsync(fd)
                if _digest(fd) != sha256:
                    raise FilmBroken("The film was damaged while it was copied into the folder.")
                return _name_it(folder_fd, part, stem, before_rename)
    finally:
        os.close(source)


def check_space(folder_fd: int, needed_bytes: int) -> None:
    """NoSpace, with the figures, where the folder's disk has no room for so much."""
    with files.told_as_ours(folder_fd):
        if files.free_space(folder_fd) < needed_bytes + _SPARE_BYTES:
            raise files.no_space(folder_fd, needed_bytes + _SPARE_BYTES)


def probe_rights(folder_fd: int) -> None:
    """Could a film be delivered here? Makes a hidden file and takes it away again, before anything is spent.

    Raises NoRights, NoSpace, FolderOffline, FolderMoved.
    """
    with files.told_as_ours(folder_fd), files.new_part(folder_fd) as (_, fd):
        files.write_all(fd, b"photovideos")


def _copy(source: int, target: int, stop: threading.Event | None) -> None:
    """A slow share may take minutes: a stop is noticed between two pieces."""
    while chunk := os.read(source, _CHUNK_BYTES):
        if stop is not None and stop.is_set():
            raise Stopping
        files.write_all(target, chunk)


def _digest(fd: int) -> str:
    digest, offset = hashlib.sha256(), 0
    while chunk := os.pread(fd, _CHUNK_BYTES, offset):
        digest.update(chunk)
        offset += len(chunk)
    return digest.hexdigest()


def _digest_of(folder_fd: int, name: str) -> str | None:
    """The SHA-256 of a regular file of the folder; None where there is none."""
    try:
        fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder_fd)
    except OSError:
        return None
    try:
        return _digest(fd)
    except IsADirectoryError:
        return None
    finally:
        os.close(fd)


def _name_it(folder_fd: int, part: str, stem: str, before_rename: Callable[[str], None]) -> str:
    try:
        return _first_free(folder_fd, part, stem, before_rename)
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        # Encrypted and some network file systems hold less than the 255 bytes that the others do.
        return _first_free(folder_fd, part, names.cut_bytes(stem, _SHORT_STEM_BYTES), before_rename)


def _first_free(folder_fd: int, part: str, stem: str, before_rename: Callable[[str], None]) -> str:
    """The first number under which both the film's name and its summary's are free."""
    for candidate in names.numbered(stem):
        name = names.film_name(candidate)
        if files.exists(folder_fd, name) or not _is_free_for_summary(folder_fd, names.summary_name(candidate)):
            continue
        before_rename(name)
        try:
            files.rename_new(folder_fd, part, name)
        except FileExistsError:
            continue  # somebody was quicker
        return name
    raise NoRights(
        "There are thousands of films in this folder already.", advice="Move some of them away, then drop a file RETRY."
    )


def _is_free_for_summary(folder_fd: int, name: str) -> bool:
    """Not there, or a summary of ours whose film is gone."""
    if not files.exists(folder_fd, name):
        return True
    return is_ours(Kind.SUMMARY, files.read_regular(folder_fd, name, MAX_TEXT_BYTES))


def _write_text(folder_fd: int, name: str, text: str) -> bool:
    """A summary, whole or not at all; False where what is no summary of ours bears the name, and is left alone."""
    data = text.encode(errors="replace")
    with files.told_as_ours(folder_fd, needed_bytes=len(data)), files.new_part(folder_fd) as (part, fd):
        files.write_all(fd, data)
        os.fsync(fd)
        try:
            files.rename_new(folder_fd, part, name)
        except FileExistsError:
            old = files.read_regular(folder_fd, name, MAX_TEXT_BYTES)
            if not is_ours(Kind.SUMMARY, old):
                return False
            os.rename(part, name, src_dir_fd=folder_fd, dst_dir_fd=folder_fd)
            files.sync_folder(folder_fd)
    return True


def write_summary(folder_fd: int, stem: str, text: str) -> str:
    """The summary beside its film. Returns its name. Raises as `publish_film`."""
    return _write_summary(folder_fd, names.numbered(stem), text)


def write_summary_alone(folder_fd: int, stem: str, text: str) -> str:
    """A summary without a film, under the first number that belongs to none: it takes no film's own from it."""
    free = (name for name in names.numbered(stem) if not files.exists(folder_fd, names.film_name(name)))
    return _write_summary(folder_fd, free, text)


def _write_summary(folder_fd: int, stems: Iterable[str], text: str) -> str:
    for candidate in stems:
        name = names.summary_name(candidate)
        if _write_text(folder_fd, name, text):
            return name
    raise NoRights("There are thousands of summaries in this folder already.", advice="Move some of them away.")
