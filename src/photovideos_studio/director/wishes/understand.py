"""A message becomes wishes: clause by clause, each reader takes what it knows; what is left over is told, never
dropped.

PURE. The order of the readers is part of the grammar: what names its object (files, quotes) is read before what
stands alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from photovideos_studio.director.wishes.extras import read_extras
from photovideos_studio.director.wishes.findings import Finding, Scene
from photovideos_studio.director.wishes.folding import Folding
from photovideos_studio.director.wishes.lengths import read_lengths
from photovideos_studio.director.wishes.negation import negated_terms
from photovideos_studio.director.wishes.on_screen import read_on_screen
from photovideos_studio.director.wishes.picture import read_picture
from photovideos_studio.director.wishes.selection import read_selection
from photovideos_studio.director.wishes.shape import read_shape
from photovideos_studio.director.wishes.sound import read_sound
from photovideos_studio.director.wishes.wish import Wishes
from photovideos_studio.director.words.clauses import Clause, clauses
from photovideos_studio.director.words.lexer import clean
from photovideos_studio.director.words.terms import Term

_READERS = (
    read_extras,
    read_on_screen,
    read_sound,
    read_lengths,
    read_selection,
    read_shape,
    read_picture,
)
_SMALL_TALK = [
    "stop",
    "greeting",
    "make",
    "and",
    "with",
    "or",
    "mark",
    "video",
    "photo",
    "pronoun",
    "wish_verb",
    "dont_care",
    "nevermind",
    "but",
    "about",
    "one",
    "instead",
    "correction",
    "change",
    "all",
    "on",
    "off",
    "neg",
    "place_word",
    "display",
]


@dataclass(frozen=True, slots=True)
class Heard:
    """A clause as written and what was read out of it. `kind`: wish, seed (a plain call for a film), context,
    unknown.
    """

    clause: str
    kind: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Understanding:
    """`contradictions`: field -> (the words that lost, the words that won)."""

    wishes: Wishes
    language: str
    heard: tuple[Heard, ...]
    contradictions: dict[str, tuple[str, str]]

    @property
    def not_understood(self) -> tuple[str, ...]:
        return tuple(one.clause for one in self.heard if one.kind == "unknown")


def understand(message: str, scene: Scene, language: str | None = None) -> Understanding:
    """What `message` wishes, on top of `scene.before`."""
    text = clean(message)
    spoken, parts = clauses(text, scene.names, language)
    scene.language = spoken
    folding = Folding(scene)
    heard: list[Heard] = []
    sentence = 0
    for number, clause in enumerate(parts):
        if clause.sentence != sentence:
            sentence = clause.sentence
            _begin_sentence(scene, clause)
        heard.append(_read_clause(clause, number, scene, folding))
    return Understanding(folding.finish(), spoken, tuple(heard), folding.contradictions)


def _begin_sentence(scene: Scene, clause: Clause) -> None:
    if not clause.terms[0].has("and"):
        scene.topic = scene.topic if scene.topic in ("sequence", "film") else None
    scene.is_correction = False


def _read_clause(clause: Clause, number: int, scene: Scene, folding: Folding) -> Heard:
    scene.replaced = _replaced(clause)
    if clause.has("correction", "instead", "change"):
        scene.is_correction = scene.is_correction or clause.has("correction", "instead")
    if clause.has("end") and not clause.has("quote", "file"):
        scene.topic = "end" if scene.topic in (None, "title", "end") and len(clause.terms) <= 3 else scene.topic
    if _is_bare_no(clause):
        scene.is_correction = True
        return Heard(clause.text, "context")
    if is_tale(clause):
        return Heard(clause.text, "context")
    negated = negated_terms(clause, scene.language)
    findings: list[Finding] = []
    for reader in _READERS:
        read = reader(clause, scene, negated)
        findings += read
    if clause.has("one_each") and any(finding.field.startswith("aspect_") for finding in findings):
        scene.parallel_shapes += 1
    if _joins_aspects(clause, findings) or scene.parallel_shapes > 1:
        folding.note_joined_aspects()
        scene.sentence_has_versions = True
    for finding in findings:
        folding.take(finding, number)
    return Heard(clause.text, _kind(clause, findings), tuple(findings))


def _is_bare_no(clause: Clause) -> bool:
    return all(term.has("neg", "correction", "off", "stop", "mark") for term in clause.terms) and not clause.has(
        "neg_after"
    )


def is_tale(clause: Clause) -> bool:
    """A clause that tells of people and what they did, and asks for nothing: taken as context."""
    past = sum(term.has("past") or _sounds_past(term) for term in clause.terms)
    if clause.has("wish_verb", "file", "quote") or not (past or clause.has("pronoun")):
        return False
    if not past and clause.has(
        "music", "transition", "title", "caption", "versions", "max", "each", "date", "unsupported"
    ):
        return False
    unknown = sum(term.has("unknown", "trap") for term in clause.terms)
    if past:
        return (
            (clause.has("pronoun") and unknown + past > 1)
            or unknown + past > 2
            or (past > 1 and not clause.has("photo"))
        )
    return unknown > 0 and not clause.has("video", "ratio", "resolution", "aspect")


def _sounds_past(term: Term) -> bool:
    """`reached`, `wandered`: a regular English past that the lexicon does not know."""
    return term.has("unknown") and len(term.text) > 4 and term.text.isascii() and term.text.casefold().endswith("ed")


def _replaced(clause: Clause) -> frozenset[int]:
    """Terms behind `instead of` (before it, where the language puts it behind): named only to be replaced."""
    found: set[int] = set()
    for place, term in enumerate(clause.terms):
        if term.has("instead_of"):
            for i in range(place + 1, len(clause.terms)):
                if clause.terms[i].has("make", "change") and i > place + 1 and not clause.terms[i].has("stop"):
                    break
                found.add(i)
        elif term.has("instead_of_before"):
            found |= set(range(place))
    return frozenset(found)


def _joins_aspects(clause: Clause, findings: Sequence[Finding]) -> bool:
    shapes = {f.value for f in findings if f.field.startswith("aspect_")}
    return len(shapes) > 1 and (clause.has("and", "versions") or any(t.value in ("&", "+", "/") for t in clause.terms))


def _kind(clause: Clause, findings: Sequence[Finding]) -> str:
    if findings:
        return "wish"
    if all(term.has(*_SMALL_TALK) for term in clause.terms):
        return "seed" if clause.has("video") or (clause.has("make") and clause.has("photo")) else "context"
    if clause.has("trap", "pronoun", "past", "platform") and not clause.has("wish_verb"):
        return "context"
    if clause.has("video") and not clause.has("wish_verb", "neg", "change"):
        return "seed"
    return "unknown" if clause.has("unknown") else "context"
