"""How far a render was seen to be, and since when it stands still (contract §8). What follows from it is decided in
`render`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from photovideos.errors import ServiceTrouble
from photovideos.model import RenderRecord
from photovideos.nemo.wire import RenderStatus

MAX_LOOKS_IN_TROUBLE = 3  # in a row; then the job goes to its retries and leaves its worker to others
LONGEST_PAUSE_SECONDS = 60.0  # whoever is asked to wait longer does not wait in a worker
_MAX_WORDS = 20  # pending, processing and whatever else a service may call its stages


@dataclass(slots=True)
class Progress:
    """What the looks at one render have shown. `record` as it was saved last; `moved_at`, `heard_at`: on a monotonic
    clock. Owned by the one thread that waits."""

    record: RenderRecord
    moved_at: float
    heard_at: float
    furthest: float = -1.0
    words: tuple[str, ...] = ()
    is_resumed: bool = False
    missing: int = 0  # 404s in a row
    troubled: int = 0  # looks in a row that ended in trouble
    trouble: ServiceTrouble | None = None  # what the last look ended in

    @classmethod
    def of(cls, record: RenderRecord, now: float) -> Progress:
        """Goes on counting where an earlier try left off: the time in between, when nobody asked, does not count."""
        return cls(
            record=record,
            moved_at=now - record.still_seconds,
            heard_at=now,
            furthest=record.furthest,
            is_resumed=record.still_seconds > 0,
        )

    def saw(self, status: RenderStatus, now: float) -> None:
        """Further than ever before, or a word not said before, is progress; words alone do not go on for ever."""
        self.missing, self.troubled, self.trouble, self.heard_at = 0, 0, None, now
        if status.progress is not None and status.progress > self.furthest:
            self.furthest, self.moved_at = status.progress, now
        if status.word not in self.words and len(self.words) < _MAX_WORDS:
            if self.words or not self.is_resumed:  # the first word after a break may have been said before it
                self.moved_at = now
            self.words = (*self.words, status.word)

    def unknown(self, now: float) -> None:
        """404: never heard of, perhaps."""
        self.missing, self.troubled, self.trouble, self.heard_at = self.missing + 1, 0, None, now

    def met(self, trouble: ServiceTrouble) -> None:
        self.missing, self.troubled, self.trouble = 0, self.troubled + 1, trouble

    @property
    def pause_asked(self) -> float:
        return (self.trouble.retry_after_seconds or 0.0) if self.trouble is not None else 0.0

    def give_up_if_hopeless(self) -> None:
        """Raises the trouble where waiting here any longer would only keep a worker from other jobs."""
        is_hopeless = self.troubled >= MAX_LOOKS_IN_TROUBLE or self.pause_asked > LONGEST_PAUSE_SECONDS
        if self.trouble is not None and is_hopeless:
            raise self.trouble

    def noted(self) -> RenderRecord:
        """The record for whoever goes on."""
        return replace(self.record, still_seconds=max(0.0, self.heard_at - self.moved_at), furthest=self.furthest)
