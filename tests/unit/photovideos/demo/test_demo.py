"""The demonstration's pictures, folder and config."""

import io
from pathlib import Path

import pytest
from PIL import Image

from photovideos import config, demo
from photovideos.demo import landscapes
from photovideos.errors import UsageError


@pytest.fixture(scope="module")
def pictures() -> list[tuple[str, bytes]]:
    with pytest.MonkeyPatch.context() as small:  # the same pictures, drawn in a tenth of the time
        small.setattr(landscapes, "WIDTH", 720)
        small.setattr(landscapes, "HEIGHT", 480)
        return list(landscapes.draw_all())


def test_eight_jpegs_were_taken_one_after_the_other(pictures: list[tuple[str, bytes]]) -> None:
    assert len({name for name, _ in pictures}) == 8
    taken = []
    for _, picture in pictures:
        with Image.open(io.BytesIO(picture)) as image:
            assert image.format == "JPEG"
            taken.append(image.getexif().get_ifd(0x8769)[0x9003])
            small = image.convert("L").resize((64, 64))
        low, high = small.getextrema()
        assert isinstance(low, int)
        assert isinstance(high, int)
        assert high - low > 60, "a landscape, not a plain card"
    assert taken == sorted(set(taken))


def test_the_folder_lies_ready_and_an_earlier_one_is_left_as_it_is(
    pictures: list[tuple[str, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landscapes, "draw_all", lambda: iter(pictures))  # drawn once is enough
    first = demo.prepare(tmp_path / "demo")
    second = demo.prepare(tmp_path / "demo")
    assert (first.folder.name, second.folder.name) == ("A week in the hills", "A week in the hills 2")
    for place in (first, second):
        assert len(list(place.folder.glob("*.jpg"))) == 8
        assert "24-second" in (place.folder / "prompt.txt").read_text(encoding="utf-8")
    settings = config.load(second.config, {})
    assert settings.inboxes[0].path == tmp_path / "demo" / "inbox"
    assert settings.state_dir == tmp_path / "demo" / "state"
    assert demo.results(first) == (None, None)
    (first.folder / "A week in the hills.mp4").write_bytes(b"")
    assert demo.results(first)[1] == first.folder / "A week in the hills - timeline.txt"


def test_a_place_that_cannot_be_written_to_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UsageError, match="cannot be written to"):
        demo.prepare(tmp_path / "file")


def test_a_demonstration_that_was_broken_off_does_not_keep_the_next_from_beginning(
    pictures: list[tuple[str, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landscapes, "draw_all", lambda: iter(pictures))
    (tmp_path / "demo" / "inbox" / "A week in the hills.part").mkdir(parents=True)
    assert demo.prepare(tmp_path / "demo").folder.name == "A week in the hills 2"
