"""One daemon, and a service that answers each of its jobs in another of the published forms (contract §2–§9)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from support.fake_cloud import Act, Asked, Handler, answers, said
from support.house import House
from support.quick_cloud import QuickCloud, Sitting
from support.small_film import small_film

TYPED = [
    b'data: {"type":"tool_call","name":"edit","args":{"click":"Export"}}\n\n',
    b'data: {"type":"heartbeat"}\n\n',
    b'data: {"type":"tool_result","name":"edit","result":"{}"}\n\n',
    b'data: {"type":"text","content":"Done."}\n\n',
]
ADK = [
    said("I should click Export", thought=True).replace(b'"parts": [{', b'"parts": [{"thought": true, '),
    said("Do", partial=True),
    said("ne.", partial=True),
    b'data: {"content":{"parts":[{"functionCall":{"id":"1","name":"edit","args":{}}}]},"longRunningToolIds":["1"]}\n\n',
    b'data: {"content":{"parts":[{"functionResponse":{"name":"edit","response":{}}}]},"actions":{"stateDelta":{}}}\n\n',
    said("Done."),
]
HEARTBEATS = [
    b": still here\n\n",
    b"event: heartbeat\ndata: x\n\n",
    b"data: heartbeat\n\n",
    b'data: {"type":"heartbeat"}\n\n',
    b"data:\n\n",
    b"data: \n\n",
]
# Of each job: what is said in its prompt, the events of its message, the word for its session and for its polls.
FORMS: dict[str, tuple[list[bytes], str, str]] = {
    "adk": (ADK, "nested", "A"),
    "typed": (TYPED, "top", "B"),
    "beating": ([*HEARTBEATS, said("Done."), *HEARTBEATS], "number", "CA"),
    "crlf": ([b"".join(ADK).replace(b"\n", b"\r\n")], "nested", "CB"),
    "returns": ([b"".join([*HEARTBEATS, *TYPED]).replace(b"\n", b"\r")], "top", "bare B"),
    "separators": ([said("Done.\u2028Really\u0085.")], "nested", "bare A in data"),
    "silent": ([*HEARTBEATS], "nested", "A"),
    "error event": ([said("Done."), b'data: {"errorCode":"MODEL","errorMessage":"overloaded"}\n\n'], "top", "B"),
    "error object": ([b'data: {"error":"the model is busy"}\n\n'], "nested", "A"),
    "error nested": ([b'data: {"error":{"code":500,"message":"busy"}}\n\n'], "nested", "A"),
    "old error": ([b"data: {'error': 'the model\nis busy', code: 7}\n\n"], "nested", "CA"),
}


def _session_form(form: str, sitting: Sitting) -> Any:
    return {
        "nested": {"code": 0, "data": {"task_id": "t", "session_id": sitting.id, "user_id": "anon_7"}},
        "top": {"code": 0, "session_id": sitting.id, "task_id": "t"},
        "number": {"data": {"session_id": sitting.id}},
    }[form]


def _poll_form(form: str, url: str, size: int) -> Any:
    a = {"taskId": "t", "status": "completed", "progress": 100, "output": {"url": url, "duration": 1.0, "size": size}}
    b = {"id": "t", "status": "completed", "progress": 100, "outputUrl": url}
    return {
        "A": a,
        "B": {"success": True, "data": b},
        "CA": {"code": 0, "data": a},
        "CB": {"code": 0, "data": b},
        "bare B": b,
        "bare A in data": {"data": a},
    }[form]


class Forms:
    """Each job's form is found by the words of its prompt; before the first message, by the order of sessions."""

    def __init__(self, cloud: QuickCloud) -> None:
        self.cloud = cloud
        self.polls: dict[str, int] = {}
        cloud.always("/with-session/", self._session)
        cloud.always("/run_sse", self._message)
        cloud.always("/lambda/", self._poll)

    def _session(self, handler: Handler, asked: Asked) -> None:
        with self.cloud._sittings_lock:
            number = len(self.cloud.sittings)
            sitting = Sitting(id=str(5529798706024415232 + number))
            self.cloud.sittings.append(sitting)
        form = [form for _events, form, _poll in FORMS.values()][number % len(FORMS)]
        handler.answer(_session_form(form, sitting))

    def _message(self, handler: Handler, asked: Asked) -> None:
        text = asked.json["new_message"]["parts"][0]["text"]
        sitting = next(one for one in self.cloud.sittings if one.id == asked.json["session_id"])
        sitting.messages.append(text)
        handler.stream(*FORMS[text][0])

    def _poll(self, handler: Handler, asked: Asked) -> None:
        render = asked.path.rpartition("/")[2]
        sitting = next((one for one in self.cloud.sittings if render in one.renders), None)
        if sitting is None:
            handler.answer({"detail": "Not Found"}, status=404)
            return
        self.polls[render] = self.polls.get(render, 0) + 1
        first = {1: {"status": "pending"}, 2: {"success": True, "data": {"status": "warming up", "progress": 40}}}
        ready = _poll_form(FORMS[sitting.messages[0]][2], f"{self.cloud.url}/cdn/{render}.mp4", len(self.cloud.film))
        handler.answer(first.get(self.polls[render], ready))


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_daemon_finishes_a_job_in_each_of_the_published_forms(clouded: House, quick_cloud: QuickCloud) -> None:
    forms = Forms(quick_cloud)
    clouded.settings["backend"]["poll_seconds"] = 0.05
    quick_cloud.plan("anonymous-token", answers({"code": 0, "token": "nmv_usr_top", "user_id": "anon_7"}))
    quick_cloud.plan("/credits/", answers({"code": 1001, "message": "expired"}))  # then the nested form of a token
    folders = [clouded.drop(name.title(), name, photos=1) for name in FORMS]
    (clouded.inbox / "READY").touch()  # more than ten at first sight are not sent without being asked
    assert clouded.once(seconds=250) == 0, clouded.log()
    assert quick_cloud.tokens == 1
    for name, folder in zip(FORMS, folders, strict=True):
        assert (folder / f"{folder.name}.mp4").read_bytes() == small_film(1.0), name
        summary = (folder / f"{folder.name} - timeline.txt").read_text(encoding="utf-8")
        assert "click" not in summary, "neither thoughts nor tools are shown"
        assert ("Done." in summary) is (b"Done." in b"".join(FORMS[name][0])), name
        sitting = quick_cloud.the(name)
        assert len(sitting.renders) == 1
        assert forms.polls[sitting.renders[0]] == 3


# --- codes (contract §9) ---------------------------------------------------------------------------------------------

CODES: dict[str, Callable[[int, str], Act]] = {
    "in the body of a 200": lambda code, words: answers({"code": code, "message": words, "data": None}),
    "in the body of a 4xx": lambda code, words: answers({"code": code, "message": words}, 400),
    "in an error inside": lambda code, words: answers({"success": False, "error": {"code": code, "message": words}}),
    "as a text": lambda code, words: answers({"code": str(code), "error": words}, 422),
}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_daemon_understands_a_code_wherever_it_stands(clouded: House, quick_cloud: QuickCloud) -> None:
    """1001 at the session, 4001 for a photo, 1002 at the message: each job meets them in another form."""
    clouded.settings["jobs"] = {"parallel": 1}  # so that the jobs come one behind the other
    forms = list(CODES.values())
    met: set[tuple[int, int]] = set()

    def meets(code: int, words: str, *, once: bool) -> Act:
        """The job under way, which opens two sessions, is answered `code` in its own form."""

        def act(handler: Handler, asked: Asked) -> None:
            job = (len(quick_cloud.sittings) - (code != 1001)) // 2
            is_meant = (job, code) not in met if once else asked.file_name == "IMG_0001.jpg"
            met.add((job, code))
            (forms[job](code, words) if is_meant else quick_cloud.answer_as_published)(handler, asked)

        return act

    quick_cloud.always("with-session", meets(1001, "token expired", once=True))
    quick_cloud.always("/upload-video/", meets(4001, "unsupported", once=False))
    quick_cloud.always("/run_sse", meets(1002, "session not found", once=True))
    folders = [clouded.drop(f"Code {number}", f"words {number}", photos=2) for number in range(len(CODES))]
    assert clouded.once(seconds=250) == 0, clouded.log()
    assert met == {(job, code) for job in range(len(CODES)) for code in (1001, 1002, 4001)}
    assert quick_cloud.tokens == 1 + len(CODES)
    for number, folder in enumerate(folders):
        assert (folder / f"{folder.name}.mp4").exists()
        summary = (folder / f"{folder.name} - timeline.txt").read_text(encoding="utf-8")
        assert "supported are MP4" in summary
        assert len(quick_cloud.the(f"words {number}").renders) == 1
