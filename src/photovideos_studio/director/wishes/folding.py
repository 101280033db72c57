"""Folding findings into wishes: the last correction wins, what was said twice differently is a contradiction.

One Folding per message. What an earlier message asked for is changed in place; what is not mentioned stays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from photovideos_studio.director.wishes import arranging, titling
from photovideos_studio.director.wishes.findings import Finding, Scene
from photovideos_studio.director.wishes.wish import Hold, Wishes

_EXCLUDING = {  # a length said now takes the place of the kinds of length said in an earlier message
    "duration_s": ("per_photo_s", "duration_from", "duration_max_s", "duration_min_s"),
    "per_photo_s": ("duration_s", "duration_from", "duration_min_s"),
    "duration_from": ("duration_s", "per_photo_s", "duration_min_s"),
}
_PLAIN = frozenset(
    [
        "duration_s",
        "duration_max_s",
        "duration_min_s",
        "duration_from",
        "per_photo_s",
        "resolution",
        "fps",
        "motion",
        "fit",
        "music",
        "volume",
        "music_start_s",
        "fade_out_s",
        "beat_sync",
        "clip_sound",
        "filter",
        "opening_fade",
        "closing_fade",
        "pace",
        "chapters",
    ]
)


def _nothing(finding: Finding) -> None:
    """Told in the receipt; nothing changes."""


class Folding:
    """The wishes while one message is read. `contradictions`: field -> the words of both sides, the winning ones
    last.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.wishes = replace(scene.before, conflict=())
        self.said: dict[str, Finding] = {}
        self.contradictions: dict[str, tuple[str, str]] = {}
        self._aspects: list[tuple[Finding, int]] = []
        self._joined_aspects = False
        self._acts: dict[str, Callable[[Finding], None]] = {
            "mood": self._mood,
            "music_file": self._music_file,
            "not_music_file": self._not_music_file,
            "silent": self._silent,
            "transition": self._transition,
            "transition_s": self._transition_length,
            "transition_speed": self._transition_speed,
            "hold": self._hold,
            "pace_step": self._pace_step,
            "must_report": self._must_report,
            "keep_heads": _nothing,
        }

    def take(self, finding: Finding, clause: int) -> None:
        """Fold one finding in; `clause` is the number of its clause, for telling shapes apart."""
        if finding.field.startswith(("aspect_", "not_aspect")):
            self._aspect(finding, clause)
        elif finding.field in arranging.ACTS:
            self.wishes = arranging.arranged(self.wishes, finding, self.scene, self.said)
            self.said[finding.field] = finding
        elif finding.field in titling.ACTS:
            self.wishes = titling.titled(self.wishes, finding, self.scene, self.said, self.contradictions)
            self.said.setdefault(finding.field, finding)
        elif finding.field in self._acts:
            self._acts[finding.field](finding)
        elif finding.field in _PLAIN and self._may_set(finding):
            self._set(**{finding.field: finding.value})
            self.said[finding.field] = finding

    def finish(self) -> Wishes:
        """The wishes after the whole message."""
        self._settle_aspects()
        for field, superseded in _EXCLUDING.items():
            if field in self.said and not any(other in self.said for other in superseded):
                self._set(**dict.fromkeys(superseded))
        maximum, length = self.wishes.duration_max_s, self.wishes.duration_s
        if maximum is not None and length is not None and length > maximum + 0.05:
            if "duration_s" in self.said and "duration_max_s" in self.said:
                self._contradict("duration_max_s", self.said["duration_max_s"].words, self.said["duration_s"].words)
                self._contradict("duration_s", self.said["duration_s"].words, self.said["duration_max_s"].words)
            else:
                self._set(duration_s=None)
        return replace(self.wishes, conflict=tuple(self.contradictions))

    # --- one value a field -----------------------------------------------------------------------------------

    def _set(self, **values: Any) -> None:
        self.wishes = replace(self.wishes, **values)

    def _contradict(self, field: str, loser: str, winner: str) -> None:
        self.contradictions[field] = (loser, winner)

    def _may_set(self, finding: Finding) -> bool:
        """Whether a finding counts beside what this message already said of its field; notes a contradiction."""
        earlier = self.said.get(finding.field)
        if earlier is None or earlier.value == finding.value:
            return not (finding.is_weak and self._is_forbidden(finding))
        if finding.is_weak and not earlier.is_weak:
            return False
        if not earlier.is_weak and not self.scene.is_correction:
            self._contradict(finding.field, earlier.words, finding.words)
        else:
            self.contradictions.pop(finding.field, None)
        return True

    def _is_forbidden(self, finding: Finding) -> bool:
        return finding.field == "music" and finding.value is True and self.wishes.music is False

    def _mood(self, finding: Finding) -> None:
        if finding.is_weak and (self.wishes.music is False or ("mood" in self.said and not self.said["mood"].is_weak)):
            return
        earlier = self.said.get("mood")
        if earlier and not earlier.is_weak and not self.scene.is_correction and earlier.value != finding.value:
            return  # a second adjective elsewhere in the message colours the first; it does not replace it
        self._set(mood=finding.value)
        self.said["mood"] = finding
        if not finding.is_weak:
            self.take(Finding(field="music", value=True, words=finding.words), -1)

    def _music_file(self, finding: Finding) -> None:
        if finding.is_weak and self.wishes.music_file:
            return
        self._set(music_file=finding.value)
        self.said["music_file"] = finding
        self.take(Finding(field="music", value=True, words=finding.words, is_weak=finding.is_weak), -1)

    def _not_music_file(self, finding: Finding) -> None:
        self._set(music_file=None)
        self.wishes = replace(self.wishes, keep=self.wishes.keep, drop=(*self.wishes.drop, str(finding.value)))

    def _silent(self, finding: Finding) -> None:  # noqa: ARG002 — acts share one signature
        self._set(silent=True, clip_sound=False)

    # --- transitions, holds, pace ----------------------------------------------------------------------------

    def _transition(self, finding: Finding) -> None:
        before = self.wishes.transition
        if finding.value == "any":
            if before in (None, "none") and "transition" not in self.said:
                self._set(transition="any")
                self.said["transition"] = Finding(field="transition", value="any", words=finding.words, is_weak=True)
            elif before == "none" and "transition" in self.said:
                self._contradict("transition", self.said["transition"].words, finding.words)
                self._set(transition="any")
            return
        if self._may_set(finding):
            self._set(transition=finding.value)
            self.said["transition"] = finding
        if finding.value == "none":
            self._set(transition_s=None)

    def _transition_length(self, finding: Finding) -> None:
        if self._may_set(finding):
            self._set(transition_s=finding.value, transition=self.wishes.transition or "any")
            self.said["transition_s"] = finding

    def _transition_speed(self, finding: Finding) -> None:
        current = self.wishes.transition_s or 0.8
        self._set(transition_s=round(current * (1.5 if finding.value == "slow" else 0.6), 2))

    def _hold(self, finding: Finding) -> None:
        hold = finding.value
        assert isinstance(hold, Hold)
        others = tuple(one for one in self.wishes.holds if one.file != hold.file)
        self._set(holds=(*others, hold))
        self.said["hold"] = finding

    def _pace_step(self, finding: Finding) -> None:
        self._set(pace=finding.value)
        self.said["pace"] = finding

    def _must_report(self, finding: Finding) -> None:
        if finding.value not in self.wishes.must_report:
            self._set(must_report=(*self.wishes.must_report, str(finding.value)))

    # --- shapes ----------------------------------------------------------------------------------------------

    def note_joined_aspects(self) -> None:
        """Two shapes in one clause, joined by `and`, are two films."""
        self._joined_aspects = True

    def _aspect(self, finding: Finding, clause: int) -> None:
        if finding.field == "not_aspect":
            self._aspects = [(f, c) for f, c in self._aspects if f.value != finding.value]
            remaining = tuple(aspect for aspect in self.wishes.aspects if aspect != finding.value)
            self._set(aspects=remaining)
            return
        if self.scene.is_correction:
            self._aspects = [(f, c) for f, c in self._aspects if c == clause]
        self._aspects.append((finding, clause))

    def _settle_aspects(self) -> None:
        explicit = [(f, c) for f, c in self._aspects if f.field == "aspect_explicit"]
        platform = [(f, c) for f, c in self._aspects if f.field == "aspect_platform"]
        spoken_for = {c for _, c in explicit}
        joined = self._joined_aspects or self.scene.sentence_has_versions
        counted = explicit + ([p for p in platform if joined and p[1] not in spoken_for] if explicit else platform)
        values = list(dict.fromkeys(str(f.value) for f, _ in counted))
        if not values:
            return
        if len(values) > 1 and not joined:
            winner = next((f for f, _ in reversed(counted) if ":" in f.words), counted[-1][0])
            loser = next(f for f, _ in counted if f.value != winner.value)
            if counted is platform or all(f.field == "aspect_platform" for f, _ in counted):
                joined = True
            else:
                self._contradict("aspect", loser.words, winner.words)
                values = [str(winner.value)]
        self._set(aspects=tuple(values))
