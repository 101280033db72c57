"""The faces in the order they are asked: Latin, Greek and Cyrillic, then each script's own, CJK, symbols, emoji."""

from __future__ import annotations

import mmap
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from PIL import ImageFont

from photovideos_studio.fonts.coverage import Coverage, read_coverage
from photovideos_studio.fonts.runs import is_joiner

_SCRIPTS: Final = (
    "Arabic", "Hebrew", "Devanagari", "Bengali", "Gujarati", "Gurmukhi", "Kannada", "Malayalam", "Oriya", "Sinhala",
    "Tamil", "Telugu", "Thai", "Lao", "Khmer", "Myanmar", "Ethiopic", "Georgian", "Armenian", "Symbols",
)  # fmt: skip
_CJK_FILE: Final = "NotoSansCJK-VF.otf.ttc"
_JAPANESE, _KOREAN, _CHINESE = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """One face of a font file. `heaviest`: the top of its weight axis."""

    name: str
    path: Path
    index: int = 0
    heaviest: int = 700


@lru_cache(maxsize=1)
def _wheel_faces() -> tuple[Face, ...]:
    noto = Path(str(files("manimgx_fonts")))
    cjk = Path(str(files("manimgx_fonts_cjk"))) / _CJK_FILE
    return (
        Face(name="Noto Sans", path=noto / "NotoSans[wght].ttf"),
        *(Face(name=f"Noto Sans {script}", path=noto / f"NotoSans{script}[wght].ttf") for script in _SCRIPTS),
        Face(name="Noto Sans CJK JP", path=cjk, index=_JAPANESE, heaviest=900),
        Face(name="Noto Sans CJK KR", path=cjk, index=_KOREAN, heaviest=900),
        Face(name="Noto Sans CJK SC", path=cjk, index=_CHINESE, heaviest=900),
        Face(name="Noto Emoji", path=noto / "NotoEmoji[wght].ttf"),
    )


@lru_cache(maxsize=64)
def _coverage(path: Path, index: int) -> Coverage:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as font:
        view = memoryview(font)
        try:
            return read_coverage(view, index)
        finally:
            view.release()


def face_for(cluster: str, text: str) -> Face | None:
    """The face that has the whole of a cluster (a character with what belongs to it); `text` tells whose ideographs."""
    return _face_for(cluster, _cjk_index(text))


@lru_cache(maxsize=4096)
def _face_for(cluster: str, regional: int) -> Face | None:
    codes = [ord(character) for character in cluster if not is_joiner(character)]
    wants_emoji = "\ufe0f" in cluster or any(0x1F000 <= code <= 0x1FAFF for code in codes)
    faces = _wheel_faces()
    order = (faces[-1], *faces[:-1]) if wants_emoji else faces
    for face in order:
        if face.path.name == _CJK_FILE and face.index != regional:
            continue
        covered = _coverage(face.path, face.index)
        if all(code in covered for code in codes):
            return face
    return None


def _cjk_index(text: str) -> int:
    """Kana means Japanese, Hangul Korean, ideographs alone Chinese."""
    if any("\u3040" <= character <= "\u30ff" for character in text):
        return _JAPANESE
    if any("\uac00" <= character <= "\ud7a3" or "\u1100" <= character <= "\u11ff" for character in text):
        return _KOREAN
    return _CHINESE


def missing_characters(text: str) -> tuple[str, ...]:
    """What no face here can show, each once, in the order of the text (it is left out of the film and named)."""
    from photovideos_studio.fonts.runs import clusters

    missing = (cluster for cluster in clusters(text) if not cluster.isspace() and face_for(cluster, text) is None)
    return tuple(dict.fromkeys(missing))


@lru_cache(maxsize=64)
def open_font(face: Face, size: int, weight: int) -> ImageFont.FreeTypeFont:
    """The face at `size` pixels and a weight of 300–900, as far as it goes."""
    font = ImageFont.truetype(face.path, size, index=face.index, layout_engine=ImageFont.Layout.RAQM)
    font.set_variation_by_axes([min(weight, face.heaviest)])
    return font
