"""Receipts: for each clause what it was understood as and what became of it, and the reply. In English or Chinese.
PURE.
"""

from __future__ import annotations

from collections.abc import Sequence

from photovideos_studio.director.edit import Edited
from photovideos_studio.director.edit.notes import Note
from photovideos_studio.director.errands import Errands
from photovideos_studio.director.wishes.findings import Finding
from photovideos_studio.director.wishes.understand import Heard, Understanding
from photovideos_studio.director.wording import Wording, wording

_SINGLE_FIELDS = frozenset(
    [
        "duration_s",
        "duration_max_s",
        "per_photo_s",
        "resolution",
        "fps",
        "transition",
        "transition_s",
        "motion",
        "fit",
        "filter",
        "opening_fade",
        "closing_fade",
        "pace",
        "order",
        "volume",
        "music_start_s",
        "fade_out_s",
    ]
)
_SILENT_FIELDS = frozenset({"not_aspect", "not_music_file"})
_CONFLICT_FIELDS = {
    "aspect_explicit": "aspect",
    "aspect_platform": "aspect",
    "no_text": "titles",
    "title": "titles",
    "no_titles": "titles",
}


def receipt(understanding: Understanding, made: Edited, errands: Errands, language: str) -> list[dict[str, str]]:
    """One entry for each wish in each clause: clause, field, understood, outcome, reason."""
    words = wording(language)
    entries = _errand_entries(errands, words)
    for heard in understanding.heard:
        entries += _clause_entries(heard, understanding, made, words)
    return entries + _loose_notes(understanding, made, words)


def _clause_entries(heard: Heard, understanding: Understanding, made: Edited, words: Wording) -> list[dict[str, str]]:
    if heard.kind == "unknown":
        return [_entry(heard.clause, "", "", words.outcome("not_understood"), words.sentence("not_understood"))]
    if heard.kind == "context":
        return [_entry(heard.clause, "", words.sentence("context"), words.outcome("context"), "")]
    if heard.kind == "seed":
        return [_entry(heard.clause, "video", words.sentence("seed"), words.outcome("done"), "")]
    return [_finding_entry(heard.clause, finding, understanding, made, words) for finding in _told_once(heard.findings)]


def _told_once(findings: Sequence[Finding]) -> list[Finding]:
    """Without what merely follows from something else in the same clause (music, because a mood was named)."""
    fields = {finding.field for finding in findings}
    told: list[Finding] = []
    for finding in findings:
        follows = (
            finding.field == "music"
            and finding.value is True
            and fields & {"mood", "music_file", "volume", "beat_sync", "closing_fade"}
        )
        silent = finding.field == "music" and "silent" in fields
        is_told = any(_same(finding, other) for other in told)
        if finding.field not in _SILENT_FIELDS and not follows and not silent and not is_told:
            told.append(finding)
    return told or list(findings)[:1]


def _same(one: Finding, other: Finding) -> bool:
    """The same wish said twice in a clause (`16:9 for YouTube`)."""
    fields = {_CONFLICT_FIELDS.get(one.field, one.field), _CONFLICT_FIELDS.get(other.field, other.field)}
    return len(fields) == 1 and one.value == other.value


def _corrected_by(finding: Finding, understanding: Understanding) -> Finding | None:
    """The last finding of the message that took the place of this one."""
    if finding.field not in _SINGLE_FIELDS:
        return None
    later = [f for heard in understanding.heard for f in heard.findings if f.field == finding.field and not f.is_weak]
    return later[-1] if later and later[-1].value != finding.value and finding in later else None


def _finding_entry(
    clause: str, finding: Finding, understanding: Understanding, made: Edited, words: Wording
) -> dict[str, str]:
    understood = words.understood(finding.field, finding.value)
    if finding.field == "must_report":
        reason = words.unsupported(str(finding.value))
        return _entry(clause, "must_report", understood, words.outcome("not_possible"), reason)
    field = _CONFLICT_FIELDS.get(finding.field, finding.field)
    note = next((one for one in made.notes if one.field == field), None)
    if field in understanding.contradictions:
        loser, winner = understanding.contradictions[field]
        reason = words.sentence("contradiction", loser=loser, winner=winner)
        return _entry(clause, field, understood, words.outcome("contradiction"), reason)
    if (winner_finding := _corrected_by(finding, understanding)) is not None:
        reason = words.sentence("corrected", winner=winner_finding.words)
        return _entry(clause, field, understood, words.outcome("corrected"), reason)
    if note is not None:
        return _entry(clause, field, understood, words.outcome(note.outcome), words.note(note))
    if field == "duration_s" and "per_photo_s" in made.wishes.conflict:
        note = next(one for one in made.notes if one.field == "per_photo_s")
        return _entry(clause, field, understood, words.outcome("contradiction"), words.note(note))
    return _entry(clause, field, understood, words.outcome("done"), _remark(finding, made, words))


def _remark(finding: Finding, made: Edited, words: Wording) -> str:
    """What is worth adding to a wish that was fulfilled."""
    if finding.span is not None:
        return words.sentence("middle_of", low=finding.span[0], high=finding.span[1])
    if finding.field == "mood" and made.draft.music and made.draft.music[0].upload_id:
        return words.sentence("song_instead", file=made.draft.music[0].name)
    if finding.field == "mood" and made.draft.music and made.draft.music[0].mood != finding.value:
        return words.sentence("nearest_mood", mood=str(made.draft.music[0].mood))
    if finding.field == "drop_photos" and not finding.value:
        return words.sentence("no_such_picture")
    if finding.field == "caption_source" and finding.value == "date":
        undated = [
            name for name in made.sequence if not any(t.id.endswith(_upload(made, name)) for t in made.draft.texts)
        ]
        if undated:
            return words.sentence("undated", files=", ".join(undated[:10]))
    return ""


def _upload(made: Edited, name: str) -> str:
    return next((picture.upload_id for picture in made.draft.pictures if picture.name == name), name)


def _errand_entries(errands: Errands, words: Wording) -> list[dict[str, str]]:
    entries = []
    if errands.starts_anew:
        entries.append(_entry("", "timeline", words.sentence("new_timeline"), words.outcome("done"), ""))
    for key, files in (("files_added", errands.added), ("files_gone", errands.gone)):
        if files:
            entries.append(_entry("", "files", words.sentence(key, files=", ".join(files)), words.outcome("done"), ""))
    return entries


def _loose_notes(understanding: Understanding, made: Edited, words: Wording) -> list[dict[str, str]]:
    """Notes about wishes of earlier messages, and photos for which there was no room."""
    told = {_CONFLICT_FIELDS.get(f.field, f.field) for heard in understanding.heard for f in heard.findings}
    entries = [
        _entry(
            "",
            note.field,
            words.understood(note.field, getattr(made.wishes, note.field, None)),
            words.outcome(note.outcome),
            words.note(note),
        )
        for note in made.notes
        if note.field not in told
    ]
    cramped = [one.file for one in made.left_out if one.reason == "no_room"]
    if cramped:
        note = Note(
            field="duration_s",
            outcome="adjusted",
            reason="too_many",
            values={"shown": len(made.sequence), "count": len(made.sequence) + len(cramped)},
        )
        entries.append(_entry("", "sequence", "", words.outcome("adjusted"), words.note(note)))
    return entries


def _entry(clause: str, field: str, understood: str, outcome: str, reason: str) -> dict[str, str]:
    return {"clause": clause, "field": field, "understood": understood, "outcome": outcome, "reason": reason}


def left_out(made: Edited, language: str) -> list[dict[str, str]]:
    """Files that are not shown by the director's own choice, and why."""
    words = wording(language)
    return [
        {"file": one.file, "reason": words.sentence(f"left_{one.reason}", other=one.other, file=one.file)}
        for one in made.left_out
    ]


def reply(understanding: Understanding, made: Edited, errands: Errands, language: str, *, is_refinement: bool) -> str:
    """A few sentences on what was made, and what was not."""
    words = wording(language)
    if not made.sequence:
        return words.sentence("nothing_to_show")
    findings = [finding for heard in understanding.heard for finding in heard.findings]
    lines = [_opening(made, findings, words, is_refinement=is_refinement, has_errands=errands.is_any)]
    lines += [words.unsupported(str(f.value)) for f in findings if f.field == "must_report"]
    lines += [
        words.sentence("contradiction", loser=loser, winner=winner)
        for loser, winner in understanding.contradictions.values()
    ]
    lines += [words.note(note) for note in made.notes]
    if made.left_out:
        lines.append(words.sentence("left_out", count=len(made.left_out)))
    if understanding.not_understood:
        lines.append(words.sentence("reply_not_understood", clauses=words.listed(understanding.not_understood)))
    return words.joined(dict.fromkeys(line for line in lines if line))


def _opening(
    made: Edited, findings: Sequence[Finding], words: Wording, *, is_refinement: bool, has_errands: bool
) -> str:
    if is_refinement and not findings and not has_errands:
        return words.sentence("unchanged")
    key = "changed" if is_refinement else "made"
    kinds = {picture.is_clip for picture in made.draft.pictures}
    noun = "pictures" if len(kinds) == 2 else "clips" if kinds == {True} else "photos"
    return words.sentence(
        key,
        count=len(made.sequence),
        noun=words.noun(noun, len(made.sequence)),
        length=words.length(made.draft.length_ms / 1000),
        shape=words.shape(made.wishes.aspects or ("16:9",)),
        music=words.music(made.draft.music),
    )
