from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from photovideos.media.order import film_order
from photovideos.model import FileEntry, MediaKind


def entries(*paths: str) -> list[FileEntry]:
    song = (".mp3", ".wav")
    return [
        FileEntry(
            path=path,
            size=1,
            mtime_ns=0,
            ctime_ns=0,
            inode=number,
            kind=MediaKind.SONG if path.endswith(song) else MediaKind.PHOTO,
        )
        for number, path in enumerate(paths)
    ]


def order(paths: list[str], **taken: str) -> list[str]:
    return [entry.path for entry in film_order(entries(*paths), taken)]


def test_the_time_of_taking_decides_where_every_photo_has_one() -> None:
    assert order(["a", "b", "c"], a="2024-05-03T10:00:00", b="2024-05-01T10:00:00", c="2024-05-02T10:00:00") == [
        "b",
        "c",
        "a",
    ]


def test_a_burst_is_ordered_by_sub_seconds() -> None:
    assert order(["a", "b"], a="2024-05-03T10:00:00.700", b="2024-05-03T10:00:00.120") == ["b", "a"]


def test_offsets_count_so_that_a_flight_does_not_turn_the_order_round() -> None:
    tokyo, berlin = "2024-05-03T18:00:00+09:00", "2024-05-03T12:00:00+02:00"
    assert order(["a", "b"], a=berlin, b=tokyo) == ["b", "a"]


def test_a_time_without_an_offset_is_taken_to_be_of_the_folders_usual_one() -> None:
    taken = {"a": "2024-05-03T12:00:00+02:00", "b": "2024-05-03T11:00:00", "clip": "2024-05-03T09:30:00+00:00"}
    assert order(["a", "b", "clip"], **taken) == ["b", "clip", "a"]


def test_without_dates_the_natural_order_stays() -> None:
    assert order(["IMG_2", "IMG_10", "IMG_11"]) == ["IMG_2", "IMG_10", "IMG_11"]


def test_a_photo_without_a_date_stands_behind_its_natural_predecessor() -> None:
    taken = {"IMG_1": "2024-05-03T10:00:00", "IMG_2": "2024-05-01T10:00:00", "IMG_3": "2024-05-02T10:00:00"}
    assert order(["IMG_1", "IMG_2", "IMG_2-edit", "IMG_3"], **taken) == ["IMG_2", "IMG_2-edit", "IMG_3", "IMG_1"]


def test_undated_photos_before_all_dated_ones_come_first() -> None:
    assert order(["a", "b", "c"], b="2024-05-03T10:00:00", c="2024-05-01T10:00:00") == ["a", "c", "b"]


def test_songs_come_last_whatever_their_date() -> None:
    assert order(["a.mp3", "b", "c.wav"], **{"a.mp3": "2001-01-01T00:00:00"}) == ["b", "a.mp3", "c.wav"]


def test_the_same_moment_keeps_the_natural_order() -> None:
    same = "2024-05-03T10:00:00"
    assert order(["a", "b", "c"], a=same, b=same, c=same) == ["a", "b", "c"]


def test_what_is_no_date_counts_as_none() -> None:
    assert order(["a", "b"], a="yesterday", b="2024-05-03T10:00:00") == ["a", "b"]


MOMENTS = st.one_of(
    st.none(),
    st.just("nonsense"),
    st.datetimes().map(lambda moment: moment.isoformat()),
    st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat()),
)


@given(st.dictionaries(st.text(min_size=1, max_size=4), MOMENTS, max_size=12))
def test_nothing_is_lost_or_doubled_and_the_same_input_gives_the_same_order(taken: dict[str, str | None]) -> None:
    paths = sorted(taken)
    first = [entry.path for entry in film_order(entries(*paths), taken)]
    assert sorted(first) == paths
    assert first == [entry.path for entry in film_order(entries(*paths), taken)]
