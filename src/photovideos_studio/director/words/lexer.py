"""From text to tokens: upload names and quotes are masked first, then numbers, ratios, times and words are told apart.

Knows no language beyond scripts. Positions are those of the text given, so that clauses can be shown as written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from photovideos_studio.director.words.quotes import find_quotes
from photovideos_studio.director.words.tokens import (
    ELISION,
    MEDIA_ENDINGS,
    SONG_ENDINGS,
    Token,
    TokenKind,
    is_cjk,
    is_media_name,
)

LONGEST_TEXT = 20_000  # characters that are read; nobody wishes for more than that

RATIOS = frozenset(
    [
        "16:9",
        "9:16",
        "4:3",
        "3:4",
        "1:1",
        "4:5",
        "5:4",
        "21:9",
        "9:21",
        "2:1",
        "1:2",
        "3:2",
        "2:3",
        "16:10",
        "10:16",
        "18:9",
        "19:9",
        "2.35:1",
        "2.39:1",
        "1.85:1",
        "1.91:1",
        "5:3",
    ]
)
_FRACTIONS = {"½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3}
_ENDINGS = "|".join(sorted({*MEDIA_ENDINGS, *SONG_ENDINGS}, key=len, reverse=True))
_UNKNOWN_FILE = re.compile(rf"(?<![\w.])[\w()+-][\w.()+-]*\.(?:{_ENDINGS})(?![\w])", re.IGNORECASE)
_PIECE = re.compile(
    r"(?P<size>\d{3,4}\s?[x×*]\s?\d{3,4}(?!\d))"
    r"|(?P<clock>\d{1,2}:\d{2}:\d{2}(?!\d))"
    r"|(?P<prime>\d{1,2}['′’]\d{1,2}(?:\"|''|″|”)?(?!\w))"
    r"|(?P<pair>\d{1,4}(?:\.\d{1,2})?\s?[:/x×]\s?\d{1,4}(?:\.\d+)?(?![\d]))"
    r"|(?P<percent>\d+(?:[.,]\d+)?\s?[%٪])"
    r"|(?P<number>\d+(?:[.,]\d+)?)"
    r"|(?P<fraction>[½¼¾⅓⅔])"
    r"|(?P<word>[^\W\d_](?:[^\W_]|_|['’](?=[^\W\d_]))*)"
    r"|(?P<mark>\n|[,，、.。!！?？;；:：—–…()（）~|•&+/=＝])"
)

# A hyphen between two numbers and no third: `30-45 s`, but neither a date nor a telephone number.
_FROM_TO = re.compile(r"(?<![\d.,:/-])\d{1,4}(?:[.,]\d+)?\s?([-‐‑])\s?(?=\d{1,4}(?:[.,]\d+)?(?![\d:/-]|[.,]\d))")


def clean(text: str) -> str:
    """NFC, without invisible characters and controls (line ends stay), at most LONGEST_TEXT characters."""
    text = unicodedata.normalize("NFC", text[: 2 * LONGEST_TEXT]).replace("\r\n", "\n").replace("\r", "\n")
    kept = [
        " " if unicodedata.category(c) in ("Cc", "Zs", "Zp") and c != "\n" else "\n" if c == "\u2028" else c
        for c in text
        if c == "\n" or unicodedata.category(c) not in ("Cf", "Cs", "Co", "Cn") or c == "\u200d"
    ]
    return "".join(kept)[:LONGEST_TEXT]


def fold(text: str) -> str:
    """The text for looking up, character for character: full-width forms narrow, letters small."""
    folded = []
    for character in text:
        narrow = unicodedata.normalize("NFKC", character) if "\uff01" <= character <= "\uff5e" else character
        small = narrow.casefold()
        folded.append(small if len(small) == 1 else narrow)
    return "".join(folded)


def tokens(text: str, names: Sequence[str] = ()) -> tuple[Token, ...]:
    """The tokens of `text` (already `clean`). `names`: the uploads' names, which are files wherever they stand."""
    folded = fold(text)
    files = _find_files(text, folded, names)
    quotes = find_quotes(text, tuple((start, end) for start, end, _ in files))
    masks: list[Token] = []
    for quote in quotes:
        is_file = is_media_name(quote.text) and "\n" not in quote.text
        kind = TokenKind.FILE if is_file else TokenKind.QUOTE
        value = next((name for name in names if name.casefold() == quote.text.casefold()), quote.text)
        shown = value if is_file else quote.text
        masks.append(Token(kind, text[quote.start : quote.end], "", quote.start, quote.end, shown))
    quoted = [(quote.start, quote.end) for quote in quotes]
    for start, end, name in files:
        if not any(s < end and start < e for s, e in quoted):
            masks.append(Token(TokenKind.FILE, text[start:end], "", start, end, name))
    return tuple(_with_masks(text, folded, sorted(masks, key=lambda token: token.start)))


def _find_files(text: str, folded: str, names: Sequence[str]) -> list[tuple[int, int, str]]:
    """Spans of upload names, whole or (where they are told by a digit) without their ending, and of unknown files."""
    spellings = [(fold(name), name) for name in names]
    for name in names:
        stem = name.rpartition(".")[0]
        is_telling = re.search(r"\d", stem) and re.search(r"[^\W\d]", stem) and len(stem) >= 2
        if is_telling and sum(other.rpartition(".")[0].casefold() == stem.casefold() for other in names) == 1:
            spellings.append((fold(stem), name))
    found: list[tuple[int, int, str]] = []
    for spelling, name in sorted(spellings, key=lambda pair: -len(pair[0])):
        for match in re.finditer(re.escape(spelling), folded):
            span = match.span()
            if _is_free(span, found) and _stands_alone(folded, span):
                found.append((*span, name))
    for match in _UNKNOWN_FILE.finditer(text):
        if _is_free(match.span(), found):
            found.append((*match.span(), match.group()))
    return sorted(found)


def _is_free(span: tuple[int, int], taken: Sequence[tuple[int, int, str]]) -> bool:
    return not any(start < span[1] and span[0] < end for start, end, _ in taken)


def _stands_alone(text: str, span: tuple[int, int]) -> bool:
    def joins(inside: str, outside: str) -> bool:
        return bool(re.match(r"[\w]", outside)) and not is_cjk(outside) and bool(re.match(r"[\w]", inside))

    start, end = span
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before and joins(text[start], before)) and not (after and joins(text[end - 1], after))


def _with_masks(text: str, folded: str, masks: Sequence[Token]) -> Iterator[Token]:
    position = 0
    for mask in masks:
        yield from _plain(text, folded, position, mask.start)
        yield mask
        position = mask.end
    yield from _plain(text, folded, position, len(text))


def _plain(text: str, folded: str, start: int, end: int) -> Iterator[Token]:
    position = start
    hyphens = {match.start(1) for match in _FROM_TO.finditer(folded, start, end)}
    while position < end:
        if position in hyphens:
            yield Token(TokenKind.MARK, text[position], "–", position, position + 1, "–")
            position += 1
            continue
        if is_cjk(folded[position]):
            glued = position > start and not folded[position - 1].isspace()
            yield Token(TokenKind.WORD, text[position], folded[position], position, position + 1, is_glued=glued)
            position += 1
            continue
        match = _PIECE.match(folded, position, end)
        if match is None:
            position += 1
            continue
        token = _token(text, match, start)
        yield token
        position = token.end


def _token(text: str, match: re.Match[str], start: int) -> Token:
    kind, piece = match.lastgroup or "", match.group()
    begin, end = match.span()
    glued = begin > start and not text[begin - 1].isspace() and text[begin - 1] not in "-‐‑"
    if kind == "word":
        piece = _one_word(piece, follows_number=begin > 0 and text[begin - 1].isdecimal())
        end = begin + len(piece)
        return Token(TokenKind.WORD, text[begin:end], piece.replace("’", "'"), begin, end, is_glued=glued)
    if kind == "mark":
        return Token(TokenKind.MARK, piece, piece, begin, end, piece)
    token_kind, value, length = _number(kind, piece)
    end = begin + length
    return Token(token_kind, text[begin:end], text[begin:end], begin, end, value, is_glued=glued)


def _one_word(piece: str, *, follows_number: bool) -> str:
    """A word ends where another script begins, behind a unit (the m of 1m30s), and behind an elision (d’une).

    It is never empty: a raised 2 begins a word as a letter does, which decimals do not.
    """
    cut = next((i for i, c in enumerate(piece) if is_cjk(c) or (follows_number and c.isdecimal())), len(piece))
    elided = ELISION.match(piece[:cut])
    return elided.group() if elided else piece[:cut]


def _number(kind: str, piece: str) -> tuple[TokenKind, object, int]:
    """What a piece that begins with a digit is, and how many of its characters belong to it."""
    if kind == "size":
        width, height = (int(part) for part in re.findall(r"\d+", piece))
        return TokenKind.SIZE, (width, height), len(piece)
    if kind == "clock":
        hours, minutes, seconds = (int(part) for part in piece.split(":"))
        return TokenKind.TIME, float(hours * 3600 + minutes * 60 + seconds), len(piece)
    if kind == "prime":
        minutes, seconds = (int(part) for part in re.findall(r"\d+", piece))
        return TokenKind.TIME, float(minutes * 60 + seconds), len(piece)
    if kind == "pair":
        return _pair(piece)
    if kind == "percent":
        return TokenKind.PERCENT, float(re.sub(r"[^\d.,]", "", piece).replace(",", ".")) / 100, len(piece)
    if kind == "fraction":
        return TokenKind.NUMBER, _FRACTIONS[piece], len(piece)
    return TokenKind.NUMBER, _decimal(piece), len(piece)


def _decimal(piece: str) -> float:
    """2.5 and 2,5; but 1,080 is a thousand and eighty."""
    if re.fullmatch(r"\d{1,3},\d{3}", piece):
        return float(piece.replace(",", ""))
    return float(piece.replace(",", "."))


def _pair(piece: str) -> tuple[TokenKind, object, int]:
    left, separator, right = re.split(r"\s?([:/x×])\s?", piece, maxsplit=1)
    ratio = f"{left}:{right}"
    if ratio in RATIOS and not (separator == "/" and ratio in ("1:2", "2:3")):
        return TokenKind.RATIO, ratio, len(piece)
    if separator == ":" and len(right) == 2 and int(right) < 60 and "." not in piece and len(left) <= 2:
        return TokenKind.TIME, float(int(left) * 60 + int(right)), len(piece)
    if separator == "/" and float(right) > float(left) > 0 and float(right) <= 10:
        return TokenKind.NUMBER, float(left) / float(right), len(piece)
    return TokenKind.NUMBER, _decimal(left), len(left)
