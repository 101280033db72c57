"""Compose: the whole draft out of wishes and materials, and the same wishes in another shape. PURE.

Segments keep their identity from draft to draft: a picture's is its upload's, titles and music have one each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from photovideos_studio.director.edit import arrange
from photovideos_studio.director.edit.canvas import canvas_of, output_label
from photovideos_studio.director.edit.framing import FramingWish, clip_framing, framing
from photovideos_studio.director.edit.notes import Note
from photovideos_studio.director.edit.onscreen import chapters, film_title, texts
from photovideos_studio.director.edit.schedule import Schedule, schedule
from photovideos_studio.director.edit.score import music, song_of
from photovideos_studio.director.wishes.wish import Wishes
from photovideos_studio.draft import Draft, PictureSegment, Transition, TransitionKind
from photovideos_studio.facts import Material, MediaKind

DEFAULT_FPS = 30
_FEWEST_FPS, _MOST_FPS = 8, 60
_MEMORY = "memory"
_EDGE_FADE_MS = 1500  # from or to black, asked for
_VARIED = (TransitionKind.CROSSFADE, TransitionKind.SLIDE, TransitionKind.WIPE, TransitionKind.ZOOM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A draft, the wishes with the contradictions that only the photos show, and what could not be as asked."""

    draft: Draft
    wishes: Wishes
    sequence: tuple[str, ...]
    left_out: tuple[arrange.LeftOut, ...]
    notes: tuple[Note, ...]


def edit(
    wishes: Wishes, materials: Sequence[Material], *, seed: str, language: str = "en", aspect: str | None = None
) -> Edited:
    """The draft that these wishes make of these materials. `aspect`: of several asked for, the one to lay out."""
    by_name = {one.name: one for one in materials}
    pictures = arrange.chosen(arrange.pictures_of(materials, wishes), wishes)
    unfit = arrange.unfit(pictures, wishes)
    out = {one.file for one in unfit}
    ordered = [name for name in arrange.in_order(pictures, wishes, seed) if name not in out]
    fps = frame_rate(wishes)
    song, notes = song_of(wishes, materials)
    if wishes.fps is not None and round(wishes.fps) != fps:
        notes.append(
            Note(field="fps", outcome="adjusted", reason="fps_bounds", values={"asked": wishes.fps, "got": fps})
        )
    times = schedule(ordered, by_name, wishes, song, fps)
    wishes = _with_contradictions(wishes, times.notes)
    draft = _draft(
        wishes, by_name, times, song, seed, language, aspect or (wishes.aspects[0] if wishes.aspects else "16:9")
    )
    return Edited(
        draft=draft,
        wishes=wishes,
        sequence=times.sequence,
        left_out=(*unfit, *times.left_out),
        notes=(*notes, *times.notes),
    )


def for_output(draft: Draft, label: str, materials: Sequence[Material]) -> Draft:
    """The same wishes laid out anew for another of the shapes asked for; the draft itself if the label is not known."""
    told = draft.photovideos
    wanted = next((one for one in told.get("outputs", ()) if one.get("label") == label), None)
    memory = told.get(_MEMORY)
    if wanted is None or not isinstance(memory, dict):
        return draft
    wishes = Wishes.from_memory(memory["wishes"])
    made = edit(
        wishes,
        materials,
        seed=str(memory.get("seed", "")),
        language=str(memory.get("language", "en")),
        aspect=str(wanted["aspect"]),
    )
    return replace(made.draft, photovideos=told)


def remembered(wishes: Wishes, seed: str, language: str) -> dict[str, Any]:
    """What `for_output` and the next message need of this one; goes into `photovideos`."""
    return {_MEMORY: {"wishes": wishes.to_memory(), "seed": seed, "language": language}}


def outputs(wishes: Wishes) -> list[dict[str, str]]:
    """One for each shape if several were asked for, else none."""
    if len(wishes.aspects) < 2:
        return []
    return [{"label": output_label(aspect), "aspect": aspect} for aspect in wishes.aspects]


def frame_rate(wishes: Wishes) -> int:
    """Whole frames a second, as asked within what plays everywhere."""
    return DEFAULT_FPS if wishes.fps is None else int(min(max(round(wishes.fps), _FEWEST_FPS), _MOST_FPS))


def _with_contradictions(wishes: Wishes, notes: Sequence[Note]) -> Wishes:
    conflict = list(wishes.conflict)
    for note in notes:
        if note.outcome == "contradiction":
            other = "duration_s" if wishes.duration_s is not None else "duration_max_s"
            conflict += [name for name in (other, note.field) if name not in conflict]
    return replace(wishes, conflict=tuple(conflict))


def _draft(
    wishes: Wishes,
    materials: Mapping[str, Material],
    times: Schedule,
    song: Material | None,
    seed: str,
    language: str,
    aspect: str,
) -> Draft:
    fps = frame_rate(wishes)
    length_ms = times.bounds[-1] * 1000 // fps if times.sequence else 0
    pictures = _pictures(wishes, materials, times, fps, seed, aspect)
    edge = min(_EDGE_FADE_MS, length_ms // 6)
    first_ms = _ms(times.overlaps[0], fps) if times.overlaps else 0
    begins_softly = first_ms > 0 if wishes.opening_fade is None else wishes.opening_fade
    takens = [taken for name in times.sequence if (taken := materials[name].facts.taken)]
    return Draft(
        canvas=canvas_of(aspect, wishes.resolution),
        fps=fps,
        length_ms=length_ms,
        pictures=pictures,
        music=music(wishes, song, length_ms, seed) if pictures else (),
        texts=texts(wishes, pictures, materials, length_ms, language),
        filter=wishes.filter,
        fade_in_ms=(first_ms or edge) if begins_softly else 0,
        fade_out_ms=edge if wishes.closing_fade else 0,
        title=film_title(wishes),
        created=min(takens) if takens else None,
        chapters=chapters(pictures, materials, language),
    )


def _ms(frames: int, fps: int) -> int:
    return frames * 1000 // fps


def _pictures(
    wishes: Wishes, materials: Mapping[str, Material], times: Schedule, fps: int, seed: str, aspect: str
) -> tuple[PictureSegment, ...]:
    canvas = canvas_of(aspect, wishes.resolution)
    kinds = _transitions(wishes, len(times.sequence), seed)
    segments = []
    for i, name in enumerate(times.sequence):
        material = materials[name]
        start, end = times.bounds[i], times.bounds[i + 1]
        if i + 1 < len(times.sequence):
            end += times.overlaps[i + 1]
        wish = FramingWish(
            canvas=canvas,
            fit=wishes.fit,
            motion=wishes.motion,
            index=i,
            slot_s=(end - start) / fps,
            is_slow=wishes.pace == "slow",
        )
        is_clip = material.facts.kind is MediaKind.CLIP
        fit, motion = (clip_framing if is_clip else framing)(material.facts, wish)
        overlap = times.overlaps[i] if i else 0
        heard = is_clip and material.facts.has_sound and not wishes.silent and wishes.clip_sound is not False
        segments.append(
            PictureSegment(
                id=f"picture-{material.id}",
                name=name,
                start_ms=_ms(start, fps),
                length_ms=_ms(end, fps) - _ms(start, fps),
                upload_id=material.id,
                is_clip=is_clip,
                fit=fit,
                motion=motion,
                transition=Transition(
                    kind=kinds[i] if overlap else TransitionKind.NONE,
                    length_ms=_ms(start + overlap, fps) - _ms(start, fps),
                ),
                volume=1.0 if heard else 0.0,
            )
        )
    return tuple(segments)


def _transitions(wishes: Wishes, count: int, seed: str) -> list[TransitionKind]:
    if wishes.transition == "random":
        random = Random(f"{seed}/transitions")  # noqa: S311 — for variety, not for secrets
        kinds: list[TransitionKind] = []
        for _ in range(count):
            kinds.append(random.choice([kind for kind in _VARIED if not kinds or kind is not kinds[-1]]))
        return kinds
    if wishes.transition in (None, "any"):
        return [TransitionKind.CROSSFADE] * count
    return [TransitionKind(wishes.transition)] * count
