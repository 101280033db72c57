"""The lexicon: phrases of each language and the concepts they name, read from `lexica/*.txt` (data, one file a
language).

A line is `category.value: phrase | phrase …`; `*` at the end of a word stands for any ending. A phrase may name several
concepts: the grammar picks by what stands around it. A concept that no reader asks for (`pace_noun`, `throughout`) only
makes its words known, so that a clause is not taken for a tale. Hyphens count as spaces. The same phrase in another
language than the text's own is taken only if it is four letters or longer, so that mixed prompts work and small words
do not collide.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from photovideos_studio.director.words.numerals import number_words
from photovideos_studio.director.words.tokens import ELISION, is_cjk

LANGUAGES = ("en", "zh", "de", "fr", "es", "it", "pt", "ru", "ja", "ko")
Concept = str  # "category" or "category.value"
_WORDS = re.compile(
    r"[\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]+|\d+|[^\W\d_]+(?:'[^\W\d_]+)*'?\*?|[&+/.#:|·]"
)


# A phrase for a mood that speaks of music itself (Klaviermusik, 钢琴曲) names music too.
_MUSIC_IN_A_WORD = ("music", "musik", "musique", "música", "musica", "музык", "音乐", "音樂", "曲", "音楽", "음악")


@dataclass(slots=True)
class Node:
    """A step of the phrase tree; `concepts` of the phrase that ends here, per language."""

    next: dict[str, Node] = field(default_factory=dict)
    concepts: dict[str, set[Concept]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """All languages in one tree. `stems`: beginnings of `word*`. `vocabulary`: words, with their languages, for
    typos.
    """

    root: Node
    stems: frozenset[str]
    vocabulary: Mapping[str, frozenset[str]]
    protected: frozenset[str]


def plain(word: str) -> str:
    """Without accents: musica for música. Cyrillic й and kana keep what belongs to the letter."""
    if word.isascii() or any(ord(c) > 0x250 for c in word):
        return word.replace("ё", "е")
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c)).replace("ß", "ss")


def phrase_words(phrase: str) -> tuple[str, ...]:
    """A phrase as the lexer would cut it: words, and each character of CJK on its own."""
    words: list[str] = []
    for run in _WORDS.findall(phrase.casefold().replace("-", " ").replace("’", "'")):
        elided = ELISION.match(run)
        if is_cjk(run[0]):
            words += run
        elif elided:
            words += [elided.group(), run[elided.end() :]]
        else:
            words.append(run)
    return tuple(words)


@cache
def lexicon() -> Lexicon:
    root, stems, vocabulary = Node(), set[str](), dict[str, set[str]]()
    for language, concept, phrase in _entries():
        words = phrase_words(phrase)
        for spelled in {words, tuple(plain(word) for word in words)}:
            _add(root, spelled, language, concept)
        for word in words:
            if word.endswith("*"):
                stems |= {word[:-1], plain(word[:-1])}
            elif len(word) >= 4 and word.isalpha() and not is_cjk(word[0]):
                vocabulary.setdefault(word, set()).add(language)
    return Lexicon(
        root=root,
        stems=frozenset(stems),
        vocabulary={word: frozenset(languages) for word, languages in vocabulary.items()},
        protected=frozenset(
            word for line in _read("protected").splitlines() if not line.startswith("#") for word in line.split()
        ),
    )


def _add(root: Node, words: Iterable[str], language: str, concept: Concept) -> None:
    node = root
    for word in words:
        node = node.next.setdefault(word, Node())
    node.concepts.setdefault(language, set()).add(concept)


def _entries() -> Iterable[tuple[str, Concept, str]]:
    for language in LANGUAGES:
        for line in _read(language).splitlines():
            concept, colon, phrases = line.partition(": ")
            if not colon or line.startswith("#"):
                continue
            for phrase in phrases.split("|"):
                if phrase.strip():
                    yield language, concept.strip(), phrase.strip()
                if concept.startswith("mood.") and any(word in phrase for word in _MUSIC_IN_A_WORD):
                    yield language, "music", phrase.strip()
                if concept.startswith("mood.") and language == "de" and phrase.strip().isalpha():  # Jazzmusik
                    yield from ((language, name, f"{phrase.strip()}musik") for name in (concept.strip(), "music"))
        for phrase, number in number_words(language).items():
            yield language, f"num.{number}", phrase


def _read(name: str) -> str:
    return resources.files(__package__).joinpath("lexica", f"{name}.txt").read_text("utf-8")
