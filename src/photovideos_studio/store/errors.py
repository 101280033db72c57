"""What can go wrong in the store. The message is for a person; the routes give each its code of the contract."""

from __future__ import annotations


class StoreError(Exception):
    """The root."""


class StoreBusy(StoreError):
    """Another studio works on this store."""


class SessionMissing(StoreError):
    """1002: the session was never there, is another's, or was cleaned away."""


class SourceChanged(StoreError):
    """1002: a file that was uploaded by reference is no longer what it was."""


class RenderMissing(StoreError):
    """404: this render was never heard of."""


class RenderExists(StoreError):
    """409: the id is taken."""


class FileClosed(StoreError):
    """4001: a `file:` address that the studio does not open; the message says why."""


class NoRoom(StoreError):
    """507: the disk or the store's own limit is full."""

    def __init__(self, where: str, *, needed_bytes: int, free_bytes: int) -> None:
        megabytes = 1_000_000
        needed = max(1, round(needed_bytes / megabytes))
        free = round(max(0, free_bytes) / megabytes)
        super().__init__(
            f"There is no room in the studio's store ({where}): {needed} MB are needed, {free} MB are free."
        )
