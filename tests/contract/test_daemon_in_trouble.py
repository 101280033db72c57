"""The daemon while the service hangs, is gone, or asks to wait: it stops at once, and other jobs go on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from support.fake_cloud import Act, Asked, Handler, answers
from support.house import House, wait_for
from support.quick_cloud import QuickCloud

pytestmark = pytest.mark.slow

AT_ONCE = 5.0  # with the scan that finds CANCEL, or the end of a whole process


def only(cloud: QuickCloud, words: str, act: Act) -> Callable[[], None]:
    """Answers the polls of the session in which `words` were said with `act`, until what it returns is called."""
    is_over = threading.Event()

    def poll(handler: Handler, asked: Asked) -> None:
        ids = {render for sitting in cloud.of(words) for render in sitting.renders}
        is_meant = not is_over.is_set() and asked.path.rpartition("/")[2] in ids
        (act if is_meant else cloud.answer_as_published)(handler, asked)

    cloud.always("/lambda/", poll)
    return is_over.set


def test_cancel_and_sigterm_do_not_wait_for_a_poll_that_hangs(clouded: House, quick_cloud: QuickCloud) -> None:
    hangs, over = threading.Event(), threading.Event()

    def hang(_handler: Handler, _asked: Asked) -> None:
        hangs.set()
        over.wait(60)

    mend = only(quick_cloud, "hang", hang)
    daemon = clouded.run()
    try:
        cancelled, stopped = clouded.drop("Cancelled", "hang first", photos=1), None
        wait_for("the first poll to hang", hangs.is_set, log=clouded.log)
        began = time.monotonic()
        (cancelled / "CANCEL").touch()
        wait_for("the cancelled job to end", lambda: clouded.status_of(cancelled) == "cancelled", log=clouded.log)
        assert time.monotonic() - began < AT_ONCE
        hangs.clear()
        stopped = clouded.drop("Stopped", "hang second", photos=1)
        wait_for("the second poll to hang", hangs.is_set, log=clouded.log)
        began = time.monotonic()
        daemon.terminate()
        assert daemon.wait(20) == 0
        assert time.monotonic() - began < AT_ONCE
    finally:
        mend()
        over.set()
    assert clouded.once() == 0, clouded.log()
    assert (stopped / "Stopped.mp4").exists()
    assert not list(cancelled.glob("*.mp4"))
    assert len(quick_cloud.the("hang second").renders) == 1, "its id was on disk, so it was asked for"


def trying_again(house: House, folder: Path) -> str:
    """What the status file says, once the job waits for its next try."""

    def told() -> str | None:
        state = house.status_of(folder)
        if state is None or not state.startswith("trying again at"):
            return None
        return (folder / f"_photovideos - {state}.txt").read_text(encoding="utf-8-sig")

    return str(wait_for(f"{folder.name} to wait for its next try", told, log=house.log))


def test_one_worker_is_not_kept_by_a_render_that_cannot_be_asked_about(clouded: House, quick_cloud: QuickCloud) -> None:
    """The polls of one job find nobody; the other job gets its film meanwhile, and the first its own later on."""
    clouded.settings["jobs"] = {"parallel": 1}

    def gone(handler: Handler, _asked: Asked) -> None:
        handler.hang_up()

    mend = only(quick_cloud, "unlucky", gone)
    clouded.run()
    unlucky = clouded.drop("Unlucky", "unlucky", photos=1)
    wait_for("the unlucky render", lambda: any(one.renders for one in quick_cloud.of("unlucky")), log=clouded.log)
    lucky = clouded.drop("Lucky", "lucky", photos=1)
    text = trying_again(clouded, unlucky)
    assert "The connection to NemoVideo broke." in text
    assert "Nothing is lost." in text
    clouded.film_of(lucky)
    assert not list(unlucky.glob("*.mp4"))
    mend()
    (unlucky / "RETRY").touch()
    clouded.film_of(unlucky)
    assert len(quick_cloud.the("unlucky").renders) == 1, "asked for again, not made again"


def test_a_render_turned_away_by_429_goes_out_again_under_its_id(clouded: House, quick_cloud: QuickCloud) -> None:
    quick_cloud.plan("/proxy/lambda", answers({"code": 429}, 429, Retry_After="2"))
    folder = clouded.drop("Busy", "a calm video", photos=1)
    assert clouded.once() == 0, clouded.log()
    assert (folder / "Busy.mp4").exists()
    calls = [(asked.method, asked.path.rpartition("/")[2]) for asked in quick_cloud.calls("/proxy/lambda")]
    assert [method for method, _end in calls[:3]] == ["POST", "POST", "GET"], calls
    posts = [asked.json["id"] for asked in quick_cloud.calls("/proxy/lambda") if asked.method == "POST"]
    assert len(set(posts)) == 1
    assert quick_cloud.the("a calm video").renders == posts[1:]


def test_a_limit_on_tokens_is_asked_about_by_the_schedule_alone_and_the_jobs_wait(
    clouded: House, quick_cloud: QuickCloud
) -> None:
    """A lifetime of two seconds has the schedule look every two seconds; each look asks twice."""
    clouded.settings["backend"]["token_lifetime_days"] = 3 / 86400
    clouded.settings["jobs"] = {"retry_hours": 0.0001}  # 0.4 s: whoever counts the wait as failing gives up
    quick_cloud.plan("anonymous-token", *[answers({"code": 429}, 429)] * 4)
    began = time.monotonic()
    clouded.run()
    folder = clouded.drop("Waits", "a calm video", photos=1)
    text = trying_again(clouded, folder)
    assert "gives out no new free token yet" in text
    assert "NEMO_TOKEN" in text
    clouded.film_of(folder)
    assert time.monotonic() - began > 6
    asks = quick_cloud.calls("anonymous-token")
    assert len({asked.headers["x-client-id"] for asked in asks}) == 1
