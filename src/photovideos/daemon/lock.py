"""One process works a state directory: a lock that ends with its holder, however that ends (design §2.3)."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from photovideos import disk
from photovideos.errors import UsageError
from photovideos.intake import mounts

NAME = "lock"


class StateLock:
    """Held from `take` to `release`, or to the end of the process."""

    def __init__(self, state_dir: Path) -> None:
        self._path = state_dir / NAME
        self._fd: int | None = None

    def take(self) -> None:
        """Raises UsageError, naming who holds it; or if the directory lies on a network file system."""
        holder = self.try_to_take()
        if holder is not None:
            raise UsageError(
                f"photovideos already runs with this state directory ({self._path.parent}), as process {holder}."
            )

    def try_to_take(self) -> str | None:
        """None if it is ours now, else the process id of its holder."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            if error.errno in disk.FULL:  # no mistake of the config's: it waits
                raise disk.no_space(self._path.parent, detail=str(error)) from error
            raise UsageError(
                f"The state directory {self._path.parent} cannot be used ({error.strerror}).",
                advice="Give another one with state_dir.",
            ) from error
        mount = mounts.mount_of(fd)
        if mount.is_network:
            os.close(fd)
            raise UsageError(
                f"state_dir: {self._path.parent} lies on a network file system ({mount.kind}); "
                "photovideos' records must lie on a local disk."
            )
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(fd, 32, 0).decode(errors="replace").strip()
            os.close(fd)
            return holder or "unknown"
        self._fd = fd
        with suppress(OSError):  # a full disk: then a second one cannot name the first
            os.ftruncate(fd, 0)
            os.pwrite(fd, str(os.getpid()).encode(), 0)
        return None

    def release(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
