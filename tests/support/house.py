"""A daemon of our own in a process of its own: real folders, real sockets, real films."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from PIL import Image

from support import secrets_watch

SETTLE_SECONDS = 0.6
FILM_SECONDS = 90.0  # patience for a short film on a busy machine


def wait_for(
    what: str, look: Callable[[], Any], seconds: float = FILM_SECONDS, *, log: Callable[[], str] | None = None
) -> Any:
    """The first true answer of `look`; fails after the deadline, with the end of the log as it is then."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not (found := look()):
        if time.monotonic() > deadline:
            told = f"; the log says:\n{log()[-3000:]}" if log else ""
            pytest.fail(f"waited {seconds:.0f} s for {what}{told}")
        pause.wait(0.05)
    return found


def draw(path: Path, *, seed: int = 1, size: tuple[int, int] = (960, 640)) -> None:
    """A small picture with texture, so that it is neither blurred nor dark."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(40, 220, (size[1] // 40 + 1, size[0] // 40 + 1, 3)).astype(np.uint8)
    picture = coarse.repeat(40, axis=0).repeat(40, axis=1)[: size[1], : size[0]]
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(path, quality=88)


class House:
    """One inbox, one state directory, and the processes that work them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.inbox = root / "inbox"
        self.inbox.mkdir()
        self.state = root / "state"
        self.config = root / "config.yaml"
        self.settings: dict[str, Any] = {
            "inboxes": [{"path": str(self.inbox), "settle_seconds": SETTLE_SECONDS}],
            "backend": {"kind": "studio", "poll_seconds": 0.2, "recovery_waits_seconds": [0.2] * 5},
            "state_dir": str(self.state),
        }
        self.processes: list[subprocess.Popen[bytes]] = []
        self.environ: dict[str, str] = {}
        self.prefix: list[str] = []  # a command that runs the daemon

    def write_config(self) -> None:
        self.config.write_text(yaml.safe_dump(self.settings), encoding="utf-8")

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """`photovideos ARGUMENTS --config …` in the background; its log goes to `log`."""
        self.write_config()
        for name in ("NEMO_TOKEN", "ASSISTANT_KEY"):
            if name in self.environ:
                secrets_watch.keep_secret(self.environ[name])
        environment = {name: value for name, value in os.environ.items() if name != "NEMO_TOKEN"} | self.environ
        with (self.root / "log").open("ab") as log:
            process = subprocess.Popen(
                [*self.prefix, sys.executable, "-m", "photovideos", *arguments, "--config", str(self.config)],
                stdout=log,
                stderr=log,
                env=environment,
            )
        self.processes.append(process)
        return process

    def once(self, *arguments: str, seconds: float = FILM_SECONDS) -> int:
        return self.start("once", *arguments).wait(seconds)

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`photovideos ARGUMENTS --config …`, and what it prints; perhaps beside a running daemon."""
        self.write_config()
        command = [sys.executable, "-m", "photovideos", *arguments, "--config", str(self.config)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    def run(self) -> subprocess.Popen[bytes]:
        process = self.start("run")
        wait_for("the inbox to be watched", (self.inbox / ".photovideos-inbox").exists, 30)
        return process

    def drop(self, name: str, prompt: str | None = "3 seconds, 720p", photos: int = 2) -> Path:
        """A folder that arrives in the inbox."""
        folder = self.inbox / name
        folder.mkdir()
        for number in range(photos):
            draw(folder / f"IMG_{number + 1:04d}.jpg", seed=number + 1)
        if prompt is not None:
            (folder / "prompt.txt").write_text(prompt, encoding="utf-8")
        return folder

    def film_of(self, folder: Path, name: str | None = None) -> Path:
        film = folder / (name or f"{folder.name}.mp4")
        wait_for(film.name, film.exists, log=self.log)
        wait_for("the status file to go", lambda: not self.status_of(folder))
        return film

    def status_of(self, folder: Path) -> str | None:
        """The state that the folder's status file tells."""
        found = sorted(folder.glob("_photovideos - *.txt"))
        assert len(found) <= 1, found
        return found[0].stem.removeprefix("_photovideos - ") if found else None

    def log(self) -> str:
        return (self.root / "log").read_text(encoding="utf-8", errors="replace")

    def events(self, name: str) -> int:
        return self.log().count(f'"event": "{name}"')

    def close(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def studio_of(process: subprocess.Popen[bytes]) -> int | None:
    """The process id of the daemon's studio, while it has one."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if int(fields[1]) == process.pid and b"photovideos_studio" in command and b"--store" in command:
            return int(entry.name)
    return None
