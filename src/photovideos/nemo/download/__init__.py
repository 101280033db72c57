"""From the address of a finished render to a whole file on this disk (contract §8).

    addresses  PURE: which addresses may be asked at all
    ranges     PURE: which part of which file an answer brings
    partfile   the unfinished file: room, resumption, whole or not at all
    fetching   the ways to it: the plain address, then the fallback route; cut, resumed, begun again

Whether the file is a film is for `media` to find out.
"""

from __future__ import annotations

from photovideos.nemo.download.fetching import Download, Host

__all__ = ["Download", "Host"]
