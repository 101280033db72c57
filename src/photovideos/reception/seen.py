"""What is remembered of a folder between looks, so that a look at a quiet one costs next to nothing.

All of it only saves reading: the ledger and the folder itself are the truth. Owned by the thread that looks.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from typing import Any

from photovideos.errors import PromptUnreadable
from photovideos.intake import scan
from photovideos.intake.prompt_text import PromptText, read_prompt_text
from photovideos.intake.settle import FolderState, Waiting
from photovideos.model import Control, FileEntry, Fingerprint, FolderKey, Snapshot

WAITING_MARK = "w-"  # begins the reference of a folder that is no job


@dataclass(slots=True, kw_only=True)
class Seen:
    """One folder. Times are monotonic seconds.

    `memory`: what was read of its files; dropped when it rests. `glance`: of the last whole look. `inputs`: digest of
    the inputs' stats, and the fingerprint that was read of them. `decided`: what was last decided about. `asked`:
    wishes of commands. `look_from`, `look_by`: without any sign a look is welcome from then on, and due then.
    """

    key: FolderKey
    memory: scan.Memory = field(default_factory=scan.Memory)
    state: FolderState | None = None
    waiting: Waiting | None = None
    is_settled: bool = False
    glance: bytes | None = None
    inputs: tuple[bytes, Fingerprint] | None = None
    decided: tuple[Any, ...] | None = None
    asked: set[Control] = field(default_factory=set)
    look_from: float = 0.0
    look_by: float = 0.0
    first_seen_at: float = 0.0
    mtime_ns: int = 0
    prompt: FileEntry | None = None
    prompt_text: PromptText | None = None
    prompt_problem: str | None = None
    nested_prompts: tuple[str, ...] = ()
    is_too_big: bool = False
    is_unreadable: bool = False
    shown: str | None = None
    held_back: str | None = None  # it rests, and yet waits for somebody: the state it shows

    @property
    def reference(self) -> str:
        """For a folder without a job: the same after a restart, and no job's."""
        name = f"{self.key.inbox}/{self.key.name}".encode(errors="surrogateescape")
        return WAITING_MARK + hashlib.sha256(name).hexdigest()[:8]

    @property
    def text(self) -> str:
        """The words of the prompt; empty if there are none or they cannot be read."""
        return self.prompt_text.text if self.prompt_text else ""

    def look_again(self, seconds: float, *, now: float, sooner: float = 0.0) -> None:
        """In so many seconds at the latest; by up to `sooner` before that in company, if nothing hangs on the moment.
        Else a thousand folders that were finished at a thousand times would have the inbox scanned a thousand times."""
        self.look_by = now + seconds
        self.look_from = self.look_by - sooner

    def read_prompt(self, folder_fd: int, snapshot: Snapshot) -> None:
        """Reads the prompt if it is another than before. Raises FolderMoved and FolderOffline."""
        known, self.prompt = self.prompt, snapshot.prompt
        is_read = self.prompt_text is not None or self.prompt_problem is not None  # else it was only seen (`desk`)
        if is_read and known and snapshot.prompt and scan.stat_key(known) == scan.stat_key(snapshot.prompt):
            return
        self.prompt_text, self.prompt_problem = None, None
        if snapshot.prompt is None:
            return
        try:
            self.prompt_text = read_prompt_text(folder_fd, snapshot)
        except PromptUnreadable as error:
            self.prompt_problem = f"{error} {error.advice}"
        except BaseException:  # whatever ended the reading: the next look reads it again
            self.prompt = None
            raise

    def is_prompt_other(self, inbox_fd: int, name: str) -> bool:
        """Was the prompt saved again in place, which the folder's own times do not show? One stat, no opening."""
        if self.prompt is None:
            return False
        try:
            found = os.stat(f"{name}/{self.prompt.path}", dir_fd=inbox_fd, follow_symlinks=False)
        except OSError:
            return True
        return (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns) != (
            self.prompt.inode,
            self.prompt.size,
            self.prompt.mtime_ns,
            self.prompt.ctime_ns,
        )

    def rest(self, glance: bytes) -> None:
        """Nothing is left to do here: a thousand folders like this are remembered for as long as the daemon lives."""
        self.glance = glance
        self.memory = scan.Memory()


def inputs_digest(entries: tuple[FileEntry, ...]) -> bytes:
    """Equal digests: the same files with the same stats, so the fingerprint is the same too."""
    lines = sorted(f"{scan.stat_key(entry)}\0{entry.path}\0" for entry in entries)
    return hashlib.blake2b("".join(lines).encode("utf-8", "surrogateescape"), digest_size=16).digest()
