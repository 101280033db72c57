"""One render, from the draft to the address of a film (contract §8): never lost, never counted twice.

The id is on disk before the request, so whatever happens after that is answered by asking for the id. The token of the
POST carries the render. Rendering is free, so a render that cannot be asked about any more is simply begun anew. What
is rendered, and what becomes of the film, is decided elsewhere.
"""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from photovideos import logs
from photovideos.errors import (
    FileRefused,
    RenderFailed,
    RequestRefused,
    ServiceTrouble,
    Stopping,
    TokenExpired,
)
from photovideos.model import RawJson, RenderedFilm, RenderId, RenderRecord, SessionId, Token
from photovideos.nemo import account
from photovideos.nemo.wire import RenderStage, RenderStatus

SLOW_AFTER_SECONDS = 300.0  # 30–90 s are usual
NEVER_HEARD_OF = 3  # 404s in a row
_MAX_WORDS = 20  # pending, processing and whatever else a service may call its stages
_RENEWALS = 2  # tokens a render may use up; a service that refuses its own new tokens is in trouble
_DUPLICATE = re.compile(r"duplicate|already (?:exists|in use|used|taken|submitted)|id exists", re.IGNORECASE)

_log = logs.get("render")


class Renderer(Protocol):
    """What is asked of the client."""

    @property
    def service(self) -> str: ...

    @property
    def now(self) -> Callable[[], float]: ...

    def start_render(
        self, token: Token, record: RenderRecord, session_id: SessionId, draft: RawJson, output: Mapping[str, Any]
    ) -> None: ...

    def poll_render(self, token: Token, render_id: RenderId) -> RenderStatus: ...


class Tokens(Protocol):
    """What is asked of the book of tokens."""

    def token(self) -> Token: ...

    def renew(self, refused: Token) -> Token: ...

    def by_fingerprint(self, fingerprint: str) -> Token | None: ...


class OnProgress(Protocol):
    """Told after each look: the share done (0–1, None: unknown) and lines for the person."""

    def __call__(self, fraction: float | None, /, *lines: str) -> None: ...


def unique_id(now: float) -> RenderId:
    """An id in the published form `render_<ts>`, unlike that of anybody else who begins in the same millisecond."""
    return RenderId(f"render_{int(now * 1000)}{secrets.randbelow(1_000_000):06d}")


def render(
    client: Renderer,
    tokens: Tokens,
    session_id: SessionId,
    draft: RawJson,
    *,
    record: RenderRecord | None,
    save: Callable[[RenderRecord], None],
    label: str | None = None,
    poll_seconds: float,
    timeout_seconds: float,
    on_progress: OnProgress,
    stop: threading.Event,
    new_id: Callable[[float], RenderId] = unique_id,
    monotonic: Callable[[], float] = time.monotonic,
) -> RenderedFilm:
    """Renders `draft` as it came, or goes on with the render of `record`. Waits until it is done.

    `save`: puts a record on disk before it returns. `label`: of the output, where the draft asks for several.
    `timeout_seconds`: no progress for so long counts as failed.
    Raises RenderFailed (twice), NoCredits, ExportBlocked, TokenRefused, AccountChanged, SessionGone, ServiceTrouble
    (come again with the record), Stopping.
    """
    output = {"format": "mp4", "quality": "high"} | ({"label": label} if label else {})
    job = _Rendering(
        client=client,
        tokens=tokens,
        session_id=session_id,
        draft=draft,
        output=output,
        save=save,
        poll_seconds=poll_seconds,
        timeout_seconds=timeout_seconds,
        on_progress=on_progress,
        stop=stop,
        new_id=new_id,
        monotonic=monotonic,
    )
    return job.run(record)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    record: RenderRecord
    token: Token
    is_resumed: bool = False


@dataclass(slots=True)
class _Look:
    """How far the render was seen to be, and when it last went on. Owned by the one thread that waits."""

    moved_at: float
    furthest: float = -1.0
    words: tuple[str, ...] = ()
    missing: int = 0  # 404s in a row
    trouble: ServiceTrouble | None = None  # what the last look ended in

    def saw(self, status: RenderStatus, now: float) -> None:
        """Further than ever before, or a word not said before, is progress; words alone do not go on for ever."""
        self.missing, self.trouble = 0, None
        if status.progress is not None and status.progress > self.furthest:
            self.furthest, self.moved_at = status.progress, now
        if status.word not in self.words and len(self.words) < _MAX_WORDS:
            self.words, self.moved_at = (*self.words, status.word), now


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rendering:
    client: Renderer
    tokens: Tokens
    session_id: SessionId
    draft: RawJson
    output: Mapping[str, Any]
    save: Callable[[RenderRecord], None]
    poll_seconds: float
    timeout_seconds: float
    on_progress: OnProgress
    stop: threading.Event
    new_id: Callable[[float], RenderId]
    monotonic: Callable[[], float]

    def run(self, record: RenderRecord | None) -> RenderedFilm:
        attempt = self._resumed(record) or self._begun(self.tokens.token(), again=record.again if record else False)
        renewals = 0
        while True:
            try:
                status = self._result(attempt)
            except TokenExpired as refused:
                renewals += 1
                if renewals > _RENEWALS:
                    raise ServiceTrouble(
                        f"{self.client.service} does not accept its own new token.", detail=refused.detail
                    ) from refused
                attempt = self._begun(self._renewed(attempt.token), again=attempt.record.again)
                continue
            if status.stage is RenderStage.COMPLETED:
                return self._film(attempt.record, status)
            attempt = self._again(attempt, status)

    def _resumed(self, record: RenderRecord | None) -> _Attempt | None:
        """None if there is nothing to go on with, or the token that carries it is gone."""
        token = self.tokens.by_fingerprint(record.token_fingerprint) if record else None
        return _Attempt(record=record, token=token, is_resumed=True) if record and token else None

    def _begun(self, token: Token, *, again: bool) -> _Attempt:
        now = self.client.now()
        record = RenderRecord(
            id=self.new_id(now),
            token_fingerprint=token.fingerprint,
            begun_at=now,
            again=again,
            output_label=self.output.get("label"),
        )
        self.save(record)
        _log.info("render.begun", render=record.id, again=again)
        return _Attempt(record=record, token=token)

    def _renewed(self, refused: Token) -> Token:
        token = self.tokens.renew(refused)
        account.check_same_account(
            token, user_id=refused.user_id, fingerprint=refused.fingerprint, began_with_own=refused.is_own
        )
        return token

    def _again(self, attempt: _Attempt, status: RenderStatus) -> _Attempt:
        """One new render with a new id, then the end."""
        _log.warning("render.failed", render=attempt.record.id, reason=status.reason, again=attempt.record.again)
        if attempt.record.again:
            said = f" It said: {logs.clean(status.reason)}" if status.reason else ""
            raise RenderFailed(
                f"{self.client.service} could not render the film, twice.{said}",
                advice="Drop a file RETRY into the folder to try again; rendering costs no credits.",
                detail=f"render {attempt.record.id}: {status.reason}",
            )
        return self._begun(attempt.token, again=True)

    def _film(self, record: RenderRecord, status: RenderStatus) -> RenderedFilm:
        assert status.url is not None
        _log.info("render.completed", render=record.id, seconds=round(self.client.now() - record.begun_at, 1))
        return RenderedFilm(
            id=record.id, url=status.url, duration_seconds=status.duration_seconds, size_bytes=status.size_bytes
        )

    # --- one attempt --------------------------------------------------------------------------------------------------

    def _result(self, attempt: _Attempt) -> RenderStatus:
        """How the attempt ended: completed or failed. An id begun before a crash is asked for first."""
        look = _Look(moved_at=self.monotonic())
        if not attempt.is_resumed:
            refused = self._post(attempt)
            if refused is not None:
                return refused
            self._wait(self.poll_seconds)
        while True:
            status = self._poll(attempt, look)
            if status is not None and status.stage is not RenderStage.WORKING:
                return status
            self._tell(attempt.record, status)
            if look.missing >= NEVER_HEARD_OF:
                look.missing = 0
                refused = self._post(attempt)
                if refused is not None:
                    return refused
            if self.monotonic() - look.moved_at >= self.timeout_seconds:
                return self._stalled(look)
            self._wait(self._pause(look))

    def _poll(self, attempt: _Attempt, look: _Look) -> RenderStatus | None:
        """What is said of the id; None for no answer that counts."""
        try:
            status = self.client.poll_render(attempt.token, attempt.record.id)
        except ServiceTrouble as trouble:
            look.missing, look.trouble = 0, trouble
        except RequestRefused as refused:
            is_unknown = 404 in (refused.status, refused.code)
            look.missing = look.missing + 1 if is_unknown else 0
            look.trouble = None if is_unknown else ServiceTrouble(str(refused), detail=refused.detail)
        else:
            look.saw(status, self.monotonic())
            return status
        return None

    def _post(self, attempt: _Attempt) -> RenderStatus | None:
        """Sends the render under its id; a refusal comes back as a failed render. The polls tell what is unclear."""
        try:
            self.client.start_render(attempt.token, attempt.record, self.session_id, self.draft, self.output)
        except ServiceTrouble as error:  # perhaps not taken: then 404s will tell
            _log.info("render.unclear", render=attempt.record.id, reason=str(error), detail=error.detail)
            self._wait(min(error.retry_after_seconds or 0.0, self.timeout_seconds))
            return None
        except (RequestRefused, FileRefused) as refused:
            if 409 not in (refused.status, refused.code) and not _DUPLICATE.search(f"{refused} {refused.detail}"):
                return RenderStatus(stage=RenderStage.FAILED, word="refused", reason=str(refused))
        self.save(replace(attempt.record, posted=True))
        return None

    def _stalled(self, look: _Look) -> RenderStatus:
        """No progress for so long counts as failed; where the service could not be asked, the id stays good."""
        if look.trouble is not None:
            raise look.trouble
        minutes = round(self.timeout_seconds / 60)
        return RenderStatus(
            stage=RenderStage.FAILED, word="stalled", reason=f"There was no progress for {minutes} minutes."
        )

    def _tell(self, record: RenderRecord, status: RenderStatus | None) -> None:
        fraction = status.progress / 100 if status is not None and status.progress is not None else None
        if self.client.now() - record.begun_at >= SLOW_AFTER_SECONDS:
            self.on_progress(fraction, "The film is being rendered; it is slower than usual.")
        else:
            self.on_progress(fraction, "The film is being rendered.")

    def _pause(self, look: _Look) -> float:
        asked = look.trouble.retry_after_seconds if look.trouble is not None else None
        return max(self.poll_seconds, min(asked, self.timeout_seconds)) if asked is not None else self.poll_seconds

    def _wait(self, seconds: float) -> None:
        if self.stop.wait(seconds):
            raise Stopping
