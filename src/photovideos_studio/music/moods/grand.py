"""Moods with an orchestra: cinematic, epic, classical. Pure data."""

from __future__ import annotations

from photovideos_studio.music import grooves
from photovideos_studio.music.style import Role, Room, Style, part
from photovideos_studio.music.tempo import TempoRange

CINEMATIC = Style(
    tempo=TempoRange(low=68, high=94),
    modes=("minor", "dorian"),
    tonics=(9, 4, 2, 0, 7),
    verses=("i bVI bIII bVII", "i iv bVI V", "i bVII bVI bVII", "i v bVI iv"),
    choruses=("bVI bVII i bIII", "bVI bIII bVII i"),
    cadence=("bVI", "bVII"),
    final="iadd9",
    grooves=grooves.CINEMATIC,
    drums_level=-6,
    drums_enter=0.6,
    room=Room(seconds=3.0, wet=0.45, dark=3600),
    waltz=True,
    arc=(0.3, 1.0, 0.9),
    ending_hit=("taiko", "swell"),
    parts=(
        part(Role.PAD, "strings", low=50, high=72, level=-4, send=0.5),
        part(Role.BASS, "cello", "r------- r---r---", low=33, high=48, level=-2, send=0.3),
        part(
            Role.ARP,
            "felt harp piano",
            "01230123 02132132 0121",
            low=57,
            high=77,
            level=-1,
            pan=-0.25,
            send=0.45,
            ring=True,
        ),
        part(Role.MELODY, "horn cello strings", low=57, high=76, level=-2, pan=0.1, send=0.5, enters=0.55, density=0.3),
        part(
            Role.ARP,
            "spiccato",
            "0010001000100010 0021002100210021",
            low=55,
            high=72,
            level=-6,
            pan=0.3,
            send=0.4,
            enters=0.75,
        ),
    ),
)
EPIC = Style(
    tempo=TempoRange(low=80, high=108),
    modes=("minor",),
    tonics=(2, 0, 4, 9, 7),
    verses=("i bVI bIII bVII", "i bVII bVI V", "i i bVI bVII"),
    choruses=("bVI bVII i v", "bVI bIII bVII i", "i bVI iv V"),
    cadence=("bVI", "bVII"),
    final="I",
    grooves=grooves.EPIC,
    drums_level=-7,
    drums_enter=0.4,
    room=Room(seconds=2.6, wet=0.4, dark=4200),
    waltz=True,
    loose_ms=5.0,
    arc=(0.5, 1.0, 1.0),
    ending_hit=("taiko", "crash", "kick"),
    parts=(
        part(
            Role.ARP,
            "spiccato",
            "0010001000100010 0012001200120012 0001000200010003",
            low=50,
            high=67,
            level=1,
            pan=-0.25,
            send=0.35,
        ),
        part(Role.BASS, "cello", "r---r--- r-----r-", low=30, high=45, level=-2, send=0.25),
        part(Role.PAD, "strings", low=52, high=74, level=3, send=0.5, enters=0.4),
        part(Role.PAD, "choir", low=57, high=77, level=-6, pan=0.0, send=0.6, size=3, enters=0.7),
        part(Role.MELODY, "horn", low=53, high=72, level=0, pan=0.12, send=0.45, enters=0.5, density=0.35),
    ),
)
CLASSICAL = Style(
    tempo=TempoRange(low=80, high=116),
    modes=("major",),
    tonics=(0, 2, 5, 7, 10),
    verses=("I V/3 I V", "I IV/5 V7 I", "I vi ii/3 V", "I I/3 IV V7"),
    choruses=("V I/3 V7/3 I", "vi ii V7 I", "IV I/3 ii/3 V"),
    cadence=("ii/3", "V7"),
    final="I",
    room=Room(seconds=1.9, wet=0.35, dark=4200),
    waltz=True,
    loose_ms=7.0,
    arc=(0.5, 1.0, 0.9),
    parts=(
        part(Role.ARP, "piano pizz", "02120212 01210121", low=50, high=67, level=-4, pan=-0.2, send=0.3, size=3),
        part(Role.BASS, "cello", "r---r--- r---5---", low=36, high=52, level=-4, pan=0.25, send=0.3),
        part(Role.PAD, "strings", low=55, high=74, level=-9, send=0.45, size=3, enters=0.6),
        part(
            Role.MELODY, "violin flute piano", low=67, high=86, level=0, pan=0.12, send=0.35, enters=0.3, density=0.65
        ),
    ),
)
