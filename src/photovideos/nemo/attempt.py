"""One id of a render: sent, and asked for until it has ended, or until asking makes no sense just now (contract §8).

The id is on disk before the request, so whatever happens after that is answered by asking for the id. A service that
is not there for the moment keeps nobody waiting here: the job comes again with the record. What follows from how it
ended is decided in `render`.
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
from photovideos.errors import FileRefused, RateLimited, RequestRefused, ServiceTrouble, Stopping, Unreachable
from photovideos.model import RawJson, RenderId, RenderRecord, SessionId, Token
from photovideos.nemo.caller import may_pass
from photovideos.nemo.progress import LONGEST_PAUSE_SECONDS, Progress
from photovideos.nemo.wire import RenderStage, RenderStatus

SLOW_AFTER_SECONDS = 300.0  # 30–90 s are usual
NEVER_HEARD_OF = 3  # 404s in a row
LEAST_PAUSE_SECONDS = 0.5  # between looks, whatever a service says
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
    ) -> float | None: ...

    def poll_render(self, token: Token, render_id: RenderId, *, stop: threading.Event | None) -> RenderStatus: ...


class OnProgress(Protocol):
    """Told after each look: the share done (0–1, None: unknown) and lines for the person."""

    def __call__(self, fraction: float | None, /, *lines: str) -> None: ...


def unique_id(now: float) -> RenderId:
    """An id in the published form `render_<ts>`, unlike that of anybody else who begins in the same millisecond."""
    return RenderId(f"render_{int(now * 1000)}{secrets.randbelow(1_000_000):06d}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be rendered, and how it is waited for.

    `label`: of the output, where the draft asks for several. `save`: puts a record on disk before it returns.
    `poll_seconds`: between looks, unless the service says that there is news sooner. `timeout_seconds`: no progress for
    so long counts as failed.
    """

    client: Renderer
    session_id: SessionId
    draft: RawJson
    label: str | None = None
    save: Callable[[RenderRecord], None]
    poll_seconds: float
    timeout_seconds: float
    on_progress: OnProgress
    stop: threading.Event
    new_id: Callable[[float], RenderId] = unique_id
    monotonic: Callable[[], float] = time.monotonic

    @property
    def output(self) -> dict[str, str]:
        return {"format": "mp4", "quality": "high"} | ({"label": self.label} if self.label else {})


class Attempt:
    """`is_unsent`: nothing is under way under this id, for certain; else it is asked for first. Owned by one thread."""

    def __init__(self, order: Order, record: RenderRecord, token: Token, *, is_unsent: bool) -> None:
        self.record = record
        self.token = token
        self._order = order
        self._is_unsent = is_unsent
        self._progress = Progress.of(record, order.monotonic())
        self._pause_seconds = order.poll_seconds

    def result(self) -> RenderStatus:
        """How it ended: completed or failed. Raises as `render` does, and TokenExpired; the record is on disk then."""
        try:
            refused = self._post() if self._is_unsent else None
            return refused or self._looked_after()
        except (ServiceTrouble, Stopping):
            self._order.save(self._progress.noted())
            raise

    def _looked_after(self) -> RenderStatus:
        order, progress = self._order, self._progress
        if self._is_unsent:
            self._wait(self._pause_seconds)
        while True:
            status = self._poll()
            if status is not None and status.stage is not RenderStage.WORKING:
                return status
            self._tell(status)
            if status is not None and status.waits_for:  # it says why nothing goes on: that is no silence
                progress.moved_at = order.monotonic()
            if progress.missing >= NEVER_HEARD_OF:
                progress.missing = 0
                refused = self._post()
                if refused is not None:
                    return refused
            if order.monotonic() - progress.moved_at >= order.timeout_seconds:
                reason = f"There was no progress for {round(order.timeout_seconds / 60)} minutes."
                return RenderStatus(stage=RenderStage.FAILED, word="stalled", reason=reason)
            self._wait(max(self._pause_seconds, progress.pause_asked))

    def _poll(self) -> RenderStatus | None:
        """What is said of the id; None for no answer that counts. Raises ServiceTrouble."""
        order, progress = self._order, self._progress
        self._heed(None)
        try:
            status = order.client.poll_render(self.token, self.record.id, stop=order.stop)
        except ServiceTrouble as trouble:
            progress.met(trouble)
            if may_pass(trouble):  # it was asked again in place already
                raise
            progress.give_up_if_hopeless()
        except RequestRefused as refused:
            if 404 in (refused.status, refused.code):
                progress.unknown(order.monotonic())
                return None
            progress.met(ServiceTrouble(str(refused), detail=refused.detail))
            progress.give_up_if_hopeless()
        else:
            progress.saw(status, order.monotonic())
            self._heed(status.ask_again_seconds)
            return status
        return None

    def _post(self) -> RenderStatus | None:
        """Sends the render under its id; a refusal comes back as a failed render. The polls tell what is unclear.

        Raises RateLimited, Unreachable: nothing is under way, and it goes out again at once when the job comes again.
        """
        order, progress = self._order, self._progress
        try:
            start = order.client.start_render
            self._heed(start(self.token, self.record, order.session_id, order.draft, order.output, stop=order.stop))
        except (RateLimited, Unreachable) as error:
            _log.info("render.turned_away", render=self.record.id, reason=str(error), detail=error.detail)
            progress.record = replace(progress.record, refused=True)
            raise
        except ServiceTrouble as error:  # perhaps not taken: then 404s will tell
            _log.info("render.unclear", render=self.record.id, reason=str(error), detail=error.detail)
            self._wait(min(error.retry_after_seconds or 0.0, LONGEST_PAUSE_SECONDS))
        except (RequestRefused, FileRefused) as refused:
            if 409 not in (refused.status, refused.code) and not _DUPLICATE.search(f"{refused} {refused.detail}"):
                return RenderStatus(stage=RenderStage.FAILED, word="refused", reason=str(refused))
        return None

    def _tell(self, status: RenderStatus | None) -> None:
        fraction = status.progress / 100 if status is not None and status.progress is not None else None
        if status is not None and status.waits_for:
            self._order.on_progress(
                fraction, f"The film waits: {logs.clean(status.waits_for)}", "It goes on by itself."
            )
            return
        is_slow = self._order.client.now() - self.record.begun_at >= SLOW_AFTER_SECONDS
        self._order.on_progress(
            fraction, f"The film is being rendered{'; it is slower than usual' if is_slow else ''}."
        )

    def _heed(self, ask_again_seconds: float | None) -> None:
        """What the service says of the next look: never less often than the settings have it, nor without a pause."""
        said = max(LEAST_PAUSE_SECONDS, ask_again_seconds or self._order.poll_seconds)
        self._pause_seconds = min(self._order.poll_seconds, said)

    def _wait(self, seconds: float) -> None:
        if self._order.stop.wait(seconds):
            raise Stopping
