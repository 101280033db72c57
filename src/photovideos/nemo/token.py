"""The tokens of an account and the client id, kept in one private file (contract §2). Tokens never leave `nemo`.

Keyed by the API's origin. The client id is made once and kept for ever: no limit is ever got round with a new one. The
user's own NEMO_TOKEN is used as it is: never stored, refreshed or replaced. Two processes never ask at once (flock),
and after a 429 none of them asks before the moment that stands in the file.
Thread-safe: `_lock` guards every ask; the file is the truth and is read again under it.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from photovideos import logs
from photovideos.errors import RateLimited, RequestRefused, TokenLimited, TryLater
from photovideos.model import Token
from photovideos.nemo import account
from photovideos.nemo.client import NemoClient
from photovideos.nemo.tokenfile import Account, Held, TokenFile
from photovideos.nemo.wire import Grant

_SENDABLE = re.compile(r"[\x21-\x7e]{1,4096}")
_SCHEDULE_SECONDS = 3600.0
_LONGEST_WAIT_SECONDS = 7 * 86400.0  # the longest limit there is (contract §2); a later moment is a clock set back
_SLICE_SECONDS = 0.2
_log = logs.get("token")


def fingerprint_of(secret: str) -> str:
    """12 hex digits of the SHA-256: what ledger and log may hold of a token."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()[:12]


def schedule_seconds(lifetime_days: float) -> float:
    """How often the schedule looks whether a token is due, and how long nobody asks after a second 429."""
    return min(_SCHEDULE_SECONDS, lifetime_days * 86400)


class TokenBook:
    """The tokens for one backend.

    `own_token`: NEMO_TOKEN or the systemd credential, None: free tokens. `lifetime_days`: of a token that does not say
    when it expires.
    """

    def __init__(
        self,
        path: Path,
        client: NemoClient,
        origin: str,
        own_token: str | None,
        *,
        stop: threading.Event,
        now: Callable[[], float],
        lifetime_days: float = 7.0,
        rate_limit_wait_seconds: float = 30.0,
    ) -> None:
        self._file = TokenFile(path)
        self._client = client
        self._origin = origin
        self._own = own_token.strip() if own_token and own_token.strip() else None
        self._stop = stop
        self._now = now
        self._lifetime_seconds = lifetime_days * 86400
        self._schedule_seconds = schedule_seconds(lifetime_days)
        self._wait_seconds = rate_limit_wait_seconds
        self._lock = threading.Lock()
        self._unsaved: Account | None = None  # what could not be written; guarded by _lock

    def token(self, *, stop: threading.Event | None = None) -> Token:
        """The token to use now; asks for one if there is none that lives.

        `stop`, besides the book's own: ends all waiting. Raises TokenLimited (wait and come again), ServiceTrouble,
        TokenRefused (an own token that cannot be sent), Stopping.
        """
        if self._own is not None:
            return self._own_token()
        held = self._living(self._file.read(self._origin))
        return _token(held) if held else self._renewed(None, stop or self._stop)

    def renew(self, refused: Token, *, stop: threading.Event | None = None) -> Token:
        """Another token after the backend refused this one (1001).

        Raises as `token`; TokenRefused for the user's own.
        """
        if refused.is_own or self._own is not None:
            raise account.token_refused(self._client.service)
        return self._renewed(refused.fingerprint, stop or self._stop)

    def by_fingerprint(self, fingerprint: str) -> Token | None:
        """The token a job or a render began with, if it is still known."""
        if self._own is not None and fingerprint_of(self._own) == fingerprint:
            return self._own_token()
        kept = self._file.read(self._origin)
        held = next((held for held in kept.all if fingerprint_of(held.secret) == fingerprint), None)
        return _token(held) if held else None

    def due_at(self) -> float | None:
        """When the free token is to be refreshed, seconds since the epoch; None if there is none."""
        if self._own is not None:
            return None
        current = self._file.read(self._origin).current
        return self._due_at(current) if current else None

    def refresh_if_due(self) -> bool:
        """Gets a new free token at the end of the old one's days, or where jobs wait for one that a limit kept from
        them; whether it did. For the schedule, and for the start.

        Trouble and limits are left to the next time, or to the job that needs a token; the old one is kept while it
        lives.
        """
        if not self._is_due():
            return False
        try:
            self._renewed(None, self._stop, is_refresh=True)
        except TryLater as error:
            _log.warning("token.refresh_postponed", reason=str(error), detail=error.detail)
            return False
        return True

    def forget_all_but(self, fingerprints: Collection[str]) -> None:
        """Drops older tokens that no render refers to any more."""
        with self._alone(self._stop):
            kept = self._file.read(self._origin)
            older = tuple(held for held in kept.older if fingerprint_of(held.secret) in fingerprints)
            if older != kept.older:
                self._file.write(self._origin, kept.having(older=older))

    # --- asking --------------------------------------------------------------------------------------------------

    def _own_token(self) -> Token:
        assert self._own is not None
        if not _SENDABLE.fullmatch(self._own):  # it would stand in an exception's text if it were tried
            raise account.token_refused(self._client.service, detail="NEMO_TOKEN holds blanks or other odd characters")
        return Token(
            secret=self._own,
            fingerprint=fingerprint_of(self._own),
            user_id=None,
            expires_at=float("inf"),
            is_own=True,
        )

    def _living(self, kept: Account) -> Held | None:
        held = kept.current
        return held if held and not held.is_refused and held.expires_at > self._now() else None

    def _is_due(self) -> bool:
        if self._own is not None:
            return False
        kept = self._file.read(self._origin)
        if kept.not_before and self._living(kept) is None:  # somebody asked for one and was turned away
            return True
        return kept.current is not None and self._due_at(kept.current) <= self._now()

    def _due_at(self, held: Held) -> float:
        return min(held.expires_at, held.issued_at + self._lifetime_seconds)

    @contextmanager
    def _alone(self, stop: threading.Event) -> Iterator[None]:
        """The only one who asks, among the threads here and among all processes. Raises Stopping while it waits."""
        while not self._lock.acquire(timeout=_SLICE_SECONDS):
            self._client.pause(0, stop=stop)
        try:
            with self._file.locked(stop):
                yield
        finally:
            self._lock.release()

    def _renewed(self, refused: str | None, stop: threading.Event, *, is_refresh: bool = False) -> Token:
        """A living token, asked for under the lock unless somebody else got one meanwhile."""
        with self._alone(stop):
            self._save()
            kept = self._file.read(self._origin)
            if refused and kept.current and fingerprint_of(kept.current.secret) == refused:
                kept = kept.having(current=kept.current.having_been_refused())
                self._file.write(self._origin, kept)
            held = self._living(kept)
            if held and not (is_refresh and self._due_at(held) <= self._now()):
                return _token(held)
            self._respect_limit(kept)
            return _token(self._asked(kept, stop))

    def _respect_limit(self, kept: Account) -> None:
        left = kept.not_before - self._now()
        if 0 < left <= _LONGEST_WAIT_SECONDS:
            raise self._limited(left)

    def _limited(self, seconds: float, detail: str = "") -> TokenLimited:
        return TokenLimited(
            f"{self._client.service} gives out no new free token yet.",
            advice="It is asked again by itself. With a token of your own (NEMO_TOKEN) it goes on at once.",
            detail=detail,
            retry_after_seconds=seconds,
        )

    def _asked(self, kept: Account, stop: threading.Event) -> Held:
        client_id = self._file.client_id()
        try:
            grant = self._granted(client_id, stop)
        except RateLimited as error:
            wait = min(max(self._schedule_seconds, error.retry_after_seconds or 0), _LONGEST_WAIT_SECONDS)
            self._file.write(self._origin, kept.having(not_before=self._now() + wait))
            raise self._limited(wait, error.detail) from error
        now = self._now()
        ends = grant.expires_at if grant.expires_at and grant.expires_at > now else now + self._lifetime_seconds
        held = Held(secret=grant.secret, user_id=grant.user_id, issued_at=now, expires_at=ends)
        older = tuple(one for one in kept.all if one.secret != grant.secret)
        self._unsaved = kept.having(current=held, older=older, not_before=0.0)
        self._save()
        _log.info("token.received", fingerprint=fingerprint_of(held.secret), service=self._client.service)
        return held

    def _save(self) -> None:
        """A token is given once in seven days: where there is no room for it now, it is kept here and saved later."""
        if self._unsaved is not None:
            self._file.write(self._origin, self._unsaved)
            self._unsaved = None

    def _granted(self, client_id: str, stop: threading.Event) -> Grant:
        """The answer to at most three asks: the first, one more after 400, one more 30 s after 429."""
        has_named, has_waited = False, False
        while True:
            try:
                return self._client.anonymous_grant(client_id, stop=stop)
            except RequestRefused as error:
                if has_named or 400 not in (error.status, error.code):
                    raise
                has_named = True  # a client id is there and kept; it did not arrive, so it is sent once more
            except RateLimited:
                if has_waited:
                    raise
                has_waited = True
                self._client.pause(self._wait_seconds, stop=stop)


def _token(held: Held) -> Token:
    return Token(
        secret=held.secret,
        fingerprint=fingerprint_of(held.secret),
        user_id=held.user_id,
        expires_at=held.expires_at,
        is_own=False,
    )
