"""The daemon's own health: dead watchers, errors of a file system, a hanging scan, many finished folders
(watching.md, the cases A34, A37, A48, A50)."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from photovideos.daemon import Daemon
from photovideos.intake.watcher import InboxWatcher, _threads_of
from photovideos.jobs.states import JobState
from photovideos.reception.signs import Bell
from support import gauges
from support.house import wait_for
from support.watched import Town, pause
from support.within import daemon_within

# --- A37 --------------------------------------------------------------------------------------------------------------


def watcher_of(daemon: Daemon) -> InboxWatcher:
    found = daemon.house.receptions[0]._lookout._watcher
    assert found is not None
    wait_for("the watch to be armed", lambda: found.is_armed, 10)
    return found


def kill_the_observer(watcher: InboxWatcher) -> None:
    assert watcher._observer is not None
    watcher._observer.stop()
    watcher._observer.join(10)


def kill_the_emitter(watcher: InboxWatcher) -> None:
    assert watcher._observer is not None
    for thread in _threads_of(watcher._observer)[1:]:
        thread.stop()  # type: ignore[attr-defined]  # watchdog's threads have it
        thread.join(10)


@pytest.mark.parametrize("kill", [kill_the_observer, pytest.param(kill_the_emitter, marks=pytest.mark.slow)])
def test_a37_a_watch_whose_threads_die_is_armed_again_and_the_folder_becomes_one_film(
    town: Town, capfd: pytest.CaptureFixture[str], kill: Any
) -> None:
    with daemon_within(town) as daemon:
        watcher = watcher_of(daemon)
        dead = watcher._observer
        kill(watcher)
        folder = town.fill("A37")
        town.film_of(folder)
        wait_for("another observer", lambda: watcher._observer not in (None, dead), 15)
        assert all(thread.is_alive() for thread in _threads_of(watcher._observer))  # type: ignore[arg-type]  # not None
        later = town.fill("A37 later")
        town.film_of(later)
    assert "watch.rearmed" in capfd.readouterr().out
    assert [(job.key.name, job.state) for job in town.jobs()] == [("A37", JobState.DONE), ("A37 later", JobState.DONE)]
    for name in ("A37:", "A37 later:"):
        assert town.cloud.the(name).uploads == ["IMG_0001.jpg", "IMG_0002.jpg"]


def test_a37_a_handler_that_fails_ends_no_watch_and_the_folder_becomes_one_film(
    town: Town, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(_bell: Bell, _name: str) -> None:
        raise RuntimeError("a handler that fails")

    monkeypatch.setattr(Bell, "hint", broken)  # nothing else makes watchdog's thread run into an error
    with daemon_within(town) as daemon:
        watcher = watcher_of(daemon)
        folder = town.fill("A37")
        town.film_of(folder)
        assert all(thread.is_alive() for thread in _threads_of(watcher._observer))  # type: ignore[arg-type]  # armed
    assert "hint.lost" in capfd.readouterr().out
    assert [job.state for job in town.jobs()] == [JobState.DONE]
    assert town.cloud.the("A37:").uploads == ["IMG_0001.jpg", "IMG_0002.jpg"]


# --- A34 --------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("number", [errno.ESTALE, errno.EIO, errno.EACCES])
def test_a34_a_folder_that_gives_errors_for_three_scans_is_one_film_afterwards(
    town: Town, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """No file system here gives these on demand, so the one place that lists a folder does."""
    looks, listed = 0, os.scandir

    def failing(place: Any) -> Any:
        nonlocal looks
        if isinstance(place, int) and os.readlink(f"/proc/self/fd/{place}").endswith("/A34") and looks < 3:
            looks += 1
            raise OSError(number, os.strerror(number))
        return listed(place)

    monkeypatch.setattr("photovideos.reception.rounds.UNREADABLE_LOOK_SECONDS", 0.3)
    monkeypatch.setattr("photovideos.intake.walk.os.scandir", failing)
    with daemon_within(town):
        folder = town.fill("A34")
        town.film_of(folder)
    assert looks == 3
    assert [(job.key.name, job.state) for job in town.jobs()] == [("A34", JobState.DONE)]
    assert town.cloud.the("A34").uploads == ["IMG_0001.jpg", "IMG_0002.jpg"]


# --- A50 --------------------------------------------------------------------------------------------------------------


@contextmanager
def share(behind: Path, at: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A share with a server of its own, which can be stopped or killed."""
    if os.geteuid() != 0 or shutil.which("bindfs") is None:
        pytest.skip("bindfs as root is needed")
    server = subprocess.Popen(["bindfs", "-f", str(behind), str(at)], stderr=subprocess.DEVNULL)
    try:
        wait_for("the mount", lambda: os.path.ismount(at) or server.poll() is not None, 10)
        if server.poll() is not None:
            pytest.skip("bindfs is not possible here")
        yield server
    finally:
        if server.poll() is None:
            server.send_signal(signal.SIGCONT)
        subprocess.run(["umount", "-l", str(at)], check=False, capture_output=True)
        server.kill()
        server.wait(10)


class Ears:
    """systemd's end of sd_notify."""

    def __init__(self, town: Town) -> None:
        path = town.root / "notify"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.setblocking(False)  # what is not listened to is lost, as with a manager that hangs
        town.environ |= {"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": "1500000"}

    def heard(self) -> str:
        """What was said since the last time."""
        lines = []
        while True:
            try:
                lines.append(self._socket.recv(4096).decode())
            except BlockingIOError:
                return "\n".join(lines)

    def close(self) -> None:
        self._socket.close()


@pytest.mark.slow
def test_a50_a_scan_that_hangs_is_told_by_every_command_and_the_watchdog_is_not_fed(town: Town) -> None:
    behind = town.root / "behind"
    behind.mkdir()
    ears = Ears(town)
    with share(behind, town.inbox) as server:
        town.run()
        wait_for("the watchdog to be fed", lambda: "WATCHDOG=1" in ears.heard(), 20)
        assert json.loads(town.command("status", "--json").stdout)["hanging"] == []
        server.send_signal(signal.SIGSTOP)
        wait_for("the log to say so", lambda: town.told("inbox.hangs", inbox=str(town.inbox)), 30)
        ears.heard()
        pause(2)
        heard = ears.heard()
        assert "WATCHDOG" not in heard
        assert f"STATUS=the scan of {town.inbox} hangs" in heard
        (hanging,) = json.loads(town.command("status", "--json").stdout)["hanging"]
        assert hanging["inbox"] == str(town.inbox)
        assert f"No look at {town.inbox} has come back since" in town.command("status").stdout
        doctor = town.command("doctor")
        assert doctor.returncode == 1
        assert f"WRONG  Inbox {town.inbox}: does not answer" in doctor.stdout
        assert town.events("inbox.hangs") == 1, "told once"

        server.send_signal(signal.SIGCONT)
        wait_for("it to be well again", lambda: town.events("inbox.answers"), 20)
        wait_for("the watchdog to be fed", lambda: "WATCHDOG=1" in ears.heard(), 20)
        assert json.loads(town.command("status", "--json").stdout)["hanging"] == []
        town.made(town.fill("A50"), photos=2)
        town.close()
    ears.close()


@pytest.mark.slow
def test_a34_a_share_whose_server_died_is_offline_and_its_folders_are_no_deleted_ones(town: Town) -> None:
    behind = town.root / "behind"
    behind.mkdir()
    with share(behind, town.inbox) as server:
        town.run()
        town.made(town.fill("A34 before"))
        server.kill()
        wait_for("the inbox to be offline", lambda: town.events("inbox.offline"), 20)
        town.rest()
        assert [job.state for job in town.jobs()] == [JobState.DONE]
    with share(behind, town.inbox):
        town.made(town.fill("A34 after"))
        town.rest()
        assert town.taken("A34 before") == 1
        assert town.status_of(town.inbox / "A34 before") is None
        town.close()


# --- A48 --------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a48_finished_folders_cost_next_to_nothing_after_a_restart(town: Town) -> None:
    """A small one; `benchmarks.long_life a` measures a thousand folders of a hundred files."""
    town.settings["inboxes"][0]["settle_seconds"] = 2
    first = town.fill("A48", photos=2)
    town.run()
    town.made(first)
    summary = (first / "A48 - timeline.txt").read_text(encoding="utf-8")
    for number in range(100):
        copy = town.inbox / f"A48 copy {number}"
        shutil.copytree(first, copy)
        assert (copy / "A48 - timeline.txt").read_text(encoding="utf-8") == summary
    wait_for("all to be known", lambda: len(town.jobs()) == 101, 60)
    assert town.events("folder.taken") == 1
    town.processes[-1].terminate()
    town.processes[-1].wait(15)
    pid = town.run().pid
    pause(3)
    before = gauges.read(pid)
    pause(6)
    after = gauges.read(pid)
    assert after.watches <= 2
    assert after.rss_megabytes < 80
    assert after.cpu_seconds - before.cpu_seconds < 0.3
    town.made(town.fill("A48 more"))
    assert gauges.read(pid).rss_megabytes < 80
    assert town.events("folder.taken") == 2
