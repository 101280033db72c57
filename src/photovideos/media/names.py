"""PURE: what a file is called on the wire: its own base name; twins get " (2)" (contract §4)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

from photovideos.logs import clean

_MAX_BYTES = 200
# Extensions of the contract that already say what the copy is; any other is replaced.
_SAYS = {"jpg": ("jpg", "jpeg")}
_INSTEAD_OF = str.maketrans(dict.fromkeys('/\\"\r\n\t', "-"))


def wire_names(extensions: Mapping[str, str | None], standing: Mapping[str, str]) -> dict[str, str]:
    """A name for each path, in the given order.

    `extensions`: by path, what a copy of it is (without dot), or None where the original goes as it is. `standing`:
    names given earlier in the session; they are kept.
    """
    names = {path: standing[path] for path in extensions if path in standing}
    used = set(standing.values())
    for path, extension in extensions.items():
        if path not in names:
            names[path] = _free(_own_name(path, extension), used)
            used.add(names[path])
    return names


def _own_name(path: str, extension: str | None) -> str:
    base = unicodedata.normalize("NFC", path.rsplit("/", 1)[-1].translate(_INSTEAD_OF))
    base = clean(base, 1000).strip() or "photo"
    stem, own = _split(base)
    if extension is not None and own.lower() not in _SAYS.get(extension, (extension,)):
        own = extension
    return _cut(stem, "." + own if own else "")


def _split(name: str) -> tuple[str, str]:
    """Name and extension; what is too long or odd to be an extension belongs to the name."""
    stem, dot, extension = name.rpartition(".")
    if dot and stem and len(extension) <= 5 and extension.isalnum():
        return stem, extension
    return name, ""


def _cut(stem: str, tail: str) -> str:
    room = _MAX_BYTES - len(tail.encode())
    return stem.encode()[:room].decode(errors="ignore") + tail


def _free(name: str, used: Iterable[str]) -> str:
    if name not in used:
        return name
    stem, own = _split(name)
    number = 2
    while True:
        candidate = _cut(stem, f" ({number})" + ("." + own if own else ""))
        if candidate not in used:
            return candidate
        number += 1
