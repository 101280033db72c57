"""One render, from the draft to the address of a film (contract §8): never lost, never counted twice.

The id is on disk before the request, so whatever happens after that is answered by asking for the id. The token of the
POST carries the render. Rendering is free, so a render that cannot be asked about any more is simply begun anew.
A service that is not there for the moment keeps nobody waiting here: the job comes again with the record. What is
rendered, and what becomes of the film, is decided elsewhere.
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
    RateLimited,
    RenderFailed,
    RequestRefused,
    ServiceTrouble,
    Stopping,
    TokenExpired,
    Unreachable,
)
from photovideos.model import RawJson, RenderedFilm, RenderId, RenderRecord, SessionId, Token
from photovideos.nemo import account
from photovideos.nemo.caller import may_pass
from photovideos.nemo.progress import LONGEST_PAUSE_SECONDS, Progress
from photovideos.nemo.wire import RenderStage, RenderStatus

SLOW_AFTER_SECONDS = 300.0  # 30–90 s are usual
NEVER_HEARD_OF = 3  # 404s in a row
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
        self,
        token: Token,
        record: RenderRecord,
        session_id: SessionId,
        draft: RawJson,
        output: Mapping[str, Any],
        *,
        stop: threading.Event | None,
    ) -> None: ...

    def poll_render(self, token: Token, render_id: RenderId, *, stop: threading.Event | None) -> RenderStatus: ...


class Tokens(Protocol):
    """What is asked of the book of tokens."""

    def token(self, *, stop: threading.Event | None) -> Token: ...

    def renew(self, refused: Token, *, stop: threading.Event | None) -> Token: ...

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
    (the service is not there, or asks to wait: come again with the record), Stopping.
    """
    job = _Rendering(
        client=client,
        tokens=tokens,
        session_id=session_id,
        draft=draft,
        output={"format": "mp4", "quality": "high"} | ({"label": label} if label else {}),
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
    """`is_unsent`: nothing is under way under this id, for certain."""

    record: RenderRecord
    token: Token
    is_unsent: bool = True


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
        again = bool(record and record.again)
        attempt = self._resumed(record) or self._begun(self.tokens.token(stop=self.stop), again=again)
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
        if record is None or token is None:
            return None
        if record.refused:  # it may go out again, and then may be under way
            self.save(replace(record, refused=False))
        return _Attempt(record=replace(record, refused=False), token=token, is_unsent=record.refused)

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
        token = self.tokens.renew(refused, stop=self.stop)
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
            id=record.id,
            url=status.url,
            duration_seconds=status.duration_seconds,
            size_bytes=status.size_bytes,
            notes=status.notes,
        )

    # --- one attempt --------------------------------------------------------------------------------------------------

    def _result(self, attempt: _Attempt) -> RenderStatus:
        """How the attempt ended: completed or failed. An id begun before a crash is asked for first."""
        progress = Progress.of(attempt.record, self.monotonic())
        try:
            refused = self._post(attempt, progress) if attempt.is_unsent else None
            return refused or self._looked_after(attempt, progress)
        except (ServiceTrouble, Stopping):
            self.save(progress.noted())
            raise

    def _looked_after(self, attempt: _Attempt, progress: Progress) -> RenderStatus:
        """Asks for the id until it is completed or failed, or until asking makes no sense just now."""
        if attempt.is_unsent:
            self._wait(self.poll_seconds)
        while True:
            status = self._poll(attempt, progress)
            if status is not None and status.stage is not RenderStage.WORKING:
                return status
            self._tell(attempt.record, status)
            if status is not None and status.waits_for:  # it says why nothing goes on: that is no silence
                progress.moved_at = self.monotonic()
            if progress.missing >= NEVER_HEARD_OF:
                progress.missing = 0
                refused = self._post(attempt, progress)
                if refused is not None:
                    return refused
            if self.monotonic() - progress.moved_at >= self.timeout_seconds:
                reason = f"There was no progress for {round(self.timeout_seconds / 60)} minutes."
                return RenderStatus(stage=RenderStage.FAILED, word="stalled", reason=reason)
            self._wait(max(self.poll_seconds, progress.pause_asked))

    def _poll(self, attempt: _Attempt, progress: Progress) -> RenderStatus | None:
        """What is said of the id; None for no answer that counts. Raises ServiceTrouble."""
        try:
            status = self.client.poll_render(attempt.token, attempt.record.id, stop=self.stop)
        except ServiceTrouble as trouble:
            progress.met(trouble)
            if may_pass(trouble):  # it was asked again in place already
                raise
            progress.give_up_if_hopeless()
        except RequestRefused as refused:
            if 404 in (refused.status, refused.code):
                progress.unknown(self.monotonic())
                return None
            progress.met(ServiceTrouble(str(refused), detail=refused.detail))
            progress.give_up_if_hopeless()
        else:
            progress.saw(status, self.monotonic())
            return status
        return None

    def _post(self, attempt: _Attempt, progress: Progress) -> RenderStatus | None:
        """Sends the render under its id; a refusal comes back as a failed render. The polls tell what is unclear.

        Raises RateLimited, Unreachable: nothing is under way, and it goes out again at once when the job comes again.
        """
        try:
            start = self.client.start_render
            start(attempt.token, attempt.record, self.session_id, self.draft, self.output, stop=self.stop)
        except (RateLimited, Unreachable) as error:
            _log.info("render.turned_away", render=attempt.record.id, reason=str(error), detail=error.detail)
            progress.record = replace(progress.record, refused=True)
            raise
        except ServiceTrouble as error:  # perhaps not taken: then 404s will tell
            _log.info("render.unclear", render=attempt.record.id, reason=str(error), detail=error.detail)
            self._wait(min(error.retry_after_seconds or 0.0, LONGEST_PAUSE_SECONDS))
            return None
        except (RequestRefused, FileRefused) as refused:
            if 409 not in (refused.status, refused.code) and not _DUPLICATE.search(f"{refused} {refused.detail}"):
                return RenderStatus(stage=RenderStage.FAILED, word="refused", reason=str(refused))
        progress.record = replace(progress.record, posted=True)
        self.save(progress.record)
        return None

    def _tell(self, record: RenderRecord, status: RenderStatus | None) -> None:
        fraction = status.progress / 100 if status is not None and status.progress is not None else None
        is_slow = self.client.now() - record.begun_at >= SLOW_AFTER_SECONDS
        if status is not None and status.waits_for:
            self.on_progress(fraction, f"The film waits: {logs.clean(status.waits_for)}", "It goes on by itself.")
            return
        self.on_progress(fraction, f"The film is being rendered{'; it is slower than usual' if is_slow else ''}.")

    def _wait(self, seconds: float) -> None:
        if self.stop.wait(seconds):
            raise Stopping
