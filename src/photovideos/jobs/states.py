"""PURE: the states of a job and which may follow which; and the stages of the road a worker walks.

One job is one folder. A job that is done stays in the ledger: its session can be refined, and its folder is known.
"""

from __future__ import annotations

from enum import StrEnum


class JobState(StrEnum):
    QUEUED = "queued"  # settled, waits for a worker
    WORKING = "working"  # a worker walks the road with it
    SETTLING = "settling"  # its folder changed before anything was spent: reception says when it rests again
    RETRYING = "retrying"  # again by itself at `due_at`
    PARKED = "parked"  # waits for a person; what was done so far is kept
    FAILED = "failed"  # for good, until the prompt changes or RETRY
    CANCELLED = "cancelled"
    DONE = "done"
    GONE = "gone"  # the folder was deleted: kept so that nothing is taken for it by mistake, then forgotten


class Stage(StrEnum):
    """Where on the road a working job is; the words are those of the status file (design §2.1)."""

    CONNECTING = "connecting"
    UPLOADING = "uploading"
    MAKING = "making"
    RENDERING = "rendering"


_ENDINGS = frozenset({JobState.CANCELLED, JobState.GONE})

_MAY_FOLLOW: dict[JobState, frozenset[JobState]] = {
    JobState.QUEUED: _ENDINGS | {JobState.WORKING, JobState.SETTLING, JobState.PARKED, JobState.DONE},
    JobState.WORKING: _ENDINGS
    | {
        JobState.QUEUED,
        JobState.SETTLING,
        JobState.RETRYING,
        JobState.PARKED,
        JobState.FAILED,
        JobState.DONE,
    },
    JobState.SETTLING: _ENDINGS | {JobState.QUEUED, JobState.FAILED, JobState.PARKED},
    JobState.RETRYING: _ENDINGS | {JobState.QUEUED, JobState.WORKING, JobState.SETTLING, JobState.FAILED},
    JobState.PARKED: _ENDINGS | {JobState.QUEUED},
    JobState.FAILED: _ENDINGS | {JobState.QUEUED},
    JobState.CANCELLED: frozenset({JobState.QUEUED, JobState.GONE}),
    JobState.DONE: frozenset({JobState.QUEUED, JobState.GONE}),
    JobState.GONE: frozenset({JobState.QUEUED, JobState.DONE, JobState.PARKED}),
}

UNDER_WAY = frozenset({JobState.QUEUED, JobState.WORKING, JobState.SETTLING, JobState.RETRYING})
NEEDS_HELP = frozenset({JobState.PARKED, JobState.FAILED})


def may_follow(now: JobState, then: JobState) -> bool:
    """Whether a job in state `now` may be put into state `then`. A state may always be written again."""
    return now == then or then in _MAY_FOLLOW[now]


def retry_wait_seconds(attempt: int, *, jitter: float) -> float:
    """30 s × 2ⁿ, at most an hour, for the n-th failed attempt from 1; `jitter` 0–1 spreads it by ±20 %."""
    return min(3600.0, 30.0 * 2.0 ** min(attempt - 1, 10)) * (0.8 + 0.4 * jitter)
