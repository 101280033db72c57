from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photovideos.errors import (
    FileRefused,
    NoSpace,
    OutcomeUnknown,
    PhotoVideosError,
    RequestRefused,
    ServiceTrouble,
    SessionGone,
)
from photovideos.nemo import codes
from photovideos.nemo.codes import Answer, Call


def read(value: Any, status: int = 200, **more: Any) -> Answer:
    return codes.read(status, json.dumps(value).encode(), **more)


def test_the_code_in_the_body_of_a_200_counts() -> None:
    answer = read({"code": 1001, "message": "expired"})
    assert not answer.is_success
    assert (answer.number, answer.words) == (1001, "expired")
    assert read({"code": "2001"}).number == 2001
    assert read({"code": 0, "data": {}}).is_success
    assert read({"taskId": "x"}).is_success


def test_a_status_without_a_code_stands_for_itself() -> None:
    assert codes.read(502, b"<html>bad gateway").number == 502
    assert codes.read(404, b"").number == 404


def test_an_unsuccessful_body_is_no_success_whatever_its_status() -> None:
    assert not read({"success": False, "error": "nope"}).is_success
    assert read({"success": False, "error": "nope"}).words == "nope"


def test_a_failed_render_is_an_answer_and_no_refusal() -> None:
    assert read({"success": False, "data": {"status": "failed"}}, is_render=True).is_success
    assert not read({"success": False, "data": {"status": "failed"}}).is_success


@pytest.mark.parametrize(
    ("header", "seconds"), [("30", 30), ("0", 0), ("99999999", 604800), ("-1", None), ("Wed, 21 Oct", None)]
)
def test_retry_after_is_read_in_seconds(header: str, seconds: float | None) -> None:
    assert codes.read(429, b"", retry_after=header).retry_after_seconds == seconds


@pytest.mark.parametrize("number", [1001, 1002, 2001, 400, 402, 404, 422, 429])
def test_a_message_is_refused_by_its_code_in_body_or_status(number: int) -> None:
    assert codes.is_refusal_of_a_message(read({"code": number}))
    assert number > 599 or codes.is_refusal_of_a_message(codes.read(number, b"no json"))


@pytest.mark.parametrize("status", [200, 204, 301, 401, 403, 408, 409, 500, 503])
def test_all_else_leaves_a_message_unknown(status: int) -> None:
    assert not codes.is_refusal_of_a_message(codes.read(status, b""))


def test_a_quoted_token_is_taken_out_also_where_json_writes_it_otherwise() -> None:
    body = json.dumps({"message": "bad eyJ/x+y=="}).encode()
    assert codes.without(body, "eyJ/x+y==") == b'{"message": "bad (secret)"}'
    assert codes.without(body.replace(b"/", b"\\/"), "eyJ/x+y==") == b'{"message": "bad (secret)"}'
    assert codes.without(body, "another") == body


def error(answer: Answer, call: Call) -> PhotoVideosError:
    return codes.error_of(answer, call, service="NemoVideo")


def test_trouble_with_what_goes_out_once_leaves_its_outcome_open() -> None:
    assert type(error(codes.read(500, b""), Call.RENDER)) is OutcomeUnknown
    assert type(error(codes.read(500, b""), Call.STATE)) is ServiceTrouble
    assert type(error(read({"code": 503}), Call.POLL)) is ServiceTrouble


def test_a_404_is_about_the_session_where_the_address_or_the_words_say_so() -> None:
    assert isinstance(error(codes.read(404, b""), Call.STATE), SessionGone)
    assert isinstance(error(codes.read(404, b""), Call.UPLOAD), SessionGone)
    assert isinstance(error(read({"detail": "Session not found: 5"}, 404), Call.INSTRUCT), SessionGone)
    assert isinstance(error(codes.read(404, b""), Call.POLL), RequestRefused)


def test_a_refused_file_says_what_to_do() -> None:
    unsupported, too_large = error(read({"code": 4001}), Call.UPLOAD), error(read({"code": 4002}), Call.UPLOAD)
    assert isinstance(unsupported, FileRefused)
    assert "JPG" in str(unsupported)
    assert "compress or trim" in str(too_large)


@given(
    status=st.integers(200, 599),
    raw=st.binary(max_size=40),
    code=st.one_of(st.integers(), st.text(), st.floats(), st.none()),
)
def test_every_answer_means_something(status: int, raw: bytes, code: Any) -> None:
    for body in (raw, json.dumps({"code": code}).encode()):
        answer = codes.read(status, body)
        if not answer.is_success:
            for call in Call:
                assert str(error(answer, call))


def test_a_studio_without_room_says_how_much_and_that_it_did_nothing() -> None:
    words = "There is no room in the studio's store (the disk): 60 MB are needed, 20 MB are free."
    answer = read({"code": 507, "message": words, "data": None}, status=507)
    error = codes.error_of(answer, Call.INSTRUCT, service="The studio")
    assert isinstance(error, NoSpace)
    assert str(error) == words
    assert codes.is_refusal_of_a_message(answer)
    assert not codes.is_trouble(answer), "it is not asked again within a minute"


@pytest.mark.parametrize(("body", "status"), [(b"", 507), (b'{"code": 507}', 200), (b'{"code": 0}', 507)])
def test_a_mere_507_may_be_anybodys_and_leaves_a_message_unknown(body: bytes, status: int) -> None:
    answer = codes.read(status, body)
    assert not codes.is_refusal_of_a_message(answer)
    assert not isinstance(codes.error_of(answer, Call.INSTRUCT, service="NemoVideo"), NoSpace)
