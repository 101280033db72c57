"""The one error tree of the daemon. It answers one question: may I try again?

    PhotoVideosError
    ├── UsageError                 a command was given wrongly; exit 2
    │   └── ConfigError            the config has problems, all of them listed with their key's path
    ├── Interrupted                nothing is wrong; the work stops here and goes on elsewhere or later
    │   ├── Stopping               the daemon is going down: the job goes on where it stood
    │   ├── Cancelled              the person said so: nothing is published
    │   └── FolderMoved            photos or prompt changed under the job: back to settling, nothing was spent
    ├── TryLater                   again by itself: `retry_after_seconds`, else the schedule of the job's retries
    │   ├── ServiceTrouble         408, 5xx, a broken or silent connection, an answer that made no sense
    │   │   ├── RateLimited        429
    │   │   │   └── TokenLimited   429 on the token call: jobs that need a token wait for as long as it takes
    │   │   ├── Unreachable        no connection came about: nothing was sent
    │   │   └── OutcomeUnknown     a request that must not be sent twice got no clear answer: it may have been done
    │   ├── NoSpace                a disk is full: the queue pauses, and goes on when there is room
    │   └── FolderOffline          the inbox or the folder cannot be read just now
    ├── NeedsPerson                not again before somebody did something (`advice` says what); nothing is lost
    │   ├── NoCredits              2001, or a balance of 0
    │   ├── ExportBlocked          402
    │   ├── TokenRefused           1001 on a token that is the user's own
    │   ├── AccountChanged         the job was begun with another account
    │   ├── NoRights               the folder cannot be written to
    │   └── RecordUnreadable       the checkpoint of the job is of another version: it may hold a paid step
    └── JobFailed                  for good, as long as prompt and photos stay as they are; RETRY goes on
        ├── NothingUsable          not one photo or clip could be used
        ├── PromptUnreadable       the prompt is no text
        ├── InstructionFailed      the message was taken and changed nothing; sending it again may be charged again
        ├── RenderFailed           twice
        └── FilmBroken             what came back is not a whole film

    Codes that the road answers by itself, and that never reach a person unanswered:
    ServiceCode
    ├── TokenExpired               1001: a token again, then on
    ├── SessionGone                1002: a new session, once in a job
    ├── FileRefused                4001, 4002: this file stays out, the others go on
    └── RequestRefused             any other code: how it is taken depends on the call

A message is one sentence for the person, without ids, codes or JSON; `advice`: what they can do; `detail`: for the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self


def megabytes_needed(count: int) -> str:
    """Rounded up, so that what is said to be needed is enough: `12 MB`."""
    return f"{max(1, -(-count // 1_000_000))} MB" if count < 10_000_000_000 else f"{count / 1e9:.1f} GB"


def megabytes_free(count: int) -> str:
    """Rounded down: `3 MB`."""
    return f"{max(0, count) // 1_000_000} MB" if count < 10_000_000_000 else f"{count / 1e9:.1f} GB"


class PhotoVideosError(Exception):
    """The root. `str(error)` is for the person, `advice` says what they can do, `detail` goes to the log alone."""

    def __init__(self, message: str, *, advice: str = "", detail: str = "") -> None:
        super().__init__(message)
        self.advice = advice
        self.detail = detail


class UsageError(PhotoVideosError):
    """A command was given wrongly; exit status 2."""


class ConfigError(UsageError):
    """The config cannot be used. `problems`: one line each, beginning with the key's path (`upload.parallel: …`)."""

    def __init__(self, problems: Sequence[str], *, source: str = "") -> None:
        self.problems = tuple(problems)
        self.source = source
        super().__init__("\n".join(self.problems))


class Interrupted(PhotoVideosError):
    """Nothing is wrong: the work stops here."""


class Stopping(Interrupted):
    """The daemon is going down."""

    def __init__(self, message: str = "stopping") -> None:
        super().__init__(message)


class Cancelled(Interrupted):
    """The person cancelled this job."""

    def __init__(self, message: str = "cancelled") -> None:
        super().__init__(message)


class FolderMoved(Interrupted):
    """The folder changed, was renamed or is gone while nothing had been spent yet: back to settling."""


class TryLater(PhotoVideosError):
    """May be tried again by itself; `retry_after_seconds` is the server's wish, None: by the waits of the job."""

    def __init__(
        self, message: str, *, advice: str = "", detail: str = "", retry_after_seconds: float | None = None
    ) -> None:
        super().__init__(message, advice=advice, detail=detail)
        self.retry_after_seconds = retry_after_seconds


class ServiceTrouble(TryLater):
    """The backend could not be reached or did not make sense."""


class RateLimited(ServiceTrouble):
    """429."""


class TokenLimited(RateLimited):
    """No free token is given out for now; what needs one waits."""


class Unreachable(ServiceTrouble):
    """No connection came about, so nothing was sent."""


class OutcomeUnknown(ServiceTrouble):
    """No clear answer to a request that must not simply be sent again: it may have been done."""


class NoSpace(TryLater):
    """A disk is full; the message names which, and how much is needed."""

    @classmethod
    def on(cls, disk: str, *, needed_bytes: int, free_bytes: int | None, detail: str = "") -> Self:
        """With the figures. `disk`: "the disk that …"; `free_bytes`: None where not even that can be told."""
        free = "it is full" if free_bytes is None else f"{megabytes_free(free_bytes)} are free"
        return cls(
            f"There is no room on {disk}: {megabytes_needed(needed_bytes)} are needed, {free}.",
            advice="Make room there; it goes on by itself.",
            detail=detail,
        )


class FolderOffline(TryLater):
    """The inbox or the folder cannot be read just now (unmounted, stale handle, no rights for the moment)."""


class NeedsPerson(PhotoVideosError):
    """Parked: nothing happens until somebody does what `advice` says. `pauses_queue`: the cause holds for every job."""

    pauses_queue = False


class NoCredits(NeedsPerson):
    """2001, or a balance of 0."""

    pauses_queue = True


class ExportBlocked(NeedsPerson):
    """402 on an export: a matter of the plan, not of credits."""

    pauses_queue = True


class TokenRefused(NeedsPerson):
    """1001 on a token that the user gave: it is never replaced."""

    pauses_queue = True


class AccountChanged(NeedsPerson):
    """The job was begun with another account."""


class NoRights(NeedsPerson):
    """The folder cannot be written to, so a film could not be delivered."""


class RecordUnreadable(NeedsPerson):
    """What was done for a job so far is on record, and this version cannot read it: nothing is sent a second time."""


class JobFailed(PhotoVideosError):
    """For good, as long as the prompt and the photos stay as they are."""


class NothingUsable(JobFailed):
    """Not one photo or clip of the folder could be used."""


class PromptUnreadable(JobFailed):
    """What bears the prompt's name is no text."""


class InstructionFailed(JobFailed):
    """The message was taken by the backend and changed nothing."""


class RenderFailed(JobFailed):
    """The backend could not render, twice."""


class FilmBroken(JobFailed):
    """What came back is not a whole film; it is not delivered."""


class ServiceCode(PhotoVideosError):
    """The backend answered with a code. `code` is None where only an HTTP status spoke."""

    def __init__(self, message: str, *, code: int | None, status: int, detail: str = "") -> None:
        super().__init__(message, detail=detail)
        self.code = code
        self.status = status


class TokenExpired(ServiceCode):
    """1001."""


class SessionGone(ServiceCode):
    """1002, or the 404 of a session that is not there."""


class FileRefused(ServiceCode):
    """4001 (kind not supported) or 4002 (too large): this file stays out."""


class RequestRefused(ServiceCode):
    """Any other code."""
