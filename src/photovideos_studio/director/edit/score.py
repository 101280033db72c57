"""The music of a draft: the user's song, or a mood to be composed. PURE; composes nothing itself."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from photovideos_studio.director.edit.notes import Note
from photovideos_studio.director.wishes.wish import Wishes
from photovideos_studio.draft import MusicSegment
from photovideos_studio.facts import Material, MediaKind
from photovideos_studio.music import DEFAULT_MOOD, MOODS

NEAREST_MOODS = {  # what people call a mood -> what the studio composes
    "sad": "piano",
    "nostalgic": "acoustic",
    "inspiring": "cinematic",
    "hiphop": "lofi",
    "pop": "upbeat",
    "chinese": "ambient",
    "tropical": "happy",
    "christmas": "happy",
}
_BY_PACE = {"slow": "calm", "fast": "energetic"}
_NAMES = {"low": 0.4, "high": 1.0}
_LOUDER_DB = 2.5  # above the level of a film; as loud as what is made for telephones
_FADE_OUT_MS = 2500


def song_of(wishes: Wishes, materials: Sequence[Material]) -> tuple[Material | None, list[Note]]:
    """The user's song to be played, if one is: the one asked for, else the only one in the folder."""
    songs = [one for one in materials if one.facts.kind is MediaKind.SONG and one.name not in wishes.gone]
    songs = [one for one in songs if one.name not in wishes.drop]
    if wishes.music is False:
        return None, []
    if wishes.music_file:
        named = next((one for one in songs if one.name.casefold() == wishes.music_file.casefold()), None)
        if named is not None:
            return named, []
        return None, [
            Note(field="music_file", outcome="not_possible", reason="no_such_song", values={"file": wishes.music_file})
        ]
    if len(songs) == 1:
        return songs[0], []
    if wishes.duration_from == "music" and not songs:
        return None, [Note(field="duration_from", outcome="not_possible", reason="no_song", values={})]
    return (songs[0] if songs and wishes.mood is None else None), []


def composed_mood(wishes: Wishes) -> str:
    """The nearest mood that the studio composes."""
    mood = wishes.mood or _BY_PACE.get(wishes.pace or "", DEFAULT_MOOD)
    mood = mood if mood in MOODS else NEAREST_MOODS.get(mood, DEFAULT_MOOD)
    return mood if mood in MOODS else DEFAULT_MOOD


def volume_of(wishes: Wishes) -> float:
    """0..1; the default is the film's full level."""
    if isinstance(wishes.volume, str):
        return _NAMES[wishes.volume]
    return 1.0 if wishes.volume is None else min(1.0, max(0.0, wishes.volume))


def music(wishes: Wishes, song: Material | None, length_ms: int, seed: str) -> tuple[MusicSegment, ...]:
    """One segment under the whole film, or none."""
    if wishes.music is False or length_ms <= 0:
        return ()
    fade_ms = _FADE_OUT_MS if wishes.fade_out_s is None else round(wishes.fade_out_s * 1000)
    fade_ms = min(fade_ms, length_ms if wishes.fade_out_s is not None else length_ms // 3)
    mood = None if song else composed_mood(wishes)
    start_ms = round((wishes.music_start_s or 0.0) * 1000)
    if song is None:  # where a song is shorter than that, the mix begins at its start and says so
        start_ms = 0
    return (
        MusicSegment(
            id="music",
            name=song.name if song else str(mood).capitalize(),
            start_ms=0,
            length_ms=length_ms,
            volume=volume_of(wishes),
            lift_db=_LOUDER_DB if wishes.volume == "high" else 0.0,
            mood=mood,
            seed=int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4], "big"),
            upload_id=song.id if song else None,
            source_start_ms=start_ms,
            fade_in_ms=400 if start_ms else 0,
            fade_out_ms=fade_ms,
        ),
    )
