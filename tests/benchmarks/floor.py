"""The floor: nothing but encoding the film's own frames from memory, one one-thread encoder per core.

Nobody who encodes with these settings can be faster; how near the whole job comes is what is measured.
"""

from __future__ import annotations

import mmap
import multiprocessing
import os
import resource
from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from time import perf_counter

import av
import numpy as np

from benchmarks.measuring import Cost
from photovideos_studio.draft import Draft
from photovideos_studio.render.frames import FrameMaker

OPTIONS = {"preset": "superfast", "crf": "20", "profile": "high", "x264-params": "mbtree=1:rc-lookahead=10"}


def draw_all(draft: Draft, sources: Mapping[str, Path]) -> mmap.mmap:
    """Every frame of the film, yuv420p one after another, in shared memory."""
    width, height = draft.canvas.width, draft.canvas.height
    size = width * height * 3 // 2
    memory = mmap.mmap(-1, size * draft.frame_count)
    maker = FrameMaker(draft, sources)
    luma, chroma = width * height, width * height // 4
    for number in range(draft.frame_count):
        frame = np.frombuffer(memory, np.uint8, size, number * size)
        drawn = maker.draw(number)
        frame[:luma] = drawn.y.reshape(-1)
        frame[luma : luma + chroma] = drawn.uv[..., 0].reshape(-1)
        frame[luma + chroma :] = drawn.uv[..., 1].reshape(-1)
    maker.close()
    return memory


def encode_floor(draft: Draft, memory: mmap.mmap, processes: int) -> Cost:
    """From the moment all encoders stand ready."""
    context = multiprocessing.get_context("fork")
    start = context.Barrier(processes + 1)
    bounds = [round(draft.frame_count * part / processes) for part in range(processes + 1)]
    children = [
        context.Process(target=_encode, args=(draft, memory, first, last, start)) for first, last in pairwise(bounds)
    ]
    for child in children:
        child.start()
    start.wait()
    began, before = perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    for child in children:
        child.join()
    wall, after = perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    assert all(child.exitcode == 0 for child in children)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall=wall, cpu=cpu, peak_mb=0.0)


def _encode(draft: Draft, memory: mmap.mmap, first: int, last: int, start: object) -> None:
    width, height = draft.canvas.width, draft.canvas.height
    size = width * height * 3 // 2
    os.nice(10)  # as the farm's workers
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, draft.fps), Fraction(draft.fps)
    encoder.thread_count = 1
    encoder.options = dict(OPTIONS)
    start.wait()  # type: ignore[attr-defined]  # a barrier; its type has no public name
    out = 0
    for number in range(first, last):
        pixels = np.frombuffer(memory, np.uint8, size, number * size).reshape(height * 3 // 2, width)
        frame = av.VideoFrame.from_numpy_buffer(pixels, format="yuv420p")
        frame.pts = number
        out += sum(packet.size for packet in encoder.encode(frame))
    out += sum(packet.size for packet in encoder.encode(None))
    os._exit(0 if out else 1)
