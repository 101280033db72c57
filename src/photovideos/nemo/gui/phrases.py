"""PURE. Which clause is talk about a screen, and what it asks for (the table of contract §7), in both languages.

A verb counts only where a person is told to do something: "click Export", "you can open the timeline", never in "an
open field" or "the export was finished".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from photovideos.nemo.gui.clauses import MASK, Clause


class Action(Enum):
    EXPORT = auto()
    STATE = auto()
    SUMMARY = auto()
    EDIT = auto()
    NOTHING = auto()  # talk about the screen that asks for nothing that could be done


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a clause asks for. `edit`: the change it wants, in words that can be sent."""

    actions: frozenset[Action]
    edit: str = ""


# Loops are possessive (*+): a lead of a thousand words is read in one way, not tried in all of them.
_LEAD = (
    r"(?i:^\W*(?:(?:please|now|then|next|first|second|third|finally|lastly|just|simply|also|and|or|so|but|step|\d+|either|"
    r"you(?:'ll|'d|'re)?|can|may|could|might|must|should(?:\W+i)?|shall(?:\W+i)?|will|would|need|have|want|like|wish|"
    r"able|going|ready|always|easily|still|if|when|whenever|once|feel|free|go|ahead|try|remember|don't|forget|be|sure|make|"
    r"all|do|is|it's|time|let's|let|me|know|by|after|before|to|in|order)\W+)*+)"
)
_THING = rf"(?:{MASK}|(?:on|the|your|this|that|here|it|a|an|any|each|anywhere|outside|and)\b|[A-Z])"

_SCREEN = (
    r"(?:button|menu|icon|tab|panel|toolbar|side ?bar|dialog(?:ue)?|drop-?down|option|key|editor|timeline|library|"
    r"settings|project|media|files?|window|inspector|preview|player|app|browser|properties|storyboard|workspace|canvas|drawer|"
    r"section|screen|page|link|view(?:er)?|track|slider|handle|checkbox|gallery|effects|transitions|export|folder|"
    r"dashboard|interface|website|draft)s?"
)
_SCREEN_ZH = (
    r"(?:面板|菜单|选单|时间线|时间轴|编辑器|素材|媒体|项目|文件|窗口|设置|标签|页面|预览|侧边栏|侧栏|工具栏|选项|导出|"
    r"属性|音乐库|转场|界面|软件|应用|草稿|工程|按钮|面闆|選單|時間線|時間軸|項目|設置|設定|頁面|預覽|匯出|按鈕|資料庫)"
)

_CLICK = re.compile(
    r"(?<!\ba )(?<!\ban )(?<!\bthe )(?<!\bone )(?<!\bmy )\b(?i:(?:double-|right-|left-)?(?:click|tap)(?:ing)?)\s+"
    rf"{_THING}(?! track)"
    rf"|{_LEAD}(?i:(?:double-|right-|left-)?(?:click|tap)(?:ing)?)\b(?!\s+tracks?\b)(?!-)"
    rf"|{_LEAD}(?i:press|hit|push|select|choose|pick|use|look for|find|locate|go(?: back| over)? to|head(?: over)? to|"
    rf"navigate to|switch to|return to|check)(?i:ing)?\s+(?:on\s+)?(?:the\s+|your\s+)?"
    rf"(?:{MASK}+|[A-Z]\w+(?:\s+[A-Z]\w+)?)(?:\s+(?i:{_SCREEN})\b|\W*$|\s+(?i:to|in|on|at|from|when|and|for)\b)"
    rf"|\b(?i:use|using|with|via|through|see|find|press|hit|select|choose)\s+(?i:the|your)\s+(?i:[\w-]+\s+){{0,3}}"
    rf"(?i:button|menu|icon|tab|toolbar|side ?bar|drop-?down)\b"
    r"|\b(?i:in|at|on) the (?i:top|upper|lower|bottom|right|left)(?i:[ -](?:right|left))?(?i:-hand)?(?i: side)? "
    r"(?i:corner|panel|sidebar|toolbar|menu)\b(?! of (?:the|this|your) (?:photo|picture|image|frame))"
    rf"|\b(?i:the|your|this|an?)\s+(?:{MASK}+|[A-Z]\w+)\s+(?i:button|tab|panel|toolbar|side ?bar|drop-?down|icon)\b"
    rf"|\b(?i:in|on|from|at|to)\s+(?i:the|your)\s+(?:{MASK}+|[A-Z]\w+)\s+(?i:panel|menu|library|window|dialog)\b"
    rf"|{_LEAD}(?i:type|say|reply|enter|answer|send)(?i:\s+with)?\s+{MASK}"
    rf"|(?:{MASK}+|导出|下载|预览|播放)(?:按钮|按鈕|按键)"
    r"|(?:[左右上下顶底]侧?[上下左右]?[部角方侧])的?[^，。]{0,6}(?:面板|菜单|按钮|工具栏|侧边栏)"
    r"|(?:点击|单击|双击|右击|右键|轻点|点按|点选|按下|點擊|單擊|點選|雙擊)(?!率|量|数|數)"
)
_OPEN = re.compile(
    rf"{_LEAD}(?i:open(?:ing)?(?: up)?|re-?open|launch)\s+(?i:(?!with\b|on\b|of\b)(?:[\w'-]+|{MASK}+)\s+){{0,3}}"
    rf"(?i:{_SCREEN})\b"
    rf"|{_LEAD}(?i:go(?: back| over)? to|head(?: over)? to|check|see|view|look at|return to|switch to|navigate to)\s+"
    rf"(?i:the|your)\s+(?i:[\w-]+\s+){{0,2}}(?i:timeline|editor|tracks?|panel|tab|menu|library|workspace)\b"
    rf"|\b(?i:to|can|could|please|just|now)\s+(?i:open)\s+(?:up\s+)?(?i:the|your|it)\s+"
    rf"(?i:(?!with\b|on\b|of\b)[\w-]+\s+){{0,3}}(?i:{_SCREEN})\b"
    rf"|{_LEAD}(?i:open)\s+(?:it|{MASK}+)\W*(?:$|\s+(?i:in|from|to)\b)"
    rf"|(?<!已)(?<!已经)(?:打开|打開|開啟|开启|进入|進入|切换到|切換到)(?:[^，。；]*{_SCREEN_ZH}|[{MASK}]+)"
)
_DRAG = re.compile(
    rf"{_LEAD}(?i:drag(?:ging)?)\b(?!\s+(?:race|queen|show|on\b))"
    r"|\b(?i:drag(?:ging)?[- ]and[- ]drop(?:ping)?)\b"
    rf"|\b(?i:by dragging|to drag|can drag|could drag|may drag)\b"
    rf"|{_LEAD}(?i:drop(?:ping)?)\s+(?i:it|them|this|that|the|your|a|an|any|each|photos?|clips?|images?|files?|music|{MASK}).*"
    rf"\b(?i:in|into|onto|on|at|between|before|after)\b.*\b(?i:{_SCREEN}|here|place|start|end|beginning)\b"
    r"|(?:拖拽|拖动|拖到|拖至|拖放|拖入|拖曳|拖进|拖移|拖動|拖進)"
)
_PREVIEW = re.compile(
    r"\b(?i:preview|watch|play|view|review|see|check|look|peek)(?i:ing)?\b.*"
    r"\b(?i:in|on|from)\s+(?i:the|your)?\s*(?i:timeline|preview|player|editor)\b"
    rf"|{_LEAD}(?i:preview(?:ing)?)\b(?!\s*(?:is|was|image|of)\b)"
    r"|(?:时间线|时间轴|時間線|時間軸|预览窗口|播放器)[^，。]*(?:预览|預覽|查看|播放)"
    r"|(?:预览|預覽)[^，。]*(?:时间线|时间轴|時間線|時間軸)"
    r"|^(?:请|您|你|可以|现在|随时|先|也)*+(?:预览|預覽)(?!图|圖|已|中)"
)
_EXPORT_NOUN = (
    r"(?!\s+(?:is|was|has|had|will|complete[ds]?|finished|failed|succeeded|done|successful\w*|settings?|quality|formats?|"
    r"ready|took|takes|of|started|queue\w*|job|time|size|presets?|went|worked|should|in progress)\b)(?!\s*[:：-])"
)
_EXPORT = re.compile(
    rf"{_LEAD}(?i:(?:re-?)?export)\b{_EXPORT_NOUN}"
    rf"|{_LEAD}(?i:download|save|render)\s+(?i:it|the|your|this)\s+(?i:final |finished |completed? )?"
    r"(?:(?i:video|film|movie|files?|result|mp4|clip|slideshow|now)\b|\W*$)"
    r"|^(?:请|您|你|现在|就|可以|即可|可|能|便可|直接|然后|再|最后|接下来|随时|想|要|需要|如需|如果|若要|若|记得|来|以|并|"
    r"准备|好|也|現在|隨時|準備)*+(?:导出|下载|匯出|導出|下載)(?!已|完成|成功|失败|失敗|完毕|中|时|时长|后|後|设置|格式|的)"
    r"(?!了(?!$|[吗吧。！!?？]))"
)
_CHORE = re.compile(rf"{_LEAD}(?i:save)\s+(?i:the|your)\s+(?i:project|work|changes|draft)\b|^(?:请|记得|别忘了)*+保存")
_PAST_EXPORT_ZH = re.compile(r"^(?:导出|下载|匯出|導出|下載)了")
_READY = re.compile(
    r"\b(?P<kept>ready)\s+(?:to be (?:exported|downloaded)|(?:to|for) (?:export(?:ing)?|download(?:ing)?))\b.*$",
    re.IGNORECASE,
)

_OFFER = re.compile(
    r"\b(?:can|could|may|might|if|feel free|want|like to|would you|wish|whenever|optionally|alternatively)\b"
    r"|可以|如果|若|如需|想|随时|也可|需要时",
    re.IGNORECASE,
)
# Only an edit that says what goes where is worth sending: each is charged for.
_PLACE = rf"(?:the|your|a|position|place|track|photo|clip|slot|start|end|front|{MASK}|\d)"
_WHERE = re.compile(
    r"\b(?:the|this|that|your|it|photos?|clips?|images?|pictures?|music|song|title|track|img\w*|\d+)\b.*"
    rf"\b(?:(?:on|in)?to (?!\w+ (?:them|it)\b){_PLACE}|before|after|between|in front of|behind|on (?:the )?timeline)"
    rf"|{MASK}.*\b(?:before|after|to the)\b"
    r"|(?:拖|移).*(?:到|至|入|进|前|后|之间|开头|结尾|開頭|結尾)",
    re.IGNORECASE,
)
_VAGUE = re.compile(
    r"\b(?:not|no need|never|without)\b|n't\b|不用|不必|无需|不要"
    r"|\b(?:drag|drop)\s+(?:one|any|some|an?|clips|photos|images|pictures|items|elements|files)\b",
    re.IGNORECASE,
)
_POLITE_START = re.compile(
    r"^\W*(?:(?:please|now|then|next|first|second|third|finally|just|simply|also|and|so|step \d+)\b[\s,:]*"
    r"|请|現在|现在|然后|再|最后|接着|先)++",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"[\"“”'‘’「」『』`*【】«»]")
_EXPORT_CONTROL = re.compile(r"export|download|render|导出|下载|匯出|導出|渲染", re.IGNORECASE)
_SUMMARY_CONTROL = re.compile(r"preview|play\b|预览|預覽|播放", re.IGNORECASE)
_EDIT_CONTROL = re.compile(
    r"^(?:add|remove|delete|split|trim|cut|crop|replace|change|mute|duplicate|rotate|undo|redo|adjust|insert|reverse|"
    r"shuffle|添加|删除|移除|分割|裁剪|替换|静音|撤销|旋转|加入)",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:\"([^\"]+)\"|“([^”]+)”|「([^」]+)」|『([^』]+)』|'([^']+)'|‘([^’]+)’|`([^`]+)`|\*\*([^*]+)\*\*|【([^】]+)】"
    r"|\b(?:[Cc]lick|[Tt]ap|[Pp]ress|[Hh]it|[Ss]elect|[Cc]hoose)(?:\s+on)?(?:\s+the)?\s+([A-Z]\w*(?:\s+[A-Z]\w*)*))"
)


def heard(clause: Clause, *, is_offer: bool = False) -> Heard | None:
    """What a clause of screen talk asks for; None for a clause that is for the person.

    `is_offer`: the sentence around it says that one *could*: then nothing is edited.
    """
    masked = clause.masked.strip()
    if _DRAG.search(masked):
        is_edit = not is_offer and not is_an_offer(masked) and _WHERE.search(masked) and not _VAGUE.search(masked)
        edit = _POLITE_START.sub("", clause.text).strip() if is_edit else ""
        return Heard(actions=frozenset({Action.EDIT}) if edit else frozenset({Action.NOTHING}), edit=edit)
    actions: set[Action] = set()
    edit = ""
    if _CLICK.search(masked):
        action, edit = _clicked(clause, is_offer=is_offer)
        actions.add(action)
    if _OPEN.search(masked):
        actions |= {Action.STATE} | ({Action.EXPORT} if _EXPORT_CONTROL.search(clause.text) else set())
    if _PREVIEW.search(masked):
        actions.add(Action.SUMMARY)
    if (
        _EXPORT.search(masked)
        and not _PAST_EXPORT_ZH.search(masked)
        and not clause.after.strip().startswith((":", "："))
    ):
        actions.add(Action.EXPORT)
    if not actions and _CHORE.search(masked):
        actions.add(Action.NOTHING)
    return Heard(actions=frozenset(actions), edit=edit) if actions else None


def ready(clause: Clause) -> Clause | None:
    """`is ready to export` says that it is ready, and asks for the export: the clause without the latter."""
    found = _READY.search(clause.masked)
    if found is None:
        return None
    end = found.end("kept")
    return Clause(text=clause.text[:end], masked=clause.masked[:end], after=clause.after)


def is_an_offer(masked: str) -> bool:
    return bool(_OFFER.search(masked))


def _clicked(clause: Clause, *, is_offer: bool) -> tuple[Action, str]:
    """The action behind the control that is to be clicked."""
    found = _LABEL.search(clause.text)
    label = next((group for group in found.groups() if group), "") if found else ""
    named = _CONTROL.sub("", label).strip() or clause.masked
    if _EXPORT_CONTROL.search(named):
        return Action.EXPORT, ""
    if _SUMMARY_CONTROL.search(named):
        return Action.SUMMARY, ""
    if label and _EDIT_CONTROL.search(named) and not is_offer and not is_an_offer(clause.masked):
        return Action.EDIT, named
    return Action.STATE, ""
