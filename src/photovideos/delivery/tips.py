"""PURE: what the services tell their users (contract §12), said where it would have helped with this job."""

from __future__ import annotations

import re
from collections.abc import Sequence

from photovideos.model import BackendKind, LeftOut, Message
from photovideos.prompt import read as read_prompt

_MANY_PHOTOS = 20
_FEW_SECONDS, _MANY_SECONDS = 1.5, 8.0
_SHORT_FILM_SECONDS = (10.0, 45.0)
_ODD_FORMATS = (
    ".tif",
    ".tiff",
    ".bmp",
    ".avif",
    ".raw",
    ".cr2",
    ".cr3",
    ".nef",
    ".arw",
    ".dng",
    ".psd",
    ".svg",
    ".heif",
)
_VAGUE = re.compile(
    r"(?:please\s+)?(?:just\s+)?(?:make|turn|do)\b[^.,;\n]{0,30}\b(?:look\s+)?(?:better|nicer|nice|good|great|cool|pretty|amazing)\W*",
    re.IGNORECASE,
)
_VAGUE_CHINESE = re.compile(r"[^\n]{0,12}(?:好看|更好|漂亮|好一点|美一点)[^\n]{0,3}")


def tips(
    *, prompt: str, pictures: int, seconds: float | None, left_out: Sequence[LeftOut], backend: BackendKind
) -> tuple[str, ...]:
    """Sentences for the summary. `pictures`: photos and clips in the film; `seconds`: its length, if there is one."""
    told = []
    if backend is BackendKind.NEMO and pictures >= _MANY_PHOTOS:
        told.append(f"Fewer than {_MANY_PHOTOS} photos go fastest.")
    if _is_badly_paced(pictures, seconds):
        told.append("5 to 10 photos give the best pacing for 15 to 30 seconds: about 3 seconds a photo.")
    if _is_vague(prompt):
        told.append(
            "A concrete wish (“30 seconds, calm music, title ‘Summer’”) works better than “make it look better”."
        )
    if any(one.file.lower().endswith(_ODD_FORMATS) for one in left_out):
        told.append("JPG, PNG, HEIC, WebP and GIF are the smoothest.")
    return tuple(told)


def _is_badly_paced(pictures: int, seconds: float | None) -> bool:
    if not seconds or not pictures or not _SHORT_FILM_SECONDS[0] <= seconds <= _SHORT_FILM_SECONDS[1]:
        return False
    return not _FEW_SECONDS <= seconds / pictures <= _MANY_SECONDS


def _is_vague(prompt: str) -> bool:
    """Whether a message says nothing that could be carried out; the requests beside it do not make it clearer."""
    said = [step.text for block in read_prompt(prompt).blocks for step in block.steps if isinstance(step, Message)]
    return any(_VAGUE.fullmatch(text) or _VAGUE_CHINESE.fullmatch(text) for text in said)
