"""A daemon and its backend that can be held from outside and killed, and what they leave behind, read from outside.

The studio is either the daemon's own child (`studio`), or a cloud on loopback that outlives it (`nemo`).
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import yaml

from support.house import House, draw, studio_of

NAME = "Crash"
PROMPT = "2 seconds, 720p, no music"
PHOTOS = 2
RATE_LIMIT_SECONDS = 21  # instead of 30; a studio takes back after 20 s a token that never arrived
STREAM_SECONDS = 8  # instead of 900: no message runs longer, so then an unknown one may be sent again


class NotReachedError(Exception):
    """The stage went by, or never came: the case says nothing."""


class Scene(House):
    """A house whose daemon and backend can be held and killed."""

    def __init__(
        self, root: Path, kind: str, *, faults: tuple[dict[str, Any], ...] = (), strace: tuple[str, ...] = ()
    ) -> None:
        root.mkdir(parents=True, exist_ok=True)
        super().__init__(root)
        self.kind = kind
        self.faults = root / "faults.yaml"
        self._set_faults(faults)
        self._straced = strace
        self._python = root / "python"
        self._python.write_text(
            f'#!/bin/sh\nif [ "$2" = photovideos_studio ]; then exec {sys.executable} "$@" --faults {self.faults}; fi\n'
            f'exec {sys.executable} "$@"\n',
            encoding="utf-8",
        )
        self._python.chmod(0o755)
        self.environ = {"VIRTUAL_ENV": str(root)}  # inherited by all its processes: so they are known again
        self.daemon: subprocess.Popen[bytes] | None = None
        self.cloud: subprocess.Popen[bytes] | None = None
        self._port = 0
        self.settings["backend"] |= {
            "kind": kind,
            "stream_timeout_seconds": STREAM_SECONDS,
            "rate_limit_wait_seconds": RATE_LIMIT_SECONDS,
        }
        self.settings["studio"] = {"workers": 1}
        if kind == "nemo":
            self.start_cloud()
            self.settings["backend"] |= {"url": f"http://127.0.0.1:{self._port}"}
        self.folder = self.inbox / NAME

    # --- its processes ------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """The daemon watches, and a folder is dropped."""
        self.start_daemon(self._straced)
        place = self.root / NAME
        for number in range(PHOTOS):
            draw(place / f"IMG_{number + 1:04d}.jpg", seed=number + 1, size=(480, 320))
        (place / "prompt.txt").write_text(PROMPT, encoding="utf-8")
        self.wait((self.inbox / ".photovideos-inbox").exists, "the inbox to be watched")
        self.originals = {path.name: path.read_bytes() for path in place.iterdir()}
        place.rename(self.folder)

    def start_daemon(self, strace: tuple[str, ...] = ()) -> None:
        self.write_config()
        code = f"import sys; sys.executable = {str(self._python)!r}; from photovideos.cli import main; main()"
        tracer = ["strace", "-D", "-f", "-q", "-b", "execve", "-o", str(self.root / "strace"), *strace]
        command = [sys.executable, "-c", code, "run", "--config", str(self.config)]
        environment = {name: value for name, value in os.environ.items() if name != "NEMO_TOKEN"} | self.environ
        with (self.root / "log").open("ab") as log:
            self.daemon = subprocess.Popen(
                [*tracer, *command] if strace else command, stdout=log, stderr=log, env=environment
            )
        self.processes.append(self.daemon)

    def start_cloud(self) -> None:
        command = [sys.executable, "-m", "photovideos_studio", "--listen", f"127.0.0.1:{self._port}"]
        command += ["--store", str(self.store), "--workers", "1", "--faults", str(self.faults)]
        told = len(self.told("studio.listening"))
        with (self.root / "cloud.log").open("ab") as log:
            self.cloud = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | self.environ)
        self.processes.append(self.cloud)
        self.wait(lambda: len(self.told("studio.listening")) > told, "the cloud to listen")
        self._port = int(str(self.told("studio.listening")[-1]["on"]).rpartition(":")[2])

    def kill(self, victim: str) -> None:
        """SIGKILL, and whoever does not come back by himself is started again, without faults."""
        self._set_faults(())
        assert self.daemon is not None
        own = studio_of(self.daemon)
        if victim in ("studio", "both"):
            if self.cloud is not None:
                self.cloud.kill()
                self.cloud.wait()
            elif own is not None:
                os.kill(own, signal.SIGKILL)
        if victim in ("daemon", "both"):
            self.daemon.kill()
            self.daemon.wait()
        if victim in ("studio", "both") and self.cloud is not None:
            self.start_cloud()
        if victim in ("daemon", "both"):
            self.start_daemon()

    def running(self) -> list[int]:
        """The daemon and the studio, as process ids."""
        assert self.daemon is not None
        studio = self.cloud.pid if self.cloud is not None else studio_of(self.daemon)
        return [self.daemon.pid] if studio is None else [self.daemon.pid, studio]

    def _set_faults(self, faults: tuple[dict[str, Any], ...]) -> None:
        self.faults.write_text(yaml.safe_dump({"faults": list(faults)}), encoding="utf-8")

    def strays(self) -> list[str]:
        """Processes of this scene that are none of its living daemon's or cloud's."""
        known = {process.pid for process in self.processes if process.poll() is None}
        found: dict[int, tuple[int, str]] = {}
        for entry in Path("/proc").iterdir():
            with suppress(OSError, ValueError):
                if entry.name.isdigit() and f"VIRTUAL_ENV={self.root}\0".encode() in (entry / "environ").read_bytes():
                    fields = (entry / "stat").read_text().rpartition(")")[2].split()
                    if fields[0] != "Z":
                        command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                        found[int(entry.name)] = (int(fields[1]), command[:120])
        kin = set(known)
        while grown := {pid for pid, (parent, _) in found.items() if parent in kin and pid not in kin}:
            kin |= grown
        return [
            command
            for pid, (_, command) in found.items()
            if pid not in kin and not command.startswith("strace ")  # it follows its daemon
        ]

    def close(self) -> None:
        super().close()
        for entry in Path("/proc").iterdir():
            with suppress(OSError, ValueError):
                if entry.name.isdigit() and f"VIRTUAL_ENV={self.root}\0".encode() in (entry / "environ").read_bytes():
                    os.kill(int(entry.name), signal.SIGKILL)

    # --- what it looks like -------------------------------------------------------------------------------------------

    def wait(self, look: Callable[[], Any], what: str, seconds: float = 120.0) -> Any:
        deadline, pause = time.monotonic() + seconds, threading.Event()
        while not (found := look()):
            if time.monotonic() > deadline:
                raise NotReachedError(f"waited {seconds:.0f} s for {what}")
            pause.wait(0.01)
        return found

    def lines(self) -> Iterator[dict[str, Any]]:
        for name in ("log", "cloud.log"):
            with suppress(FileNotFoundError):
                for line in (self.root / name).read_text(encoding="utf-8", errors="replace").splitlines():
                    with suppress(ValueError):
                        told = json.loads(line)
                        if isinstance(told, dict):
                            yield told

    def told(self, event: str, **fields: Any) -> list[dict[str, Any]]:
        return [
            line
            for line in self.lines()
            if line.get("event") == event and all(line.get(key) == value for key, value in fields.items())
        ]

    def faulted(self, endpoint: str) -> bool:
        return bool(self.told("fault.played", endpoint=endpoint))

    def job(self) -> tuple[str | None, dict[str, Any]]:
        """State and road of the one job, as the ledger has them."""
        with suppress(sqlite3.Error), closing(self._ledger()) as ledger:
            row = ledger.execute("SELECT state, road FROM jobs").fetchone()
            if row is not None:
                return row[0], json.loads(row[1])
        return None, {}

    def _ledger(self) -> sqlite3.Connection:
        return sqlite3.connect(f"{(self.state / 'ledger.sqlite').as_uri()}?mode=ro", uri=True, timeout=5)

    @property
    def road(self) -> dict[str, Any]:
        return self.job()[1]

    @property
    def store(self) -> Path:
        return self.state / "studio" if self.kind == "studio" else self.root / "cloud"

    def uploads(self) -> list[str]:
        """Names of all uploads in all sessions of the store."""
        found = []
        for path in self.store.glob("sessions/*/uploads/*.json"):
            with suppress(OSError, ValueError):
                found.append(str(json.loads(path.read_bytes())["name"]))
        return sorted(found)

    def sessions(self) -> int:
        return len(list(self.store.glob("sessions/*/session.json")))

    def messages(self) -> int:
        """How many messages were carried out, by the store's own notes."""
        return sum(
            len(path.read_text(encoding="utf-8").splitlines()) for path in self.store.glob("sessions/*/messages.jsonl")
        )

    def renders(self) -> list[dict[str, Any]]:
        found = []
        for path in self.store.glob("renders/*/render.json"):
            with suppress(OSError, ValueError):
                found.append(json.loads(path.read_bytes()))
        return found

    def films(self) -> list[str]:
        with suppress(FileNotFoundError):
            return sorted(name for name in os.listdir(self.folder) if name.endswith(".mp4"))
        return []

    def parts(self) -> list[str]:
        with suppress(FileNotFoundError):
            return [name for name in os.listdir(self.folder) if name.startswith(".photovideos-part-")]
        return []

    def is_inspecting(self) -> bool:
        assert self.daemon is not None
        for entry in Path("/proc").iterdir():
            with suppress(OSError, ValueError):
                if entry.name.isdigit() and b"inspect" in (command := (entry / "cmdline").read_bytes()):
                    parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                    if parent == self.daemon.pid and b"photovideos.media" in command:
                        return True
        return False
