"""A real systemd as PID 1 in a container over this machine's own files: what is written inside is gone with it.

Needs root and systemd-nspawn. Nothing outside is changed but control groups of our own, which are removed again.
"""

import os
import shutil
import subprocess
import threading
import time
from pathlib import Path
from typing import Any, Self

import pytest

_CONTROLLERS = ("memory", "pids", "cpu")  # on a machine with control groups v1 they are given one by one
_GROUPS = Path("/sys/fs/cgroup")
# Services of this machine that have no business in the box.
_MASKED = (
    "apt-daily.timer", "apt-daily-upgrade.timer", "fstrim.timer", "networking.service", "postgresql.service",
    "rpcbind.service", "smbd.service", "nmbd.service", "ssh.service", "systemd-timesyncd.service",
)  # fmt: skip
_BOOT_SECONDS = 60.0
_END_SECONDS = 20.0


def why_not() -> str | None:
    """The reason for which there can be no box here; None if there can."""
    if os.geteuid() != 0:
        return "only root can boot a systemd"
    if shutil.which("systemd-nspawn") is None or not Path("/usr/lib/systemd/systemd").exists():
        return "systemd-nspawn (systemd-container) is not installed"
    return None


class Box:
    """`binds`: host directories to be seen read-only, by the place inside. Use as a context manager."""

    def __init__(self, scratch: Path, binds: dict[str, Path]) -> None:
        self._name = f"photovideos-test-{os.getpid()}"
        self._root = scratch / "root"
        self._root.mkdir()
        self._console = scratch / "console"
        self._binds = binds
        self._process: subprocess.Popen[bytes] | None = None
        self._leader = 0

    def __enter__(self) -> Self:
        groups = self._own_groups()
        enter_groups = "".join(f"echo $$ > {group}/cgroup.procs; " for group in groups)
        # The bind mount lies in a mount namespace of its own, so it cannot outlive the box.
        script = f'{enter_groups}mount --bind / {self._root} && exec "$@"'
        with self._console.open("wb") as console:
            self._process = subprocess.Popen(
                ["unshare", "--mount", "bash", "-c", script, "_", *self._nspawn()],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                start_new_session=True,
            )
        try:
            self._leader = int(self._wait("its first process", self._find_leader))
            self._wait("systemd", lambda: self._state() in ("running", "degraded"))
            # nspawn gives out v1 controllers read-only; systemd inside is to set limits with them.
            for controller in (group.parent.name for group in groups):
                self.run("sh", "-c", f"mount -o remount,bind,rw /sys/fs/cgroup/{controller} || true")
            self.run("systemctl", "daemon-reexec")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        if self._process.poll() is None:
            self._process.terminate()  # nspawn tells its systemd to power off
            try:
                self._process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, 9)
                self._process.wait()
        for group in _GROUPS.glob(f"*/{self._name}"):
            for directory in sorted((group, *group.rglob("*/")), reverse=True):
                if directory.is_dir():
                    directory.rmdir()

    def path(self, inside: str) -> Path:
        """A place inside, seen from here."""
        return Path(f"/proc/{self._leader}/root{inside}")

    def run(self, *command: str, check: bool = True, seconds: float = 300.0, **environment: str) -> str:
        """What a command says that is run inside, both outputs. Fails the test when it fails."""
        settings = [f"{name}={value}" for name, value in environment.items()]
        plain = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "HOME=/root", *settings]
        done = subprocess.run(
            ["nsenter", "-t", str(self._leader), "-a", *plain, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds,
            check=False,
        )
        said = done.stdout.decode(errors="replace").strip()
        if check and done.returncode != 0:
            pytest.fail(f"{' '.join(command)} inside the box: exit status {done.returncode}\n{said[-3000:]}")
        return said

    def _nspawn(self) -> list[str]:
        options = ["--boot", "--quiet", "--volatile=overlay", "--register=no", "--console=pipe", "--private-network"]
        if not Path("/run/systemd/system").exists():
            options.append("--keep-unit")  # there is no systemd outside that could give it a scope
        options += [f"--bind-ro={outside}:{inside}" for inside, outside in self._binds.items()]
        masks = [f"systemd.mask={unit}" for unit in _MASKED]
        return ["systemd-nspawn", "-D", str(self._root), f"--machine={self._name}", *options, *masks]

    def _own_groups(self) -> list[Path]:
        groups = [_GROUPS / controller / self._name for controller in _CONTROLLERS if (_GROUPS / controller).is_dir()]
        for group in groups:
            group.mkdir()
        return groups

    def _find_leader(self) -> int | None:
        assert self._process is not None
        told = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        children = told.read_text().split() if told.exists() else []
        for child in children:
            command = Path(f"/proc/{child}/comm")
            if command.exists() and command.read_text().strip() == "systemd":
                return int(child)
        return None

    def _state(self) -> str:
        return self.run("systemctl", "is-system-running", check=False)

    def _wait(self, what: str, look: Any) -> Any:
        deadline = time.monotonic() + _BOOT_SECONDS
        pause = threading.Event()
        assert self._process is not None
        while not (found := look()):
            if self._process.poll() is not None or time.monotonic() > deadline:
                pytest.skip(f"no box can be booted here: no sign of {what}: {self._console.read_bytes()[-500:]!r}")
            pause.wait(0.1)
        return found
