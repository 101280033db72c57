"""The studio as a child process of the daemon: started when a job needs it, looked after while one does.

It is ended when idle, and ends by itself when its stdin closes, so that it never outlives us. One that dies under a
job is started again: its store has the render, and the client only asks on.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO
from urllib.parse import quote

from photovideos import disk, logs
from photovideos.backend.scratch import Scratch
from photovideos.config import Config
from photovideos.errors import ServiceTrouble, Stopping, TryLater

_log = logs.get("backend")

START_DEADLINE_SECONDS = 60.0
END_DEADLINE_SECONDS = 5.0
IDLE_SECONDS = 300.0
RESTART_WAITS_SECONDS = (0.2, 1.0, 5.0, 30.0)  # after the first, second … death within a minute
CALM_SECONDS = 60.0
_INHERITED = (
    "PATH",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "TMPDIR",
    "HOME",
    "PYTHONPATH",
    "VIRTUAL_ENV",
    "COVERAGE_PROCESS_START",
)


class Studio:
    """Thread-safe: `_lock` guards all that changes, also while the studio starts. `socket`: where it listens."""

    def __init__(
        self,
        config: Config,
        *,
        state_dir: Path,
        environ: Mapping[str, str],
        stop: threading.Event,
        monotonic: Callable[[], float],
    ) -> None:
        self._config = config
        self._store = state_dir / "studio"
        self._environ = environ
        self._stop = stop
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._child: subprocess.Popen[str] | None = None
        self._roots: set[Path] = set()
        self._holders = 0
        self._idle_since = monotonic()
        self._deaths: list[float] = []
        self._scratch: Scratch | None = None
        self.socket = self._socket_directory() / f"studio-{os.getpid()}.sock"

    def hold(self, roots: Sequence[Path]) -> None:
        """Makes sure that it runs and may open files below `roots`. Raises ServiceTrouble, NoSpace, Stopping."""
        with self._lock:
            new = [root for root in roots if root not in self._roots]
            self._roots.update(new)
            if self._child is None or self._child.poll() is not None:
                self._start()
            else:
                self._tell(new)
            self._holders += 1

    def release(self) -> None:
        with self._lock:
            self._holders -= 1
            self._idle_since = self._monotonic()

    def end_if_idle(self) -> None:
        with self._lock:
            if self._holders == 0 and self._child and self._monotonic() - self._idle_since > IDLE_SECONDS:
                self._finish()

    def end(self) -> None:
        with self._lock:
            self._finish()
            if self._scratch:
                self._scratch.close()

    def _socket_directory(self) -> Path:
        """Short enough for a socket's path (108 bytes), and nobody else's."""
        if given := self._environ.get("RUNTIME_DIRECTORY"):
            return Path(given.split(":")[0])
        given = self._environ.get("XDG_RUNTIME_DIR")
        if given and os.path.isdir(given):
            self._scratch = Scratch(Path(given) / "photovideos")
        else:
            self._scratch = Scratch()
        return self._scratch.path

    def _command(self) -> list[str]:
        settings = self._config.studio
        command = [sys.executable, "-m", "photovideos_studio", "--exit-with-stdin"]
        command += ["--socket", str(self.socket), "--store", str(self._store)]
        command += ["--keep-days", str(settings.keep_days)]
        command += ["--store-limit-gigabytes", str(settings.store_limit_gigabytes)]
        if settings.workers:
            command += ["--workers", str(settings.workers)]
        if settings.assistant.url:
            command += ["--assistant-url", settings.assistant.url, "--assistant-model", settings.assistant.model or ""]
            if settings.assistant.key_env:
                command += ["--assistant-key-env", settings.assistant.key_env]
        return command

    def _start(self) -> None:
        with disk.told_as_ours(self._store.parent):
            self._store.mkdir(parents=True, exist_ok=True, mode=0o700)
        child = self._child = self._spawned()
        self._tell(sorted(self._roots))
        assert child.stdout is not None
        assert child.stderr is not None
        ready = threading.Event()
        threading.Thread(target=_hear, args=(child.stdout, ready), name="studio-output", daemon=True).start()
        threading.Thread(target=_pass_on, args=(child.stderr,), name="studio-log", daemon=True).start()
        deadline = self._monotonic() + START_DEADLINE_SECONDS
        while not ready.wait(0.1):
            if self._stop.is_set():
                self._finish()
                raise Stopping
            if child.poll() is not None or self._monotonic() > deadline:
                self._finish()
                disk.check(self._store, disk.LEAST_BYTES)
                raise _does_not_start(f"exit status {child.returncode}")
        _log.info("studio.started", pid=child.pid)
        threading.Thread(target=self._look_after, args=(child,), name="studio-watch", daemon=True).start()

    def _spawned(self) -> subprocess.Popen[str]:
        key = self._config.studio.assistant.key_env
        kept = (*_INHERITED, *([key] if key else []))
        try:
            self.socket.unlink(missing_ok=True)
            return subprocess.Popen(
                self._command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={name: self._environ[name] for name in kept if name in self._environ},
                text=True,
                start_new_session=True,
            )
        except OSError as error:  # no memory, no descriptors, no more processes
            raise _does_not_start(str(error)) from error

    def _look_after(self, child: subprocess.Popen[str]) -> None:
        """A studio that dies under a job is started again; one that keeps dying, less and less often."""
        child.wait()
        with self._lock:
            if self._child is not child or self._holders == 0 or self._stop.is_set():
                return
            now = self._monotonic()
            self._deaths = [at for at in self._deaths if now - at < CALM_SECONDS] + [now]
            wait = RESTART_WAITS_SECONDS[min(len(self._deaths), len(RESTART_WAITS_SECONDS)) - 1]
        _log.warning("studio.died", status=child.returncode, starts_again_in=wait)
        if self._stop.wait(wait):
            return
        with self._lock:
            if self._child is child and self._holders:
                with suppress(TryLater, Stopping):  # the next job that asks for it tries again
                    self._start()

    def _tell(self, roots: Sequence[Path]) -> None:
        """File roots go through stdin, so that the studio opens nothing but what the daemon was shown."""
        assert self._child is not None
        assert self._child.stdin is not None
        with suppress(BrokenPipeError):
            for root in roots:
                # Quoted: a folder may bear any bytes in its name, a line break too.
                self._child.stdin.write(f"root {quote(os.fsencode(root))}\n")
            self._child.stdin.flush()

    def _finish(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        assert child.stdin is not None
        with suppress(OSError):
            child.stdin.close()
        try:
            child.wait(END_DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        _log.info("studio.ended", status=child.returncode)


def _does_not_start(detail: str) -> ServiceTrouble:
    return ServiceTrouble(
        "The studio, which makes the films on this machine, does not start.",
        advice="`photovideos doctor` says what it lacks.",
        detail=detail,
    )


def _hear(output: IO[str], ready: threading.Event) -> None:
    """Reads what the studio prints until it ends; `ready` is its one word."""
    with output:
        for line in output:
            if line.strip() == "ready":
                ready.set()


def _pass_on(lines: IO[str]) -> None:
    """The studio's log lines (JSON) become lines of ours, so that one log tells the whole story."""
    log = logs.get("studio")
    with lines:
        for line in lines:
            try:
                told = json.loads(line)
                level, event = str(told.pop("level")), str(told.pop("event"))
            except (ValueError, KeyError, AttributeError):
                log.warning("studio.said", line=line.rstrip())
                continue
            told.pop("at", None)
            if event == "request.answered" and (told.get("status") or 400) < 400:  # None: nobody was there any more
                level = "debug"  # a poll every few seconds is no news
            log.log(logging.getLevelNamesMapping().get(level.upper(), logging.INFO), event, **told)
