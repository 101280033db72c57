"""One line of a prompt: is it nothing but a request that skips the message (contract §10)?

The whole line has to be the request; case, final punctuation, politeness and the words for video, format and resolution
are part of it. When in doubt the line is a message: a message that was meant as a request costs little, a wish that is
taken for a request is lost.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from photovideos.model import AskCredits, AskStatus, Export, Step, Upload
from photovideos.prompt import vocabulary
from photovideos.prompt.vocabulary import CONTAINERS, RESOLUTION_PAIRS, RESOLUTIONS, Vocabulary

MAX_REQUEST_CHARACTERS = 120  # longer lines are prose
MAX_UPLOAD_URLS = 50

_BULLET = re.compile(r"^\s*(?:[-*•·–—>#]+|\(?\d{1,2}[.)、])\s+")
_URL = re.compile(r"https?://[^\s<>\"'，。；！？）】」]+", re.IGNORECASE)
_CHUNK = re.compile(r"[a-z0-9']+|[\u3400-\u9fff\uf900-\ufaff]+|\S")
_LONGEST_WORD = 6  # Chinese characters in one entry of the vocabulary


def read_request(line: str) -> Step | None:
    """The request the line is, or None for a line that belongs to a message."""
    urls = tuple(match.group().rstrip(".,;:!?)") for match in _URL.finditer(line))
    words = _words(_URL.sub(" ", line))
    if not words:
        return None
    shown = line.strip()
    if urls:
        wanted = _is(vocabulary.UPLOAD, words) and len(urls) <= MAX_UPLOAD_URLS
        return Upload(line=shown, urls=urls) if wanted else None
    return _read_words(shown, words)


def _read_words(line: str, words: Sequence[str]) -> Step | None:
    if _is(vocabulary.EXPORT, words):
        return Export(line=line, resolution=_resolution(words), container=_container(words))
    if _is(vocabulary.CREDITS, words):
        return AskCredits(line=line)
    if _is(vocabulary.STATUS, words):
        return AskStatus(line=line)
    if _is(vocabulary.UPLOAD, words):
        return Upload(line=line)
    return None


def _words(line: str) -> tuple[str, ...]:
    """The line in comparable words, Chinese runs whole (they have no spaces); empty where it cannot be a request."""
    text = unicodedata.normalize("NFKC", _BULLET.sub("", line)).casefold()
    text = text.replace("’", "'").replace("‘", "'").replace("h.264", "h264").strip()
    if not text or len(text) > MAX_REQUEST_CHARACTERS:
        return ()
    words: list[str] = []
    for chunk in _CHUNK.findall(text):
        if chunk[0].isalnum() or chunk[0] == "'":
            words.extend(filter(None, [chunk.strip("'")]))
        elif not _is_ornament(chunk):
            return ()
    return tuple(words)


def _is_ornament(character: str) -> bool:
    """Punctuation, quotes and emoji around a request; signs that carry meaning (9:16, 50%, 1+1) come with numbers."""
    return unicodedata.category(character) in {"Po", "Pd", "Ps", "Pe", "Pi", "Pf", "So", "Sk", "Cf", "Mn"} and (
        character not in "%&@#*\\"
    )


def _is(kind: Vocabulary, words: Sequence[str]) -> bool:
    split = [_split(word, kind.words) for word in words]
    if any(part is None for part in split):
        return False
    found = {word for part in split if part is not None for word in part}
    return bool(found & kind.keys) or bool(found & kind.weak and found & kind.objects)


def _split(word: str, known: frozenset[str]) -> frozenset[str] | None:
    """The known words that `word` can be made of (Chinese writes without spaces), or None. Linear in its length."""
    if word in known or word.isascii():
        return frozenset({word}) if word in known else None
    reachable: list[frozenset[str] | None] = [frozenset()] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - _LONGEST_WORD), end):
            before = reachable[start]
            if before is not None and word[start:end] in known:
                reachable[end] = (reachable[end] or frozenset()) | before | {word[start:end]}
    return reachable[-1]


def _resolution(words: Sequence[str]) -> str | None:
    named = [RESOLUTION_PAIRS[pair] for pair in pairwise(words) if pair in RESOLUTION_PAIRS]
    named += [RESOLUTIONS[word] for word in words if word in RESOLUTIONS]
    named += [meaning for name, meaning in RESOLUTIONS.items() if not name.isascii() and any(name in w for w in words)]
    return named[-1] if named else None


def _container(words: Sequence[str]) -> str | None:
    named = [CONTAINERS[word] for word in words if word in CONTAINERS]
    return next((name for name in named if name != "mp4"), named[-1] if named else None)
