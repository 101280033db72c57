"""What other threads tell the reception: events' hints, commands' wishes, and folders that changed under their jobs."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from photovideos.model import Control


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """Everything that came in since the last round, by the folder's name."""

    touched: frozenset[str] = frozenset()
    asked: dict[str, frozenset[Control]] = field(default_factory=dict)
    unsettled: frozenset[str] = frozenset()


class Bell:
    """Any thread rings it; the reception's thread waits for it and takes what came in."""

    def __init__(self) -> None:
        self._rung = threading.Event()
        self._lock = threading.Lock()
        self._touched: set[str] = set()  # this and what follows: guarded by _lock
        self._asked: dict[str, frozenset[Control]] = {}
        self._unsettled: set[str] = set()

    def ring(self) -> None:
        """Look now."""
        self._rung.set()

    def hint(self, name: str) -> None:
        """An event named this folder, or a file beside the folders. Must not block: it is watchdog's thread."""
        with self._lock:
            self._touched.add(name)
        self.ring()

    def ask(self, name: str, control: Control) -> None:
        """A command's wish, as if the control file lay in the folder."""
        with self._lock:
            self._asked[name] = self._asked.get(name, frozenset()) | {control}
        self.ring()

    def unsettle(self, name: str) -> None:
        """The folder changed under its job: watch it anew."""
        with self._lock:
            self._unsettled.add(name)
        self.ring()

    def wait(self, seconds: float) -> bool:
        """Until it is rung, at most so long; whether it was."""
        is_rung = self._rung.wait(seconds)
        self._rung.clear()
        return is_rung

    def taken(self) -> Signs:
        """What came in since the last time. Names that are no folders' go with it, so nothing piles up."""
        with self._lock:
            signs = Signs(touched=frozenset(self._touched), asked=self._asked, unsettled=frozenset(self._unsettled))
            self._touched, self._asked, self._unsettled = set(), {}, set()
        return signs
