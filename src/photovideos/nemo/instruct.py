"""One message, carried out and never charged twice (contract §7: refused, accepted, unknown).

The record is on disk before the message goes out, and again when it was taken; whoever comes back after a crash hands
it in and gets the same answer by looking at the state. The daemon's stop closes the stream; the record then says how
to go on.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from photovideos import logs
from photovideos.errors import InstructionFailed, NeedsPerson, NoSpace, OutcomeUnknown, ServiceCode, ServiceTrouble
from photovideos.model import InstructionPhase, InstructionRecord, Reply, SessionId, SessionState, Token
from photovideos.nemo import draft, gui
from photovideos.nemo.client import NemoClient
from photovideos.nemo.transcript import Transcript

MAX_REPLY_CHARACTERS = 20_000
ROOM_WAIT_SECONDS = 2.0
_TWICE = "RETRY sends the message again; it may be charged twice."
_log = logs.get("instruct")


def carry_out(
    client: NemoClient,
    token: Token,
    session_id: SessionId,
    text: str,
    *,
    record: InstructionRecord | None,
    save: Callable[[InstructionRecord], None],
    waits: Sequence[float],
    still_working: tuple[float, Callable[[], None]],
    stop: threading.Event,
) -> Reply:
    """Sends `text`, or finds out what became of it if `record` is given, and says how it ended.

    `save` puts the record on disk before it returns. `waits`: seconds before each look at the state (their number is
    that of the looks). `still_working`: how often, in seconds, its callback is called while the backend works.

    Raises: *refused*, the record then says `sends=0` and may be handed in again: TokenExpired, SessionGone, NoCredits,
    ExportBlocked, RateLimited, RequestRefused, Unreachable. Otherwise ServiceTrouble (a look failed: hand the record in
    again), InstructionFailed, Stopping.
    """
    message = _Message(client, token, session_id, save=save, waits=waits, still_working=still_working, stop=stop)
    with client.talking_to(session_id, stop):
        if record is None or record.sends == 0:
            return message.begin(record.text if record else text)
        if record.phase is InstructionPhase.DONE:
            return message.concluded(record, client.state(token, session_id, stop=stop), "")
        if record.phase is InstructionPhase.ACCEPTED:
            return message.recovered(record, Transcript())
        return message.resolved(record)


class _Message:
    """One message on its way. Lives in the thread that carries it out."""

    def __init__(
        self,
        client: NemoClient,
        token: Token,
        session_id: SessionId,
        *,
        save: Callable[[InstructionRecord], None],
        waits: Sequence[float],
        still_working: tuple[float, Callable[[], None]],
        stop: threading.Event,
    ) -> None:
        self._client = client
        self._token = token
        self._session_id = session_id
        self._save = save
        self._waits = tuple(waits)
        self._still_every, self._say_still_working = still_working
        self._stop = stop
        self._said_at = time.monotonic()

    def begin(self, text: str) -> Reply:
        """From the start: what the state is now, on disk, then out."""
        before = self._look()
        record = InstructionRecord(
            text=text, digest_before=before.digest, intended_at=self._client.now(), draft_before=before.draft
        )
        self._save(record)
        return self._send(record)

    def recovered(self, record: InstructionRecord, transcript: Transcript) -> Reply:
        """It was taken, and its stream did not end well: the state says whether it was applied."""
        after = self._settled(record, until=None)
        if after is not None:
            return self.concluded(record, after, transcript.text)
        failure = transcript.failure
        if failure is not None and failure.is_want_of_credits:  # nothing was made, so nothing was charged
            self._save(replace(record, phase=InstructionPhase.INTENDED, sends=0))
            raise self._client.no_credits(self._token, self._session_id, failure.message)
        said = logs.clean(failure.message) if failure else ""
        raise InstructionFailed(
            f"{self._client.service} took the message and changed nothing."
            + (f" It said: {said}" if said else " The connection broke before it said why."),
            advice=_TWICE,
        )

    def resolved(self, record: InstructionRecord) -> Reply:
        """Nobody knows whether it was taken. No run outlives the stream's cap, so then it may go out once more."""
        after = self._settled(record, until=record.intended_at + self._client.pace.stream)
        if after is not None:
            return self.concluded(record, after, "")
        if record.sends >= 2:
            raise InstructionFailed(
                f"{self._client.service} gave no answer to the message, twice, and the timeline is as it was.",
                advice=_TWICE,
            )
        _log.warning("instruction.sent_again", session=self._session_id)
        again = replace(record, phase=InstructionPhase.INTENDED, sends=record.sends + 1, intended_at=self._client.now())
        self._save(again)
        return self._send(again, was=record)

    def concluded(self, record: InstructionRecord, after: SessionState, text: str) -> Reply:
        """How it ended, by its text and by what the state shows."""
        is_applied = after.digest != record.digest_before
        changes = draft.changes(record.draft_before, after.draft) if is_applied else ()
        if is_applied and not changes:
            changes = ("new material was generated",)
        heard = gui.translate(_cleaned(text))
        self._save_done(replace(record, phase=InstructionPhase.DONE), is_applied=is_applied)
        return Reply(
            text=heard.text,
            applied=is_applied,
            changes=tuple(changes),
            wants_export=heard.wants_export,
            wants_summary=heard.wants_summary,
            edits=tuple(heard.edits),
        )

    def _save_done(self, record: InstructionRecord, *, is_applied: bool) -> None:
        """On a full disk the state tells later what was applied; of a message that changed nothing it tells nothing,
        and it would be sent again: so its end is held until there is room for it."""
        while True:
            try:
                self._save(record)
            except NoSpace:
                if is_applied:
                    raise
            else:
                return
            self._client.pause(ROOM_WAIT_SECONDS, stop=self._stop, on_idle=self._tick)

    def _send(self, record: InstructionRecord, was: InstructionRecord | None = None) -> Reply:
        """`was`: the record of an earlier sending, to which a refusal leads back."""
        transcript = Transcript(hides=self._token.secret)
        accepted = replace(record, phase=InstructionPhase.ACCEPTED)
        saved = [record]

        def on_accepted() -> None:
            saved.append(accepted)
            try:
                self._save(accepted)
            except NoSpace as error:  # what was taken is heard to its end: to break it off may cancel paid work
                _log.warning("instruction.unrecorded", reason=str(error), detail=error.detail)

        try:
            events = self._client.instruct(
                self._token,
                self._session_id,
                record.text,
                on_accepted=on_accepted,
                on_idle=self._tick,
                stop=self._stop,
            )
            for event in events:
                transcript.add(event)
                self._tick()
        except OutcomeUnknown as error:
            _log.warning("instruction.unanswered", was_accepted=len(saved) > 1, detail=error.detail)
            if saved[-1] is accepted:
                return self.recovered(accepted, transcript)
            return self.resolved(record)
        except (ServiceCode, NeedsPerson, ServiceTrouble, NoSpace):
            self._save(was or replace(record, sends=0))
            raise
        if transcript.failure is not None:
            _log.warning("instruction.ended_in_error", code=transcript.failure.code, words=transcript.failure.message)
            return self.recovered(accepted, transcript)
        return self.concluded(accepted, self._look(), transcript.text)

    def _settled(self, record: InstructionRecord, *, until: float | None) -> SessionState | None:
        """The state once a change has come to rest; None if nothing ever changed.

        One look after each of the waits, then, if `until` is given (seconds since the epoch), one every last wait
        until then.
        """
        changed_to = None
        looks = 0
        while True:
            self._client.pause(self._next_wait(looks), stop=self._stop, on_idle=self._tick)
            state = self._look()
            looks += 1
            is_last = looks >= len(self._waits) and (until is None or self._client.now() >= until)
            if state.digest != record.digest_before:
                if is_last or state.digest == changed_to:
                    return state
                changed_to = state.digest
            else:
                changed_to = None
            if is_last:
                return None

    def _next_wait(self, looks: int) -> float:
        if looks < len(self._waits):
            return self._waits[looks]
        return max(self._waits[-1] if self._waits else 60.0, 0.2)

    def _look(self) -> SessionState:
        return self._client.state(self._token, self._session_id, stop=self._stop)

    def _tick(self) -> None:
        if time.monotonic() - self._said_at >= self._still_every:
            self._said_at = time.monotonic()
            self._say_still_working()


def _cleaned(text: str) -> str:
    """Line by line without control characters, bounded."""
    lines = (logs.clean(line, MAX_REPLY_CHARACTERS) for line in text[: 2 * MAX_REPLY_CHARACTERS].split("\n"))
    return "\n".join(lines)[:MAX_REPLY_CHARACTERS]
