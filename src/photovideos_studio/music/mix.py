"""The soundtrack of a film: its music and the sound of its clips, mixed, levelled, and written to a raw file.

Music steps back while a clip is heard. The whole is brought to −16 LUFS (less or more, as was asked for by volume) with
true peaks below −1.5 dBTP even after AAC. Nothing here knows containers: the render encodes the file.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from photovideos_studio.draft import Draft, MusicSegment, PictureSegment
from photovideos_studio.music import songs
from photovideos_studio.music.compose import compose
from photovideos_studio.music.envelope import Envelope, photo_changes, spans_joined
from photovideos_studio.music.levels import TARGET_LUFS, Loudness, Meter, bring_to, loudness_of
from photovideos_studio.music.media_sound import Soundless, SoundUnreadable
from photovideos_studio.music.moods import DEFAULT_MOOD, MOODS
from photovideos_studio.music.rawsound import RATE, RawSound, Stereo, frames_of
from photovideos_studio.music.score import Score
from photovideos_studio.music.stage import perform

_SHORTEST_FADE = frames_of(2000)
_REST = frames_of(60)  # silence at the very end, so that no encoder's tail is cut off
_CLIP_EDGE = frames_of(40)
_CLIP_END = frames_of(500)
_STEP_BACK_DB = -13.0
_MOST_LIFTED_DB = 18.0  # a clip recorded in a quiet room must not become a room full of hiss
_UNLEVELLED = 0.25  # what is brought to level afterwards anyway is kept well below the edge until then


class SoundError(Exception):
    """The soundtrack cannot be made; the message is a sentence for the person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundFacts:
    """What the soundtrack became.

    `loudness_lufs` and `true_peak_dbtp` are None for silence. `bpm` and `beats_ms` (of the film) are those of composed
    music, `key` its key. `notes`: sentences for the person about what could not be heard.
    """

    frames: int
    loudness_lufs: float | None
    true_peak_dbtp: float | None
    target_lufs: float
    has_music: bool
    clips_heard: int
    bpm: float | None = None
    key: str | None = None
    beats_ms: tuple[int, ...] = ()
    last_chord_ms: int | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stem:
    """One source: `pieces` gives its sound from `envelope.begin` on."""

    pieces: Iterator[Stereo]
    envelope: Envelope
    gain: float
    volume: float


def soundtrack(draft: Draft, sources: Mapping[str, Path], into: Path) -> SoundFacts:
    """Writes exactly round(length_ms · 48) frames of interleaved float32 stereo at 48 kHz to `into`.

    `sources`: files by upload id. SoundError if a song that the draft names cannot be played; a clip without sound, or
    with a damaged one, is mute and noted. No music and no clip: digital silence of the exact length.
    """
    frames = frames_of(draft.length_ms)
    with ExitStack() as files:
        mixer = _Mixer(draft, sources, into, files)
        stems = [*mixer.clips(), *mixer.music()]
        with RawSound.at(into, frames) as out:
            loudness, target = _written(stems, out, mixer.target_lufs())
    score = mixer.score
    offset = mixer.score_start_ms
    return SoundFacts(
        frames=frames,
        loudness_lufs=None if math.isinf(loudness.lufs) else round(loudness.lufs, 2),
        true_peak_dbtp=None if math.isinf(loudness.peak_dbtp) else round(loudness.peak_dbtp, 2),
        target_lufs=round(target, 2),
        has_music=any(not segment.volume <= 0 for segment in draft.music),
        clips_heard=len(mixer.heard),
        bpm=round(score.bpm, 2) if score else None,
        key=str(score.key) if score else None,
        beats_ms=tuple(beat + offset for beat in score.beats_ms) if score else (),
        last_chord_ms=round(score.final_ms) + offset if score else None,
        notes=tuple(mixer.notes),
    )


def _written(stems: Sequence[_Stem], out: RawSound, target: float) -> tuple[Loudness, float]:
    """Mixes into `out`, then levels it."""
    if not stems:
        return Loudness(-math.inf, -math.inf), target
    meter = Meter()
    readers = [_Reader(stem) for stem in stems]
    for start, sides in out.pieces():
        for reader in readers:
            reader.add_to(sides, start)
        out.write(start, sides)
        meter.add(sides)
    return bring_to(out, meter.loudness(), target), target


class _Reader:
    """Gives a stem's sound for pieces of the film, which must be asked for in order."""

    def __init__(self, stem: _Stem) -> None:
        self._stem = stem
        self._ready: Stereo | None = None
        self._at = stem.envelope.begin

    def add_to(self, sides: Stereo, start: int) -> None:
        end = start + sides.shape[1]
        while self._at < end:
            if self._ready is None or not self._ready.shape[1]:
                self._ready = next(self._stem.pieces, None)
                if self._ready is None:
                    self._at = 1 << 62
                    return
            count = min(end - self._at, self._ready.shape[1])
            first = self._at - start
            gains = self._stem.envelope.gains(self._at, count) * self._stem.gain
            sides[:, first : first + count] += self._ready[:, :count] * gains
            self._ready = self._ready[:, count:]
            self._at += count


class _Mixer:
    """Turns a draft's segments into stems. Used once, by one thread; `files` closes what it opens."""

    def __init__(self, draft: Draft, sources: Mapping[str, Path], into: Path, files: ExitStack) -> None:
        self._draft, self._sources, self._into, self._files = draft, sources, into, files
        self._end = frames_of(draft.length_ms)
        self.heard: list[tuple[int, int, float]] = []
        self.notes: list[str] = []
        self.score: Score | None = None
        self.score_start_ms = 0
        self._volumes: list[float] = []
        self._lift_db = max((segment.lift_db for segment in draft.music if segment.volume > 0), default=0.0)

    def target_lufs(self) -> float:
        """The film's level, less the share that was asked for of the loudest thing in it."""
        return TARGET_LUFS + self._lift_db + _decibels(max(self._volumes, default=1.0))

    def _temporary(self) -> RawSound:
        return self._files.enter_context(RawSound.temporary(self._into))

    # clips

    def clips(self) -> list[_Stem]:
        following = [*self._draft.pictures[1:], None]
        stems = []
        for segment, after in zip(self._draft.pictures, following, strict=True):
            if segment.is_clip and segment.volume > 0:
                stem = self._clip(segment, after)
                if stem is not None:
                    stems.append(stem)
        self.heard = list(spans_joined(self.heard))
        return stems

    def _clip(self, segment: PictureSegment, after: PictureSegment | None) -> _Stem | None:
        sound = self._temporary()
        try:
            path = self._sources[segment.upload_id]
            songs.unpack(path, into=sound, start_ms=segment.source_start_ms, length_ms=segment.length_ms)
        except Soundless:
            return None
        except SoundUnreadable as error:
            self.notes.append(f"{segment.name} is mute: {error}.")
            return None
        except OSError as error:
            self.notes.append(f"{segment.name} is mute: its file could not be read ({error.strerror}).")
            return None
        loudness = loudness_of(sound)
        if loudness.is_silent:
            return None
        begin = frames_of(segment.start_ms)
        end = min(begin + frames_of(segment.length_ms), begin + sound.frames, self._end - _REST)
        if end - begin < 2 * _CLIP_EDGE:
            return None
        volume = min(1.0, segment.volume)
        lift = min(_MOST_LIFTED_DB, TARGET_LUFS - loudness.lufs)
        self._volumes.append(volume)
        self.heard.append((begin, end, 10 ** (_STEP_BACK_DB * volume / 20)))
        leaving = frames_of(after.transition.length_ms) if after else _CLIP_END
        entering = frames_of(segment.transition.length_ms)
        return _Stem(
            pieces=songs.playing(sound, end - begin),
            envelope=Envelope(
                begin=begin,
                end=end,
                fade_in=min((end - begin) // 2, max(_CLIP_EDGE, entering)),
                fade_out=min((end - begin) // 2, max(_CLIP_EDGE, leaving)),
            ),
            gain=10 ** ((lift + _decibels(volume)) / 20),
            volume=volume,
        )

    # music

    def music(self) -> list[_Stem]:
        stems = []
        for segment in self._draft.music:
            begin = frames_of(segment.start_ms)
            end = min(frames_of(segment.start_ms + segment.length_ms), self._end)
            if segment.volume > 0 and end > begin:
                stems.append(self._music(segment, begin, end))
        return stems

    def _music(self, segment: MusicSegment, begin: int, end: int) -> _Stem:
        volume = min(1.0, segment.volume)
        make = self._song if segment.upload_id else self._composed
        pieces, fade_out = make(segment, end - begin)
        gain = _UNLEVELLED
        if self.heard or len(self._draft.music) > 1:
            sound = self._temporary()
            for piece in pieces:
                sound.append(piece)
            loudness = loudness_of(sound)
            level = TARGET_LUFS + segment.lift_db + _decibels(volume)
            gain = 1.0 if loudness.is_silent else 10 ** ((level - loudness.lufs) / 20)
            pieces = (sides for _, sides in sound.pieces())
        self._volumes.append(volume)
        stop = min(end, self._end - _REST)
        length = max(1, stop - begin)
        return _Stem(
            pieces=pieces,
            envelope=Envelope(
                begin=begin,
                end=stop,
                fade_in=min(length // 2, frames_of(segment.fade_in_ms)),
                fade_out=min(length * 2 // 3, max(frames_of(200), fade_out)),
                stepped_back=tuple(self.heard),
            ),
            gain=gain,
            volume=volume,
        )

    def _song(self, segment: MusicSegment, frames: int) -> tuple[Iterator[Stereo], int]:
        sound = self._temporary()
        length_ms = frames * 1000 / RATE
        try:
            path = self._sources[segment.upload_id or ""]
            songs.unpack(path, into=sound, start_ms=segment.source_start_ms, length_ms=length_ms + 50)
            if sound.frames == 0:  # the song is shorter than where it should begin
                self.notes.append(
                    f"{segment.name} ends before the moment it should begin at, so it begins at its start."
                )
                songs.unpack(path, into=sound, start_ms=0, length_ms=length_ms + 50)
        except KeyError as error:
            raise SoundError(f"{segment.name or 'The song'} is no longer there.") from error
        except SoundUnreadable as error:
            raise SoundError(f"{segment.name or 'The song'} cannot be played: {error}.") from error
        except OSError as error:
            raise SoundError(f"{segment.name or 'The song'} could not be read ({error.strerror}).") from error
        return songs.playing(sound, frames), frames_of(segment.fade_out_ms)

    def _composed(self, segment: MusicSegment, frames: int) -> tuple[Iterator[Stereo], int]:
        mood = segment.mood if segment.mood in MOODS else DEFAULT_MOOD
        length_ms = frames * 1000 / RATE
        starts = [picture.start_ms for picture in self._draft.pictures]
        cuts = photo_changes(starts, segment.start_ms, segment.start_ms + round(length_ms))
        score = compose(mood, segment.seed, max(100.0, length_ms), cuts)
        self.score, self.score_start_ms = score, segment.start_ms
        ring = frames_of(length_ms - score.final_ms)  # the fade may not swallow the last chord
        return perform(score), min(frames_of(segment.fade_out_ms), max(_SHORTEST_FADE, ring))


def _decibels(volume: float) -> float:
    return 20 * math.log10(max(volume, 1e-4))
