"""The assistant: an OpenAI-compatible endpoint that may help with clauses the grammar did not understand, if one is
configured.

Its answer is JSON in the public vocabulary (prompts.md) and is validated value by value into the same findings; what
does not fit is left out. Only the clauses travel, never a photo, and only to the address that was configured: redirects
are not followed and the environment's proxies not used. Everything but `Endpoint` is PURE.
"""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from photovideos_studio.director.edit.score import NEAREST_MOODS
from photovideos_studio.director.wishes.findings import Finding, Scene
from photovideos_studio.director.wishes.folding import Folding
from photovideos_studio.director.wishes.understand import Heard, Understanding
from photovideos_studio.music import MOODS

_TIMEOUT_SECONDS = 60.0
_MOST_BYTES = 64 * 1024
_INSTRUCTION = (
    "You turn wishes for a photo slideshow into JSON. Answer with one JSON object and nothing else, with only "
    "these optional keys: duration_s, duration_max_s, per_photo_s (seconds); aspect (16:9, 9:16, 1:1, 4:5, 4:3, "
    "3:4, 21:9); resolution (720p, 1080p, 4k); fps; transition (none, crossfade, fade_black, fade_white, slide, "
    "wipe, zoom, random); motion (none, zoom_in, zoom_out, ken_burns, pan); fit (crop, blur, letterbox); music "
    "(true or false); mood; volume (0..1); filter (bw, sepia, warm, cool, vintage); pace (slow, fast); order "
    "(date, date_desc, filename, random). Use a key only if the words ask for it. Answer {} if they ask for "
    "nothing of this."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Calls `url` + /chat/completions. Trouble of any kind is an answer of None: the film is made without help."""

    url: str
    model: str
    key: str | None = field(default=None, repr=False)
    timeout_seconds: float = _TIMEOUT_SECONDS  # for the whole call, however slowly the answer drips

    def __call__(self, clauses: Sequence[str]) -> dict[str, Any] | None:
        try:
            connection, path = self._connection()
        except ValueError:
            return None
        stopwatch = threading.Timer(self.timeout_seconds, _cut, (connection,))
        stopwatch.daemon = True
        stopwatch.start()
        try:
            connection.request("POST", path, json.dumps(self._body(clauses)).encode(), self._headers())
            answer = connection.getresponse()
            return read_answer(answer.read(_MOST_BYTES)) if answer.status == http.HTTPStatus.OK else None
        except (http.client.HTTPException, OSError, ValueError):
            return None
        finally:
            stopwatch.cancel()
            connection.close()

    def _connection(self) -> tuple[http.client.HTTPConnection, str]:
        """Not yet connected, and the path to ask. ValueError if `url` is no address of the web."""
        parts = urlsplit(self.url.rstrip("/") + "/chat/completions")
        kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
        if parts.scheme not in kinds or not parts.hostname:
            raise ValueError(self.url)
        return kinds[parts.scheme](parts.hostname, parts.port, timeout=self.timeout_seconds), parts.path

    def _headers(self) -> dict[str, str]:
        return {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {self.key}"} if self.key else {})

    def _body(self, clauses: Sequence[str]) -> dict[str, Any]:
        return {
            "model": self.model,
            "temperature": 0,
            "messages": [
                {"role": "system", "content": _INSTRUCTION},
                {"role": "user", "content": "\n".join(clauses)},
            ],
        }


def _cut(connection: http.client.HTTPConnection) -> None:
    """Ends what another thread waits for."""
    if connection.sock is not None:
        with suppress(OSError):  # it may just have ended by itself
            connection.sock.shutdown(socket.SHUT_RDWR)


def read_answer(body: bytes) -> dict[str, Any] | None:
    """The JSON object in the first choice of a chat completion; None if there is none."""
    try:
        content = json.loads(body)["choices"][0]["message"]["content"]
        value = json.loads(content[content.index("{") : content.rindex("}") + 1])
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return None
    return value if isinstance(value, dict) else None


def with_help(understanding: Understanding, answer: Mapping[str, Any] | None, scene: Scene) -> Understanding:
    """The understanding with what the assistant read out of the clauses that were not understood.

    It never overrules what the grammar understood in the same message.
    """
    clauses = understanding.not_understood
    found = validated(answer or {}, " / ".join(clauses))
    said = {finding.field for heard in understanding.heard for finding in heard.findings}
    found = tuple(finding for finding in found if finding.field not in said)
    if not found:
        return understanding
    folding = Folding(replace(scene, before=understanding.wishes))
    for finding in found:
        folding.take(finding, 0)
    wishes = replace(folding.finish(), conflict=understanding.wishes.conflict)
    heard, is_told = [], False
    for one in understanding.heard:
        if one.kind == "unknown" and not is_told:
            heard.append(Heard(one.clause, "wish", found))
            is_told = True
        else:
            heard.append(one)
    return replace(understanding, wishes=wishes, heard=tuple(heard))


def validated(answer: Mapping[str, Any], words: str) -> tuple[Finding, ...]:
    """The findings an answer amounts to; unknown keys and impossible values are left out."""
    found = []
    for key, check in _CHECKS.items():
        if key in answer and (value := check(answer[key])) is not None:
            name = "aspect_explicit" if key == "aspect" else key
            found.append(Finding(field=name, value=value, words=words))
    return tuple(found)


def _seconds(low: float, high: float) -> Callable[[Any], float | None]:
    def check(value: Any) -> float | None:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return float(value) if is_number and low <= value <= high else None

    return check


def _one_of(*allowed: str) -> Callable[[Any], str | None]:
    return lambda value: value if isinstance(value, str) and value in allowed else None


def _truth(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "duration_s": _seconds(1, 3600),
    "duration_max_s": _seconds(1, 3600),
    "per_photo_s": _seconds(0.2, 600),
    "aspect": _one_of("16:9", "9:16", "1:1", "4:5", "4:3", "3:4", "21:9"),
    "resolution": _one_of("720p", "1080p", "4k"),
    "fps": _seconds(8, 60),
    "transition": _one_of("none", "crossfade", "fade_black", "fade_white", "slide", "wipe", "zoom", "random"),
    "motion": _one_of("none", "zoom_in", "zoom_out", "ken_burns", "pan"),
    "fit": _one_of("crop", "blur", "letterbox"),
    "music": _truth,
    "mood": _one_of(*MOODS, *NEAREST_MOODS),
    "volume": _seconds(0, 1),
    "filter": _one_of("bw", "sepia", "warm", "cool", "vintage"),
    "pace": _one_of("slow", "fast"),
    "order": _one_of("date", "date_desc", "filename", "random"),
}
