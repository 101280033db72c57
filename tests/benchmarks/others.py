"""The standard job with other tools, as their users do it; and VMAF by an ffmpeg that has libvmaf."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from time import perf_counter

from benchmarks import standard_job
from photovideos_studio.draft import Draft

_SECONDS = standard_job.SLOT_MS / 1000
_FADE = standard_job.FADE_MS / 1000


def ffmpeg_film(paths: list[Path], into: Path) -> float:
    """zoompan on each photo, xfade between them, silence for sound; wall seconds."""
    fps, chains = standard_job.FPS, []
    for number in range(len(paths)):
        length = _SECONDS + (_FADE if number < len(paths) - 1 else 0)
        frames = round(length * fps)
        zoom = f"1+0.09*on/{frames}" if number % 2 == 0 else f"1.09-0.09*on/{frames}"
        chains.append(
            f"[{number}:v]crop=iw:iw*9/16,zoompan=z='{zoom}':x='(iw-iw/zoom)*0.8':y='(ih-ih/zoom)*0.45'"
            f":d={frames}:s=1920x1080:fps={fps},format=yuv420p[p{number}]"
        )
    last = "p0"
    for number in range(1, len(paths)):
        chains.append(f"[{last}][p{number}]xfade=duration={_FADE}:offset={number * _SECONDS}[x{number}]")
        last = f"x{number}"
    command = ["ffmpeg", "-v", "error", "-y"]
    for path in paths:
        command += ["-i", str(path)]
    command += ["-f", "lavfi", "-i", "anullsrc=r=48000:cl=stereo", "-filter_complex", ";".join(chains)]
    command += ["-map", f"[{last}]", "-map", f"{len(paths)}:a", "-t", str(len(paths) * _SECONDS)]
    command += ["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-c:a", "aac", str(into)]
    began = perf_counter()
    subprocess.run(command, check=True)
    return perf_counter() - began


def moviepy_film(paths: list[Path], into: Path) -> float:
    """Resize by a function of time, cross-fades, no sound; wall seconds. Raises ImportError without MoviePy 2."""
    from moviepy import CompositeVideoClip, ImageClip, vfx  # type: ignore[import-not-found]  # not a dependency

    began = perf_counter()
    clips = []
    for number, path in enumerate(paths):
        length = _SECONDS + (_FADE if number < len(paths) - 1 else 0)
        clip = ImageClip(str(path), duration=length).resized(width=1920)
        grown = clip.resized(lambda moment, length=length: 1 + 0.09 * moment / length)
        placed = grown.with_position("center").with_start(number * _SECONDS)
        clips.append(placed.with_effects([vfx.CrossFadeIn(_FADE)]) if number else placed)
    film = CompositeVideoClip(clips, size=(1920, 1080)).with_duration(len(paths) * _SECONDS)
    film.write_videofile(
        str(into), fps=standard_job.FPS, preset="veryfast", ffmpeg_params=["-crf", "20"], audio=False, logger=None
    )
    return perf_counter() - began


def vmaf(film: Path, draft: Draft, frames: object) -> float | None:
    """Mean over all frames, against the frames as drawn (yuv420p in memory); None without libvmaf."""
    command = [_vmaf_ffmpeg(), "-v", "info", "-i", str(film), "-f", "rawvideo", "-pix_fmt", "yuv420p"]
    command += ["-s", f"{draft.canvas.width}x{draft.canvas.height}", "-r", str(draft.fps), "-i", "-"]
    command += ["-lavfi", "[0:v]settb=AVTB[a];[1:v]settb=AVTB[b];[a][b]libvmaf=n_threads=2", "-f", "null", "-"]
    try:
        done = subprocess.run(command, input=frames, capture_output=True, check=True)  # type: ignore[call-overload]  # an mmap is bytes enough
    except (OSError, subprocess.CalledProcessError):
        return None
    found = re.search(r"VMAF score: ([\d.]+)", done.stderr.decode(errors="replace"))
    return float(found.group(1)) if found else None


def _vmaf_ffmpeg() -> str:
    """The one in the `imageio-ffmpeg` wheel has libvmaf; Debian's may not."""
    try:
        import imageio_ffmpeg  # type: ignore[import-not-found]  # not a dependency
    except ImportError:
        return "ffmpeg"
    return str(imageio_ffmpeg.get_ffmpeg_exe())
