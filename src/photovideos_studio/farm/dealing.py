"""PURE: who makes which piece next.

Each worker walks along a stretch of neighbouring pieces, so that a photo is decoded once; one that has come to its end
takes the second half, by length, of the longest stretch that is left.
"""

from __future__ import annotations

from collections.abc import Sequence


class Deal:
    """Pieces, known by number, among workers known by number."""

    def __init__(self, lengths: Sequence[int]) -> None:
        """`lengths`: how much work each piece is."""
        self._lengths = tuple(lengths)
        self._stretches: dict[int, range] = {}
        self._free: list[range] = [range(len(self._lengths))] if self._lengths else []

    def next_for(self, worker: int) -> int | None:
        """The piece to make now; None if nothing is left to begin."""
        own = self._stretches.get(worker, range(0))
        if not own:
            own = self._taken()
        if not own:
            return None
        self._stretches[worker] = own[1:]
        return own[0]

    def give_back(self, worker: int, piece: int | None) -> None:
        """A worker is gone: its stretch, and the piece it was at, are for others."""
        rest = self._stretches.pop(worker, range(0))
        if piece is not None and rest and rest[0] == piece + 1:
            rest = range(piece, rest[-1] + 1)
        elif piece is not None:
            self._free.append(range(piece, piece + 1))
        if rest:
            self._free.append(rest)

    def _taken(self) -> range:
        if self._free:
            longest = max(self._free, key=self._length)
            self._free.remove(longest)
            return longest
        owner = max(self._stretches, key=lambda worker: self._length(self._stretches[worker]), default=None)
        left = self._stretches[owner] if owner is not None else range(0)
        if owner is None or not left:
            return range(0)
        middle = self._middle(left)
        self._stretches[owner] = left[:middle]
        return left[middle:]

    def _middle(self, left: range) -> int:
        """Where to divide what a worker has not begun, so that with the piece it is at it keeps about a half."""
        whole = self._length(range(left[0] - 1, left[-1] + 1)) if left[0] else self._length(left)
        return min(range(len(left)), key=lambda at: abs(whole - 2 * self._length(left[at:])))

    def _length(self, stretch: range) -> int:
        return sum(self._lengths[stretch.start : stretch.stop])
