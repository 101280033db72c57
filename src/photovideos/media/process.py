"""Runs a child that decodes media, and listens to it with bounds: on its words, its time and its life.

The child gets no environment, no descriptor but those named, and sets limits on itself before it loads a decoder. Here
nothing is decoded; what the child says is data of a stranger and is read as such.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, Self

from photovideos import logs
from photovideos.errors import Stopping, TryLater

_log = logs.get("media")

_TICK_SECONDS = 0.1  # how long a stop may go unnoticed
_MAX_ANSWER_BYTES = 64 * 1024
_MAX_COMPLAINT_BYTES = 4 * 1024
_START_SECONDS = 60.0
_REAP_SECONDS = 3.0
_SOURCE_ROOT = str(Path(__file__).resolve().parents[2])
# -I: no environment, no user site, not the current directory. The package's own root comes last on the path, so that it
# is found however it was installed.
_BOOT = (
    "import runpy, sys; sys.path.append(sys.argv.pop(1)); "
    "runpy.run_module('photovideos.media', run_name='__main__', alter_sys=True)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the process may use in its whole life."""

    memory_bytes: int
    cpu_seconds: int
    file_bytes: int
    descriptors: int = 64


class ChildDied(Exception):
    """It ended, or said something that is no answer, while it was asked. `complaint`: the end of its stderr."""

    def __init__(self, reason: str, complaint: str = "") -> None:
        super().__init__(reason)
        self.complaint = complaint


class ChildHung(Exception):
    """It did not answer in time."""


class Child:
    """One process; owned by the one thread that made it. Use as a context manager: it never outlives the block."""

    def __init__(
        self,
        task: str,
        settings: Mapping[str, object],
        *,
        limits: Limits,
        pass_fds: Sequence[int],
        stop: threading.Event,
    ) -> None:
        self._stop = stop
        self._heard = b""
        self._complaint = b""
        told = json.dumps({**settings, "limits": asdict(limits), "parent": os.getpid()})
        self._process = _started(task, told, pass_fds)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._ears = selectors.DefaultSelector()
        for pipe in (self._process.stdout, self._process.stderr):
            os.set_blocking(pipe.fileno(), False)
            self._ears.register(pipe, selectors.EVENT_READ)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ears.close()
        if self._process.poll() is None:
            self._process.kill()
        for pipe in (self._process.stdout, self._process.stderr, self._process.stdin):
            if pipe is not None:
                _close_quietly(pipe)
        try:
            self._process.wait(timeout=_REAP_SECONDS)
        except subprocess.TimeoutExpired:
            # It hangs in the kernel, on a share that is frozen; it ends when that answers. Not our thread with it.
            _log.warning("media.stuck", pid=self._process.pid)

    @property
    def pid(self) -> int:
        return self._process.pid

    def await_ready(self) -> None:
        """Its decoders are loaded. TryLater when it does not even come so far: that is no matter of any file."""
        try:
            answer = self._listen(_START_SECONDS)
        except (ChildDied, ChildHung) as error:
            raise TryLater(
                "The program that reads photos and films did not start.",
                advice="If this stays so, reinstall photovideos and look at its log.",
                detail=f"{error} {getattr(error, 'complaint', '')}",
            ) from error
        if answer != {"ready": True}:
            raise TryLater("The program that reads photos and films did not start.", detail=repr(answer)[:500])

    def ask(self, request: Mapping[str, object], *, seconds: float) -> dict[str, Any]:
        """One request, one answer. ChildDied, ChildHung, Stopping."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except OSError as error:
            raise ChildDied("it was gone before it was asked") from error
        return self._listen(seconds)

    def _listen(self, seconds: float) -> dict[str, Any]:
        until = monotonic() + seconds
        while b"\n" not in self._heard:
            if self._stop.is_set():
                raise Stopping
            left = until - monotonic()
            if left <= 0:
                raise ChildHung(f"no answer within {seconds:.0f} s")
            self._hear(min(left, _TICK_SECONDS))
        line, _, self._heard = self._heard.partition(b"\n")
        return _as_object(line)

    def _hear(self, seconds: float) -> None:
        for key, _ in self._ears.select(seconds):
            data = os.read(key.fd, _MAX_ANSWER_BYTES)
            if key.fileobj is self._process.stderr:
                self._complaint = (self._complaint + data)[-_MAX_COMPLAINT_BYTES:]
                if not data:
                    self._ears.unregister(key.fileobj)
            elif not data:
                raise ChildDied(self._how_it_ended(), self._complaint.decode(errors="replace"))
            else:
                self._heard += data
                if len(self._heard) > _MAX_ANSWER_BYTES:
                    raise ChildDied("it would not stop talking")

    def _how_it_ended(self) -> str:
        try:
            status = self._process.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            return "it closed its output"
        return f"killed by {signal.Signals(-status).name}" if status < 0 else f"it ended with status {status}"


def _started(task: str, told: str, pass_fds: Sequence[int]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            [sys.executable, "-I", "-B", "-X", "utf8", "-c", _BOOT, _SOURCE_ROOT, task, told],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={},
            cwd="/",
            close_fds=True,
            pass_fds=tuple(pass_fds),
            process_group=0,  # a Ctrl-C on the terminal is for the daemon to answer
        )
    except OSError as error:  # no memory, no descriptors, no more processes
        raise TryLater("The program that reads photos and films could not be started.", detail=str(error)) from error


def _as_object(line: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(line)
    except ValueError as error:
        raise ChildDied("its answer is no JSON") from error
    if not isinstance(answer, dict):
        raise ChildDied("its answer is no object")
    return answer


def _close_quietly(pipe: Any) -> None:
    with contextlib.suppress(OSError):  # what could not be flushed was for a process that is gone
        pipe.close()
