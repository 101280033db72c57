"""Titles without quotation marks: `title: Rome 2024`, 标题：我们的旅行, `call it Summer in Rome`. They are text too.

What follows the key up to the end of the line or sentence is made one quote, so that no reader takes it for a setting.
"""

from __future__ import annotations

from collections.abc import Sequence

from photovideos_studio.director.words.terms import Term
from photovideos_studio.director.words.tokens import is_cjk

_ENDS = frozenset("\n.。!！?？;；|•")
_COMMAS = frozenset(",，、—(（")
_WISHES = [
    "duration",
    "music",
    "video",
    "transition",
    "aspect",
    "ratio",
    "platform",
    "mood",
    "pace",
    "resolution",
    "fps",
    "filter",
    "motion",
    "fit",
    "max",
    "neg",
    "make",
    "number",
    "percent",
    "photo",
    "file",
    "quote",
    "start",
    "end",
    "title",
    "caption",
    "silent",
    "time",
    "volume",
    "order",
]
_SETTINGS = ("music", "date", "filename", "photo", "stop", "text", "caption", "each", "place", "title")
_LONGEST = 24  # terms


def with_unquoted_titles(text: str, terms: Sequence[Term]) -> tuple[Term, ...]:
    """The terms, with unquoted titles as `quote` terms."""
    found: list[Term] = []
    position = 0
    while position < len(terms):
        found.append(terms[position])
        start = _title_start(terms, position)
        position += 1
        if start is None:
            continue
        end = _title_end(terms, start)
        if end == start:
            continue
        found += terms[position:start]
        begin, close = terms[start].start, terms[end - 1].end
        found.append(
            Term(concepts=frozenset({"quote"}), text=text[begin:close], start=begin, end=close, value=text[begin:close])
        )
        position = end
    return tuple(found)


def _title_start(terms: Sequence[Term], key: int) -> int | None:
    """Where the words of a title begin behind its key; None where none follow."""
    if not terms[key].has("title", "start", "end") or key + 1 >= len(terms):
        return None
    after = terms[key + 1]
    if not terms[key].has("title") and not (after.has("says", "mark") and key + 2 < len(terms)):
        return None
    if not terms[key].has("title") and after.has("mark") and not terms[key + 2].has("unknown", "greeting"):
        return None
    if after.has("says") and is_cjk(after.text[:1]) and key + 2 < len(terms) and not terms[key].has("duration"):
        return key + 2 if _may_begin(terms, key + 2, is_keyed=True) and not _is_setting(terms[key + 2]) else None
    if after.has("mark") and after.value in (":", "：", "=", "＝"):
        start = key + 2
        return start if start < len(terms) and _may_begin(terms, start, is_keyed=True) else None
    start = key + 1
    while start < len(terms) and terms[start].has("says", "stop") and is_cjk(terms[start].text[:1]):
        start += 1
    return start if start < len(terms) and _may_begin(terms, start, is_keyed=False) else None


def _is_setting(term: Term) -> bool:
    return term.has(*_SETTINGS) and not term.has("greeting")


def _may_begin(terms: Sequence[Term], start: int, *, is_keyed: bool) -> bool:
    """Nothing that is a setting by itself (`title: none`, `title: 3 seconds`), and without a key only a name."""
    term = terms[start]
    if term.has("quote", "mark", "off", "duration", "neg", "on", "file"):
        return False
    if is_keyed:
        return True
    if is_cjk(term.text[:1]):
        return term.has("unknown", "trap", "pronoun") and not term.has("neg_after")
    return term.text[:1].isupper() and not term.has("neg", "music", "video")


def _title_end(terms: Sequence[Term], start: int) -> int:
    end = start
    while end < len(terms) and end - start < _LONGEST:
        term = terms[end]
        if term.has("mark") and (
            term.value in _ENDS or (term.value in _COMMAS and _goes_on_with_wishes(terms, end + 1))
        ):
            break
        if end > start and term.has("with", "quote", "duration", "and") and _goes_on_with_wishes(terms, end):
            break
        end += 1
    while end > start and terms[end - 1].has("mark"):
        end -= 1
    return end


def _goes_on_with_wishes(terms: Sequence[Term], start: int) -> bool:
    """Whether what follows, up to the next comma or end, speaks of the film."""
    for term in terms[start : start + 8]:
        if term.has("mark") and (term.value in _ENDS or term.value in _COMMAS):
            return False
        if term.has(*_WISHES):
            return True
    return False
