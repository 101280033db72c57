"""Takes a Snapshot of a folder: which photos, prompt and control files lie in it, and what is left out and why.

The scan is the truth, events are hints (design §4). It reads heads of files and our own summaries, never decodes, never
writes, never leaves the folder. What rests and what is complete is not said here (`settle`, `whole`).

Other rooms reach the readers of a folder through this module too.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from photovideos.errors import FolderMoved, FolderOffline
from photovideos.intake.claims import TAIL_BYTES, may_be_summary, read_summary
from photovideos.intake.descriptors import (
    StatKey,
    key_of,
    offline,
    open_file,
    open_folder,
    open_folder_at,
    open_inbox,
    read_up_to,
    stat_key,
)
from photovideos.intake.fingerprint import digest_of, fingerprint
from photovideos.intake.glance import Glance, glance, glance_of
from photovideos.intake.kinds import HEAD_BYTES, Sniffed, by_extension, sniff
from photovideos.intake.listing import list_folders
from photovideos.intake.naming import MAX_CONTROL_BYTES, control_of, looks_like_a_prompt, natural_key, prompt_rank
from photovideos.intake.prompt_text import read_prompt
from photovideos.intake.walk import MAX_ENTRIES, MAX_SECONDS, NOT_READABLE, Found, Lying, walk
from photovideos.intake.whole import incomplete_media
from photovideos.model import Claim, Control, FileEntry, FolderKey, LeftOut, MediaKind, OwnSummary, Snapshot

__all__ = [
    "Glance",
    "Memory",
    "fingerprint",
    "glance",
    "glance_and_prompt",
    "incomplete_media",
    "key_of",
    "list_folders",
    "open_file",
    "open_folder",
    "open_folder_at",
    "open_inbox",
    "read_prompt",
    "stat_key",
    "take_snapshot",
]

SECOND_PROMPT = "another prompt file is used"
NO_TEXT_FILE = "a prompt must be a plain text file named prompt.txt"
OWN_PROMPT = "its folder has a prompt.txt of its own; move that folder into the inbox"


@dataclass(slots=True, kw_only=True)
class Memory:
    """What was read of a folder's files, by `stat_key`, so that a look at a quiet folder opens nothing.

    Owned by one thread; each look drops what is not there any more. `incomplete` is kept by `whole`.
    """

    sniffed: dict[StatKey, Sniffed] = field(default_factory=dict)
    digests: dict[StatKey, str] = field(default_factory=dict)
    summaries: dict[StatKey, OwnSummary | None] = field(default_factory=dict)
    incomplete: dict[StatKey, str | None] = field(default_factory=dict)

    def keep_only(self, keys: Iterable[StatKey]) -> None:
        present = set(keys)
        for known in (self.sniffed, self.digests, self.summaries, self.incomplete):
            for gone in known.keys() - present:
                del known[gone]


def take_snapshot(
    folder_fd: int,
    key: FolderKey,
    *,
    memory: Memory | None = None,
    claims: Iterable[Claim] = (),
    clock: Callable[[], float] = time.monotonic,
    max_entries: int = MAX_ENTRIES,
    max_seconds: float = MAX_SECONDS,
) -> Snapshot:
    """The folder as it lies there now.

    `claims`: films known to be ours (from the ledger), beside those that summaries in the folder claim. Raises
    FolderOffline and FolderMoved.
    """
    found = walk(folder_fd, clock=clock, max_entries=max_entries, max_seconds=max_seconds)
    memory = Memory() if memory is None else memory
    return _Look(folder_fd, key, found, memory, tuple(claims)).snapshot()


def glance_and_prompt(folder_fd: int) -> tuple[Glance, FileEntry | None]:
    """A glance, and the prompt as a snapshot would have it. Raises FolderOffline and FolderMoved."""
    found = walk(folder_fd, clock=time.monotonic)
    prompts = [lying for lying in found.files if prompt_rank(lying[0]) is not None]  # a path below the top is no name
    return glance_of(found), min(_entries(prompts), key=_by_rank, default=None)


class _Look:
    """One look at a folder: sorts what the walk found. The lists belong to the look."""

    def __init__(self, folder_fd: int, key: FolderKey, found: Found, memory: Memory, claims: tuple[Claim, ...]) -> None:
        self._folder_fd = folder_fd
        self._key = key
        self._found = found
        self._memory = memory
        self._claims = claims
        self._files = _entries(found.files)
        memory.keep_only(stat_key(entry) for entry in self._files)
        self._left_out = list(found.left_out)
        self._media: list[FileEntry] = []
        self._others: list[FileEntry] = []
        self._own: list[FileEntry] = _entries(found.notes)
        self._controls: dict[str, Control] = {}
        self._control_files: list[FileEntry] = []

    def snapshot(self) -> Snapshot:
        rest = self._without_controls(self._files)
        prompt, nested, rest = self._without_prompts(rest)
        summaries, rest = self._without_summaries(rest)
        own_folders = tuple(path.rpartition("/")[0] + "/" for path in nested)
        claims = self._claims + tuple(film for summary in summaries for film in summary.films)
        for entry in rest:
            if entry.path.startswith(own_folders):
                self._others.append(entry)
            else:
                self._sort(entry, claims)
        self._left_out += [LeftOut(file=path, reason=OWN_PROMPT) for path in nested]
        status = os.fstat(self._folder_fd)
        return Snapshot(
            key=self._key,
            media=_in_order(self._media),
            prompt=prompt,
            controls=frozenset(self._controls.values()),
            temporaries=_in_order(_entries(self._found.temporaries)),
            left_out=tuple(sorted(self._left_out, key=lambda item: natural_key(item.file))),
            own=_in_order(self._own),
            nested_prompts=tuple(nested),
            others=_in_order(self._others),
            summaries=tuple(summaries),
            control_files=_in_order(self._control_files),
            is_renamed_whole=status.st_ctime_ns > status.st_mtime_ns
            and status.st_ctime_ns >= self._found.newest_ctime_ns > 0,
            too_big=self._found.too_big,
            glance=glance_of(self._found),
        )

    def _without_controls(self, files: list[FileEntry]) -> list[FileEntry]:
        rest = []
        for entry in files:
            control = None if "/" in entry.path else control_of(entry.path)
            if control is None:
                rest.append(entry)
            elif entry.size > MAX_CONTROL_BYTES:  # the user's own file
                self._others.append(entry)
            else:
                self._controls[entry.path] = control
                self._control_files.append(entry)
        return rest

    def _without_prompts(self, files: list[FileEntry]) -> tuple[FileEntry | None, list[str], list[FileEntry]]:
        """The prompt of the folder, the paths of nested ones, and the files that are neither."""
        candidates: list[FileEntry] = []
        nested: dict[str, str] = {}
        rest: list[FileEntry] = []
        for entry in files:
            folder, _, name = entry.path.rpartition("/")
            if prompt_rank(name) is None:
                rest.append(entry)
            elif folder:
                nested.setdefault(folder, entry.path)
                self._others.append(entry)
            else:
                candidates.append(entry)
        candidates.sort(key=_by_rank)
        for entry in candidates[1:]:
            self._others.append(entry)
            self._left_out.append(LeftOut(file=entry.path, reason=SECOND_PROMPT))
        return (candidates[0] if candidates else None), sorted(nested.values(), key=natural_key), rest

    def _without_summaries(self, files: list[FileEntry]) -> tuple[list[OwnSummary], list[FileEntry]]:
        summaries: list[OwnSummary] = []
        rest: list[FileEntry] = []
        for entry in files:
            summary = self._summary(entry) if may_be_summary(entry.path, entry.size) else None
            if summary is None:
                rest.append(entry)
            else:
                summaries.append(summary)
                self._own.append(entry)
        return summaries, rest

    def _summary(self, entry: FileEntry) -> OwnSummary | None:
        key = stat_key(entry)
        if key not in self._memory.summaries:
            tail = self._read(entry, max(0, entry.size - TAIL_BYTES), TAIL_BYTES)
            self._memory.summaries[key] = None if tail is None else read_summary(entry.path, tail)
        summary = self._memory.summaries[key]
        return None if summary is None else replace(summary, path=entry.path)

    def _sort(self, entry: FileEntry, claims: tuple[Claim, ...]) -> None:
        """Into media, own or others."""
        sniffed = self._sniffed(entry)
        if sniffed.reason is not None:
            self._left_out.append(LeftOut(file=entry.path, reason=sniffed.reason))
        elif sniffed.kind is None and "/" not in entry.path and looks_like_a_prompt(entry.path):
            self._left_out.append(LeftOut(file=entry.path, reason=NO_TEXT_FILE))
        if sniffed.kind is None:
            self._others.append(entry)
        elif sniffed.kind is MediaKind.CLIP and self._is_ours(entry, claims):
            self._own.append(entry)
        else:
            self._media.append(replace(entry, kind=sniffed.kind))

    def _sniffed(self, entry: FileEntry) -> Sniffed:
        key = stat_key(entry)
        known = self._memory.sniffed.get(key)
        if known is not None:
            return known
        if entry.size == 0:
            return Sniffed(kind=by_extension(entry.path.rpartition("/")[2]))
        head = self._read(entry, 0, HEAD_BYTES)
        if head is None:
            return Sniffed(kind=None, reason=NOT_READABLE)
        sniffed = sniff(entry.path.rpartition("/")[2], head)
        self._memory.sniffed[key] = sniffed
        return sniffed

    def _is_ours(self, entry: FileEntry, claims: tuple[Claim, ...]) -> bool:
        """A film of ours under any name: read whole only where a claim has its very size."""
        digests = {claim.sha256 for claim in claims if claim.size == entry.size}
        if not digests:
            return False
        key = stat_key(entry)
        if key not in self._memory.digests:
            try:
                self._memory.digests[key] = digest_of(self._folder_fd, entry)
            except FolderMoved:
                return False
        return self._memory.digests[key] in digests

    def _read(self, entry: FileEntry, offset: int, size: int) -> bytes | None:
        """Bytes of a file; empty if it went away meanwhile, None if it may not be read. Raises FolderOffline."""
        try:
            file_fd = open_file(self._folder_fd, entry.path)
        except FolderMoved:
            return b""
        except FolderOffline as error:
            if isinstance(error.__cause__, PermissionError):
                return None
            raise
        try:
            if offset:
                return os.pread(file_fd, size, offset)
            return read_up_to(file_fd, size)
        except OSError as error:
            raise offline(f"‘{entry.path}’", error) from error
        finally:
            os.close(file_fd)


def _by_rank(prompt: FileEntry) -> tuple[int, str]:
    return prompt_rank(prompt.path) or (0, "")


def _entries(lying: Iterable[Lying]) -> list[FileEntry]:
    return [
        FileEntry(path=path, size=size, mtime_ns=mtime_ns, ctime_ns=ctime_ns, inode=inode)
        for path, size, mtime_ns, ctime_ns, inode in lying
    ]


def _in_order(entries: Iterable[FileEntry]) -> tuple[FileEntry, ...]:
    return tuple(sorted(entries, key=lambda entry: natural_key(entry.path)))
