from dataclasses import replace

from photovideos_studio.draft import Canvas, Draft, Fit, Motion, PictureSegment, Transition, TransitionKind
from photovideos_studio.facts import Box, Material, MediaFacts, MediaKind
from photovideos_studio.routes.dynamics import with_ranges

WHOLE = Box(x=0, y=0, w=1, h=1)
SEGMENT = PictureSegment(
    id="s", name="a.heic", start_ms=0, length_ms=3000, upload_id="0", is_clip=False, fit=Fit.CROP,
    motion=Motion(kind="none", start=WHOLE, end=WHOLE), transition=Transition(kind=TransitionKind.NONE, length_ms=0),
)  # fmt: skip


def _draft(count: int) -> Draft:
    pictures = tuple(replace(SEGMENT, id=f"s{n}", upload_id=str(n), start_ms=3000 * n) for n in range(count))
    return Draft(canvas=Canvas(width=1920, height=1080), fps=30, length_ms=3000 * count, pictures=pictures)


def _materials(*hdr: bool) -> list[Material]:
    return [
        Material(id=str(n), name=f"{n}.heic", facts=MediaFacts(kind=MediaKind.PHOTO, is_hdr=is_hdr))
        for n, is_hdr in enumerate(hdr)
    ]


def test_r10_what_was_taken_in_hdr_is_named_with_what_became_of_it() -> None:
    (line,) = with_ranges(_draft(3), _materials(True, False, True), "en").photovideos["receipt"]
    assert line["understood"] == "HDR: 0.heic, 2.heic"
    assert "base image" in line["reason"]


def test_r10_what_is_not_shown_or_not_hdr_needs_no_word() -> None:
    draft = _draft(1)
    assert with_ranges(draft, _materials(False, True), "en") is draft


def test_r10_many_are_not_all_named_and_a_chinese_prompt_is_answered_in_chinese() -> None:
    (line,) = with_ranges(_draft(8), _materials(*[True] * 8), "zh").photovideos["receipt"]
    assert "4.heic等另外 3 个" in line["understood"]
    assert "标准动态范围" in line["outcome"]
