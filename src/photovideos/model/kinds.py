"""Ids, and the words of which there are a few: what a file is, who makes the films, what a control file asks."""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

JobId = NewType("JobId", str)
SessionId = NewType("SessionId", str)  # 19 digits on the cloud; never a number
RenderId = NewType("RenderId", str)
Fingerprint = NewType("Fingerprint", str)
RawJson = NewType("RawJson", str)  # one JSON value as it came, byte for byte; parsed only to read, never to send


class MediaKind(StrEnum):
    PHOTO = "photo"
    CLIP = "clip"
    SONG = "song"


class BackendKind(StrEnum):
    STUDIO = "studio"
    NEMO = "nemo"


class Control(StrEnum):
    """Control files at the top of a folder (design §2.1)."""

    READY = "READY"
    RETRY = "RETRY"
    CANCEL = "CANCEL"
    HOLD = "HOLD"
