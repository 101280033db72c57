"""As `sweep`, for the writes of the studio into its store; every case makes a real film."""

import json
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from support.crashes import Scene
from support.film import look_at
from support.full_disks.brink import Brink
from support.full_disks.sweep import Sweep
from support.house import draw


class StoreSweep(Sweep):
    noticed_seconds = 1.0
    patience_seconds = 150.0

    def __init__(self, root: Path) -> None:
        self.scene = Scene(root, "studio")
        super().__init__(Brink(self.scene.root / "brink", self.scene.store))
        variables = " ".join(f"{name}={value}" for name, value in self.brink.environ.items())
        python = self.scene.root / "python"  # what the daemon starts its studio with
        python.write_text(f'#!/bin/sh\nexec env {variables} {sys.executable} "$@"\n', encoding="utf-8")
        self.scene.start_daemon()
        self.scene.wait((self.scene.inbox / ".photovideos-inbox").exists, "the inbox to be watched")

    def close(self) -> None:
        self.scene.close()

    def log(self) -> str:
        return self.scene.log()

    def _dropped(self, write: int) -> Path:
        place = self.scene.root / f"write {write}"
        draw(place / "IMG_0001.jpg", seed=write, size=(320, 240))
        (place / "prompt.txt").write_text("1 second, 720p, no music", encoding="utf-8")
        self.brink.at(write)
        place.rename(folder := self.scene.inbox / place.name)
        return folder

    def _is_over(self, folder: Path) -> bool:
        return self._state(folder) in ("done", "failed", "parked")

    def _is_dead(self) -> bool:
        return self.scene.daemon is None or self.scene.daemon.poll() is not None

    def _state(self, folder: Path) -> str | None:
        with suppress(sqlite3.Error), closing(self.scene._ledger()) as ledger:
            row = ledger.execute("SELECT state FROM jobs WHERE name=?", (folder.name,)).fetchone()
            return row[0] if row else None
        return None

    def _problems_at_the_end(self, folder: Path) -> Iterator[str]:
        if not self._wait(lambda: self._is_over(folder)) or self._state(folder) != "done":
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
