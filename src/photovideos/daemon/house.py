"""The rooms of one running process, put together: what errands, wishes and outcomes look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from photovideos.backend import Backends
from photovideos.config import Config
from photovideos.jobs.ledger import Ledger
from photovideos.model import BackendKind
from photovideos.reception import Reception
from photovideos.workers import Workers


@dataclass(slots=True, kw_only=True)
class House:
    """Made once by the daemon. `moved`: jobs of `once FOLDER` whose folder changed under them, and how often."""

    config: Config
    state_dir: Path
    clock: Callable[[], float]
    monotonic: Callable[[], float]
    ledger: Ledger
    backends: Backends
    workers: Workers
    receptions: Sequence[Reception] = ()
    moved: dict[str, int] = field(default_factory=dict)

    @property
    def backend(self) -> BackendKind:
        """Who makes the films of new jobs."""
        return BackendKind(self.config.backend.kind)

    def reception_of(self, inbox: str) -> Reception | None:
        return next((reception for reception in self.receptions if reception.path == inbox), None)
