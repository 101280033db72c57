import pytest

from photovideos.jobs import road as roads
from photovideos.jobs.road import Export, Film, Input, InputState, Road
from photovideos.model import (
    AskCredits,
    AskStatus,
    Block,
    Fingerprint,
    InstructionPhase,
    InstructionRecord,
    LeftOut,
    MediaKind,
    Message,
    RawJson,
    RenderedFilm,
    RenderId,
    RenderRecord,
    SessionId,
    Upload,
)
from photovideos.model import Export as ExportStep


def _full_road() -> Road:
    return Road(
        user_id="anon_1",
        token_fingerprint="0123456789ab",
        session_id=SessionId("5529798706024415232"),
        fingerprint=Fingerprint("f"),
        inputs=(
            Input(
                path="caf\udce9.jpg", size=1, mtime_ns=2, digest="d", kind=MediaKind.PHOTO, state=InputState.UPLOADED
            ),
        ),
        left_out=(LeftOut(file="a", reason="b"),),
        blocks=(
            Block(
                text="x",
                label="reel",
                files=("*",),
                steps=(
                    Message(text="hello"),
                    ExportStep(line="export", resolution="720p"),
                    AskCredits(line="credits"),
                    AskStatus(line="status"),
                    Upload(line="upload https://a", urls=("https://a",)),
                ),
            ),
        ),
        instruction=InstructionRecord(
            text="t", digest_before="d", intended_at=1.5, phase=InstructionPhase.ACCEPTED, draft_before=RawJson("{}")
        ),
        export=Export(
            record=RenderRecord(id=RenderId("render_1"), token_fingerprint="ab", begun_at=1.0),
            rendered=RenderedFilm(id=RenderId("render_1"), url="https://a/b.mp4"),
            film=Film(stem="F", name="F.mp4", size=3, sha256="s"),
        ),
        draft=RawJson('{"t": 1.10}'),
    )


def test_a_checkpoint_comes_back_as_it_was_written() -> None:
    road = _full_road()
    assert roads.from_json(roads.to_json(road)) == road


def test_each_kind_of_step_keeps_its_kind() -> None:
    steps = roads.from_json(roads.to_json(_full_road())).blocks[0].steps
    assert [type(step) for step in steps] == [Message, ExportStep, AskCredits, AskStatus, Upload]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"blocks": 3}', '{"inputs": [{"path": 1}]}'])
def test_a_checkpoint_that_makes_no_sense_is_an_error_and_no_empty_road(text: str) -> None:
    with pytest.raises(roads.RoadError):
        roads.from_json(text)


def test_an_intended_message_counts_as_spoken() -> None:
    assert not Road().has_spoken
    assert _full_road().has_spoken
