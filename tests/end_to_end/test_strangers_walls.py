"""The walls around what decodes strangers' files: what its process can see and reach, and each limit made to bite."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from support.house import House, draw
from support.strangers import Looks, children_of
from support.watched import Town, photo

pytestmark = pytest.mark.slow
MEGABYTE = 1024**2
TOKEN = "nmv_usr_a-secret-that-stays-with-the-daemon"


def told(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""


def field(pid: int, name: str) -> str:
    lines = told(pid, "status").decode().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(f"{name}:")), "")


def limit(pid: int, name: str) -> str:
    line = next((line for line in told(pid, "limits").decode().splitlines() if line.startswith(name)), "")
    return line.removeprefix(name).split()[0] if line else ""


class Watch(Looks):
    """What each process below this one was found to be while it worked, by process id."""

    every_seconds = 0.02

    def __init__(self, pid: int, is_one: Callable[[bytes], bool]) -> None:
        super().__init__(pid)
        self.found: dict[int, dict[str, str]] = {}
        self._is_one = is_one

    def look(self) -> None:
        for pid in children_of(self.pid):
            if not self._is_one(told(pid, "cmdline")):
                continue
            seen: dict[str, str] = {
                "environ": told(pid, "environ").decode(errors="replace"),
                "NoNewPrivs": field(pid, "NoNewPrivs"),
                "Seccomp": field(pid, "Seccomp"),
                "oom": told(pid, "oom_score_adj").decode().strip(),
                "address space": limit(pid, "Max address space"),
                "open files": limit(pid, "Max open files"),
                "core": limit(pid, "Max core file size"),
            }
            if seen["oom"] == "1000" and seen["address space"] not in ("", "unlimited"):
                self.found[pid] = seen  # its walls are up: that is when it is asked


def assert_walled(seen: dict[str, str]) -> None:
    assert seen["NoNewPrivs"] == "1"
    assert seen["Seccomp"] == "2"  # a filter
    assert seen["core"] == "0"
    assert int(seen["open files"]) <= 128
    assert int(seen["address space"]) <= 6 * 1024 * MEGABYTE


def test_the_daemon_s_decoders_see_no_secret_and_are_walled_in(town: Town) -> None:
    town.environ |= {"NEMO_TOKEN": TOKEN, "A_SECRET": TOKEN}
    folder = town.folder("Walls")
    for number in range(6):
        (folder / f"IMG_{number}.jpg").write_bytes(photo(number, size=(2000, 1600)))
    town.write_prompt(folder)
    process = town.start("once")
    with Watch(process.pid, lambda command: b"photovideos.media" in command) as watch:
        assert process.wait(90) == 0, town.log()
    assert len(watch.found) >= 2  # one for the photos, one for the film
    for seen in watch.found.values():
        assert seen["environ"] == ""
        assert_walled(seen)
    assert TOKEN not in town.log()


def test_the_studio_s_workers_see_no_secret_and_are_walled_in(house: House) -> None:
    house.environ |= {"NEMO_TOKEN": TOKEN, "A_SECRET": TOKEN}
    draw(house.inbox / "Walls" / "IMG_1.jpg")
    (house.inbox / "Walls" / "prompt.txt").write_text("3 seconds, 360p", encoding="utf-8")
    process = house.start("once")
    with Watch(process.pid, lambda command: b"photovideos_studio.farm.nursery" in command) as watch:
        assert process.wait(90) == 0, house.log()
    assert len(watch.found) >= 2  # a look and the film
    for seen in watch.found.values():
        assert "SECRET" not in seen["environ"]
        assert TOKEN not in seen["environ"]
        assert "HOME" not in seen["environ"]
        assert_walled(seen)


# --- each limit made to bite, in a process that is walled in as they are ----------------------------------------------

_INSIDE = """
import sys
sys.path.append(sys.argv[1])
import os
if sys.argv[2] == "daemon":
    from photovideos.media.child import limits
    limits.apply({"memory_bytes": 700 << 20, "cpu_seconds": 1, "file_bytes": 1 << 20, "descriptors": 32},
                 parent=os.getppid())
else:
    from photovideos_studio.farm import limits
    limits.confine(limits.Limits(memory_bytes=700 << 20, file_bytes=1 << 20, cpu_seconds=1))
print("walled", flush=True)
try:
    exec(sys.argv[3])
except BaseException as error:
    print(type(error).__name__, getattr(error, "errno", None), flush=True)
else:
    print("done", flush=True)
"""


def inside(side: str, code: str, tmp_path: Path) -> tuple[int, str]:
    """Runs `code` behind the walls: how it ended, and what it said."""
    source = str(Path(__file__).resolve().parents[2] / "src")
    done = subprocess.run(
        [sys.executable, "-c", _INSIDE, source, side, code],
        capture_output=True,
        timeout=60,
        check=False,
        text=True,
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "SECRET": "x"},
    )
    lines = done.stdout.splitlines()
    assert lines[:1] == ["walled"], done.stderr
    return done.returncode, lines[-1]


_LOOK_IN = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
if libc.ptrace(16, os.getppid(), 0, 0) < 0:  # PTRACE_ATTACH
    raise OSError(ctypes.get_errno(), "ptrace")
"""
BITES = {
    "memory": ("bytearray(900 << 20)", "MemoryError None"),
    "a large file": ("f = open('a', 'wb', 0); [f.write(bytes(1 << 19)) for _ in range(4)]", f"OSError {errno.EFBIG}"),
    "descriptors": ("held = [os.open('/', 0) for _ in range(200)]", f"OSError {errno.EMFILE}"),
    "a connection": ("import socket; socket.socket(socket.AF_INET)", f"PermissionError {errno.EPERM}"),
    "a connection by IPv6": ("import socket; socket.socket(socket.AF_INET6)", f"PermissionError {errno.EPERM}"),
    "a datagram": ("import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)", f"PermissionError {errno.EPERM}"),
    "a socket of the house": ("import socket; socket.socket(socket.AF_UNIX)", f"PermissionError {errno.EPERM}"),
    "another program": ("os.execv('/bin/true', ['true'])", f"PermissionError {errno.EPERM}"),
    "a look into its parent": (
        _LOOK_IN,
        f"PermissionError {errno.EPERM}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("side", ["daemon", "studio"])
@pytest.mark.parametrize("what", BITES)
def test_the_walls_hold(tmp_path: Path, side: str, what: str) -> None:
    code, ends_as = BITES[what]
    status, said = inside(side, code, tmp_path)
    assert status == 0
    assert said == ends_as


@pytest.mark.parametrize("side", ["daemon", "studio"])
def test_processor_time_ends(tmp_path: Path, side: str) -> None:
    status, said = inside(side, "while True: pass", tmp_path)
    assert said == "walled"
    assert status < 0


@pytest.mark.parametrize("side", ["daemon", "studio"])
def test_ordinary_work_goes_on_behind_them(tmp_path: Path, side: str) -> None:
    (tmp_path / "a").write_bytes(b"words")
    code = "import threading; t = threading.Thread(target=lambda: open('b', 'w').write(open('a').read())); t.start(); t.join()"  # noqa: E501 -- code
    assert inside(side, code, tmp_path) == (0, "done")
    assert (tmp_path / "b").read_bytes() == b"words"
