"""An inbox watched by the real daemon with a backend that makes films at once: jobs, inputs and films counted."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from photovideos.jobs.ledger import Job, Ledger
from photovideos.jobs.road import Road
from support.house import House, wait_for
from support.quick_cloud import QuickCloud, Sitting, serving_quickly

BOUND_SECONDS = 45.0  # patience on a busy machine


@cache
def photo(seed: int = 1, form: str = "JPEG", size: tuple[int, int] = (96, 64)) -> bytes:
    """A small picture, another for each seed."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(40, 220, (size[1] // 8, size[0] // 8, 3)).astype(np.uint8)
    into = io.BytesIO()
    Image.fromarray(coarse.repeat(8, axis=0).repeat(8, axis=1)).save(into, form)
    return into.getvalue()


def pause(seconds: float) -> None:
    """For what must not happen meanwhile, and for copies that take their time."""
    threading.Event().wait(seconds)


class Town(House):
    """A house whose films come from a quick cloud. The prompt of a folder names it, so its session can be found."""

    def __init__(self, root: Path, cloud: QuickCloud, *, settle_seconds: float = 0.4) -> None:
        super().__init__(root)
        self.cloud = cloud
        self.settle_seconds = settle_seconds
        self.settings["inboxes"][0]["settle_seconds"] = settle_seconds
        self.settings["backend"] |= {
            "kind": "nemo",
            "url": cloud.url,
            "poll_seconds": 0.05,
            "rate_limit_wait_seconds": 0.2,
            "recovery_waits_seconds": [0.1] * 5,
        }

    # --- dropping ---------------------------------------------------------------------------------------------------

    def folder(self, name: str) -> Path:
        made = self.inbox / name
        made.mkdir()
        return made

    def write_prompt(self, folder: Path, text: str = "a calm video") -> None:
        (folder / "prompt.txt").write_text(f"{folder.name}: {text}", encoding="utf-8")

    def fill(self, name: str, photos: int = 2, text: str | None = "a calm video") -> Path:
        """A folder that arrives whole and at once: small photos and a prompt."""
        folder = self.folder(name)
        for number in range(1, photos + 1):
            (folder / f"IMG_{number:04d}.jpg").write_bytes(photo(number))
        if text is not None:
            self.write_prompt(folder, text)
        return folder

    # --- counting ---------------------------------------------------------------------------------------------------

    def told(self, event: str, **fields: Any) -> list[dict[str, Any]]:
        """The log's lines of this event with these fields."""
        found = []
        for line in self.log().splitlines():
            if f'"event": "{event}"' in line:
                told = json.loads(line)
                if all(told.get(key) == value for key, value in fields.items()):
                    found.append(told)
        return found

    def taken(self, name: str) -> int:
        """How often this folder became a job; photos that came before anything was spent are no other job."""
        return sum("again" not in line for line in self.told("folder.taken", folder=name))

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """As `status` reads it, beside the running daemon."""
        ledger = Ledger(self.state / "ledger.sqlite", clock=lambda: 0.0, is_reader=True)
        try:
            yield ledger
        finally:
            ledger.close()

    def jobs(self) -> list[Job]:
        with self.ledger() as ledger:
            return ledger.jobs(str(self.inbox))

    def job(self, name: str) -> Job | None:
        return next((job for job in self.jobs() if job.key.name == name), None)

    def road(self, name: str) -> Road:
        job = self.job(name)
        assert job is not None
        with self.ledger() as ledger:
            return ledger.road(job.id)

    def inputs(self, name: str) -> list[str]:
        """Paths of what the job of this folder took in."""
        return sorted(entry.path for entry in self.road(name).inputs)

    # --- waiting ----------------------------------------------------------------------------------------------------

    def made(self, folder: Path, *, jobs: int = 1, photos: int | None = None) -> Sitting:
        """Waits for the film; then there was one job, one message, one film, and so many files were sent."""
        self.film_of(folder)
        assert self.taken(folder.name) == jobs
        sitting = self.cloud.the(folder.name)
        assert len(sitting.renders) == 1
        assert [film.name for film in sorted(folder.glob("*.mp4"))] == [f"{folder.name}.mp4"]
        if photos is not None:
            assert len(sitting.uploads) == photos
        return sitting

    def says(self, folder: Path, state: str, *words: str, seconds: float = BOUND_SECONDS) -> str:
        """Waits until the folder's status file tells this state; its text, which holds these words."""
        path = folder / f"_photovideos - {state}.txt"
        text = ""

        def told() -> bool:
            nonlocal text
            try:
                text = path.read_text(encoding="utf-8-sig")
            except FileNotFoundError:
                return False
            return all(word in text for word in words)

        wait_for(f"‘{folder.name}’ to say {state} {words}", told, seconds)
        return text

    def rest(self, settle_times: float = 6) -> None:
        """Lets so many settle times pass: long enough for something that must not happen."""
        pause(settle_times * self.settle_seconds)


@contextmanager
def town_at(root: Path, *, settle_seconds: float = 0.4) -> Iterator[Town]:
    with serving_quickly() as cloud:
        made = Town(root, cloud, settle_seconds=settle_seconds)
        try:
            yield made
        finally:
            made.close()
