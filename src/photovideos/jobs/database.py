"""The SQLite file under the ledger: opening it, setting a damaged or newer one aside, and its errors as ours."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from photovideos import disk
from photovideos.errors import PhotoVideosError
from photovideos.jobs import schema


class LedgerError(PhotoVideosError):
    """The ledger cannot be used; the message says what to do."""


class LedgerUnusable(LedgerError):
    """For now: no rights, or a disk that refuses to write."""


class Database:
    """One connection behind one lock. `set_aside` names the file a damaged or newer ledger was moved to."""

    def __init__(self, path: Path, *, is_reader: bool = False) -> None:
        self.path = path
        self._is_reader = is_reader
        self.set_aside: Path | None = None
        self.writes = 0  # transactions that this connection ended; written under _lock
        self._lock = threading.RLock()
        self._db = self._opened()

    def _opened(self) -> sqlite3.Connection:
        with self._translated():
            if self._is_reader:
                return self._read_only()
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                return self._connected()
            except (sqlite3.DatabaseError, _NotOursError) as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                self.set_aside = self._put_aside()
            return self._connected()

    def _read_only(self) -> sqlite3.Connection:
        """For commands that only look: nothing is made, nothing is set aside."""
        db = sqlite3.connect(f"{self.path.as_uri()}?mode=ro", uri=True, timeout=30, check_same_thread=False)
        with _closed_on_failure(db):
            try:
                version = db.execute("PRAGMA user_version").fetchone()[0]
            except sqlite3.DatabaseError as error:
                raise LedgerError("photovideos' records cannot be read.", detail=str(error)) from error
            if version != schema.SCHEMA_VERSION:
                raise LedgerError("photovideos' records were written by another version.")
        return db

    def _connected(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
        with _closed_on_failure(db):
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=FULL")
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version > schema.SCHEMA_VERSION:
                raise _NotOursError
            if db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise _NotOursError
            if version < schema.SCHEMA_VERSION:
                _brought_to_today(db, version)
        return db

    def _put_aside(self) -> Path:
        """Keeps a ledger that cannot be used, with its log files, under a name of its own."""
        number = 1
        while (aside := self.path.with_name(f"{self.path.name}.set-aside-{number}")).exists():
            number += 1
        self.path.rename(aside)
        for suffix in ("-wal", "-shm"):
            companion = self.path.with_name(self.path.name + suffix)
            if companion.exists():
                companion.rename(aside.with_name(aside.name + suffix))
        return aside

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, on disk when it is left."""
        with self._lock, self._translated():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
                self.writes += 1
            except BaseException:  # whatever it was goes on: half a transaction must not stay open
                if self._db.in_transaction:  # on a full disk SQLite rolls back by itself
                    self._db.execute("ROLLBACK")
                raise

    def rows(self, sql: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        with self._lock, self._translated():
            return self._db.execute(sql, tuple(values)).fetchall()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """SQLite's errors become ours: a full disk waits, the rest is a clear sentence."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise self._ours(error) from error
        except sqlite3.DatabaseError as error:  # a page that was torn while we ran; the next start sets the file aside
            raise LedgerError(
                "photovideos' own records are damaged.",
                advice="Restart photovideos: it sets the damaged file aside.",
                detail=str(error),
            ) from error
        except OSError as error:
            raise self._ours(error) from error

    def _ours(self, error: sqlite3.OperationalError | OSError) -> PhotoVideosError:
        """A write that finds no room is also told as an I/O error, or as a file that cannot be opened."""
        is_full = error.errno in disk.FULL if isinstance(error, OSError) else "full" in str(error)
        if is_full or (not self._is_reader and disk.is_short_of(self.path.parent, disk.LEAST_BYTES)):
            return disk.no_space(self.path.parent, detail=str(error))
        return LedgerUnusable(
            "photovideos cannot use its own records.", advice="Look at the state directory's rights.", detail=str(error)
        )


class _NotOursError(Exception):
    """A ledger of a newer version, or one whose pages do not fit together."""


@contextmanager
def _closed_on_failure(db: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:  # whatever it was goes on: the file must not be left open by it
        db.close()
        raise


def _brought_to_today(db: sqlite3.Connection, version: int) -> None:
    """All the steps or none."""
    try:
        db.executescript(schema.to_today(version))
    except sqlite3.Error:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
