"""Messages that were accepted and not carried out yet: whoever is killed in between carries them out when it is back.

    sessions/<19 digits>/accepted/<key>.json   what was asked, by whom, and the draft's digest when its turn came

A client that heard 200 must not send its message again (it may be charged), so it is on disk before that is said. What
a message means, and whose turn it is, others know.
"""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from photovideos_studio.store import disk

MOST_TURNS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """`draft_before`: digest of the draft when its turn came ("" without one); None: its turn has not come.

    `turns`: how often it was begun.
    """

    key: str
    session_id: str
    user_id: str
    text: str
    draft_before: str | None = None
    turns: int = 0

    @property
    def is_hopeless(self) -> bool:
        """The studio went down with it each time: it would do so for ever."""
        return self.turns >= MOST_TURNS


class AcceptedMessages:
    """By session. Each message is written by the one task that carries it out."""

    def __init__(self, sessions_folder: Path) -> None:
        self._folder = sessions_folder

    def take(self, session_id: str, user_id: str, text: str, *, at: float) -> Accepted:
        """On disk when this returns."""
        key = f"{round(at * 1000):015d}-{secrets.token_hex(4)}"  # sorts by time
        message = Accepted(key=key, session_id=session_id, user_id=user_id, text=text)
        disk.make_folder(self._path(message).parent)
        self._write(message)
        return message

    def begin(self, message: Accepted) -> Accepted:
        """Its turn has come."""
        begun = replace(message, draft_before=self._draft_digest(message), turns=message.turns + 1)
        self._write(begun)
        return begun

    def is_done(self, message: Accepted) -> bool:
        """Whether the draft was changed after its turn had come: then only the note about it is missing."""
        return message.draft_before is not None and message.draft_before != self._draft_digest(message)

    def end(self, message: Accepted) -> None:
        with suppress(FileNotFoundError):
            self._path(message).unlink()

    def left(self) -> list[Accepted]:
        """What a studio that went down had not carried out, in the order in which it was asked."""
        found = []
        for path in self._folder.glob("*/accepted/*.json"):
            value = disk.read_json(path)
            with suppress(TypeError):
                found.append(Accepted(**(value or {})))
        return sorted(found, key=lambda message: message.key)

    def _write(self, message: Accepted) -> None:
        disk.write_json(self._path(message), asdict(message))

    def _path(self, message: Accepted) -> Path:
        return self._folder / message.session_id / "accepted" / f"{message.key}.json"

    def _draft_digest(self, message: Accepted) -> str:
        try:
            content = (self._folder / message.session_id / "draft.json").read_bytes()
        except FileNotFoundError:
            return ""
        return hashlib.sha256(content).hexdigest()
