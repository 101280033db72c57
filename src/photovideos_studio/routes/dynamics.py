"""Pictures taken in high dynamic range are named in the receipt, with what became of it (R10)."""

from __future__ import annotations

from collections.abc import Sequence

from photovideos_studio.draft import Draft
from photovideos_studio.facts import Material

_MOST_NAMED = 5
_WORDS = {
    False: (
        "in standard range",
        "HDR: {files}",
        "of a photo with a gain map the base image is used; PQ and HLG are toned down",
        " and {more} more",
        ", ",
    ),
    True: (
        "按标准动态范围制作",
        "HDR：{files}",
        "带增益图的照片使用其基础图像，PQ 和 HLG 经过色调映射",
        "等另外 {more} 个",
        "、",
    ),
}


def with_ranges(draft: Draft, materials: Sequence[Material], language: str) -> Draft:
    """The draft, with a line in its receipt if something in it was taken in HDR. `language`: the reply's."""
    shown = {segment.upload_id for segment in draft.pictures}
    names = [material.name for material in materials if material.id in shown and material.facts.is_hdr]
    if not names:
        return draft
    outcome, understood, reason, more, comma = _WORDS[language == "zh"]
    files = comma.join(names[:_MOST_NAMED])
    if len(names) > _MOST_NAMED:
        files += more.format(more=len(names) - _MOST_NAMED)
    line = {
        "clause": "",
        "field": "hdr",
        "understood": understood.format(files=files),
        "outcome": outcome,
        "reason": reason,
    }
    return draft.with_photovideos(receipt=[*draft.photovideos.get("receipt", []), line])
