"""A folder at one look: its files, what is left out of the film, and what summaries of ours in it claim."""

from __future__ import annotations

from dataclasses import dataclass

from photovideos.model.kinds import Control, Fingerprint, MediaKind


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntry:
    """One regular file of a folder as the scan saw it. `kind` is None for what is neither photo, clip nor song."""

    path: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    kind: MediaKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A file that is not in the film, and why (a sentence for the person)."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderKey:
    """Which folder this is: its inbox and name, and device and inode to follow it through a rename."""

    inbox: str
    name: str
    device: int
    inode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A film of ours, known again by size and digest under any name."""

    file: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSummary:
    """What a summary of ours says about itself: the inputs it was made from, the films it belongs to."""

    path: str
    inputs: Fingerprint | None
    films: tuple[Claim, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A folder at one look.

    `media`: photos, clips and songs in the film's natural order (by path, digits as numbers). `prompt`: the prompt
    file, if there is one. `temporaries`: names of unfinished copies. `left_out`: what is ignored with a reason worth
    telling (too deep, a link, a device …). `own`: our own finished films and summaries; `summaries`: what the latter
    claim. `others`: ordinary files of no use for a film, and those of folders with a prompt of their own.
    `control_files`: the files behind `controls`. `is_renamed_whole`: the folder itself was touched after all that lies
    in it, as a rename does it. `too_big`: which bound the look ended at (then the rest is unknown), or None.
    `glance`: a digest of all that was seen; with an equal one the snapshot would be the same.
    """

    key: FolderKey
    media: tuple[FileEntry, ...]
    prompt: FileEntry | None
    controls: frozenset[Control]
    temporaries: tuple[FileEntry, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    own: tuple[FileEntry, ...] = ()
    nested_prompts: tuple[str, ...] = ()
    others: tuple[FileEntry, ...] = ()
    summaries: tuple[OwnSummary, ...] = ()
    control_files: tuple[FileEntry, ...] = ()
    is_renamed_whole: bool = False
    too_big: str | None = None
    glance: bytes = b""

    @property
    def has_pictures(self) -> bool:
        return any(entry.kind in (MediaKind.PHOTO, MediaKind.CLIP) for entry in self.media)
