"""Which files a job is about, and what happens when the folder moves under it."""

from __future__ import annotations

import pytest

from photovideos import pipeline
from photovideos.errors import FolderMoved, NothingUsable, ServiceTrouble
from support.fake_cloud import Asked, Handler, answers
from support.trail import Trail


def test_a_block_about_files_that_are_not_there_is_told_before_anything_is_sent(trail: Trail) -> None:
    trail.drop("[reel: dinner/*]\na quick one")
    with pytest.raises(NothingUsable, match="names no file"):
        trail.walk()
    assert trail.cloud.asked == []


def test_one_name_of_several_that_no_file_bears_is_told_in_the_summary_once(trail: Trail) -> None:
    trail.drop("[reel: IMG_1.jpg, dinner/*]\na quick one")
    trail.walk_and_crash(after=4)
    trail.walk()
    assert trail.summary("Rome - reel - timeline.txt").count("No file of this folder is called “dinner/*”") == 1


def test_photos_changed_before_the_message_send_the_folder_back_and_go_out_anew(trail: Trail) -> None:
    trail.drop()
    trail.cloud.plan("/upload-video/", *[answers({}, 500)] * 5)
    with pytest.raises(ServiceTrouble):
        trail.walk()
    trail.draw("IMG_1.jpg", shade=200)
    with pytest.raises(FolderMoved):
        trail.walk()
    assert trail.road().session_id is None, "what it holds would be taken for what is there now"
    trail.walk()
    assert trail.messages == ["a calm video"]
    changed = (trail.folder / "IMG_1.jpg").read_bytes()
    assert any(changed in asked.body for asked in trail.cloud.calls("/upload-video/"))


def test_photos_that_come_while_the_film_is_made_are_named_and_not_in_it(trail: Trail) -> None:
    def arrive(handler: Handler, asked: Asked) -> None:
        trail.draw("IMG_9.jpg")
        trail.plainly(handler, asked)

    trail.cloud.plan("/run_sse", arrive)
    trail.drop()
    road = trail.walk()
    assert road.late == ("IMG_9.jpg",)
    assert "IMG_9.jpg" in trail.summary()
    assert "IMG_9.jpg" not in trail.sent


def test_the_next_prompt_takes_along_what_came_what_went_and_what_changed(trail: Trail) -> None:
    trail.drop(photos=3)
    before = trail.walk()
    trail.draw("IMG_4.jpg")
    trail.draw("IMG_2.jpg", shade=222)
    (trail.folder / "IMG_3.jpg").unlink()
    trail.refine(before, "slower")
    trail.walk()
    assert trail.sent[3:] == ["IMG_2.jpg", "IMG_4.jpg"], "a changed photo is another photo"
    assert trail.messages[1] == (
        "New files: IMG_2.jpg, IMG_4.jpg. Add them to the video.\n"
        "These files are gone: IMG_2.jpg, IMG_3.jpg. Remove them from the video.\n"
        "slower"
    )


@pytest.mark.parametrize("checkpoint", range(1, 12))
def test_a_changed_photo_goes_out_also_after_a_crash(trail: Trail, checkpoint: int) -> None:
    trail.drop(photos=1)
    before = trail.walk()
    trail.draw("IMG_1.jpg", shade=222)
    trail.refine(before, "slower")
    trail.walk_and_crash(after=checkpoint)
    trail.walk()
    changed = (trail.folder / "IMG_1.jpg").read_bytes()
    assert any(changed in asked.body for asked in trail.cloud.calls("/upload-video/"))
    assert len(trail.messages) == 2


def test_a_folder_that_was_deleted_is_no_job_any_more(trail: Trail) -> None:
    trail.drop()
    with trail.walking() as walk:
        for path in trail.folder.iterdir():
            path.unlink()
        trail.folder.rmdir()
        with pytest.raises(FolderMoved):
            pipeline.run(walk)
    assert trail.cloud.asked == []
