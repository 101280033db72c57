"""The marker file `.photovideos-inbox`: reads it, writes it whole, empties it on a clean stop. `ownership` decides.

Written by way of a hidden file beside it and a rename, so that nobody ever reads half a marker; the first one by a
link that fails where another was quicker. While the inbox is ours, its directory is locked as well (flock, where that
works): another daemon of the same running system need not wait for a dead one's counter to stand still.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import secrets
import stat
from dataclasses import dataclass, replace

from photovideos.intake.descriptors import offline, read_up_to
from photovideos.intake.ignore import MARKER_NAME
from photovideos.intake.mounts import device_of
from photovideos.intake.ownership import (
    MAX_MARKER_BYTES,
    NO_MARKER,
    OTHER_DISK,
    Deed,
    Judgement,
    Marker,
    OwnerState,
    Standing,
    judge,
    own_marker,
    read_marker,
    write_marker,
)

NOT_WRITABLE = "The service may not write into the inbox, so films could not be delivered."
OTHER_PROCESS = "Another photovideos on this machine works this inbox."
FULL = "There is no room left on the inbox's disk."

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
_NO_LINKS_HERE = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.EMLINK})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership:
    """Whose the inbox is now. `device`: to be remembered with it once it is ours."""

    standing: Standing
    device: int
    reason: str = ""
    took_over: bool = False

    @property
    def is_mine(self) -> bool:
        return self.standing is Standing.MINE

    @property
    def waits_for_word(self) -> bool:
        """It is not what it was; a person may say that it is the inbox all the same (`adopt`)."""
        return self.reason in {NO_MARKER, OTHER_DISK}


class InboxMarker:
    """The marker of one inbox, from one daemon's side. Owned by the inbox's thread.

    `own_id`: a random id (lower-case hex) that this daemon keeps with its ledger. `seen_device`: what the ledger holds
    of the inbox; None if it was never seen.
    """

    def __init__(self, own_id: str, *, seen_device: int | None) -> None:
        self._state = OwnerState(own_id=own_id, device=seen_device, boot=_boot())
        self._lock_fd: int | None = None

    def check(self, inbox_fd: int, *, now: float) -> Ownership:
        """To be asked at each scan, before anything else: it also raises the counter when that is due.

        `now`: monotonic seconds. Raises FolderOffline.
        """
        try:
            device = device_of(inbox_fd)
            is_unlocked = self._lock(inbox_fd)
            state, judgement = judge(
                self._state, _read(inbox_fd), device=device, now=now, is_unlocked=is_unlocked is True
            )
            if judgement.standing is Standing.MINE and is_unlocked is False:
                return Ownership(standing=Standing.OTHERS, device=device, reason=OTHER_PROCESS)
            if judgement.deed is Deed.NOTHING:
                self._state = state
                ownership = _ownership(judgement, device)
            else:
                ownership = self._written(inbox_fd, state, judgement, device)
        except OSError as error:
            self._unlock()
            raise offline("The inbox", error) from error
        if not ownership.is_mine:
            self._unlock()
        return ownership

    def release(self, inbox_fd: int) -> None:
        """Empties the marker if it is ours: a clean stop. Where that fails the next owner waits a little."""
        with contextlib.suppress(OSError):
            found = _read(inbox_fd)
            if found is not None and found.owner == self._state.own_id:
                _replace(inbox_fd, Marker(owner=None))
        self._unlock()

    def close(self) -> None:
        """Lets go of the lock; the marker stays as it is."""
        self._unlock()

    def adopt(self, inbox_fd: int, *, now: float) -> Ownership:
        """A person says this is the inbox, whatever lay there before. Raises FolderOffline."""
        self._state = replace(self._state, device=None, watched=None)
        return self.check(inbox_fd, now=now)

    def _written(self, inbox_fd: int, state: OwnerState, judgement: Judgement, device: int) -> Ownership:
        try:
            if judgement.deed is Deed.CREATE:
                _create(inbox_fd, own_marker(state))
            else:
                _replace(inbox_fd, own_marker(state))
        except FileExistsError:  # another was quicker: what it wrote counts, at the next look
            return Ownership(standing=Standing.OTHERS, device=device, reason="Another photovideos took this inbox.")
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
                return Ownership(standing=Standing.OFFLINE, device=device, reason=NOT_WRITABLE)
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                return self._without_room(judgement, device)
            raise
        self._state = state
        return _ownership(judgement, device)

    def _lock(self, inbox_fd: int) -> bool | None:
        """True: no other process of this system holds it; None: it cannot be told here. Raises OSError."""
        if self._lock_fd is not None:
            if os.path.sameopenfile(self._lock_fd, inbox_fd):
                return True
            self._unlock()
        lock_fd = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=inbox_fd)
        try:
            fcntl.flock(lock_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock_fd)
            return False
        except OSError:  # directories of shares cannot be locked
            os.close(lock_fd)
            return None
        self._lock_fd = lock_fd
        return True

    def _unlock(self) -> None:
        lock_fd, self._lock_fd = self._lock_fd, None
        if lock_fd is not None:
            os.close(lock_fd)

    def _without_room(self, judgement: Judgement, device: int) -> Ownership:
        """What was ours stays ours on a full disk; the counter is raised when there is room."""
        is_known = self._state.beaten_at is not None and not judgement.took_over
        if judgement.deed is Deed.REPLACE and is_known:
            return _ownership(judgement, device)
        return Ownership(standing=Standing.OFFLINE, device=device, reason=FULL)


def _boot() -> str | None:
    """The running system, told by nothing that could be traced back to it; None where the kernel does not say."""
    try:
        with open("/proc/sys/kernel/random/boot_id", "rb") as source:
            return hashlib.sha256(source.read()).hexdigest()[:16]
    except OSError:
        return None


def _ownership(judgement: Judgement, device: int) -> Ownership:
    return Ownership(
        standing=judgement.standing,
        device=device,
        reason=judgement.reason,
        took_over=judgement.took_over,
    )


def _read(inbox_fd: int) -> Marker | None:
    try:
        file_fd = os.open(MARKER_NAME, _READ, dir_fd=inbox_fd)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO, errno.EACCES):
            return read_marker(b"not a marker")
        raise
    try:
        if not stat.S_ISREG(os.fstat(file_fd).st_mode):
            return read_marker(b"not a marker")
        return read_marker(read_up_to(file_fd, MAX_MARKER_BYTES))
    finally:
        os.close(file_fd)


def _create(inbox_fd: int, marker: Marker) -> None:
    """Raises FileExistsError if there is one."""
    part = _write_part(inbox_fd, marker)
    try:
        os.link(part, MARKER_NAME, src_dir_fd=inbox_fd, dst_dir_fd=inbox_fd, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS_HERE:
            raise
        # FAT and some shares know no links: the name is taken first, then filled.
        os.close(os.open(MARKER_NAME, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o664, dir_fd=inbox_fd))
        os.rename(part, MARKER_NAME, src_dir_fd=inbox_fd, dst_dir_fd=inbox_fd)
        return
    finally:
        with contextlib.suppress(FileNotFoundError):  # it bears the marker's name by now
            os.unlink(part, dir_fd=inbox_fd)


def _replace(inbox_fd: int, marker: Marker) -> None:
    part = _write_part(inbox_fd, marker)
    try:
        os.rename(part, MARKER_NAME, src_dir_fd=inbox_fd, dst_dir_fd=inbox_fd)
    except OSError:
        with contextlib.suppress(OSError):  # what failed first is what counts
            os.unlink(part, dir_fd=inbox_fd)
        raise


def _write_part(inbox_fd: int, marker: Marker) -> str:
    part = f"{MARKER_NAME}.{secrets.token_hex(4)}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    file_fd = os.open(part, flags, 0o664, dir_fd=inbox_fd)
    try:
        raw = write_marker(marker)
        if raw and os.write(file_fd, raw) != len(raw):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(file_fd)
    except OSError:
        with contextlib.suppress(OSError):  # as above
            os.unlink(part, dir_fd=inbox_fd)
        raise
    finally:
        os.close(file_fd)
    return part
