"""Raw sound on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from photovideos_studio.music.rawsound import PIECE, RawSound, frames_of


def test_what_was_never_written_is_silence_of_the_exact_length(tmp_path: Path) -> None:
    with RawSound.at(tmp_path / "a.raw", 1234):
        pass
    assert (tmp_path / "a.raw").read_bytes() == bytes(1234 * 8)


def test_what_is_written_is_read_and_outside_is_silence(tmp_path: Path) -> None:
    sides = np.arange(20, dtype=np.float32).reshape(2, 10)
    with RawSound.at(tmp_path / "a.raw", 100) as sound:
        sound.write(40, sides)
        assert np.array_equal(sound.read(40, 10), sides)
        edge = sound.read(-5, 200)
        assert edge.shape == (2, 200)
        assert np.array_equal(edge[:, 45:55], sides)
        assert not edge[:, :45].any()
        assert not edge[:, 55:].any()
    woven = np.fromfile(tmp_path / "a.raw", "<f4").reshape(-1, 2)
    assert woven[41].tolist() == [1.0, 11.0]


def test_nan_and_infinity_never_get_in(tmp_path: Path) -> None:
    with RawSound.temporary(tmp_path / "beside.raw") as sound:
        sound.append(np.array([[np.nan, np.inf, 1.0], [-np.inf, 0.5, np.nan]], np.float32))
        assert sound.read(0, 3).tolist() == [[0.0, 0.0, 1.0], [0.0, 0.5, 0.0]]
    assert list(tmp_path.iterdir()) == []


def test_pieces_cover_everything_once(tmp_path: Path) -> None:
    with RawSound.at(tmp_path / "a.raw", 2 * PIECE + 7) as sound:
        assert [(start, sides.shape[1]) for start, sides in sound.pieces()] == [
            (0, PIECE),
            (PIECE, PIECE),
            (2 * PIECE, 7),
        ]


def test_milliseconds_become_frames() -> None:
    assert frames_of(1000.5) == 48_024
