"""What a saved prompt changed against the one before (the table of design §2.1). Pure.

Words decide, not lines: a prompt that was wrapped anew is the same prompt. A Chinese or Japanese character counts as a
word, since those scripts put no spaces between them.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from photovideos.model import Block, Message, Prompt, Upload
from photovideos.prompt.blocks import is_separator, read, read_header
from photovideos.prompt.requests import read_request

_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7a3]|[^\W_]+(?:['’.-][^\W_]+)*|\S")
_VALUE_LINE = re.compile(r"[:：]|[\"“”«»「」『』]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Same:
    """Not one word differs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """Text was added at the end: it is sent alone, in the same session. `label`: of the block that it goes on with."""

    text: str
    label: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """Less than half of the old words are left: the new text is sent alone, in the same session."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """Made anew on a clean timeline in a new session; the first `kept_blocks` are unchanged and not made again."""

    kept_blocks: int


Change = Same | Added | Replaced | Edited


def change(old: str, new: str) -> Change:
    """How `new` came out of `old`."""
    before, after = read(old), read(new)
    if _outline(before) == _outline(after):
        return Same()
    added = _added(before, after)
    if added is not None:
        return added
    if _share_left(before, after) < 0.5:
        return Replaced(text=after.text)
    kept = 0
    for earlier, later in zip(before.blocks, after.blocks, strict=False):
        if _block_outline(earlier) != _block_outline(later):
            break
        kept += 1
    return Edited(kept_blocks=kept)


def _tokens(text: str) -> tuple[str, ...]:
    return tuple(match.group() for match in _TOKEN.finditer(text))


def _outline(prompt: Prompt) -> tuple[object, ...]:
    return tuple(_block_outline(block) for block in prompt.blocks)


def _block_outline(block: Block) -> tuple[object, ...]:
    steps = tuple(
        (type(step).__name__, _tokens(step.text if isinstance(step, Message) else step.line), _urls(step))
        for step in block.steps
    )
    return (block.label, block.files, steps)


def _urls(step: object) -> tuple[str, ...]:
    return step.urls if isinstance(step, Upload) else ()


def _added(before: Prompt, after: Prompt) -> Added | None:
    """The text after the old words, if those stand unchanged before it."""
    words = _tokens(_without_separators(before.text))
    if not words:
        return Added(text=after.text)
    end = _end_of(words, after.text)
    if end is None or not _tokens(after.text[end:]):
        return None
    if _block_sizes(before.text) != _block_sizes(after.text[:end]):
        return None
    begins_a_block = any(is_separator(line) for line in _lines_before_words(after.text[end:]))
    start = _start_of_addition(after.text, end)
    if start is None:
        return None
    label = None if begins_a_block or not before.blocks else before.blocks[-1].label
    return Added(text=after.text[start:].strip(), label=label)


def _start_of_addition(text: str, end: int) -> int | None:
    """Where the added text begins: behind the old words, or with the line they end in if the rest means nothing alone.

    `title: Italy` that became `title: Italy 2024` is said again whole, and so is `export` that became `export 4k`.
    None where a block's header grew.
    """
    line_start = text.rfind("\n", 0, end) + 1
    kept, _, _ = text[line_start:end].partition("\n")
    if not _tokens(text[end:].split("\n", 1)[0]):
        return end
    if read_header(kept) is not None:
        return None
    return line_start if _VALUE_LINE.search(kept) or read_request(kept) is not None else end


def _end_of(words: tuple[str, ...], text: str) -> int | None:
    """Where in `text` the last of `words` ends, if its words begin with them; separators between lines do not count."""
    position = 0
    expected = iter(words)
    wanted = next(expected, None)
    for line in text.splitlines(keepends=True):
        if not is_separator(line):
            for match in _TOKEN.finditer(line):
                if match.group() != wanted:
                    return None
                wanted = next(expected, None)
                if wanted is None:
                    return position + match.end()
        position += len(line)
    return None


def _without_separators(text: str) -> str:
    return "\n".join("" if is_separator(line) else line for line in text.splitlines())


def _block_sizes(text: str) -> tuple[int, ...]:
    """How many words lie in each block: equal words cut at other places are another prompt."""
    sizes = [0]
    for line in text.splitlines():
        if is_separator(line):
            sizes.append(0)
        else:
            sizes[-1] += len(_tokens(line))
    return tuple(size for size in sizes if size)


def _lines_before_words(rest: str) -> list[str]:
    """The lines up to the first one with words of its own; the very first is the end of the old last line."""
    lines = rest.splitlines()
    for index, line in enumerate(lines):
        if not is_separator(line) and _tokens(line):
            return lines[:index]
    return lines


def _share_left(before: Prompt, after: Prompt) -> float:
    """Which share of the old words is found again, each as often as it stands there."""
    old, new = (_counted(prompt.text) for prompt in (before, after))
    if not old.total():
        return 0.0
    return (old & new).total() / old.total()


def _counted(text: str) -> Counter[str]:
    return Counter(token.casefold() for token in _tokens(_without_separators(text)) if token[0].isalnum())
