"""Makes the inputs of a job ready for upload, several at a time, each in a process of its own.

A file that kills, hangs or fills its process is named and left out; the others go on in a new one.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from photovideos import disk, logs
from photovideos.errors import FolderMoved, FolderOffline
from photovideos.media import answers
from photovideos.media.names import wire_names
from photovideos.media.order import film_order
from photovideos.media.process import Child, ChildDied, ChildHung, Limits
from photovideos.model import FileEntry, MediaKind, Prepared

_log = logs.get("media")

_GIB = 1024**3
_MEMORY_BYTES = 2 * _GIB
_MAX_COPY_BYTES = 4 * _GIB
# One file: time to decode a large photo on a slow machine, and for clips what a slow share needs to be read.
_FILE_SECONDS = 90.0
_SLOWEST_BYTES_PER_SECOND = 2_000_000
_CPU_PER_SECOND = 2


@dataclass
class _Work:
    """What the threads of one call share; `lock` guards the rest."""

    waiting: Iterator[FileEntry]
    deadline: float
    halt: threading.Event = field(default_factory=threading.Event)  # one of the threads has failed
    lock: threading.Lock = field(default_factory=threading.Lock)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)

    def next(self) -> FileEntry | None:
        with self.lock:
            return next(self.waiting, None)

    def record(self, entry: FileEntry, answer: dict[str, Any]) -> None:
        with self.lock:
            self.answers[entry.path] = answer


class _Either(threading.Event):
    """Set when the daemon stops, or when another thread of this call has failed."""

    def __init__(self, first: threading.Event, second: threading.Event) -> None:
        super().__init__()
        self._first, self._second = first, second

    def is_set(self) -> bool:
        return self._first.is_set() or self._second.is_set()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """What every child of a call is told."""

    folder_fd: int
    into_fd: int | None
    longest_edge_pixels: int
    strip_metadata: bool
    stop: threading.Event
    cpu_seconds: int

    def child(self) -> Child:
        settings = {
            "folder_fd": self.folder_fd,
            "into_fd": self.into_fd,
            "longest_edge_pixels": self.longest_edge_pixels,
            "strip_metadata": self.strip_metadata,
        }
        limits = Limits(memory_bytes=_MEMORY_BYTES, cpu_seconds=self.cpu_seconds, file_bytes=_MAX_COPY_BYTES)
        fds = [self.folder_fd] if self.into_fd is None else [self.folder_fd, self.into_fd]
        return Child("prepare", settings, limits=limits, pass_fds=fds, stop=self.stop)


def prepare(
    folder_fd: int,
    entries: Sequence[FileEntry],
    names: Mapping[str, str],
    *,
    into: Path | None,
    longest_edge_pixels: int,
    strip_metadata: bool,
    parallel: int,
    stop: threading.Event,
    deadline_seconds: float,
) -> tuple[Prepared, ...]:
    """The inputs in the film's order, with their names on the wire; what cannot be sent has a `problem`.

    `entries`: in natural order, as a Snapshot has them. `names`: wire names that stand already in this session, by
    path; others are made. `into` None: nothing is written and originals go as they are (the studio); else a directory
    for the copies that go to the cloud.
    FolderMoved when a file is not the one the scan saw, FolderOffline, NoSpace, Stopping.
    """
    chosen = [entry for entry in entries if entry.kind is not None]
    with _directory(into) as into_fd:
        work = _Work(waiting=iter(chosen), deadline=monotonic() + deadline_seconds)
        place = _Place(
            folder_fd=folder_fd,
            into_fd=into_fd,
            longest_edge_pixels=longest_edge_pixels,
            strip_metadata=strip_metadata,
            stop=_Either(stop, work.halt),
            cpu_seconds=max(1, int(deadline_seconds * _CPU_PER_SECOND)),
        )
        # Looking at headers is quicker than a second process starts.
        threads = 1 if into_fd is None else max(1, min(parallel, len(chosen)))
        _run(work, place, threads)
    return _told(chosen, names, work.answers)


@contextmanager
def _directory(into: Path | None) -> Iterator[int | None]:
    if into is None:
        yield None
        return
    fd = os.open(into, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        yield fd
    finally:
        os.close(fd)


def _run(work: _Work, place: _Place, threads: int) -> None:
    with ThreadPoolExecutor(max_workers=threads, thread_name_prefix="prepare") as pool:
        ends = [pool.submit(_work_through, work, place) for _ in range(threads)]
        for end in wait(ends, return_when=FIRST_EXCEPTION).done:
            if end.exception() is not None:  # the first; the others only halt
                work.halt.set()
                end.result()


def _work_through(work: _Work, place: _Place) -> None:
    """One thread: a child, and file after file through it; a new child after one that broke."""
    entry = work.next()
    while entry is not None:
        with place.child() as child:
            child.await_ready()
            while entry is not None and _one(work, place, child, entry):
                entry = work.next()
        entry = work.next() if entry is not None else None


def _one(work: _Work, place: _Place, child: Child, entry: FileEntry) -> bool:
    """Whether the child can go on."""
    seconds = _FILE_SECONDS + entry.size / _SLOWEST_BYTES_PER_SECOND
    left = work.deadline - monotonic()
    if left <= 0:
        raise FolderOffline("The photos could not be read in time; the disk they lie on may be slow or asleep.")
    try:
        answer = child.ask(_request(entry), seconds=min(seconds, left))
    except ChildDied as error:
        _log.warning("photo.refused", file=entry.path, reason=str(error), complaint=error.complaint[-500:])
        work.record(entry, {"problem": "It is so damaged that the program that opens photos broke down on it."})
        return False
    except ChildHung as error:
        if left < seconds:
            raise FolderOffline(
                "The photos could not be read in time; the disk they lie on may be slow or asleep."
            ) from error
        work.record(entry, {"problem": "Opening it takes longer than a file should."})
        return False
    _raise_if_general(answer, place, entry)
    work.record(entry, answer)
    return True


def _request(entry: FileEntry) -> dict[str, object]:
    assert entry.kind is not None
    return {
        "path": entry.path,
        "kind": entry.kind.value,
        "inode": entry.inode,
        "size": entry.size,
        "target": _target(entry.path),
    }


def _target(path: str) -> str:
    """The copy's name in the work folder: the same in every try, whatever the order."""
    return hashlib.sha256(path.encode(errors="surrogateescape")).hexdigest()[:24]


def _raise_if_general(answer: Mapping[str, object], place: _Place, entry: FileEntry) -> None:
    """What is no matter of this file ends the call."""
    if answer.get("moved"):
        raise FolderMoved("A photo was changed or taken away while it was being read.")
    if "offline" in answer:
        raise FolderOffline("The photos cannot be read just now.", detail=f"errno {answer['offline']}")
    if "no_space" in answer:
        raise disk.no_space(Path(f"/proc/self/fd/{place.into_fd}"), entry.size, detail=entry.path)


def _told(
    entries: Sequence[FileEntry], names: Mapping[str, str], heard: Mapping[str, Mapping[str, object]]
) -> tuple[Prepared, ...]:
    taken = {path: answers.taken(answer.get("taken")) for path, answer in heard.items()}
    ordered = film_order(entries, taken)
    good = {
        entry.path: answers.extension(heard[entry.path].get("extension")) if heard[entry.path].get("written") else None
        for entry in ordered
        if "problem" not in heard[entry.path]
    }
    called = wire_names(good, names)
    return tuple(_prepared(entry, heard[entry.path], called) for entry in ordered)


def _prepared(entry: FileEntry, answer: Mapping[str, object], called: Mapping[str, str]) -> Prepared:
    kind = entry.kind or MediaKind.PHOTO
    if "problem" in answer:
        problem = answers.sentence(answer["problem"], "It cannot be read.")
        return Prepared(path=entry.path, name=logs.clean(entry.path.rsplit("/", 1)[-1]), kind=kind, problem=problem)
    local = _target(entry.path) if answer.get("written") else None
    return Prepared(path=entry.path, name=called[entry.path], kind=kind, local=local)
