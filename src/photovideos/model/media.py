"""What the processes that decode media find out."""

from __future__ import annotations

from dataclasses import dataclass

from photovideos.model.kinds import MediaKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """An input made ready for upload.

    `name`: what it is called on the wire. `local`: the file to send (relative to the job's work folder), None: the
    original itself. `problem`: why it cannot be sent; then nothing else counts.
    """

    path: str
    name: str
    kind: MediaKind
    local: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmFacts:
    """What was measured in a film file. Loudness in LUFS, peak in dBTP; None without sound."""

    duration_seconds: float
    width: int
    height: int
    fps: float
    video_codec: str
    audio_codec: str | None
    loudness_lufs: float | None
    true_peak_dbtp: float | None
    size_bytes: int
    sha256: str
