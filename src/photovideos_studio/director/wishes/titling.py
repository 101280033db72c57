"""What findings about text on the screen do to the wishes. PURE."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from photovideos_studio.director.wishes.findings import Finding, Scene
from photovideos_studio.director.wishes.wish import Caption, Title, Wishes

ACTS = frozenset(
    ["title", "title_s", "no_titles", "no_text", "no_captions", "caption", "caption_for_all", "caption_source"]
)


def titled(
    wishes: Wishes,
    finding: Finding,
    scene: Scene,
    said: Mapping[str, Finding],
    contradictions: dict[str, tuple[str, str]],
) -> Wishes:
    """The wishes with one finding about text folded in; `said`: what this message said before."""
    if finding.field == "title":
        assert isinstance(finding.value, Title)
        refused = said.get("no_text") or said.get("no_titles")
        if refused and not scene.is_correction:
            contradictions["titles"] = (refused.words, finding.words)
        return _with_title(wishes, finding.value, scene, said)
    if finding.field == "title_s":
        return _with_title_length(wishes, float(str(finding.value)))
    if finding.field.startswith("no_"):
        return _without(wishes, finding, said, contradictions)
    return _with_caption(wishes, finding, scene, said)


def _with_title(wishes: Wishes, title: Title, scene: Scene, said: Mapping[str, Finding]) -> Wishes:
    is_new = f"title at {title.at}" not in said
    if is_new or scene.is_correction:
        earlier = next((one for one in wishes.titles if one.at == title.at), None)
        kept = tuple(one for one in wishes.titles if one.at != title.at)
        title = replace(title, duration_s=title.duration_s or (earlier.duration_s if earlier else None))
    else:
        kept = wishes.titles
    if isinstance(said, dict):
        said[f"title at {title.at}"] = Finding(field="title", value=title, words=title.text)
    titles = tuple(sorted((*kept, title), key=lambda one: one.at == "end"))
    return replace(wishes, titles=titles)


def _with_title_length(wishes: Wishes, seconds: float) -> Wishes:
    if not wishes.titles:
        return wishes
    target = wishes.titles[-1] if wishes.titles[-1].duration_s is None else wishes.titles[0]
    starts = [one for one in wishes.titles if one.at == "start"]
    if len(wishes.titles) > 1 and starts and wishes.titles[-1].duration_s is not None:
        target = starts[-1]
    changed = tuple(replace(one, duration_s=seconds) if one is target else one for one in wishes.titles)
    return replace(wishes, titles=changed)


def _without(
    wishes: Wishes, finding: Finding, said: Mapping[str, Finding], contradictions: dict[str, tuple[str, str]]
) -> Wishes:
    if "title" in said and finding.field in ("no_text", "no_titles") and finding.value == "all":
        if finding.field == "no_text":  # `no other text` beside a title: the title was asked for by its words
            contradictions["titles"] = (finding.words, said["title"].words)
        return replace(wishes, captions=(), caption_source=None) if finding.field == "no_text" else wishes
    if finding.field == "no_captions":
        return replace(wishes, captions=(), caption_source=None)
    kept = () if finding.value == "all" else tuple(one for one in wishes.titles if one.at != finding.value)
    if finding.field == "no_text":
        return replace(wishes, titles=kept, captions=(), caption_source=None)
    return replace(wishes, titles=kept)


def _with_caption(wishes: Wishes, finding: Finding, scene: Scene, said: Mapping[str, Finding]) -> Wishes:
    if finding.field == "caption_source":
        return replace(wishes, caption_source=str(finding.value), captions=())
    if finding.field == "caption_for_all":
        text = str(finding.value)
        return replace(
            wishes, captions=tuple(Caption(file=name, text=text) for name in scene.shown), caption_source=None
        )
    assert isinstance(finding.value, Caption)
    caption = finding.value
    others = tuple(one for one in wishes.captions if one.file != caption.file)
    return replace(wishes, captions=(*others, caption), caption_source=None)
