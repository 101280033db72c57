"""One statement of the contract and the tests that hold it."""

from __future__ import annotations

from dataclasses import dataclass

_NEMO, _PIPELINE, _MEDIA = (
    "tests/unit/photovideos/nemo",
    "tests/unit/photovideos/pipeline",
    "tests/unit/photovideos/media",
)
_STUDIO = "tests/unit/photovideos_studio"

# Short names of the files whose tests hold the contract.
PLACES = {
    "account": f"{_NEMO}/test_account.py",
    "addresses": f"{_NEMO}/download/test_addresses.py",
    "adk": "tests/contract/test_adk_server.py",
    "both": "tests/contract/test_both_sides.py",
    "caller": f"{_NEMO}/test_caller.py",
    "client": f"{_NEMO}/test_client.py",
    "codec": f"{_STUDIO}/draft/test_codec.py",
    "codes": f"{_NEMO}/test_codes.py",
    "credential": "tests/unit/photovideos/daemon/test_credential.py",
    "daemon": "tests/contract/test_daemon_and_cloud.py",
    "daemon_account": "tests/contract/test_daemon_and_its_account.py",
    "decide": "tests/unit/photovideos/reception/test_decide.py",
    "errands": "tests/unit/photovideos/daemon/test_errands.py",
    "exporting": f"{_PIPELINE}/test_exporting.py",
    "fetching": f"{_NEMO}/download/test_fetching.py",
    "gui": f"{_NEMO}/gui/test_translation.py",
    "inputs": f"{_PIPELINE}/test_inputs.py",
    "instruct": f"{_NEMO}/test_instruct.py",
    "job_account": f"{_PIPELINE}/test_account.py",
    "jobs_walk": f"{_PIPELINE}/test_walk.py",
    "jsontext": f"{_NEMO}/test_jsontext.py",
    "ledger": "tests/unit/photovideos/jobs/test_ledger.py",
    "logs": "tests/unit/photovideos/test_logs.py",
    "messages": f"{_PIPELINE}/test_messages.py",
    "names": f"{_MEDIA}/test_names.py",
    "order": f"{_MEDIA}/test_order.py",
    "outcome": "tests/unit/photovideos/daemon/test_outcome.py",
    "photos": f"{_MEDIA}/child/test_photos.py",
    "pipeline": f"{_PIPELINE}/test_pipeline.py",
    "preparation": f"{_MEDIA}/test_preparation.py",
    "preparing": f"{_MEDIA}/child/test_preparing.py",
    "published": "tests/contract/test_published_values.py",
    "reading": f"{_NEMO}/draft/test_reading.py",
    "render": f"{_NEMO}/test_render.py",
    "requests": "tests/unit/photovideos/prompt/test_requests.py",
    "rewrap": f"{_MEDIA}/child/test_rewrap.py",
    "s_accounts": f"{_STUDIO}/routes/test_accounts.py",
    "s_faults": f"{_STUDIO}/faults/test_answers.py",
    "s_instruct": f"{_STUDIO}/routes/test_instruct.py",
    "s_renders": f"{_STUDIO}/routes/test_renders.py",
    "s_sessions": f"{_STUDIO}/routes/test_sessions.py",
    "s_uploads": f"{_STUDIO}/routes/test_uploads.py",
    "schedule": "tests/unit/photovideos/test_schedule.py",
    "screen": f"{_PIPELINE}/test_screen_talk.py",
    "sending": f"{_PIPELINE}/test_sending.py",
    "sse": f"{_NEMO}/test_sse.py",
    "states": "tests/unit/photovideos/jobs/test_states.py",
    "steps": f"{_PIPELINE}/test_steps.py",
    "studio": "tests/contract/test_client_and_studio.py",
    "summary": "tests/unit/photovideos/delivery/test_summary.py",
    "telling": f"{_PIPELINE}/test_telling.py",
    "tips": "tests/unit/photovideos/delivery/test_tips.py",
    "token": f"{_NEMO}/test_token.py",
    "tokenfile": f"{_NEMO}/test_tokenfile.py",
    "transcript": f"{_NEMO}/test_transcript.py",
    "trouble": "tests/contract/test_daemon_in_trouble.py",
    "turns": f"{_NEMO}/test_turns.py",
    "upload": f"{_NEMO}/test_upload.py",
    "villains": "tests/end_to_end/test_villains.py",
    "watch": "tests/contract/test_secrets_watch.py",
    "wire": f"{_NEMO}/test_wire.py",
    "words": f"{_NEMO}/draft/test_words.py",
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """`says`: words of the contract, verbatim but for the breaks of lines. `tests`: `path::name`."""

    section: int
    says: str
    tests: tuple[str, ...]


def row(section: int, says: str, *tests: str) -> Row:
    """`tests`: `place::name`, or several of one place as `place::name name`."""
    found = []
    for test in tests:
        place, _, names = test.partition("::")
        found += [f"{PLACES.get(place, place)}::{name}" for name in names.split()]
    return Row(section=section, says=says, tests=tuple(found))
