"""Negation: which terms of a clause are spoken against (no, without, 不要, なし, …), and which only seem to be."""

from __future__ import annotations

from photovideos_studio.director.words.clauses import Clause

HEADS = [
    "music",
    "song",
    "transition",
    "text",
    "title",
    "caption",
    "subtitle_line",
    "motion",
    "move_photo",
    "crop",
    "fit",
    "filter",
    "effects",
    "photo",
    "file",
    "sound",
    "beat",
    "mood",
    "clip_sound",
    "silent",
    "pace",
    "order",
    "fade_out",
    "fade_in",
    "aspect",
    "platform",
    "chapters",
    "quote",
    "resolution",
    "ordinal",
    "loud",
    "quiet",
    "ratio",
    "unsupported",
    "filename",
    "date",
    "video",
    "duration",
    "head",
    "volume",
]
_POSTFIX_LANGUAGES = ("ja", "ko")
_FAR_REACHING = frozenset(
    [
        "without",
        "w/o",
        "ohne",
        "sans",
        "sin",
        "senza",
        "sem",
        "без",
        "не",
        "不要",
        "没有",
        "无",
        "不加",
        "别加",
        "neither",
    ]
)


def negated_terms(clause: Clause, language: str) -> frozenset[int]:
    """Positions of terms that are negated. A negation before its noun reaches over `or`, after it back to the noun."""
    found = _between_verb_and_particle(clause)
    fading = {between.stop for _, between in clause.split_verbs("verb_of_fade", "particle_of_out")}
    for position, term in enumerate(clause.terms):
        if position in fading or term.has("nevermind") or not term.has("neg", "neg_after", "off", "drop"):
            continue
        before = _before(clause, position)
        after = _after(clause, position) if term.has("neg", "drop") else set()
        if language in _POSTFIX_LANGUAGES:
            found |= before if term.has("neg_after", "off") else after or before
        elif after:
            found |= after
        elif term.has("neg_after", "off", "neg") and not _is_interjection(clause, position):
            found |= before
    return frozenset(found)


def _between_verb_and_particle(clause: Clause) -> set[int]:
    """`leave the music out`, `turn the music off`, `take photo 3 out`."""
    parts = clause.split_verbs("verb_of_out", "particle_of_out")
    return {i for _, between in parts for i in between if clause.terms[i].has(*HEADS)}


def _is_interjection(clause: Clause, position: int) -> bool:
    return position == 0 or len(clause.terms) == 1


def _after(clause: Clause, position: int) -> set[int]:
    """Heads behind the negation, to the next `but`, verb or new noun phrase."""
    reaches = clause.terms[position].text.casefold() in _FAR_REACHING
    found: set[int] = set()
    joined = True
    for i in range(position + 1, len(clause.terms)):
        term = clause.terms[i]
        if term.has("but", "instead_of", "not_but") or (term.has("with") and not term.has("and") and found):
            break
        if (term.has("mark") and str(term.value) in "/+&") or term.has("or"):
            joined = True
        elif term.has("and"):
            if not reaches and found:
                break
            joined = True
        elif term.has("neg") and found:
            break
        elif term.has(*HEADS) and (joined or not found or i - 1 in found):
            if term.has("duration") and not (found or i == position + 1):
                break
            found.add(i)
            joined = False
        elif term.has("make", "display") and not term.has("stop") and found:
            break
    return found


def _before(clause: Clause, position: int) -> set[int]:
    found: set[int] = set()
    for i in range(position - 1, -1, -1):
        term = clause.terms[i]
        if term.has("but") or (term.has("neg", "neg_after") and found):
            break
        if term.has("and", "with") and found and not term.has("stop"):
            continue
        if term.has(*HEADS) and (not found or i + 1 in found or clause.terms[i + 1].has("and", "or", "mark", "stop")):
            found.add(i)
            if clause.terms[i].has("duration", "ratio", "aspect"):
                found.discard(i)
                break
        elif found:
            break
    return found
