"""Number words, 0 to 99 and 100, in eleven languages, and numerals of Chinese, Japanese and Korean of any length up
to 9999.
"""

from __future__ import annotations

from functools import cache

_UNITS = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen",
    "de": "null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn "
    "sechzehn siebzehn achtzehn neunzehn",
    "fr": "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize "
    "dix-sept dix-huit dix-neuf",
    "es": "cero un dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis "
    "diecisiete dieciocho diecinueve",
    "it": "zero un due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici "
    "diciassette diciotto diciannove",
    "pt": "zero um dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis "
    "dezessete dezoito dezenove",
    "ru": "ноль один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать "
    "четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать",
}
_TENS = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety hundred",
    "de": "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig hundert",
    "fr": "vingt trente quarante cinquante soixante soixante-dix quatre-vingt quatre-vingt-dix cent",
    "es": "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa cien",
    "it": "venti trenta quaranta cinquanta sessanta settanta ottanta novanta cento",
    "pt": "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa cem",
    "ru": "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто сто",
}
_JOINTS = {"en": (" ",), "fr": (" ", " et "), "es": (" y ",), "it": (" ",), "pt": (" e ",), "ru": (" ",)}
_OTHER_FORMS = {
    "a dozen": 12,
    "fourty": 40,
    "quatre-vingts": 80,
    "une": 1,
    "dezasseis": 16,
    "dezassete": 17,
    "dezanove": 19,
    "una": 1,
    "uno": 1,
    "uma": 1,
    "duas": 2,
    "eine": 1,
    "einen": 1,
    "einer": 1,
    "eins": 1,
    "zwo": 2,
    "dreissig": 30,
    "veintiún": 21,
    "veintiuno": 21,
    "veintidós": 22,
    "veintitrés": 23,
    "veinticuatro": 24,
    "veinticinco": 25,
    "veintiséis": 26,
    "veintisiete": 27,
    "veintiocho": 28,
    "veintinueve": 29,
    "одна": 1,
    "одну": 1,
    "одной": 1,
    "две": 2,
    "двух": 2,
    "трех": 3,
    "трёх": 3,
    "четырех": 4,
    "четырёх": 4,
    "пяти": 5,
    "шести": 6,
    "семи": 7,
    "восьми": 8,
    "девяти": 9,
    "десяти": 10,
    "двенадцати": 12,
    "пятнадцати": 15,
    "двадцати": 20,
    "тридцати": 30,
    "сорока": 40,
    "пятидесяти": 50,
    "шестидесяти": 60,
    "девяноста": 90,
    "soixante et onze": 71,
}
_HAN = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2, "俩": 2}
_HAN_SCALES = {"十": 10, "百": 100, "千": 1000}
_SINO_KOREAN = {c: n for n, c in enumerate("영일이삼사오육칠팔구")}
_KOREAN_SCALES = {"십": 10, "백": 100}
_NATIVE_KOREAN = {
    "한": 1,
    "하나": 1,
    "두": 2,
    "둘": 2,
    "세": 3,
    "셋": 3,
    "네": 4,
    "넷": 4,
    "다섯": 5,
    "여섯": 6,
    "일곱": 7,
    "여덟": 8,
    "아홉": 9,
    "열": 10,
}


@cache
def number_words(language: str) -> dict[str, int]:
    """Phrase -> number of one language; phrases are as the lexicon writes them (spaces for hyphens)."""
    if language not in _UNITS:
        return {}
    units, tens = _UNITS[language].split(), _TENS[language].split()
    words = {word: number for number, word in enumerate(units)}
    for position, ten in enumerate(tens):
        words[ten] = value = (position + 2) * 10
        if value < 100:
            words |= _with_units(language, ten, value, units)
    words |= _OTHER_FORMS
    return {phrase.replace("-", " "): number for phrase, number in words.items()}


def _with_units(language: str, ten: str, value: int, units: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    highest = 20 if language == "fr" and ten in ("soixante", "quatre-vingt") else 10
    for number, unit in enumerate(units[1:highest], 1):
        if language == "de":
            found[f"{unit}und{ten}"] = value + number
            continue
        if language == "it":
            stem = ten[:-1] if number in (1, 8) else ten
            found[stem + ("uno" if number == 1 else unit)] = value + number
        for joint in _JOINTS.get(language, (" ",)):
            found[f"{ten}{joint}{unit}"] = value + number
    return found


def cjk_numeral(characters: str) -> tuple[float, int] | None:
    """The number a run of characters begins with, and how many of them it takes; None if it begins with none.

    三十 -> 30, 两 -> 2, 一百二十 -> 120, 삼십 -> 30, 다섯 -> 5.
    """
    for word in sorted(_NATIVE_KOREAN, key=len, reverse=True):
        if characters.startswith(word):
            return float(_NATIVE_KOREAN[word]), len(word)
    for digits, scales in ((_HAN, _HAN_SCALES), (_SINO_KOREAN, _KOREAN_SCALES)):
        if read := _positional(characters, digits, scales):
            return read
    return None


def _positional(characters: str, digits: dict[str, int], scales: dict[str, int]) -> tuple[float, int] | None:
    total, pending, used = 0, None, 0
    for character in characters:
        if character in scales:
            total += (1 if pending is None else pending) * scales[character]
            pending = None
        elif character in digits:
            pending = digits[character] if pending is None else pending * 10 + digits[character]
        else:
            break
        used += 1
    return (float(total + (pending or 0)), used) if used else None
