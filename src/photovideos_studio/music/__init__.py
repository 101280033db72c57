"""Music and sound: what the studio composes, what it knows of a user's song, and the soundtrack of a film.

`compose` writes to the cut, `stage` performs, `beats` listens, `mix` puts everything together. No pictures here.
"""

from __future__ import annotations

from photovideos_studio.music.moods import DEFAULT_MOOD, MOODS

__all__ = ["DEFAULT_MOOD", "MOODS"]
