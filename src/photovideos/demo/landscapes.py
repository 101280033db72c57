"""Draws landscapes for the demonstration: ridges in the haze, water, sun, moon and stars, as JPEGs with EXIF dates.

The same pictures each time. This is the one place of the daemon's package that makes pixels; it reads none.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from PIL import Image

WIDTH, HEIGHT = 2400, 1600
_FIRST_DAY = datetime.fromisoformat("2024-05-11T07:42:10")  # EXIF times have no zone
_DATE_TAGS = (0x9003, 0x9004)  # DateTimeOriginal, DateTimeDigitized
_EXIF_IFD = 0x8769

Plane = NDArray[np.float32]
Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Colours of one hour. `sky`: from zenith to horizon; `far`, `near`: of the ridges; `light`: of sun or moon.

    `light_at`: across and down in fractions of the picture. `horizon`: where the land begins. `water`: how much of the
    picture is water. `stars`: how many. `roughness`: of the ridges, 0–1.
    """

    name: str
    sky: tuple[Colour, Colour, Colour]
    far: Colour
    near: Colour
    light: Colour
    light_at: tuple[float, float]
    light_radius: float = 0.03
    horizon: float = 0.5
    ridges: int = 5
    water: float = 0.0
    stars: int = 0
    roughness: float = 0.5
    hours: float = 0.0


SCENES = (
    Scene(name="first light", sky=((58, 78, 138), (226, 148, 132), (255, 214, 150)), far=(190, 132, 138),
          near=(38, 32, 58), light=(255, 240, 200), light_at=(0.68, 0.47), horizon=0.48, ridges=6, hours=0),
    Scene(name="morning lake", sky=((96, 158, 214), (170, 208, 232), (238, 240, 226)), far=(150, 182, 198),
          near=(28, 62, 64), light=(255, 252, 232), light_at=(0.3, 0.2), horizon=0.4, ridges=4, water=0.38, hours=3),
    Scene(name="green hills", sky=((72, 140, 214), (142, 192, 232), (222, 236, 240)), far=(140, 178, 160),
          near=(42, 92, 38), light=(255, 250, 224), light_at=(0.8, 0.16), horizon=0.5, roughness=0.2, hours=27),
    Scene(name="high noon", sky=((38, 108, 196), (110, 174, 226), (206, 228, 240)), far=(186, 202, 222),
          near=(72, 74, 92), light=(255, 255, 244), light_at=(0.44, 0.1), horizon=0.42, roughness=0.9, hours=53),
    Scene(name="desert", sky=((66, 120, 188), (222, 196, 164), (250, 222, 176)), far=(222, 172, 130),
          near=(142, 70, 38), light=(255, 244, 214), light_at=(0.22, 0.3), horizon=0.56, roughness=0.12, hours=80),
    Scene(name="evening sea", sky=((62, 58, 122), (226, 122, 98), (255, 192, 112)), far=(148, 92, 112),
          near=(46, 30, 60), light=(255, 226, 156), light_at=(0.52, 0.56), light_radius=0.042, horizon=0.58, ridges=2,
          water=0.4, roughness=0.3, hours=106),
    Scene(name="blue hour", sky=((18, 28, 68), (48, 78, 140), (176, 164, 190)), far=(84, 102, 150), near=(10, 16, 38),
          light=(250, 246, 230), light_at=(0.26, 0.24), light_radius=0.018, horizon=0.52, stars=240, hours=131),
    Scene(name="night", sky=((6, 9, 30), (16, 28, 66), (48, 70, 112)), far=(34, 50, 86), near=(4, 8, 18),
          light=(244, 244, 236), light_at=(0.72, 0.2), light_radius=0.026, horizon=0.46, ridges=4, water=0.3,
          stars=900, hours=135),
)  # fmt: skip


def draw_all() -> Iterator[tuple[str, bytes]]:
    """File name and JPEG of each scene, in the order of their EXIF dates."""
    for number, scene in enumerate(SCENES, start=1):
        taken = _FIRST_DAY + timedelta(hours=scene.hours, minutes=number * 3)
        yield f"IMG_{2040 + number * 7:04d}.jpg", _jpeg(draw(scene, seed=number), taken)


def draw(scene: Scene, *, seed: int) -> NDArray[np.uint8]:
    """One picture, HEIGHT × WIDTH × 3, sRGB."""
    rng = np.random.default_rng(seed)
    picture = _sky(scene)
    _scatter_stars(picture, scene, rng)
    _shine(picture, scene)
    shore = int(HEIGHT * (1 - scene.water))
    _ridges(picture, scene, rng, shore)
    if scene.water:
        _water(picture, scene, rng, shore)
    picture += rng.normal(0, 0.006, picture.shape[:2])[..., None].astype(np.float32)  # a sensor's grain
    return np.asarray(np.clip(picture, 0, 1) * 255 + 0.5, dtype=np.uint8)


def _colour(colour: Colour) -> Plane:
    return np.asarray(np.divide(colour, 255), dtype=np.float32)


def _sky(scene: Scene) -> Plane:
    top, middle, bottom = (_colour(colour) for colour in scene.sky)
    down = np.linspace(0, 1, int(HEIGHT * min(1.0, scene.horizon + 0.15)), dtype=np.float32)
    column = np.stack([np.interp(down, (0, 0.62, 1), (top[c], middle[c], bottom[c])) for c in range(3)], axis=1)
    column = np.concatenate([column, np.repeat(column[-1:], HEIGHT - len(column), axis=0)])
    return np.repeat(column[:, None, :].astype(np.float32), WIDTH, axis=1)


def _distance(scene: Scene) -> Plane:
    """From the light, in picture widths."""
    x = np.arange(WIDTH, dtype=np.float32)[None, :] / WIDTH - scene.light_at[0]
    y = (np.arange(HEIGHT, dtype=np.float32)[:, None] - scene.light_at[1] * HEIGHT) / WIDTH
    return np.asarray(np.hypot(x, y), dtype=np.float32)


def _shine(picture: Plane, scene: Scene) -> None:
    distance, light = _distance(scene), _colour(scene.light)
    glow = 0.55 * np.exp(-distance / 0.12) + 0.25 * np.exp(-distance / 0.4)
    disc = np.clip((scene.light_radius - distance) * 900, 0, 1)
    amount = np.clip(np.maximum(glow * (0.35 if scene.stars else 0.8), disc), 0, 1)[..., None]
    picture += amount * (light - picture)


def _scatter_stars(picture: Plane, scene: Scene, rng: np.random.Generator) -> None:
    for _ in range(scene.stars):
        x, y = int(rng.integers(2, WIDTH - 2)), int(rng.integers(2, int(HEIGHT * scene.horizon)))
        bright = float(rng.random()) ** 3
        picture[y : y + 2, x : x + 2] += 0.75 * bright
        if bright > 0.6:
            picture[y - 1 : y + 3, x - 1 : x + 3] += 0.12 * bright


def _skyline(rng: np.random.Generator, roughness: float) -> Plane:
    """A ridge as height over the picture's width, about -1 to 1: octaves of smooth noise."""
    line = np.zeros(WIDTH, dtype=np.float64)
    amount, points = 1.0, 4
    while points < 900:
        knots = rng.uniform(-1, 1, points + 3)
        at = np.linspace(0, points, WIDTH, endpoint=False)
        cell, part = at.astype(int), at % 1
        eased = part * part * part * (part * (part * 6 - 15) + 10)
        line += amount * (knots[cell] * (1 - eased) + knots[cell + 1] * eased)
        amount *= 0.32 + 0.24 * roughness
        points *= 2
    return np.asarray(line / 1.6, dtype=np.float32)


def _ridges(picture: Plane, scene: Scene, rng: np.random.Generator, shore: int) -> None:
    far, near, haze = _colour(scene.far), _colour(scene.near), _colour(scene.sky[2])
    rows = np.arange(HEIGHT, dtype=np.float32)[:, None]
    for number in range(scene.ridges):
        depth = (number + 1) / scene.ridges  # 0 is the haze, 1 is at our feet
        middle = HEIGHT * (scene.horizon + (0.96 - scene.horizon) * 0.8 * (depth - 1 / scene.ridges) ** 1.25)
        height = HEIGHT * (0.1 + 0.05 * scene.roughness) * (0.75 + 0.5 * depth)
        top = middle - height * _skyline(rng, scene.roughness * (0.5 + 0.5 * depth))
        if scene.water:
            top = np.minimum(top, shore - 3) if depth < 1 else np.full_like(top, shore + 2)
        below = np.clip(rows - top[None, :], 0, 1)[..., None]
        fall = np.clip((rows - top[None, :]) / (HEIGHT * 0.3), 0, 1)[..., None]
        body = far + (near - far) * depth**0.9
        mist = body + (haze - body) * (0.5 * (1 - depth))
        colour = body + (mist - body) * fall + 0.02 * (1 - fall)
        picture += below * (colour - picture)


def _water(picture: Plane, scene: Scene, rng: np.random.Generator, shore: int) -> None:
    """The land above, mirrored, broken by ripples that grow towards us; and the path of the light."""
    depth = HEIGHT - shore
    down = np.arange(depth, dtype=np.float32)
    source = shore - 1 - (down * shore * 0.9 / depth).astype(int)
    mirrored = picture[source]
    waves = _skyline(rng, 0.6)[:depth] if depth <= WIDTH else np.zeros(depth, dtype=np.float32)
    for row in range(depth):
        sway = int(3 + 26 * row / depth * waves[row])
        mirrored[row] = np.roll(mirrored[row], sway, axis=0)
    tint = _colour(scene.near)
    mirrored = mirrored * 0.82 + tint * 0.14
    ripple = rng.normal(0, 1, (depth, WIDTH // 24 + 2)).repeat(24, axis=1)[:, :WIDTH].astype(np.float32)
    near = (down / depth)[:, None]
    across = np.abs(np.arange(WIDTH, dtype=np.float32) / WIDTH - scene.light_at[0])[None, :]
    path = np.exp(-across / (0.03 + 0.1 * near)) * np.clip(ripple, 0, 2) * 0.35
    mirrored += (ripple * 0.012 * (0.3 + near))[..., None] + path[..., None] * (_colour(scene.light) - mirrored)
    picture[shore:] = mirrored


def _jpeg(picture: NDArray[np.uint8], taken: datetime) -> bytes:
    image = Image.fromarray(picture)
    exif = image.getexif()
    stamp = taken.strftime("%Y:%m:%d %H:%M:%S")
    exif[0x0132] = stamp
    details = exif.get_ifd(_EXIF_IFD)
    for tag in _DATE_TAGS:
        details[tag] = stamp
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92, exif=exif)
    return out.getvalue()
