"""Sessions on disk: who owns one, what was uploaded into it, and its draft.

    sessions/<19 digits>/session.json      owner, language, seed; its time of change is when it was last touched
                         uploads/000001.json  one record an upload, in order
                         uploads/000001.jpg   its content, if it was copied here
                         draft.json         the timeline as it stands
                         accepted/          messages that were taken and are not carried out yet, see `accepted`
                         messages.jsonl     what was asked, one line a message that was carried out

An upload by reference has no content here: `references` opens it where it lies. Session ids are digits and upload names
are never used as paths, so that nothing a client says names a file.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from photovideos_studio.draft import Draft, DraftError
from photovideos_studio.draft.codec import dumps, loads
from photovideos_studio.facts import Material, MediaFacts
from photovideos_studio.store import disk
from photovideos_studio.store.errors import SessionMissing, SourceChanged
from photovideos_studio.store.names import free_name
from photovideos_studio.store.references import Reference, open_again

SESSIONS_IN_MEMORY = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    id: str
    task_id: str
    user_id: str
    task_name: str
    language: str | None
    seed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One uploaded file: a copy in the store (`stored`, a file name) or a `reference` to where it lies."""

    id: str
    name: str
    size: int
    sha256: str
    facts: MediaFacts
    stored: str | None = None
    reference: Reference | None = None

    @property
    def number(self) -> int:
        """Its place among the session's uploads, from 1."""
        return int(self.id[1:].partition("-")[0])

    @property
    def material(self) -> Material:
        return Material(id=self.id, name=self.name, facts=self.facts)

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "size": self.size,
            "sha256": self.sha256,
            "facts": self.facts.to_json(),
            "stored": self.stored,
            "reference": self.reference.to_json() if self.reference else None,
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Upload:
        reference = value["reference"]
        return cls(
            id=value["id"],
            name=value["name"],
            size=value["size"],
            sha256=value["sha256"],
            facts=MediaFacts.from_json(value["facts"]),
            stored=value["stored"],
            reference=Reference.from_json(reference) if reference else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A file on its way in: received into the store (`part`), or left where it is (`reference`)."""

    name: str
    size: int
    sha256: str
    part: Path | None = None
    reference: Reference | None = None


class Sessions:
    """All sessions. Safe from any thread: `_lock` guards every change."""

    def __init__(self, folder: Path) -> None:
        self._folder = disk.make_folder(folder)
        self._lock = threading.RLock()
        self._uploads: OrderedDict[str, tuple[Upload, ...]] = OrderedDict()  # of sessions in use; by _lock

    def create(self, *, user_id: str, task_name: str, language: str | None) -> Session:
        with self._lock:
            while True:
                # 19 digits and within 63 bits, as the service's own ids are
                number = str(10**18 + secrets.randbelow(8 * 10**18))
                if not (self._folder / number).exists():
                    break
            session = Session(
                id=number,
                task_id=f"task_{secrets.token_hex(8)}",
                user_id=user_id,
                task_name=task_name,
                language=language,
            )
            disk.make_folder(self._folder / number / "uploads")
            self._save(session)
            return session

    def get(self, session_id: str, *, user_id: str) -> Session:
        """Raises SessionMissing, also for another user's."""
        if len(session_id) != 19 or not session_id.isascii() or not session_id.isdigit():
            raise SessionMissing(session_id)
        value = disk.read_json(self._folder / session_id / "session.json")
        if value is None or value.get("user_id") != user_id:
            raise SessionMissing(session_id)
        known: dict[str, Any] = {name: value.get(name) for name in Session.__dataclass_fields__}
        return Session(**known)

    def touch(self, session_id: str, *, now: float) -> None:
        """Somebody uses it: clean-up counts from here."""
        os.utime(self._folder / session_id / "session.json", (now, now))

    def seeded(self, session: Session) -> Session:
        """The session with its seed, which its first message fixes.

        The seed comes from what was uploaded and not from chance: the same photos and words make the same film, also in
        the session that replaces a lost one.
        """
        if session.seed is not None:
            return session
        with self._lock:
            digests = "".join(upload.sha256 for upload in self.uploads(session.id))
            session = replace(session, seed=hashlib.sha256(digests.encode()).hexdigest()[:16])
            self._save(session)
            return session

    def _save(self, session: Session) -> None:
        value = {name: getattr(session, name) for name in Session.__dataclass_fields__}
        disk.write_json(self._folder / session.id / "session.json", value)

    # --- uploads ---------------------------------------------------------------------------------------------------

    def uploads(self, session_id: str) -> tuple[Upload, ...]:
        """In the order in which they came."""
        with self._lock:
            if session_id not in self._uploads:
                self._uploads[session_id] = self._read_uploads(session_id)
                while len(self._uploads) > SESSIONS_IN_MEMORY:
                    self._uploads.popitem(last=False)
            self._uploads.move_to_end(session_id)
            return self._uploads[session_id]

    def _read_uploads(self, session_id: str) -> tuple[Upload, ...]:
        folder = self._folder / session_id / "uploads"
        try:
            names = sorted(name for name in os.listdir(folder) if name.endswith(".json") and not name.startswith("."))
        except FileNotFoundError as error:
            raise SessionMissing(session_id) from error
        records = (disk.read_json(folder / name) for name in names)
        return tuple(Upload.from_json(record) for record in records if record is not None)

    def add_upload(self, session_id: str, content: Content, facts: MediaFacts) -> Upload:
        """Takes a received file over; a name that is taken gets ` (2)`."""
        folder = self._folder / session_id / "uploads"
        with self._lock:
            there = self.uploads(session_id)
            number = 1 + max((upload.number for upload in there), default=0)  # not their count: records get damaged
            stored = None
            if content.part is not None:
                stored = f"{number:06d}{os.path.splitext(content.name)[1][:8]}"
                disk.move_into(content.part, folder / stored)
            upload = Upload(
                id=f"u{number}-{content.sha256[:12]}",
                name=free_name(content.name, taken={upload.name for upload in there}),
                size=content.size,
                sha256=content.sha256,
                facts=facts,
                stored=stored,
                reference=content.reference,
            )
            disk.write_json(folder / f"{number:06d}.json", upload.to_json())
            self._uploads[session_id] = (*there, upload)
            return upload

    def open_upload(self, session_id: str, upload: Upload) -> int:
        """A descriptor of the content as it was uploaded. Raises SourceChanged."""
        if upload.reference is not None:
            return open_again(upload.reference, upload.sha256, upload.name)
        assert upload.stored is not None  # a content has a part or a reference
        try:
            return os.open(self._folder / session_id / "uploads" / upload.stored, os.O_RDONLY | os.O_NOFOLLOW)
        except FileNotFoundError as error:
            raise SourceChanged(f"{upload.name}: it is no longer in the store") from error

    # --- the draft -------------------------------------------------------------------------------------------------

    def draft(self, session_id: str) -> Draft | None:
        """None before the first edit, and for a draft of a version that is not understood any more."""
        try:
            return loads((self._folder / session_id / "draft.json").read_bytes())
        except (FileNotFoundError, DraftError):
            return None

    def draft_json(self, session_id: str) -> dict[str, Any] | None:
        """The draft as it is given out; None before the first edit."""
        return disk.read_json(self._folder / session_id / "draft.json")

    def save_draft(self, session_id: str, draft: Draft) -> None:
        disk.write_bytes(self._folder / session_id / "draft.json", dumps(draft).encode())

    def note_message(self, session_id: str, text: str, *, at: float, changed: bool) -> None:
        """A message was carried out: how often, and what it did, is what one asks after a crash."""
        line = json.dumps({"at": at, "changed": changed, "text": text[:2000]}, ensure_ascii=False)
        with self._lock, open(self._folder / session_id / "messages.jsonl", "a", encoding="utf-8") as file:
            file.write(line + "\n")

    # --- clean-up --------------------------------------------------------------------------------------------------

    def by_age(self) -> list[tuple[float, str]]:
        """(last touched, id), the oldest first; what has no record, and is not being made, is as old as can be."""
        found = []
        with self._lock:
            for name in os.listdir(self._folder):
                try:
                    found.append((os.stat(self._folder / name / "session.json").st_mtime, name))
                except OSError:
                    found.append((0.0, name))
        return sorted(found)

    def remove(self, session_id: str) -> int:
        """Bytes that became free."""
        with self._lock:
            self._uploads.pop(session_id, None)
            return disk.remove_folder(self._folder / session_id)
