"""The schedule of a film: how long it is, which pictures fit into it, and when each begins. PURE."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from photovideos_studio.director.edit import arrange, pacing
from photovideos_studio.director.edit.notes import Note
from photovideos_studio.director.wishes.wish import Wishes
from photovideos_studio.facts import Material

_CLOSE_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """`sequence`: the files shown. `bounds`: starts and the end in frames. `overlaps`: frames each fades in for."""

    sequence: tuple[str, ...]
    bounds: tuple[int, ...]
    overlaps: tuple[int, ...]
    notes: tuple[Note, ...]
    left_out: tuple[arrange.LeftOut, ...]


def schedule(
    sequence: Sequence[str], materials: Mapping[str, Material], wishes: Wishes, song: Material | None, fps: int
) -> Schedule:
    """The times of a sequence under its wishes. `song`: the user's, if one is played."""
    notes: list[Note] = []
    wished_overlap = transition_length(wishes)
    shown = _shown(sequence, materials, wishes, wished_overlap)
    length = asked_length(wishes, song)
    left: tuple[arrange.LeftOut, ...] = ()
    if length is not None:
        notes += _length_contradictions(shown, wishes, length)
        kept = _those_that_fit(sequence, materials, wishes, length)
        left = tuple(arrange.LeftOut(name, "no_room") for name in sequence if name not in kept)
        sequence = kept
        shown = _shown(sequence, materials, wishes, wished_overlap)
        shown = _with_bearable_holds(shown, length, notes)
        slots = pacing.fair_slots(shown, length)
    else:
        slots = _free_slots(shown, wishes, song, notes)
    bounds = pacing.to_frames(slots, fps)
    if _cuts_on_beats(wishes, song):
        assert song is not None
        bounds = pacing.on_beats(bounds, beats_of(song, wishes), fps)
        if wishes.beat_sync is None:  # nobody asked, so it is told
            notes.append(
                Note(field="beat_sync", outcome="done", reason="on_the_songs_beats", values={"file": song.name})
            )
    overlaps = pacing.transition_frames(bounds, wished_overlap, fps)
    if wishes.transition_s and overlaps and max(overlaps) < round(wishes.transition_s * fps):
        notes.append(
            Note(
                field="transition_s",
                outcome="adjusted",
                reason="transition_too_long",
                values={"asked": wishes.transition_s, "got": round(max(overlaps) / fps, 2)},
            )
        )
    return Schedule(sequence=tuple(sequence), bounds=bounds, overlaps=overlaps, notes=tuple(notes), left_out=left)


def transition_length(wishes: Wishes) -> float:
    """Seconds a transition should last."""
    if wishes.transition == "none" or (wishes.transition is None and wishes.beat_sync):
        return 0.0
    if wishes.transition_s is not None:
        return wishes.transition_s
    return pacing.DEFAULT_TRANSITION_S[wishes.pace]


def asked_length(wishes: Wishes, song: Material | None) -> float | None:
    """Seconds the film was asked to last; None if that follows from the photos."""
    length = wishes.duration_s
    if wishes.duration_from == "music" and length is None and song is not None and song.facts.length_ms:
        length = max(1.0, song.facts.length_ms / 1000 - (wishes.music_start_s or 0.0))
    if length is not None and wishes.duration_max_s is not None:
        length = min(length, wishes.duration_max_s)
    return length


def beats_of(song: Material, wishes: Wishes) -> tuple[int, ...]:
    """The song's beats in the film's time."""
    start = round((wishes.music_start_s or 0.0) * 1000)
    return tuple(beat - start for beat in song.facts.beats_ms if beat >= start)


def _cuts_on_beats(wishes: Wishes, song: Material | None) -> bool:
    """A user's song leads the cuts, unless each photo's time was asked for in seconds."""
    if song is None or len(song.facts.beats_ms) < 4 or wishes.beat_sync is False:
        return False
    return bool(wishes.beat_sync) or (wishes.per_photo_s is None and not wishes.holds)


def _shown(
    sequence: Sequence[str], materials: Mapping[str, Material], wishes: Wishes, overlap_s: float
) -> list[pacing.Shown]:
    held = {hold.file: hold.s for hold in wishes.holds}
    shown = []
    for name in sequence:
        length_ms = materials[name].facts.length_ms if materials[name].facts.kind == "clip" else None
        clip_s = max(0.4, length_ms / 1000 - overlap_s) if length_ms else None
        shown.append(pacing.Shown(name=name, held_s=held.get(name), clip_s=clip_s))
    return shown


def _free_slots(
    shown: Sequence[pacing.Shown], wishes: Wishes, song: Material | None, notes: list[Note]
) -> tuple[float, ...]:
    """No length was asked for: the photos have their time, within the bounds that were."""
    slot = wishes.per_photo_s or pacing.DEFAULT_SLOT_S[wishes.pace]
    if wishes.per_photo_s is None and song is not None and _cuts_on_beats(wishes, song):
        slot = pacing.whole_beats(slot, song.facts.beats_ms)
    if len(shown) == 1 and wishes.per_photo_s is None:
        slot = max(slot, 5.0)
    slot = max(slot, pacing.SHORTEST_SLOT_S)
    length = pacing.natural_length(shown, slot)
    wanted = length
    if wishes.duration_max_s is not None and wanted > wishes.duration_max_s:
        wanted = wishes.duration_max_s
        if wishes.per_photo_s is not None:
            notes.append(
                Note(
                    field="per_photo_s",
                    outcome="contradiction",
                    reason="length_over_per_photo",
                    values={"length": wanted, "per_photo": wishes.per_photo_s, "count": len(shown)},
                )
            )
    if wishes.duration_min_s is not None:
        wanted = max(wanted, wishes.duration_min_s)
    if abs(wanted - length) > 1e-6:
        return pacing.fair_slots(shown, wanted)
    return pacing.fair_slots(shown, length)


def _those_that_fit(
    sequence: Sequence[str], materials: Mapping[str, Material], wishes: Wishes, length: float
) -> tuple[str, ...]:
    """All of them, or the best where each would be shown for less than the floor."""
    is_given = wishes.per_photo_s is not None and wishes.per_photo_s < pacing.FLOOR_S
    floor = wishes.per_photo_s if is_given and wishes.per_photo_s else pacing.FLOOR_S
    most = max(1, int(length / floor + 1e-6))
    if len(sequence) <= most:
        return tuple(sequence)
    return arrange.best_of(sequence, materials, most, arrange.named_files(wishes))


def _with_bearable_holds(shown: list[pacing.Shown], length: float, notes: list[Note]) -> list[pacing.Shown]:
    """Holds that leave the others less than the floor are shortened alike."""
    held = sum(one.held_s for one in shown if one.held_s is not None)
    others = sum(pacing.FLOOR_S for one in shown if one.held_s is None)
    if not held or held + others <= length + 1e-6:
        return shown
    factor = max(0.05, (length - others) / held) if length > others else length / (held + others)
    notes.append(Note(field="hold", outcome="contradiction", reason="holds_too_long", values={"length": length}))
    return [
        pacing.Shown(name=one.name, held_s=one.held_s * factor if one.held_s else None, clip_s=one.clip_s)
        for one in shown
    ]


def _length_contradictions(shown: Sequence[pacing.Shown], wishes: Wishes, length: float) -> list[Note]:
    """A length and a time for each photo that do not go together: the length wins."""
    if wishes.per_photo_s is None:
        return []
    natural = pacing.natural_length(shown, wishes.per_photo_s)
    if abs(natural - length) <= _CLOSE_S:
        return []
    values: dict[str, object] = {
        "length": length,
        "per_photo": wishes.per_photo_s,
        "count": len(shown),
        "natural": natural,
    }
    return [Note(field="per_photo_s", outcome="contradiction", reason="length_over_per_photo", values=values)]
