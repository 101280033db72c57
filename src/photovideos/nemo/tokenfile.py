"""The file that holds client id and tokens: mode 0600, replaced whole, one writer at a time across processes.

    {"version": 1, "client_id": "…", "accounts": {"https://…": {"current": {…}, "older": [{…}], "not_before": 0.0}}}

What the tokens are for and when they are asked for is decided in `token`.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from photovideos import disk, logs
from photovideos.errors import Stopping

_CLIENT_ID = re.compile(r'"client_id"\s*:\s*"([0-9a-fA-F-]{36})"')
_log = logs.get("token")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One free token; times in seconds since the epoch. `is_refused`: the backend said 1001 to it."""

    secret: str = field(repr=False)
    user_id: str | None
    issued_at: float
    expires_at: float
    is_refused: bool = False

    def having_been_refused(self) -> Held:
        return replace(self, is_refused=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The tokens for one origin. `older`: kept while a render refers to them. `not_before`: no ask until then (429)."""

    current: Held | None = None
    older: tuple[Held, ...] = ()
    not_before: float = 0.0

    @property
    def all(self) -> tuple[Held, ...]:
        return (*((self.current,) if self.current else ()), *self.older)

    def having(self, **changes: Any) -> Account:
        return replace(self, **changes)


class TokenFile:
    """Reading needs no lock, since the file is only ever replaced; `client_id` and `write` belong inside `locked`.

    Whatever writes raises NoSpace and TryLater.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def locked(self, stop: threading.Event) -> Iterator[None]:
        """The only writer among all processes. Raises Stopping while it waits."""
        with disk.told_as_ours(self._path.parent):
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(f"{self._path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            while True:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if stop.wait(0.2):
                        raise Stopping from None
            yield
        finally:
            os.close(descriptor)

    def read(self, origin: str) -> Account:
        accounts = self._load().get("accounts")
        found = accounts.get(origin) if isinstance(accounts, dict) else None
        if not isinstance(found, dict):
            return Account()
        older = found.get("older")
        not_before = found.get("not_before")
        return Account(
            current=_held(found.get("current")),
            older=tuple(held for item in (older if isinstance(older, list) else ()) if (held := _held(item))),
            not_before=float(not_before) if isinstance(not_before, int | float) else 0.0,
        )

    def write(self, origin: str, kept: Account) -> None:
        content = self._load()
        accounts = content.get("accounts")
        others = accounts if isinstance(accounts, dict) else {}
        self._replace({**content, "version": 1, "accounts": {**others, origin: asdict(kept)}})

    def client_id(self) -> str:
        """Made once, then always the same."""
        content = self._load()
        known = content.get("client_id")
        if isinstance(known, str) and _is_uuid(known):
            return known
        made = str(uuid.uuid4())
        self._replace({**content, "version": 1, "client_id": made})
        return made

    def _load(self) -> dict[str, Any]:
        try:
            text = self._path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return {}
        try:
            content = json.loads(text)
        except ValueError:
            content = None
        if isinstance(content, dict):
            return content
        found = _CLIENT_ID.search(text)  # a damaged file loses its tokens, not the identity they were given to
        _log.warning("token_file.damaged", client_id_kept=found is not None)
        return {"client_id": found.group(1)} if found else {}

    def _replace(self, content: dict[str, Any]) -> None:
        with disk.told_as_ours(self._path.parent):
            self._written(content)

    def _written(self, content: dict[str, Any]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = f"{self._path}.part"
        with suppress(FileNotFoundError):
            os.unlink(part)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(content, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, self._path)
        except OSError:
            with suppress(OSError):
                os.unlink(part)
            raise
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _held(value: object) -> Held | None:
    """None for what cannot be a token of ours."""
    if not isinstance(value, dict) or not isinstance(value.get("secret"), str) or not value["secret"]:
        return None
    user_id, issued, ends = value.get("user_id"), value.get("issued_at"), value.get("expires_at")
    return Held(
        secret=value["secret"],
        user_id=user_id if isinstance(user_id, str) else None,
        issued_at=float(issued) if isinstance(issued, int | float) else 0.0,
        expires_at=float(ends) if isinstance(ends, int | float) else 0.0,
        is_refused=value.get("is_refused") is True,
    )


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
