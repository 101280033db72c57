"""As `sweep`, for the writes of the studio into its store; every case makes a real film."""

import json
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

from support.crashes import Scene
from support.film import look_at
from support.full_disks.brink import Brink
from support.house import draw
from support.watched import pause

NOTICED_SECONDS = 1.0
PATIENCE_SECONDS = 150.0


class StoreSweep:
    """`cases`: how many folders were hit so far."""

    def __init__(self, root: Path) -> None:
        self.scene = Scene(root, "studio")
        self.brink = Brink(self.scene.root / "brink", self.scene.store)
        variables = " ".join(f"{name}={value}" for name, value in self.brink.environ.items())
        python = self.scene.root / "python"  # what the daemon starts its studio with
        python.write_text(f'#!/bin/sh\nexec env {variables} {sys.executable} "$@"\n', encoding="utf-8")
        self.cases = 0
        self.scene.start_daemon()
        self.scene.wait((self.scene.inbox / ".photovideos-inbox").exists, "the inbox to be watched")

    def close(self) -> None:
        self.scene.close()

    def play(self, *, first: int, every: int) -> Iterator[tuple[int, str]]:
        """As `Sweep.play`."""
        write = first
        while True:
            folder = self._dropped(write)
            is_hit = self._is_hit(folder)
            if is_hit:
                self.cases += 1
                pause(NOTICED_SECONDS)
            self.brink.lift()
            yield from ((write, problem) for problem in self._problems(folder))
            if not is_hit:
                return
            write += every

    def log(self) -> str:
        return self.scene.log()

    def _dropped(self, write: int) -> Path:
        place = self.scene.root / f"write {write}"
        draw(place / "IMG_0001.jpg", seed=write, size=(320, 240))
        (place / "prompt.txt").write_text("1 second, 720p, no music", encoding="utf-8")
        self.brink.at(write)
        place.rename(folder := self.scene.inbox / place.name)
        return folder

    def _is_hit(self, folder: Path) -> bool:
        self._wait(lambda: self.brink.failed > 0 or self._state(folder) in ("done", "failed", "parked"))
        return self.brink.failed > 0

    def _state(self, folder: Path) -> str | None:
        with suppress(sqlite3.Error), closing(self.scene._ledger()) as ledger:
            row = ledger.execute("SELECT state FROM jobs WHERE name=?", (folder.name,)).fetchone()
            return row[0] if row else None
        return None

    def _wait(self, look: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> bool:
        for _ in range(int(seconds / 0.05)):
            if look():
                return True
            pause(0.05)
        return False

    def _problems(self, folder: Path) -> Iterator[str]:
        assert self.scene.daemon is not None
        if not self._wait(lambda: self._state(folder) in ("done", "failed", "parked")) or self._state(folder) != "done":
            yield f"the job is {self._state(folder)}: {(self.scene.told('job.ended') or [{}])[-1].get('reason')}"
            return
        self._wait(lambda: self.scene.status_of(folder) is None, 10)
        wanted = ["IMG_0001.jpg", "prompt.txt", f"{folder.name}.mp4", f"{folder.name} - timeline.txt"]
        if sorted(os.listdir(folder)) != sorted(wanted):
            yield f"in the folder lie {sorted(os.listdir(folder))}"
        look_at(folder / f"{folder.name}.mp4")
        if crashes := self.scene.told("studio.died") + self.scene.told("job.crashed"):
            yield f"{crashes[0]}"
        if left := [*self.scene.store.rglob("*.part"), *self.scene.store.glob("incoming/*")]:
            yield f"left in the store: {left}"
        statuses = [json.loads(path.read_bytes())["status"] for path in self.scene.store.glob("renders/*/render.json")]
        if set(statuses) != {"completed"}:
            yield f"renders: {statuses}"
        if any(len(path.read_text("utf-8").splitlines()) > 1 for path in self.scene.store.rglob("messages.jsonl")):
            yield "a message was carried out twice"
