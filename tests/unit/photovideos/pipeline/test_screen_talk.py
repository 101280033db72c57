"""What an assistant says as if somebody sat at a screen is done, and stands nowhere (contract §7, §10)."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from support.fake_cloud import Act, Asked, Handler, said
from support.trail import Trail


def replying(trail: Trail, text: str, *, edits: bool = True) -> Act:
    def speak(handler: Handler, _asked: Asked) -> None:
        if edits:
            trail.cloud.edit()
        handler.stream(said(text))

    return speak


def looks_after_the_message(trail: Trail) -> int:
    paths = [asked.path for asked in trail.cloud.asked]
    return sum("/state/" in path for path in paths[paths.index("/run_sse") :])


@pytest.mark.parametrize(
    "talk",
    [
        "Open the timeline to see your changes.",
        "请打开时间线。",
        "You can preview in timeline.",
        "您可以在时间线中预览。",
    ],
)
def test_what_a_person_should_open_or_preview_is_looked_up_and_stands_in_the_summary(trail: Trail, talk: str) -> None:
    trail.cloud.plan("/run_sse", replying(trail, f"It is made. {talk}"))
    trail.drop()
    trail.walk()
    assert looks_after_the_message(trail) >= 1
    summary = trail.summary()
    assert summary.startswith("Timeline (1 track):\n1. Video: a.jpg")
    assert "It is made." in summary
    for word in ("Open", "open", "打开", "review", "预览", "时间线"):
        assert word not in summary
    assert trail.messages == ["a calm video"]


def test_talk_in_chinese_is_acted_upon_too(trail: Trail) -> None:
    trail.cloud.plan("/run_sse", replying(trail, "视频已完成。把第三张照片拖拽到第一张前面。"), trail.plainly)
    trail.cloud.plan("/run_sse", replying(trail, "请点击【导出】。", edits=False))
    trail.drop("a calm video\nexport\nis it ready?", photos=3)
    trail.walk()
    assert trail.messages == ["a calm video", "把第三张照片拖拽到第一张前面", "is it ready?"]
    assert len(trail.posts) == 2
    for name in trail.summaries:
        for word in ("拖拽", "点击", "导出"):
            assert word not in trail.summary(name)


def test_still_working_is_logged(trail: Trail) -> None:
    def slow(handler: Handler, asked: Asked) -> None:
        trail.halt.wait(0.7)
        trail.plainly(handler, asked)

    trail.config = trail.config.model_copy(
        update={"backend": trail.config.backend.model_copy(update={"still_working_seconds": 0.1})}
    )
    trail.cloud.plan("/run_sse", slow)
    trail.drop()
    with capture_logs() as lines:  # this one thread alone logs
        trail.walk()
    assert [line for line in lines if line["event"] == "instruction.working"]


@pytest.mark.parametrize("line", ["status", "show tracks", "状态"])
def test_a_status_line_writes_the_timeline_as_it_stands_into_the_summary(trail: Trail, line: str) -> None:
    trail.drop(f"a calm video\n{line}")
    trail.walk()
    assert trail.messages == ["a calm video"]
    assert trail.summary().count("1. Video: a.jpg") >= 2, "the film's own, and the answer"
