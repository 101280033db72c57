"""The ways to a finished film: its address without a word of who asks, then the fallback route with Authorization.

A way that is cut is gone on with where it was left, or begun again, a few times; a way that leads nowhere is given up
for the next. Redirects are followed by hand, and every address and every IP is checked (`addresses`). The environment's
proxies are not used. Everything is bounded: bytes, time, redirects, tries.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from photovideos import logs
from photovideos.errors import FilmBroken, PhotoVideosError, ServiceTrouble, Stopping
from photovideos.model import RenderedFilm, RenderId, Token
from photovideos.nemo import codes
from photovideos.nemo.caller import said_in
from photovideos.nemo.codes import Call
from photovideos.nemo.download import ranges
from photovideos.nemo.download.addresses import (
    Refused,
    checked_origin,
    joined,
    origin_of,
)
from photovideos.nemo.download.guard import guard
from photovideos.nemo.download.partfile import PartFile, Version
from photovideos.nemo.exchange import BrokenExchange, Http, Incoming, NoConnection
from photovideos.nemo.patience import Patience

MAX_REDIRECTS = 5
SILENCE_SECONDS = 30.0
WAITS_SECONDS = (2.0, 6.0, 15.0)  # contract §9: three times within a minute
_SLOWEST_BYTES = 64 * 1024  # a minute; whoever drips slower than that is as good as silent
_PROGRESS_BYTES = 1024 * 1024  # a try that got so much further does not count as failed
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NO_FILM = re.compile(r"text/|multipart/|application/(?:json|xml|problem\+json|xhtml\+xml)")

_log = logs.get("download")


class Host(Protocol):
    """What is asked of the client."""

    @property
    def service(self) -> str: ...

    @property
    def origin(self) -> str: ...

    def open_download(
        self, token: Token, render_id: RenderId, *, headers: Mapping[str, str] | None, stop: threading.Event | None
    ) -> AbstractContextManager[Incoming]: ...

    def open_own(
        self, path: str, *, headers: Mapping[str, str] | None, stop: threading.Event | None
    ) -> AbstractContextManager[Incoming]: ...


class _Cut(Exception):
    """The way was cut; it may be gone again."""


class _Astray(Exception):
    """The way does not lead to the film. `error`: what it means to the road, if anything."""

    def __init__(self, reason: str, error: PhotoVideosError | None = None) -> None:
        super().__init__(reason)
        self.error = error


Way = Callable[[Mapping[str, str]], AbstractContextManager[Incoming]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """One film to be fetched. `token`: that of the render's POST. `on_progress`: 0–1, while the length is known."""

    film: RenderedFilm
    client: Host
    token: Token
    api_url: str
    max_bytes: int
    stop: threading.Event
    on_progress: Callable[[float], None] = lambda _fraction: None
    waits_seconds: Sequence[float] = WAITS_SECONDS
    monotonic: Callable[[], float] = time.monotonic

    def into(self, target: Path) -> Path:
        """Fetches it as the file `target`, whole or not at all; an unfinished one is gone on with.

        Raises FilmBroken (longer than `max_bytes`, or shorter than the service itself says), NoSpace, TokenExpired and
        the other codes of the fallback route, ServiceTrouble (neither way led to it), Stopping.
        """
        target.unlink(missing_ok=True)
        with PartFile(target) as part:
            return self._fetched(part)

    def _fetched(self, part: PartFile) -> Path:
        reasons: list[str] = []
        for name, way in (("plain", self._plain), ("fallback", self._fallback)):
            try:
                self._go(way, part)
                return part.finish()
            except _Astray as astray:
                _log.warning("download.astray", render=self.film.id, way=name, reason=str(astray))
                reasons.append(f"{name}: {astray}")
                if name == "fallback" and astray.error is not None:
                    raise astray.error from astray
        raise ServiceTrouble(
            f"The finished film could not be fetched from {self.client.service}.", detail="; ".join(reasons)
        )

    def _go(self, way: Way, part: PartFile) -> None:
        """One way to its end. Raises _Astray when it leads nowhere, or was cut too often without getting further."""
        best, tries = 0, 0
        while True:
            try:
                self._attempt(way, part)
            except _Cut as cut:
                if part.size >= best + _PROGRESS_BYTES:
                    best, tries = part.size, 0
                if tries >= len(self.waits_seconds):
                    raise _Astray(str(cut)) from cut
                _log.info("download.cut", render=self.film.id, reason=str(cut), bytes=part.size)
                if self.stop.wait(self.waits_seconds[tries]):
                    raise Stopping from None
                tries += 1
            else:
                return

    def _attempt(self, way: Way, part: PartFile) -> None:
        try:
            with way(ranges.resuming(part)) as answer:
                self._accept(answer, part)
                self._receive(answer, part)
        except (NoConnection, BrokenExchange, ServiceTrouble) as error:
            detail = error.detail if isinstance(error, ServiceTrouble) else str(error)
            raise _Cut(detail or str(error)) from error
        except Refused as refused:
            raise _Astray(str(refused)) from refused
        self._check_length(part)

    # --- the two ways -------------------------------------------------------------------------------------------------

    @contextmanager
    def _plain(self, headers: Mapping[str, str]) -> Iterator[Incoming]:
        """The address the render ended in, through at most five redirects, without Authorization."""
        own = origin_of(self.client.origin)
        url = joined(self.client.origin + "/", self.film.url)
        http: Http | None = None
        try:
            for _hop in range(MAX_REDIRECTS + 1):
                origin = checked_origin(url, api_url=self.api_url)
                if origin != own and http is None:
                    http = Http(is_allowed=guard(self.api_url, self.film.id), keeps_connections=False)
                with self._opened(url, headers, http if origin != own else None) as answer:
                    if answer.status not in _REDIRECTS:
                        yield answer
                        return
                    location = answer.headers.get("location", "")
                    if not location:
                        raise _Astray("a redirect to nowhere")
                    url = joined(url, location)
        finally:
            if http is not None:
                http.close()
        raise _Astray(f"more than {MAX_REDIRECTS} redirects")

    def _opened(self, url: str, headers: Mapping[str, str], http: Http | None) -> AbstractContextManager[Incoming]:
        """The API's own origin is asked through the client's own transport: it may be a Unix socket."""
        if http is None:
            parts = urlsplit(url)
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            return self.client.open_own(path, headers=headers, stop=self.stop)
        patience = Patience(stops=(self.stop,))
        return http.open("GET", url, headers=headers, patience=patience, silence_seconds=SILENCE_SECONDS)

    def _fallback(self, headers: Mapping[str, str]) -> AbstractContextManager[Incoming]:
        return self.client.open_download(self.token, self.film.id, headers=headers, stop=self.stop)

    # --- what comes ---------------------------------------------------------------------------------------------------

    def _accept(self, answer: Incoming, part: PartFile) -> None:
        """Makes the part ready for an answer that is the film or the rest of it. Raises _Cut, _Astray."""
        if answer.status == 416 and part.size:
            part.restart(Version())
            raise _Cut("the rest is not there: it is begun again")
        if answer.status not in (200, 206) or _NO_FILM.match(answer.media_type):
            self._raise_no_film(answer)
        version = ranges.version_of(answer)
        if answer.status == 206 and not ranges.continues(answer, part, version):
            part.restart(Version())
            raise _Cut("the rest is that of another file: it is begun again")
        if answer.status == 200:
            part.restart(version)
        self._check_room(part)

    def _raise_no_film(self, answer: Incoming) -> None:
        said = said_in(answer, self.token)
        reason = f"status {answer.status}, {answer.media_type or 'no type'}, code {said.code}: {said.words}"
        if codes.is_trouble(said) or said.number == 429:
            raise _Cut(reason)
        error = codes.error_of(said, Call.DOWNLOAD, service=self.client.service) if not said.is_success else None
        raise _Astray(reason, error if said.code is not None or said.number in (401, 402) else None)

    def _check_room(self, part: PartFile) -> None:
        expected = part.version.total or self.film.size_bytes or 0
        if expected > self.max_bytes:
            raise self._too_large()
        part.need(max(0, expected - part.size))

    def _receive(self, answer: Incoming, part: PartFile) -> None:
        expected = part.version.total or self.film.size_bytes
        counted_from, counted_at = part.size, self.monotonic()
        for piece in answer.chunks():
            if self.stop.is_set():
                raise Stopping
            if part.size + len(piece) > self.max_bytes:
                part.drop()
                raise self._too_large()
            part.write(piece)
            if expected:
                self.on_progress(min(1.0, part.size / expected))
            if (now := self.monotonic()) - counted_at >= 60:
                if part.size - counted_from < _SLOWEST_BYTES:
                    raise _Cut("it comes too slowly")
                counted_from, counted_at = part.size, now

    def _check_length(self, part: PartFile) -> None:
        if part.version.total is not None and part.size != part.version.total:
            raise _Cut(f"{part.size} of {part.version.total} bytes came")
        if not part.size:
            raise _Astray("nothing came")
        if self.film.size_bytes is not None and part.size < self.film.size_bytes:
            size, announced = part.size, self.film.size_bytes
            part.restart(Version())
            short = FilmBroken(
                f"The film that came from {self.client.service} is shorter than it should be.",
                advice="Drop a file RETRY into the folder to have it made again.",
                detail=f"{size} of {announced} bytes",
            )
            raise _Astray(f"{size} of the {announced} bytes that the render has", short)

    def _too_large(self) -> FilmBroken:
        return FilmBroken(
            f"The film that {self.client.service} made is larger than photovideos takes "
            f"({round(self.max_bytes / 1e9, 1):g} GB).",
            advice="Ask for a shorter film, and save prompt.txt.",
        )
