"""The table of contract §7, in sentences as an assistant writes them, in English and Chinese."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photovideos.nemo.gui import Translation, translate

E, S, P = "export", "state", "summary"


def wishes(found: Translation) -> set[str]:
    return {
        name
        for name, is_wanted in ((E, found.wants_export), (S, found.wants_state), (P, found.wants_summary))
        if is_wanted
    }


INNOCENT = [
    "I placed the photo of an open field first.",
    "The export was finished in 30 seconds.",
    "Export finished: 1080p MP4, 30 s.",
    "Export complete!",
    "Export is now in progress, please wait.",
    "Exporting your video now...",
    "I trimmed the open mic clip and lowered the volume to 20%.",
    "Export: 1080p MP4, 30 fps.",
    "Your export settings are 1080p and 30 fps.",
    "I will export it in 1080p.",
    "I've already exported the video.",
    "The film opens with a wide shot of an open door.",
    "I chose to open with the beach photo and close with the sunset.",
    "You could open the film with a view of the lake.",
    "We open on the harbour, then move to the old town.",
    "The open window photo comes last.",
    "Open-air concert photos come second.",
    'Added a title "Click here" for 3 seconds.',
    'The title now reads "Open the door".',
    "The title now reads “Drag me to the beach”.",
    "I added a click track at 120 bpm.",
    "Click track added.",
    "You can hear a soft click at each cut.",
    "The beat drops at 0:12.",
    "I dropped two blurry photos.",
    "I added a drop shadow to the title.",
    "The drop in volume at the end is two seconds long.",
    "The photos of the drag race come in quick cuts.",
    "The story drags on a little, so I shortened it to 30 seconds.",
    "Here's a preview of the order: beach, lunch, harbour.",
    "The timeline now has 3 tracks.",
    "The music plays from start to end at 35%.",
    "I moved the red button photo to the end.",
    "Done! I've made a 30-second video with transitions and background music.",
    "Would you like a different song?",
    "Let me know if you'd like any changes.",
    "The tap water shot was too dark, so I left it out.",
    "The hit song fades out at the end.",
    "The choir photos are in the middle.",
    "1. Beach (0-3s)\n2. Lunch (3-6s)",
    "导出已完成。",
    "导出完成，视频时长30秒。",
    "视频已导出。",
    "正在导出，请稍候。",
    "照片里有一扇打开的窗户。",
    "我把打开礼物的照片放在了最前面。",
    "开场是一片开阔的田野。",
    "标题为“点击开始”。",
    "标题是「打开心门」。",
    "这首歌的点击率很高。",
    "我已经添加了背景音乐和转场。",
    "时间线现在有三条轨道。",
    "预览图已更新。",
    "",
    "Héllo wörld\n\n\tindented",
]


@pytest.mark.parametrize("text", INNOCENT)
def test_what_is_said_to_a_person_stays_as_it_is(text: str) -> None:
    found = translate(text)
    assert found == Translation(text=text.strip())


GONE = [
    # click
    ("Click the Export button to download your video.", {E}),
    ('Click on "Export" in the top right corner.', {E}),
    ("Just tap Export and you're done.", {E}),
    ("You can click **Export** at any time.", {E}),
    ("Hit Export when you're happy with it.", {E}),
    ("Select the Export option from the menu.", {E}),
    ("Use the Export button in the top right corner.", {E}),
    ("The Export button is now active.", {E}),
    ('Type "export" when you are ready.', {E}),
    ("Tap on the title to edit it.", {S}),
    ("Click the gear icon to change the settings.", {S}),
    ("Double-click the clip to trim it.", {S}),
    ('Press "Play" to watch it.', {P}),
    ("Click the Preview button to see the result.", {P}),
    ("点击右上角的“导出”按钮即可下载视频。", {E}),
    ("请点击【导出】。", {E}),
    ("单击播放按钮查看效果。", {P}),
    ("您可以点击标题进行修改。", {S}),
    ("點擊「匯出」按鈕。", {E}),
    # open
    ("Open the timeline to see your changes.", {S}),
    ("You can open the media panel on the left to see your photos.", {S}),
    ("Please open your project in the editor.", {S}),
    ("Next, open the Export panel and choose 1080p.", {E, S}),
    ("Check the timeline to see the new order.", {S}),
    ("Go to the Effects tab.", {S}),
    ("You'll find your clips in the Media panel.", {S}),
    ("请打开时间线。", {S}),
    ("打开左侧的媒体面板，就可以看到您的照片。", {S}),
    ("右侧面板中可以调整音量。", {S}),
    # preview
    ("You can preview in timeline.", {P}),
    ("Preview the video in the timeline before you go on.", {P}),
    ("Now you can watch it in the preview window.", {P}),
    ("您可以在时间线中预览。", {P}),
    ("在时间轴上预览效果吧！", {P}),
    ("随时预览您的视频。", {P}),
    # export
    ("Export the video in 1080p.", {E}),
    ("You can now export your video.", {E}),
    ("Whenever you're ready, export it as an MP4.", {E}),
    ("Would you like me to export it now?", {E}),
    ("Let me know when you'd like to export.", {E}),
    ("Shall I export it?", {E}),
    ("You can download your video now.", {E}),
    ("Once it's finished, you'll be able to export it.", {E}),
    ("现在可以导出了。", {E}),
    ("请导出视频。", {E}),
    ("如果满意，请导出视频。", {E}),
    ("要现在导出吗？", {E}),
    ("您可以随时下载视频。", {E}),
    ("Save your changes.", set()),
    ("You can open the film in the editor with the photo library.", {S}),
    # drag, as an offer: nobody knows what to change
    ("You can drag the clips to reorder them.", set()),
    ("If you'd like to change the order, just drag the photos in the timeline.", set()),
    ("Feel free to drag and drop your photos.", set()),
    ("您可以拖拽片段来调整顺序。", set()),
    ("如需调整顺序，请拖动照片。", set()),
    ("Drag clips to rearrange them.", set()),
    ("To add a transition, drag one from the Transitions library.", set()),
    ("You can adjust the volume by dragging the slider in the audio panel.", set()),
    ("What you can do next:\n1. Drag the song to the start\n2. Drag photo 1 to the end", set()),
    ("您可以：\n- 把照片拖到开头\n- 点击“导出”", {E}),
]


@pytest.mark.parametrize(("text", "expected"), GONE)
def test_talk_about_the_screen_becomes_calls_and_is_not_shown(text: str, expected: set[str]) -> None:
    found = translate(text)
    assert found.text == ""
    assert wishes(found) == expected
    assert found.edits == ()


EDITS = [
    ("Drag the music clip to the start of the timeline.", "Drag the music clip to the start of the timeline"),
    ("Now drag photo 3 before photo 1.", "drag photo 3 before photo 1"),
    ("Drop the song onto track 2.", "Drop the song onto track 2"),
    (
        "Drag the last photo to the start, then drop it onto the timeline.",
        "Drag the last photo to the start, drop it onto the timeline",
    ),
    ("Please drag clip 2 to the start and delete the last one.", "drag clip 2 to the start and delete the last one"),
    ('Drag "b.jpg" before "a.jpg".', 'Drag "b.jpg" before "a.jpg"'),
    ("把第三张照片拖拽到第一张前面。", "把第三张照片拖拽到第一张前面"),
    ("请将音乐拖到开头。", "将音乐拖到开头"),
    ("Click 'Add Music' to bring in a soundtrack.", "Add Music"),
]


@pytest.mark.parametrize(("text", "edit"), EDITS)
def test_what_a_person_should_drag_is_sent_as_an_edit(text: str, edit: str) -> None:
    found = translate(text)
    assert found.edits == (edit,)
    assert found.text == ""


MIXED = [
    (
        "I made your slideshow 🎬 Take a look in the preview window, and if you like it, hit the export button!",
        "I made your slideshow 🎬",
        {E, P},
    ),
    (
        "✅ It is there!\n\n**Details:**\n- 30 seconds\n\n**You can:**\n1. Drag clips to sort them\n2. Click Export",
        "✅ It is there!\n\n**Details:**\n- 30 seconds",
        {E},
    ),
    ("Drag and drop is not needed, I've placed all photos.", "I've placed all photos.", set()),
    ("Simply press play to preview, then export when you're happy. It is 30 s long.", "It is 30 s long.", {E}),
    ("I've added upbeat music. Click Export to save your video.", "I've added upbeat music.", {E}),
    ('Your video is ready, click "Export" in the top right corner to download it.', "Your video is ready.", {E}),
    ("Everything is set — just click **Export**.", "Everything is set.", {E}),
    ("Your video is ready to export!", "Your video is ready.", {E}),
    ("Your slideshow is ready for export.", "Your slideshow is ready.", {E}),
    (
        "Done! I've made a 30-second video with 10 photos, and you can now click Export to download it.",
        "Done! I've made a 30-second video with 10 photos.",
        {E},
    ),
    ("I added a title and music; open the timeline to see them.", "I added a title and music.", {S}),
    ("The title is 3 s long (click on it to change that).", "The title is 3 s long.", {S}),
    ("To see the result, open the preview panel. The film is 30 s long.", "The film is 30 s long.", {S}),
    (
        "Here is your video:\n\n- 10 photos\n- Lo-fi music\n\nClick Export to download it.",
        "Here is your video:\n\n- 10 photos\n- Lo-fi music",
        {E},
    ),
    ("To export your video:\n1. Open the Media panel\n2. Click **Export**\n\nEnjoy!", "Enjoy!", {E, S}),
    ("All done.\n\n### Next steps\n- Preview in timeline\n- Export the video\n", "All done.", {E, P}),
    ("视频已完成，点击右上角的“导出”按钮即可下载。", "视频已完成。", {E}),
    ("我已经添加了背景音乐。您可以在时间线中预览。现在可以导出了。", "我已经添加了背景音乐。", {E, P}),
    ("已添加标题“夏天”；请打开时间线查看。", "已添加标题“夏天”。", {S, P}),
    ("音乐已添加，然后点击导出。祝您观看愉快！", "音乐已添加。祝您观看愉快！", {E}),
]


@pytest.mark.parametrize(("text", "kept", "expected"), MIXED)
def test_what_is_for_the_person_remains_in_its_own_words(text: str, kept: str, expected: set[str]) -> None:
    found = translate(text)
    assert found.text == kept
    assert wishes(found) == expected


def test_each_edit_is_sent_once_and_not_without_end() -> None:
    text = "Drag photo 1 to the end. " * 3 + " ".join(f"Drag photo {number} to the start." for number in range(20))
    edits = translate(text).edits
    assert len(edits) == 5
    assert len(set(edits)) == 5


def test_a_sentence_without_end_is_left_as_it_is() -> None:
    text = "click " * 500
    assert translate(text).text == text.strip()


VERBS = ["click", "Export", "open", "drag", "drop", "preview", "导出", "点击", "请"]
OTHERS = ["the", "timeline", "to", "you", "can", "now", "and", "ready", "try", "should", "I", "it", "in"]
SIGNS = [",", ".", '"', "，", "。", "(", ")", "-", ":", "**", "\n"]


@given(st.lists(st.sampled_from([*VERBS, *OTHERS, *SIGNS]), max_size=60).map(" ".join))
def test_any_talk_can_be_translated_and_nothing_is_made_up(text: str) -> None:
    found = translate(text)
    said = re.sub(r"[\W_]", "", text.casefold())
    assert all(re.sub(r"[\W_]", "", word.casefold()) in said for word in found.text.split())


@given(st.text(max_size=300))
def test_any_text_can_be_translated(text: str) -> None:
    translate(text)


@pytest.mark.parametrize(
    "unit",
    [
        "you now ",
        "try to ",
        "and then ",
        '"',
        "please, ",
        "open the ",
        "drop it in ",
        "点击",
        "请",
        "( ",
        "see in ",
        "**",
    ],
)
def test_a_hostile_reply_is_translated_in_no_time(unit: str) -> None:
    text = "\n".join([(unit * 1000)[:990] + "x"] * 20)
    began = time.process_time()  # a busy machine is no slow translation
    translate(text)
    assert time.process_time() - began < 5
