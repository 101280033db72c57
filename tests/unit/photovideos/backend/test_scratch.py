import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from photovideos.backend.scratch import Scratch
from photovideos.errors import NoSpace

HOLDER = "from photovideos.backend.scratch import Scratch; s = Scratch(); print(s.path, flush=True); input()"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def holder(temporary: Path) -> tuple["subprocess.Popen[str]", Path]:
    """A process of its own that holds a folder with something in it."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER],
        env=os.environ | {"TMPDIR": str(temporary)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    path = Path(process.stdout.readline().strip())
    (path / "studio.sock").write_bytes(b"")
    return process, path


def ended(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_a_folder_is_its_holders_alone_and_gone_when_it_is_closed(temporary: Path) -> None:
    with Scratch() as one, Scratch() as other:
        assert one.path != other.path
        assert one.path.stat().st_mode & 0o777 == 0o700
        (one.path / "file").write_text("kept while it is held")
    assert os.listdir(temporary) == [f"photovideos-{os.geteuid()}"]
    assert os.listdir(temporary / f"photovideos-{os.geteuid()}") == []


def test_what_a_killed_process_left_is_gone_at_the_next_start_and_what_a_living_one_holds_stays(
    temporary: Path,
) -> None:
    (dead, left), (living, held) = holder(temporary), holder(temporary)
    ended(dead)
    assert left.exists()
    with Scratch() as mine:
        assert not left.exists()
        assert (held / "studio.sock").exists()
        assert mine.path.parent == held.parent
    ended(living)


@pytest.mark.parametrize("squat", ["link", "open to all", "file"])
def test_where_somebody_else_was_quicker_with_the_name_another_folder_is_used(temporary: Path, squat: str) -> None:
    name = temporary / f"photovideos-{os.geteuid()}"
    (temporary / "theirs").mkdir(mode=0o700)
    if squat == "link":
        name.symlink_to("theirs")
    elif squat == "file":
        name.write_bytes(b"")
    else:
        name.mkdir()
        name.chmod(0o777)
    with Scratch() as mine:
        assert name not in mine.path.parents
        assert mine.path.parent.stat().st_mode & 0o777 == 0o700
    assert os.listdir(temporary / "theirs") == []


def test_a_temp_folder_without_room_is_told_as_such(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "mkdtemp", full)
    with pytest.raises(NoSpace, match="the disk for temporary files"):
        Scratch()
