"""Why an act on an application is not possible, with the sentence for the page."""

from __future__ import annotations

from enum import Enum


class No(Enum):
    """Why an act is not possible, with the sentence for the page."""

    CLAIMED = "この申請は、すでに別の担当者が受け持っています。"
    NOT_YOURS = "この申請の担当者ではありません。先に担当になってください。"
    NOT_NOW = "申請の状態が変わったため、この操作はできません。画面を読み直してください。"
    UNIDENTIFIED = "申請者がまだ住民票と結び付いていません。"
    NO_FIELDS = "補正を求める項目を一つ以上選び、理由を書いてください。"
    NOT_A_FIELD = "この様式にない項目です。"
    TOO_EARLY = "補正の期限は、あすより後の日にしてください。"
    NO_WORDS = "内容を書いてください。"
    NOT_A_VALUE = "値の形が項目に合いません。"
    NOT_FOUND = "この宛名番号の住民がいません。"
    LIVE_ELSEWHERE = "同じ人の同じ手続の申請が、すでに審査中です。"
    OWN = "起案した本人は決裁できません。別の人が決裁してください。"
    NO_REASONS = "理由を書いてください（行政手続法第8条）。"
    OPEN_DEFICITS = "足りない項目が残っています。補正を求めるか、事実を確かめてから受理してください。"
    UNKNOWN = "まだ分からない事実があるため、規則では決められません。"
    NOTHING = "確かめた内容を一つ以上入力してください。"
    NO_AMOUNT = "金額を1円以上の数字で入力してください。"


class CannotDo(Exception):
    """An act that is not possible now."""

    def __init__(self, why: No) -> None:
        super().__init__(why.name.lower())
        self.why = why
