"""The service under a real systemd: installed as the README says, killed, deaf, out of memory. Boots a container."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from support import secrets_watch
from support.film import look_at
from support.house import draw, wait_for
from support.systemd_box import Box, why_not

ROOT = Path(__file__).resolve().parents[2]
PYTHON = "/usr/bin/python3"  # one under a home directory cannot be executed by a service that sees no homes
INBOX = "/srv/photovideos/inbox"
CONFIG = "/etc/photovideos/config.yaml"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.alone,
    pytest.mark.timeout(600),
    pytest.mark.skipif(why_not() is not None, reason=str(why_not())),
]


class Service:
    """The service in the box, and the people around it."""

    def __init__(self, box: Box, drops: Path) -> None:
        self.box = box
        self._drops = drops

    def tell(self, name: str) -> str:
        """A property of the unit, as systemd sees it."""
        return self.box.run("systemctl", "show", "--property", name, "--value", "photovideos")

    def set(self, text: str) -> None:
        """The unit with a drop-in, started anew."""
        directory = self.box.path("/etc/systemd/system/photovideos.service.d")
        directory.mkdir(exist_ok=True)
        (directory / "test.conf").write_text(text, encoding="utf-8")
        self.box.run("systemctl", "daemon-reload")
        self.restart()

    def restart(self) -> None:
        self.box.run("systemctl", "reset-failed", "photovideos", check=False)
        self.box.run("systemctl", "restart", "photovideos")

    def drop(self, name: str, prompt: str, photos: int = 2, *, is_open: bool = True) -> Path:
        """A person of the service's group puts a folder into the inbox; `is_open`: for the group to write into."""
        for number in range(photos):
            draw(self._drops / name / f"IMG_{number + 1:04d}.jpg", seed=number + 1)
        (self._drops / name / "prompt.txt").write_text(prompt, encoding="utf-8")
        chmod = f'chmod g+w "{name}.tmp"' if is_open else "true"
        copy = f'cd {INBOX} && cp -r "/drops/{name}" "{name}.tmp" && {chmod} && mv "{name}.tmp" "{name}"'
        self.as_alice("sh", "-c", copy)
        return self.box.path(f"{INBOX}/{name}")

    def as_alice(self, *command: str) -> None:
        self.box.run("runuser", "-u", "alice", "--", *command)

    def status_of(self, folder: Path) -> str:
        found = sorted(folder.glob("_photovideos - *.txt"))
        return found[0].stem.removeprefix("_photovideos - ") if found else ""

    def film_of(self, folder: Path) -> Path:
        film = folder / f"{folder.name}.mp4"
        wait_for(film.name, lambda: film.exists() and not self.status_of(folder), 150, log=self.log)
        assert [path.name for path in folder.glob("*.mp4")] == [film.name]
        return film

    def log(self) -> str:
        return self.box.run("journalctl", "-u", "photovideos", "-o", "cat", "--no-pager")


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, and those it needs for the system's own Python."""
    if not Path(PYTHON).exists():
        pytest.skip(f"{PYTHON} is not there")
    scratch = tmp_path_factory.mktemp("wheels")
    made = subprocess.run([PYTHON, "-m", "venv", str(scratch / "venv")], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        pytest.skip("the system's Python makes no virtual environments (python3-venv is not installed)")
    source = scratch / "source"  # a build leaves files behind, which do not belong into the checkout
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "src", source / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    wheels = scratch / "wheels"
    command = [str(scratch / "venv/bin/pip"), "wheel", "--quiet", "--wheel-dir", str(wheels), str(source)]
    subprocess.run(command, check=True, stdout=sys.stderr, timeout=500)
    return wheels


@pytest.fixture(scope="module")
def installed(wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Line by line as the README says; only that pip has no network, and folders settle within a second."""
    scratch = tmp_path_factory.mktemp("box")
    drops = scratch / "drops"
    drops.mkdir()
    with Box(scratch, {"/wheels": wheels, "/drops": drops, "/checkout": ROOT}) as box:
        for line in _install_commands():
            offline = line.replace("pip install .", "pip install --quiet --no-index --find-links /wheels photovideos")
            if "enable --now" in offline:
                _make_quick(box)
            box.run("bash", "-e", "-c", f"cd /checkout; {offline}")
        box.run("useradd", "--create-home", "--groups", "photovideos", "alice")
        service = Service(box, drops)
        yield service
        secrets_watch.heard("the journal", service.log())


@pytest.fixture
def service(installed: Service) -> Service:
    """With the unit as it is shipped."""
    shutil.rmtree(installed.box.path("/etc/systemd/system/photovideos.service.d"), ignore_errors=True)
    installed.box.run("systemctl", "daemon-reload")
    installed.restart()
    return installed


def _install_commands() -> list[str]:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = next(part for part in re.findall(r"(?ms)^```\n(.*?)^```$", readme) if "/opt/photovideos" in part)
    return [line.replace("sudo ", "") for line in block.splitlines()]


def _make_quick(box: Box) -> None:
    settings = yaml.safe_load(box.path(CONFIG).read_text(encoding="utf-8"))
    settings["inboxes"][0]["settle_seconds"] = 1
    settings["backend"] = {"poll_seconds": 0.5}
    box.path(CONFIG).write_text(yaml.safe_dump(settings), encoding="utf-8")


def test_installed_as_the_readme_says_it_makes_a_film_that_its_group_may_remove(service: Service) -> None:
    assert service.tell("ActiveState") == "active"
    folder = service.drop("Installed", '4 seconds, 720p, title "Ciao"')
    film = service.film_of(folder)
    assert look_at(film).seconds == pytest.approx(4, abs=0.5)
    assert service.tell("NRestarts") == "0"
    service.as_alice("rm", "-r", f"{INBOX}/Installed")


def test_a_folder_its_group_may_not_write_to_is_told_in_the_inbox_file_and_cured(service: Service) -> None:
    folder = service.drop("Closed", "2 seconds, 720p", is_open=False)
    told = folder.parent / "_photovideos - inbox.txt"
    wait_for("the inbox file to tell", lambda: "‘Closed’" in told.read_text(encoding="utf-8-sig"))
    service.as_alice("chmod", "g+w", f"{INBOX}/Closed")
    service.as_alice("touch", f"{INBOX}/Closed/RETRY")
    service.film_of(folder)


def test_what_runs_has_no_capabilities_and_a_token_only_as_a_credential(service: Service) -> None:
    store = service.box.path("/etc/credstore")
    store.mkdir(mode=0o700, exist_ok=True)
    (store / "nemo_token").write_text("nmv_usr_of_the_test", encoding="utf-8")
    service.restart()
    pid = service.tell("MainPID")
    status = service.box.run("cat", f"/proc/{pid}/status")
    assert re.search(r"(?m)^CapBnd:\s+0+$", status)
    assert re.search(r"(?m)^Seccomp:\s+2$", status)
    environment = service.box.path(f"/proc/{pid}/environ").read_bytes()
    assert b"CREDENTIALS_DIRECTORY=" in environment
    assert b"nmv_usr" not in environment
    doctor = service.box.run(
        *("systemd-run", "--quiet", "--pipe", "--wait", "--property=User=photovideos"),
        *(
            "--property=LoadCredential=nemo_token",
            "--",
            "/opt/photovideos/bin/photovideos",
            "doctor",
            "--config",
            CONFIG,
        ),
        check=False,
    )
    assert "NEMO_TOKEN is set and not used" in doctor
    assert "WRONG" not in doctor
    (store / "nemo_token").unlink()


def test_killed_in_the_middle_of_a_render_it_comes_back_and_ends_in_one_film(service: Service) -> None:
    directed = service.log().count('"event": "message.directed"')
    folder = service.drop("Killed", "20 seconds, slow zoom", photos=3)
    wait_for("the render", lambda: service.status_of(folder) == "rendering")
    pid = service.tell("MainPID")
    service.box.run("kill", "-9", pid)
    wait_for("another start", lambda: service.tell("MainPID") not in (pid, "0"))
    service.film_of(folder)
    assert service.tell("NRestarts") == "1"
    assert service.log().count('"event": "message.directed"') == directed + 1, "no second instruction"


def test_a_daemon_that_does_not_feed_its_watchdog_is_started_anew(service: Service) -> None:
    service.set("[Service]\nWatchdogSec=6\nTimeoutAbortSec=2\n")
    pid = service.tell("MainPID")
    folder = service.drop("Deaf", "3 seconds, 720p")
    service.box.run("kill", "-STOP", pid)
    wait_for("another start", lambda: service.tell("MainPID") not in (pid, "0"), 60)
    assert service.tell("NRestarts") == "1"
    assert "Watchdog timeout" in service.box.run("journalctl", "-u", "photovideos", "--no-pager")
    service.film_of(folder)


def test_a_render_that_wants_too_much_memory_fails_alone(service: Service) -> None:
    service.set("[Service]\nMemoryMax=420M\n")
    pid = service.tell("MainPID")
    folder = service.drop("Hungry", "8 seconds, 4k", photos=3)
    waits = ("trying again", "NEEDS HELP")
    wait_for("the render to fail", lambda: service.status_of(folder).startswith(waits), 150)
    assert _oom_kills(service) > 0, "the limit was not what ended it"
    assert (service.tell("MainPID"), service.tell("ActiveState")) == (pid, "active")
    assert service.tell("NRestarts") == "0"
    assert not list(folder.glob("*.mp4"))
    service.box.run("systemctl", "set-property", "--runtime", "photovideos", "MemoryMax=infinity")
    service.as_alice("touch", f"{INBOX}/Hungry/RETRY")
    service.film_of(folder)
    assert service.tell("MainPID") == pid


def _oom_kills(service: Service) -> int:
    for place in ("/sys/fs/cgroup/memory", "/sys/fs/cgroup"):
        for name in ("memory.oom_control", "memory.events"):
            told = service.box.run("cat", f"{place}/system.slice/photovideos.service/{name}", check=False)
            if found := re.search(r"(?m)^oom_kill (\d+)$", told):
                return int(found[1])
    pytest.fail("the kernel does not tell what it killed")


def test_the_unit_of_one_user_makes_a_film_too(installed: Service) -> None:
    box = installed.box
    installed.box.run("systemctl", "stop", "photovideos")
    user = box.run("id", "-u", "alice")
    if box.run("systemctl", "start", f"user@{user}", check=False):
        pytest.skip("no user manager can be started in the box")
    as_alice = ("runuser", "-u", "alice", "--", "env", f"XDG_RUNTIME_DIR=/run/user/{user}", "HOME=/home/alice")
    box.run(*as_alice, "sh", "-e", "-c", "mkdir -p ~/.local/bin ~/.config/systemd/user ~/.config/photovideos")
    box.run("ln", "-s", "/opt/photovideos/bin/photovideos", "/home/alice/.local/bin/photovideos")
    unit = "/home/alice/.config/systemd/user/photovideos.service"
    box.run("install", "-o", "alice", "/checkout/systemd/photovideos-user.service", unit)
    config = {"inboxes": [{"path": "~/PhotoVideos/inbox", "settle_seconds": 1}], "backend": {"poll_seconds": 0.5}}
    box.path("/home/alice/.config/photovideos/config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    box.run(*as_alice, "mkdir", "-p", "/home/alice/PhotoVideos/inbox")
    box.run(*as_alice, "systemctl", "--user", "enable", "--now", "photovideos")
    draw(installed._drops / "Mine" / "a.jpg")
    (installed._drops / "Mine" / "prompt.txt").write_text("2 seconds, 720p", encoding="utf-8")
    box.run(*as_alice, "cp", "-r", "/drops/Mine", "/home/alice/PhotoVideos/inbox/Mine")
    film = box.path("/home/alice/PhotoVideos/inbox/Mine/Mine.mp4")
    wait_for("alice's film", film.exists)
    assert look_at(film).seconds == pytest.approx(2, abs=0.5)
    box.run(*as_alice, "systemctl", "--user", "stop", "photovideos")
