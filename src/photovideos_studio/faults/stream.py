"""Event streams gone wrong (`do: stream`). By default the message is carried out and its own events are bent.

applied          true; false: never carried out, though it looks so; a number: carried out that many seconds later
form             adk | typed ({"type":"text","content":…}, tool_call, tool_result)
newline          lf | crlf | cr
heartbeats       list of comment, event, data, json, empty: sent first, `heartbeat_seconds` apart; `endless`: for ever
silent           no text at all              reply: this text instead     gui: en | zh, an assistant at a screen
thought          a part that is a thought    trailing: one more text      pad_bytes: a tool result of that size
error            event | json | old          at the end of the stream
drop_after       the connection breaks after so many events (0: right after the head)
chunk_bytes      the network cuts the stream into pieces of this size
pause_seconds    silence before the last events
raw              these very bytes instead of events
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from starlette.types import Message

from photovideos_studio.faults.call import Answer, Call

HEAD = [(b"content-type", b"text/event-stream; charset=utf-8")]
NEWLINES = {"lf": "\n", "crlf": "\r\n", "cr": "\r"}
HEARTBEATS = {
    "comment": ": ping\n\n",
    "event": "event: heartbeat\n\n",
    "data": "data: heartbeat\n\n",
    "json": 'data: {"type":"heartbeat"}\n\n',
    "empty": "data:\n\n",
}
ERRORS = {
    "event": 'data: {"errorCode":"RESOURCE_EXHAUSTED","errorMessage":"quota exceeded","author":"nemo_agent"}\n\n',
    "json": 'data: {"error":"the agent stopped"}\n\n',
    "old": 'data: {"error": "tool "x" failed:\nsecond line"}\n\n',
}
GUI = {
    "en": "Your slideshow is ready! Click the Export button in the top right corner to save it, open the media panel "
    "to see your clips, drag the second clip to the front if you like, or preview in timeline.",
    "zh": "视频已经做好了！请点击右上角的“导出”按钮保存，打开素材面板可以查看素材，也可以把第二个片段拖拽到最前面。",
}


async def stream(call: Call) -> None:
    option = call.fault.option
    body = await call.drain()
    applied = option("applied", True)
    if applied is True:
        call.receive = _again(body, call)
        answer = await call.answered()
        if answer.status != 200:
            await call.reply(answer.status, list(answer.headers), answer.body)
            return
        events = _events_of(answer)
    else:
        events = _pretended()
        if applied is not False:
            asyncio.get_running_loop().call_later(float(applied), _carry_out_late, call, body)
    await _send(call, option("raw", None), _bent(events, call))


def _again(body: bytes, call: Call) -> Any:
    """The request once more, for the real studio."""
    is_read = False
    receive = call.receive

    async def again() -> Message:
        nonlocal is_read
        if is_read:
            return await receive()
        is_read = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


_late: set[asyncio.Task[None]] = set()  # the event loop keeps tasks only weakly


def _carry_out_late(call: Call, body: bytes) -> None:
    async def nowhere(_message: Message) -> None:
        return

    async def body_then_silence() -> Message:
        if waits:
            await asyncio.Event().wait()
        waits.append(True)
        return {"type": "http.request", "body": body, "more_body": False}

    waits: list[bool] = []

    async def carry_out() -> None:
        await call.app(call.scope, body_then_silence, nowhere)

    task = asyncio.get_running_loop().create_task(carry_out())
    _late.add(task)
    task.add_done_callback(_late.discard)


def _events_of(answer: Answer) -> list[dict[str, Any]]:
    lines = answer.body.decode().split("\n")
    return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]


def _event(**values: Any) -> dict[str, Any]:
    return {**values, "invocationId": "e-villain", "author": "nemo_agent", "actions": {"stateDelta": {}}, "id": "v"}


def _text(text: str, **values: Any) -> dict[str, Any]:
    return _event(content={"parts": [{"text": text}], "role": "model"}, **values)


def _pretended() -> list[dict[str, Any]]:
    call = {"functionCall": {"id": "fc-1", "name": "edit_timeline", "args": {}}}
    response = {"functionResponse": {"id": "fc-1", "name": "edit_timeline", "response": {"status": "ok"}}}
    return [
        _event(content={"parts": [call], "role": "model"}),
        _event(content={"parts": [response], "role": "user"}),
        _text("Your video is ready.", turnComplete=True),
    ]


# --- bending -----------------------------------------------------------------------------------------------------


def _parts(event: dict[str, Any]) -> list[dict[str, Any]]:
    parts = (event.get("content") or {}).get("parts")
    return parts if isinstance(parts, list) else []


def _is_text(event: dict[str, Any]) -> bool:
    return any("text" in part for part in _parts(event))


def _bent(events: list[dict[str, Any]], call: Call) -> list[str]:
    """The events as text, one entry each, with LF line ends."""
    option = call.fault.option
    reply = GUI[option("gui", "")] if option("gui", "") else option("reply", None)
    if option("silent", False) or reply is not None:
        events = [event for event in events if not _is_text(event)]
    if reply is not None:
        half = len(reply) // 2
        events += [_text(reply[:half], partial=True), _text(reply[half:], partial=True)]
        events.append(_text(reply, turnComplete=True))
    if option("thought", False):
        events.insert(0, _event(content={"parts": [{"text": "They want music.", "thought": True}], "role": "model"}))
    if option("trailing", None):
        events.append(_text(option("trailing", "")))
    if option("pad_bytes", 0):
        blob = {
            "functionResponse": {"id": "fc-pad", "name": "analyze", "response": {"blob": "x" * option("pad_bytes", 0)}}
        }
        events.insert(0, _event(content={"parts": [blob], "role": "user"}))
    if option("form", "adk") == "typed":
        values = [typed for event in events if not event.get("partial") for typed in _typed(event)]
    else:
        values = events
    texts = [f"data: {json.dumps(value, ensure_ascii=False)}\n\n" for value in values]
    return texts + ([ERRORS[option("error", "")]] if option("error", "") else [])


def _typed(event: dict[str, Any]) -> list[dict[str, Any]]:
    """The form of the draft publication."""
    found: list[dict[str, Any]] = []
    for part in _parts(event):
        if "functionCall" in part:
            found.append({"type": "tool_call", "name": part["functionCall"]["name"], "args": {}})
        elif "functionResponse" in part:
            found.append({"type": "tool_result", "result": part["functionResponse"]["response"]})
        elif "text" in part and not part.get("thought"):
            found.append({"type": "text", "content": part["text"]})
    return found


# --- sending -----------------------------------------------------------------------------------------------------


async def _send(call: Call, raw: str | None, texts: list[str]) -> None:
    option = call.fault.option
    await call.start(200, HEAD)
    await call.write(b"")
    if raw is not None:
        await call.write(raw.encode(), more=False)
        return
    await _send_heartbeats(call)
    drop_after = option("drop_after", None)
    pause_at = max(0, len(texts) - 2) if option("pause_seconds", 0) else None
    for index, text in enumerate(texts):
        if index == drop_after:
            break
        if index == pause_at:
            await asyncio.sleep(option("pause_seconds", 0))
        await _write(call, text)
    if drop_after is not None:
        await call.break_off()
    else:
        await call.write(b"", more=False)


async def _send_heartbeats(call: Call) -> None:
    forms = call.fault.option("heartbeats", ["comment"] if call.fault.option("endless", False) else [])
    while True:
        for form in forms:
            await _write(call, HEARTBEATS.get(str(form), str(form)))
            await asyncio.sleep(call.fault.option("heartbeat_seconds", 0.0))
        if not call.fault.option("endless", False) or call.transport.is_closing():
            return


async def _write(call: Call, text: str) -> None:
    content = text.replace("\n", NEWLINES[call.fault.option("newline", "lf")]).encode("utf-8", "replace")
    size = call.fault.option("chunk_bytes", 0) or len(content)
    for start in range(0, len(content), size):
        await call.write(content[start : start + size])
        await asyncio.sleep(0)
