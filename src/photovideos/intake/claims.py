"""PURE: what a summary of ours claims. Delivery writes the lines, this reads them, wherever a summary was copied to."""

from __future__ import annotations

import re

from photovideos.model import Claim, Fingerprint, OwnSummary

MAX_SUMMARY_BYTES = 1024 * 1024
TAIL_BYTES = 16 * 1024  # the claims are the last lines

_INPUTS = re.compile(r"^Inputs: (?P<fingerprint>\S+)\s*$", re.MULTILINE)
_MADE = re.compile(
    r"^Made by photovideos: (?P<file>[^\r\n]+), (?P<size>\d{1,18}), (?P<sha256>[0-9a-fA-F]{64})\s*$", re.MULTILINE
)


def may_be_summary(name: str, size: int) -> bool:
    """Only text files of a summary's size are opened to look for claims; a copy may bear any name."""
    return name.casefold().endswith(".txt") and 0 < size <= MAX_SUMMARY_BYTES


def read_summary(path: str, tail: bytes) -> OwnSummary | None:
    """What the last `TAIL_BYTES` of a text file claim; None if it is no summary of ours."""
    text = tail.decode("utf-8", errors="replace").replace("\r\n", "\n")
    films = tuple(
        Claim(file=match["file"], size=int(match["size"]), sha256=match["sha256"].lower())
        for match in _MADE.finditer(text)
    )
    if not films:
        return None
    inputs = _INPUTS.findall(text)
    return OwnSummary(path=path, inputs=Fingerprint(inputs[-1]) if inputs else None, films=films)
