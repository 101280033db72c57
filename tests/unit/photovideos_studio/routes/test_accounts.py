"""Tokens and credits, over a real socket."""

from __future__ import annotations

from typing import Any

WEEK = 7 * 86400


def test_a_token_comes_with_its_user_its_expiry_and_its_credits(rig: Any) -> None:
    answer = rig.ask("POST", "/api/auth/anonymous-token", headers={"X-Client-Id": "one"})
    body = answer.json()
    assert answer.status_code == 200
    assert body["code"] == 0
    assert body["data"]["token"].startswith("nmv_usr_")
    assert body["data"]["user_id"].startswith("anon_")
    assert body["data"]["credits"] == 100
    assert body["data"]["expires_at"] == "2027-01-22T08:00:00.000Z"


def test_no_client_id_is_answered_with_400(rig: Any) -> None:
    answer = rig.ask("POST", "/api/auth/anonymous-token")
    assert (answer.status_code, answer.json()["code"]) == (400, 400)


def test_the_same_client_id_gets_429_while_its_token_lives(rig: Any) -> None:
    rig.sign_in("one")
    assert rig.ask("POST", "/api/auth/anonymous-token", headers={"X-Client-Id": "one"}).status_code == 429
    rig.ask("GET", "/api/credits/balance/simple")
    rig.clock.now += WEEK - 1
    answer = rig.ask("POST", "/api/auth/anonymous-token", headers={"X-Client-Id": "one"})
    assert (answer.status_code, answer.json()["code"]) == (429, 429)


def test_after_seven_days_the_token_is_1001_and_the_same_client_id_gets_another_for_the_same_user(rig: Any) -> None:
    first = rig.ask("POST", "/api/auth/anonymous-token", headers={"X-Client-Id": "one"}).json()["data"]
    rig.headers = {"Authorization": f"Bearer {first['token']}"}
    assert rig.ask("GET", "/api/credits/balance/simple").json()["code"] == 0
    rig.clock.now += WEEK
    answer = rig.ask("GET", "/api/credits/balance/simple")
    assert (answer.status_code, answer.json()["code"]) == (401, 1001)
    second = rig.ask("POST", "/api/auth/anonymous-token", headers={"X-Client-Id": "one"}).json()["data"]
    assert second["token"] != first["token"]
    assert second["user_id"] == first["user_id"]


def test_a_token_that_never_arrived_does_not_lock_its_client_out_for_a_week(rig: Any) -> None:
    lost = rig.ask("POST", "/api/auth/anonymous-token", headers={"X-Client-Id": "one"}).json()["data"]["token"]
    rig.clock.now += 30
    answer = rig.ask("POST", "/api/auth/anonymous-token", headers={"X-Client-Id": "one"})
    assert answer.json()["code"] == 0
    rig.headers = {"Authorization": f"Bearer {lost}"}
    assert rig.ask("GET", "/api/credits/balance/simple").json()["code"] == 1001


def ask_for_token(rig: Any, client_id: str) -> int:
    status = rig.ask("POST", "/api/auth/anonymous-token", headers={"X-Client-Id": client_id}).status_code
    return int(status)


def test_an_address_gets_ten_tokens_in_seven_days_and_then_429(rigs: Any) -> None:
    rig = rigs(on_tcp=True, manner={"tokens_per_address": 10})
    assert [ask_for_token(rig, f"client {number}") for number in range(10)] == [200] * 10
    rig.clock.now += 5 * 86400
    assert ask_for_token(rig, "one more") == 429
    rig.clock.now += 2 * 86400
    assert ask_for_token(rig, "one more") == 200


def test_the_count_of_an_address_survives_a_restart_and_holds_no_address(rigs: Any) -> None:
    first = rigs(on_tcp=True, manner={"tokens_per_address": 1})
    assert ask_for_token(first, "one") == 200
    first.close()
    assert "127.0.0.1" not in (first.folder / "store" / "tokens.json").read_text()
    again = rigs(first.folder, on_tcp=True, manner={"tokens_per_address": 1})
    assert ask_for_token(again, "two") == 429


def test_whoever_works_on_this_machine_is_not_counted(rig: Any) -> None:
    """On the private socket there is no address, and no limit but the one of the client id."""
    assert [ask_for_token(rig, f"client {number}") for number in range(15)] == [200] * 15


def test_every_endpoint_but_the_token_s_asks_for_a_token(rig: Any) -> None:
    calls = [
        ("GET", "/api/credits/balance/simple"),
        ("POST", "/api/tasks/me/with-session/nemo_agent"),
        ("GET", "/api/state/nemo_agent/me/1000000000000000001/latest"),
        ("POST", "/api/upload-video/nemo_agent/me/1000000000000000001"),
        ("GET", "/api/upload-video/nemo_agent/me/1000000000000000001/files/u1"),
        ("POST", "/run_sse"),
        ("POST", "/api/render/proxy/lambda"),
        ("GET", "/api/render/proxy/lambda/render_1"),
        ("DELETE", "/api/render/proxy/lambda/render_1"),
        ("GET", "/api/render/proxy/render_1/download"),
    ]
    for header in ({}, {"Authorization": "Bearer nmv_usr_made_up"}, {"Authorization": "Basic x"}):
        for method, path in calls:
            answer = rig.ask(method, path, headers=header)
            assert (answer.status_code, answer.json()["code"]) == (401, 1001), path


def test_credits_are_told_in_the_contract_s_form_and_nothing_is_charged(rig: Any) -> None:
    rig.ready_session()
    answer = rig.ask("GET", "/api/credits/balance/simple").json()
    assert answer["data"] == {"available": 100, "frozen": 0, "total": 100}


def test_tokens_survive_a_restart_and_are_kept_as_digests_alone(rigs: Any) -> None:
    first = rigs()
    token = first.sign_in()
    first.close()
    assert token not in (first.folder / "store" / "tokens.json").read_text()
    again = rigs(first.folder)
    again.headers = {"Authorization": f"Bearer {token}"}
    assert again.ask("GET", "/api/credits/balance/simple").status_code == 200


def test_the_secret_of_the_token_file_is_a_token_that_never_expires(rigs: Any) -> None:
    rig = rigs(on_tcp=True, secret="a-secret-of-the-house")
    rig.headers = {"Authorization": "Bearer a-secret-of-the-house"}
    rig.clock.now += 100 * WEEK
    assert rig.open_session()


def test_a_studio_that_can_be_reached_from_elsewhere_gives_out_no_tokens(rigs: Any) -> None:
    rig = rigs(on_tcp=True, secret="a-secret-of-the-house", manner={"gives_anonymous_tokens": False})
    answer = rig.ask("POST", "/api/auth/anonymous-token", headers={"X-Client-Id": "one"})
    assert answer.status_code == 403
    assert "NEMO_TOKEN" in answer.json()["message"]
