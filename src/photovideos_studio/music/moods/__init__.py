"""The moods: each named mood written down as a style. Pure data.

A name of its own sounds like its name; what people call them in other words is the director's to know.
"""

from __future__ import annotations

from photovideos_studio.music.moods import bright, driven, gentle, grand
from photovideos_studio.music.style import Style

STYLES: dict[str, Style] = {
    "calm": gentle.CALM,
    "ambient": gentle.AMBIENT,
    "piano": gentle.PIANO,
    "acoustic": bright.ACOUSTIC,
    "lofi": driven.LOFI,
    "upbeat": bright.UPBEAT,
    "happy": bright.HAPPY,
    "playful": bright.PLAYFUL,
    "energetic": driven.ENERGETIC,
    "cinematic": grand.CINEMATIC,
    "epic": grand.EPIC,
    "electronic": driven.ELECTRONIC,
    "romantic": gentle.ROMANTIC,
    "classical": grand.CLASSICAL,
    "rock": driven.ROCK,
    "jazz": driven.JAZZ,
}
MOODS: tuple[str, ...] = tuple(STYLES)
DEFAULT_MOOD = "calm"


def style_of(mood: str) -> Style:
    """The style of a mood; KeyError for a name that is not in MOODS."""
    return STYLES[mood]
