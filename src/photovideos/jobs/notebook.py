"""What the ledger's file holds besides jobs: wishes of commands, what is known of inboxes, and small facts.

It opens the file for the `Ledger`, which is built on it. Decides nothing; every method is one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from photovideos.jobs.database import Database
from photovideos.jobs.records import Request, as_name, as_stored
from photovideos.model import FolderKey


class Notebook:
    """Opens (and makes) the file at `path`; `set_aside` names the one a damaged or newer ledger was moved to."""

    def __init__(self, path: Path, *, clock: Callable[[], float], is_reader: bool = False) -> None:
        self.path = path
        self._clock = clock
        self._db = Database(path.absolute(), is_reader=is_reader)
        self.set_aside = self._db.set_aside

    def close(self) -> None:
        self._db.close()

    # --- wishes of commands ----------------------------------------------------------------------------------------

    def ask(self, verb: str, path: str) -> int:
        """A command's wish, for the daemon to carry out; returns its id."""
        with self._db.writing() as db:
            cursor = db.execute(
                "INSERT INTO requests (verb, path, asked_at) VALUES (?,?,?)", (verb, as_stored(path), self._clock())
            )
            return int(cursor.lastrowid or 0)

    def asked(self) -> list[Request]:
        rows = self._db.rows("SELECT id, verb, path FROM requests WHERE answer IS NULL ORDER BY id")
        return [Request(id=row[0], verb=row[1], path=as_name(row[2])) for row in rows]

    def answer(self, request_id: int, text: str) -> None:
        with self._db.writing() as db:
            db.execute("UPDATE requests SET answer=? WHERE id=?", (text, request_id))

    def answer_to(self, request_id: int) -> str | None:
        rows = self._db.rows("SELECT answer FROM requests WHERE id=?", (request_id,))
        return rows[0][0] if rows else None

    # --- inboxes ---------------------------------------------------------------------------------------------------

    def inbox_seen(self, inbox: str) -> dict[str, Any] | None:
        """What is known of an inbox seen before (`owner`, `device`, `first_seen_at`), or None."""
        rows = self._db.rows("SELECT owner, device, first_seen_at FROM inboxes WHERE path=?", (as_stored(inbox),))
        return {"owner": rows[0][0], "device": int(rows[0][1]), "first_seen_at": rows[0][2]} if rows else None

    def see_inbox(self, inbox: str, *, owner: str, device: int) -> None:
        with self._db.writing() as db:
            db.execute(
                "INSERT INTO inboxes (path, owner, device, first_seen_at) VALUES (?,?,?,?) "
                "ON CONFLICT(path) DO UPDATE SET owner=excluded.owner, device=excluded.device",
                (as_stored(inbox), owner, str(device), self._clock()),
            )

    def leave_alone(self, keys: Iterable[FolderKey]) -> None:
        """Folders that lay in an inbox before photovideos did: a library."""
        with self._db.writing() as db:
            db.executemany(
                "INSERT OR REPLACE INTO left_alone (inbox, name, inode) VALUES (?,?,?)",
                [(as_stored(key.inbox), as_stored(key.name), str(key.inode)) for key in keys],
            )

    def left_alone(self, inbox: str) -> dict[str, int]:
        """Name and inode of the folders left alone."""
        rows = self._db.rows("SELECT name, inode FROM left_alone WHERE inbox=?", (as_stored(inbox),))
        return {as_name(row[0]): int(row[1]) for row in rows}

    def take_after_all(self, inbox: str, name: str) -> None:
        with self._db.writing() as db:
            db.execute("DELETE FROM left_alone WHERE inbox=? AND name=?", (as_stored(inbox), as_stored(name)))

    # --- small facts that outlive a restart --------------------------------------------------------------------------

    def remember(self, name: str, value: str | None) -> None:
        """A small fact under a name (`token.fingerprint`, `control.<path>` …); None forgets it."""
        with self._db.writing() as db:
            if value is None:
                db.execute("DELETE FROM facts WHERE name=?", (as_stored(name),))
            else:
                db.execute("INSERT OR REPLACE INTO facts (name, value) VALUES (?,?)", (as_stored(name), value))

    def recall(self, name: str) -> str | None:
        rows = self._db.rows("SELECT value FROM facts WHERE name=?", (as_stored(name),))
        return rows[0][0] if rows else None

    def remembered(self, beginning: str) -> dict[str, str]:
        """All small facts whose names begin so, under the rest of their names."""
        facts = ((as_name(row[0]), row[1]) for row in self._db.rows("SELECT name, value FROM facts"))
        return {name.removeprefix(beginning): value for name, value in facts if name.startswith(beginning)}
