"""PURE: who makes which piece next.

Each worker walks along a stretch of neighbouring pieces, so that a photo is decoded once; one that has come to its end
takes the second half of the longest stretch that is left.
"""

from __future__ import annotations


class Deal:
    """Pieces 0 … count − 1 among workers known by number."""

    def __init__(self, count: int) -> None:
        self._stretches: dict[int, range] = {}
        self._free: list[range] = [range(count)] if count else []

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
            longest = max(self._free, key=len)
            self._free.remove(longest)
            return longest
        owner = max(self._stretches, key=lambda worker: len(self._stretches[worker]), default=None)
        if owner is None:
            return range(0)
        left = self._stretches[owner]
        middle = len(left) // 2
        self._stretches[owner] = left[:middle]
        return left[middle:]
