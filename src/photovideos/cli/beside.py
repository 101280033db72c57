"""The ledger from outside: what a command reads there, and what it asks of a daemon that may be running beside it.

A wish is written into the ledger; the daemon, now or when it starts next, does it and writes its answer there. Prints
nothing.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from photovideos import config
from photovideos.cli.shown import FINISHED
from photovideos.config import Config
from photovideos.daemon import clock
from photovideos.daemon.lock import StateLock
from photovideos.daemon.wishes import check_folder_of
from photovideos.errors import PhotoVideosError
from photovideos.jobs.ledger import Ledger
from photovideos.jobs.states import NEEDS_HELP, JobState
from photovideos.model import FolderKey

WAIT_SECONDS = 0.2
ANSWER_SECONDS = 30.0
SHORT_WAIT_SECONDS = 60.0


def running_daemon(settings: Config) -> str | None:
    """The process that holds the state directory, if one does."""
    directory = config.resolved_state_dir(settings, os.environ)
    if not directory.exists():
        return None
    lock = StateLock(directory)
    holder = lock.try_to_take()
    lock.release()
    return holder


def readable_ledger(settings: Config) -> Ledger | None:
    """To look into only; None if there was never a daemon."""
    path = _ledger_path(settings)
    return Ledger(path, clock=clock, is_reader=True) if path.exists() else None


def control(settings: Config, verb: str, folder: Path) -> str:
    """Asks for `verb`, and says how it went: done by the running daemon, or noted for the next start."""
    chosen = check_folder_of(settings, folder)
    ledger = Ledger(_ledger_path(settings), clock=clock)
    if running_daemon(settings) is None:
        ledger.ask(verb, str(chosen))
        return f"Noted. It is done when photovideos runs next ({verb} {chosen.name})."
    _ask(ledger, verb, chosen)
    return f"{verb.capitalize()}: {chosen.name}"


def once_through_daemon(settings: Config, folders: list[Path]) -> int:
    """`once FOLDER` beside a running daemon: it does the work, we wait for its jobs. The exit status."""
    ledger = Ledger(_ledger_path(settings), clock=clock)
    for folder in folders:
        _ask(ledger, "once", folder)
    return max(int(_awaited(partial(_ended, ledger, folder), seconds=None)) for folder in folders)


def _ledger_path(settings: Config) -> Path:
    return config.resolved_state_dir(settings, os.environ) / "ledger.sqlite"


def _ask(ledger: Ledger, verb: str, folder: Path) -> None:
    """Writes the wish down and waits until the daemon has taken it."""
    answer = _awaited(partial(ledger.answer_to, ledger.ask(verb, str(folder))), seconds=ANSWER_SECONDS)
    if answer is None:
        raise PhotoVideosError(
            f"The running photovideos did not answer within {ANSWER_SECONDS:.0f} s.",
            advice="It takes up the wish as soon as it can; its log says what keeps it.",
        )
    if answer.startswith("refused"):
        raise PhotoVideosError(answer)


def _awaited(look: Callable[[], Any], *, seconds: float | None) -> Any:
    """What `look` gives once it gives anything; None after `seconds`."""
    deadline = None if seconds is None else time.monotonic() + seconds
    pause = threading.Event()
    while (found := look()) is None:
        if deadline is not None and time.monotonic() > deadline:
            return None
        pause.wait(WAIT_SECONDS)
    return found


def _ended(ledger: Ledger, folder: Path) -> int | None:
    """The exit status for a folder that a running daemon works on; None while it does."""
    status = folder.stat()
    key = FolderKey(inbox=str(folder.parent), name=folder.name, device=status.st_dev, inode=status.st_ino)
    job = ledger.find(key)
    if job is None or job.state in NEEDS_HELP:
        return 1
    if job.state in FINISHED:
        return 0
    if job.state is JobState.SETTLING or job.is_held:
        return 1
    is_far = job.state is JobState.RETRYING and (job.due_at or 0.0) - clock() > SHORT_WAIT_SECONDS
    return 1 if is_far else None
