"""Every endpoint of the contract (contract.md), and how each call is asked again. What a job makes of it is not
decided here.

Repeatable calls are asked again in place on 408, 5xx and transport errors, three times within a minute (§9); an
instruction and the POST of a render go out once. Authorization goes to the API's own origin alone, on every call but
the token's; nothing here follows a redirect. Thread-safe: `_accounts` and `_talks` are guarded by `_lock`.
"""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

import tenacity

from photovideos.errors import NeedsPerson, OutcomeUnknown, RateLimited, ServiceTrouble, Stopping, Unreachable
from photovideos.model import Balance, RawJson, RenderId, RenderRecord, Session, SessionId, SessionState, Token
from photovideos.nemo import account, codes, exchange, sse, wire
from photovideos.nemo.account import Attribution
from photovideos.nemo.codes import Call
from photovideos.nemo.exchange import BrokenExchange, Http, Incoming, NoConnection, Reply
from photovideos.nemo.jsontext import JsonError
from photovideos.nemo.network import Patience
from photovideos.nemo.wire import Grant, RenderStatus

MAX_ANSWER_BYTES = 64 * 1024 * 1024  # drafts of long films are some MB
_SLOWEST_UPLOAD_BYTES_PER_SECOND = 16 * 1024
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


@dataclass(slots=True)
class _Talk:
    """One session's turn; `users`: threads that hold or wait for it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    users: int = 0


class NemoClient:
    """One backend. `service` is its name for people; `now`: seconds since the epoch."""

    def __init__(
        self,
        base_url: str,
        *,
        attribution: Attribution,
        stop: threading.Event,
        now: Callable[[], float],
        socket: Path | None = None,
        proxy: str | None = None,
        service: str = "NemoVideo",
        pace: Pace | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.origin = "{0.scheme}://{0.netloc}".format(urlsplit(self.base_url))
        self.service = service
        self.pace = pace or Pace()
        self.now = now
        self._stop = stop
        self._headers = attribution.headers
        self._lasting = Http(socket=socket, proxy=proxy)
        self._once = Http(socket=socket, proxy=proxy, keeps_connections=False)
        self._lock = threading.Lock()
        self._accounts: dict[SessionId, str] = {}  # whose session it is, for the registration link
        self._talks: dict[SessionId, _Talk] = {}

    def close(self) -> None:
        self._lasting.close()
        self._once.close()

    # --- calls that may be repeated ----------------------------------------------------------------------------------

    def anonymous_grant(self, client_id: str) -> Grant:
        """A free token (contract §2). Raises RateLimited, RequestRefused (400), ServiceTrouble."""
        return self._ask(
            Call.TOKEN, "POST", "/api/auth/anonymous-token", wire.token, headers={"X-Client-Id": client_id}
        )

    def open_session(self, token: Token, language: str | None) -> Session:
        path = "/api/tasks/me/with-session/nemo_agent"
        session = self._ask(Call.SESSION, "POST", path, wire.session, token, content=wire.session_request(language))
        if session.user_id:
            with self._lock:
                self._accounts[session.id] = session.user_id
        return session

    def credits(self, token: Token) -> Balance:
        return self._ask(Call.CREDITS, "GET", "/api/credits/balance/simple", wire.balance, token)

    def state(self, token: Token, session_id: SessionId) -> SessionState:
        path = f"/api/state/nemo_agent/me/{_segment(session_id)}/latest"
        found = self._ask(Call.STATE, "GET", path, wire.state, token, session_id=session_id)
        if found.user_id:
            with self._lock:
                self._accounts.setdefault(session_id, found.user_id)
        return found

    def upload_urls(self, token: Token, session_id: SessionId, urls: Sequence[str]) -> tuple[str, ...]:
        """The server's names of the files at `urls`. Raises FileRefused."""
        return self._ask(
            Call.UPLOAD,
            "POST",
            _upload_path(session_id),
            wire.uploaded,
            token,
            session_id=session_id,
            content=wire.urls_request(urls),
            silence=self.pace.upload,
        )

    def upload_file(
        self,
        token: Token,
        session_id: SessionId,
        source: int | Path,
        name: str,
        size: int,
        *,
        media_type: str = "application/octet-stream",
        is_repeated: bool = True,
    ) -> str:
        """Sends one file and returns the server's name for it. A descriptor is read from its start and stays open.

        `is_repeated` False: one try, for callers that look at the state before they send again. Raises FileRefused.
        """

        def send() -> tuple[str, ...]:
            descriptor = os.open(source, os.O_RDONLY | os.O_CLOEXEC) if isinstance(source, Path) else os.dup(source)
            with os.fdopen(descriptor, "rb") as file:
                file.seek(0)
                return self._exchange(
                    Call.UPLOAD,
                    "POST",
                    _upload_path(session_id),
                    wire.uploaded,
                    token,
                    session_id=session_id,
                    file=(name, file, media_type),
                    silence=self.pace.upload,
                    whole=self.pace.upload + size / _SLOWEST_UPLOAD_BYTES_PER_SECOND,
                )

        return (self._repeated(send) if is_repeated else send())[0]

    def poll_render(self, token: Token, render_id: RenderId) -> RenderStatus:
        """Raises RateLimited, ServiceTrouble, TokenExpired, RequestRefused (`status` 404: never heard of)."""
        path = f"/api/render/proxy/lambda/{_segment(render_id)}"
        return self._ask(Call.POLL, "GET", path, wire.render_status, token)

    # --- calls that go out once --------------------------------------------------------------------------------------

    def start_render(
        self, token: Token, record: RenderRecord, session_id: SessionId, draft: RawJson, output: Mapping[str, Any]
    ) -> None:
        """Posts the render `record.id`, which is on disk already. The answer counts only for its codes (contract §8).

        Raises OutcomeUnknown when it may have arrived, Unreachable when it did not, else the errors of the codes.
        """
        content = wire.render_request(record.id, session_id, draft, output)
        self._exchange(
            Call.RENDER,
            "POST",
            "/api/render/proxy/lambda",
            lambda _body: None,
            token,
            session_id=session_id,
            content=content,
        )

    def instruct(
        self,
        token: Token,
        session_id: SessionId,
        text: str,
        *,
        on_accepted: Callable[[], None],
        on_idle: Callable[[], None] | None = None,
        stop: threading.Event | None = None,
    ) -> Iterator[sse.Event]:
        """Sends a message and yields its events as they come; `on_accepted` is called before the first is read.

        `on_idle`: called about five times a second while nothing comes. Raises, by the three cases of contract §7:
        *refused*: Unreachable or the error of the code; *accepted* (after `on_accepted`) or *unknown* (before):
        OutcomeUnknown.
        """
        patience = self._patience(self.pace.stream, stop=stop, on_idle=on_idle)
        headers = self._signed(token) | {"Content-Type": "application/json", "Accept": "text/event-stream"}
        try:
            with self._once.open(
                "POST",
                f"{self.base_url}/run_sse",
                headers=headers,
                content=wire.instruct_request(session_id, text),
                patience=patience,
                silence_seconds=None,  # disconnecting may cancel paid work
            ) as answer:
                if answer.status != 200 or answer.media_type != "text/event-stream":
                    self._raise_no_stream(answer, token, session_id)
                on_accepted()
                decoder = sse.Decoder()
                for chunk in answer.chunks():
                    yield from decoder.feed(chunk)
                yield from decoder.finish()
        except NoConnection as error:
            raise self._unreachable(error) from error
        except (BrokenExchange, sse.EventTooLong) as error:
            raise OutcomeUnknown(
                f"The connection to {self.service} broke while it worked.", detail=f"instruct: {error}"
            ) from error

    def _raise_no_stream(self, answer: Incoming, token: Token, session_id: SessionId) -> None:
        body = answer.read_beginning(64 * 1024)
        said = codes.read(answer.status, body, retry_after=answer.headers.get("retry-after"))
        if codes.is_refusal_of_a_message(said):
            raise self._error(said, Call.INSTRUCT, token, session_id)
        raise OutcomeUnknown(
            f"{self.service} gave no clear answer to the message.",
            detail=f"instruct: status {said.status}, {answer.media_type or 'no type'}, code {said.code}: {said.words}",
        )

    @contextmanager
    def open_download(
        self,
        token: Token,
        render_id: RenderId,
        *,
        headers: Mapping[str, str] | None = None,
        stop: threading.Event | None = None,
    ) -> Iterator[Incoming]:
        """The fallback route of a finished render, as it answers (contract §8); nothing is repeated.

        Raises Unreachable, ServiceTrouble (broken while it was read; nothing is lost by asking again), Stopping.
        """
        path = f"/api/render/proxy/{_segment(render_id)}/download"
        with self._opened(self.base_url + path, self._signed(token) | dict(headers or {}), stop) as answer:
            yield answer

    @contextmanager
    def open_own(
        self, path: str, *, headers: Mapping[str, str] | None = None, stop: threading.Event | None = None
    ) -> Iterator[Incoming]:
        """A plain GET of `path` on the API's own origin, without Authorization. Raises as `open_download`."""
        with self._opened(self.origin + path, dict(headers or {}), stop) as answer:
            yield answer

    @contextmanager
    def _opened(self, url: str, headers: Mapping[str, str], stop: threading.Event | None) -> Iterator[Incoming]:
        patience = self._patience(stop=stop)
        try:
            with self._once.open(
                "GET", url, headers=headers, patience=patience, silence_seconds=self.pace.silence
            ) as answer:
                yield answer
        except NoConnection as error:
            raise self._unreachable(error) from error
        except BrokenExchange as error:
            raise ServiceTrouble(f"The connection to {self.service} broke.", detail=f"download: {error}") from error

    # --- one message at a time ---------------------------------------------------------------------------------------

    @contextmanager
    def talking_to(self, session_id: SessionId, stop: threading.Event | None = None) -> Iterator[None]:
        """The turn to speak to a session: the server does not put two messages in a row, so the client does (§7)."""
        with self._lock:
            talk = self._talks.setdefault(session_id, _Talk())
            talk.users += 1
        try:
            while not talk.lock.acquire(timeout=0.2):
                if self._stop.is_set() or (stop is not None and stop.is_set()):
                    raise Stopping
            try:
                yield
            finally:
                talk.lock.release()
        finally:
            with self._lock:
                talk.users -= 1
                if not talk.users:
                    self._talks.pop(session_id, None)

    def pause(
        self, seconds: float, *, stop: threading.Event | None = None, on_idle: Callable[[], None] | None = None
    ) -> None:
        """Waits; `on_idle` is called now and then meanwhile. Raises Stopping."""
        patience = self._patience(stop=stop, on_idle=on_idle)
        ends_at = exchange.until(seconds)
        patience.check()
        while (left := ends_at - exchange.until(0)) > 0:
            patience.rest(left)
            patience.idle()

    # --- how it is asked ---------------------------------------------------------------------------------------------

    def _ask(self, call: Call, method: str, path: str, read: Callable[[bytes], T], *args: Any, **options: Any) -> T:
        return self._repeated(lambda: self._exchange(call, method, path, read, *args, **options))

    def _repeated(self, ask: Callable[[], T]) -> T:
        waits = self.pace.again
        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(len(waits) + 1) | tenacity.stop_after_delay(60),
            wait=tenacity.wait_chain(*[tenacity.wait_random(wait, wait * 1.25) for wait in waits or (0.0,)]),
            retry=tenacity.retry_if_exception(_may_be_asked_again),
            sleep=self.pause,
            reraise=True,
        )
        return retrying(ask)

    def _patience(
        self,
        seconds: float = math.inf,
        *,
        stop: threading.Event | None = None,
        on_idle: Callable[[], None] | None = None,
    ) -> Patience:
        stops = (self._stop, stop) if stop is not None and stop is not self._stop else (self._stop,)
        return Patience(stops=stops, ends_at=exchange.until(seconds), on_idle=on_idle)

    def _exchange(
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
        **body: Any,
    ) -> T:
        silence = silence or self.pace.silence
        try:
            reply = (self._once if call is Call.RENDER else self._lasting).exchange(
                method,
                self.base_url + path,
                max_bytes=MAX_ANSWER_BYTES,
                headers=self._signed(token) | (_JSON if "file" not in body else {}) | dict(headers or {}),
                patience=self._patience(whole or self.pace.whole + silence),
                silence_seconds=silence,
                **body,
            )
        except NoConnection as error:
            raise self._unreachable(error) from error
        except BrokenExchange as error:
            kind = OutcomeUnknown if call is Call.RENDER else ServiceTrouble
            raise kind(f"The connection to {self.service} broke.", detail=f"{call.name.lower()}: {error}") from error
        return self._read(call, reply, read, token, session_id)

    def _read(
        self,
        call: Call,
        reply: Reply,
        read: Callable[[bytes], T],
        token: Token | None,
        session_id: SessionId | None,
    ) -> T:
        said = codes.read(
            reply.status, reply.body, retry_after=reply.headers.get("retry-after"), is_render=call is Call.POLL
        )
        if not said.is_success:
            raise self._error(said, call, token, session_id)
        try:
            return read(reply.body)
        except JsonError as error:
            raise _Nonsense(
                f"{self.service} answered in a way that makes no sense.", detail=f"{call.name.lower()}: {error}"
            ) from error

    def _error(self, said: codes.Answer, call: Call, token: Token | None, session_id: SessionId | None) -> Exception:
        error = codes.error_of(said, call, service=self.service)
        if isinstance(error, NeedsPerson):
            with self._lock:
                owner = self._accounts.get(session_id) if session_id else None
            return account.advised(error, token, owner)
        return error

    def _unreachable(self, error: NoConnection) -> Unreachable:
        return Unreachable(f"{self.service} could not be reached.", detail=str(error))

    def _signed(self, token: Token | None) -> dict[str, str]:
        return self._headers | ({"Authorization": f"Bearer {token.secret}"} if token else {})


class _Nonsense(ServiceTrouble):
    """An answer that is not what was published: asking again at once would bring the same."""


def _may_be_asked_again(error: BaseException) -> bool:
    return (
        isinstance(error, ServiceTrouble)
        and not isinstance(error, RateLimited | OutcomeUnknown | _Nonsense)
        and (error.retry_after_seconds or 0) <= 15
    )


def _upload_path(session_id: SessionId) -> str:
    return f"/api/upload-video/nemo_agent/me/{_segment(session_id)}"


def _segment(identifier: str) -> str:
    return quote(identifier, safe="")
