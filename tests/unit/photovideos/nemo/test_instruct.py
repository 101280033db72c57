from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from photovideos.errors import (
    ExportBlocked,
    InstructionFailed,
    NoCredits,
    NoSpace,
    PhotoVideosError,
    RateLimited,
    RequestRefused,
    ServiceTrouble,
    SessionGone,
    Stopping,
    TokenExpired,
    Unreachable,
)
from photovideos.model import InstructionPhase, InstructionRecord, Reply, SessionId, Token
from photovideos.nemo import instruct
from photovideos.nemo.client import NemoClient
from photovideos.nemo.instruct import MAX_REPLY_CHARACTERS, carry_out
from support.fake_cloud import Act, Asked, FakeCloud, Handler, Now, answers, hang_up

SESSION = SessionId("5529798706024415232")
TEXT = "turn my photos into a 30-second video"
INTENDED, ACCEPTED, DONE = InstructionPhase.INTENDED, InstructionPhase.ACCEPTED, InstructionPhase.DONE


def said(text: str) -> bytes:
    return b'data: {"content":{"parts":[{"text":"%s"}]}}\n\n' % text.encode()


class Speaker:
    """Carries out a message and keeps what was put on disk."""

    def __init__(self, client: NemoClient, token: Token, stop: threading.Event, now: Now) -> None:
        self.client, self.token, self.stop, self.now = client, token, stop, now
        self.records: list[InstructionRecord] = []
        self.beats = 0
        self.on_save: Callable[[InstructionRecord], None] = lambda _record: None

    def save(self, record: InstructionRecord) -> None:
        self.records.append(record)
        self.on_save(record)

    def beat(self) -> None:
        self.beats += 1

    def speak(
        self,
        record: InstructionRecord | None = None,
        *,
        waits: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0, 0.0),
        still_every: float = 60.0,
        stop: threading.Event | None = None,
    ) -> Reply:
        return carry_out(
            self.client,
            self.token,
            SESSION,
            TEXT,
            record=record,
            save=self.save,
            waits=waits,
            still_working=(still_every, self.beat),
            stop=stop or self.stop,
        )

    @property
    def phases(self) -> list[tuple[InstructionPhase, int]]:
        return [(record.phase, record.sends) for record in self.records]


@pytest.fixture
def speaker(client: NemoClient, token: Token, stop: threading.Event, now: Now) -> Speaker:
    return Speaker(client, token, stop, now)


def let_time_fly(speaker: Speaker) -> None:
    """Each time it is asked for, the time is 1000 s later: longer than any run lives."""

    def later() -> float:
        speaker.now.at += 1000
        return speaker.now.at

    speaker.client.now = later


def sent(cloud: FakeCloud) -> int:
    return len(cloud.calls("/run_sse"))


def looks(cloud: FakeCloud) -> int:
    return len(cloud.calls("/state/"))


# --- it goes well ----------------------------------------------------------------------------------------------------


def test_a_message_is_carried_out_and_its_changes_are_told(cloud: FakeCloud, speaker: Speaker) -> None:
    reply = speaker.speak()
    assert reply.applied
    assert reply.text == "Done."
    assert reply.changes
    assert speaker.phases == [(INTENDED, 1), (ACCEPTED, 1), (DONE, 1)]
    assert (sent(cloud), looks(cloud)) == (1, 2)


def test_the_intent_is_on_disk_before_the_message_goes_out(cloud: FakeCloud, speaker: Speaker) -> None:
    at_save: list[int] = []
    speaker.on_save = lambda _record: at_save.append(sent(cloud))
    speaker.speak()
    assert at_save == [0, 1, 1]
    first = speaker.records[0]
    assert (first.text, first.intended_at) == (TEXT, speaker.now())
    assert first.digest_before


def test_it_is_recorded_as_accepted_before_the_first_event_is_read(cloud: FakeCloud, speaker: Speaker) -> None:
    goes_on = threading.Event()

    def waits_for_the_record(handler: Handler, _asked: Asked) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "Text/Event-Stream;charset=utf-8")
        handler.send_header("Connection", "close")
        handler.end_headers()
        assert goes_on.wait(10)
        cloud.edit()
        handler.wfile.write(said("Done."))
        handler.close_connection = True

    cloud.plan("/run_sse", waits_for_the_record)
    speaker.on_save = lambda record: goes_on.set() if record.phase is ACCEPTED else None
    assert speaker.speak().text == "Done."


def test_without_a_text_the_state_says_whether_it_was_applied(cloud: FakeCloud, speaker: Speaker) -> None:
    def silent_edit(handler: Handler, _asked: Asked) -> None:
        cloud.edit()
        handler.stream(b": hb\n\n")

    cloud.plan("/run_sse", silent_edit, lambda handler, _asked: handler.stream())
    changed, unchanged = speaker.speak(), speaker.speak()
    assert (changed.text, changed.applied) == ("", True)
    assert changed.changes
    assert (unchanged.text, unchanged.applied, unchanged.changes) == ("", False, ())


def test_new_generated_media_alone_is_a_change(cloud: FakeCloud, speaker: Speaker) -> None:
    def generate(handler: Handler, _asked: Asked) -> None:
        cloud.raw_state = '{"draft":null,"generated_media":["x"]}'
        handler.stream()

    cloud.plan("/run_sse", generate)
    assert speaker.speak().changes == ("new material was generated",)


def test_a_reply_is_bounded_and_holds_no_controls(cloud: FakeCloud, speaker: Speaker) -> None:
    cloud.plan("/run_sse", lambda handler, _asked: handler.stream(said("a\\u001b[31mb\\nc" + "x" * 40_000)))
    text = speaker.speak().text
    assert text.startswith("a[31mb\ncx")
    assert len(text) <= MAX_REPLY_CHARACTERS


def test_still_working_is_told_now_and_then_while_nothing_comes(cloud: FakeCloud, speaker: Speaker) -> None:
    def slow(handler: Handler, _asked: Asked) -> None:
        handler.stream(is_whole=False)
        deadline = time.monotonic() + 10
        while speaker.beats < 2 and time.monotonic() < deadline:
            speaker.stop.wait(0.01)
        handler.wfile.write(b"0\r\n\r\n")

    cloud.plan("/run_sse", slow)
    speaker.speak(still_every=0.3)
    assert speaker.beats >= 2


# --- refused ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (answers({"code": 1001}), TokenExpired),
        (answers({"code": 1002}), SessionGone),
        (answers({"detail": "Session not found"}, 404), SessionGone),
        (answers({"code": 2001}), NoCredits),
        (answers({"code": 402}), ExportBlocked),
        (answers({"detail": []}, 422), RequestRefused),
        (answers(b"", 400), RequestRefused),
        (answers(b"", 429), RateLimited),
    ],
)
def test_a_refused_message_may_be_sent_again_when_the_cause_is_cured(
    cloud: FakeCloud, speaker: Speaker, act: Act, kind: type[PhotoVideosError]
) -> None:
    cloud.plan("/run_sse", act)
    with pytest.raises(kind):
        speaker.speak()
    assert speaker.phases == [(INTENDED, 1), (INTENDED, 0)]
    assert speaker.speak(speaker.records[-1]).applied
    assert sent(cloud) == 2
    assert speaker.phases[2:] == [(INTENDED, 1), (ACCEPTED, 1), (DONE, 1)]


def test_no_connection_is_a_refusal(
    make_client: Callable[..., NemoClient], cloud: FakeCloud, speaker: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = make_client("http://127.0.0.1:1")
    monkeypatch.setattr(nobody, "state", speaker.client.state)  # the server went away between the two calls
    speaker.client = nobody
    with pytest.raises(Unreachable):
        speaker.speak()
    assert speaker.phases == [(INTENDED, 1), (INTENDED, 0)]
    assert sent(cloud) == 0


# --- accepted --------------------------------------------------------------------------------------------------------


def dropped(cloud: FakeCloud, *, edits: bool) -> Act:
    def drop(handler: Handler, _asked: Asked) -> None:
        if edits:
            cloud.edit()
        handler.stream(said("Working on it"), is_whole=False)

    return drop


def test_a_dropped_stream_whose_edit_shows_in_the_state_was_applied(cloud: FakeCloud, speaker: Speaker) -> None:
    cloud.plan("/run_sse", dropped(cloud, edits=True))
    reply = speaker.speak()
    assert reply.applied
    assert reply.text == "Working on it"
    assert looks(cloud) == 1 + 2  # before; changed; the same again
    assert speaker.phases[-1] == (DONE, 1)
    assert sent(cloud) == 1


def test_a_dropped_stream_that_changed_nothing_fails_after_five_looks_and_is_not_sent_again(
    cloud: FakeCloud, speaker: Speaker
) -> None:
    cloud.plan("/run_sse", dropped(cloud, edits=False))
    with pytest.raises(InstructionFailed) as caught:
        speaker.speak()
    assert "charged twice" in caught.value.advice
    assert looks(cloud) == 1 + 5
    assert sent(cloud) == 1
    assert speaker.phases == [(INTENDED, 1), (ACCEPTED, 1)]


def test_an_error_at_the_end_of_the_stream_fails_with_the_servers_words(cloud: FakeCloud, speaker: Speaker) -> None:
    error = b'data: {"error": "tool "x" failed:\nsecond line"}\n\n'
    cloud.plan("/run_sse", lambda handler, _asked: handler.stream(said("Trying"), error))
    with pytest.raises(InstructionFailed, match='tool "x" failed: second line'):
        speaker.speak()
    assert looks(cloud) == 1 + 5
    assert sent(cloud) == 1


@pytest.mark.parametrize(
    "event",
    [
        b'data: {"errorCode":"2001","errorMessage":"Insufficient balance"}\n\n',
        b'data: {"code":2001,"message":"no"}\n\n',
        b'data: {"error":"Insufficient credits"}\n\n',
    ],
)
def test_a_stream_that_ends_for_want_of_credits_parks_and_may_be_sent_again(
    cloud: FakeCloud, speaker: Speaker, event: bytes
) -> None:
    cloud.plan("/run_sse", lambda handler, _asked: handler.stream(event))
    with pytest.raises(NoCredits) as caught:
        speaker.speak()
    assert "nemovideo.com/register?bind=" in caught.value.advice
    assert looks(cloud) == 1 + 5
    assert speaker.records[-1].sends == 0
    assert speaker.speak(speaker.records[-1]).applied
    assert sent(cloud) == 2


def test_an_error_whose_edit_was_made_all_the_same_is_applied(cloud: FakeCloud, speaker: Speaker) -> None:
    def err(handler: Handler, _asked: Asked) -> None:
        cloud.edit()
        handler.stream(b'data: {"errorCode":"X","errorMessage":"y"}\n\n')

    cloud.plan("/run_sse", err)
    assert speaker.speak().applied


def test_a_state_that_still_moves_is_looked_at_until_it_rests(cloud: FakeCloud, speaker: Speaker) -> None:
    def drop(handler: Handler, _asked: Asked) -> None:
        for n in (1, 1, 2, 3, 3, 4):
            cloud.plan("/state/", answers({"data": {"state": {"draft": {"n": n}}}}))
        handler.stream(is_whole=False)

    cloud.plan("/state/", answers({"data": {"state": {"draft": {"n": 1}}}}))
    cloud.plan("/run_sse", drop)
    assert speaker.speak().applied
    assert looks(cloud) == 1 + 5  # 1 1 2 3 3


def test_changed_at_the_last_look_is_applied(cloud: FakeCloud, speaker: Speaker) -> None:
    def drop(handler: Handler, _asked: Asked) -> None:
        for n in (1, 1, 1, 1, 2):
            cloud.plan("/state/", answers({"data": {"state": {"draft": {"n": n}}}}))
        handler.stream(is_whole=False)

    cloud.plan("/state/", answers({"data": {"state": {"draft": {"n": 1}}}}))
    cloud.plan("/run_sse", drop)
    assert speaker.speak().applied
    assert looks(cloud) == 1 + 5


def crashed_at(phase: InstructionPhase, cloud: FakeCloud, speaker: Speaker) -> InstructionRecord:
    """The record as it is on disk when the client dies after it was saved at `phase`."""

    class Crash(Exception):
        pass

    def die(record: InstructionRecord) -> None:
        if record.phase is phase:
            raise Crash

    speaker.on_save = die
    with pytest.raises(Crash):
        speaker.speak()
    speaker.on_save = lambda _record: None
    return speaker.records[-1]


def test_after_a_crash_an_accepted_message_is_not_sent_again(cloud: FakeCloud, speaker: Speaker) -> None:
    record = crashed_at(ACCEPTED, cloud, speaker)
    reply = speaker.speak(record)
    assert reply.applied
    assert reply.changes
    assert sent(cloud) == 1


def test_after_a_crash_an_accepted_message_that_changed_nothing_fails(cloud: FakeCloud, speaker: Speaker) -> None:
    cloud.plan("/run_sse", lambda handler, _asked: handler.stream())
    record = crashed_at(ACCEPTED, cloud, speaker)
    with pytest.raises(InstructionFailed):
        speaker.speak(record)
    assert sent(cloud) == 1


def test_after_a_crash_at_its_end_the_state_tells_how_it_ended(cloud: FakeCloud, speaker: Speaker) -> None:
    record = crashed_at(DONE, cloud, speaker)
    assert speaker.speak(record).applied
    assert sent(cloud) == 1


# --- unknown ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", [hang_up, answers(b"", 500), answers({"code": 0}), answers(b"", 504)])
def test_an_unclear_answer_to_a_message_that_was_applied_is_found_out(
    cloud: FakeCloud, speaker: Speaker, act: Act
) -> None:
    def edits_and(handler: Handler, asked: Asked) -> None:
        cloud.edit()
        act(handler, asked)

    cloud.plan("/run_sse", edits_and)
    assert speaker.speak().applied
    assert sent(cloud) == 1
    assert speaker.phases == [(INTENDED, 1), (DONE, 1)]


def test_an_unclear_answer_is_looked_after_until_no_run_can_live_and_then_sent_once_more(
    cloud: FakeCloud, speaker: Speaker
) -> None:
    def look(handler: Handler, asked: Asked) -> None:
        speaker.now.at += 100
        cloud._as_published(handler, asked)

    cloud.plan("/run_sse", hang_up)
    cloud.plan("/state/", *[look] * 12)
    intended_at = speaker.now()
    reply = speaker.speak()
    assert reply.applied
    assert sent(cloud) == 2
    second = next(record for record in speaker.records if record.sends == 2)
    assert second.intended_at >= intended_at + speaker.client.pace.stream
    assert speaker.phases == [(INTENDED, 1), (INTENDED, 2), (ACCEPTED, 2), (DONE, 2)]


def test_it_is_sent_once_more_once_in_its_life(cloud: FakeCloud, speaker: Speaker) -> None:
    let_time_fly(speaker)
    cloud.plan("/run_sse", hang_up, hang_up, hang_up)
    with pytest.raises(InstructionFailed) as caught:
        speaker.speak()
    assert "charged twice" in caught.value.advice
    assert sent(cloud) == 2
    with pytest.raises(InstructionFailed):
        speaker.speak(speaker.records[-1])
    assert sent(cloud) == 2


def test_after_a_crash_before_any_answer_it_is_looked_for_before_it_is_sent_again(
    cloud: FakeCloud, speaker: Speaker
) -> None:
    record = crashed_at(INTENDED, cloud, speaker)
    assert sent(cloud) == 0
    let_time_fly(speaker)
    assert speaker.speak(record).applied
    assert looks(cloud) == 1 + 5 + 1
    assert sent(cloud) == 1


def test_a_refusal_of_the_second_sending_keeps_the_one_more_time(cloud: FakeCloud, speaker: Speaker) -> None:
    let_time_fly(speaker)
    cloud.plan("/run_sse", hang_up, answers({"code": 2001}))
    with pytest.raises(NoCredits):
        speaker.speak()
    assert speaker.phases == [(INTENDED, 1), (INTENDED, 2), (INTENDED, 1)]
    assert speaker.speak(speaker.records[-1]).applied
    assert sent(cloud) == 3


def test_trouble_during_the_looks_leaves_the_record_as_it_stands(cloud: FakeCloud, speaker: Speaker) -> None:
    cloud.plan("/run_sse", dropped(cloud, edits=True))
    cloud.plan("/state/", cloud._as_published, *[answers(b"", 500)] * 4)
    with pytest.raises(ServiceTrouble):
        speaker.speak()
    assert speaker.phases == [(INTENDED, 1), (ACCEPTED, 1)]
    assert speaker.speak(speaker.records[-1]).applied
    assert sent(cloud) == 1


# --- stopping --------------------------------------------------------------------------------------------------------


def test_a_stop_during_the_looks_is_heard_at_once(cloud: FakeCloud, speaker: Speaker) -> None:
    cloud.plan("/run_sse", dropped(cloud, edits=False))
    mine = threading.Event()
    threading.Timer(0.4, mine.set).start()
    began = time.monotonic()
    with pytest.raises(Stopping):
        speaker.speak(waits=(60.0,), stop=mine)
    assert time.monotonic() - began < 5
    assert speaker.phases[-1] == (ACCEPTED, 1)


def test_a_stop_in_the_middle_of_the_stream_leaves_it_accepted(cloud: FakeCloud, speaker: Speaker) -> None:
    is_over = threading.Event()
    mine = threading.Event()

    def silent(handler: Handler, _asked: Asked) -> None:
        handler.stream(is_whole=False)
        is_over.wait(20)

    cloud.plan("/run_sse", silent)
    speaker.on_save = lambda record: mine.set() if record.phase is ACCEPTED else None
    with pytest.raises(Stopping):
        speaker.speak(stop=mine)
    is_over.set()
    assert speaker.phases == [(INTENDED, 1), (ACCEPTED, 1)]


def test_two_messages_to_one_session_do_not_go_out_at_once(cloud: FakeCloud, speaker: Speaker) -> None:
    at_once: list[int] = []
    running = [0]
    lock = threading.Lock()
    pause = threading.Event()

    def count(handler: Handler, _asked: Asked) -> None:
        with lock:
            running[0] += 1
            at_once.append(running[0])
        pause.wait(0.2)
        with lock:
            running[0] -= 1
        handler.stream(said("x"))

    cloud.plan("/run_sse", count, count)
    threads = [threading.Thread(target=speaker.speak) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert at_once == [1, 1]


def test_a_record_of_another_text_is_carried_out_as_it_was_recorded(cloud: FakeCloud, speaker: Speaker) -> None:
    refused = InstructionRecord(text="the older text", digest_before="x", intended_at=0.0, sends=0)
    speaker.speak(refused)
    assert cloud.calls("/run_sse")[0].json["new_message"]["parts"][0]["text"] == "the older text"
    assert replace(speaker.records[0], text="").digest_before != "x"


# --- no room for the record ------------------------------------------------------------------------------------------


def no_room_for(speaker: Speaker, phase: InstructionPhase, times: int = 1) -> None:
    """The ledger's disk is full, so often, when this phase is to be written down."""
    left = [times]

    def refuse(record: InstructionRecord) -> None:
        if record.phase is phase and left[0]:
            left[0] -= 1
            speaker.records.pop()
            raise NoSpace("no room")

    speaker.on_save = refuse


def test_without_room_for_the_intent_nothing_is_sent(cloud: FakeCloud, speaker: Speaker) -> None:
    no_room_for(speaker, INTENDED)
    with pytest.raises(NoSpace):
        speaker.speak()
    assert sent(cloud) == 0


def test_a_message_that_was_taken_is_heard_to_its_end_though_that_cannot_be_written_down(
    cloud: FakeCloud, speaker: Speaker
) -> None:
    no_room_for(speaker, ACCEPTED)
    assert speaker.speak().applied
    assert speaker.phases == [(INTENDED, 1), (DONE, 1)]
    assert sent(cloud) == 1


def test_an_applied_message_whose_end_cannot_be_written_down_is_found_out_later_and_not_sent_again(
    cloud: FakeCloud, speaker: Speaker
) -> None:
    no_room_for(speaker, ACCEPTED)
    accept = speaker.on_save

    def refuse(record: InstructionRecord) -> None:
        accept(record)
        if record.phase is DONE:
            speaker.records.pop()
            raise NoSpace("no room")

    speaker.on_save = refuse
    with pytest.raises(NoSpace):
        speaker.speak()
    assert speaker.phases == [(INTENDED, 1)]
    speaker.on_save = lambda _record: None
    assert speaker.speak(speaker.records[-1]).applied
    assert sent(cloud) == 1


def test_the_end_of_a_message_that_changed_nothing_is_held_until_it_can_be_written_down(
    cloud: FakeCloud, speaker: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.plan("/run_sse", lambda handler, _asked: handler.stream())
    monkeypatch.setattr(instruct, "ROOM_WAIT_SECONDS", 0.01)
    no_room_for(speaker, DONE, times=3)
    assert not speaker.speak().applied
    assert speaker.phases[-1] == (DONE, 1)
    assert sent(cloud) == 1


def test_a_studio_without_room_took_nothing_and_is_asked_again_when_there_is(
    cloud: FakeCloud, speaker: Speaker
) -> None:
    cloud.plan("/run_sse", answers({"code": 507, "message": "no room: 4 MB are needed, 1 MB are free."}, 507))
    with pytest.raises(NoSpace, match="4 MB are needed, 1 MB are free"):
        speaker.speak()
    assert speaker.phases == [(INTENDED, 1), (INTENDED, 0)]
    assert speaker.speak(speaker.records[-1]).applied
