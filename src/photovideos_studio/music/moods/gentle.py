"""Moods that leave room: calm, ambient, piano, romantic. Pure data."""

from __future__ import annotations

from photovideos_studio.music.style import Role, Room, Style, part
from photovideos_studio.music.tempo import TempoRange

CALM = Style(
    tempo=TempoRange(low=60, high=84),
    modes=("major",),
    tonics=(0, 2, 5, 7, 10),
    verses=("Iadd9 vi7 IVadd9 Vsus4", "I iii7 IVmaj7 iv6", "Iadd9 IVmaj7 vi7 Vsus4", "vi7 IVadd9 Iadd9 V"),
    choruses=("IVmaj7 Vsus4 iii7 vi7", "IVadd9 I/3 ii7 Vsus4"),
    cadence=("ii7", "Vsus4"),
    final="Iadd9",
    room=Room(seconds=2.6, wet=0.5, dark=3200),
    waltz=True,
    arc=(0.3, 0.8, 0.5),
    parts=(
        part(Role.PAD, "warm strings", low=50, high=70, level=0, send=0.5, ring=True),
        part(
            Role.ARP,
            "felt harp nylon",
            "02132313 01232321 0.2.1.3. 03212312",
            low=55,
            high=77,
            level=-2,
            pan=-0.15,
            send=0.45,
        ),
        part(Role.BASS, "sub upright", "r------- r-----5-", low=33, high=47, level=-6, send=0.1, enters=0.4),
        part(Role.MELODY, "flute felt vibes", low=67, high=84, level=-1, pan=0.15, send=0.5, enters=0.5, density=0.3),
        part(Role.BELLS, "celesta", low=79, high=96, level=-13, pan=0.4, send=0.8, enters=0.7),
    ),
)
AMBIENT = Style(
    tempo=TempoRange(low=50, high=74),
    modes=("lydian", "major"),
    tonics=(0, 2, 4, 7, 9),
    verses=("Iadd9 Iadd9 IVmaj7 IVmaj7", "Iadd9 vi7 Iadd9 IVadd9", "Isus2 IVmaj7 vi7 IVmaj7"),
    choruses=("vi7 IVmaj7 Iadd9 Vsus4", "IVmaj7 iii7 vi7 Iadd9"),
    cadence=("IVmaj7", "IVadd9"),
    final="Isus2",
    room=Room(seconds=4.2, wet=0.75, dark=2600),
    waltz=True,
    arc=(0.35, 0.75, 0.4),
    parts=(
        part(Role.PAD, "air warm", low=48, high=69, level=-6, send=0.7, size=4),
        part(Role.PAD, "choir glass", low=60, high=79, level=-9, send=0.8, size=3, enters=0.4),
        part(Role.BASS, "sub", "r-------", low=31, high=43, level=-4, send=0.1),
        part(Role.BELLS, "glass felt kalimba", low=67, high=91, level=-5, pan=-0.3, send=0.9),
        part(Role.BELLS, "celesta vibes", low=74, high=94, level=-9, pan=0.4, send=0.9, enters=0.5),
    ),
)
PIANO = Style(
    tempo=TempoRange(low=62, high=88),
    modes=("major",),
    tonics=(0, 2, 5, 7, 9, 10),
    verses=("I V/3 vi7 IVadd9", "vi7 IV I/3 V", "I iii7 vi7 IVmaj7", "Iadd9 V/3 IV/3 Vsus4"),
    choruses=("IV V vi7 I/3", "IVadd9 V iii7 vi7", "ii7 V I/3 IV"),
    cadence=("IV", "V"),
    final="I",
    room=Room(seconds=2.0, wet=0.35, dark=3600),
    waltz=True,
    loose_ms=9.0,
    arc=(0.4, 1.0, 0.6),
    parts=(
        part(
            Role.ARP,
            "piano felt",
            "02132313 01213121 0212.212 03231323",
            low=48,
            high=69,
            level=-3,
            pan=-0.2,
            send=0.3,
            ring=True,
        ),
        part(Role.BASS, "piano", "r------- r---5---", low=34, high=50, level=-3, pan=-0.25, send=0.25, ring=True),
        part(Role.MELODY, "piano", low=65, high=84, level=1, pan=0.12, send=0.35, enters=0.35, density=0.45),
        part(
            Role.COMP, "piano", "....x--- ..x---x-", low=58, high=76, level=-9, pan=0.2, send=0.35, size=3, enters=0.8
        ),
    ),
)
ROMANTIC = Style(
    tempo=TempoRange(low=62, high=84),
    modes=("major",),
    tonics=(1, 3, 5, 8, 10, 0),
    verses=("Imaj7 iii7 vi7 IVmaj7", "I V/3 vi7 iii7", "Iadd9 vi7 ii7 V7", "I I/3 IVmaj7 iv6"),
    choruses=("IVmaj7 V iii7 vi7", "ii7 V7 iii7 vi7", "IV iv6 I/5 V7"),
    cadence=("ii7", "V7"),
    final="Iadd9",
    room=Room(seconds=2.3, wet=0.42, dark=3400),
    waltz=True,
    loose_ms=10.0,
    arc=(0.4, 0.95, 0.6),
    parts=(
        part(
            Role.ARP,
            "piano harp nylon",
            "01232321 02132313 0123.321",
            low=50,
            high=72,
            level=-1,
            pan=-0.2,
            send=0.35,
            ring=True,
        ),
        part(Role.BASS, "piano upright", "r------- r---5---", low=34, high=49, level=-4, send=0.2, ring=True),
        part(Role.PAD, "strings", low=53, high=74, level=-9, send=0.55, enters=0.4),
        part(Role.MELODY, "violin cello felt", low=62, high=81, level=-1, pan=0.15, send=0.5, enters=0.45, density=0.4),
    ),
)
