from __future__ import annotations

from photovideos.nemo.sse import Event, Failure, Heartbeat, Noticed, Said, ToolUsed
from photovideos.nemo.transcript import MAX_CHARACTERS, Transcript


def heard(*events: Event) -> Transcript:
    transcript = Transcript()
    for event in events:
        transcript.add(event)
    return transcript


def test_partial_text_does_not_count_once_the_whole_one_came() -> None:
    transcript = heard(
        Said(text="Making your ", is_partial=True),
        Said(text="slideshow", is_partial=True),
        Said(text="Making your slideshow"),
        ToolUsed(name="x"),
        Said(text="Done: ", is_partial=True),
        Said(text="Done: click Export."),
    )
    assert transcript.text == "Making your slideshow\nDone: click Export."


def test_partial_text_counts_if_the_stream_died_before_the_whole_one() -> None:
    transcript = heard(Said(text="One."), Said(text="Ma", is_partial=True), Said(text="king", is_partial=True))
    assert transcript.text == "One.\nMaking"


def test_chunks_of_one_text_run_on_and_sentences_get_a_line_each() -> None:
    chunks = [Said(text=text, is_chunk=True) for text in ("Mak", "ing it", " 3.", "5 s.", "Done.")]
    assert heard(*chunks).text == "Making it 3.5 s.\nDone."


def test_nothing_said_is_no_text() -> None:
    assert heard(ToolUsed(name="x"), Heartbeat(), Noticed()).text == ""


def test_a_stream_ends_in_an_error_unless_work_went_on_after_it() -> None:
    failure = Failure(message="no")
    assert heard(Said(text="x"), failure, Heartbeat(), Noticed()).failure == failure
    assert heard(failure, Said(text="x")).failure is None
    assert heard(failure, ToolUsed(name="x")).failure is None


def test_an_endless_talker_does_not_fill_the_memory() -> None:
    transcript = heard(*[Said(text="x" * 50_000, is_partial=index % 2 == 0) for index in range(20)])
    assert len(transcript.text) <= MAX_CHARACTERS + 20


def test_a_token_that_is_quoted_is_not_repeated() -> None:
    transcript = Transcript(hides="own-token")
    for event in (Said(text="Made for own-"), Said(text="own-tok", is_partial=True), Said(text="en", is_partial=True)):
        transcript.add(event)
    assert transcript.text == "Made for own-\n(secret)"
    transcript.add(Failure(message="no own-token, no film", code="x"))
    assert transcript.failure == Failure(message="no (secret), no film", code="x")
