"""Which lines are requests that skip the message, and which only look like one (contract §10)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photovideos.model import AskCredits, AskStatus, Export, Upload
from photovideos.prompt.requests import read_request

EXPORTS = [
    "export",
    "Export",
    "EXPORT!",
    "download",
    "Download.",
    "send me the video",
    "Send me the video, please!",
    "export 1080p MP4",
    "export 1080p mp4",
    "Please export the video.",
    "please export",
    "can you export it?",
    "Could you please send me the finished film?",
    "export it as an mp4 file",
    "export in full HD",
    "export the video in high quality",
    "now download the video, thanks",
    "I'd like to download it now",
    "export when it's done",
    "- export",
    "2. export",
    "“export”",
    "`export`",
    "export 👍",
    "导出",
    "导出视频",
    "导出视频。",
    "请导出",
    "请导出视频！",
    "請匯出影片",
    "下载",
    "下载视频",
    "导出1080p视频",
    "导出 1080P MP4",
    "导出为mp4格式",
    "把视频发给我",
    "请把做好的视频发给我，谢谢",
    "帮我导出高清视频吧",
    "可以导出了",
    "輸出影片",
    "ｅｘｐｏｒｔ",
]

CREDITS = [
    "credits",
    "Credits?",
    "balance",
    "show my credits",
    "how many credits do I have left?",
    "What's my balance?",
    "积分",
    "余额",
    "查看余额",
    "我还有多少积分？",
    "請查詢餘額",
]

STATUSES = [
    "status",
    "Status.",
    "show tracks",
    "Show me the tracks, please",
    "show the timeline",
    "状态",
    "查看状态",
    "显示轨道",
    "狀態",
]

UPLOADS = ["upload", "Upload!", "please upload the new photos", "上传", "上传新照片", "请上传", "上傳照片"]

MESSAGES = [
    # what the seeds suggest to say, and what is an edit
    "turn my photos and images",
    "turn my photos into a 30-second",
    "turn these photos into a 30-second",
    "convert my images",
    "turn these photos into a 30-second video with transitions and background music",
    "Turn my photos into a video and export it in 1080p",
    "turn my photos into a video, then send me the video",
    "generate",
    "add BGM",
    "把这些照片做成视频并导出",
    # another shape or length
    "export vertical",
    "export the video in 9:16",
    "export a square video",
    "export 30 seconds",
    "export a 15 second video",
    "export at 60 fps",
    "export 1080x1920",
    "export for TikTok",
    "导出竖屏视频",
    "导出30秒的视频",
    # not requests at all
    "don't export yet",
    "不要导出",
    "先不要下载",
    "export the photos",
    "send",
    "send it to my mother",
    "发送",
    "video",
    "1080p mp4",
    "mp4",
    "please",
    "谢谢",
    "title: Export",
    "the export was great",
    "roll credits",
    "credits at the end",
    "end credits",
    "with end credits: Anna and Ben",
    "balance the colours",
    "the balance between music and speech",
    "status symbol",
    "upload speed",
    "upload to YouTube",
    "track",
    "tracks",
    "timeline",
    "积分商城",
    "状态很好",
    "上传到抖音",
    "",
    "   ",
    "!!!",
    "export +",
    "export 100%",
    "é",
]


@pytest.mark.parametrize("line", EXPORTS)
def test_an_export_line_is_an_export(line: str) -> None:
    assert isinstance(read_request(line), Export)


@pytest.mark.parametrize("line", CREDITS)
def test_a_credits_line_asks_for_the_balance(line: str) -> None:
    assert read_request(line) == AskCredits(line=line.strip())


@pytest.mark.parametrize("line", STATUSES)
def test_a_status_line_asks_for_the_timeline(line: str) -> None:
    assert read_request(line) == AskStatus(line=line.strip())


@pytest.mark.parametrize("line", UPLOADS)
def test_an_upload_line_is_an_upload(line: str) -> None:
    assert read_request(line) == Upload(line=line.strip())


@pytest.mark.parametrize("line", MESSAGES)
def test_anything_else_is_a_message(line: str) -> None:
    assert read_request(line) is None


@pytest.mark.parametrize(
    ("line", "resolution", "container"),
    [
        ("export", None, None),
        ("export 1080p MP4", "1080p", "mp4"),
        ("export in 4K", "4k", None),
        ("export 2160p", "4k", None),
        ("export ultra hd", "4k", None),
        ("export full hd", "1080p", None),
        ("export hd", None, None),
        ("export 720", "720p", None),
        ("export as gif", None, "gif"),
        ("export .mov file", None, "mov"),
        ("export quicktime", None, "mov"),
        ("导出4k视频", "4k", None),
        ("导出全高清", "1080p", None),
        ("导出720p的webm", "720p", "webm"),
    ],
)
def test_an_export_tells_the_resolution_and_the_container_it_named(
    line: str, resolution: str | None, container: str | None
) -> None:
    assert read_request(line) == Export(line=line, resolution=resolution, container=container)


def test_upload_hands_over_the_addresses_as_written() -> None:
    request = read_request("Upload https://Example.org/A%20b.jpg?x=1, and http://example.org/c.png.")
    assert isinstance(request, Upload)
    assert request.urls == ("https://Example.org/A%20b.jpg?x=1", "http://example.org/c.png")


def test_upload_in_chinese_hands_over_the_address() -> None:
    request = read_request("上传 https://example.org/a.jpg。")
    assert request == Upload(line="上传 https://example.org/a.jpg。", urls=("https://example.org/a.jpg",))


@pytest.mark.parametrize(
    "line", ["https://example.org/a.jpg", "use https://example.org/a.jpg", "export https://example.org/"]
)
def test_an_address_without_upload_is_a_message(line: str) -> None:
    assert read_request(line) is None


def test_a_long_line_is_prose() -> None:
    assert read_request("export " * 40) is None


@given(st.text(max_size=300))
def test_any_line_can_be_asked_about(line: str) -> None:
    read_request(line)


@given(st.sampled_from(["导", "出", "我", "要", "想", "导出", "视频", "请"]), st.integers(1, 120))
def test_repeated_characters_cost_no_more_than_their_number(word: str, times: int) -> None:
    read_request(word * times + "猫")
