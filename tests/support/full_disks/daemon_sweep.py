"""As `sweep`, for the writes of the daemon; a quick cloud makes the films."""

import os
from collections.abc import Iterator
from pathlib import Path

from photovideos.jobs.states import JobState
from support.full_disks.brink import Brink
from support.full_disks.sweep import Sweep
from support.watched import Town, photo


class DaemonSweep(Sweep):
    noticed_seconds = 0.5
    patience_seconds = 60.0

    def __init__(self, town: Town, brink: Brink) -> None:
        super().__init__(brink)
        self.town = town
        town.environ |= brink.environ
        town.settings["upload"] = {"strip_metadata": False}
        self.daemon = town.run()

    def log(self) -> str:
        return self.town.log()

    def _dropped(self, write: int) -> Path:
        place = self.town.root / f"write {write}"
        place.mkdir()
        (place / "IMG_0001.jpg").write_bytes(photo(1))
        (place / "prompt.txt").write_text(f"write {write}. a calm video", encoding="utf-8")
        self.brink.at(write)
        place.rename(folder := self.town.inbox / place.name)
        return folder

    def _is_over(self, folder: Path) -> bool:
        job = self.town.job(folder.name)
        return job is not None and job.state is JobState.DONE and not self.town.status_of(folder)

    def _is_dead(self) -> bool:
        return self.daemon.poll() is not None

    def _problems_meanwhile(self, folder: Path) -> Iterator[str]:
        if self.daemon.poll() is not None:
            yield f"the daemon died: {self.town.log()[-1500:]}"
        for film in folder.glob("*.mp4"):
            if film.read_bytes() != self.town.cloud.film:
                yield f"half a film: {film.name}"

    def _problems_at_the_end(self, folder: Path) -> Iterator[str]:
        name = folder.name
        if not self._wait(lambda: self._is_over(folder)):
            job = self.town.job(name)
            yield f"no film: {sorted(os.listdir(folder))}, {job and (job.state, job.problem)}"
            return
        there, wanted = sorted(os.listdir(folder)), sorted(["IMG_0001.jpg", "prompt.txt", *self._made(name)])
        if there != wanted:
            yield f"in the folder lie {there}"
        spoken = self.town.cloud.of(f"{name}.")
        messages = [message for one in spoken for message in one.messages]
        if len(messages) != 1:
            yield f"{len(messages)} messages"
        elif spoken[0].uploads != ["IMG_0001.jpg"] or len(set(spoken[0].renders)) != 1:
            yield f"uploads {spoken[0].uploads}, renders {spoken[0].renders}"
        if self.town.taken(name) != 1:
            yield f"taken {self.town.taken(name)} times"
        if not self._wait(lambda: not list((self.town.state / "work").glob("*")), 10):
            yield f"left in the work folder: {[str(path) for path in (self.town.state / 'work').rglob('*')]}"
        if not self._wait(lambda: not list(self.town.inbox.rglob(".photovideos-part-*")), 5):  # one may just be renamed
            yield f"left: {list(self.town.inbox.rglob('.photovideos-part-*'))}"
        if crashes := self.town.told("job.crashed", folder=name) + self.town.told("inbox.crashed"):
            yield f"{crashes[-1].get('exception', crashes[-1])!s:.1500}"

    def _made(self, name: str) -> tuple[str, str]:
        return f"{name}.mp4", f"{name} - timeline.txt"
