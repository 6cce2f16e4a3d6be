"""What the pictures of the stories show: one sentence for each step, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple


class Caption(NamedTuple):
    """A sentence."""

    japanese: str
    english: str


STORIES: Final[Mapping[str, Caption]] = {
    "mother": Caption(
        "八尾市から転入したひとり親が、児童扶養手当を請求する",
        "A single mother who moved claims the child-rearing allowance",
    ),
    "father": Caption(
        "三人の子の父が、児童手当を請求する", "The father of three children claims the child allowance"
    ),
    "expecting": Caption(
        "妊娠した会社員が、妊娠を届け出る",
        "An engineer from Viet Nam is expecting a child and notifies it",
    ),
    "student": Caption(
        "仕事のない学生が、年金保険料の納付を待ってもらう",
        "A student without work asks for postponement of pension contributions",
    ),
    "heir": Caption(
        "夫を亡くした妻が、葬祭費と未支給年金をまとめて請求する",
        "A widow claims the funeral benefit and the unpaid pension together",
    ),
}
"""In the order of the page."""

COMMON: Final[Mapping[str, Caption]] = {
    "found": Caption("ふだんのことばでさがすと、手続が見つかります。", "Everyday words find the procedure."),
    "guide": Caption(
        "だれが、いつまでに、何を用意するか。申請の前に分かります。",
        "The guide says for whom it is, until when, and what is needed.",
    ),
    "pin": Caption(
        "端末でカードを選び、暗証番号（4桁）を入れて、サインインします。",
        "At the device: choose the card, enter the PIN of four digits, sign in.",
    ),
    "consent": Caption(
        "役所が持っている情報を下書きに入れることに、同意します。",
        "She or he agrees that the office fills in what it knows.",
    ),
    "signature": Caption(
        "署名用の暗証番号で、だれが申請するかを確かめます。送るときにも同じページで署名します。",
        "The signature password proves who applies; the same page signs what is sent.",
    ),
    "tasks": Caption(
        "役所の情報が入った下書きに、することが並びます。",
        "The draft is filled in with what the office knows; what is left stands in a list.",
    ),
    "you": Caption(
        "自分のことは、電話番号だけを書きます。", "Of oneself only the telephone number is asked."
    ),
    "request": Caption("申請の内容を選びます。", "What is applied for."),
    "children": Caption("お子さんのことに答えます。", "About the children."),
    "family": Caption("家族のことに答えます。", "About the family."),
    "family-more": Caption("前の答えに合わせて、続きを聞きます。", "What follows from the answers before."),
    "request-more": Caption(
        "学生なので、学校のことだけを続けて聞きます。", "For a student the school is asked, and nothing else."
    ),
    "benefit": Caption(
        "給付も続けて申請します。1回目か2回目かを選びます。", "Then the benefit: its first or second part."
    ),
    "income": Caption("所得と年金のことに答えます。", "About income and pensions."),
    "payment": Caption(
        "銀行と支店をさがして、口座を書きます。", "The account: bank and branch are looked up."
    ),
    "confirm": Caption("申請する前の確認に印を付けます。", "What everybody who applies declares."),
    "papers": Caption("必要な書類の写真を付けます。", "A picture of the paper is attached."),
    "check": Caption("送る前に、内容を確かめます。", "Check the answers before they are sent."),
    "arrived": Caption(
        "役所に届き、受付番号と決定までの期限が分かります。",
        "It has arrived: the receipt number, and until when it is decided.",
    ),
    "correction": Caption(
        "直してほしいところが、期限とあわせて届きます。", "The office asks for a correction, with a last day."
    ),
    "corrected": Caption(
        "印の付いた項目だけを直して、もう一度送ります。", "Only the marked field is changed, and sent again."
    ),
    "decided": Caption(
        "決定、理由、不服があるとき、通知書、支払いの手続が並びます。",
        "The decision with its grounds, how to object, the letter, and the payment order.",
    ),
    "notices": Caption("お知らせにも、一つずつ届いています。", "Each step stands in the inbox too."),
    "notice": Caption(
        "お知らせには、送った機関と、届いたとされる日時が残ります。",
        "A notice says who sent it and when it legally arrived.",
    ),
    "records": Caption(
        "だれが、だれに、なんのために自分のことを聞いたかが分かります。",
        "Who asked whom about oneself, and for what.",
    ),
}

OWN: Final[Mapping[tuple[str, str], Caption]] = {
    ("heir", "guide"): Caption(
        "手続の案内から、亡くなったときにすることの全部へ進めます。",
        "The guide leads to all that is due after a death.",
    ),
    ("heir", "due"): Caption(
        "亡くなった日といくつかの答えから、することと期限が並びます。",
        "From the day and a few answers: what is due, until when, at which office.",
    ),
    ("heir", "choice"): Caption("合う手続をまとめて選びます。", "Those that fit are chosen together."),
    ("heir", "consent"): Caption(
        "二つの申請のために、カードで一度だけ確かめます。", "The card is shown once for both."
    ),
    ("heir", "tasks"): Caption("共通の質問と、二つの下書きが並びます。", "Shared questions, and two drafts."),
    ("heir", "shared"): Caption(
        "同じ質問には一度だけ答えます。夫のことは住民票から入っています。",
        "What both ask is answered once; the register has told about her husband.",
    ),
    ("heir", "funeral"): Caption("葬祭費だけの質問です。", "What only the funeral benefit asks."),
    ("heir", "pension"): Caption("未支給年金だけの質問です。", "What only the unpaid pension asks."),
    ("heir", "ready"): Caption("二つとも送れるようになりました。", "Both are ready to be sent."),
    ("heir", "sent"): Caption(
        "一度の署名で二つを送りました。それぞれの役所が受け取ります。",
        "Signed with one card; each office takes its own.",
    ),
}
"""By story and step, where the common sentence does not fit."""


def steps_of(folder: Path) -> list[str]:
    """The pictures of a story, in order."""
    return sorted(each.name for each in folder.glob("*.png"))


def caption_of(story: str, picture: str) -> Caption:
    """The sentence of a picture. Raises KeyError."""
    step = picture.removesuffix(".png").partition("-")[2]
    return OWN.get((story, step)) or COMMON[step]
