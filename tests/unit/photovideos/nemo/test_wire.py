from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photovideos.model import RawJson, RenderId, SessionId
from photovideos.nemo import wire
from photovideos.nemo.jsontext import JsonError
from photovideos.nemo.wire import RenderStage


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


# --- token -----------------------------------------------------------------------------------------------------------


def test_a_token_is_read_in_both_published_forms() -> None:
    inside = wire.token(
        body(
            {
                "code": 0,
                "data": {
                    "token": "nmv_usr_1",
                    "user_id": "anon_1",
                    "expires_at": "2026-03-18T00:00:00Z",
                    "credits": 100,
                },
            }
        )
    )
    assert (inside.secret, inside.user_id, inside.expires_at) == ("nmv_usr_1", "anon_1", 1773792000.0)
    on_top = wire.token(body({"code": 0, "token": "nmv_usr_2"}))
    assert (on_top.secret, on_top.user_id, on_top.expires_at) == ("nmv_usr_2", None, None)


@pytest.mark.parametrize("secret", ["", "a b", "a\r\nX-Evil: 1", "ü", 5, None, "x" * 5000])
def test_a_token_that_may_not_stand_in_a_header_is_none(secret: Any) -> None:
    with pytest.raises(JsonError, match=r"^data\.token "):
        wire.token(body({"code": 0, "data": {"token": secret}}))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (1773792000, 1773792000.0),
        (1773792000000, 1773792000.0),
        ("2026-03-18T08:00:00+08:00", 1773792000.0),
        ("soon", None),
        ("", None),
        ([], None),
        (True, None),
    ],
)
def test_an_expiry_is_read_in_every_form_or_not_at_all(value: Any, seconds: float | None) -> None:
    assert wire.token(body({"token": "x", "expires_at": value})).expires_at == seconds


def test_a_token_is_not_in_its_repr() -> None:
    assert "nmv" not in repr(wire.token(body({"token": "nmv_usr_2"})))


# --- session, upload, credits ----------------------------------------------------------------------------------------


def test_a_session_id_stays_a_text_of_19_digits() -> None:
    assert wire.session(body({"code": 0, "data": {"session_id": "0529798706024415232"}})).id == "0529798706024415232"
    assert wire.session(b'{"session_id":9529798706024415232}').id == "9529798706024415232"


@pytest.mark.parametrize("session_id", ["../x", "a/b", "", "..", "x" * 200, 1.5, True, None])
def test_a_session_id_that_may_not_stand_in_an_address_is_none(session_id: Any) -> None:
    with pytest.raises(JsonError, match=r"^data\.session_id "):
        wire.session(body({"code": 0, "data": {"session_id": session_id}}))


def test_the_servers_names_of_uploads_are_read() -> None:
    files = [{"filename": "a (2).jpg", "file_type": "image", "cdn_url": "https://x"}]
    assert wire.uploaded(body({"code": 0, "data": {"files": files, "session_state_applied": True}})) == ("a (2).jpg",)
    with pytest.raises(JsonError, match=r"^data\.files\[0\]\.filename "):
        wire.uploaded(body({"code": 0, "data": {"files": []}}))
    with pytest.raises(JsonError, match=r"^data\.files "):
        wire.uploaded(body({"code": 0, "data": {}}))


def test_a_balance_needs_what_is_available_and_nothing_else() -> None:
    balance = wire.balance(body({"code": 0, "data": {"available": 60, "frozen": 40, "total": 100}}))
    assert (balance.available, balance.frozen, balance.total) == (60, 40, 100)
    assert wire.balance(body({"available": "12.5"})).available == 12.5
    with pytest.raises(JsonError, match=r"^data\.available is missing"):
        wire.balance(body({"code": 0, "data": {"total": 1}}))


# --- state -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["{}", "null", '{"draft":null}', '{"draft":{ }}', '{"generated_media":{}}'])
def test_absent_null_and_empty_are_one_state(state: str) -> None:
    read = wire.state(f'{{"code":0,"data":{{"state":{state}}}}}'.encode())
    assert read.draft is None
    assert read.digest == wire.state(b'{"data":{"state":{}}}').digest


def test_only_draft_and_generated_media_count_for_the_digest() -> None:
    def digest(state: str) -> str:
        return wire.state(f'{{"data":{{"state":{state}}}}}'.encode()).digest

    assert digest('{"draft":{"t":[]},"canvas_config":1}') == digest('{"draft":{"t":[]},"video_infos":["a"]}')
    assert digest('{"draft":{"t":[]}}') != digest('{"draft":{"t":[1]}}')
    assert digest('{"draft":{"t":[]}}') != digest('{"draft":{"t":[]},"generated_media":["x"]}')


def test_uploaded_names_are_objects_or_bare_strings() -> None:
    infos = [{"filename": "a.jpg"}, "b.jpg", {"no": 1}, 7, None, {"filename": ""}]
    assert wire.state(body({"data": {"state": {"video_infos": infos}}})).uploaded == ("a.jpg", "b.jpg")
    assert wire.state(body({"data": {"state": {"video_infos": "odd"}}})).uploaded == ()


@pytest.mark.parametrize(
    ("value", "path"), [({"data": {}}, "data.state"), ({"data": {"state": 5}}, "data.state"), ({}, "state")]
)
def test_a_state_that_is_not_there_is_named(value: Any, path: str) -> None:
    with pytest.raises(JsonError) as caught:
        wire.state(body(value))
    assert str(caught.value).startswith(f"{path} ")


# --- render ----------------------------------------------------------------------------------------------------------

FORM_A = {
    "taskId": "t",
    "status": "completed",
    "progress": 100,
    "output": {"url": "https://cdn/f.mp4", "duration": 30.5, "size": 15728640},
}
FORM_B = {
    "success": True,
    "data": {"id": "t", "status": "completed", "progress": 100, "outputUrl": "https://cdn/f.mp4"},
}


def test_what_the_studio_has_to_say_of_a_film_is_read_and_nothing_else_for_it() -> None:
    assert wire.render_status(body({**FORM_A, "notes": ["It is mute.", 7, " ", None]})).notes == ("It is mute.",)
    for odd in ("It is mute.", {"a": 1}, None):
        assert wire.render_status(body({**FORM_A, "notes": odd})).notes == ()


@pytest.mark.parametrize(
    "form", [FORM_A, FORM_B, {"code": 0, "data": FORM_A}, {"code": 0, "data": FORM_B["data"]}, FORM_B["data"]]
)
def test_every_answer_form_of_the_render_is_read(form: Any) -> None:
    status = wire.render_status(body(form))
    assert (status.stage, status.progress, status.url) == (RenderStage.COMPLETED, 100, "https://cdn/f.mp4")


def test_completed_counts_only_with_a_url() -> None:
    assert wire.render_status(body({"status": "completed"})).stage is RenderStage.WORKING
    assert wire.render_status(body({"status": "completed", "output": {"url": ""}})).stage is RenderStage.WORKING


@pytest.mark.parametrize("word", ["pending", "processing", "queued", "rendering!", "完成"])
def test_any_other_word_means_keep_polling(word: str) -> None:
    assert wire.render_status(body({"status": word, "progress": "30"})).stage is RenderStage.WORKING


@pytest.mark.parametrize(
    "form",
    [
        {"status": "failed", "error": "out of memory"},
        {"success": False, "data": {"status": "failed", "message": "out of memory"}},
        {"code": 0, "data": {"status": "failed", "error": {"message": "out of memory"}}},
    ],
)
def test_a_failure_tells_its_reason(form: Any) -> None:
    status = wire.render_status(body(form))
    assert (status.stage, status.reason) == (RenderStage.FAILED, "out of memory")


def test_odd_numbers_of_a_render_are_left_out() -> None:
    status = wire.render_status(body({"status": "pending", "progress": 250, "duration": -1, "size": "huge"}))
    assert (status.progress, status.duration_seconds, status.size_bytes) == (100, None, None)


def test_a_render_without_a_status_is_named() -> None:
    with pytest.raises(JsonError, match=r"^data\.status is missing"):
        wire.render_status(body({"code": 0, "data": {"url": "x"}}))


@given(draft=st.sampled_from(['{"a":1.10}', '{"t":[{"sg":[]}], "ü":"\\u00fc"}', "{}", '{"n":1e400,"m":-0.0}']))
def test_the_posted_draft_is_the_text_it_came_as(draft: str) -> None:
    posted = wire.render_request(RenderId("r"), SessionId("1"), RawJson(draft), {"format": "mp4", "quality": "high"})
    assert posted.decode() == (
        f'{{"id":"r","sessionId":"1","draft":{draft},"output":{{"format":"mp4","quality":"high"}}}}'
    )


def test_a_message_with_what_utf_8_cannot_carry_is_still_sent() -> None:
    assert json.loads(wire.instruct_request(SessionId("1"), "a\udcffb"))["new_message"]["parts"][0]["text"] == "a?b"


@settings(max_examples=50)
@given(
    raw=st.binary(max_size=60),
    junk=st.recursive(
        st.none() | st.integers() | st.text(),
        lambda x: (
            st.lists(x)
            | st.dictionaries(
                st.sampled_from(["code", "data", "state", "token", "status", "files", "session_id", "output"]), x
            )
        ),
    ),
)
def test_whatever_a_server_sends_is_read_or_named(raw: bytes, junk: Any) -> None:
    for received in (raw, body(junk)):
        for read in (wire.token, wire.session, wire.uploaded, wire.balance, wire.state, wire.render_status):
            try:
                read(received)
            except JsonError:
                continue
