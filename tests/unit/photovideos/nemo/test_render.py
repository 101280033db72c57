"""A render that is never lost and never counted twice (contract §8), and the attempts it is made of."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from photovideos.errors import (
    AccountChanged,
    ExportBlocked,
    NoCredits,
    OutcomeUnknown,
    RateLimited,
    RenderFailed,
    RequestRefused,
    ServiceTrouble,
    SessionGone,
    Stopping,
    TokenExpired,
    TokenRefused,
    Unreachable,
)
from photovideos.model import RawJson, RenderedFilm, RenderId, RenderRecord, SessionId, Token
from photovideos.nemo.attempt import Order, unique_id
from photovideos.nemo.render import render
from photovideos.nemo.wire import RenderStage, RenderStatus

SESSION = SessionId("5529798706024415232")
DRAFT = RawJson('{"t":[{"tt":0,"sg":[{"x":1.10}]}]}')
URL = "https://cdn.example/film.mp4"


def token(name: str, *, user_id: str | None = "anon_1", is_own: bool = False) -> Token:
    return Token(secret=f"secret-{name}", fingerprint=name, user_id=user_id, expires_at=1e12, is_own=is_own)


def working(progress: float | None = None, word: str = "processing") -> RenderStatus:
    return RenderStatus(stage=RenderStage.WORKING, word=word, progress=progress)


def failed(reason: str = "out of memory") -> RenderStatus:
    return RenderStatus(stage=RenderStage.FAILED, word="failed", reason=reason)


DONE = RenderStatus(
    stage=RenderStage.COMPLETED, word="completed", progress=100.0, url=URL, duration_seconds=30.5, size_bytes=123
)
UNKNOWN = RequestRefused("refused", code=None, status=404)
EXPIRED = TokenExpired("expired", code=1001, status=200)


class Clock(threading.Event):
    """A stop event on which waiting takes no time but moves the clock; set after `stops_after` waits."""

    def __init__(self, stops_after: int = 10_000) -> None:
        super().__init__()
        self.seconds = 1_000_000.0
        self.waits: list[float] = []
        self._stops_after = stops_after

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout or 0.0)
        self.seconds += timeout or 0.0
        return self.is_set() or len(self.waits) > self._stops_after

    def now(self) -> float:
        return self.seconds


@dataclass
class Service:
    """Answers posts and polls from a script; the last answer to a poll is repeated."""

    clock: Clock
    polls: list[RenderStatus | Exception]
    posts: list[Exception | None] = field(default_factory=list)
    service: str = "NemoVideo"
    posted: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    polled: list[tuple[str, str]] = field(default_factory=list)
    on_post: Callable[[RenderRecord], None] = lambda _record: None
    posted_says_ask_again: float | None = None

    @property
    def now(self) -> Callable[[], float]:
        return self.clock.now

    def start_render(
        self,
        token: Token,
        record: RenderRecord,
        session_id: SessionId,
        draft: RawJson,
        output: Mapping[str, Any],
        *,
        stop: threading.Event | None,
    ) -> float | None:
        assert stop is self.clock, "a call that hangs has to hear the stop"
        assert (session_id, draft) == (SESSION, DRAFT)
        self.on_post(record)
        self.posted.append((record.id, token.fingerprint, dict(output)))
        answer = self.posts.pop(0) if self.posts else None
        if answer is not None:
            raise answer
        return self.posted_says_ask_again

    def poll_render(self, token: Token, render_id: RenderId, *, stop: threading.Event | None) -> RenderStatus:
        assert stop is self.clock
        self.polled.append((render_id, token.fingerprint))
        answer = self.polls.pop(0) if len(self.polls) > 1 else self.polls[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass
class Book:
    current: Token = field(default_factory=lambda: token("one"))
    next: list[Token | Exception] = field(default_factory=list)
    known: dict[str, Token] = field(default_factory=dict)

    def token(self, *, stop: threading.Event | None) -> Token:
        return self.current

    def renew(self, refused: Token, *, stop: threading.Event | None) -> Token:
        found = self.next.pop(0)
        if isinstance(found, Exception):
            raise found
        self.current = found
        return found

    def by_fingerprint(self, fingerprint: str) -> Token | None:
        return self.current if self.current.fingerprint == fingerprint else self.known.get(fingerprint)


@dataclass
class Run:
    """One render with everything it was told and told."""

    service: Service
    clock: Clock
    book: Book = field(default_factory=Book)
    saved: list[RenderRecord] = field(default_factory=list)
    told: list[tuple[float | None, tuple[str, ...]]] = field(default_factory=list)

    def go(self, record: RenderRecord | None = None, **options: Any) -> RenderedFilm:
        ids = iter(range(1, 100))
        settings: dict[str, Any] = {"poll_seconds": 30.0, "timeout_seconds": 3600.0} | options
        order = Order(
            client=self.service,
            session_id=SESSION,
            draft=DRAFT,
            save=self.saved.append,
            on_progress=lambda fraction, *lines: self.told.append((fraction, lines)),
            stop=self.clock,
            new_id=lambda _now: RenderId(f"render_{next(ids)}"),
            monotonic=self.clock.now,
            **settings,
        )
        return render(order, self.book, record)


def a_run(*polls: RenderStatus | Exception, posts: list[Exception | None] | None = None, **clock: int) -> Run:
    time = Clock(**clock)
    return Run(service=Service(clock=time, polls=list(polls), posts=posts or []), clock=time)


RECORD = RenderRecord(id=RenderId("render_old"), token_fingerprint="one", begun_at=999_990.0)


def test_a_render_is_posted_and_polled_until_it_is_there() -> None:
    run = a_run(working(0, "pending"), working(40), working(80), DONE)
    film = run.go()
    assert film == RenderedFilm(id=RenderId("render_1"), url=URL, duration_seconds=30.5, size_bytes=123)
    assert run.service.posted == [("render_1", "one", {"format": "mp4", "quality": "high"})]
    assert run.service.polled == [("render_1", "one")] * 4
    assert run.clock.waits == [30.0] * 4
    assert [fraction for fraction, _lines in run.told] == [0.0, 0.4, 0.8]


def test_a_service_that_says_when_there_is_news_is_asked_then() -> None:
    run = a_run(replace(working(40), ask_again_seconds=2.0), working(80), DONE)
    run.service.posted_says_ask_again = 1.0
    run.go()
    assert run.clock.waits == [1.0, 2.0, 30.0]


def test_a_service_can_make_the_pauses_neither_longer_nor_none() -> None:
    run = a_run(*(replace(working(40), ask_again_seconds=said) for said in (3600.0, 1e-9)), DONE)
    run.go()
    assert run.clock.waits == [30.0, 30.0, 0.5]


def test_after_an_answer_that_says_nothing_of_the_film_the_pause_is_as_set() -> None:
    run = a_run(replace(working(40), ask_again_seconds=1.0), UNKNOWN, DONE)
    run.go()
    assert run.clock.waits == [30.0, 1.0, 30.0]


def test_the_id_is_on_disk_before_the_request_goes_out() -> None:
    run = a_run(DONE)
    on_disk: list[str] = []
    run.service.on_post = lambda _record: on_disk.extend(saved.id for saved in run.saved)
    run.go()
    assert on_disk == ["render_1"]
    assert run.saved == [RenderRecord(id=RenderId("render_1"), token_fingerprint="one", begun_at=1_000_000.0)]


def test_an_output_carries_its_label() -> None:
    run = a_run(DONE)
    run.go(label="9x16")
    assert run.service.posted[0][2] == {"format": "mp4", "quality": "high", "label": "9x16"}


def test_after_a_crash_the_id_is_asked_for_and_nothing_is_posted() -> None:
    run = a_run(working(50), DONE)
    assert run.go(RECORD).id == "render_old"
    assert run.service.posted == []
    assert run.clock.waits == [30.0]
    assert run.saved == []


def test_three_404s_in_a_row_have_the_same_id_posted_again() -> None:
    run = a_run(UNKNOWN, UNKNOWN, UNKNOWN, DONE)
    run.go(RECORD)
    assert [posted[0] for posted in run.service.posted] == ["render_old"]


def test_two_404s_are_not_enough() -> None:
    run = a_run(UNKNOWN, UNKNOWN, working(1), UNKNOWN, UNKNOWN, RateLimited("x"), UNKNOWN, UNKNOWN, DONE)
    run.go(RECORD)
    assert run.service.posted == []


@pytest.mark.parametrize(
    "answer",
    [
        OutcomeUnknown("no answer"),
        ServiceTrouble("503"),
        RequestRefused("refused", code=409, status=409),
        RequestRefused("refused", code=400, status=400, detail="render: duplicate id"),
        RequestRefused("It said: this render already exists", code=None, status=422),
    ],
)
def test_a_post_without_a_clear_answer_is_followed_by_polls_of_its_id(answer: Exception) -> None:
    run = a_run(DONE, posts=[answer])
    assert run.go().id == "render_1"
    assert len(run.service.posted) == 1


def test_a_post_that_never_arrived_is_sent_again_under_the_same_id() -> None:
    run = a_run(UNKNOWN, UNKNOWN, UNKNOWN, working(1), DONE, posts=[OutcomeUnknown("no answer")])
    run.go()
    assert [posted[0] for posted in run.service.posted] == ["render_1", "render_1"]
    assert len({saved.id for saved in run.saved}) == 1


@pytest.mark.parametrize("error", [RateLimited("wait", retry_after_seconds=77), Unreachable("nobody there")])
def test_a_post_that_was_turned_away_goes_out_again_under_its_id_when_the_job_comes_again(error: Exception) -> None:
    run = a_run(DONE, posts=[error])
    with pytest.raises(type(error)) as caught:
        run.go()
    assert caught.value is error, "how long to wait is the service's wish"
    assert run.service.polled == [], "it was refused: there is nothing to ask for"
    kept = run.saved[-1]
    assert kept.id == "render_1"
    on_disk: list[bool] = []
    run.service.on_post = lambda _record: on_disk.append(run.saved[-1].refused)
    assert run.go(kept).id == "render_1"
    assert [posted[0] for posted in run.service.posted] == ["render_1", "render_1"]
    assert on_disk == [False], "a crash from here on asks for the id before anything is posted"
    assert len(run.service.polled) == 1


def test_a_crash_behind_the_second_post_asks_for_the_id_first() -> None:
    run = a_run(DONE, posts=[RateLimited("wait")])
    with pytest.raises(RateLimited):
        run.go()

    class Crash(BaseException):
        pass

    def crash(_record: RenderRecord) -> None:
        raise Crash

    run.service.on_post = crash
    with pytest.raises(Crash):
        run.go(run.saved[-1])
    assert run.go(run.saved[-1]).id == "render_1"
    assert len(run.service.posted) == 1


def test_a_failed_render_is_tried_once_more_under_a_new_id() -> None:
    run = a_run(failed(), working(1), DONE)
    assert run.go().id == "render_2"
    assert [posted[0] for posted in run.service.posted] == ["render_1", "render_2"]
    assert [(saved.id, saved.again) for saved in run.saved] == [("render_1", False), ("render_2", True)]


def test_the_second_failure_is_the_end_and_tells_the_servers_reason() -> None:
    run = a_run(failed("first"), failed("the GPU\x1b[31m is on fire"))
    with pytest.raises(RenderFailed, match="the GPU") as caught:
        run.go()
    assert "\x1b" not in str(caught.value)
    assert "RETRY" in caught.value.advice
    assert len(run.service.posted) == 2


def test_a_failure_before_a_crash_is_remembered() -> None:
    run = a_run(failed())
    with pytest.raises(RenderFailed):
        run.go(replace(RECORD, again=True))
    assert run.service.posted == []


def test_a_refused_post_is_a_failure_too() -> None:
    refusal = RequestRefused("NemoVideo refused a request. It said: bad draft", code=None, status=400)
    run = a_run(DONE, posts=[refusal, refusal])
    with pytest.raises(RenderFailed, match="bad draft"):
        run.go()
    assert [posted[0] for posted in run.service.posted] == ["render_1", "render_2"]
    assert run.service.polled == []


def test_no_progress_for_the_timeout_counts_as_failed() -> None:
    run = a_run(working(10))
    with pytest.raises(RenderFailed, match="no progress for 60 minutes"):
        run.go()
    assert len(run.service.posted) == 2
    assert 7200 <= sum(run.clock.waits) < 7500


def test_progress_however_slow_is_no_failure() -> None:
    run = a_run(*[working(step / 10) for step in range(1000)], DONE)
    run.go(poll_seconds=3000.0)
    assert len(run.service.posted) == 1


def test_a_progress_that_goes_to_and_fro_is_none() -> None:
    run = a_run(*[working(10 + step % 2) for step in range(1000)])
    with pytest.raises(RenderFailed):
        run.go()


def test_words_nobody_knows_keep_it_polling_but_not_for_ever() -> None:
    run = a_run(working(None, "queued"), working(None, "warming up"), DONE)
    assert run.go().url == URL
    endless = a_run(*[working(None, f"word {number}") for number in range(1000)])
    with pytest.raises(RenderFailed):
        endless.go()


@pytest.mark.parametrize("trouble", [ServiceTrouble("503"), Unreachable("gone"), ServiceTrouble("x" * 9)])
def test_a_service_that_is_not_there_keeps_no_worker_and_is_asked_for_the_same_id_later(trouble: Exception) -> None:
    run = a_run(working(1), trouble, DONE)
    with pytest.raises(ServiceTrouble) as caught:
        run.go()
    assert caught.value is trouble
    assert sum(run.clock.waits) == 60.0
    assert run.go(run.saved[-1]).id == "render_1"
    assert len(run.service.posted) == 1


@pytest.mark.parametrize("trouble", [RateLimited("429"), RequestRefused("odd", code=418, status=418)])
def test_what_asking_in_place_can_cure_is_asked_again_in_place_twice(trouble: Exception) -> None:
    run = a_run(working(1), trouble, trouble, working(1), trouble, trouble, DONE)
    assert run.go().id == "render_1"
    hopeless = a_run(working(1), trouble, trouble, trouble, DONE)
    with pytest.raises(ServiceTrouble):
        hopeless.go()
    assert hopeless.go(hopeless.saved[-1]).id == "render_1"
    assert len(hopeless.service.posted) == 1


def test_a_rate_limit_while_polling_is_honoured() -> None:
    run = a_run(RateLimited("wait", retry_after_seconds=45), RateLimited("wait", retry_after_seconds=1), DONE)
    run.go()
    assert run.clock.waits == [30.0, 45.0, 30.0]


def test_a_long_rate_limit_while_polling_is_not_waited_for_in_a_worker() -> None:
    run = a_run(RateLimited("wait", retry_after_seconds=600), DONE)
    with pytest.raises(RateLimited) as caught:
        run.go()
    assert caught.value.retry_after_seconds == 600
    assert run.go(run.saved[-1]).id == "render_1"


def test_no_progress_for_the_timeout_counts_as_failed_however_often_the_job_came_again() -> None:
    """Each try sees the same 40 % for half an hour, then the service is gone for a day."""
    half_an_hour: list[RenderStatus | Exception] = [*[working(40)] * 60, Unreachable("gone")]
    run = a_run(*half_an_hour * 9, DONE)
    record = None
    for _ in range(2):
        with pytest.raises(Unreachable):
            run.go(record)
        record = run.saved[-1]
        run.clock.seconds += 86400
    assert len(run.service.posted) == 1
    assert 1700 < run.saved[-1].still_seconds < 3600, "the day in which nobody was asked does not count"
    with pytest.raises(Unreachable):
        run.go(record)
    assert run.saved[-1].again, "the one new try"
    assert len(run.service.posted) == 2


def test_progress_after_a_break_counts_as_progress() -> None:
    run = a_run(*[working(50)] * 30, working(51), *[working(51)] * 100, DONE)
    run.go(replace(RECORD, still_seconds=3000.0, furthest=40.0))
    assert run.service.posted == []


def test_a_break_in_the_middle_of_a_wait_is_noted_too() -> None:
    run = a_run(working(10), stops_after=20)
    with pytest.raises(Stopping):
        run.go()
    assert run.saved[-1].still_seconds >= 500


def test_a_service_that_cannot_be_asked_costs_no_render() -> None:
    run = a_run(Unreachable("gone"))
    record = None
    for _ in range(20):
        with pytest.raises(Unreachable):
            run.go(record)
        record = run.saved[-1]
        run.clock.seconds += 3600
    assert len(run.service.posted) == 1
    assert run.saved[-1].id == "render_1"


def test_a_refused_token_gives_the_render_up_for_a_new_id_and_a_new_token() -> None:
    run = a_run(working(50), EXPIRED, working(10), DONE)
    run.book.next = [token("two")]
    assert run.go().id == "render_2"
    assert [(posted[0], posted[1]) for posted in run.service.posted] == [("render_1", "one"), ("render_2", "two")]
    assert run.service.polled[-1] == ("render_2", "two")
    assert not run.saved[-1].again


def test_a_refused_token_on_the_post_is_replaced_as_well() -> None:
    run = a_run(DONE, posts=[EXPIRED])
    run.book.next = [token("two")]
    assert run.go().id == "render_2"


def test_the_one_more_try_is_not_given_back_by_a_refused_token() -> None:
    run = a_run(failed(), EXPIRED, failed())
    run.book.next = [token("two")]
    with pytest.raises(RenderFailed):
        run.go()
    assert [posted[0] for posted in run.service.posted] == ["render_1", "render_2", "render_3"]


def test_a_service_that_refuses_every_token_is_in_trouble() -> None:
    run = a_run(EXPIRED)
    run.book.next = [token(name) for name in "abcdef"]
    with pytest.raises(ServiceTrouble, match="its own new token"):
        run.go()
    assert len(run.service.posted) == 3


def test_the_users_own_token_is_never_replaced() -> None:
    run = a_run(EXPIRED)
    run.book.current = token("own", is_own=True)
    run.book.next = [TokenRefused("no")]
    with pytest.raises(TokenRefused):
        run.go()


def test_a_new_token_of_another_account_does_not_go_on() -> None:
    run = a_run(EXPIRED)
    run.book.next = [token("two", user_id="anon_2")]
    with pytest.raises(AccountChanged):
        run.go()


def test_a_render_goes_on_with_the_token_it_was_posted_with() -> None:
    run = a_run(DONE)
    run.book.known = {"older": token("older")}
    run.go(replace(RECORD, token_fingerprint="older"))
    assert run.service.polled == [("render_old", "older")]


def test_a_render_whose_token_is_lost_begins_anew() -> None:
    run = a_run(DONE)
    assert run.go(replace(RECORD, token_fingerprint="lost", again=True)).id == "render_1"
    assert run.service.posted[0][1] == "one"
    assert run.saved[0].again


@pytest.mark.parametrize(
    "error", [ExportBlocked("plan"), NoCredits("none"), SessionGone("gone", code=1002, status=200)]
)
@pytest.mark.parametrize("on_post", [True, False])
def test_what_somebody_else_has_to_answer_goes_through_with_the_id_kept(error: Exception, on_post: bool) -> None:
    run = a_run(DONE if on_post else error, posts=[error] if on_post else None)
    with pytest.raises(type(error)):
        run.go()
    assert run.saved[-1].id == "render_1"


def test_after_five_minutes_it_is_said_to_be_slower_than_usual() -> None:
    run = a_run(*[working(step) for step in range(12)], DONE)
    run.go()
    slow = ["slower than usual" in lines[0] for _fraction, lines in run.told]
    assert slow == [False] * 9 + [True] * 3


def test_stopping_is_heard_in_a_wait() -> None:
    run = a_run(working(1), stops_after=2)
    with pytest.raises(Stopping):
        run.go()
    assert run.saved[-1].id == "render_1"


def test_ids_have_the_published_form_and_differ() -> None:
    ids = {unique_id(1_700_000_000.0) for _ in range(50)}
    assert len(ids) > 45
    assert all(one.startswith("render_1700000000000") and one.removeprefix("render_").isdigit() for one in ids)


def test_a_render_that_says_what_it_waits_for_is_told_of_and_never_given_up() -> None:
    full = replace(working(10.0), waits_for="There is no room: 60 MB are needed, 20 MB are free.")
    run = a_run(*[full] * 50, DONE)
    assert run.go(timeout_seconds=300.0).url == URL
    assert all("60 MB are needed, 20 MB are free" in lines[0] for _share, lines in run.told)
    assert len(run.service.posted) == 1
