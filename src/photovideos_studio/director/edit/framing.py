"""Framing: what part of a picture is seen, and how the view wanders over it.

Boxes are in fractions of the upright picture and have the canvas's aspect in its pixels. A crop keeps faces and at
least 70 % of the picture, else the whole picture stands on a blurred fill (the box then reaches beyond it). Panoramas
pan.
"""

from __future__ import annotations

from dataclasses import dataclass

from photovideos_studio.draft import Canvas, Fit, Motion
from photovideos_studio.facts import Box, MediaFacts

LEAST_KEPT = 0.7
PANORAMA = 2.0  # of its own aspect, and
PANORAMA_OVER_CANVAS = 1.35  # of the canvas's
LONGEST_PANORAMA = 30.0
# Of a panorama's length, what a view shows at least: a longer one does not fill the canvas, it runs along its middle.
LEAST_OF_PANORAMA = 1 / 6
ZOOM_SLOW, ZOOM_FAST = 0.06, 0.10
# A pan ends nearer by this than it begins: H.264 tells motion in quarters of a pixel, and where all of a picture moves
# by the same, the eye sees the steps (rendering R01).
PAN_NEARER = 1.03


@dataclass(frozen=True, slots=True, kw_only=True)
class FramingWish:
    """`fit` and `motion` as asked for, None: as suits. `index`: place in the film, for taking turns. `slot_s`: its
    time.
    """

    canvas: Canvas
    fit: str | None
    motion: str | None
    index: int
    slot_s: float
    is_slow: bool = False


def framing(facts: MediaFacts, wish: FramingWish) -> tuple[Fit, Motion]:
    """How one picture is shown."""
    if facts.width <= 0 or facts.height <= 0:
        return Fit.BLUR, _still(Box(x=0, y=0, w=1, h=1))
    ratio = (facts.width / facts.height) / (wish.canvas.width / wish.canvas.height)
    if wish.fit is None and wish.motion not in ("none", "zoom_in", "zoom_out") and _is_panorama(facts, ratio):
        return _panorama(ratio, wish)
    if _crops(facts, wish, ratio):
        base = _crop_box(ratio, _subject(facts))
        return Fit.CROP, _moving(base, facts, wish)
    fit = Fit.LETTERBOX if wish.fit == "letterbox" else Fit.BLUR
    return fit, _whole_moving(_whole_box(ratio), wish, fit)


def clip_framing(facts: MediaFacts, wish: FramingWish) -> tuple[Fit, Motion]:
    """A clip moves by itself: the view stands still."""
    if facts.width <= 0 or facts.height <= 0:
        return Fit.BLUR, _still(Box(x=0, y=0, w=1, h=1))
    ratio = (facts.width / facts.height) / (wish.canvas.width / wish.canvas.height)
    if _crops(facts, wish, ratio):
        return Fit.CROP, _still(_crop_box(ratio, _subject(facts)))
    return (Fit.LETTERBOX if wish.fit == "letterbox" else Fit.BLUR), _still(_whole_box(ratio))


# --- crop or whole -----------------------------------------------------------------------------------------------


def _crops(facts: MediaFacts, wish: FramingWish, ratio: float) -> bool:
    if wish.fit is not None:
        return wish.fit == "crop"
    if min(ratio, 1 / ratio) < LEAST_KEPT:
        return False
    box = _crop_box(ratio, _subject(facts))
    return all(_holds(box, face) for face in facts.faces)


def _holds(box: Box, face: Box) -> bool:
    slack = 0.01
    return (
        box.x - slack <= face.x
        and box.y - slack <= face.y
        and face.x + face.w <= box.x + box.w + slack
        and face.y + face.h <= box.y + box.h + slack
    )


def _subject(facts: MediaFacts) -> Box | None:
    """All faces together, else where the eye goes."""
    if facts.faces:
        left, top = min(f.x for f in facts.faces), min(f.y for f in facts.faces)
        right, bottom = max(f.x + f.w for f in facts.faces), max(f.y + f.h for f in facts.faces)
        return Box(x=left, y=top, w=right - left, h=bottom - top)
    return facts.subject


def _crop_box(ratio: float, subject: Box | None) -> Box:
    """The largest view inside the picture, as near to the subject as it gets; portraits lean to the top, where heads
    are.
    """
    w, h = (1 / ratio, 1.0) if ratio > 1 else (1.0, ratio)
    x, y = (1 - w) / 2, (1 - h) * 0.42
    if subject is not None:
        x, y = subject.x + subject.w / 2 - w / 2, subject.y + subject.h / 2 - h / 2
    return Box(x=_within(x, 0, 1 - w), y=_within(y, 0, 1 - h), w=w, h=h)


def _whole_box(ratio: float) -> Box:
    """The smallest view that holds the whole picture."""
    w, h = (1.0, ratio) if ratio > 1 else (1 / ratio, 1.0)
    return Box(x=(1 - w) / 2, y=(1 - h) / 2, w=w, h=h)


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), max(low, high))


# --- motion ------------------------------------------------------------------------------------------------------


def _still(box: Box) -> Motion:
    return Motion(kind="none", start=box, end=box)


def _amount(wish: FramingWish) -> float:
    """6–10 %: more time, more way, so that the speed stays about the same."""
    amount = _within(0.04 + 0.012 * wish.slot_s, ZOOM_SLOW, ZOOM_FAST)
    return ZOOM_SLOW if wish.is_slow and wish.slot_s < 8 else amount


def _moving(base: Box, facts: MediaFacts, wish: FramingWish) -> Motion:
    if wish.motion == "none":
        return _still(base)
    if wish.motion == "pan":
        return _pan(base, wish)
    near = _nearer(base, _amount(wish), _subject(facts))
    kind = wish.motion if wish.motion in ("zoom_in", "zoom_out") else ("zoom_in", "zoom_out")[wish.index % 2]
    shown = wish.motion or kind
    return Motion(kind=shown, start=base, end=near) if kind == "zoom_in" else Motion(kind=shown, start=near, end=base)


def _nearer(base: Box, amount: float, subject: Box | None) -> Box:
    """`base` made smaller by `amount`, drifting to the subject without leaving it."""
    w, h = base.w / (1 + amount), base.h / (1 + amount)
    x, y = base.x + (base.w - w) / 2, base.y + (base.h - h) / 2
    if subject is not None:
        x, y = subject.x + subject.w / 2 - w / 2, subject.y + subject.h / 2 - h / 2
    return Box(x=_within(x, base.x, base.x + base.w - w), y=_within(y, base.y, base.y + base.h - h), w=w, h=h)


def _pan(base: Box, wish: FramingWish) -> Motion:
    """Sideways over the whole width there is; where there is none to spare, the view first comes a little nearer."""
    w, h = base.w, base.h
    if w > 0.93:
        w, h = base.w / 1.12, base.h / 1.12
    y = _within(base.y + (base.h - h) / 2, 0, max(0.0, 1 - h))
    travel = min(1 - w, w * 0.05 * max(1.0, wish.slot_s))
    left = (1 - w - travel) / 2
    start, end = Box(x=left, y=y, w=w, h=h), _drawn_in(Box(x=left + travel, y=y, w=w, h=h))
    return Motion(kind="pan", start=start, end=end) if wish.index % 2 == 0 else Motion(kind="pan", start=end, end=start)


def _drawn_in(box: Box, factor: float = PAN_NEARER) -> Box:
    """Around its middle."""
    w, h = box.w / factor, box.h / factor
    return Box(x=box.x + (box.w - w) / 2, y=box.y + (box.h - h) / 2, w=w, h=h)


def _whole_moving(base: Box, wish: FramingWish, fit: Fit) -> Motion:
    """The whole picture stays visible: the view comes from a little farther away, or goes there."""
    if wish.motion == "none" or (fit is Fit.LETTERBOX and wish.motion is None):
        return _still(base)
    amount = _amount(wish) * 0.7
    w, h = base.w * (1 + amount), base.h * (1 + amount)
    far = Box(x=base.x - (w - base.w) / 2, y=base.y - (h - base.h) / 2, w=w, h=h)
    if wish.motion == "pan":
        shift = base.w * amount / 2
        start = _drawn_in(Box(x=far.x - shift, y=far.y, w=w, h=h), 1 / PAN_NEARER)
        end = Box(x=far.x + shift, y=far.y, w=w, h=h)
        return Motion(kind="pan", start=start, end=end)
    kind = wish.motion if wish.motion in ("zoom_in", "zoom_out") else ("zoom_in", "zoom_out")[wish.index % 2]
    shown = wish.motion or kind
    return Motion(kind=shown, start=far, end=base) if kind == "zoom_in" else Motion(kind=shown, start=base, end=far)


def _is_panorama(facts: MediaFacts, ratio: float) -> bool:
    own = facts.width / facts.height
    if facts.faces and ratio < 1:
        return False
    return (own >= PANORAMA and PANORAMA_OVER_CANVAS <= ratio <= LONGEST_PANORAMA) or (
        own <= 1 / 2.4 and PANORAMA_OVER_CANVAS <= 1 / ratio <= 4.5 and not facts.faces
    )


def _panorama(ratio: float, wish: FramingWish) -> tuple[Fit, Motion]:
    """From end to end, as far as the time allows without hurrying (0.45 views a second)."""
    reach = 0.45 * max(1.0, wish.slot_s)
    if ratio > 1:
        w = max(1 / ratio, LEAST_OF_PANORAMA)
        h = w * ratio
        travel = min(1 - w, w * reach)
        left, top = (1 - w - travel) / 2, (1 - h) / 2
        start, end = Box(x=left, y=top, w=w, h=h), _drawn_in(Box(x=left + travel, y=top, w=w, h=h))
    else:
        w, h = 1.0, ratio
        travel = min(1 - h, h * reach)
        top = (1 - h - travel) / 2
        start, end = Box(x=0, y=top + travel, w=w, h=h), _drawn_in(Box(x=0, y=top, w=w, h=h))
    return Fit.CROP if h <= 1 else Fit.BLUR, Motion(kind="pan", start=start, end=end)
