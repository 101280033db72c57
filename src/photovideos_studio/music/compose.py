"""Composing to the cut: a mood, a seed, a length and the photo changes become a score. PURE.

The same mood, seed, length and cuts always give the same music.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from random import Random

from photovideos_studio.music import parts, tempo
from photovideos_studio.music.form import Bar, bars_of
from photovideos_studio.music.grooves import DRUM_PANS, DRUM_SENDS
from photovideos_studio.music.harmony import Chord, Key, chord, near_pitch, voicing
from photovideos_studio.music.melody import Melodist
from photovideos_studio.music.moods import style_of
from photovideos_studio.music.score import Note, Player, Score
from photovideos_studio.music.style import Part, Role, Style

_HARDEST_PITCH = 96


def compose(mood: str, seed: int, length_ms: float, cuts_ms: Sequence[float] = ()) -> Score:
    """A whole piece, with a beginning and an end, whose last chord lands on the last cut that leaves it time to ring.

    `cuts_ms`: the moments at which photos change, from the start of the music; none is a piece of its own tempo.
    KeyError for a mood that is not in MOODS, ValueError for a length below a tenth of a second.
    """
    if length_ms < 100:
        raise ValueError("music needs at least a tenth of a second")
    style = style_of(mood)
    favourite = tempo.favourite_bpm(style.tempo, _random(mood, seed, "tempo"))
    beat_map = tempo.map_to_cut(style.tempo, length_ms, cuts_ms, favourite)
    choice = _random(mood, seed, "key")
    key = Key(choice.choice(style.tonics), choice.choice(style.modes))
    bars = bars_of(style, key, beat_map, _random(mood, seed, "form"))
    desk = _Desk(style, beat_map, length_ms, _random(mood, seed, "feel"))
    final = chord(style.final, key)
    for number, part in enumerate(style.parts):
        _play_part(desk, part, bars, final, key, _random(mood, seed, f"part {number}"))
    _play_first(desk, style, bars)
    _play_drums(desk, style, bars, _random(mood, seed, "drums"))
    notes = sorted(note for note in desk.notes if note.start_ms < length_ms)
    return Score(
        mood=mood,
        key=key,
        bpm=beat_map.bpm,
        length_ms=length_ms,
        final_ms=beat_map.ms(beat_map.final_beat),
        beats_ms=beat_map.beats_ms(beat_map.final_beat, length_ms),
        players=tuple(desk.players),
        notes=tuple(notes),
        room=style.room,
        pump=style.pump,
        kicks_ms=tuple(sorted(desk.kicks)),
    )


def _random(mood: str, seed: int, purpose: str) -> Random:
    """A stream of its own for each purpose, so that a change in one part leaves the others as they were."""
    return Random(f"{mood}/{seed}/{purpose}")  # noqa: S311 — for music, not for secrets


@dataclass(slots=True)
class _Desk:
    """Where events become notes: swing, the beat map and human looseness are applied here, for all players alike."""

    style: Style
    beat_map: tempo.BeatMap
    length_ms: float
    random: Random
    players: list[Player] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    kicks: list[float] = field(default_factory=list)

    def seat(self, player: Player) -> int:
        self.players.append(player)
        return len(self.players) - 1

    def moment(self, beat: float) -> float:
        whole = math.floor(beat)
        within = beat - whole
        swing = self.style.swing
        if swing != 0.5 and abs(within * 3 - round(within * 3)) > 1e-6:  # triplets swing by themselves
            within = within * 2 * swing if within < 0.5 else swing + (within - 0.5) * 2 * (1 - swing)
        return self.beat_map.ms(whole + within)

    def play(self, player: int, events: Iterable[parts.Event], energy: float, *, strict: bool = False) -> None:
        for event in events:
            start, end = self.moment(event.beat), self.moment(event.beat + event.beats)
            if not strict:
                start += max(-12.0, min(12.0, self.random.gauss(0, 0.4 * self.style.loose_ms)))
            velocity = event.velocity * (0.72 + 0.28 * energy)
            if not strict:
                velocity *= self.random.uniform(0.92, 1.0)
            start = max(0.0, start + event.lag_ms)
            pitch = min(event.pitch, _HARDEST_PITCH)
            self.notes.append(Note(start, max(60.0, end - start), pitch, min(1.0, velocity), player))


def _play_part(desk: _Desk, part: Part, bars: Sequence[Bar], final: Chord, key: Key, random: Random) -> None:
    player = desk.seat(
        Player(instrument=random.choice(part.instruments), gain=_linear(part.level), pan=part.pan, send=part.send)
    )
    pattern = random.choice(part.patterns)
    writer = _writer(part, pattern, key, final, bars, random)
    quietest = min((bar.energy for bar in bars), default=0.0)
    for number, bar in enumerate(bars):
        if bar.energy >= part.enters or (part is desk.style.parts[0] and bar.energy == quietest):
            desk.play(player, writer(number, bar), bar.energy)
    _play_ending(desk, part, player, final)


def _writer(
    part: Part, pattern: str, key: Key, final: Chord, bars: Sequence[Bar], random: Random
) -> Callable[[int, Bar], list[parts.Event]]:
    """How this part turns a bar into events."""

    def following(number: int) -> Chord:
        return bars[number + 1].harmony if number + 1 < len(bars) else final

    if part.role is Role.MELODY:
        melodist = Melodist(key, part.low, part.high, part.density, random)
        return lambda _, bar: [
            parts.Event(tone.beat, tone.beats, tone.pitch, 0.88 * tone.accent) for tone in melodist.write(bar)
        ]
    if part.role is Role.BASS:
        return lambda number, bar: parts.bass(part, pattern, bar, following(number))
    if part.role is Role.WALK:
        return lambda number, bar: parts.walk(part, bar, following(number), random)
    harmonist = parts.Harmonist(part, pattern)
    if part.role is Role.BELLS:
        return lambda _, bar: harmonist.bells(bar, random)
    write = {Role.PAD: harmonist.pad, Role.COMP: harmonist.comp, Role.ARP: harmonist.arp}[part.role]
    return lambda _, bar: write(bar)


def _play_first(desk: _Desk, style: Style, bars: Sequence[Bar]) -> None:
    """Where every pattern begins with a rest, a chord is sounded all the same: a film does not open in silence."""
    waits = min((note.start_ms for note in desk.notes), default=0.0)
    if not bars or waits < 60:
        return
    lead = style.parts[0]
    beats = max(1.0, waits * desk.beat_map.bpm / 60_000)
    voices = voicing(bars[0].harmony, lead.low, lead.high, (), lead.size)
    opening = [parts.Event(0.0, beats, pitch, 0.75, rank * lead.strum_ms) for rank, pitch in enumerate(voices)]
    desk.play(0, opening, bars[0].energy, strict=True)


def _play_ending(desk: _Desk, part: Part, player: int, final: Chord) -> None:
    """The last chord: everyone on the tonic harmony, at once or gently broken, and nothing after it."""
    beat = desk.beat_map.final_beat
    ring_beats = (desk.length_ms - desk.moment(beat)) * desk.beat_map.bpm / 60_000
    if part.role in (Role.BASS, Role.WALK):
        low = near_pitch(final.root, (part.low + part.high) / 2)
        events = [parts.Event(beat, ring_beats, low, 0.9)]
    elif part.role is Role.MELODY:
        last = next((note.pitch for note in reversed(desk.notes) if note.player == player), (part.low + part.high) // 2)
        high = near_pitch(final.root, last)
        events = [parts.Event(beat, ring_beats * 0.8, high, 0.75)]
    else:
        voices = voicing(final, part.low, part.high, (), part.size)
        apart = {Role.ARP: 55.0, Role.BELLS: 160.0, Role.COMP: max(part.strum_ms, 12.0)}.get(part.role, 0.0)
        events = [parts.Event(beat, ring_beats, pitch, 0.8, rank * apart) for rank, pitch in enumerate(voices)]
        if part.role is Role.ARP and ring_beats >= 4:  # a last glint over the chord as it fades
            events.append(parts.Event(beat + 2, ring_beats - 2, min(voices[-1] + 12, part.high + 7), 0.45))
    desk.play(player, events, desk.style.arc[2], strict=True)


def _play_drums(desk: _Desk, style: Style, bars: Sequence[Bar], random: Random) -> None:
    if not style.grooves:
        _hit(desk, {}, style)
        return
    groove = random.choice(style.grooves)
    seats: dict[str, int] = {}
    for bar in bars:
        if bar.energy < style.drums_enter or bar.section == "intro":
            continue
        for instrument, event in parts.drums(groove, bar):
            desk.play(_seat_drum(desk, seats, instrument, style), [event], bar.energy)
            if instrument == "kick" or (instrument == "softkick" and style.pump):
                desk.kicks.append(desk.moment(event.beat))
        if bar.section == "chorus" and bar.index == 0 and "crash" in style.ending_hit:
            desk.play(_seat_drum(desk, seats, "crash", style), [parts.Event(bar.beat, 1.0, 60, 0.6)], bar.energy)
    _hit(desk, seats, style)


def _hit(desk: _Desk, seats: dict[str, int], style: Style) -> None:
    for instrument in style.ending_hit:
        player = _seat_drum(desk, seats, instrument, style)
        desk.play(player, [parts.Event(desk.beat_map.final_beat, 1.0, 60, 0.8)], 1.0, strict=True)


def _seat_drum(desk: _Desk, seats: dict[str, int], instrument: str, style: Style) -> int:
    if instrument not in seats:
        seats[instrument] = desk.seat(
            Player(
                instrument=instrument,
                gain=_linear(style.drums_level),
                pan=DRUM_PANS.get(instrument, 0.0),
                send=DRUM_SENDS.get(instrument, 0.12),
                is_drum=True,
            )
        )
    return seats[instrument]


def _linear(decibels: float) -> float:
    return 10 ** (decibels / 20)
