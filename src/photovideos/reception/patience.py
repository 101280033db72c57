"""Since when files of a folder have been unfinished: kept in the ledger, so that a restart does not begin to wait anew.

A photo that stays incomplete is left out after 24 hours and a stale temporary file after 15 minutes; a machine that
restarts every night would otherwise wait for ever. How long is waited is not said here (`pace`, `settle`). Owned by the
thread of its desk.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from photovideos.intake import settle
from photovideos.intake.settle import FolderState
from photovideos.jobs.ledger import Ledger
from photovideos.model import FolderKey

_PREFIX = "unfinished."
_MOST_FILES = 1000  # of one folder are remembered; a folder with more of them waits anew for the rest


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """Moments in seconds since the epoch. `signature`: of the files that were seen then."""

    signature: str
    quiet_since: float
    unfinished_since: Mapping[str, float]


class Patience:
    """The memory of all folders of a desk."""

    def __init__(self, ledger: Ledger, *, clock: Callable[[], float], monotonic: Callable[[], float]) -> None:
        self._ledger = ledger
        self._clock = clock
        self._monotonic = monotonic
        self._known: dict[FolderKey, _Kept | None] = {}

    def taken_up(self, key: FolderKey, state: FolderState) -> FolderState:
        """The state after a first look, with the times of an earlier process if the same files still lie there."""
        kept = self._kept(key)
        if kept is None or kept.signature != state.signature.hex():
            return state
        # A clock that was set back tells of moments to come: they count from now on.
        ahead = self._clock() - self._monotonic()
        now = self._monotonic()
        return settle.taken_up(
            state,
            quiet_since=min(now, kept.quiet_since - ahead),
            unfinished_since={file: min(now, since - ahead) for file, since in kept.unfinished_since.items()},
        )

    def keep(self, key: FolderKey, state: FolderState, *, rested_seconds: float) -> None:
        """Written down once all else has rested for so long: a copy under way changes at each look."""
        kept = self._kept(key)
        if not state.unfinished_since or len(state.unfinished_since) > _MOST_FILES:
            if kept is not None:
                self._forget(key)
            return
        if self._monotonic() - state.changed_at < rested_seconds:
            return
        ahead = self._clock() - self._monotonic()
        known = kept.unfinished_since if kept is not None else {}
        files = {file: known.get(file, since + ahead) for file, since in state.unfinished_since.items()}
        is_same = kept is not None and kept.signature == state.signature.hex() and kept.unfinished_since == files
        if not is_same:
            quiet_since = ahead + settle.quiet_since(state)
            noted = _Kept(signature=state.signature.hex(), quiet_since=quiet_since, unfinished_since=files)
            self._ledger.remember(_name(key), _text(noted))
            self._known[key] = noted

    def keep_only(self, inbox: str, names: Iterable[str]) -> None:
        """Folders that are not there any more are forgotten, also those that went while nobody looked."""
        mine = f"{_PREFIX}{inbox}/"
        present = set(names)
        for known in self._ledger.remembered(mine):
            if known not in present and "/" not in known:  # else it is of an inbox inside this one
                self._ledger.remember(mine + known, None)
        for key in [key for key in self._known if key.name not in present]:
            del self._known[key]

    def _kept(self, key: FolderKey) -> _Kept | None:
        if key not in self._known:
            self._known[key] = _read(self._ledger.recall(_name(key)))
        return self._known[key]

    def _forget(self, key: FolderKey) -> None:
        self._known[key] = None
        self._ledger.remember(_name(key), None)


def _name(key: FolderKey) -> str:
    return f"{_PREFIX}{key.inbox}/{key.name}"


def _text(kept: _Kept) -> str:
    told = {"signature": kept.signature, "quiet_since": kept.quiet_since, "files": dict(kept.unfinished_since)}
    return json.dumps(told)  # ASCII: names that are no text are written as lone surrogates, and read back as such


def _read(text: str | None) -> _Kept | None:
    """What cannot be read counts for nothing: the waiting begins anew."""
    if text is None:
        return None
    try:
        told = json.loads(text)
        return _Kept(
            signature=str(told["signature"]),
            quiet_since=float(told["quiet_since"]),
            unfinished_since={str(file): float(since) for file, since in told["files"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
