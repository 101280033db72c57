"""The score: notes in time for players with their places, as `form` writes it and `stage` performs it. Pure data."""

from __future__ import annotations

from dataclasses import dataclass

from photovideos_studio.music.harmony import Key
from photovideos_studio.music.style import Room


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """`pitch` is a MIDI number (drums ignore it), `velocity` 0–1, `player` an index into the score's players."""

    start_ms: float
    length_ms: float
    pitch: int
    velocity: float
    player: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """Who plays: `gain` linear, `pan` −1 left to 1 right, `send` the share that goes into the room."""

    instrument: str
    gain: float
    pan: float
    send: float
    is_drum: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A whole piece of `length_ms`. `notes` are in order of time; the last chord sounds at `final_ms`.

    `beats_ms`: every beat up to the end. `kicks_ms`: where a bass drum pushes the others down, by `pump` (0–1).
    """

    mood: str
    key: Key
    bpm: float
    length_ms: float
    final_ms: float
    beats_ms: tuple[int, ...]
    players: tuple[Player, ...]
    notes: tuple[Note, ...]
    room: Room
    pump: float = 0.0
    kicks_ms: tuple[float, ...] = ()
