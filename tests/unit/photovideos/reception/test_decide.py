from dataclasses import replace

import pytest

from photovideos.jobs.ledger import Job
from photovideos.jobs.road import Export, Film, Input, InputState, Road
from photovideos.jobs.states import JobState
from photovideos.model import (
    Control,
    Fingerprint,
    InstructionRecord,
    MediaKind,
    Message,
    SessionId,
)
from photovideos.reception.decide import (
    Adopt,
    AskForHelp,
    GoOn,
    Leave,
    ShowNewPhotos,
    Stop,
    TakeIn,
    View,
    decide,
    decide_without_record,
)
from support.front_desk import a_job

SAME, OTHER = Fingerprint("same"), Fingerprint("other")
PROMPT = "make a 30-second video with calm music"


def job(state: JobState, *, prompt: str = PROMPT, parked_by: str | None = None) -> Job:
    return a_job(state=state, prompt=prompt, fingerprint=SAME, parked_by=parked_by)


def view(prompt: str | None = PROMPT, *, fingerprint: Fingerprint = SAME, **rest: object) -> View:
    return View(fingerprint=fingerprint, prompt=prompt, **rest)  # type: ignore[arg-type]  # the test's own words


SPOKEN = Road(
    session_id=SessionId("1"),
    sessions_opened=1,
    fingerprint=SAME,
    said=("first",),
    paid=1,
    inputs=(
        Input(
            path="a.jpg", size=1, mtime_ns=1, digest="d", kind=MediaKind.PHOTO, name="a.jpg", state=InputState.UPLOADED
        ),
    ),
)


def test_a_settled_folder_with_a_prompt_becomes_a_job() -> None:
    assert decide(view(), None, Road()) == TakeIn(prompt=PROMPT)


def test_a_folder_without_a_prompt_waits() -> None:
    assert decide(view(None), None, Road()) == Leave()


def test_a_copy_with_our_film_inside_is_not_made_again() -> None:
    assert decide(view(is_already_made=True), None, Road()) == Adopt()


def test_a_lost_record_is_no_second_charge() -> None:
    assert decide(view(has_stray_status=True), None, Road()) == AskForHelp()


def test_retry_makes_an_unknown_folder_all_the_same() -> None:
    controls = frozenset({Control.RETRY})
    assert decide(view(is_already_made=True, controls=controls), None, Road()) == TakeIn(prompt=PROMPT)
    assert decide(view(has_stray_status=True, controls=controls), None, Road()) == TakeIn(prompt=PROMPT)


def test_a_finished_folder_as_it_was_calls_for_nothing() -> None:
    assert decide(view(), job(JobState.DONE), SPOKEN) == Leave()


def test_new_photos_alone_start_nothing() -> None:
    assert decide(view(fingerprint=OTHER), job(JobState.DONE), SPOKEN) == ShowNewPhotos()


def test_added_text_is_sent_alone_in_the_same_session() -> None:
    action = decide(view(PROMPT + "\nslower please"), job(JobState.DONE), SPOKEN)
    assert isinstance(action, GoOn)
    assert action.road.session_id == "1"
    assert action.road.said == ("first",)
    assert [step.text for block in action.road.blocks for step in block.steps if isinstance(step, Message)] == [
        "slower please"
    ]
    assert action.prompt == PROMPT + "\nslower please"
    assert not action.road.has_spoken


def test_replaced_text_is_sent_alone_in_the_same_session() -> None:
    action = decide(view("vertical, for the phone"), job(JobState.DONE), SPOKEN)
    assert isinstance(action, GoOn)
    assert action.road.session_id == "1"
    assert action.road.inputs == SPOKEN.inputs


def test_edited_text_is_made_anew_in_a_new_session() -> None:
    action = decide(view(PROMPT.replace("30", "45")), job(JobState.DONE), SPOKEN)
    assert isinstance(action, GoOn)
    assert action.road.session_id is None
    assert action.road.said == ()


def test_blocks_unchanged_from_the_start_are_not_made_again() -> None:
    old = "calm video of the beach\n---\nfast video of the town, thirty seconds\n---\nthe third one, with piano music"
    new = old.replace("thirty", "forty")
    action = decide(view(new), job(JobState.DONE, prompt=old), SPOKEN)
    assert isinstance(action, GoOn)
    assert action.road.first_export == 1
    assert action.road.block == 0, "their words are said again, so that the next block can go on from them"


def test_a_kept_block_before_a_fresh_timeline_is_not_even_said_again() -> None:
    old = "calm video of the beach\n---\n[town: *]\nfast video of the town, thirty seconds"
    action = decide(view(old.replace("thirty", "forty")), job(JobState.DONE, prompt=old), SPOKEN)
    assert isinstance(action, GoOn)
    assert (action.road.block, action.road.first_export) == (1, 1)


def test_a_refined_folder_without_a_session_is_made_from_the_whole_prompt() -> None:
    assert decide(view(PROMPT + "\nslower"), job(JobState.DONE), Road()) == TakeIn(prompt=PROMPT + "\nslower")


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RETRYING])
def test_a_prompt_saved_before_a_message_was_sent_counts_at_once(state: JobState) -> None:
    assert decide(view("another"), job(state), Road()) == TakeIn(prompt="another")


def test_a_prompt_saved_after_a_message_was_sent_waits_for_the_end() -> None:
    assert decide(view("another"), job(JobState.RETRYING), SPOKEN) == Leave()
    assert decide(view("another"), job(JobState.WORKING), SPOKEN) == Leave()


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.PARKED, JobState.CANCELLED])
def test_after_a_failure_a_saved_prompt_replaces_the_old_one(state: JobState) -> None:
    assert decide(view("another"), job(state), SPOKEN) == TakeIn(prompt="another")
    assert decide(view(), job(state), SPOKEN) == Leave()


def test_retry_goes_on_from_the_last_safe_step() -> None:
    record = InstructionRecord(text="t", digest_before="d", intended_at=0.0)
    road = Road(session_id=SessionId("1"), fingerprint=SAME, inputs=SPOKEN.inputs, instruction=record)
    action = decide(view(controls=frozenset({Control.RETRY})), job(JobState.FAILED), road)
    assert isinstance(action, GoOn)
    assert action.road.session_id == "1"
    assert action.road.inputs == SPOKEN.inputs
    assert action.road.instruction is None, "only RETRY sends a message again"


@pytest.mark.parametrize("state", [JobState.RETRYING, JobState.PARKED, JobState.QUEUED, JobState.SETTLING])
def test_retry_before_a_message_has_failed_does_not_send_it_again(state: JobState) -> None:
    record = InstructionRecord(text="t", digest_before="d", intended_at=0.0)
    road = replace(SPOKEN, instruction=record)
    action = decide(view(controls=frozenset({Control.RETRY})), job(state), road)
    assert isinstance(action, GoOn)
    assert action.road.instruction == record
    assert action.road.said == road.said


def test_retry_renders_a_failed_film_anew_but_makes_none_that_lies_in_the_folder_twice() -> None:
    film = Film(stem="n", name="n.mp4", size=1, sha256="0", published=True)
    retry = view(controls=frozenset({Control.RETRY}))
    lost = decide(retry, job(JobState.FAILED), replace(SPOKEN, export=Export(label="9x16")))
    there = decide(retry, job(JobState.FAILED), replace(SPOKEN, export=Export(film=film)))
    assert isinstance(lost, GoOn)
    assert lost.road.export is None
    assert isinstance(there, GoOn)
    assert there.road.export is not None
    assert there.road.export.film == film


def test_retry_allows_one_more_session() -> None:
    road = replace(SPOKEN, sessions_opened=2)
    action = decide(view(controls=frozenset({Control.RETRY})), job(JobState.PARKED), road)
    assert isinstance(action, GoOn)
    assert action.road.sessions_opened == 1


def test_retry_takes_new_photos_along() -> None:
    action = decide(view(fingerprint=OTHER, controls=frozenset({Control.RETRY})), job(JobState.FAILED), SPOKEN)
    assert isinstance(action, GoOn)
    assert action.road.fingerprint == ""


@pytest.mark.parametrize("state", [JobState.DONE, JobState.CANCELLED])
def test_retry_of_a_finished_or_cancelled_folder_begins_from_scratch(state: JobState) -> None:
    assert decide(view(controls=frozenset({Control.RETRY})), job(state), SPOKEN) == TakeIn(prompt=PROMPT)


def test_retry_with_another_account_begins_anew() -> None:
    parked = job(JobState.PARKED, parked_by="AccountChanged")
    assert decide(view(controls=frozenset({Control.RETRY})), parked, SPOKEN) == TakeIn(prompt=PROMPT)


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.WORKING, JobState.RETRYING, JobState.PARKED])
def test_cancel_stops(state: JobState) -> None:
    assert decide(view(controls=frozenset({Control.CANCEL})), job(state), SPOKEN) == Stop()


def test_cancel_of_a_finished_film_does_nothing() -> None:
    assert decide(view(controls=frozenset({Control.CANCEL})), job(JobState.DONE), SPOKEN) == Leave()


def test_a_folder_that_moved_goes_on_when_it_rests_again() -> None:
    action = decide(view(fingerprint=OTHER), job(JobState.SETTLING), Road(session_id=SessionId("1"), fingerprint=SAME))
    assert isinstance(action, GoOn)
    assert action.road.session_id == "1"
    assert action.road.fingerprint == ""


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.SETTLING, JobState.RETRYING])
def test_a_record_that_cannot_be_read_is_no_second_charge(state: JobState) -> None:
    assert decide_without_record(view(), job(state)) == AskForHelp()
    assert decide_without_record(view("another"), job(state)) == AskForHelp()
    retry = view(controls=frozenset({Control.RETRY}))
    assert decide_without_record(retry, job(state)) == TakeIn(prompt=PROMPT)


def test_a_job_parked_for_its_unreadable_record_waits_for_retry_or_another_prompt() -> None:
    parked = job(JobState.PARKED, parked_by="RecordUnreadable")
    assert decide_without_record(view(fingerprint=OTHER), parked) == Leave()
    assert decide_without_record(view("another"), parked) == TakeIn(prompt="another")
    assert decide_without_record(view(controls=frozenset({Control.CANCEL})), parked) == Stop()


def test_a_finished_folder_with_an_unreadable_record_stays_finished() -> None:
    assert decide_without_record(view(), job(JobState.DONE)) == Leave()
    assert decide_without_record(view("another"), job(JobState.DONE)) == TakeIn(prompt="another")
