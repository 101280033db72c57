"""How a call of the API is made: signed, bounded, asked again in place, and its codes turned into errors.

Repeatable calls are asked again on 408, 5xx and transport errors, three times within a minute (contract §9).
Authorization goes to the API's own origin alone; no redirect is followed. Which calls there are stands in `client`.
Thread-safe: `_accounts` is guarded by `_lock`.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import tenacity

from photovideos.errors import NeedsPerson, OutcomeUnknown, RateLimited, ServiceTrouble, Unreachable
from photovideos.model import SessionId, Token
from photovideos.nemo import account, codes
from photovideos.nemo.account import Attribution
from photovideos.nemo.codes import Call
from photovideos.nemo.exchange import BrokenExchange, Http, Incoming, NoConnection, Reply
from photovideos.nemo.jsontext import JsonError
from photovideos.nemo.patience import Patience, until

MAX_ANSWER_BYTES = 64 * 1024 * 1024  # drafts of long films are some MB
_WITHIN_SECONDS = 60.0  # contract §9
_MAX_ACCOUNTS = 1000
_JSON = {"Content-Type": "application/json", "Accept": "application/json"}

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long the client waits for what, in seconds.

    `silence`: the longest time without a byte on calls that answer at once; `whole`: such a call altogether.
    `upload`: until an upload is answered once it is sent. `stream`: an instruction altogether. `again`: the waits
    before a repeatable call is asked again.
    """

    silence: float = 30.0
    whole: float = 60.0
    upload: float = 300.0
    stream: float = 900.0
    again: tuple[float, ...] = (2.0, 6.0, 15.0)


class Nonsense(ServiceTrouble):
    """An answer that is not what was published: asking again at once would bring the same."""


class Caller:
    """Calls to one API. `once` keeps no connections: for what must not be sent into one that just died."""

    def __init__(
        self,
        base_url: str,
        *,
        attribution: Attribution,
        stop: threading.Event,
        socket: Path | None,
        proxy: str | None,
        service: str,
        pace: Pace,
    ) -> None:
        self.base_url = base_url
        self.service = service
        self.pace = pace
        self.once = Http(socket=socket, proxy=proxy, keeps_connections=False)
        self._lasting = Http(socket=socket, proxy=proxy)
        self._stop = stop
        self._headers = attribution.headers
        self._lock = threading.Lock()
        self._accounts: dict[SessionId, str] = {}  # whose session it is, for the registration link

    def close(self) -> None:
        self._lasting.close()
        self.once.close()

    def ask(self, call: Call, method: str, path: str, read: Callable[[bytes], T], *args: Any, **options: Any) -> T:
        """One repeatable call; arguments as of `exchange`."""
        return self.repeated(lambda: self.exchange(call, method, path, read, *args, **options), options.get("stop"))

    def repeated(self, ask: Callable[[], T], stop: threading.Event | None = None) -> T:
        """What `ask` returns, asked again while it meets trouble that may pass within a minute."""
        waits = self.pace.again
        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(len(waits) + 1) | tenacity.stop_after_delay(_WITHIN_SECONDS),
            wait=tenacity.wait_chain(*[tenacity.wait_random(wait, wait * 1.25) for wait in waits or (0.0,)]),
            retry=tenacity.retry_if_exception(may_pass),
            sleep=lambda seconds: self.pause(seconds, stop=stop),
            reraise=True,
        )
        return retrying(ask)

    def exchange(
        self,
        call: Call,
        method: str,
        path: str,
        read: Callable[[bytes], T],
        token: Token | None = None,
        *,
        session_id: SessionId | None = None,
        headers: Mapping[str, str] | None = None,
        silence: float | None = None,
        whole: float | None = None,
        stop: threading.Event | None = None,
        **body: Any,
    ) -> T:
        """One call and what `read` makes of its answer. `silence`, `whole`: seconds, None: as usual."""
        silence = silence or self.pace.silence
        with self.told_as_ours(call):
            reply = (self.once if call is Call.RENDER else self._lasting).exchange(
                method,
                self.base_url + path,
                max_bytes=MAX_ANSWER_BYTES,
                headers=self.signed(token) | (_JSON if "file" not in body else {}) | dict(headers or {}),
                patience=self.patience(whole or self.pace.whole + silence, stop=stop),
                silence_seconds=silence,
                **body,
            )
        return self._read(call, reply, read, token, session_id)

    def error(self, said: codes.Answer, call: Call, token: Token | None, session_id: SessionId | None) -> Exception:
        """The error that an unsuccessful answer means, with the advice for this account."""
        error = codes.error_of(said, call, service=self.service)
        if isinstance(error, NeedsPerson):
            with self._lock:
                owner = self._accounts.get(session_id) if session_id else None
            return account.advised(error, token, owner)
        return error

    def remember(self, session_id: SessionId, user_id: str | None, *, is_first_hand: bool) -> None:
        """Whose session it is; the session's own word (`is_first_hand`) goes before the state's."""
        if not user_id or not account.is_bindable(user_id):
            return
        with self._lock:
            if is_first_hand or session_id not in self._accounts:
                self._accounts[session_id] = user_id
            while len(self._accounts) > _MAX_ACCOUNTS:
                self._accounts.pop(next(iter(self._accounts)))

    def signed(self, token: Token | None) -> dict[str, str]:
        return self._headers | ({"Authorization": f"Bearer {token.secret}"} if token else {})

    @contextmanager
    def told_as_ours(self, call: Call) -> Iterator[None]:
        """Unreachable where nothing was sent, else the trouble of this call."""
        try:
            yield
        except NoConnection as error:
            raise Unreachable(f"{self.service} could not be reached.", detail=str(error)) from error
        except BrokenExchange as error:
            raise codes.trouble_of(call)(
                f"The connection to {self.service} broke.", detail=f"{call.name.lower()}: {error}"
            ) from error

    def patience(
        self,
        seconds: float = math.inf,
        *,
        stop: threading.Event | None = None,
        on_idle: Callable[[], None] | None = None,
    ) -> Patience:
        stops = (self._stop, stop) if stop is not None and stop is not self._stop else (self._stop,)
        return Patience(stops=stops, ends_at=until(seconds), on_idle=on_idle)

    def pause(
        self, seconds: float, *, stop: threading.Event | None = None, on_idle: Callable[[], None] | None = None
    ) -> None:
        """Waits; `on_idle` is called now and then meanwhile. Raises Stopping."""
        patience = self.patience(stop=stop, on_idle=on_idle)
        ends_at = until(seconds)
        patience.check()
        while (left := ends_at - until(0)) > 0:
            patience.rest(left)
            patience.idle()

    def _read(
        self,
        call: Call,
        reply: Reply,
        read: Callable[[bytes], T],
        token: Token | None,
        session_id: SessionId | None,
    ) -> T:
        body = codes.without(reply.body, token.secret) if token else reply.body
        said = codes.read(reply.status, body, retry_after=reply.headers.get("retry-after"), is_render=call is Call.POLL)
        if not said.is_success:
            raise self.error(said, call, token, session_id)
        try:
            return read(body)
        except JsonError as error:
            raise Nonsense(
                f"{self.service} answered in a way that makes no sense.", detail=f"{call.name.lower()}: {error}"
            ) from error


def said_in(answer: Incoming, token: Token) -> codes.Answer:
    """What an answer that is not the one that was hoped for says about itself."""
    body = codes.without(answer.read_beginning(64 * 1024), token.secret)
    return codes.read(answer.status, body, retry_after=answer.headers.get("retry-after"))


def may_pass(error: BaseException) -> bool:
    """Whether asking again within the minute makes sense."""
    return (
        isinstance(error, ServiceTrouble)
        and not isinstance(error, RateLimited | OutcomeUnknown | Nonsense)
        and (error.retry_after_seconds or 0) <= 15
    )
