"""Does a folder rest? Time and snapshots come in; nothing is real here."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photovideos.intake.pace import pace_of
from photovideos.intake.settle import Facts, FolderState, Verdict, Waiting, hinted, observe, signature_of
from photovideos.intake.unfinished import STALE_COPY, WRITTEN
from photovideos.model import Control, FileEntry, FolderKey, MediaKind, Snapshot

KEY = FolderKey(inbox="/inbox", name="Trip", device=1, inode=2)
LOCAL = pace_of(settle_seconds=None, is_network=False, is_polled=False)
NETWORK = pace_of(settle_seconds=None, is_network=True, is_polled=True)
HOUR = 3600.0


def entry(path: str, size: int = 1000, *, at: int = 1, kind: MediaKind | None = None) -> FileEntry:
    return FileEntry(path=path, size=size, mtime_ns=at, ctime_ns=at, inode=hash(path) & 0xFFFF, kind=kind)


def photo(path: str, size: int = 1000, *, at: int = 1) -> FileEntry:
    return entry(path, size, at=at, kind=MediaKind.PHOTO)


def folder(*media: FileEntry, prompt: bool = True, **more: Any) -> Snapshot:
    return Snapshot(
        key=KEY,
        media=media,
        prompt=entry("prompt.txt", 50) if prompt else None,
        controls=more.pop("controls", frozenset()),
        **more,
    )


@dataclass
class Watch:
    """Looks at a folder as reception does, in time of its own."""

    facts: Facts = field(default_factory=lambda: Facts(pace=LOCAL, has_prompt=True))
    now: float = 1000.0
    state: FolderState | None = None
    verdict: Verdict | None = None

    def look(self, snapshot: Snapshot, after: float = 0.0, **facts: Any) -> Verdict:
        self.now += after
        self.facts = replace(self.facts, **facts)
        self.state, self.verdict = observe(self.state, snapshot, now=self.now, facts=self.facts)
        return self.verdict

    def settles_after(self, snapshot: Snapshot, limit: float = 100 * HOUR) -> float:
        """Looks as often as the verdict says; how long until it settles."""
        began = self.now
        verdict = self.look(snapshot)
        while not verdict.is_settled:
            assert self.now - began < limit
            assert verdict.next_look_seconds > 0
            verdict = self.look(snapshot, after=verdict.next_look_seconds)
        return self.now - began


def test_a_quiet_folder_settles_after_the_settle_time_and_not_before() -> None:
    watch, trip = Watch(), folder(photo("a.jpg"))
    assert watch.look(trip).waiting is Waiting.COPY
    assert watch.look(trip, after=29.9).waiting is Waiting.COPY
    assert watch.look(trip, after=0.1).is_settled


def test_the_last_look_falls_on_the_moment_it_settles() -> None:
    assert Watch().settles_after(folder(photo("a.jpg"))) == pytest.approx(30)
    network = Watch(facts=Facts(pace=NETWORK, has_prompt=True))
    assert network.settles_after(folder(photo("a.jpg"))) == pytest.approx(60)


@pytest.mark.parametrize(
    "changed",
    [
        folder(photo("a.jpg", 1001)),
        folder(photo("a.jpg", at=2)),
        folder(photo("a.jpg"), photo("b.jpg")),
        folder(photo("b.jpg")),
        folder(photo("a.jpg"), prompt=False),
        folder(photo("a.jpg"), others=(entry("notes.pdf"),)),
        folder(photo("a.jpg"), temporaries=(entry("b.part"),)),
    ],
)
def test_a_growing_folder_is_not_settled_until_it_rests(changed: Snapshot) -> None:
    watch = Watch()
    watch.look(folder(photo("a.jpg")))
    watch.look(folder(photo("a.jpg")), after=25)
    assert watch.look(changed, after=4).waiting is Waiting.COPY
    assert watch.look(changed, after=10).waiting is Waiting.COPY


def test_our_own_files_and_control_files_do_not_reset_it() -> None:
    watch = Watch()
    watch.look(folder(photo("a.jpg")))
    watch.look(folder(photo("a.jpg"), own=(entry("_photovideos - waiting.txt"),)), after=15)
    watch.look(folder(photo("a.jpg"), own=(entry("_photovideos - waiting.txt", at=9),)), after=10)
    assert watch.look(folder(photo("a.jpg"), own=(entry("Trip.mp4"),)), after=5).is_settled


def test_a_copy_that_pauses_gets_three_times_its_longest_pause() -> None:
    watch = Watch()
    watch.look(folder(photo("a.jpg")))
    slow = folder(photo("a.jpg"), photo("b.jpg"))
    watch.look(slow, after=20)
    assert not watch.look(slow, after=59).is_settled
    assert watch.look(slow, after=1).is_settled


def test_a_late_file_teaches_a_longer_rest_but_never_more_than_five_minutes() -> None:
    watch = Watch()
    assert watch.settles_after(folder(photo("a.jpg"))) == pytest.approx(30)
    late = folder(photo("a.jpg"), photo("b.jpg"))
    watch.look(late, after=45)
    assert watch.settles_after(late) == pytest.approx(225)
    later = folder(photo("a.jpg"), photo("c.jpg"))
    watch.look(later, after=5000)
    assert watch.settles_after(later) == pytest.approx(300)


def test_waiting_for_a_prompt_is_no_pause_of_a_copy() -> None:
    watch = Watch()
    bare = folder(photo("a.jpg"), prompt=False)
    watch.look(bare, has_prompt=False)
    assert watch.look(bare, after=2 * HOUR).waiting is Waiting.PROMPT
    watch.look(folder(photo("a.jpg")), after=2 * HOUR, has_prompt=True)
    assert watch.settles_after(folder(photo("a.jpg"))) == pytest.approx(30)


def test_a_folder_renamed_in_whole_needs_two_seconds_even_after_our_note_hides_the_trace() -> None:
    watch = Watch()
    watch.look(folder(photo("a.jpg"), is_renamed_whole=True))
    assert not watch.look(folder(photo("a.jpg")), after=1.9).is_settled
    assert watch.look(folder(photo("a.jpg")), after=0.1).is_settled


def test_a_rename_is_forgotten_when_something_is_added_afterwards() -> None:
    watch = Watch()
    watch.look(folder(photo("a.jpg"), is_renamed_whole=True))
    watch.look(folder(photo("a.jpg"), photo("b.jpg")), after=1)
    assert not watch.look(folder(photo("a.jpg"), photo("b.jpg")), after=5).is_settled


def test_on_a_share_a_rename_proves_nothing() -> None:
    watch = Watch(facts=Facts(pace=NETWORK, has_prompt=True))
    assert watch.settles_after(folder(photo("a.jpg"), is_renamed_whole=True)) == pytest.approx(60)


def test_ready_needs_two_seconds_and_leaves_out_what_is_unfinished() -> None:
    watch = Watch()
    trip = folder(
        photo("a.jpg"), photo("cut.jpg"), controls=frozenset({Control.READY}), temporaries=(entry("c.jpg.part"),)
    )
    watch.look(trip, incomplete={"cut.jpg": "its end is missing"})
    verdict = watch.look(trip, after=2)
    assert verdict.is_settled
    assert {item.file for item in verdict.left_out} == {"cut.jpg", "c.jpg.part"}
    assert [item.path for item in verdict.usable(trip)] == ["a.jpg"]


def test_ready_that_comes_later_counts_from_the_last_change() -> None:
    watch = Watch()
    watch.look(folder(photo("a.jpg")))
    assert watch.look(folder(photo("a.jpg"), controls=frozenset({Control.READY})), after=5).is_settled


def test_a_folder_given_to_once_is_taken_as_it_lies() -> None:
    watch = Watch(facts=Facts(pace=LOCAL, has_prompt=True, is_complete=True))
    assert watch.settles_after(folder(photo("a.jpg"))) == pytest.approx(2)


def test_hold_stops_everything_until_it_is_taken_away() -> None:
    watch = Watch()
    held = folder(photo("a.jpg"), controls=frozenset({Control.HOLD, Control.READY}))
    assert watch.look(held).waiting is Waiting.HOLD
    assert watch.look(held, after=5 * HOUR).waiting is Waiting.HOLD
    assert watch.look(folder(photo("a.jpg")), after=1).is_settled


def test_a_temporary_name_holds_the_folder_up_until_it_is_stale_and_is_then_named() -> None:
    watch = Watch()
    trip = folder(photo("a.jpg"), temporaries=(entry("b.jpg.part"),))
    watch.look(trip)
    assert watch.look(trip, after=899).waiting is Waiting.COPY
    verdict = watch.look(trip, after=1)
    assert verdict.is_settled
    assert [(item.file, item.reason) for item in verdict.left_out] == [("b.jpg.part", STALE_COPY)]


def test_a_temporary_is_not_stale_while_anything_else_moves() -> None:
    watch = Watch()
    trip = folder(photo("a.jpg"), temporaries=(entry("b.jpg.part"),))
    watch.look(trip)
    for size in range(1, 20):
        moving = folder(photo("a.jpg", size), temporaries=(entry("b.jpg.part"),))
        assert watch.look(moving, after=60).waiting is Waiting.COPY
    assert watch.look(moving, after=899).waiting is Waiting.COPY
    assert watch.look(moving, after=1).is_settled


def test_a_photo_that_stays_incomplete_is_named_after_ten_minutes_and_left_out_after_a_day() -> None:
    watch = Watch()
    trip = folder(photo("a.jpg"), photo("cut.jpg"))
    watch.look(trip, incomplete={"cut.jpg": "its end is missing"})
    assert watch.look(trip, after=599).holding_up == ()
    named = watch.look(trip, after=1)
    assert named.waiting is Waiting.COPY
    assert [item.file for item in named.holding_up] == ["cut.jpg"]
    assert "its end is missing" in named.holding_up[0].reason
    assert watch.look(trip, after=24 * HOUR - 601).waiting is Waiting.COPY
    verdict = watch.look(trip, after=1)
    assert verdict.is_settled
    assert [item.file for item in verdict.left_out] == ["cut.jpg"]
    assert [item.path for item in verdict.usable(trip)] == ["a.jpg"]


def test_a_photo_that_grows_for_days_is_never_given_up() -> None:
    watch = Watch()
    for hour in range(60):
        growing = folder(photo("a.jpg"), photo("b.jpg", 1000 + hour))
        verdict = watch.look(growing, after=HOUR, incomplete={"b.jpg": "its end is missing"})
        assert verdict.waiting is Waiting.COPY
        assert verdict.left_out == ()


def test_a_photo_that_becomes_whole_lets_the_folder_settle() -> None:
    watch = Watch()
    watch.look(folder(photo("a.jpg", 5)), incomplete={"a.jpg": "its end is missing"})
    watch.look(folder(photo("a.jpg", 5)), after=HOUR)
    whole = folder(photo("a.jpg", 6))
    watch.look(whole, after=1, incomplete={})
    assert watch.settles_after(whole) == pytest.approx(300), "it has shown that it may pause for long"


def test_an_open_writer_is_a_veto() -> None:
    watch, trip = Watch(), folder(photo("a.jpg"))
    watch.look(trip)
    assert watch.look(trip, after=30).is_settled
    vetoed = watch.look(trip, being_written=("a.jpg",))
    assert vetoed.waiting is Waiting.COPY
    named = watch.look(trip, after=600)
    assert [(item.file, item.reason) for item in named.holding_up] == [("a.jpg", WRITTEN)]
    assert watch.look(trip, after=1, being_written=()).is_settled


def test_only_incomplete_photos_leave_nothing_to_make_a_film_of() -> None:
    watch = Watch()
    trip = folder(photo("cut.jpg"), controls=frozenset({Control.READY}))
    watch.look(trip, incomplete={"cut.jpg": "it is empty"})
    verdict = watch.look(trip, after=2)
    assert verdict.waiting is Waiting.PHOTOS
    assert [item.file for item in verdict.left_out] == ["cut.jpg"]


@pytest.mark.parametrize(
    ("snapshot", "has_prompt", "waiting"),
    [
        (folder(), True, Waiting.PHOTOS),
        (folder(prompt=False), False, Waiting.PHOTOS),
        (folder(entry("song.mp3", kind=MediaKind.SONG)), True, Waiting.PHOTOS),
        (folder(photo("a.jpg"), prompt=False), False, Waiting.PROMPT),
        (folder(photo("a.jpg")), False, Waiting.PROMPT),
        (folder(entry("clip.mp4", kind=MediaKind.CLIP)), True, Waiting.NOTHING),
    ],
)
def test_a_resting_folder_says_what_it_lacks(snapshot: Snapshot, has_prompt: bool, waiting: Waiting) -> None:
    watch = Watch()
    watch.look(snapshot, has_prompt=has_prompt)
    assert watch.look(snapshot, after=30).waiting is waiting


def test_a_folder_without_prompt_gets_the_default_one_after_its_time() -> None:
    watch = Watch(facts=Facts(pace=LOCAL, has_prompt=False, default_prompt_after_seconds=600))
    trip = folder(photo("a.jpg"), prompt=False)
    watch.look(trip)
    assert watch.look(trip, after=599).waiting is Waiting.PROMPT
    verdict = watch.look(trip, after=1)
    assert verdict.is_settled
    assert verdict.uses_default_prompt


def test_ready_in_a_folder_without_prompt_means_the_default_one_at_once() -> None:
    watch = Watch(facts=Facts(pace=LOCAL, has_prompt=False, default_prompt_after_seconds=600))
    trip = folder(photo("a.jpg"), prompt=False, controls=frozenset({Control.READY}))
    assert watch.settles_after(trip) == pytest.approx(2)


def test_a_folder_that_could_not_be_looked_through_never_settles_and_is_not_looked_at_often() -> None:
    watch = Watch()
    huge = folder(photo("a.jpg"), too_big="it holds more than 20000 files", controls=frozenset({Control.READY}))
    watch.look(huge)
    verdict = watch.look(huge, after=1000)
    assert verdict.waiting is Waiting.COPY
    assert watch.look(huge).next_look_seconds >= 30


def test_the_waiting_says_since_when() -> None:
    watch = Watch()
    bare = folder(photo("a.jpg"), prompt=False)
    assert watch.look(bare, has_prompt=False).since == 1000
    watch.look(bare, after=30)
    assert watch.look(bare, after=500).since == 1030


def test_looks_grow_rarer_until_a_hint_makes_them_frequent_again() -> None:
    watch = Watch()
    bare = folder(photo("a.jpg"), prompt=False)
    assert watch.look(bare, has_prompt=False).next_look_seconds == 2
    assert watch.look(bare, after=600).next_look_seconds == 30
    assert watch.look(bare, after=3000).next_look_seconds == 60
    assert watch.state is not None
    watch.state = hinted(watch.state, now=watch.now)
    assert watch.look(bare).next_look_seconds == 2


def test_a_jump_of_the_clock_is_none_of_its_business_and_twins_count_twice() -> None:
    nfc, nfd = photo("\u00e9t\u00e9.jpg"), photo("e\u0301te\u0301.jpg")
    assert signature_of(folder(nfc, nfd)) != signature_of(folder(nfc))
    assert signature_of(folder(nfc, nfd)) == signature_of(folder(nfd, nfc))


# --- properties ------------------------------------------------------------------------------------------------------

SIZES = st.lists(st.tuples(st.integers(1, 4), st.floats(0.1, 200)), min_size=1, max_size=25)


@given(SIZES)
def test_it_never_settles_within_the_settle_time_of_a_change(looks: list[tuple[int, float]]) -> None:
    watch = Watch()
    watch.look(folder(photo("a.jpg", 1)))
    last_size, last_change = 1, watch.now
    for size, pause in looks:
        verdict = watch.look(folder(photo("a.jpg", size)), after=pause)
        if size != last_size:
            last_size, last_change = size, watch.now
        if verdict.is_settled:
            assert watch.now - last_change >= LOCAL.settle_seconds


@settings(max_examples=40)
@given(SIZES)
def test_whatever_happened_before_it_settles_within_five_minutes_of_rest(looks: list[tuple[int, float]]) -> None:
    watch = Watch()
    for size, pause in looks:
        watch.look(folder(photo("a.jpg", size)), after=pause)
    assert watch.settles_after(folder(photo("a.jpg", looks[-1][0]))) <= 300.1


@given(SIZES, st.booleans(), st.booleans())
def test_with_anything_unfinished_in_it_a_folder_never_settles_within_minutes(
    looks: list[tuple[int, float]], is_cut: bool, is_polled: bool
) -> None:
    pace = pace_of(settle_seconds=None, is_network=is_polled, is_polled=is_polled)
    incomplete = {"b.jpg": "its end is missing"} if is_cut else {}
    temporaries = () if is_cut else (entry("b.jpg.part"),)
    watch = Watch(facts=Facts(pace=pace, has_prompt=True, incomplete=incomplete))
    for size, pause in looks:
        verdict = watch.look(folder(photo("a.jpg", size), photo("b.jpg"), temporaries=temporaries), after=pause)
        assert verdict.is_settled is False or watch.now - watch.state.changed_at >= pace.stale_after_seconds  # type: ignore[union-attr]  # looked at
