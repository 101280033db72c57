"""The words of a line that is nothing but a request (contract §10), in English and in both scripts of Chinese.

A request has at least one of its `keys`; a `weak` key counts only beside one of the `objects` ("send" is no request).
Every other word of the line has to be one of its `others`: one word more, and the line is a message for the backend.
All words are as `requests` compares them: NFKC, case folded, apostrophes straight.
"""

from __future__ import annotations

from dataclasses import dataclass

CONTAINERS = {
    word: word for word in ("mp4", "mov", "webm", "avi", "mkv", "gif", "m4v", "wmv", "flv", "mpeg", "mpg")
} | {
    "quicktime": "mov",
    "h264": "mp4",
}

# Words that name a quality without a number (HD, 高清) are allowed and decide nothing: 1080p is high definition.
RESOLUTIONS = {f"{lines}p": f"{lines}p" for lines in (240, 360, 480, 540, 720, 1080, 1440, 2160, 4320)} | {
    "720": "720p",
    "1080": "1080p",
    "1440": "1440p",
    "2160": "4k",
    "2160p": "4k",
    "2k": "1440p",
    "4k": "4k",
    "8k": "8k",
    "4320p": "8k",
    "fhd": "1080p",
    "uhd": "4k",
    "全高清": "1080p",
}

RESOLUTION_PAIRS = {("full", "hd"): "1080p", ("ultra", "hd"): "4k"}


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_POLITE = _set(
    "please pls plz kindly thanks thank thx ty you can could would will may i we i'd we'd i'll like "
    "want to need let let's lets us me just now then ok okay hi hello hey finally and go ahead so also "
    "again once more asap for"
) | _set(
    "请 請 麻烦 麻煩 谢谢 謝謝 多谢 多謝 帮我 幫我 帮忙 幫忙 可以 可否 能 能不能 可不可以 能否 吗 嗎 吧 "
    "了 啊 呀 呢 哦 喔 好 好的 好了 现在 現在 直接 一下 我 我要 我想 我想要 我们 我們 想 想要 要 需要 "
    "您 你 给 給 给我 給我 把 将 將 就 先 再 再次 立即 马上 馬上 然后 然後 最后 最後 并 並 和 也 的 下 "
    "给你"
)

_ARTICLES = _set("the a an my our your this that these it its") | _set(
    "这个 這個 这 這 那个 那個 这些 這些 我的 一个 一個 一份 它"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    keys: frozenset[str]
    others: frozenset[str]
    weak: frozenset[str] = frozenset()
    objects: frozenset[str] = frozenset()

    @property
    def words(self) -> frozenset[str]:
        return self.keys | self.weak | self.objects | self.others


EXPORT = Vocabulary(
    keys=_set("export download 导出 導出 匯出 汇出 下载 下載 发给我 發給我 发我 發我 传给我 傳給我 发送给我 發送給我"),
    weak=_set("send 发送 發送 输出 輸出"),
    objects=_set("video videos movie film clip slideshow file result it mp4")
    | _set("视频 視頻 影片 短片 成片 片子 电影 電影 文件 檔案 作品"),
    others=_POLITE
    | _ARTICLES
    | frozenset(CONTAINERS)
    | frozenset(RESOLUTIONS)
    | _set(
        "final finished complete completed whole entire current version project timeline everything all "
        "both link as in at with into of format container quality high highest best good great max maximum "
        "full ultra definition resolution res hd codec when it's is done ready"
    )
    | _set(
        "格式 清晰度 分辨率 解析度 画质 畫質 质量 質量 品质 品質 高清 超清 高质量 高質量 高品质 高畫質 "
        "高画质 最高 最好 原画 项目 項目 结果 結果 链接 鏈接 連結 为 為 成 以 用 到 做好 完成 最终 最終 "
        "全部 整个 整個 完整"
    ),
)

CREDITS = Vocabulary(
    keys=_set("credits credit balance 积分 積分 余额 餘額 点数 點數"),
    others=_POLITE
    | _ARTICLES
    | _set(
        "show check get see tell display what what's whats is are how many much do have left remaining "
        "account current available there"
    )
    | _set(
        "查看 查询 查詢 查一下 查 显示 顯示 看 看看 看一下 多少 还有 還有 还剩 還剩 剩余 剩餘 剩 账户 賬戶 "
        "帐户 帳戶 当前 當前 目前 告诉我 告訴我 是 是多少 有 有多少 还 還 几 幾"
    ),
)

STATUS = Vocabulary(
    keys=_set("status 状态 狀態 进度 進度"),
    weak=_set("tracks track timeline 轨道 軌道 时间线 時間線 时间轴 時間軸"),
    objects=_set("show list display see 显示 顯示 查看 看 看看 看一下 列出"),
    others=_POLITE
    | _ARTICLES
    | _set("check get tell what what's whats is of project session video current all")
    | _set("查询 查詢 当前 當前 目前 项目 項目 视频 視頻 影片 告诉我 告訴我 是 什么 什麼 所有 怎么样 怎麼樣"),
)

UPLOAD = Vocabulary(
    keys=_set("upload 上传 上傳"),
    others=_POLITE
    | _ARTICLES
    | _set(
        "photo photos picture pictures image images file files video videos clip clips song songs media new "
        "newest latest added all other rest of from link links url urls"
    )
    | _set(
        "照片 相片 图片 圖片 文件 檔案 素材 视频 視頻 影片 音乐 音樂 歌曲 新 新的 所有 全部 剩下 其他 其余 "
        "其餘 链接 鏈接 網址 网址"
    ),
)
