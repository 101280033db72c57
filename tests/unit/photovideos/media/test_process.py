"""The walls around a child, seen from outside: what it can see, how long it may take, and that it never stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from time import monotonic

import pytest

import photovideos
from photovideos.errors import Stopping, TryLater
from photovideos.media import process
from photovideos.media.process import Child, ChildDied, ChildHung, Limits

LIMITS = Limits(memory_bytes=2 * 1024**3, cpu_seconds=60, file_bytes=0)
QUESTION = {"film_fd": 0, "expected_seconds": None, "expected_bytes": None}


def child(stop: threading.Event, *fds: int) -> Child:
    return Child("inspect", {}, limits=LIMITS, pass_fds=fds, stop=stop)


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_no_secret_and_no_setting_of_the_environment_reaches_a_child(
    stop: threading.Event, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "PIL.py").write_text("raise SystemExit('poisoned')")
    (tmp_path / "av.py").write_text("raise SystemExit('poisoned')")
    monkeypatch.chdir(tmp_path)
    poison = {
        "NEMO_TOKEN": "nmv_usr_secret",
        "PYTHONPATH": str(tmp_path),
        "PYTHONSTARTUP": str(tmp_path / "PIL.py"),
        "LD_PRELOAD": "",
        "LD_LIBRARY_PATH": str(tmp_path),
        "HTTPS_PROXY": "http://127.0.0.1:1",
    }
    for name, value in poison.items():
        monkeypatch.setenv(name, value)
    with child(stop) as inside:
        inside.await_ready()
        assert Path(f"/proc/{inside.pid}/environ").read_bytes() == b""
        assert os.readlink(f"/proc/{inside.pid}/cwd") == "/"


def test_a_child_holds_no_descriptor_but_those_it_was_given(stop: threading.Event, tmp_path: Path) -> None:
    (tmp_path / "ledger").write_bytes(b"")
    (tmp_path / "film").write_bytes(b"")
    with open(tmp_path / "ledger", "rb") as ledger, open(tmp_path / "film", "rb") as film:
        os.set_inheritable(ledger.fileno(), True)
        with child(stop, film.fileno()) as inside:
            inside.await_ready()
            held = {os.readlink(link) for link in Path(f"/proc/{inside.pid}/fd").iterdir()}
    assert str(tmp_path / "film") in held
    assert str(tmp_path / "ledger") not in held


def test_a_child_has_its_limits_before_it_is_asked_anything(stop: threading.Event) -> None:
    with child(stop) as inside:
        inside.await_ready()
        limits = Path(f"/proc/{inside.pid}/limits").read_text(encoding="ascii")
        found = {line[:26].strip(): line[26:].split()[0] for line in limits.splitlines()}
        assert found["Max address space"] == str(LIMITS.memory_bytes)
        assert found["Max cpu time"] == "60"
        assert found["Max file size"] == "0"
        assert found["Max open files"] == "64"
        assert found["Max core file size"] == "0"
        assert Path(f"/proc/{inside.pid}/oom_score_adj").read_text(encoding="ascii").strip() == "1000"


def test_a_child_that_does_not_answer_is_given_up_and_gone(stop: threading.Event) -> None:
    with child(stop) as inside:
        inside.await_ready()
        os.kill(inside.pid, signal.SIGSTOP)
        with pytest.raises(ChildHung):
            inside.ask(QUESTION, seconds=0.3)
    assert not is_running(inside.pid)


def test_a_stop_is_noticed_while_a_child_works(stop: threading.Event) -> None:
    with child(stop) as inside:
        inside.await_ready()
        os.kill(inside.pid, signal.SIGSTOP)
        threading.Timer(0.2, stop.set).start()
        began = monotonic()
        with pytest.raises(Stopping):
            inside.ask(QUESTION, seconds=60)
        assert monotonic() - began < 5
    assert not is_running(inside.pid)


def test_a_child_that_is_killed_is_told_with_the_reason(stop: threading.Event) -> None:
    with child(stop) as inside:
        inside.await_ready()
        os.kill(inside.pid, signal.SIGSEGV)
        with pytest.raises(ChildDied, match=r"SIGSEGV|before it was asked"):
            inside.ask(QUESTION, seconds=10)


def test_a_child_that_will_not_stop_talking_is_not_listened_to(
    stop: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_BOOT", "print('x' * 10_000_000)")
    with child(stop) as inside, pytest.raises(TryLater, match="did not start"):
        inside.await_ready()


@pytest.mark.parametrize("said", ["hello", "[1]", '{"ready": false}'])
def test_what_is_no_answer_is_not_taken_for_one(
    stop: threading.Event, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.setattr(process, "_BOOT", f"print({said!r})")
    with child(stop) as inside, pytest.raises(TryLater):
        inside.await_ready()


def test_an_installation_that_does_not_work_is_no_matter_of_a_film(
    stop: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_BOOT", "import no_such_decoder")
    with child(stop) as inside, pytest.raises(TryLater) as caught:
        inside.await_ready()
    assert "no_such_decoder" in caught.value.detail


PARENT = """
import os, sys, threading
sys.path.insert(0, sys.argv[1])
from photovideos.media.process import Child, Limits
limits = Limits(memory_bytes=2**31, cpu_seconds=60, file_bytes=0)
inside = Child("inspect", {}, limits=limits, pass_fds=[], stop=threading.Event())
inside.await_ready()
print(inside.pid, flush=True)
threading.Event().wait(60)
"""


def test_a_child_does_not_outlive_a_daemon_that_was_killed() -> None:
    root = Path(photovideos.__file__).parents[1]
    with subprocess.Popen([sys.executable, "-c", PARENT, str(root)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_running(pid)
        parent.kill()
    until = monotonic() + 10
    while is_running(pid) and monotonic() < until:
        threading.Event().wait(0.05)
    assert not is_running(pid)


def test_the_parents_side_imports_no_decoder() -> None:
    root = Path(photovideos.__file__).parents[1]
    code = (
        f"import sys; sys.path.insert(0, {str(root)!r}); import photovideos.media; "
        "print([name for name in ('PIL', 'av', 'cv2', 'pillow_heif', 'numpy') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
