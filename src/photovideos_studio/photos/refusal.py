"""The one error of this room."""

from __future__ import annotations


class Unreadable(Exception):
    """A file that cannot be part of a film; `reason` is a clause for a person ("is not a picture", "is cut short")."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
