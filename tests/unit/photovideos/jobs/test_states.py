import pytest

from photovideos.jobs.states import JobState, may_follow, retry_wait_seconds


@pytest.mark.parametrize("state", JobState)
def test_every_state_may_be_written_again(state: JobState) -> None:
    assert may_follow(state, state)


@pytest.mark.parametrize("state", [state for state in JobState if state is not JobState.GONE])
def test_a_folder_may_be_deleted_in_every_state(state: JobState) -> None:
    assert may_follow(state, JobState.GONE)


@pytest.mark.parametrize("state", [JobState.DONE, JobState.CANCELLED, JobState.PARKED, JobState.FAILED])
def test_a_job_at_rest_moves_only_by_being_queued_again(state: JobState) -> None:
    assert may_follow(state, JobState.QUEUED)
    assert not may_follow(state, JobState.WORKING)
    assert not may_follow(state, JobState.RETRYING)


def test_waits_double_from_thirty_seconds_up_to_an_hour() -> None:
    waits = [retry_wait_seconds(attempt, jitter=0.5) for attempt in range(1, 12)]
    assert waits[:4] == pytest.approx([30, 60, 120, 240])
    assert waits[-1] == pytest.approx(3600)


def test_jitter_spreads_a_wait_by_a_fifth() -> None:
    assert retry_wait_seconds(1, jitter=0.0) == pytest.approx(24)
    assert retry_wait_seconds(1, jitter=1.0) == pytest.approx(36)
