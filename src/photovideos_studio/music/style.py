"""The vocabulary in which a mood is written down: parts with instruments and patterns, grooves, a room. Pure data.

Patterns are strings over one bar of four beats (a shorter bar takes the beginning): 8 characters are eighths, 16 are
sixteenths, 12 are triplet eighths. `-` holds what sounds, `.` is silence. By role:
comp: x whole chord, o its upper notes softly, b its bass note. arp: digits, steps of the voicing (above its size: an
octave up). bass: r root, 5 fifth, o octave, 3 third, a step into the next chord. Drums: X loud, x, o soft.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypedDict, Unpack

from photovideos_studio.music.tempo import TempoRange


class Role(StrEnum):
    PAD = "pad"
    COMP = "comp"
    ARP = "arp"
    BASS = "bass"
    WALK = "walk"
    MELODY = "melody"
    BELLS = "bells"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One player. `level` in dB; `send` into the room, 0–1; `enters`: the energy of a section from which it plays.

    `ring`: its notes sound on to the end of the bar, as under a pedal. `density`: of a melody. `strum_ms`: between the
    notes of a chord.
    """

    role: Role
    instruments: tuple[str, ...]
    patterns: tuple[str, ...] = ("",)
    level: float = 0.0
    pan: float = 0.0
    send: float = 0.3
    low: int = 52
    high: int = 72
    size: int = 4
    enters: float = 0.0
    density: float = 0.5
    strum_ms: float = 0.0
    ring: bool = False


class _Seat(TypedDict, total=False):
    """The fields of a `Part` beside its role, instruments and patterns."""

    level: float
    pan: float
    send: float
    low: int
    high: int
    size: int
    enters: float
    density: float
    strum_ms: float
    ring: bool


def part(role: Role, instruments: str, patterns: str = "", **seat: Unpack[_Seat]) -> Part:
    """A line of the table of a mood: instruments and patterns to choose from, with spaces between them."""
    return Part(role=role, instruments=tuple(instruments.split()), patterns=tuple(patterns.split()) or ("",), **seat)


@dataclass(frozen=True, slots=True, kw_only=True)
class Groove:
    """A drum pattern: instrument to steps; `fill` replaces it in the last bar of a phrase."""

    steps: tuple[tuple[str, str], ...]
    fill: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Reverberation: `seconds` to −60 dB, `wet` of the send, `dark` the frequency in Hz where it begins to soften."""

    seconds: float
    wet: float
    dark: float = 4000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How music of one mood is made.

    `verses`/`choruses`: progressions, one chord a bar, as roman numerals. `cadence`: the chords before the last.
    `swing`: share of a beat that the first eighth takes (0.5 straight, 0.667 triplets). `pump`: depth to which the kick
    pushes the others down. `arc`: energy at the beginning, at the peak and before the end.
    """

    tempo: TempoRange
    modes: tuple[str, ...]
    tonics: tuple[int, ...]
    verses: tuple[str, ...]
    choruses: tuple[str, ...]
    cadence: tuple[str, ...]
    final: str
    parts: tuple[Part, ...]
    grooves: tuple[Groove, ...] = ()
    drums_level: float = -6.0
    drums_enter: float = 0.5
    room: Room
    waltz: bool = False
    swing: float = 0.5
    pump: float = 0.0
    loose_ms: float = 6.0
    arc: tuple[float, float, float] = (0.35, 1.0, 0.8)
    ending_hit: tuple[str, ...] = ()
