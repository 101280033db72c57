"""What strangers bring and what is watched meanwhile: processes and their memory, a port that must hear nothing, a
studio alone."""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import subprocess
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import httpx

from support.house import wait_for

SECRET = "canary-7c1e-must-stay-where-it-is"


# --- processes -------------------------------------------------------------------------------------------------------


def children_of(pid: int) -> list[int]:
    """Every process below this one, its workers' workers too."""
    found: list[int] = []
    left = [pid]
    while left:
        below: list[int] = []
        with suppress(OSError):  # it ended meanwhile, or one of its threads did
            for thread in Path(f"/proc/{left.pop()}/task").iterdir():
                below += map(int, (thread / "children").read_text().split())
        found += below
        left += below
    return found


def peak_of(pid: int) -> int:
    """The most memory that this process had in RAM so far, in bytes; 0 if it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:")), 0)


class Looks(ABC):
    """Looks at a process and what is below it, again and again, while its block runs."""

    every_seconds = 0.03

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._go_on, daemon=True)

    @abstractmethod
    def look(self) -> None: ...

    def _go_on(self) -> None:
        while not self._done.wait(self.every_seconds):
            self.look()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()


class Scales(Looks):
    """Weighs a process and all below it, again and again: `peaks` by process id, in bytes."""

    def __init__(self, pid: int) -> None:
        super().__init__(pid)
        self.peaks: dict[int, int] = {}

    def look(self) -> None:
        for pid in (self.pid, *children_of(self.pid)):
            self.peaks[pid] = max(self.peaks.get(pid, 0), peak_of(pid))

    @property
    def own_megabytes(self) -> float:
        return self.peaks.get(self.pid, 0) / 1e6

    @property
    def child_megabytes(self) -> float:
        return max((size for pid, size in self.peaks.items() if pid != self.pid), default=0) / 1e6


# --- a port that must hear nothing -----------------------------------------------------------------------------------


@contextmanager
def deaf_port() -> Iterator[tuple[str, list[Any]]]:
    """`127.0.0.1:PORT`, and who connected to it: nobody should."""
    heard: list[Any] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        done = threading.Event()

        def listen() -> None:
            while not done.is_set():
                try:
                    connection, peer = server.accept()
                except TimeoutError:
                    continue
                heard.append(peer)
                connection.close()

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{server.getsockname()[1]}", heard
        finally:
            done.set()
            thread.join()


# --- a studio alone --------------------------------------------------------------------------------------------------


class StudioAlone:
    """`python -m photovideos_studio`, on its socket or on TCP; its log is a file."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder = folder
        self.socket = folder / "s"
        self._token: str | None = None  # one is enough: they are not given out without end
        folder.mkdir(exist_ok=True)
        where = () if "--listen" in arguments else ("--socket", str(self.socket))
        command = [sys.executable, "-m", "photovideos_studio", "--store", str(folder / "store"), *where, *arguments]
        with (folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"ready\n", self.log()

    def log(self) -> str:
        return (self.folder / "log").read_text()

    @property
    def port(self) -> int:
        """Where it listens; asked for was port 0."""
        text = wait_for("the port", lambda: "studio.listening" in self.log() and self.log(), 10)
        return int(text.partition('"on": "')[2].partition('"')[0].rpartition(":")[2])

    def tell(self, line: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()

    @contextmanager
    def client(self, *, sign_in: bool = True) -> Iterator[httpx.Client]:
        transport = httpx.HTTPTransport(uds=str(self.socket)) if self.socket.exists() else httpx.HTTPTransport()
        base = "http://studio" if self.socket.exists() else f"http://127.0.0.1:{self.port}"
        with httpx.Client(base_url=base, transport=transport, timeout=60) as client:
            if sign_in and self._token is None:
                told = client.post("/api/auth/anonymous-token", headers={"X-Client-Id": os.urandom(8).hex()}).json()
                self._token = str(told["data"]["token"])
            if sign_in:
                client.headers["Authorization"] = f"Bearer {self._token}"
            yield client

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


def open_session(client: httpx.Client) -> str:
    return str(client.post("/api/tasks/me/with-session/nemo_agent", json={}).json()["data"]["session_id"])


def send_address(client: httpx.Client, session: str, address: str) -> dict[str, Any]:
    path = f"/api/upload-video/nemo_agent/me/{session}"
    return dict(client.post(path, json={"urls": [address], "source_type": "url"}).json())


# --- files that must not be touched ----------------------------------------------------------------------------------

_OPENED, _CHANGED = 0x20, 0x2 | 0x4 | 0x8 | 0x100 | 0x200 | 0x400  # IN_OPEN; written, other rights, made, removed
_EVENT = struct.Struct("iIII")


class Guard:
    """The kernel's word for whether these files, pipes and folders were opened or changed, under whatever name."""

    def __init__(self, *paths: Path) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self._fd = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        self._paths = {}
        for path in paths:
            watch = libc.inotify_add_watch(self._fd, os.fsencode(path), _OPENED | _CHANGED)
            assert watch >= 0, (path, os.strerror(ctypes.get_errno()))
            self._paths[watch] = path

    def seen(self) -> list[str]:
        """What happened so far; empty: nobody touched anything."""
        found: list[str] = []
        while True:
            try:
                data = os.read(self._fd, 65536)
            except BlockingIOError:
                return found
            while data:
                watch, mask, _, length = _EVENT.unpack_from(data)
                name = data[_EVENT.size : _EVENT.size + length].rstrip(b"\0").decode(errors="replace")
                found.append(f"{self._paths[watch].name}/{name} {mask:#x}")
                data = data[_EVENT.size + length :]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._fd)


# --- somebody who swaps a folder for a link, again and again ---------------------------------------------------------

_SWAPPING = """
import ctypes, os, sys
libc = ctypes.CDLL(None)
real, other = (os.fsencode(path) for path in sys.argv[1:3])
print("swapping", flush=True)
parent = os.getppid()
while os.getppid() == parent:
    libc.renameat2(-100, real, -100, other, 2)  # RENAME_EXCHANGE: there is always something under both names
"""


class Swapper:
    """A process that exchanges what lies at two paths for as long as it lives; afterwards each is where it was."""

    def __init__(self, real: Path, other: Path) -> None:
        self._real, self._other = real, other
        self._inode = real.lstat().st_ino
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-c", _SWAPPING, str(real), str(other)], stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        self._process.stdout.readline()

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        if self._real.lstat().st_ino != self._inode:
            spare = self._real.with_name(f".{self._real.name}.spare")
            self._real.rename(spare)
            self._other.rename(self._real)
            spare.rename(self._other)


def lying_socket(path: Path) -> socket.socket:
    """A Unix socket that lies among the photos."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    here = os.open(".", os.O_RDONLY)
    os.chdir(path.parent)  # a path of its own would be too long
    try:
        made.bind(path.name)
    finally:
        os.fchdir(here)
        os.close(here)
    return made


Start = Callable[..., StudioAlone]  # with arguments
