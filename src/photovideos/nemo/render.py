"""One render, from the draft to the address of a film (contract §8): never lost, never counted twice.

The token of the POST carries the render. Rendering is free, so a render that cannot be asked about any more is simply
begun anew, and one that failed once is begun once more. How a single id is sent and asked for stands in `attempt`.
What is rendered, and what becomes of the film, is decided elsewhere.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Protocol

from photovideos import logs
from photovideos.errors import RenderFailed, ServiceTrouble, TokenExpired
from photovideos.model import RenderedFilm, RenderRecord, Token
from photovideos.nemo import account
from photovideos.nemo.attempt import Attempt, Order
from photovideos.nemo.wire import RenderStage, RenderStatus

_RENEWALS = 2  # tokens a render may use up; a service that refuses its own new tokens is in trouble

_log = logs.get("render")


class Tokens(Protocol):
    """What is asked of the book of tokens."""

    def token(self, *, stop: threading.Event | None) -> Token: ...

    def renew(self, refused: Token, *, stop: threading.Event | None) -> Token: ...

    def by_fingerprint(self, fingerprint: str) -> Token | None: ...


def render(order: Order, tokens: Tokens, record: RenderRecord | None) -> RenderedFilm:
    """Renders the draft of `order` as it came, or goes on with the render of `record`. Waits until it is done.

    Raises RenderFailed (twice), NoCredits, ExportBlocked, TokenRefused, AccountChanged, SessionGone, ServiceTrouble
    (the service is not there, or asks to wait: come again with the record), Stopping.
    """
    attempt = _resumed(order, tokens, record)
    if attempt is None:
        attempt = _begun(order, tokens.token(stop=order.stop), again=record is not None and record.again)
    renewals = 0
    while True:
        try:
            status = attempt.result()
        except TokenExpired as refused:
            renewals += 1
            if renewals > _RENEWALS:
                raise ServiceTrouble(
                    f"{order.client.service} does not accept its own new token.", detail=refused.detail
                ) from refused
            attempt = _begun(order, _renewed(order, tokens, attempt.token), again=attempt.record.again)
            continue
        if status.stage is RenderStage.COMPLETED:
            return _film(order, attempt.record, status)
        attempt = _again(order, attempt, status)


def _resumed(order: Order, tokens: Tokens, record: RenderRecord | None) -> Attempt | None:
    """None if there is nothing to go on with, or the token that carries it is gone."""
    token = tokens.by_fingerprint(record.token_fingerprint) if record else None
    if record is None or token is None:
        return None
    if record.refused:  # it may go out again, and then may be under way
        order.save(replace(record, refused=False))
    return Attempt(order, replace(record, refused=False), token, is_unsent=record.refused)


def _begun(order: Order, token: Token, *, again: bool) -> Attempt:
    now = order.client.now()
    record = RenderRecord(id=order.new_id(now), token_fingerprint=token.fingerprint, begun_at=now, again=again)
    order.save(record)
    _log.info("render.begun", render=record.id, again=again)
    return Attempt(order, record, token, is_unsent=True)


def _renewed(order: Order, tokens: Tokens, refused: Token) -> Token:
    token = tokens.renew(refused, stop=order.stop)
    account.check_same_account(
        token, user_id=refused.user_id, fingerprint=refused.fingerprint, began_with_own=refused.is_own
    )
    return token


def _again(order: Order, attempt: Attempt, status: RenderStatus) -> Attempt:
    """One new render with a new id, then the end."""
    _log.warning("render.failed", render=attempt.record.id, reason=status.reason, again=attempt.record.again)
    if attempt.record.again:
        said = f" It said: {logs.clean(status.reason)}" if status.reason else ""
        raise RenderFailed(
            f"{order.client.service} could not render the film, twice.{said}",
            advice="Drop a file RETRY into the folder to try again; rendering costs no credits.",
            detail=f"render {attempt.record.id}: {status.reason}",
        )
    return _begun(order, attempt.token, again=True)


def _film(order: Order, record: RenderRecord, status: RenderStatus) -> RenderedFilm:
    assert status.url is not None
    _log.info("render.completed", render=record.id, seconds=round(order.client.now() - record.begun_at, 1))
    return RenderedFilm(
        id=record.id,
        url=status.url,
        duration_seconds=status.duration_seconds,
        size_bytes=status.size_bytes,
        notes=status.notes,
    )
