"""A job's road walked in this process: a real folder, a real ledger, a real client, and a small cloud on loopback.

The two programs that decode media are stood in for: what they do is held by their own tests, and starting them for
each walk would take seconds.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from photovideos import pipeline, prompt
from photovideos.backend import Backend
from photovideos.config import BackendConfig, Config, UploadConfig
from photovideos.intake import scan
from photovideos.jobs.ledger import Job, Ledger
from photovideos.jobs.road import Road
from photovideos.jobs.states import JobState
from photovideos.model import BackendKind, Block, FileEntry, FilmFacts, Fingerprint, Prepared
from photovideos.nemo.account import Attribution
from photovideos.nemo.client import NemoClient, Pace
from photovideos.nemo.token import TokenBook
from support.fake_cloud import Asked, FakeCloud, Handler, Now, said

FILM = b"a film of the cloud's, whole"


class Crash(BaseException):
    """The process is gone: nothing in it hears of that."""


class Flying:
    """The client's clock: each time it is asked, longer has passed than any run lives."""

    def __init__(self) -> None:
        self.at = 1_800_000_000.0

    def __call__(self) -> float:
        self.at += 1000.0
        return self.at


class CrashingLedger(Ledger):
    """Dies behind a checkpoint, the `dies_after`-th or one of which `dies_when` is true: it is on disk, and nobody is
    left to tell."""

    dies_after: int | None = None
    dies_when: Callable[[Road], bool] = staticmethod(lambda _road: False)
    checkpoints = 0

    def save_road(self, job_id: Any, road: Road) -> None:
        super().save_road(job_id, road)
        self.checkpoints += 1
        if self.checkpoints == self.dies_after or self.dies_when(road):
            raise Crash


class Trail:
    """One folder, and what each walk with it needs. `own_token`: the user's NEMO_TOKEN."""

    def __init__(self, root: Path, cloud: FakeCloud, *, is_local: bool = False) -> None:
        self.cloud = cloud
        self.is_local = is_local
        self.own_token: str | None = None
        self.inbox = root / "inbox"
        self.folder = self.inbox / "Rome"
        self.folder.mkdir(parents=True)
        self.state = root / "state"
        self.now = Now()
        self.seconds = 0.0  # of the clock that only goes forward
        self.halt = threading.Event()
        self.ledger = CrashingLedger(self.state / "ledger.sqlite", clock=self.now)
        self.config = Config(
            backend=BackendConfig(kind="nemo", poll_seconds=0.01, recovery_waits_seconds=(0.0,) * 5),
            upload=UploadConfig(),
        )
        self.job: Job | None = None
        self._clients: list[NemoClient] = []
        cloud.film, cloud.is_strict = FILM, True

    def draw(self, *names: str, shade: int = 100) -> None:
        for name in names:
            Image.new("RGB", (16, 12), (shade, 50, 150)).save(self.folder / name)

    def drop(self, text: str = "a calm video", *, photos: int = 2, road: Road | None = None) -> Job:
        """The folder with its photos is a job, taken as it lies."""
        self.draw(*(f"IMG_{number + 1}.jpg" for number in range(photos)))
        (self.folder / "prompt.txt").write_text(text, encoding="utf-8")
        with self.opened() as folder_fd:
            key = scan.key_of(str(self.inbox), self.folder.name, folder_fd)
        self.job = self.ledger.add(
            key,
            prompt=text,
            fingerprint=Fingerprint("as it lies"),
            backend=BackendKind.STUDIO if self.is_local else BackendKind.NEMO,
            is_complete=True,
            road=road,
        )
        return self.job

    @contextmanager
    def opened(self) -> Iterator[int]:
        folder_fd = scan.open_folder(str(self.inbox), self.folder.name)
        try:
            yield folder_fd
        finally:
            os.close(folder_fd)

    @contextmanager
    def walking(self) -> Iterator[pipeline.Walk]:
        """A walk as a fresh process would begin it: everything known comes from the disk."""
        assert self.job is not None
        job = self.ledger.get(self.job.id)
        assert job is not None
        with self.opened() as folder_fd:
            yield pipeline.Walk(job, tools=self.tools(), backend=self.backend(), folder_fd=folder_fd, halt=self.halt)

    def walk(self) -> Road:
        """To the end; raises what the road raises."""
        with self.walking() as walk:
            pipeline.run(walk)
            return walk.road

    def walk_and_crash(self, *, after: int) -> bool:
        """Dies behind that checkpoint of this walk; False if the walk ended before it."""
        self.ledger.checkpoints, self.ledger.dies_after = 0, after
        try:
            self.walk()
        except Crash:
            return True
        finally:
            self.ledger.dies_after = None
        return False

    def walk_until(self, is_reached: Callable[[Road], bool]) -> Road:
        """Dies behind the first checkpoint of which that is true."""
        self.ledger.dies_when = is_reached
        try:
            with pytest.raises(Crash):
                self.walk()
        finally:
            self.ledger.dies_when = lambda _road: False
        return self.road()

    def again(self, text: str, road: Road) -> None:
        """The folder goes on with another prompt from `road`, as reception does it."""
        assert self.job is not None
        self.ledger.put(self.job.id, JobState.QUEUED, road=road, prompt=text)

    def refine(self, before: Road, added: str) -> None:
        """The next run in the same session, as reception begins it when text was added to the prompt."""
        assert self.job is not None
        road = Road(
            user_id=before.user_id,
            token_fingerprint=before.token_fingerprint,
            session_id=before.session_id,
            sessions_opened=1,
            inputs=before.inputs,
            has_begun_upload=before.has_begun_upload,
            said=before.said,
            earlier_paid=before.paid,
            blocks=self.blocks(added),
        )
        self.again(f"{self.job.prompt}\n{added}", road)

    def road(self) -> Road:
        assert self.job is not None
        return self.ledger.road(self.job.id)

    def save(self, road: Road) -> None:
        assert self.job is not None
        self.ledger.save_road(self.job.id, road)

    def tools(self) -> pipeline.Tools:
        return pipeline.Tools(
            ledger=self.ledger,
            config=self.config,
            work_dir=self.state / "work",
            clock=self.now,
            monotonic=lambda: self.seconds,
        )

    def backend(self) -> Backend:
        client = NemoClient(
            self.cloud.url,
            attribution=Attribution(source="fast-photo-video-maker", version="1.0.0", platform="unknown"),
            stop=self.halt,
            now=Flying(),
            pace=Pace(again=(0.01, 0.01, 0.01), silence=5.0),
        )
        self._clients.append(client)
        tokens = TokenBook(
            self.state / "account.json",
            client,
            client.origin,
            self.own_token,
            stop=self.halt,
            now=self.now,
            rate_limit_wait_seconds=0.01,
        )
        kind = BackendKind.STUDIO if self.is_local else BackendKind.NEMO
        return Backend(
            kind=kind, client=client, tokens=tokens, is_local=self.is_local, host="127.0.0.1", api_url=self.cloud.url
        )

    def close(self) -> None:
        for client in self._clients:
            client.close()
        self.ledger.close()

    def plainly(self, handler: Handler, _asked: Asked) -> None:
        """A message carried out as usual."""
        self.cloud.edit()
        handler.stream(said("Done."))

    @staticmethod
    def blocks(text: str) -> tuple[Block, ...]:
        return prompt.read(text).blocks

    # --- what came of it --------------------------------------------------------------------------------------------

    @property
    def films(self) -> list[str]:
        return sorted(path.name for path in self.folder.glob("*.mp4"))

    @property
    def summaries(self) -> list[str]:
        return sorted(path.name for path in self.folder.glob("* - timeline.txt"))

    def summary(self, name: str = "Rome - timeline.txt") -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    @property
    def status(self) -> str | None:
        found = [path.stem.removeprefix("_photovideos - ") for path in self.folder.glob("_photovideos - *.txt")]
        assert len(found) <= 1
        return found[0] if found else None

    @property
    def messages(self) -> list[str]:
        """What was said to the backend, in order."""
        return [asked.json["new_message"]["parts"][0]["text"] for asked in self.cloud.calls("/run_sse")]

    @property
    def sent(self) -> list[str]:
        return [asked.file_name for asked in self.cloud.calls("/upload-video/")]

    @property
    def posts(self) -> list[dict[str, Any]]:
        return [asked.json for asked in self.cloud.calls("/lambda") if asked.method == "POST"]


def prepare(
    folder_fd: int, entries: Sequence[FileEntry], names: Mapping[str, str], **options: Any
) -> tuple[Prepared, ...]:
    """Every file as it is, under its own name."""
    assert all(entry.kind for entry in entries)
    return tuple(
        Prepared(path=entry.path, name=names.get(entry.path, entry.path), kind=entry.kind)
        for entry in entries
        if entry.kind
    )


def inspect(film: Path, **options: Any) -> FilmFacts:
    """The facts of a whole film of these bytes."""
    content = film.read_bytes()
    return FilmFacts(
        duration_seconds=2.0,
        width=1920,
        height=1080,
        fps=30.0,
        video_codec="h264",
        audio_codec="aac",
        loudness_lufs=-16.0,
        true_peak_dbtp=-2.0,
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )
