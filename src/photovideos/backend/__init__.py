"""Which backend a job talks to, and the studio as a child of the daemon, started when it is needed.

From here on up a backend is a client, a book of tokens and a sentence about who makes the films: both kinds take one
code path. This room starts and ends the studio; what the studio does is none of its business.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from photovideos.backend.studio import Studio
from photovideos.config import Config
from photovideos.model import BackendKind
from photovideos.nemo.account import Attribution, platform_of
from photovideos.nemo.client import NemoClient, Pace
from photovideos.nemo.token import TokenBook
from photovideos.nemo.transport import environment_proxy

_STUDIO_ORIGIN = "http://studio"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """A backend ready to be called. `host` is what a person is told; `is_local`: no photo leaves the machine."""

    kind: BackendKind
    client: NemoClient
    tokens: TokenBook
    is_local: bool
    host: str
    api_url: str


class Backends:
    """Both backends, opened when first asked for. Thread-safe; jobs hold a lease while they work."""

    def __init__(
        self,
        config: Config,
        *,
        state_dir: Path,
        environ: Mapping[str, str],
        stop: threading.Event,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
        own_token: str | None = None,
    ) -> None:
        self._config = config
        self._state_dir = state_dir
        self._environ = environ
        self._stop = stop
        self._clock = clock
        self._own_token = own_token
        self._lock = threading.Lock()
        self._open: dict[BackendKind, Backend] = {}
        self._studio = Studio(config, state_dir=state_dir, environ=environ, stop=stop, monotonic=monotonic)

    @contextmanager
    def lease(self, kind: BackendKind, roots: Sequence[Path] = ()) -> Iterator[Backend]:
        """The backend for the length of a job. The studio runs meanwhile, and may open files below `roots`."""
        if kind is BackendKind.STUDIO:
            self._studio.hold(roots)
        try:
            yield self._opened(kind)
        finally:
            if kind is BackendKind.STUDIO:
                self._studio.release()

    def refresh_tokens(self) -> None:
        """The schedule's errand: a cloud token at the end of its life. The studio's is renewed when a job needs it."""
        if BackendKind(self._config.backend.kind) is BackendKind.NEMO:
            self._opened(BackendKind.NEMO).tokens.refresh_if_due()

    def forget_tokens_but(self, fingerprints: Collection[str]) -> None:
        """Older tokens of the cloud account that nothing refers to any more."""
        if BackendKind(self._config.backend.kind) is BackendKind.NEMO:
            self._opened(BackendKind.NEMO).tokens.forget_all_but(fingerprints)

    def end_idle(self) -> None:
        """Ends the studio some minutes after the last job."""
        self._studio.end_if_idle()

    def close(self) -> None:
        with self._lock:
            for backend in self._open.values():
                backend.client.close()
            self._open.clear()
        self._studio.end()

    def _opened(self, kind: BackendKind) -> Backend:
        with self._lock:
            if kind not in self._open:
                self._open[kind] = self._made(kind)
            return self._open[kind]

    def _made(self, kind: BackendKind) -> Backend:
        settings = self._config.backend
        is_studio = kind is BackendKind.STUDIO
        api_url = _STUDIO_ORIGIN if is_studio else settings.url
        client = NemoClient(
            api_url,
            attribution=Attribution(
                source=settings.skill_source,
                version=settings.skill_version,
                platform=platform_of(Path(__file__).resolve(), Path.home().resolve()),
            ),
            stop=self._stop,
            now=self._clock,
            socket=self._studio.socket if is_studio else None,
            proxy=None if is_studio else environment_proxy(api_url),
            service="The studio" if is_studio else "NemoVideo",
            pace=Pace(stream=settings.stream_timeout_seconds),
        )
        tokens = TokenBook(
            self._state_dir / "account.json",
            client,
            "studio" if is_studio else client.origin,
            None if is_studio else self._own_token,
            stop=self._stop,
            now=self._clock,
            lifetime_days=settings.token_lifetime_days,
            rate_limit_wait_seconds=settings.rate_limit_wait_seconds,
        )
        host = "this machine" if is_studio else urlsplit(api_url).hostname or api_url
        return Backend(kind=kind, client=client, tokens=tokens, is_local=is_studio, host=host, api_url=api_url)
