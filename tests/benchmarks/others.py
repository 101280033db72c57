"""The standard job with other tools, as their users do it; and VMAF by an ffmpeg that has libvmaf."""

from __future__ import annotations

import mmap
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


def moviepy_film(paths: list[Path], into: Path, python: str) -> float:
    """Wall seconds, of a process of the Python that has MoviePy. Raises CalledProcessError without it."""
    began = perf_counter()
    script = Path(__file__).with_name("moviepy_film.py")
    subprocess.run([python, str(script), str(into), *map(str, paths)], check=True, stderr=subprocess.DEVNULL)
    return perf_counter() - began


def vmaf(film: Path, draft: Draft, frames: mmap.mmap, python: str) -> float | None:
    """Mean over all frames, against the frames as drawn (yuv420p in memory); None without libvmaf."""
    command = [_vmaf_ffmpeg(python), "-v", "info", "-i", str(film), "-f", "rawvideo", "-pix_fmt", "yuv420p"]
    command += ["-s", f"{draft.canvas.width}x{draft.canvas.height}", "-r", str(draft.fps), "-i", "-"]
    # Raw frames carry no colour tags: untold, ffmpeg would convert the one picture's colours into the other's.
    same = f"settb=1/{draft.fps},setpts=N,setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
    graph = f"[0:v]{same}[a];[1:v]{same}[b];[a][b]libvmaf=n_threads=2"
    command += ["-lavfi", graph, "-f", "null", "-"]
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
        _, told = process.communicate(memoryview(frames))  # type: ignore[arg-type]  # a view is bytes enough
    except OSError:
        return None
    found = re.search(r"VMAF score: ([\d.]+)", told.decode(errors="replace"))
    return float(found.group(1)) if found else None


def _vmaf_ffmpeg(python: str) -> str:
    """The one in the `imageio-ffmpeg` wheel has libvmaf; Debian's has not."""
    ask = "import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())"
    found = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=False)
    return found.stdout.strip() or "ffmpeg"
