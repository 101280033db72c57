"""The inbox itself: stopped processes, mounts, limits, other owners (watching.md, the cases A16, A32–A36, A47)."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.fake_cloud import answers
from support.house import wait_for
from support.watched import Town, photo


def without_credits(town: Town) -> None:
    """Folders are taken in and wait: where only that is asked for, no films need to be made."""
    town.cloud.plan("/credits/", *[answers({"code": 0, "data": {"available": 0}})] * 1000)


def as_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")


@contextmanager
def mounted(*command: str, at: Path) -> Iterator[None]:
    as_root()
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"{command[0]} is not possible here: {done.stderr.strip()[:200]}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(at)], check=False, capture_output=True)


def test_a16_sixty_folders_that_come_while_the_process_is_stopped_are_all_taken_once_and_in_order(town: Town) -> None:
    without_credits(town)
    daemon = town.run()
    names = [f"A16 {number}" for number in range(1, 61)]
    daemon.send_signal(signal.SIGSTOP)
    state = Path(f"/proc/{daemon.pid}/stat")
    wait_for("the process to stand still", lambda: state.read_text().rpartition(") ")[2].startswith("T"), 10)
    for name in names:
        town.fill(name, photos=1)
    daemon.send_signal(signal.SIGCONT)
    wait_for("sixty jobs", lambda: len(town.jobs()) == 60, 45)
    assert [job.key.name for job in town.jobs()] == names
    assert len(town.told("folder.taken")) == 60


@pytest.mark.slow
def test_a32_a_mount_without_events_is_polled(town: Town) -> None:
    behind = town.root / "behind"
    behind.mkdir()
    with mounted("bindfs", str(behind), str(town.inbox), at=town.inbox):
        town.run()
        folder = behind / "A32"
        folder.mkdir()
        (folder / "IMG_0001.jpg").write_bytes(photo(1))
        town.write_prompt(folder)
        town.made(town.inbox / "A32", photos=1)
        assert town.told("inbox.watched")[0]["how"] == "polling"
        town.close()


@pytest.mark.slow
def test_a33_an_inbox_that_is_missing_at_the_start_is_waited_for_and_never_made(town: Town) -> None:
    town.inbox.rmdir()
    town.start("run")
    wait_for("the inbox to be offline", lambda: town.events("inbox.offline"), 20)
    assert not town.inbox.exists()
    town.inbox.mkdir()
    folder = town.fill("A33")
    (folder / "READY").touch()
    town.made(folder, photos=2)


@pytest.mark.slow
def test_a33_a_root_that_is_replaced_is_offline_and_its_folders_are_not_deleted_ones(town: Town) -> None:
    town.run()
    folder = town.fill("A33 here")
    town.made(folder)
    aside = town.inbox.rename(town.root / "aside")
    town.inbox.mkdir()
    town.fill("A33 not ours")
    wait_for("the inbox to be offline", lambda: town.events("inbox.offline"), 20)
    town.rest()
    assert [job.state.value for job in town.jobs()] == ["done"]
    assert town.taken("A33 not ours") == 0
    assert not (town.inbox / ".photovideos-inbox").exists()
    shutil.rmtree(town.inbox)
    aside.rename(town.inbox)
    later = town.fill("A33 later")
    town.made(later)
    town.rest()
    assert len(list((town.inbox / "A33 here").glob("*.mp4"))) == 1


@pytest.mark.slow
def test_a33_a_mount_over_the_root_is_offline_until_it_goes(town: Town) -> None:
    town.run()
    folder = town.fill("A33")
    town.made(folder)
    with mounted("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(town.inbox), at=town.inbox):
        wait_for("the inbox to be offline", lambda: town.events("inbox.offline"), 20)
        town.fill("A33 over", photos=1)
        town.rest()
        assert town.taken("A33 over") == 0
        assert [job.state.value for job in town.jobs()] == ["done"]
    town.made(town.fill("A33 after"))


@pytest.mark.slow
def test_a33_a_lost_marker_is_an_offline_inbox(town: Town) -> None:
    town.run()
    (town.inbox / ".photovideos-inbox").unlink()
    wait_for("the inbox to be offline", lambda: town.events("inbox.offline"), 20)
    town.fill("A33")
    town.rest()
    assert town.taken("A33") == 0
    assert "put an empty file READY into it" in town.command("status").stdout
    (town.inbox / "READY").touch()  # a person says that it is the inbox all the same
    town.made(town.inbox / "A33")
    assert not (town.inbox / "READY").exists()
    assert "offline" not in town.command("status").stdout


# To root, rights are nothing; without these two abilities it is like anybody, and Python may lie wherever it likes.
WITHOUT_ABILITIES = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]


@pytest.mark.slow
def test_a34_a_folder_that_may_not_be_read_for_a_while_is_not_a_deleted_one(town: Town) -> None:
    as_root()
    town.prefix = WITHOUT_ABILITIES
    town.run()
    folder = town.fill("A34")
    folder.chmod(0)
    probe = subprocess.run([*town.prefix, "ls", str(folder)], check=False, capture_output=True)
    if probe.returncode == 0:
        pytest.skip("root cannot be made to respect rights here")
    wait_for("the folder to be refused", lambda: town.events("folder.unreadable"), 20)
    town.rest()
    assert town.events("folder.unreadable") == 1, "told once, not at each look"
    assert town.taken("A34") == 0
    folder.chmod(0o755)
    town.made(folder, photos=2)
    town.rest()
    town.made(folder, photos=2)
    assert town.inputs("A34") == ["IMG_0001.jpg", "IMG_0002.jpg"]


@pytest.mark.slow
@pytest.mark.parametrize("limit", ["instances", "watches"])
def test_a35_without_any_inotify_the_scans_alone_see_everything(town: Town, limit: str) -> None:
    town.prefix = ["unshare", "--user", "--map-root-user", "sh", "-c"]
    script = f'echo 0 > /proc/sys/user/max_inotify_{limit} && exec "$0" "$@"'
    if subprocess.run([*town.prefix, script, "true"], check=False, capture_output=True).returncode:
        pytest.skip("the limit cannot be set in a user namespace here")
    town.prefix.append(script)
    town.run()
    folder = town.fill("A35")
    town.made(folder, photos=2)
    wait_for("the log to say so", lambda: town.events("watch.deaf"), 10)
    assert f"inotify {limit}" in town.told("watch.deaf")[0]["reason"]


@pytest.mark.slow
def test_a36_a_queue_of_events_that_overflows_loses_no_folder(town: Town) -> None:
    daemon = town.run()
    daemon.send_signal(signal.SIGSTOP)
    for number in range(9000):  # more than 16,384 events
        path = town.inbox / f"~$event {number}"
        path.touch()
        path.unlink()
    town.fill("A36")
    daemon.send_signal(signal.SIGCONT)
    town.made(town.inbox / "A36", photos=2)
    town.rest()
    town.made(town.inbox / "A36", photos=2)


def test_a47_two_daemons_on_one_inbox_make_each_film_once(town: Town) -> None:
    town.run()
    town.settings["state_dir"] = str(town.root / "other state")
    second = town.start("run")
    wait_for("the second to stand back", lambda: town.events("inbox.offline"), 20)
    folder = town.fill("A47")
    town.made(folder)
    assert town.events("folder.taken") == 1
    second.terminate()
    assert second.wait(15) == 0
