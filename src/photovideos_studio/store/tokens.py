"""Who may use the studio: anonymous tokens for seven days, one a client id and some an address, and the secret of a
token file.

Only digests of tokens, clients and addresses are on the disk. Knows no HTTP: the routes say what a refusal is called.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from photovideos_studio.store import disk

LIFETIME_SECONDS = 7 * 86400.0
UNUSED_SECONDS = 20.0  # shorter than the 30 s after which a client asks once more
FORGET_SECONDS = 30 * 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Whoever asks: the user, and the digest of the token it asked with (a render belongs to its token)."""

    user_id: str
    token_digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A token as it is handed out, the only time it is seen."""

    token: str
    user_id: str
    expires_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    client_digest: str
    user_id: str
    issued_at: float
    expires_at: float
    used: bool = False
    address_digest: str = ""


class Tokens:
    """The book of tokens. Safe from any thread."""

    def __init__(
        self, path: Path, *, own_secret: str | None = None, lifetime_seconds: float = LIFETIME_SECONDS
    ) -> None:
        self._path = path
        self._own_digest = _digest(own_secret) if own_secret else None
        self._lifetime_seconds = lifetime_seconds
        self._lock = threading.Lock()
        saved = disk.read_json(path) or {}
        self._records = {key: _Record(**value) for key, value in saved.items()}  # token digest -> record; by _lock

    def issue(
        self, client_id: str, *, now: float, address: str | None = None, per_address: int | None = None
    ) -> Issued | None:
        """A token, or None while this client id has one that lives, or `address` got `per_address` of them in the life
        of one (429). None: no limit.

        A token that was never used some seconds after it was given out never arrived: it is taken back and another one
        given, so that an answer lost on the way locks nobody out for a week.
        """
        client = _digest(client_id)
        place = _digest(address) if address is not None else ""
        with self._lock:
            for key, record in list(self._records.items()):
                if record.client_digest == client and record.expires_at > now:
                    if record.used or now - record.issued_at < UNUSED_SECONDS:
                        return None
                    del self._records[key]
                elif record.expires_at + FORGET_SECONDS < now:
                    del self._records[key]
            if per_address is not None and self._given_to(place, since=now - self._lifetime_seconds) >= per_address:
                return None
            token = f"nmv_usr_{secrets.token_urlsafe(32)}"
            record = _Record(
                client_digest=client,
                user_id=f"anon_{client[:16]}",
                issued_at=now,
                expires_at=now + self._lifetime_seconds,
                address_digest=place,
            )
            self._records[_digest(token)] = record
            self._save()
        return Issued(token=token, user_id=record.user_id, expires_at=record.expires_at)

    def _given_to(self, place: str, *, since: float) -> int:
        return sum(one.address_digest == place and one.issued_at > since for one in self._records.values())

    def account(self, token: str, *, now: float) -> Account | None:
        """Whose token this is; None when it is unknown or expired (1001)."""
        key = _digest(token)
        if self._own_digest is not None and hmac.compare_digest(key, self._own_digest):
            return Account(user_id=f"user_{key[:16]}", token_digest=key)
        with self._lock:
            record = self._records.get(key)
            if record is None or record.expires_at <= now:
                return None
            if not record.used:
                self._records[key] = replace(record, used=True)
                self._save()
        return Account(user_id=record.user_id, token_digest=key)

    def end(self, token: str, *, now: float) -> None:
        """The token is no longer accepted, and its client id may ask for another."""
        key = _digest(token)
        with self._lock:
            record = self._records.get(key)
            if record is not None and record.expires_at > now:
                self._records[key] = replace(record, expires_at=now)
                self._save()

    def _save(self) -> None:
        disk.write_json(self._path, {key: asdict(record) for key, record in self._records.items()})


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
