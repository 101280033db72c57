"""Reads finished films again."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np


@dataclass(frozen=True)
class Seen:
    seconds: float
    width: int
    height: int
    frames: int
    fps: float
    sound_seconds: float
    loudest: float


def look_at(path: Path) -> Seen:
    """Decodes the whole film."""
    with av.open(str(path)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        frames, samples, loudest = 0, 0, 0.0
        for frame in container.decode(video, audio):
            if isinstance(frame, av.VideoFrame):
                frames += 1
            elif isinstance(frame, av.AudioFrame):
                samples += frame.samples
                loudest = max(loudest, float(np.abs(frame.to_ndarray()).max()))
        rate = float(video.average_rate or 0)
        return Seen(
            seconds=frames / rate,
            width=video.codec_context.width,
            height=video.codec_context.height,
            frames=frames,
            fps=rate,
            sound_seconds=samples / audio.codec_context.sample_rate,
            loudest=loudest,
        )


def frames_digest(path: Path) -> str:
    """A digest of every decoded frame and every sample: two films with the same one show and sound the same."""
    digest = hashlib.sha256()
    with av.open(str(path)) as container:
        for frame in container.decode(container.streams.video[0], container.streams.audio[0]):
            assert isinstance(frame, av.VideoFrame | av.AudioFrame)
            digest.update(f"{type(frame).__name__} {frame.pts}".encode())
            digest.update(frame.to_ndarray().tobytes())
    return digest.hexdigest()
