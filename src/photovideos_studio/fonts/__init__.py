"""The typefaces that titles are set in, which characters each has, and how a text falls into runs of one face.

The faces are Noto's (SIL Open Font License), from two wheels. Nothing here draws.
"""

from __future__ import annotations

from photovideos_studio.fonts.faces import Face, face_for, missing_characters, open_font
from photovideos_studio.fonts.runs import Run, clusters, is_right_to_left, visual_runs

__all__ = [
    "Face",
    "Run",
    "clusters",
    "face_for",
    "is_right_to_left",
    "missing_characters",
    "open_font",
    "visual_runs",
]
