"""One folder after the other, each with a disk that is full from another write on, under one daemon."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

from support.full_disks.brink import Brink
from support.watched import pause


class Sweep(ABC):
    """`cases`: how many folders were hit so far."""

    noticed_seconds: ClassVar[float]  # how long writes go on failing after the first
    patience_seconds: ClassVar[float]

    def __init__(self, brink: Brink) -> None:
        self.brink = brink
        self.cases = 0

    def play(self, *, first: int, every: int) -> Iterator[tuple[int, str]]:
        """From write `first` on, then `first + every` …, until a film is made before its write comes; the problems."""
        write = first
        while True:
            folder = self._dropped(write)
            is_hit = self._is_hit(folder)
            if is_hit:
                self.cases += 1
                pause(self.noticed_seconds)
            problems = list(self._problems_meanwhile(folder))
            self.brink.lift()
            problems += self._problems_at_the_end(folder)
            yield from ((write, problem) for problem in problems)
            if not is_hit or self._is_dead():
                return
            write += every

    @abstractmethod
    def log(self) -> str: ...

    @abstractmethod
    def _dropped(self, write: int) -> Path:
        """A folder in the inbox; from `write` on there is no room."""

    @abstractmethod
    def _is_over(self, folder: Path) -> bool:
        """Whether nothing more is written for the folder."""

    @abstractmethod
    def _is_dead(self) -> bool:
        """Whether the daemon is gone."""

    def _is_hit(self, folder: Path) -> bool:
        self._wait(lambda: self.brink.failed > 0 or self._is_over(folder))
        return self.brink.failed > 0

    def _problems_meanwhile(self, folder: Path) -> Iterator[str]:
        """What is wrong while there is no room."""
        yield from ()

    @abstractmethod
    def _problems_at_the_end(self, folder: Path) -> Iterator[str]:
        """What is wrong when there was room again."""

    def _wait(self, look: Callable[[], bool], seconds: float | None = None) -> bool:
        for _ in range(int((seconds or self.patience_seconds) / 0.05)):
            if look():
                return True
            pause(0.05)
        return False
