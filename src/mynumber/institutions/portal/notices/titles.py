"""Titles of the portal's own notices in the visitor's language. A notice is kept in Japanese, as it was written; what an office wrote stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from mynumber.foundation.procedures.loading import catalogue
from mynumber.foundation.procedures.words import Words
from mynumber.institutions.portal.notices.inbox import Kept
from mynumber.protocols.notices import PORTAL
from mynumber.webkit.face.language import SOURCE, say, spoken

_SAYS: Final[Mapping[str, tuple[str, str]]] = {
    "直してほしいところがあります": ("Something has to be corrected", "なおして ほしい ところが あります"),
    "担当者からのことばがあります": ("The case worker wrote to you", "やくしょの 人から ことばが あります"),
    "取り下げを受け付けました": ("Your withdrawal was taken", "やめる ことを うけつけました"),
    "決定しました": ("Decided", "きまりました"),
    "支払いの手続をしました": ("Payment ordered", "はらう 手つづきを しました"),
    "振込の日が決まりました": ("The day of the transfer is set", "お金が とどく 日が きまりました"),
    "支払いました": ("Paid", "はらいました"),
    "振込先の口座を知らせてください": ("Give another account", "ほかの 口座を おしえて ください"),
    "窓口で受け付けました": ("Taken at the counter", "まどぐちで うけつけました"),
    "代理人が、あなたの申請を送りました": (
        "Your proxy sent your application",
        "かわりの 人が もうしこみを おくりました",
    ),
    "代理でした申請に動きがあります": (
        "News of an application you made for",
        "かわりに した もうしこみが すすみました",
    ),
    "代理が確認されました": ("You may act for", "かわりに する ことが できます"),
    "代理は確認されませんでした": ("You may not act for", "かわりに する ことは できません"),
    "この代理は終わりました": ("You no longer act for", "かわりに する ことは おわりました"),
    "問い合わせに回答しました": ("Your inquiry was answered", "こたえが とどきました"),
    "前に見た情報に誤りがありました": (
        "Something you saw before was wrong",
        "まえに 見た じょうほうに まちがいが ありました",
    ),
}
"""By the Japanese words before the colon: English, easy Japanese."""
_DOCUMENT: Final = "から書類が届きました"


def title_of(kept: Kept) -> str:
    """The title of a notice in the visitor's language, where the portal wrote it."""
    title = kept.notice.title
    if kept.sender != PORTAL:
        return title
    if title.endswith(_DOCUMENT):
        name = title.removesuffix(_DOCUMENT)
        return say(title, f"A document from {name} has arrived", f"{name}から 書類が とどきました")
    says, _, about = title.partition("：")
    if says not in _SAYS:
        return title
    english, easy = _SAYS[says]
    if not about:
        return say(title, english, easy)
    named = _procedures().get(about)
    about = named.in_language(spoken()) if named else about
    return say(title, f"{english}: {about}", f"{easy}：{about}")


def language_of(kept: Kept) -> str:
    """The language of an office's own title for the page (`lang`); "" where it is the page's."""
    return SOURCE if title_of(kept) == kept.notice.title else ""


@cache
def _procedures() -> Mapping[str, Words]:
    return {each.title.ja: each.title for each in catalogue().procedures}
