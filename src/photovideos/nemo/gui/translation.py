"""PURE. A reply translated: the screen talk taken out and turned into wishes, everything else left as it was said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from photovideos.nemo.gui import phrases
from photovideos.nemo.gui.clauses import Clause, clauses, masked_of, rejoined, sentences
from photovideos.nemo.gui.phrases import Action, Heard

MAX_EDITS = 5  # each costs what an edit costs
MAX_SENTENCE_CHARACTERS = 1000  # beyond that it is no sentence, and is left as it is

_LINE_END = re.compile(r"\r\n|\r|\n")
_BULLET = re.compile(r"^(\s*(?:(?:[-*•·–—]|#{1,6}|\(?\d{1,2}[.)、])\s*)?)(.*)$", re.DOTALL)
_ITEM = re.compile(r"\s*(?:[-*•·–—]|\(?\d{1,2}[.)、])\s*")
_LEADS_IN = re.compile(r"[:：]\W*$|^\s*#{1,6}\s|^\s*\*\*[^*]+\*\*\s*$")
_DEPENDENT = re.compile(
    r"^\W*(?:(?:(?:and|or|but|so|then)\s+)?"
    r"(?:to|in order to|if|when|whenever|once|for|from|after|before|as soon as|now|next|then|first|finally|lastly|"
    r"simply|just|please|want|need|ready|step \d+|in|on|at|within|alternatively|otherwise|optionally)\b"
    r"|如果|若|如需|要|想|当|在|首先|然后|最后|接下来|现在|请|您可以|你可以|为了|需要|完成后|之后)",
    re.IGNORECASE,
)
_CONSEQUENCE = re.compile(
    r"^\W*(?:and|then|or|so|to|where|which|when|until|before|after|if|as|because|once|for|it will|it'll|you'll|you can|"
    r"you will|this will|that will|just like that|choose|select|pick|set|adjust|wait|follow)\b|^[^\x00-\x7f]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """`text`: what remains for the person, in the backend's own words. `edits`: changes it asked a person to make by
    hand, to be sent as messages; each once, at most five."""

    text: str
    wants_export: bool = False
    wants_state: bool = False  # "open …": done already, the state is looked at after every message
    wants_summary: bool = False
    edits: tuple[str, ...] = ()


@dataclass(slots=True)
class _Wishes:
    """What was heard so far; owned by one call of `translate`."""

    actions: set[Action] = field(default_factory=set)
    edits: list[str] = field(default_factory=list)


def translate(text: str) -> Translation:
    """The screen talk of a reply as wishes, and the reply without it."""
    wishes = _Wishes()
    lines: list[_Line] = []
    is_offer = False
    for line in _LINE_END.split(text):
        is_offer = _is_offered(line, is_offer)
        lines.append(_translated_line(line, wishes, is_offer=is_offer))
    edits = tuple(dict.fromkeys(wishes.edits))[:MAX_EDITS]
    return Translation(
        text=_put_together(lines),
        wants_export=Action.EXPORT in wishes.actions,
        wants_state=Action.STATE in wishes.actions,
        wants_summary=Action.SUMMARY in wishes.actions,
        edits=edits,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    text: str
    is_gone: bool  # it held screen talk and nothing else


def _is_offered(line: str, was_offered: bool) -> bool:
    """Whether what the line says is one of the things that one *could* do: `Next you can:` and the list under it."""
    if _LEADS_IN.search(line):
        return phrases.is_an_offer(masked_of(line))
    return was_offered and (not line.strip() or bool(_ITEM.match(line)))


def _translated_line(line: str, wishes: _Wishes, *, is_offer: bool) -> _Line:
    match = _BULLET.match(line)
    bullet, body = (match[1], match[2]) if match else ("", line)
    kept = [_translated_sentence(sentence, wishes, is_offer=is_offer) for sentence in sentences(body)]
    text = "".join(kept).rstrip()
    if text and not kept[-1] and text[-1] in ";；":
        text = text[:-1] + ("。" if text[-1] == "；" else ".")
    if text:
        return _Line(text=bullet + text, is_gone=False)
    return _Line(text="", is_gone=bool(body.strip()))


def _translated_sentence(sentence: str, wishes: _Wishes, *, is_offer: bool) -> str:
    """The sentence, what is left of it, or nothing; with the blanks that followed it."""
    if len(sentence) > MAX_SENTENCE_CHARACTERS:
        return sentence
    parts = clauses(sentence)
    is_offer = is_offer or any(phrases.is_an_offer(part.masked) for part in parts)
    found = [phrases.heard(part, is_offer=is_offer) for part in parts]
    shortened = [phrases.ready(part) if one is None else None for part, one in zip(parts, found, strict=True)]
    if not any(found) and not any(shortened):
        return sentence
    wishes.actions |= {action for one in found if one for action in one.actions}
    wishes.actions |= {Action.EXPORT for one in shortened if one}
    _note_edits(found, wishes)
    kept_parts = [short or part for short, part in zip(shortened, parts, strict=True)]
    kept = [kept_parts[place] for place in _kept_places(parts, found)]
    blanks = sentence[len(sentence.rstrip()) :]
    left = rejoined(sentence, kept, lost_beginning=bool(kept) and kept[0].text != parts[0].text and not shortened[0])
    return left + blanks if left else ""


def _note_edits(found: Sequence[Heard | None], wishes: _Wishes) -> None:
    """The edits of one sentence are one message."""
    edits = [one.edit for one in found if one is not None and one.edit]
    if edits:
        wishes.edits.append(", ".join(edits).rstrip(" .。!！"))


def _kept_places(parts: Sequence[Clause], found: Sequence[Heard | None]) -> list[int]:
    """The clauses that say something without the screen talk: not what leads up to it, nor what comes of it."""
    gone = {place for place, one in enumerate(found) if one is not None}
    for place in sorted(gone):
        before = place - 1
        while before >= 0 and before not in gone and _DEPENDENT.match(parts[before].masked):
            gone.add(before)
            before -= 1
        after = place + 1
        while after < len(parts) and after not in gone and _CONSEQUENCE.match(parts[after].masked.strip()):
            gone.add(after)
            after += 1
    return [place for place in range(len(parts)) if place not in gone]


def _put_together(lines: Sequence[_Line]) -> str:
    """The lines that are left; a line that only led in to lines that are gone goes with them."""
    kept: list[str] = []
    for place, line in enumerate(lines):
        if line.is_gone or (_LEADS_IN.search(line.text) and _is_followed_by_nothing(lines[place + 1 :])):
            continue
        kept.append(line.text)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _is_followed_by_nothing(rest: Sequence[_Line]) -> bool:
    """Whether the next line with words is gone, as all up to the next blank line are."""
    was_gone = False
    for line in rest:
        if line.is_gone:
            was_gone = True
        elif line.text:
            return False
        elif was_gone:
            return True
    return was_gone
