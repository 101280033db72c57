"""A finding: one wish read out of one clause. Data, and the scene in which the grammar reads. PURE."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from photovideos_studio.director.wishes.wish import Wishes


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`field` of Wishes (or an act upon them: `reverse`, `drop_photos` …), its value, and the words it was read from.

    `is_weak`: said by the way; never contradicts what was said outright. `span`: from and to, of seconds told as a
    span; the value is their middle.
    """

    field: str
    value: object
    words: str
    is_weak: bool = False
    span: tuple[float, float] | None = None


@dataclass(slots=True)
class Scene:
    """What the grammar must know besides the words. Owned by one call of `understand`.

    `shown`: the pictures as the person counts them, in order; `songs`: audio files; `names`: every upload. `before`:
    the wishes as they stood. `sequence_of`: the order of pictures that wishes lead to. `length_s`: of the film there
    is. `topic`, `last_number_field`: what was spoken of last. `excepted`: what the clause before took out of a length
    for every photo.
    """

    shown: tuple[str, ...]
    songs: tuple[str, ...]
    names: tuple[str, ...]
    before: Wishes
    is_refinement: bool
    sequence_of: Callable[[Wishes], tuple[str, ...]]
    length_s: float | None = None
    topic: str | None = None
    last_number_field: str | None = None
    excepted: tuple[str, ...] = ()
    sentence_has_versions: bool = False
    is_correction: bool = False
    parallel_shapes: int = 0
    language: str = "en"
    replaced: frozenset[int] = field(default_factory=frozenset)

    def picture(self, ordinal: int) -> str | None:
        """The file of the nth picture (1-based; negative from the end), as the person counts."""
        position = ordinal - 1 if ordinal > 0 else ordinal
        return self.shown[position] if -len(self.shown) <= position < len(self.shown) else None
