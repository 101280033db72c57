"""Drum patterns by kind of music, sixteen steps to a bar of four beats (twelve: triplets); where the drums stand."""

from __future__ import annotations

from photovideos_studio.music.style import Groove

DRUM_PANS = {
    "hat": 0.25,
    "openhat": 0.25,
    "shaker": -0.3,
    "tamb": 0.3,
    "tom": -0.2,
    "ride": 0.3,
    "crash": -0.25,
    "rim": 0.1,
    "woodblock": -0.3,
    "snap": 0.1,
    "brush": -0.1,
}
DRUM_SENDS = {
    "kick": 0.02,
    "softkick": 0.02,
    "taiko": 0.45,
    "tom": 0.3,
    "crash": 0.3,
    "clap": 0.3,
    "snare": 0.22,
    "snap": 0.3,
}


def groove(fill: tuple[tuple[str, str], ...] = (), /, **steps: str) -> Groove:
    return Groove(steps=tuple(steps.items()), fill=fill)


_TOM_FILL = (
    ("kick", "x.......x......."),
    ("snare", "x...x...x.x.x.xx"),
    ("tom", "......x...x.x..."),
    ("hat", "x...x..........."),
)
_SOFT_FILL = (("softkick", "x.......x......."), ("rim", "....x.....x.x..."), ("shaker", "o.o.o.o.o.o.o.o."))
_CLAP_FILL = (("kick", "x...x...x...x..."), ("clap", "....x.......x.xx"), ("tamb", "o.x.o.x.o.x.o.x."))
_TAIKO_FILL = (("taiko", "X..x..x.X.x.xxxx"), ("tom", "..x..x..x.x.x.x."))
_BRUSH_FILL = (("brush", "x...x..x...x"), ("ride", "x..x.xx..x.x"), ("softkick", "x.....x....."))

LOFI = (
    groove(_SOFT_FILL, softkick="x......x..x.....", rim="....x.......x...", hat="o.o.o.oxo.o.o.o."),
    groove(_SOFT_FILL, softkick="x.....x...x.....", rim="....x.......x..o", hat="o.o.o.o.o.oxo.o."),
    groove(_SOFT_FILL, softkick="x..x......x.....", rim="....x.......x...", shaker="o.ooo.ooo.ooo.oo"),
)
FOLK = (
    groove(softkick="x.......x.......", shaker="o.x.o.x.o.x.o.x."),
    groove(softkick="x.......x.....x.", tamb="....x.......x...", shaker="o.o.o.o.o.o.o.o."),
)
POP = (
    groove(_TOM_FILL, kick="x.....x.x.......", snare="....x.......x...", hat="x.o.x.o.x.o.x.o."),
    groove(
        _TOM_FILL, kick="x...x...x...x...", clap="....x.......x...", hat="..x...x...x...x.", shaker="o.o.o.o.o.o.o.o."
    ),
    groove(_CLAP_FILL, kick="x...x...x...x...", clap="....x.......x...", tamb="..x...x...x...x."),
)
HAPPY = (
    groove(_CLAP_FILL, kick="x.......x.x.....", clap="....x.......x...", tamb="o.x.o.x.o.x.o.x."),
    groove(_CLAP_FILL, kick="x.....x.x.......", snap="....x.......x...", shaker="o.x.o.x.o.x.o.x."),
)
PLAYFUL = (
    groove(woodblock="x.....o.x...o...", snap="....x.......x...", softkick="x.......x......."),
    groove(woodblock="..x...x...x.x...", softkick="x.......x.......", rim="....x.......x..."),
)
DANCE = (
    groove(
        _CLAP_FILL, kick="X...X...X...X...", clap="....x.......x...", openhat="..x...x...x...x.", hat="o.o.o.o.o.o.o.oo"
    ),
    groove(
        _CLAP_FILL,
        kick="X...X...X...X...",
        snare="....x.......x...",
        openhat="..x...x...x...x.",
        shaker="o.oxo.oxo.oxo.ox",
    ),
)
ENERGETIC = (
    groove(
        _TOM_FILL, kick="X..x..x.X..x..x.", snare="....X.......X...", hat="x.x.x.x.x.x.x.x.", clap="....x.......x..."
    ),
    groove(
        _TOM_FILL,
        kick="X...X...X...X.x.",
        snare="....X.......X...",
        openhat="..x...x...x...x.",
        tamb="x.x.x.x.x.x.x.x.",
    ),
)
CINEMATIC = (
    groove(
        _TAIKO_FILL,
        taiko="x.......o..o....",
        tom="..........o.....",
    ),
    groove(_TAIKO_FILL, taiko="x.....o.x.......", rim="..o...o...o...o."),
)
EPIC = (
    groove(_TAIKO_FILL, taiko="X..x..x.X..x..x.", tom="..o..o....o..o..", snare="............o.oo"),
    groove(_TAIKO_FILL, taiko="X...x.x.X...x.x.", tom="..x...o...x...oo"),
)
ROCK = (
    groove(_TOM_FILL, kick="X.....X.X.......", snare="....X.......X...", hat="X.x.X.x.X.x.X.x."),
    groove(_TOM_FILL, kick="X..X....X.X.....", snare="....X.......X...", ride="x...x.x.x...x.x."),
    groove(_TOM_FILL, kick="X.X.....X.X...x.", snare="....X.......X...", openhat="x...x...x...x..."),
)
SWING = (
    groove(_BRUSH_FILL, ride="x..x.xx..x.x", brush="...x.....x..", softkick="o.....o....."),
    groove(_BRUSH_FILL, ride="x..x.xx..x.x", hat="...x.....x..", brush="o.....o..o.o", softkick="o..o..o..o.."),
)
