"""Sounds, and drafts with sound: what tests of music and of soundtracks are made from."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from photovideos_studio.draft import (
    Canvas,
    Draft,
    Fit,
    Motion,
    MusicSegment,
    PictureSegment,
    Transition,
    TransitionKind,
)
from photovideos_studio.facts import Box

RATE = 48_000
SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples"
_WHOLE = Box(x=0.0, y=0.0, w=1.0, h=1.0)


class Sounds:
    """Writes and makes what the tests need; shapes are (n,) for mono and (2, n) for stereo."""

    @staticmethod
    def write_wav(path: Path, sides: NDArray[np.float32], rate: int = RATE) -> Path:
        """16 bits; shape (n,) or (channels, n)."""
        rows = np.atleast_2d(sides)
        with wave.open(str(path), "wb") as file:
            file.setnchannels(len(rows))
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes((np.clip(rows.T, -1, 1) * 32767).astype("<i2").tobytes())
        return path

    @staticmethod
    def write_float_wav(path: Path, mono: NDArray[np.float32], rate: int = RATE) -> Path:
        """32-bit float, mono: the form that can hold NaN and infinity."""
        data = mono.astype("<f4").tobytes()
        head = b"RIFF" + (36 + len(data)).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
        form = (3).to_bytes(2, "little") + (1).to_bytes(2, "little") + rate.to_bytes(4, "little")
        form += (4 * rate).to_bytes(4, "little") + (4).to_bytes(2, "little") + (32).to_bytes(2, "little")
        path.write_bytes(head + form + b"data" + len(data).to_bytes(4, "little") + data)
        return path

    @staticmethod
    def clicks(seconds: float, bpm: float, rate: int = RATE, first: float = 0.5) -> NDArray[np.float32]:
        """A click track over a soft chord."""
        time = np.arange(int(seconds * rate)) / rate
        out = 0.02 * (np.sin(2 * np.pi * 220 * time) + np.sin(2 * np.pi * 330 * time))
        stroke = np.exp(-np.arange(int(0.08 * rate)) / (0.015 * rate)) * np.sin(
            np.arange(int(0.08 * rate)) * 2 * np.pi * 900 / rate
        )
        moment = first
        while moment < seconds - 0.1:
            at = round(moment * rate)
            out[at : at + len(stroke)] += 0.6 * stroke
            moment += 60 / bpm
        return out.astype(np.float32)

    @staticmethod
    def music(length_ms: int, **values: object) -> MusicSegment:
        given: dict[str, object] = {"id": "m", "name": "music", "start_ms": 0, "length_ms": length_ms, "volume": 1.0}
        return MusicSegment(**{**given, "mood": "calm", "seed": 3, **values})  # type: ignore[arg-type]  # a shorthand

    @staticmethod
    def draft(
        count: int = 4,
        slot_ms: int = 2000,
        *,
        music: tuple[MusicSegment, ...] = (),
        clips: dict[int, float] | None = None,
    ) -> Draft:
        """`count` pictures, each the next slot; `clips`: which of them are clips, with their volume."""
        clips = clips or {}
        pictures = tuple(
            PictureSegment(
                id=f"p{index}",
                name=f"{index}.jpg",
                start_ms=index * slot_ms,
                length_ms=slot_ms + (400 if index < count - 1 else 0),
                upload_id="clip" if index in clips else "photo",
                is_clip=index in clips,
                fit=Fit.CROP,
                motion=Motion(kind="none", start=_WHOLE, end=_WHOLE),
                transition=Transition(kind=TransitionKind.CROSSFADE, length_ms=400),
                volume=clips.get(index, 0.0),
            )
            for index in range(count)
        )
        return Draft(
            canvas=Canvas(width=640, height=360), fps=30, length_ms=count * slot_ms, pictures=pictures, music=music
        )

    @staticmethod
    def heard(path: Path) -> NDArray[np.float32]:
        """A raw soundtrack as (2, n)."""
        return np.fromfile(path, "<f4").reshape(-1, 2).T

    @staticmethod
    def level_db(sides: NDArray[np.float32]) -> float:
        return float(20 * np.log10(np.sqrt(np.mean(np.square(sides, dtype=np.float64))) + 1e-12))

    @staticmethod
    def sample(relative: str) -> Path:
        """A file of the shared samples; the test is skipped where they are not."""
        path = SAMPLES / relative
        if not path.exists():
            pytest.skip("the shared samples are not beside this checkout")
        return path
