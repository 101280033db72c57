"""PURE: which encoding a prompt was saved in.

Unicode is told by its own marks. A legacy encoding is told by what the text would then consist of: in each East Asian
encoding the everyday characters have rows of their own, and text read in the wrong one falls outside of them. Small on
purpose: the texts are short, where statistics over byte pairs guess wildly.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_EVERYDAY_SHARE = 0.75
_MULTIBYTE_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH_WORD = re.compile(rb"[\x80-\xff]+")


def decode(raw: bytes, *, is_cut: bool = False) -> tuple[str, str]:
    """The text, and the encoding it was in. `is_cut`: the bytes end in the middle of a longer text. Never fails."""
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            return _decoder(encoding, "replace")(raw[len(bom) :], not is_cut), encoding
    encoding = _by_zeros(raw) or _utf8(raw, is_cut) or _east_asian(raw, is_cut) or _western(raw)
    return _decoder(encoding, "replace")(raw, not is_cut), encoding


def _decoder(encoding: str, errors: str) -> Callable[[bytes, bool], str]:
    return codecs.getincrementaldecoder(encoding)(errors).decode


def _try(raw: bytes, encoding: str, is_cut: bool) -> str | None:
    try:
        return _decoder(encoding, "strict")(raw, not is_cut)
    except UnicodeDecodeError:
        return None


def _by_zeros(raw: bytes) -> str | None:
    """UTF-16 without a mark, in a script whose high bytes are zero."""
    pairs = len(raw) // 2
    if pairs < 2:
        return None
    low, high = raw[0 : pairs * 2 : 2].count(0) / pairs, raw[1 : pairs * 2 : 2].count(0) / pairs
    if high > 0.4 and low < 0.1:
        return "utf-16-le"
    return "utf-16-be" if low > 0.4 and high < 0.1 else None


def _utf8(raw: bytes, is_cut: bool) -> str | None:
    if _try(raw, "utf-8", is_cut) is not None:
        return "utf-8"
    # A few damaged bytes in what plainly is UTF-8 stay a few damaged characters.
    whole = b"".join(_MULTIBYTE_UTF8.findall(raw))
    strays = sum(byte >= 0x80 for byte in raw) - len(whole)
    return "utf-8" if len(whole) > 8 * strays else None


def _row(encoding: str, first: int, last: int) -> Callable[[str], bool]:
    def is_everyday(character: str) -> bool:
        try:
            code = character.encode(encoding)
        except UnicodeEncodeError:
            return False
        return len(code) == 2 and first <= int.from_bytes(code, "big") <= last

    return is_everyday


_GB_FIRST_LEVEL = _row("gb2312", 0xB0A1, 0xD7F9)
_BIG5_FIRST_LEVEL = _row("big5", 0xA440, 0xC67E)
_JIS_FIRST_LEVEL = _row("shift_jis", 0x889F, 0x9872)
_HANGUL = _row("euc_kr", 0xB0A1, 0xC8FE)


def _is_japanese(character: str) -> bool:
    return "\u3041" <= character <= "\u30ff" or _JIS_FIRST_LEVEL(character)


def _is_chinese_or_japanese(character: str) -> bool:
    return _GB_FIRST_LEVEL(character) or _is_japanese(character)


# Where two read a text equally well the first is taken: Korean before Chinese, whose rows hold the Korean ones.
_CANDIDATES: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("cp949", _HANGUL),
    ("gb18030", _GB_FIRST_LEVEL),
    ("cp932", _is_japanese),
    ("euc_jp", _is_japanese),
    ("big5", _BIG5_FIRST_LEVEL),
    ("utf-16-le", _is_chinese_or_japanese),
    ("utf-16-be", _is_chinese_or_japanese),
)


def _east_asian(raw: bytes, is_cut: bool) -> str | None:
    best, best_share = None, 0.0
    for encoding, is_everyday in _CANDIDATES:
        text = _try(raw, encoding, is_cut)
        if text is None:
            continue
        share = _everyday_share(text, is_everyday, is_whole=encoding.startswith("utf-16"))
        if share > best_share:
            best, best_share = encoding, share
    return best if best_share >= _EVERYDAY_SHARE else None


def _everyday_share(text: str, is_everyday: Callable[[str], bool], *, is_whole: bool) -> float:
    """Of what is neither ASCII nor punctuation. `is_whole`: any pair of bytes is one, so few prove nothing."""
    letters = [character for character in text if character >= "\u0080" and not _is_punctuation(character)]
    if len(letters) < (4 if is_whole else 1):
        return 0.0
    return sum(map(is_everyday, letters)) / len(letters)


def _is_punctuation(character: str) -> bool:
    return "\u2010" <= character <= "\u2027" or "\u3000" <= character <= "\u303f" or "\uff01" <= character <= "\uff5e"


def _western(raw: bytes) -> str:
    """Cyrillic where whole words are above ASCII, else Latin."""
    words = _HIGH_WORD.findall(raw)
    high = sum(map(len, words))
    if words and high / len(words) >= 3 and high > sum(_is_letter(byte) for byte in raw):
        small_in_koi8 = sum(0xC0 <= byte <= 0xDF for byte in raw)
        small_in_1251 = sum(0xE0 <= byte <= 0xFF for byte in raw)
        return "koi8-r" if small_in_koi8 > small_in_1251 else "cp1251"
    return "cp1252" if _try(raw, "cp1252", False) is not None else "latin-1"


def _is_letter(byte: int) -> bool:
    return 0x41 <= byte & 0xDF <= 0x5A if byte < 0x80 else False
