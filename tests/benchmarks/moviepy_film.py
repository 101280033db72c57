"""The standard job as users of MoviePy 2 do it, without sound: `PYTHON moviepy_film.py FILM PHOTO…`.

Imports nothing of ours, for MoviePy wants an older Pillow than the studio.
"""

from __future__ import annotations

import sys

from moviepy import CompositeVideoClip, ImageClip, vfx  # type: ignore[import-not-found]  # not a dependency

FPS, SLOT, FADE = 30, 3.0, 0.8


def main(into: str, *photos: str) -> None:
    clips = []
    for number, path in enumerate(photos):
        length = SLOT + (FADE if number < len(photos) - 1 else 0)
        clip = ImageClip(path, duration=length).resized(width=1920)
        grown = clip.resized(lambda moment, length=length: 1 + 0.09 * moment / length)
        placed = grown.with_position("center").with_start(number * SLOT)
        clips.append(placed.with_effects([vfx.CrossFadeIn(FADE)]) if number else placed)
    film = CompositeVideoClip(clips, size=(1920, 1080)).with_duration(len(photos) * SLOT)
    film.write_videofile(into, fps=FPS, preset="veryfast", ffmpeg_params=["-crf", "20"], audio=False, logger=None)


if __name__ == "__main__":
    main(*sys.argv[1:])
