"""From tokens to terms: the longest phrases the lexicon knows, in the text's language first, and numbers with their
units.

A term may bear several concepts (`second` is a unit and an ordinal); the grammar asks for the one that fits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from photovideos_studio.director.words.lexicon import LANGUAGES, Node, lexicon, plain
from photovideos_studio.director.words.tokens import Token, TokenKind, is_cjk
from photovideos_studio.director.words.typos import corrected

_SHORTEST_FOREIGN_WORD = 4
_LONGEST_STEM = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Words with one meaning. `concepts`: `category` or `category.value`. `value`: of a number, quote, file, mark …
    `span`: from and to, of a duration that was told as a span (`30–45 s`).
    """

    concepts: frozenset[str]
    text: str
    start: int
    end: int
    value: object = None
    is_glued: bool = False
    span: tuple[float, float] | None = None

    def has(self, *categories: str) -> bool:
        return any(c in self.concepts or any(x.startswith(c + ".") for x in self.concepts) for c in categories)

    def named(self, category: str) -> str | None:
        """The value of `category.value`, if the term bears one; the first in the alphabet where it bears several."""
        found = sorted(x.partition(".")[2] for x in self.concepts if x.startswith(category + "."))
        return found[0] if found else None

    @property
    def number(self) -> float:
        assert isinstance(self.value, float)
        return self.value


def language_of(tokens: Sequence[Token], hint: str | None = None) -> str:
    """The language most of the words are in; scripts decide for Korean, Japanese, Chinese and Russian."""
    words = [token for token in tokens if token.kind is TokenKind.WORD]
    text = "".join(token.text for token in words)
    if any(0xAC00 <= ord(c) <= 0xD7AF for c in text):
        return "ko"
    if any(0x3040 <= ord(c) <= 0x30FA for c in text):
        return "ja"
    if sum(is_cjk(c) for c in text) >= max(2, len(text) // 8):
        return "zh"
    if sum("а" <= c <= "я" for c in text.casefold()) > len(text) // 3:
        return "ru"
    spoken = [name for name in LANGUAGES if name not in ("zh", "ja", "ko", "ru")]
    scores = dict.fromkeys(spoken, 0.0)
    for token in words:
        languages = _languages_of_word(token.key)
        for name in languages & set(spoken):
            scores[name] += 1 / len(languages)
    best = max(spoken, key=lambda name: (scores[name], name == (hint or "en"), name == "en"))
    return best if scores[best] else (hint if hint in LANGUAGES else "en")


def _languages_of_word(word: str) -> set[str]:
    node = lexicon().root.next.get(word)
    if node is None:
        return set()
    return set(node.concepts) | {name for below in node.next.values() for name in below.concepts}


def terms(tokens: Sequence[Token], language: str) -> tuple[Term, ...]:
    """The terms of a text in order; what the lexicon does not know is a term of the concept `unknown`."""
    languages = (language, *(name for name in ("en",) if name != language))
    found: list[Term] = []
    position = 0
    while position < len(tokens):
        term, used = _term_at(tokens, position, languages)
        found.append(term)
        position += used
    return tuple(found)


def _term_at(tokens: Sequence[Token], position: int, languages: tuple[str, ...]) -> tuple[Term, int]:
    token = tokens[position]
    if token.kind is not TokenKind.WORD and token.kind is not TokenKind.NUMBER:
        return _term([token], {token.kind.value}, token.value), 1
    phrase = _longest_phrase(tokens, position, languages)
    if phrase and not (token.kind is TokenKind.NUMBER and phrase[0] == 1):
        length, concepts = phrase
        return _term(tokens[position : position + length], concepts), length
    if token.kind is TokenKind.NUMBER:
        return _term([token], {"number"}, token.value), 1
    return _term([token], {"unknown"}), 1


def _term(tokens: Sequence[Token], concepts: Iterable[str], value: object = None) -> Term:
    spaced = "".join(
        ("" if i == 0 or tokens[i - 1].end == token.start else " ") + token.text for i, token in enumerate(tokens)
    )
    numbers = [c for c in concepts if c.startswith("num.")]
    if numbers and value is None:
        value = float(numbers[0][4:])
    return Term(
        concepts=frozenset(concepts),
        text=spaced,
        start=tokens[0].start,
        end=tokens[-1].end,
        value=value,
        is_glued=tokens[0].is_glued,
    )


def _longest_phrase(tokens: Sequence[Token], position: int, languages: tuple[str, ...]) -> tuple[int, set[str]] | None:
    """Its length in tokens and its concepts. A phrase of the first language beats a longer one of a later language."""
    best: dict[str, tuple[int, set[str]]] = {}
    paths: list[tuple[int, Node]] = [(position, lexicon().root)]
    while paths:
        at, node = paths.pop()
        for name, concepts in node.concepts.items():
            if name in best and best[name][0] == at - position:
                best[name] = (at - position, best[name][1] | concepts)
            elif at > position and (name not in best or at - position > best[name][0]):
                best[name] = (at - position, set(concepts))
        if at < len(tokens) and tokens[at].kind in (TokenKind.WORD, TokenKind.NUMBER, TokenKind.MARK):
            paths += [(at + 1, node.next[key]) for key in _keys(tokens[at], languages) if key in node.next]
    return _chosen(best, tokens[position], languages)


def _chosen(
    best: dict[str, tuple[int, set[str]]], first: Token, languages: tuple[str, ...]
) -> tuple[int, set[str]] | None:
    own = [best[name] for name in languages if name in best]
    if own:
        return max(own, key=lambda pair: pair[0])
    foreign = [pair for name, pair in sorted(best.items()) if is_cjk(first.key[:1]) or _is_long(first, pair)]
    return max(foreign, key=lambda pair: pair[0]) if foreign else None


def _is_long(first: Token, pair: tuple[int, set[str]]) -> bool:
    return len(first.key) >= _SHORTEST_FOREIGN_WORD or pair[0] > 1 or any(c.startswith("unit.") for c in pair[1])


def _keys(token: Token, languages: tuple[str, ...]) -> Iterator[str]:
    """What a token may stand for in a phrase: itself, without accents, a stem, a corrected slip."""
    seen = {token.key}
    yield token.key
    for key in (plain(token.key), token.key.removesuffix("'s")):
        if key not in seen:
            seen.add(key)
            yield key
    words = lexicon()
    bare = plain(token.key)
    for length in range(2, min(len(bare), _LONGEST_STEM) + 1):
        if bare[:length] in words.stems:
            yield bare[:length] + "*"
    if token.kind is TokenKind.WORD and len(token.key) >= 4 and token.key not in words.root.next:
        meant = corrected(token.key, languages)
        if meant:
            yield meant
