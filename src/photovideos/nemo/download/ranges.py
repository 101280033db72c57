"""PURE. Which part of which file an answer brings (RFC 9110): two halves must never be those of two films."""

from __future__ import annotations

import re

from photovideos.nemo.download.partfile import PartFile, Version
from photovideos.nemo.exchange import Incoming

_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18}|\*)")


def resuming(part: PartFile) -> dict[str, str]:
    """The headers that ask for the rest of the very same file; for all of it where nobody can tell."""
    if not part.size or part.version.validator is None:
        return {}
    return {"Range": f"bytes={part.size}-", "If-Range": part.version.validator}


def version_of(answer: Incoming) -> Version:
    """The file as the server names it; no length where it was packed on the way."""
    packing = answer.headers.get("content-encoding", "identity").strip().lower()
    if packing not in ("", "identity"):
        return Version()
    return Version(etag=answer.headers.get("etag"), modified=answer.headers.get("last-modified"), total=_total(answer))


def _total(answer: Incoming) -> int | None:
    if answer.status == 206:
        found = _CONTENT_RANGE.fullmatch(answer.headers.get("content-range", "").strip())
        return int(found[2]) if found and found[2] != "*" else None
    length = answer.headers.get("content-length", "").strip()
    return int(length) if length.isascii() and length.isdigit() and len(length) <= 18 else None


def continues(answer: Incoming, part: PartFile, version: Version) -> bool:
    """Whether a 206 begins where the part ends, and is of the same file."""
    found = _CONTENT_RANGE.fullmatch(answer.headers.get("content-range", "").strip())
    if found is None or int(found[1]) != part.size or not part.size:
        return False
    known = part.version
    return all(
        one is None or other is None or one == other
        for one, other in ((known.etag, version.etag), (known.modified, version.modified), (known.total, version.total))
    )
