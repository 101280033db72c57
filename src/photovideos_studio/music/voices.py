"""The instruments as recipes: which partials they have and how these come and go. Pure data; `synth` makes the sound.

Two families: what is struck or plucked dies away by itself, each partial at its own pace; what is bowed, blown or held
lasts as long as the note, from a table of one period, in several slightly detuned voices.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck:
    """Partials with decays of their own.

    `tilt`: amplitude of partial k is k**-tilt; `pluck`: where the string is plucked (a comb on the partials, 0 none);
    `decay`: seconds to 1/e of the lowest partial at middle C; `damping`: how much faster high ones die; `stretch`:
    inharmonicity; `ratios`/`levels`: explicit partials of bars and bells instead of a string's. `noise`: the thump or
    pick at the start. `release_ms`: after the note ends. `drive`: saturation.
    """

    partials: int = 12
    tilt: float = 1.4
    pluck: float = 0.0
    decay: float = 1.2
    damping: float = 0.35
    stretch: float = 0.0
    ratios: tuple[float, ...] = ()
    levels: tuple[float, ...] = ()
    attack_ms: float = 3.0
    release_ms: float = 180.0
    noise: float = 0.0
    noise_band: tuple[float, float] = (300.0, 2500.0)
    drive: float = 0.0
    tremolo: float = 0.0
    loudness: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A table of one period, played by `voices` detuned by up to `detune` cents, spread over the stereo image.

    `tilt` as above, `odd`: the share of even partials (a clarinet has few); `formants`: (Hz, width in Hz, gain) peaks;
    `ceiling`: Hz above which partials are left out; `vibrato`: cents at `vibrato_hz`; `bite`: how much brighter the
    attack is; `fall`: seconds to 1/e while held (0: it lasts). `breath`: noise of air or bow. `drive`: saturation.
    """

    tilt: float = 1.5
    odd: float = 1.0
    formants: tuple[tuple[float, float, float], ...] = ()
    ceiling: float = 6000.0
    voices: int = 1
    detune: float = 6.0
    vibrato: float = 0.0
    vibrato_hz: float = 5.2
    attack_ms: float = 60.0
    release_ms: float = 250.0
    fall: float = 0.0
    bite: float = 0.0
    breath: float = 0.0
    drive: float = 0.0
    loudness: float = 1.0


Recipe = Struck | Held

_PIANO = Struck(
    partials=14,
    tilt=1.6,
    pluck=0.12,
    decay=1.5,
    damping=0.22,
    stretch=0.00035,
    attack_ms=3,
    release_ms=260,
    noise=0.05,
)
_AAH = ((700.0, 180.0, 2.2), (1150.0, 200.0, 1.4), (2600.0, 350.0, 0.5))

VOICES: dict[str, Recipe] = {
    # keys
    "piano": _PIANO,
    "felt": Struck(
        partials=9,
        tilt=1.9,
        pluck=0.14,
        decay=1.3,
        damping=0.4,
        stretch=0.0003,
        attack_ms=6,
        release_ms=300,
        noise=0.07,
        noise_band=(120, 900),
    ),
    "epiano": Struck(
        ratios=(1, 2, 3, 4, 7.1, 14.2),
        levels=(1, 0.32, 0.1, 0.05, 0.06, 0.025),
        decay=1.5,
        damping=0.5,
        attack_ms=4,
        release_ms=160,
        tremolo=0.12,
        drive=0.25,
    ),
    "celesta": Struck(
        ratios=(1, 3, 4.1, 6.2), levels=(1, 0.18, 0.12, 0.04), decay=1.0, damping=0.8, attack_ms=3, release_ms=400
    ),
    "glass": Struck(
        ratios=(1, 2.0, 3.01, 4.2), levels=(1, 0.25, 0.1, 0.05), decay=2.2, damping=0.3, attack_ms=45, release_ms=900
    ),
    # bars
    "glock": Struck(
        ratios=(1, 2.76, 5.4), levels=(1, 0.22, 0.05), decay=0.9, damping=0.9, attack_ms=2.5, release_ms=350
    ),
    "vibes": Struck(
        ratios=(1, 4, 9.9), levels=(1, 0.16, 0.03), decay=1.8, damping=0.5, attack_ms=4, release_ms=350, tremolo=0.18
    ),
    "marimba": Struck(
        ratios=(1, 4, 9.2),
        levels=(1, 0.2, 0.05),
        decay=0.42,
        damping=0.7,
        attack_ms=2.5,
        release_ms=160,
        noise=0.05,
        noise_band=(200, 1500),
    ),
    "kalimba": Struck(
        ratios=(1, 2.02, 5.9), levels=(1, 0.18, 0.06), decay=0.8, damping=0.6, attack_ms=3, release_ms=300, noise=0.03
    ),
    # plucked strings
    "nylon": Struck(
        partials=14, tilt=1.35, pluck=0.19, decay=0.85, damping=0.45, attack_ms=3, release_ms=140, noise=0.04
    ),
    "steel": Struck(
        partials=18,
        tilt=1.1,
        pluck=0.13,
        decay=1.0,
        damping=0.35,
        attack_ms=2.5,
        release_ms=140,
        noise=0.05,
        noise_band=(800, 4500),
    ),
    "ukulele": Struck(
        partials=12,
        tilt=1.3,
        pluck=0.22,
        decay=0.45,
        damping=0.5,
        attack_ms=2.5,
        release_ms=100,
        noise=0.05,
        noise_band=(500, 3500),
    ),
    "harp": Struck(partials=12, tilt=1.45, pluck=0.3, decay=1.4, damping=0.4, attack_ms=3, release_ms=500, noise=0.02),
    "pizz": Struck(
        partials=10,
        tilt=1.4,
        pluck=0.2,
        decay=0.2,
        damping=0.5,
        attack_ms=3,
        release_ms=90,
        noise=0.06,
        noise_band=(200, 1600),
    ),
    "palmed": Struck(
        partials=14, tilt=1.2, pluck=0.15, decay=0.12, damping=0.3, attack_ms=2.5, release_ms=60, noise=0.04
    ),
    "pluck": Struck(partials=16, tilt=1.05, decay=0.22, damping=0.5, attack_ms=2.5, release_ms=120),
    # basses
    "upright": Struck(
        partials=9,
        tilt=1.35,
        pluck=0.2,
        decay=0.6,
        damping=0.7,
        attack_ms=6,
        release_ms=90,
        noise=0.04,
        noise_band=(80, 900),
    ),
    "bassguitar": Struck(
        partials=14, tilt=1.2, pluck=0.16, decay=0.8, damping=0.5, attack_ms=4, release_ms=60, noise=0.03, drive=0.3
    ),
    "sub": Held(tilt=2.6, ceiling=500, attack_ms=18, release_ms=120, fall=2.5, drive=0.3),
    "synthbass": Held(
        tilt=1.1, ceiling=1400, voices=2, detune=7, attack_ms=5, release_ms=70, fall=0.6, bite=0.5, drive=0.4
    ),
    # pads and voices
    "warm": Held(tilt=1.7, ceiling=2600, voices=3, detune=9, attack_ms=500, release_ms=900, vibrato=3, vibrato_hz=0.6),
    "air": Held(
        tilt=2.1,
        ceiling=2200,
        voices=3,
        detune=8,
        attack_ms=1100,
        release_ms=1600,
        breath=0.02,
        vibrato=4,
        vibrato_hz=0.35,
    ),
    "choir": Held(
        tilt=1.0,
        formants=_AAH,
        ceiling=3600,
        voices=3,
        detune=12,
        attack_ms=350,
        release_ms=700,
        vibrato=14,
        breath=0.012,
    ),
    # bowed and blown
    "strings": Held(
        tilt=1.35,
        formants=((500, 300, 0.5), (1500, 700, 0.4)),
        ceiling=5500,
        voices=3,
        detune=11,
        attack_ms=260,
        release_ms=500,
        vibrato=9,
        bite=0.1,
    ),
    "violin": Held(
        tilt=1.2,
        formants=((480, 200, 0.6), (2700, 700, 0.5)),
        ceiling=6500,
        voices=2,
        detune=5,
        attack_ms=110,
        release_ms=260,
        vibrato=16,
        breath=0.015,
    ),
    "cello": Held(
        tilt=1.3,
        formants=((250, 120, 0.6), (600, 250, 0.5)),
        ceiling=3800,
        voices=2,
        detune=6,
        attack_ms=120,
        release_ms=300,
        vibrato=12,
        bite=0.15,
    ),
    "spiccato": Held(
        tilt=1.2,
        formants=((500, 300, 0.5),),
        ceiling=4500,
        voices=3,
        detune=9,
        attack_ms=9,
        release_ms=110,
        fall=0.12,
        bite=0.4,
    ),
    "horn": Held(
        tilt=1.5,
        formants=((450, 250, 1.2),),
        ceiling=2600,
        voices=3,
        detune=5,
        attack_ms=130,
        release_ms=260,
        vibrato=5,
        bite=0.1,
    ),
    "flute": Held(
        tilt=2.3, ceiling=5000, voices=1, attack_ms=75, release_ms=160, vibrato=13, vibrato_hz=5.0, breath=0.05
    ),
    "clarinet": Held(tilt=1.5, odd=0.12, ceiling=4000, voices=1, attack_ms=45, release_ms=110, vibrato=4, breath=0.015),
    "whistle": Held(
        tilt=3.2, ceiling=5200, voices=1, attack_ms=55, release_ms=120, vibrato=18, vibrato_hz=5.6, breath=0.05
    ),
    # synths and guitars through an amplifier
    "lead": Held(tilt=1.5, ceiling=4500, voices=2, detune=7, attack_ms=22, release_ms=180, vibrato=9, bite=0.2),
    "saw": Held(tilt=1.1, ceiling=4500, voices=5, detune=14, attack_ms=12, release_ms=180, bite=0.25),
    "drive": Held(
        tilt=1.0, ceiling=2600, voices=2, detune=6, attack_ms=6, release_ms=70, fall=2.2, bite=0.3, drive=1.6
    ),
    "driven": Held(
        tilt=1.2, ceiling=3000, voices=2, detune=5, attack_ms=14, release_ms=120, vibrato=12, fall=3.0, drive=1.0
    ),
}
