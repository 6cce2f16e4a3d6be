"""The words of the inbox."""

from __future__ import annotations

from typing import Final

from mynumber.institutions.portal.notices.inbox import Kept
from mynumber.protocols.notices import PORTAL, Category, Happening
from mynumber.webkit.face.language import say
from mynumber.webkit.face.parts import Chip, Kind
from mynumber.webkit.messages import this_node

CATEGORIES: Final = tuple(Category)
MYNAPORTAL: Final = "マイナポータル"

_CATEGORY: Final = {
    Category.DECISION: ("決定", "Decision", "きまった こと"),
    Category.PROCEDURE: ("手続", "Procedure", "てつづき"),
    Category.PAYMENT: ("納付", "Payment", "はらう お金"),
    Category.BENEFIT: ("給付", "Benefit", "もらう お金"),
    Category.HEALTH: ("健診・予防接種", "Health", "けんこう"),
    Category.SECURITY: ("安全", "Security", "あんぜん"),
    Category.GENERAL: ("お知らせ", "General", "お知らせ"),
}
_ACT: Final = {
    Happening.PAID: ("納めました", "Paid", "はらいました"),
    Happening.APPLIED: ("申請しました", "Applied", "もうしこみました"),
    Happening.DECLINED: ("見送りました", "Declined", "やめました"),
    Happening.DONE: ("済みました", "Done", "おわりました"),
}


def category_words(category: Category) -> str:
    """The name of a shelf in the visitor's language."""
    japanese, english, easy = _CATEGORY[category]
    return say(japanese, english, easy)


def category_chip(category: Category) -> Chip:
    """The shelf as a chip; what can be objected to and what concerns the account itself stand out."""
    kind = {
        Category.DECISION: Kind.WARN,
        Category.SECURITY: Kind.WARN,
        Category.PAYMENT: Kind.INFO,
        Category.PROCEDURE: Kind.INFO,
    }.get(category, Kind.NEUTRAL)
    return Chip(category_words(category), kind)


def act_words(act: str) -> str:
    """What was done with a notice; empty where nothing was."""
    if act not in set(_ACT):
        return ""
    japanese, english, easy = _ACT[Happening(act)]
    return say(japanese, english, easy)


def sender_name(kept: Kept) -> str:
    """Who it is from: the system that signed it; of what the portal wrote on an office's signed word, that office."""
    if kept.sender != PORTAL:
        return this_node().directory.name(kept.sender)
    return kept.notice.office if is_passed_on(kept) else say(MYNAPORTAL, "Mynaportal")


def is_passed_on(kept: Kept) -> bool:
    """Whether the portal wrote it on the word of somebody else."""
    return kept.sender == PORTAL and not kept.notice.office.startswith(MYNAPORTAL)
