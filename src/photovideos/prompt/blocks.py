"""A prompt's text as blocks of steps (design §2.1). Where the words of a request lie is known to `requests` alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from photovideos.model import Block, Export, Message, Prompt, Step
from photovideos.prompt.requests import read_request

MAX_LABEL_CHARACTERS = 200  # a name, not prose; delivery cuts further where it becomes a file name
MAX_PATTERNS = 1000

_LINE_END = re.compile(r"\r\n|\r|\n")
_UNWANTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff]")
_UNWANTED_IN_LABEL = re.compile(r"[\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff]")
_DASHES = re.compile(r"[-\u2010-\u2015\u2212\u2500\u2501\ufe58\ufe63\uff0d]")
_LONG_DASHES = frozenset("\u2014\u2015")  # what typing --- becomes where punctuation is made 'smart'
_HEADER = re.compile(r"^[\[\uff3b\u3010](?P<inside>.*)[\]\uff3d\u3011]$")
_COLON = re.compile(r"[:\uff1a]")
_PATTERN = re.compile(r'\s*(?:"(?P<quoted>[^"]*)"|(?P<plain>[^,;，；、]*))\s*(?:[,;，；、]|$)')
_CLOCK = re.compile(r"\s*\d+\s*[:\uff1a]\s*\d+(\s*[:\uff1a]\s*\d+)?\s*")


def read(text: str) -> Prompt:
    """The prompt as steps. Never fails: whatever is not a request is a message."""
    written = [_UNWANTED.sub("", line).rstrip() for line in _LINE_END.split(text)]
    blocks = tuple(block for lines in _blocks(written) if (block := _read_block(lines)) is not None)
    return Prompt(text="\n".join(written).strip("\n"), blocks=blocks)


def is_separator(line: str) -> bool:
    """A line of three or more dashes, with or without spaces between them."""
    signs = line.split()
    dashes = "".join(signs)
    if not dashes or not all(_DASHES.fullmatch(sign) for sign in dashes):
        return False
    return sum(3 if sign in _LONG_DASHES else 1 for sign in dashes) >= 3


def _blocks(lines: Sequence[str]) -> list[list[str]]:
    blocks: list[list[str]] = [[]]
    for line in lines:
        if is_separator(line):
            blocks.append([])
        else:
            blocks[-1].append(line)
    return blocks


def _read_block(lines: list[str]) -> Block | None:
    """None for an empty block."""
    text = "\n".join(lines).strip()
    if not text:
        return None
    first, *rest = text.split("\n")
    header = read_header(first)
    if header is None:
        return Block(text=text, steps=_steps(text.split("\n")))
    label, files = header
    # A header alone still asks for a film, of these files or under this name.
    steps = _steps(rest) or (Export(line=""),)
    return Block(text=text, steps=steps, label=label, files=files)


def read_header(line: str) -> tuple[str | None, tuple[str, ...] | None] | None:
    """`[label]`, `[label: patterns]` as (label, files), or None where the line is no header."""
    match = _HEADER.match(line.strip())
    if match is None or _CLOCK.fullmatch(match["inside"]):  # [16:9] and [0:30] are wishes
        return None
    label, *patterns = _COLON.split(match["inside"], maxsplit=1)
    name = " ".join(_UNWANTED_IN_LABEL.sub("", label).split())[:MAX_LABEL_CHARACTERS].strip()
    files = _patterns(patterns[0]) if patterns else ()
    return (name or None, files or None) if name or files else None


def _patterns(text: str) -> tuple[str, ...]:
    found = ((match["quoted"] or match["plain"] or "").strip() for match in _PATTERN.finditer(text))
    return tuple(dict.fromkeys(pattern for pattern in found if pattern))[:MAX_PATTERNS]


def _steps(lines: Sequence[str]) -> tuple[Step, ...]:
    """Requests as they stand, the lines between two of them as one message, and the export that a change ends in."""
    steps: list[Step] = []
    pending: list[str] = []
    for line in lines:
        request = read_request(line)
        if request is None:
            pending.append(line)
            continue
        _flush(pending, steps)
        steps.append(request)
    _flush(pending, steps)
    if _is_left_unexported(steps):
        steps.append(Export(line=""))
    return tuple(steps)


def _flush(pending: list[str], steps: list[Step]) -> None:
    message = "\n".join(pending).strip()
    pending.clear()
    if message:
        steps.append(Message(text=message))


def _is_left_unexported(steps: Sequence[Step]) -> bool:
    changed = False
    for step in steps:
        changed = isinstance(step, Message) or (changed and not isinstance(step, Export))
    return changed
