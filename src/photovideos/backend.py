"""Which backend a job talks to, and the studio as a child of the daemon, started when it is needed.

From here on up a backend is a client, a book of tokens and a sentence about who makes the films: both kinds take one
code path. This room starts and ends the studio; what the studio does is none of its business.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from photovideos import logs
from photovideos.config import Config
from photovideos.errors import ServiceTrouble, Stopping
from photovideos.model import BackendKind
from photovideos.nemo.account import Attribution, platform_of
from photovideos.nemo.client import NemoClient, Pace
from photovideos.nemo.token import TokenBook

_log = logs.get("backend")

START_DEADLINE_SECONDS = 60.0
END_DEADLINE_SECONDS = 5.0
IDLE_SECONDS = 300.0
_STUDIO_ORIGIN = "http://studio"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """A backend ready to be called. `host` is what a person is told; `is_local`: no photo leaves the machine."""

    kind: BackendKind
    client: NemoClient
    tokens: TokenBook
    is_local: bool
    host: str
    api_url: str


class Backends:
    """Both backends, opened when first asked for. Thread-safe; jobs hold a lease while they work."""

    def __init__(
        self,
        config: Config,
        *,
        state_dir: Path,
        environ: Mapping[str, str],
        stop: threading.Event,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
        own_token: str | None = None,
    ) -> None:
        self._config = config
        self._state_dir = state_dir
        self._environ = environ
        self._stop = stop
        self._clock = clock
        self._own_token = own_token
        self._lock = threading.Lock()
        self._open: dict[BackendKind, Backend] = {}
        self._studio = Studio(config, state_dir=state_dir, environ=environ, stop=stop, monotonic=monotonic)

    @contextmanager
    def lease(self, kind: BackendKind, roots: Sequence[Path] = ()) -> Iterator[Backend]:
        """The backend for the length of a job. The studio runs meanwhile, and may open files below `roots`."""
        if kind is BackendKind.STUDIO:
            self._studio.hold(roots)
        try:
            yield self._opened(kind)
        finally:
            if kind is BackendKind.STUDIO:
                self._studio.release()

    def refresh_tokens(self) -> None:
        """The schedule's errand: a cloud token at the end of its life. The studio's is renewed when a job needs it."""
        if BackendKind(self._config.backend.kind) is BackendKind.NEMO:
            self._opened(BackendKind.NEMO).tokens.refresh_if_due()

    def end_idle(self) -> None:
        """Ends the studio some minutes after the last job."""
        self._studio.end_if_idle()

    def close(self) -> None:
        with self._lock:
            for backend in self._open.values():
                backend.client.close()
            self._open.clear()
        self._studio.end()

    def _opened(self, kind: BackendKind) -> Backend:
        with self._lock:
            if kind not in self._open:
                self._open[kind] = self._made(kind)
            return self._open[kind]

    def _made(self, kind: BackendKind) -> Backend:
        settings = self._config.backend
        is_studio = kind is BackendKind.STUDIO
        api_url = _STUDIO_ORIGIN if is_studio else settings.url
        client = NemoClient(
            api_url,
            attribution=Attribution(
                source=settings.skill_source,
                version=settings.skill_version,
                platform=platform_of(Path(__file__).resolve(), Path.home().resolve()),
            ),
            stop=self._stop,
            now=self._clock,
            socket=self._studio.socket if is_studio else None,
            service="The studio" if is_studio else "NemoVideo",
            pace=Pace(stream=settings.stream_timeout_seconds),
        )
        tokens = TokenBook(
            self._state_dir / "account.json",
            client,
            "studio" if is_studio else client.origin,
            None if is_studio else self._own_token,
            stop=self._stop,
            now=self._clock,
            lifetime_days=settings.token_lifetime_days,
            rate_limit_wait_seconds=settings.rate_limit_wait_seconds,
        )
        host = "this machine" if is_studio else urlsplit(api_url).hostname or api_url
        return Backend(kind=kind, client=client, tokens=tokens, is_local=is_studio, host=host, api_url=api_url)


class Studio:
    """The studio as a child process: started on the first hold, ended when idle, and by its closed stdin if we die."""

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
        self._private: Path | None = None
        self.socket = self._socket_directory() / f"studio-{os.getpid()}.sock"

    def hold(self, roots: Sequence[Path]) -> None:
        """Makes sure that it runs and may open files below `roots`. Raises ServiceTrouble if it does not start."""
        with self._lock:
            self._holders += 1
            try:
                new = [root for root in roots if root not in self._roots]
                self._roots.update(new)
                if self._child is None or self._child.poll() is not None:
                    self._start()
                else:
                    self._tell(new)
            except BaseException:
                self._holders -= 1
                raise

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
            if self._private:
                shutil.rmtree(self._private, ignore_errors=True)

    def _socket_directory(self) -> Path:
        """Short enough for a socket's path (108 bytes), and nobody else's."""
        if given := self._environ.get("RUNTIME_DIRECTORY"):
            return Path(given.split(":")[0])
        if given := self._environ.get("XDG_RUNTIME_DIR"):
            directory = Path(given) / "photovideos"
            with suppress(OSError):
                directory.mkdir(mode=0o700, exist_ok=True)
                return directory
        self._private = Path(tempfile.mkdtemp(prefix="photovideos-"))
        return self._private

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
        self._store.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.socket.unlink(missing_ok=True)
        kept = [
            *_INHERITED,
            *([self._config.studio.assistant.key_env] if self._config.studio.assistant.key_env else []),
        ]
        environment = {name: self._environ[name] for name in kept if name in self._environ}
        child = subprocess.Popen(
            self._command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            text=True,
            start_new_session=True,
        )
        self._child = child
        self._tell(sorted(self._roots))
        assert child.stdout is not None
        ready = threading.Event()
        assert child.stderr is not None
        threading.Thread(target=_hear, args=(child.stdout, ready), name="studio-output", daemon=True).start()
        threading.Thread(target=_pass_on, args=(child.stderr,), name="studio-log", daemon=True).start()
        deadline = self._monotonic() + START_DEADLINE_SECONDS
        while not ready.wait(0.1):
            if self._stop.is_set():
                self._finish()
                raise Stopping
            if child.poll() is not None or self._monotonic() > deadline:
                self._finish()
                raise ServiceTrouble(
                    "The studio, which makes the films on this machine, does not start.",
                    advice="`photovideos doctor` says what it lacks.",
                    detail=f"exit status {child.returncode}",
                )
        _log.info("studio.started", pid=child.pid)

    def _tell(self, roots: Sequence[Path]) -> None:
        """File roots go through stdin, so that the studio opens nothing but what the daemon was shown."""
        assert self._child is not None
        assert self._child.stdin is not None
        with suppress(BrokenPipeError):
            for root in roots:
                self._child.stdin.write(f"root {root}\n")
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
            log.log(logging.getLevelNamesMapping().get(level.upper(), logging.INFO), event, **told)
