"""PURE. What was said in one event stream: the reply as a person is to read it, and whether it ended in an error.

`partial` text is a delta that a later whole text repeats, so it counts only where the whole one never came (contract
§7).
"""

from __future__ import annotations

import re
from dataclasses import replace

from photovideos.nemo.codes import HIDDEN
from photovideos.nemo.sse import Event, Failure, Said, ToolUsed

MAX_CHARACTERS = 200_000  # far above what is ever shown; an endless talker does not fill the memory
_ENDS_A_SENTENCE = re.compile(r"[.!?。！？:：]$")
_BEGINS_A_SENTENCE = re.compile(r"[A-Z\u4e00-\u9fff]")


class Transcript:
    """Add the events in order. `hides`: the token of the message, should it be quoted. Owned by one thread."""

    def __init__(self, *, hides: str = "") -> None:
        self._hides = hides
        self._whole: list[Said] = []
        self._partial: list[str] = []
        self._size = 0
        self._failure: Failure | None = None

    def add(self, event: Event) -> None:
        if isinstance(event, Failure):
            self._failure = event
        elif isinstance(event, ToolUsed):
            self._failure = None  # work went on after it
        elif isinstance(event, Said):
            self._failure = None
            self._hear(event)

    def _hear(self, said: Said) -> None:
        room = MAX_CHARACTERS - self._size
        if room <= 0:
            return
        if said.is_partial:
            self._partial.append(said.text[:room])
            self._size += min(len(said.text), room)
            return
        self._size -= sum(len(text) for text in self._partial)
        self._partial.clear()
        self._whole.append(Said(text=said.text[: MAX_CHARACTERS - self._size], is_chunk=said.is_chunk))
        self._size += len(self._whole[-1].text)

    @property
    def failure(self) -> Failure | None:
        """The error the stream ended in; None if something was said or done after it."""
        failure = self._failure
        return replace(failure, message=self._hidden(failure.message)) if failure else None

    @property
    def text(self) -> str:
        """Everything said; empty if nothing was."""
        joined = ""
        previous: Said | None = None
        for said in (*self._whole, *([Said(text="".join(self._partial))] if self._partial else [])):
            joined = joined + _break_between(previous, said) + said.text
            previous = said
        return self._hidden(joined).strip()

    def _hidden(self, text: str) -> str:
        return text.replace(self._hides, HIDDEN) if self._hides else text


def _break_between(before: Said | None, after: Said) -> str:
    if before is None or before.text.endswith("\n") or after.text.startswith("\n"):
        return ""
    if before.is_chunk and after.is_chunk:  # either pieces of one text, or sentences that follow each other
        is_new = _ENDS_A_SENTENCE.search(before.text) and _BEGINS_A_SENTENCE.match(after.text)
        return "\n" if is_new else ""
    return "\n"
