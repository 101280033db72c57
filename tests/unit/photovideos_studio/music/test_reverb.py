"""A room rings on across pieces, in stereo, and dies away in its time."""

from __future__ import annotations

import numpy as np

from photovideos_studio.music.reverb import Reverb
from photovideos_studio.music.synth import RATE

PIECE = RATE


def ringing(seconds: float, pieces: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    room = Reverb(seconds, 0.5, 4000, PIECE)
    first = np.zeros(PIECE, np.float32)
    first[1000] = 1.0
    out = [room.through(first)]
    out += [room.through(np.zeros(PIECE, np.float32)) for _ in range(pieces - 1)]
    return np.concatenate(out, axis=1)


def level(wave: np.ndarray[tuple[int, int], np.dtype[np.float32]], second: float) -> float:
    at = int(second * RATE)
    return float(20 * np.log10(np.sqrt(np.mean(wave[:, at : at + 4800] ** 2)) + 1e-12))


def test_it_decays_as_long_as_the_room_is_large() -> None:
    small, large = ringing(1.0, 4), ringing(3.0, 4)
    assert level(small, 0.1) - level(small, 0.9) > 25
    assert level(large, 0.1) - level(large, 0.9) < 25


def test_there_is_no_seam_between_pieces() -> None:
    wave = ringing(3.0, 4)
    step = np.abs(np.diff(wave[0]))
    assert step[PIECE - 2 : PIECE + 2].max() <= step[PIECE - 2000 : PIECE + 2000].max()
    assert abs(level(wave, 0.95) - level(wave, 1.0)) < 4


def test_it_comes_after_the_sound_and_from_both_sides() -> None:
    wave = ringing(2.0, 2)
    assert np.abs(wave[:, :1000]).max() < 1e-6
    likeness = np.corrcoef(wave[0], wave[1])[0, 1]
    assert abs(likeness) < 0.5


def test_a_short_last_piece_is_taken() -> None:
    room = Reverb(1.0, 0.5, 4000, PIECE)
    assert room.through(np.ones(1001, np.float32)).shape == (2, PIECE)
