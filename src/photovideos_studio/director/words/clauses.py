"""Clauses: where one wish ends and the next begins. Sentences end at full stops and line ends, clauses also at commas.

Each clause knows its sentence, so that the grammar can look back (`crossfades, 1 second`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from photovideos_studio.director.words.lexer import tokens
from photovideos_studio.director.words.measures import measured
from photovideos_studio.director.words.terms import Term, language_of, terms
from photovideos_studio.director.words.unquoted import with_unquoted_titles

_SENTENCE_ENDS = frozenset(".。!！?？;；\n…|•")
_CLAUSE_ENDS = frozenset(",，—()（）")
_ABBREVIATIONS = frozenset(
    [
        "sec",
        "secs",
        "min",
        "mins",
        "max",
        "approx",
        "ca",
        "env",
        "no",
        "nr",
        "vs",
        "bzw",
        "ca",
        "ungef",
        "circa",
        "сек",
        "мин",
        "макс",
        "seg",
        "máx",
        "etc",
    ]
)

_LONGEST_SPLIT = 8  # terms from a verb to its particle


@dataclass(slots=True)
class Clause:
    """One clause of a prompt: its terms, which of them a wish has already claimed, and its words as written.

    `sentence`: which sentence of the text it belongs to. Owned by one call of the grammar; not shared.
    """

    text: str
    terms: tuple[Term, ...]
    sentence: int
    claimed: set[int] = field(default_factory=set)

    def free(self, *categories: str) -> list[int]:
        """Positions of unclaimed terms that bear one of the categories."""
        return [i for i, term in enumerate(self.terms) if i not in self.claimed and term.has(*categories)]

    def has(self, *categories: str) -> bool:
        return any(term.has(*categories) for term in self.terms)

    def split_verbs(self, verb: str, particle: str) -> Iterator[tuple[int, range]]:
        """Verbs that take their object between them and their particle (`leave the music out`): where the verb stands,
        and the places between both.
        """
        for opening in (i for i, term in enumerate(self.terms) if term.has(verb)):
            for closing in range(opening + 2, min(len(self.terms), opening + _LONGEST_SPLIT)):
                if self.terms[closing].has(particle):
                    yield opening, range(opening + 1, closing)
                    break

    @property
    def is_sparse(self) -> bool:
        """Whether nearly every word means something: a list of wishes, not a tale."""
        unknown = sum(term.has("unknown", "trap") for term in self.terms)
        return not unknown or (unknown == 1 and self.has("video", "wish_verb", "make"))

    def claim(self, *positions: int) -> None:
        self.claimed.update(positions)


def clauses(text: str, names: Sequence[str], language: str | None = None) -> tuple[str, tuple[Clause, ...]]:
    """The language of `text` (`clean`) and its clauses. `names`: the uploads', masked first."""
    pieces = tokens(text, names)
    spoken = language_of(pieces, language)
    found: list[Clause] = []
    sentence = 0
    run: list[Term] = []
    all_terms = with_unquoted_titles(text, measured(terms(pieces, spoken)))
    for position, term in enumerate(all_terms):
        ends_sentence = term.has("mark") and term.value in _SENTENCE_ENDS and not _is_abbreviation(all_terms, position)
        ends_clause = ends_sentence or (term.has("mark") and term.value in _CLAUSE_ENDS)
        ends_clause = ends_clause or (spoken == "ja" and term.text == "、")
        if not ends_clause:
            if run and term.has("correction") and not term.has("change", "stop"):
                found += _clause(text, run, sentence)
                run = []
            run.append(term)
            continue
        found += _clause(text, run, sentence)
        run = []
        sentence += ends_sentence
    found += _clause(text, run, sentence)
    return spoken, tuple(found)


def _clause(text: str, run: Sequence[Term], sentence: int) -> list[Clause]:
    if not any(not term.has("mark") for term in run):
        return []
    return [Clause(text[run[0].start : run[-1].end].strip(" :：/"), tuple(run), sentence)]


def _is_abbreviation(all_terms: Sequence[Term], position: int) -> bool:
    if position == 0 or position + 1 >= len(all_terms) or all_terms[position].value != ".":
        return False
    before, after = all_terms[position - 1], all_terms[position + 1]
    if before.end != all_terms[position].start or after.value == "\n":
        return False
    word = before.text.casefold().split()[-1] if before.text.split() else ""
    return word in _ABBREVIATIONS and (after.text[:1].islower() or after.text[:1].isdigit())
