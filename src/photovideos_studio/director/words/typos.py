"""Typos: the word of the lexicon that an unknown word was meant to be, if there is one near enough.

Distance after Damerau and Levenshtein (a swap of neighbours counts once): one slip in five letters, two from eight
on. Words that exist (`lexica/protected.txt`: those that lie that near to the lexicon) are never corrected.
"""

from __future__ import annotations

from functools import lru_cache

from photovideos_studio.director.words.lexicon import lexicon, plain

_SHORTEST, _TWO_SLIPS = 5, 8


@lru_cache(maxsize=4096)
def corrected(word: str, languages: tuple[str, ...]) -> str | None:
    """The one word of the lexicon in one of `languages` that `word` is a slip of; None if it is none, or a word
    itself.
    """
    words = lexicon()
    if not 4 <= len(word) <= 20 or not word.isalpha() or word in words.protected or word in words.vocabulary:
        return None
    slips = 2 if len(word) >= _TWO_SLIPS else 1
    best: tuple[int, bool, int, str] | None = None
    for candidate, spoken in words.vocabulary.items():
        if abs(len(candidate) - len(word)) > slips or len(candidate) < _SHORTEST or not spoken.intersection(languages):
            continue
        if candidate[0] != word[0] and not _is_swap(word, candidate):
            continue
        slip = distance(plain(word), plain(candidate), slips)
        is_changed = len(candidate) == len(word) and sorted(candidate) != sorted(word)
        rank = (slip, is_changed, languages.index(next(name for name in languages if name in spoken)), candidate)
        if slip <= slips and (best is None or rank < best):
            best = rank
    return best[3] if best else None


def _is_swap(word: str, candidate: str) -> bool:
    return word[1] == candidate[0] and word[0] == candidate[1]


def distance(left: str, right: str, limit: int) -> int:
    """Slips between two words: letters added, left out, changed or swapped; more than `limit` is told as limit + 1."""
    before: list[int] = []
    previous = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        current = [i]
        for j, b in enumerate(right, 1):
            cost = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        if min(current) > limit:
            return limit + 1
        before, previous = previous, current
    return previous[-1]
