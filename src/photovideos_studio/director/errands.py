"""Errands: sentences the daemon puts before a person's words (a new timeline, new files, files that are gone). PURE.

They are read literally, with the upload names masked, and never reach the grammar of wishes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_ALL = re.compile(r"^\s*start a new timeline with all files\.\s*", re.IGNORECASE)
_ONLY = re.compile(r"^\s*start a new timeline with only these files:\s*", re.IGNORECASE)
_NEW = re.compile(r"^\s*new files:\s*", re.IGNORECASE)
_GONE = re.compile(r"^\s*these files are gone:\s*", re.IGNORECASE)
_ADD = re.compile(r"\.?\s*add them to the video\.\s*", re.IGNORECASE)
_REMOVE = re.compile(r"\.?\s*remove them from the video\.\s*", re.IGNORECASE)
_STOP = re.compile(r"\s*\.(?=\s|$)\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Errands:
    """`starts_anew`: the timeline so far counts no more; then `scope` are the files it is about (None: all)."""

    rest: str
    starts_anew: bool = False
    scope: tuple[str, ...] | None = None
    added: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    @property
    def is_any(self) -> bool:
        return self.starts_anew or bool(self.added or self.gone)


def read_errands(message: str, names: Sequence[str]) -> Errands:
    """The errands at the beginning of a message, in any order, and what follows them."""
    found = Errands(rest=message)
    while True:
        step = _one(found, names)
        if step is None:
            return found
        found = step


def _one(found: Errands, names: Sequence[str]) -> Errands | None:
    text = found.rest
    if match := _ALL.match(text):
        return Errands(rest=text[match.end() :], starts_anew=True, added=found.added, gone=found.gone)
    if match := _ONLY.match(text):
        files, rest = _files(text[match.end() :], names)
        rest = _STOP.sub("", rest, count=1) if _STOP.match(rest) else rest
        return Errands(rest=rest, starts_anew=True, scope=files, added=found.added, gone=found.gone)
    for opening, closing, field in ((_NEW, _ADD, "added"), (_GONE, _REMOVE, "gone")):
        if match := opening.match(text):
            files, rest = _files(text[match.end() :], names)
            end = closing.match(rest) or closing.search(rest.partition("\n")[0])
            if not files and not end:
                return None
            rest = rest[end.end() :] if end else rest
            values = {"added": found.added, "gone": found.gone}
            values[field] = (*values[field], *files)
            return Errands(rest=rest, starts_anew=found.starts_anew, scope=found.scope, **values)
    return None


def _files(text: str, names: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """The comma-separated names a text begins with, known uploads first (their names may hold commas and full
    stops).
    """
    longest_first = sorted(names, key=len, reverse=True)
    found: list[str] = []
    rest = text
    while True:
        rest = rest.lstrip()
        name = next((one for one in longest_first if rest.casefold().startswith(one.casefold())), None)
        if name is None:
            match = re.match(r"[^\n,]*?\.\w{2,4}(?=[,.\s]|$)", rest)
            name = match.group() if match else None
        if not name:
            return tuple(found), rest
        found.append(name)
        rest = rest[len(name) :]
        comma = re.match(r"\s*,", rest)
        if comma is None:
            return tuple(found), rest
        rest = rest[comma.end() :]
