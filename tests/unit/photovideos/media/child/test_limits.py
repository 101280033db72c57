"""Each limit is seen to bite, in a process that misbehaves in its way."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import photovideos

ROOT = str(Path(photovideos.__file__).parents[1])
FRAME = """
import os, sys
sys.path.insert(0, {root!r})
from photovideos.media.child import limits
limits.apply({limits!r}, parent=os.getppid())
{body}
"""
WIDE = {"memory_bytes": 1 << 30, "cpu_seconds": 60, "file_bytes": 1 << 20, "descriptors": 64}


def run(body: str, **limits: int) -> subprocess.CompletedProcess[str]:
    code = FRAME.format(root=ROOT, limits=WIDE | limits, body=body)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)


def test_a_memory_bomb_goes_off_inside() -> None:
    result = run("try:\n    bytearray(4 << 30)\nexcept MemoryError:\n    print('no memory')")
    assert result.stdout.strip() == "no memory"


def test_an_endless_loop_ends() -> None:
    result = run("while True: pass", cpu_seconds=1)
    assert result.returncode in (-signal.SIGXCPU, -signal.SIGKILL)


def test_an_endless_file_ends_with_an_error_that_can_be_told(tmp_path: Path) -> None:
    target = tmp_path / "endless"
    body = (
        f"import errno\nfile = open({str(target)!r}, 'wb', buffering=0)\n"
        "try:\n    while True: file.write(b'x' * 65536)\n"
        "except OSError as error:\n    print(errno.errorcode[error.errno])"
    )
    assert run(body).stdout.strip() == "EFBIG"
    assert target.stat().st_size == WIDE["file_bytes"]


def test_descriptors_run_out() -> None:
    body = "held = []\ntry:\n    while True: held.append(open('/dev/null'))\nexcept OSError:\n    print(len(held))"
    assert int(run(body).stdout) < 64


def test_a_process_whose_parent_is_gone_ends_at_once() -> None:
    code = FRAME.format(root=ROOT, limits=WIDE, body="print('alive')").replace("os.getppid()", "1 << 22")
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stdout) == (1, "")


def test_what_it_writes_is_its_owners_alone(tmp_path: Path) -> None:
    target = tmp_path / "made"
    run(f"open({str(target)!r}, 'w').close()")
    assert target.stat().st_mode & 0o077 == 0
