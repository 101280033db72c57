"""The form of a piece: its bars with their chords and energies, from an opening over sections to a cadence. PURE.

Bars are counted back from the last chord, so that it always falls on a first beat: what is left over at the beginning
becomes a pickup.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from photovideos_studio.music.harmony import Chord, Key, chord
from photovideos_studio.music.style import Style
from photovideos_studio.music.tempo import BeatMap


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar (the first may be a pickup, with `skip` beats missing at its beginning).

    `section`: intro, verse, chorus, break or outro; `index`: which bar of its phrase; `phrase_bars`: how many it has.
    """

    beat: float
    beats: float
    skip: float
    harmony: Chord
    section: str
    energy: float
    index: int
    phrase_bars: int

    @property
    def is_last_of_phrase(self) -> bool:
        return self.index == self.phrase_bars - 1


@dataclass(frozen=True, slots=True)
class _Phrase:
    section: str
    bars: int
    energy: float


def meter_of(style: Style, beat_map: BeatMap) -> int:
    """Three beats a bar where the photos change every three beats and the mood can waltz, otherwise four."""
    return 3 if style.waltz and beat_map.slot_beats in (1.5, 3.0, 6.0, 9.0) else 4


def bars_of(style: Style, key: Key, beat_map: BeatMap, random: Random) -> tuple[Bar, ...]:
    """All bars before the last chord."""
    meter = meter_of(style, beat_map)
    whole, pickup = int(beat_map.final_beat // meter), beat_map.final_beat % meter
    progressions = _progressions(style, key, random)
    bars: list[Bar] = []
    if pickup:
        first = progressions["intro"][0]
        bars.append(_bar(0.0, pickup, meter - pickup, first, _Phrase("intro", 1, style.arc[0]), 0))
    beat, done = pickup, 0
    for phrase in _phrases(style, whole):
        chords = progressions[phrase.section]
        for index in range(phrase.bars):
            remaining = whole - done
            harmony = chords[index % len(chords)]
            if remaining <= len(style.cadence) and whole > len(style.cadence):
                harmony = chord(style.cadence[-remaining], key)
            bars.append(_bar(beat, meter, 0.0, harmony, phrase, index))
            beat, done = beat + meter, done + 1
    return tuple(bars)


def _bar(beat: float, beats: float, skip: float, harmony: Chord, phrase: _Phrase, index: int) -> Bar:
    return Bar(
        beat=beat,
        beats=beats,
        skip=skip,
        harmony=harmony,
        section=phrase.section,
        energy=phrase.energy,
        index=index,
        phrase_bars=phrase.bars,
    )


def _progressions(style: Style, key: Key, random: Random) -> dict[str, list[Chord]]:
    verse, chorus = random.choice(style.verses), random.choice(style.choruses)
    other = random.choice([one for one in style.verses if one != verse] or [verse])
    parsed = {
        name: [chord(symbol, key) for symbol in line.split()]
        for name, line in (("verse", verse), ("chorus", chorus), ("break", other))
    }
    return {**parsed, "intro": parsed["verse"], "outro": parsed["verse"]}


def _phrases(style: Style, bars: int) -> list[_Phrase]:
    """The sections of a piece of so many bars, with an arc of energy: opening, rise, a breath, the peak, the close."""
    low, peak, close = style.arc
    if bars <= 3:
        return [_Phrase("verse", bars, (low + peak) / 2)] if bars else []
    outro = 2 if bars >= 6 else 0
    intro = 0 if bars < 6 else min(4, max(1, round(bars * 0.12)))
    body = bars - intro - outro
    unit = 4 if body < 28 else 8
    count = max(1, round(body / unit))
    sizes = [body // count + (1 if index < body % count else 0) for index in range(count)]
    names = _names(count)
    phrases = [_Phrase("intro", intro, low)] if intro else []
    for index, (name, size) in enumerate(zip(names, sizes, strict=True)):
        energy = low + (peak - low) * min(1.0, 0.25 + 0.8 * (index + 0.5) / count)
        if name == "break":
            energy = low + 0.25 * (peak - low)
        elif name == "chorus":
            energy = min(peak, energy + 0.1)
        phrases.append(_Phrase(name, size, energy))
    return [*phrases, _Phrase("outro", outro, close)] if outro else phrases


def _names(count: int) -> list[str]:
    """verse verse chorus, and so on; longer pieces breathe before a chorus; the last section is a chorus."""
    cycle = ("verse", "verse", "chorus", "verse", "break", "chorus")
    names = [cycle[index % len(cycle)] for index in range(count)]
    if count > 1:
        names[-1] = "chorus"
    if count > 3 and names[-2] == "chorus":
        names[-2] = "break"
    return names
