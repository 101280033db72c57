"""Connecting: the account, its credits, and the session in which a film is made."""

from __future__ import annotations

from dataclasses import replace

from photovideos.errors import NeedsPerson, SessionGone
from photovideos.jobs.road import InputState
from photovideos.jobs.states import Stage
from photovideos.model import Balance
from photovideos.nemo.account import no_credits
from photovideos.pipeline.walk import Walk

CREDITS = "credits."  # the ledger's fact about the last balance seen, by backend
EDIT_COSTS = 50  # contract §5: an edit costs about so much
MAX_SESSIONS = 2  # 1002 is answered once in a job


def connect(walk: Walk) -> None:
    """Token, account, credits. Parks a job of an empty account before anything is sent (contract §5)."""
    walk.enter(Stage.CONNECTING, "Connecting to the backend.")
    if any(entry.state is InputState.UPLOADED for entry in walk.road.inputs) or walk.road.has_spoken:
        walk.token()
        return
    balance = ask_balance(walk)
    if walk.road.credits_before is None:
        walk.save(credits_before=balance.available)
    if balance.available <= 0:
        raise no_credits(walk.token(), walk.road.user_id)


def ask_balance(walk: Walk) -> Balance:
    """The balance now; the ledger remembers it for the inbox file."""
    balance = walk.call(lambda token: walk.backend.client.credits(token, stop=walk.halt))
    walk.tools.ledger.remember(CREDITS + walk.backend.kind, f"{balance.available:g}")
    return balance


def open_session(walk: Walk) -> None:
    """A session, if the job has none yet. May be repeated: an empty session costs nothing."""
    if walk.road.session_id is not None:
        return
    language = walk.tools.config.backend.language or ("zh" if _is_chinese(walk.job.prompt) else "en")
    session = walk.call(lambda token: walk.backend.client.open_session(token, language, stop=walk.halt))
    walk.log.info("session.opened", session=session.id)
    walk.save(
        session_id=session.id,
        sessions_opened=walk.road.sessions_opened + 1,
        user_id=session.user_id or walk.road.user_id,
    )


def reopen(walk: Walk, gone: SessionGone) -> None:
    """1002, once in a job: a new session, everything uploaded again, and what was said so far comes as one message."""
    road = walk.road
    if road.sessions_opened >= MAX_SESSIONS:
        raise NeedsPerson(
            "The service lost this folder's session twice.",
            advice="Drop a file RETRY into the folder to try it with another one.",
            detail=gone.detail,
        ) from gone
    if road.paid + road.earlier_paid and not walk.backend.is_local:
        balance = ask_balance(walk)
        if balance.available < EDIT_COSTS:
            raise NeedsPerson(
                "The service lost this folder's session, and the credits left are too few to make it anew.",
                advice="Top up credits, then drop a file RETRY into the folder.",
                detail=f"available {balance.available}",
            ) from gone
    walk.log.warning("session.lost")
    inputs = {entry.path for entry in road.inputs}  # all are sent again: what was refused may be taken this time
    walk.save(
        session_id=None,
        inputs=tuple(replace(entry, state=InputState.NEW) for entry in road.inputs),
        left_out=tuple(one for one in road.left_out if one.file not in inputs),
        gone=(),  # the new session never held them
        has_begun_upload=False,
        must_resay=bool(road.said),
        instruction=None,
        export=None,
        draft=None,
    )


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text) and not any(
        "\u3040" <= character <= "\u30ff" for character in text
    )
