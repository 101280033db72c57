"""Every endpoint of the contract (contract.md). How a call is made stands in `caller`; what a job makes of an answer is
not decided here.

An instruction and the POST of a render go out once; everything else may be repeated and is asked again in place (a file
by `upload`, which looks at the state first). Thread-safe.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from photovideos.errors import OutcomeUnknown
from photovideos.model import Balance, RawJson, RenderId, RenderRecord, Session, SessionId, SessionState, Token
from photovideos.nemo import codes, sse, wire
from photovideos.nemo.account import Attribution
from photovideos.nemo.caller import Caller, Pace, said_in
from photovideos.nemo.codes import Call
from photovideos.nemo.exchange import BrokenExchange, Incoming
from photovideos.nemo.turns import Turns
from photovideos.nemo.wire import Grant, RenderStatus

__all__ = ["NemoClient", "Pace"]

_SLOWEST_UPLOAD_BYTES_PER_SECOND = 16 * 1024


class NemoClient:
    """One backend. `service` is its name for people; `now`: seconds since the epoch. `proxy`: None: none is used."""

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
        self._caller = Caller(
            self.base_url,
            attribution=attribution,
            stop=stop,
            socket=socket,
            proxy=proxy,
            service=service,
            pace=self.pace,
        )
        self._turns = Turns()
        self.pause = self._caller.pause

    def close(self) -> None:
        self._caller.close()

    # --- calls that may be repeated ----------------------------------------------------------------------------------

    # `stop`, besides the client's own: ends the call with Stopping, wherever it waits.

    def anonymous_grant(self, client_id: str, *, stop: threading.Event | None = None) -> Grant:
        """A free token (contract §2). Raises RateLimited, RequestRefused (400), ServiceTrouble."""
        path, headers = "/api/auth/anonymous-token", {"X-Client-Id": client_id}
        return self._caller.ask(Call.TOKEN, "POST", path, wire.token, headers=headers, stop=stop)

    def open_session(self, token: Token, language: str | None, *, stop: threading.Event | None = None) -> Session:
        path = "/api/tasks/me/with-session/nemo_agent"
        content = wire.session_request(language)
        session = self._caller.ask(Call.SESSION, "POST", path, wire.session, token, content=content, stop=stop)
        self._caller.remember(session.id, session.user_id, is_first_hand=True)
        return session

    def credits(self, token: Token, *, stop: threading.Event | None = None) -> Balance:
        return self._caller.ask(Call.CREDITS, "GET", "/api/credits/balance/simple", wire.balance, token, stop=stop)

    def state(self, token: Token, session_id: SessionId, *, stop: threading.Event | None = None) -> SessionState:
        path = f"/api/state/nemo_agent/me/{_segment(session_id)}/latest"
        found = self._caller.ask(Call.STATE, "GET", path, wire.state, token, session_id=session_id, stop=stop)
        self._caller.remember(session_id, found.user_id, is_first_hand=False)
        return found

    def upload_urls(
        self,
        token: Token,
        session_id: SessionId,
        urls: Sequence[str],
        *,
        is_repeated: bool = True,
        stop: threading.Event | None = None,
    ) -> tuple[str, ...]:
        """The server's names of the files at `urls`.

        `is_repeated` False: one try, for callers that look at the state before they send again. Raises FileRefused.
        """

        def send() -> tuple[str, ...]:
            return self._uploaded(token, session_id, content=wire.urls_request(urls), stop=stop)

        return self._caller.repeated(send, stop) if is_repeated else send()

    def upload_file(
        self,
        token: Token,
        session_id: SessionId,
        descriptor: int,
        name: str,
        size: int,
        *,
        media_type: str = "application/octet-stream",
        stop: threading.Event | None = None,
    ) -> str:
        """Sends one file in one try: whoever sends it again looks at the state first. The server's name for it.

        `descriptor`: read from its start, and left open. Raises FileRefused.
        """
        with os.fdopen(os.dup(descriptor), "rb") as file:
            file.seek(0)
            whole = self.pace.upload + size / _SLOWEST_UPLOAD_BYTES_PER_SECOND
            return self._uploaded(token, session_id, file=(name, file, media_type), whole=whole, stop=stop)[0]

    def _uploaded(self, token: Token, session_id: SessionId, **options: Any) -> tuple[str, ...]:
        path = f"/api/upload-video/nemo_agent/me/{_segment(session_id)}"
        options |= {"session_id": session_id, "silence": self.pace.upload}
        return self._caller.exchange(Call.UPLOAD, "POST", path, wire.uploaded, token, **options)

    def poll_render(self, token: Token, render_id: RenderId, *, stop: threading.Event | None = None) -> RenderStatus:
        """Raises RateLimited, ServiceTrouble, TokenExpired, RequestRefused (`status` 404: never heard of)."""
        path = f"/api/render/proxy/lambda/{_segment(render_id)}"
        return self._caller.ask(Call.POLL, "GET", path, wire.render_status, token, stop=stop)

    def cancel_render(self, token: Token, render_id: RenderId) -> None:
        """The studio's own addition to the contract: what nobody waits for makes room. For the studio alone.

        Whoever cancelled waits for the answer: not for long.
        """
        path = f"/api/render/proxy/lambda/{_segment(render_id)}"
        self._caller.exchange(Call.POLL, "DELETE", path, lambda _body: None, token, silence=1.0, whole=1.0)

    # --- calls that go out once --------------------------------------------------------------------------------------

    def start_render(
        self,
        token: Token,
        record: RenderRecord,
        session_id: SessionId,
        draft: RawJson,
        output: Mapping[str, Any],
        *,
        stop: threading.Event | None = None,
    ) -> float | None:
        """Posts the render `record.id`, which is on disk already. The answer counts only for its codes (contract §8),
        and for the studio's hint after how many seconds to ask.

        Raises OutcomeUnknown when it may have arrived, Unreachable when it did not, else the errors of the codes.
        """
        path, content = "/api/render/proxy/lambda", wire.render_request(record.id, session_id, draft, output)
        return self._caller.exchange(
            Call.RENDER, "POST", path, wire.ask_again_seconds, token, session_id=session_id, content=content, stop=stop
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
        patience = self._caller.patience(self.pace.stream, stop=stop, on_idle=on_idle)
        headers = self._caller.signed(token) | {"Content-Type": "application/json", "Accept": "text/event-stream"}
        opened = self._caller.once.open(
            "POST",
            f"{self.base_url}/run_sse",
            headers=headers,
            content=wire.instruct_request(session_id, text),
            patience=patience,
            silence_seconds=None,  # disconnecting may cancel paid work
        )
        with self._caller.told_as_ours(Call.INSTRUCT), opened as answer:
            if answer.status != 200 or answer.media_type != "text/event-stream":
                self._raise_no_stream(answer, token, session_id)
            on_accepted()
            decoder = sse.Decoder()
            try:
                for chunk in answer.chunks():
                    yield from decoder.feed(chunk)
                yield from decoder.finish()
            except sse.EventTooLong as error:
                raise BrokenExchange(str(error)) from error

    def no_credits(self, token: Token, session_id: SessionId, words: str) -> Exception:
        """What 2001 in the middle of a stream means, with the advice for this account."""
        said = codes.Answer(status=200, code=2001, words=words)
        return self._caller.error(said, Call.INSTRUCT, token, session_id)

    def _raise_no_stream(self, answer: Incoming, token: Token, session_id: SessionId) -> None:
        said = said_in(answer, token)
        if codes.is_refusal_of_a_message(said):
            raise self._caller.error(said, Call.INSTRUCT, token, session_id)
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
        with self._opened(self.base_url + path, self._caller.signed(token) | dict(headers or {}), stop) as answer:
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
        patience, silence = self._caller.patience(stop=stop), self.pace.silence
        opened = self._caller.once.open("GET", url, headers=headers, patience=patience, silence_seconds=silence)
        with self._caller.told_as_ours(Call.DOWNLOAD), opened as answer:
            yield answer

    # --- one message at a time ---------------------------------------------------------------------------------------

    def talking_to(self, session_id: SessionId, stop: threading.Event | None = None) -> AbstractContextManager[None]:
        """The turn to speak to a session. Raises Stopping while it waits for it."""
        return self._turns.taken(session_id, self._caller.patience(stop=stop).check)


def _segment(identifier: str) -> str:
    return quote(identifier, safe="")
