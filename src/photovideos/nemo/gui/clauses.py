"""PURE. A text cut into sentences and clauses, and put together again without some of them. Knows nothing of screens.

What stands in quotes is a title or the name of a button, never a verb: it is masked, so that `the title "Open the
door"` opens nothing. Masks keep every position, so what is cut in the mask can be cut in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MASK = "\u25a1"

_QUOTED = re.compile(
    r"\"[^\"\n]{1,200}\"|“[^”\n]{1,200}”|「[^」\n]{1,200}」|『[^』\n]{1,200}』|«[^»\n]{1,200}»|【[^】\n]{1,80}】|`[^`\n]{1,200}`"
    r"|(?<!\w)'[^'\n]{1,80}'(?!\w)|(?<!\w)‘[^’\n]{1,80}’(?!\w)|《[^》\n]{1,80}》"
)
_WORD = re.compile(r"[^\W_]")
_MARKUP = re.compile(r"[*_~]")
_SENTENCE_END = re.compile(
    r"[.!?…;]+[\"”'’)\]*_]*(?=\s|$)|[。！？；]+[”’」』）*_]*|[\u2600-\u27bf\U0001f300-\U0001faff\ufe0f]+(?=\s)"
)
_VERBS = (
    r"(?:(?:then|you|can|could|may|please|simply|just|now|also|go|ahead|and|to|it's|is|time|feel|free|next)\s+)*"
    r"(?:double-click|right-click|click|tap|press|hit|select|choose|open|drag|drop|preview|export|download|go to|use)\b"
)
_VERBS_ZH = r"(?:请|您|你|可以|就可以|直接|再)*(?:点击|单击|双击|点按|打开|拖|导出|下载|预览|進入|进入|點擊|打開|匯出)"
_BETWEEN = re.compile(
    rf"\s*[,;，；]\s*|\s*[:：]\s+|：|\s+[–—-]+\s+|——|\s*[()（）]\s*"
    rf"|(?<!drag)(?<!dragging)\s+(?:and|or|but|then|so)\s+(?={_VERBS})"
    rf"|(?:然后|接着|并且|并|之后|最后|再|，)(?={_VERBS_ZH})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """`after`: what stands between it and the next. `masked`: the same text with quotes and markup blanked."""

    text: str
    masked: str
    after: str


def sentences(line: str) -> tuple[str, ...]:
    """The line's sentences, each with the blanks that follow it: joined, they are the line."""
    masked = masked_of(line)
    found: list[str] = []
    start = 0
    for end in _SENTENCE_END.finditer(masked):
        blank = re.compile(r"\s*").match(line, end.end())
        stop = blank.end() if blank else end.end()
        found.append(line[start:stop])
        start = stop
    if start < len(line):
        found.append(line[start:])
    return tuple(found)


def clauses(sentence: str) -> tuple[Clause, ...]:
    masked = masked_of(sentence)
    return tuple(
        Clause(text=sentence[start:stop], masked=masked[start:stop], after=sentence[stop:next_start])
        for start, stop, next_start in _cuts(masked)
        if _WORD.search(sentence[start:stop])
    )


def masked_of(text: str) -> str:
    return _MARKUP.sub(" ", _QUOTED.sub(lambda match: MASK * len(match.group()), text))


def rejoined(sentence: str, kept: Sequence[Clause], *, lost_beginning: bool) -> str:
    """The kept clauses as a sentence again; empty where nothing is left that says anything."""
    text = "".join(
        clause.text + (clause.after if place < len(kept) - 1 else "") for place, clause in enumerate(kept)
    ).strip()
    text = re.sub(r"(?:[\s,;:，；：、(（–—-]|\b(?:and|or|but|then|so)$|(?:然后|并)$)+$", "", text, flags=re.IGNORECASE)
    text = (
        re.sub(r"^(?:(?:and|but|or|so|then)\s+|[\s,;，；）)]+)", "", text, flags=re.IGNORECASE)
        if lost_beginning
        else text
    )
    if not _WORD.search(text):
        return ""
    ending = _SENTENCE_END.search(masked_of(sentence).rstrip())
    if ending and not _SENTENCE_END.search(text):
        text += "。" if ending.group()[0] in "。！？；" else "."
    return text[0].upper() + text[1:] if lost_beginning else text


def _cuts(masked: str) -> Iterator[tuple[int, int, int]]:
    start = 0
    for between in _BETWEEN.finditer(masked):
        yield start, between.start(), between.end()
        start = between.end()
    yield start, len(masked), len(masked)
