"""What waits for a person and what may still settle by itself, for `status`, `once` and the inbox file."""

from photovideos.intake.pace import pace_of
from photovideos.intake.settle import Waiting
from photovideos.jobs.ledger import Entry
from photovideos.jobs.states import JobState
from photovideos.model import FolderKey, JobId
from photovideos.reception.overview import unsettled_in, waiting_in
from photovideos.reception.seen import Seen

PACE = pace_of(settle_seconds=30, is_network=False, is_polled=False)


def seen(
    waiting: Waiting | None, *, held_back: str | None = None, first_seen_at: float = 0.0, big: bool = False
) -> Seen:
    made = Seen(key=FolderKey(inbox="/i", name="n", device=1, inode=1), first_seen_at=first_seen_at)
    made.waiting, made.held_back, made.is_too_big = waiting, held_back, big
    return made


def entry(name: str, state: JobState) -> Entry:
    return Entry(id=JobId(name), name=name, device=1, inode=1, state=state)


def test_folders_without_a_job_tell_what_they_wait_for() -> None:
    folders = {
        "copy": seen(Waiting.COPY),
        "prompt": seen(Waiting.PROMPT),
        "big": seen(Waiting.COPY, big=True),
        "rests": seen(Waiting.NOTHING),
        "not looked at": seen(None),
    }
    assert waiting_in(folders, []) == {
        "copy": "waiting for copy to finish",
        "prompt": "waiting for prompt.txt",
        "big": "NEEDS HELP",
    }


def test_a_job_has_its_own_say_unless_it_settles_or_its_folder_went() -> None:
    folders = {name: seen(Waiting.COPY) for name in ("queued", "settling", "gone")}
    roster = [entry("queued", JobState.QUEUED), entry("settling", JobState.SETTLING), entry("gone", JobState.GONE)]
    assert set(waiting_in(folders, roster)) == {"settling", "gone"}


def test_a_folder_that_is_held_back_says_so_though_it_rests_and_is_known() -> None:
    folders = {"gated": seen(Waiting.NOTHING, held_back="on hold")}
    assert waiting_in(folders, [entry("gated", JobState.DONE)]) == {"gated": "on hold"}


def test_once_waits_for_folders_that_settle_and_gives_up_after_ten_settle_times() -> None:
    folders = {"early": seen(Waiting.COPY, first_seen_at=100.0), "late": seen(Waiting.COPY, first_seen_at=0.0)}
    assert set(unsettled_in(folders, [], pace=PACE, now=329.0)) == {"early", "late"}
    assert unsettled_in(folders, [], pace=PACE, now=331.0) == ("early",)


def test_once_does_not_wait_for_what_only_a_person_can_change() -> None:
    folders = {"prompt": seen(Waiting.PROMPT), "big": seen(Waiting.COPY, big=True), "queued": seen(Waiting.COPY)}
    assert unsettled_in(folders, [entry("queued", JobState.QUEUED)], pace=PACE, now=1.0) == ()


def test_once_waits_for_a_saved_prompt_of_a_finished_folder() -> None:
    folders = {"done": seen(Waiting.COPY), "settling": seen(Waiting.COPY)}
    roster = [entry("done", JobState.DONE), entry("settling", JobState.SETTLING)]
    assert set(unsettled_in(folders, roster, pace=PACE, now=1.0)) == {"done", "settling"}
