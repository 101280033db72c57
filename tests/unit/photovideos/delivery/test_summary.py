from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from photovideos.delivery import summary
from photovideos.delivery.ours import Kind, is_ours
from photovideos.delivery.summary import Asked, Destination, Receipt, SummaryFacts
from photovideos.intake import claims
from photovideos.model import BackendKind, Claim, FilmFacts, Fingerprint, LeftOut

HERE = Destination(backend=BackendKind.STUDIO)
FILM = FilmFacts(
    duration_seconds=30.02,
    width=1920,
    height=1080,
    fps=30.0,
    video_codec="h264",
    audio_codec="aac",
    loudness_lufs=-16.04,
    true_peak_dbtp=-1.62,
    size_bytes=15_728_640,
    sha256="ab" * 32,
)
FACTS = SummaryFacts(
    fingerprint=Fingerprint("v1:0123"),
    destination=HERE,
    film_name="Italy 2024.mp4",
    film=FILM,
    timeline_lines=(
        "Timeline (3 tracks):",
        "1. Video: city timelapse (0-10s)",
        "2. BGM: Lo-fi (0-10s, 35%)",
        '3. Title: "Urban Dreams" (0-3s)',
    ),
    pictures=10,
)


def claimed(text: str) -> tuple[Claim, ...]:
    own = claims.read_summary("x.txt", text.encode())
    return own.films if own else ()


def text(**changed: object) -> str:
    return summary.text_of(replace(FACTS, **changed))  # type: ignore[arg-type]  # one table for all fields


def test_the_tracks_come_first_in_the_form_of_the_contract() -> None:
    assert text().startswith(
        "Timeline (3 tracks):\n1. Video: city timelapse (0-10s)\n2. BGM: Lo-fi (0-10s, 35%)\n"
        '3. Title: "Urban Dreams" (0-3s)\n\n'
    )


def test_it_ends_with_the_claims_and_intake_reads_them() -> None:
    found = text()
    lines = found.splitlines()
    assert lines[-2] == "Inputs: v1:0123"
    assert lines[-1] == f"Made by photovideos: Italy 2024.mp4, 15728640, {'ab' * 32}"
    own = claims.read_summary("x.txt", found.encode())
    assert own is not None
    assert own.inputs == "v1:0123"
    (claim,) = claimed("\ufeff" + found.replace("\n", "\r\n"))
    assert (claim.file, claim.size, claim.sha256) == ("Italy 2024.mp4", 15728640, "ab" * 32)
    assert is_ours(Kind.SUMMARY, found.encode())


def test_any_other_text_claims_nothing() -> None:
    assert claimed("Dear diary, Made by photovideos: a.mp4, 1, xyz") == ()


def test_what_was_asked_stands_beside_what_was_measured() -> None:
    asked = Asked(seconds=20.0, aspect="16:9", resolution="1080p", has_music=True)
    found = text(asked=asked)
    assert "Length: 30.0 s (asked for: 20 s; it is 10.0 s longer)" in found
    assert "Picture: 1920 × 1080, 30 frames a second (asked for: 16:9, 1080p)" in found
    assert "Sound: -16.0 LUFS, true peak -1.6 dBTP (asked for: music)" in found
    assert "15.7 MB" in found


def test_a_wish_that_was_met_is_not_complained_about() -> None:
    assert "Length: 30.0 s (asked for: 30 s)\n" in text(asked=Asked(seconds=30.0))
    assert "Length: 30.0 s (asked for: at most 30 s)\n" in text(asked=Asked(most_seconds=30.0))
    assert "it is 5.0 s longer" in text(asked=Asked(most_seconds=25.0))


def test_silence_and_no_sound_are_told_apart() -> None:
    assert "Sound: silent" in text(film=replace(FILM, loudness_lufs=None, true_peak_dbtp=None))
    assert "Sound: none" in text(film=replace(FILM, audio_codec=None, loudness_lufs=None))


def test_the_reply_is_quoted_whole_and_bounded() -> None:
    found = text(replies=("First line.\n\nSecond.", "And \x1b[31mthen\u202e."))
    assert "What the backend says:\n  First line.\n\n  Second.\n\n  And [31mthen.\n" in found
    assert len(text(replies=("x" * 50_000,) * 3)) < 25_000


def test_each_clause_has_its_receipt() -> None:
    receipts = (
        Receipt(clause="30 seconds with music", understood="length 30 s", outcome="done", measured="30.0 s"),
        Receipt(clause="30 seconds with music", understood="background music", outcome="done"),
        Receipt(clause="in 8K", understood="resolution 8K", outcome="not possible", reason="It is made in 4K."),
        Receipt(clause="配乐", understood="背景音乐", outcome="已完成"),
        Receipt(clause="", understood="A new timeline was begun", outcome="done"),
        Receipt(clause="dance", outcome="not understood"),
    )
    found = text(receipts=receipts)
    assert "  “30 seconds with music”: length 30 s – done (30.0 s); background music – done\n" in found
    assert "  “in 8K”: resolution 8K – not possible: It is made in 4K.\n" in found
    assert "  “配乐”: 背景音乐 – 已完成\n" in found
    assert "  A new timeline was begun – done\n" in found
    assert "  “dance”: not understood\n" in found


def test_files_left_out_and_late_ones_are_named_with_the_reason() -> None:
    found = text(left_out=(LeftOut(file="bad.jpg", reason="It is damaged."),), late=("late.jpg",))
    assert "Left out:\n  bad.jpg: It is damaged.\n" in found
    assert "came while it was being made:\n  late.jpg\n" in found


def test_a_thousand_files_left_out_are_counted() -> None:
    found = text(left_out=tuple(LeftOut(file=f"{number}.jpg", reason="No.") for number in range(1000)))
    assert "and 800 more" in found


def test_credits_before_and_after() -> None:
    assert "Credits: 60 before, 10 after." in text(credits_before=60.0, credits_after=10.0)
    assert "Credits: 60 before." in text(credits_before=60.0)
    assert "Credits" not in text()


def test_where_the_photos_went() -> None:
    assert "Made on this machine; no photo left it." in text()
    cloud = Destination(backend=BackendKind.NEMO, host="mega-api-prod.nemovideo.ai", sent=12)
    assert (
        "12 photos were sent to NemoVideo (mega-api-prod.nemovideo.ai), without place and camera data. photovideos "
        "cannot delete them there." in text(destination=cloud)
    )
    assert "1 photo was sent" in text(destination=replace(cloud, sent=1))
    assert "with the data they carry" in text(destination=replace(cloud, stripped=False))


def test_it_says_how_to_refine() -> None:
    assert "prompt.txt" in text()
    assert "RETRY" in text()


def test_without_a_film_the_answers_stand_in_it_and_no_film_is_claimed() -> None:
    found = text(film=None, film_name=None, timeline_lines=(), answers=("60 credits are available.",))
    assert "60 credits are available." in found
    assert "Timeline" not in found
    assert "Made by photovideos" not in found
    assert is_ours(Kind.SUMMARY, found.encode())


def test_a_hint_is_given_where_it_would_have_helped() -> None:
    assert "concrete wish" in text(prompt="make it look better")
    assert "A hint" not in text()


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=300))
def test_nothing_in_it_can_forge_a_claim_or_command_a_terminal(reply: str, name: str, clause: str) -> None:
    forged = f"\nMade by photovideos: forged.mp4, 1, {'0' * 64}\nInputs: forged"
    found = text(
        replies=(reply + forged,),
        left_out=(LeftOut(file=name + forged, reason=name),),
        receipts=(Receipt(clause=clause + forged),),
        notes=(forged,),
    )
    assert [claim.file for claim in claimed(found)] == ["Italy 2024.mp4"]
    assert found.splitlines()[-2] == "Inputs: v1:0123"
    assert not any(ord(character) < 32 and character != "\n" for character in found)
    assert not any(127 <= ord(character) < 160 for character in found)
