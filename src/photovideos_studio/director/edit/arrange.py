"""Arrange: which pictures are shown and in what order; what is left out by itself, and why.

Order: EXIF time with sub-seconds and offset, else natural name. Left out: twins of a burst (alike *and* taken
together), the blurred, the nearly black, the clip of a live photo; never what the person named.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from statistics import median

from photovideos_studio.director.wishes.wish import Wishes
from photovideos_studio.facts import Material, MediaKind

BURST_SECONDS = 4.0
ALIKE_BITS = 6  # of the 64 of a dhash
NEARLY_BLACK = 0.03
BLURRED_SHARE = 0.06  # of the median sharpness of the drop
BLURRED_AT_MOST = 40.0  # variance of the Laplacian; what is above is never called blurred
LIVE_CLIP_MS = 4500


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that is not shown, and why: `reason` is a key of `receipts` wording, `other` a file it speaks of."""

    file: str
    reason: str
    other: str = ""


def natural_key(name: str) -> tuple[object, ...]:
    """Digits as numbers, letters without case: IMG_2 before IMG_10. Raised ones (²) count as letters."""
    parts = re.split(r"(\d+)", name.casefold())
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)


def taken_at(material: Material) -> datetime | None:
    """When it was taken, for comparing. A time without an offset is taken as if all cameras were set alike."""
    if not material.facts.taken:
        return None
    try:
        moment = datetime.fromisoformat(material.facts.taken)
    except ValueError:
        return None
    return moment


def _comparable(moment: datetime, offsets_are_known: bool) -> datetime:
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC) if offsets_are_known else moment.replace(tzinfo=UTC)


def by_date(materials: Sequence[Material]) -> list[Material]:
    """Oldest first; what bears no time stays beside its neighbour by name."""
    named = sorted(materials, key=lambda one: natural_key(one.name))
    moments = {one.name: moment for one in named if (moment := taken_at(one)) is not None}
    known = all(moment.tzinfo is not None for moment in moments.values())
    keys: dict[str, datetime] = {}
    last: datetime | None = None
    for one in named:
        if one.name in moments:
            last = _comparable(moments[one.name], known)
        elif last is None:
            first = next((moments[other.name] for other in named if other.name in moments), None)
            last = _comparable(first, known) if first else datetime(1, 1, 1, tzinfo=UTC)
        keys[one.name] = last if last is not None else datetime(1, 1, 1, tzinfo=UTC)
    return sorted(named, key=lambda one: (keys[one.name], natural_key(one.name)))


def pictures_of(materials: Sequence[Material], wishes: Wishes) -> list[Material]:
    """Photos and clips the timeline is about, without what is gone."""
    return [
        one
        for one in materials
        if one.facts.kind is not MediaKind.SONG
        and one.name not in wishes.gone
        and (wishes.scope is None or one.name in wishes.scope)
    ]


def in_order(pictures: Sequence[Material], wishes: Wishes, seed: str) -> tuple[str, ...]:
    """All pictures in the order the wishes lead to, nothing left out."""
    ordered = [one.name for one in by_date(pictures)]
    if wishes.order == "filename":
        ordered = [one.name for one in sorted(pictures, key=lambda one: natural_key(one.name))]
    elif wishes.order == "date_desc":
        ordered.reverse()
    elif wishes.order == "random":
        Random(f"{seed}/order").shuffle(ordered)  # noqa: S311 — for variety, not for secrets
    if wishes.is_reversed:
        ordered.reverse()
    first = [name for name in wishes.arranged if name in ordered]
    last = [name for name in wishes.last if name in ordered and name not in first]
    return (*first, *(name for name in ordered if name not in first and name not in last), *last)


def chosen(pictures: Sequence[Material], wishes: Wishes) -> list[Material]:
    """Without what was asked to be dropped, or not asked for at all."""
    return [one for one in pictures if one.name not in wishes.drop and (wishes.only is None or one.name in wishes.only)]


def named_files(wishes: Wishes) -> frozenset[str]:
    """Files the person spoke of: they are shown, whatever they look like."""
    spoken = (
        *wishes.keep,
        *wishes.arranged,
        *wishes.last,
        *(wishes.only or ()),
        *(hold.file for hold in wishes.holds),
        *(caption.file for caption in wishes.captions),
    )
    return frozenset(spoken)


def unfit(pictures: Sequence[Material], wishes: Wishes) -> list[LeftOut]:
    """What is better not shown. Never everything, and in small drops (three and fewer) only twins of live photos."""
    named = named_files(wishes)
    left = _live_clips(pictures, named)
    out = {one.file for one in left}
    photos = [one for one in pictures if one.facts.kind is MediaKind.PHOTO and one.name not in out]
    if len(photos) > 3:
        for reader in (_black, _blurred, _twins):
            found = reader([one for one in photos if one.name not in out], named)
            if len(out) + len(found) <= len(pictures) // 2:
                left += found
                out |= {one.file for one in found}
    return left


def _live_clips(pictures: Sequence[Material], named: frozenset[str]) -> list[LeftOut]:
    photos = [one for one in pictures if one.facts.kind is MediaKind.PHOTO]
    by_id = {one.facts.content_id: one.name for one in photos if one.facts.content_id}
    by_stem = {one.name.rpartition(".")[0].casefold(): one.name for one in photos}
    left = []
    for clip in (one for one in pictures if one.facts.kind is MediaKind.CLIP and one.name not in named):
        same_id = by_id.get(clip.facts.content_id) if clip.facts.content_id else None
        is_short = (clip.facts.length_ms or 0) <= LIVE_CLIP_MS
        same_stem = by_stem.get(clip.name.rpartition(".")[0].casefold()) if is_short else None
        if photo := same_id or (same_stem if clip.name.casefold().endswith((".mov", ".mp4")) else None):
            left.append(LeftOut(clip.name, "live", photo))
    return left


def _black(photos: Sequence[Material], named: frozenset[str]) -> list[LeftOut]:
    return [
        LeftOut(one.name, "black")
        for one in photos
        if one.name not in named and one.facts.brightness is not None and one.facts.brightness < NEARLY_BLACK
    ]


def _blurred(photos: Sequence[Material], named: frozenset[str]) -> list[LeftOut]:
    known = [one.facts.sharpness for one in photos if one.facts.sharpness is not None]
    if len(known) < 4:
        return []
    limit = min(BLURRED_AT_MOST, BLURRED_SHARE * median(known))
    return [
        LeftOut(one.name, "blurred")
        for one in photos
        if one.name not in named and one.facts.sharpness is not None and one.facts.sharpness < limit
    ]


def _twins(photos: Sequence[Material], named: frozenset[str]) -> list[LeftOut]:
    """Of photos that are alike and were taken within seconds of each other the sharpest stays."""
    left: list[LeftOut] = []
    group: list[Material] = []
    for one in [*by_date([p for p in photos if taken_at(p) and p.facts.dhash]), None]:
        if one is not None and group and is_twin(group[-1], one):
            group.append(one)
            continue
        left += _all_but_best(group, named)
        group = [one] if one is not None else []
    return left


def _all_but_best(group: Sequence[Material], named: frozenset[str]) -> list[LeftOut]:
    if len(group) < 2:
        return []
    best = max(group, key=lambda one: (one.name in named, one.facts.sharpness or 0.0))
    return [LeftOut(one.name, "twin", best.name) for one in group if one is not best and one.name not in named]


def is_twin(one: Material, other: Material) -> bool:
    """Alike by perceptual hash, and taken together."""
    first, second = taken_at(one), taken_at(other)
    if first is None or second is None or not one.facts.dhash or not other.facts.dhash:
        return False
    known = first.tzinfo is not None and second.tzinfo is not None
    apart = abs((_comparable(first, known) - _comparable(second, known)).total_seconds())
    bits = (int(one.facts.dhash, 16) ^ int(other.facts.dhash, 16)).bit_count()
    return apart <= BURST_SECONDS and bits <= ALIKE_BITS


def best_of(
    sequence: Sequence[str], facts: Mapping[str, Material], count: int, named: frozenset[str]
) -> tuple[str, ...]:
    """`count` of a sequence, in its order: what was named, then the best of each stretch of the story."""
    kept = [name for name in sequence if name in named][:count]
    free = [name for name in sequence if name not in kept]
    wanted = count - len(kept)
    stretches = [free[round(i * len(free) / wanted) : round((i + 1) * len(free) / wanted)] for i in range(wanted)]
    best = {max(stretch, key=lambda name: quality(facts[name])) for stretch in stretches if stretch}
    return tuple(name for name in sequence if name in kept or name in best)


def quality(material: Material) -> float:
    """How much a photo is worth showing: faces, sharpness, light."""
    facts = material.facts
    sharp = min(1.0, (facts.sharpness or 0.0) / 400)
    light = 1.0 - abs((facts.brightness if facts.brightness is not None else 0.5) - 0.5)
    return 1.0 * bool(facts.faces) + sharp + 0.5 * light
