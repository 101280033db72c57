"""Single answers gone wrong: codes, bodies, shapes, lengths, silence. One function a kind of `do`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from photovideos_studio.faults.call import CHUNK, Answer, Call
from photovideos_studio.faults.changes import changed, reshaped

JSON_TYPE = (b"content-type", b"application/json")
STATUS_OF_CODE = {1001: 401, 1002: 404, 2001: 200, 4001: 415, 4002: 413}
NO_PAGE = "<!doctype html><html><body><h1>502 Bad Gateway</h1></body></html>"


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _retry_after(call: Call) -> list[tuple[bytes, bytes]]:
    value = call.fault.option("retry_after", None)
    return [] if value is None else [(b"retry-after", str(value).encode())]


async def code(call: Call) -> None:
    await call.drain()
    number = call.fault.option("code", 0)
    status = call.fault.option("status", STATUS_OF_CODE.get(number, number if 400 <= number < 600 else 200))
    body = {"code": number or status, "message": call.fault.option("message", f"code {number}"), "data": None}
    await call.reply(status, [JSON_TYPE, *_retry_after(call)], _json(body))


async def status(call: Call) -> None:
    await call.drain()
    kind = call.fault.option("content_type", "text/html").encode()
    body = call.fault.option("body", NO_PAGE).encode()
    await call.reply(call.fault.option("status", 200), [(b"content-type", kind), *_retry_after(call)], body)


async def verbatim(call: Call) -> None:
    await call.drain()
    await call.reply(call.fault.option("status", 200), [JSON_TYPE], _json(call.fault.option("json", None)))


async def _altered(call: Call, alter: Callable[[Any], Any]) -> None:
    answer = await call.answered()
    try:
        value = alter(json.loads(answer.body))
    except ValueError:
        value = None
    body = answer.body if value is None else _json(value)
    await call.reply(answer.status, list(answer.headers), body)


async def change(call: Call) -> None:
    await _altered(call, lambda value: changed(value, call.fault.option("set", {}), call.fault.option("drop", [])))


async def shape(call: Call) -> None:
    await _altered(call, lambda value: reshaped(value, call.fault.option("form", "top_level")))


async def failed(call: Call) -> None:
    reason = call.fault.option("reason", "The GPU node was lost.")
    await _altered(call, lambda value: changed(value, {"status": "failed", "error": reason}, ["output"]))


async def stuck(call: Call) -> None:
    told = {"status": "processing", "progress": call.fault.option("progress", 40)}
    await _altered(call, lambda value: changed(value, told, ["output"]))


async def word(call: Call) -> None:
    told = {"status": call.fault.option("status", "reticulating"), "progress": 50}
    await _altered(call, lambda value: changed(value, told, ["output"]))


async def lie(call: Call) -> None:
    lies = {f"output.{name}": call.fault.options[name] for name in ("duration", "size") if name in call.fault.options}
    await _altered(call, lambda value: changed(value, lies, []) if "output" in value else value)


# --- time --------------------------------------------------------------------------------------------------------


async def delay(call: Call) -> None:
    seconds = call.fault.option("seconds", 1)
    if call.fault.option("when", "before") == "before":
        await asyncio.sleep(seconds)
        await call.through()
        return
    answer = await call.answered()
    await asyncio.sleep(seconds)
    await call.reply(answer.status, list(answer.headers), answer.body)


async def hang(call: Call) -> None:
    if call.fault.option("when", "before") == "after":
        await call.answered()
    else:
        await call.drain()
    try:
        async with asyncio.timeout(call.fault.option("seconds", None)):
            await call.gone()
    except TimeoutError:
        await call.break_off()


# --- the connection ----------------------------------------------------------------------------------------------


async def break_connection(call: Call) -> None:
    match call.fault.option("when", "before"):
        case "before":
            await call.drain()
        case "after":
            await call.answered()
        case _:
            answer = await call.answered()
            await call.start(answer.status, list(answer.headers))
            await call.write(answer.body[: len(answer.body) // 2])
    await call.break_off()


async def huge(call: Call) -> None:
    await call.drain()
    left = call.fault.option("bytes", 1_000_000_000)
    length = (b"content-length", str(left).encode())
    await call.start(call.fault.option("status", 500), [(b"content-type", b"text/plain"), length])
    while left > 0 and not call.transport.is_closing():
        await call.write(CHUNK[: min(left, len(CHUNK))], more=left > len(CHUNK))
        left -= len(CHUNK)


async def endless_headers(call: Call) -> None:
    await _endless(call, b"HTTP/1.1 200 OK\r\n", lambda number: b"X-More-%d: %s\r\n" % (number, CHUNK[:1000]))


async def endless_body(call: Call) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + b'{"code":0,"data":"'
    await _endless(call, head, lambda _: CHUNK[:1000])


async def _endless(call: Call, head: bytes, piece: Callable[[int], bytes]) -> None:
    await call.drain()
    number, pause = 0, call.fault.option("seconds", 0.0)
    goes_on = await call.write_raw(head)
    while goes_on:
        number += 1
        await asyncio.sleep(pause)
        goes_on = await call.write_raw(piece(number))
    await call.end_raw()


async def redirect(call: Call) -> None:
    await call.drain()
    to = call.fault.option("to", "self")
    location = call.own_address if to == "self" else to
    await call.reply(call.fault.option("status", 302), [(b"location", location.encode())], b"")


# --- files -------------------------------------------------------------------------------------------------------


async def cut(call: Call) -> None:
    """The true length is told, and the connection breaks after some of it."""
    answer = await call.answered()
    after = call.fault.option("after_bytes", len(answer.body) // 2)
    await call.start(answer.status, list(answer.headers))
    await call.write(answer.body[:after])
    await call.break_off()


async def shorten(call: Call) -> None:
    """Less than there is, with a length that fits: only the film itself can tell that it is not whole."""
    answer = await call.answered()
    body = answer.body[: call.fault.option("to_bytes", len(answer.body) // 2)]
    await call.reply(answer.status, list(answer.headers), body)


async def length(call: Call) -> None:
    """A Content-Length that is not true; the connection then ends as if all were well."""
    answer = await call.answered()
    told = max(0, len(answer.body) + call.fault.option("by", 1000))
    await _raw(call, answer, b"Content-Length: %d\r\n" % told)


async def no_length(call: Call) -> None:
    await _raw(call, await call.answered(), b"")


async def _raw(call: Call, answer: Answer, length_line: bytes) -> None:
    lines = b"".join(
        key + b": " + value + b"\r\n"
        for key, value in answer.headers
        if key.lower() not in (b"content-length", b"connection")
    )
    await call.write_raw(b"HTTP/1.1 %d Said\r\n" % answer.status + lines + length_line + b"Connection: close\r\n\r\n")
    for start in range(0, len(answer.body), len(CHUNK)):
        if not await call.write_raw(answer.body[start : start + len(CHUNK)]):
            break
    await call.end_raw()


async def no_ranges(call: Call) -> None:
    headers = [(key, value) for key, value in call.scope["headers"] if key.lower() not in (b"range", b"if-range")]
    call.scope = {**call.scope, "headers": headers}
    await call.through()


DEEDS: dict[str, Callable[[Call], Awaitable[None]]] = {
    "code": code,
    "status": status,
    "json": verbatim,
    "change": change,
    "shape": shape,
    "failed": failed,
    "stuck": stuck,
    "word": word,
    "lie": lie,
    "delay": delay,
    "hang": hang,
    "break": break_connection,
    "huge": huge,
    "headers": endless_headers,
    "body": endless_body,
    "redirect": redirect,
    "cut": cut,
    "shorten": shorten,
    "length": length,
    "no_ranges": no_ranges,
    "no_length": no_length,
}
