"""Order by time, and what is left out by itself."""

from __future__ import annotations

from typing import Any

from photovideos_studio.director.edit.arrange import best_of, by_date, natural_key, unfit
from photovideos_studio.director.wishes.wish import Wishes
from photovideos_studio.facts import Box, Material, MediaFacts, MediaKind


def _photo(name: str, taken: str | None = None, **facts: Any) -> Material:
    known = MediaFacts(kind=MediaKind.PHOTO, width=4000, height=3000, taken=taken, **facts)
    return Material(id=name, name=name, facts=known)


def test_times_count_with_sub_seconds_and_offsets() -> None:
    photos = [
        _photo("a.jpg", "2024-06-01T12:00:00.900000+02:00"),
        _photo("b.jpg", "2024-06-01T12:00:00.100000+02:00"),
        _photo("c.jpg", "2024-06-01T12:00:00+03:00"),
    ]
    assert [one.name for one in by_date(photos)] == ["c.jpg", "b.jpg", "a.jpg"]


def test_without_times_the_order_is_natural() -> None:
    assert [one.name for one in by_date([_photo("IMG_10.jpg"), _photo("img_2.jpg"), _photo("IMG_1.jpg")])] == [
        "IMG_1.jpg",
        "img_2.jpg",
        "IMG_10.jpg",
    ]
    assert natural_key("a2") < natural_key("a10")


def test_a_name_with_a_raised_number_has_its_place_too() -> None:
    assert [one.name for one in by_date([_photo("²4.jpg"), _photo("5²3.jpg")])] == ["5²3.jpg", "²4.jpg"]


def test_a_burst_keeps_its_sharpest_photo() -> None:
    burst = [
        _photo(f"b{i}.jpg", f"2024-06-01T12:00:0{i}", dhash="00ff00ff00ff00ff", sharpness=100.0 + (i == 1))
        for i in range(3)
    ]
    others = [
        _photo(f"o{i}.jpg", f"2024-06-01T13:0{i}:00", dhash=f"{i}123456789abcdef", sharpness=100.0) for i in range(2)
    ]
    left = unfit([*burst, *others], Wishes())
    assert {one.file: one.other for one in left} == {"b0.jpg": "b1.jpg", "b2.jpg": "b1.jpg"}


def test_alike_but_taken_at_other_times_both_stay() -> None:
    photos = [
        _photo(f"p{i}.jpg", f"2024-06-0{i + 1}T12:00:00", dhash="00ff00ff00ff00ff", sharpness=100.0) for i in range(5)
    ]
    assert unfit(photos, Wishes()) == []


def test_blurred_and_black_are_left_out_unless_kept() -> None:
    photos = [_photo(f"p{i}.jpg", sharpness=300.0, brightness=0.5) for i in range(4)]
    photos += [_photo("blur.jpg", sharpness=3.0, brightness=0.5), _photo("dark.jpg", sharpness=300.0, brightness=0.01)]
    assert {(one.file, one.reason) for one in unfit(photos, Wishes())} == {
        ("blur.jpg", "blurred"),
        ("dark.jpg", "black"),
    }
    assert [one.file for one in unfit(photos, Wishes(keep=("blur.jpg",)))] == ["dark.jpg"]


def test_plain_pictures_are_not_called_blurred_when_all_are_plain() -> None:
    assert unfit([_photo(f"p{i}.png", sharpness=0.0, brightness=0.5) for i in range(6)], Wishes()) == []


def test_the_moving_half_of_a_live_photo_is_left_out() -> None:
    clip = Material(id="c", name="IMG_1.MOV", facts=MediaFacts(kind=MediaKind.CLIP, width=1, height=1, length_ms=3000))
    left = unfit([_photo("IMG_1.HEIC"), clip], Wishes())
    assert [(one.file, one.reason, one.other) for one in left] == [("IMG_1.MOV", "live", "IMG_1.HEIC")]


def test_the_best_are_chosen_from_all_over_the_story() -> None:
    names = [f"p{i}.jpg" for i in range(12)]
    face = (Box(x=0, y=0, w=0.1, h=0.1),)
    facts = {name: _photo(name, faces=face if name in ("p1.jpg", "p5.jpg", "p8.jpg") else ()) for name in names}
    assert best_of(names, facts, 3, frozenset()) == ("p1.jpg", "p5.jpg", "p8.jpg")
    assert "p0.jpg" in best_of(names, facts, 3, frozenset({"p0.jpg"}))
