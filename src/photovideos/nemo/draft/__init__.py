"""PURE. Reads a draft without ever changing it: the draft itself goes back as it came (contract §6).

    reading  tracks and segments, as far as they can be read; whether there is something to export; the digest
    words    the timeline of the summary (contract §11), and what changed between two drafts
    told     what our own studio tells beyond the contract, under `m.photovideos`

Everything but `t`, `tt`, `sg`, `d` and `m` is unpublished: whatever cannot be read is left out, nothing here fails.
"""

from __future__ import annotations

from photovideos.nemo.draft.reading import Segment, Track, digest, is_export_ready, tracks
from photovideos.nemo.draft.told import Told, Understanding, told
from photovideos.nemo.draft.words import changes, timeline_lines

__all__ = [
    "Segment",
    "Told",
    "Track",
    "Understanding",
    "changes",
    "digest",
    "is_export_ready",
    "timeline_lines",
    "told",
    "tracks",
]
