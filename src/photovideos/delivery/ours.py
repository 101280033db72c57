"""PURE: by what a text file is known to be ours. Only what is ours is ever replaced or removed."""

from __future__ import annotations

import re
from enum import StrEnum

MAX_TEXT_BYTES = 256 * 1024
BOM = "\ufeff"


class Kind(StrEnum):
    """The texts we write; the value is the sentence that each of them bears near its end."""

    STATUS = "This file is written by photovideos and goes away by itself."
    SUMMARY = "Written by photovideos. Its last lines are how it knows its own film again."
    INBOX = "This file is written by photovideos. If it is older than 2 hours, the service is not running."


_LAST_LINE = {
    Kind.STATUS: re.compile(r"Reference: [0-9A-Za-z_\-]{1,40}"),
    Kind.SUMMARY: re.compile(r"Made by photovideos: .+, \d+, [0-9a-f]{64}|Inputs: \S+"),
    Kind.INBOX: re.compile(re.escape(Kind.INBOX.value)),
}
_REFERENCE = re.compile(r"^Reference: ([0-9A-Za-z_\-]{1,40})\s*\Z", re.MULTILINE)


def is_ours(kind: Kind, data: bytes | None) -> bool:
    """Whether `data` is a whole text of ours of this kind: its sentence is there, and the right last line."""
    if data is None or len(data) > MAX_TEXT_BYTES:
        return False
    lines = _lines(data)
    return kind.value in lines and bool(lines) and _LAST_LINE[kind].fullmatch(lines[-1]) is not None


def reference_of(data: bytes) -> str | None:
    """The reference that a status file of ours ends with."""
    match = _REFERENCE.search(data.decode("utf-8", errors="replace").rstrip())
    return match.group(1) if match and is_ours(Kind.STATUS, data) else None


def _lines(data: bytes) -> list[str]:
    text = data.decode("utf-8", errors="replace").removeprefix(BOM)
    return [line.rstrip() for line in text.replace("\r\n", "\n").rstrip().split("\n")]
