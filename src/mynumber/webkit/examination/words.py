"""Words for people about applications: states, steps, what happened, the places of a form."""

from __future__ import annotations

from typing import Final

from mynumber.foundation.procedures.definition import Procedure
from mynumber.foundation.procedures.loading import UnknownProcedure, catalogue
from mynumber.protocols.applications import Step
from mynumber.webkit.examination.models import Application
from mynumber.webkit.examination.states import State
from mynumber.webkit.face.parts import Chip, Kind

ACTS: Final = {
    "arrived": "申請が届きました",
    "reminded": "補正の期限を過ぎたことを知らせました",
    "overdue": "補正が届かないため、届いている内容での審査に戻しました",
    "corrected": "本人が申請を改めて送りました",
    "identified": "申請者を住民票と結び付けました",
    "claimed": "担当になりました",
    "released": "担当を離れました",
    "opened": "申請の内容を見ました",
    "paper": "添付書類を見ました",
    "looked": "添付書類の送り主の署名を、もう一度確かめました",
    "accepted": "受理しました",
    "asked": "情報連携で照会しました",
    "correction": "補正を求めました",
    "words": "本人に知らせました",
    "read_words": "本人から連絡が届きました",
    "confirmed": "審査で確かめた事実を記録しました",
    "proposed": "決定を起案しました",
    "returned": "起案を差し戻しました",
    "approved": "決裁しました",
    "ordered": "支払を指示しました",
    "transfer_sent": "銀行が振込を受け付けました",
    "transfer_paid": "銀行から振込済の知らせが届きました",
    "transfer_returned": "銀行から資金返却の知らせが届きました",
    "account_asked": "別の口座を本人に聞きました",
    "account_given": "本人が別の口座を知らせました",
    "registered_used": "公金受取口座を振込先にしました",
    "paid": "支払われたことを確かめました",
    "closed": "完了しました",
    "withdrawn": "本人が取り下げました",
    "draft": "窓口で下書きを引き継ぎました",
    "handed_in": "窓口で申請を受け付けました",
}
STEPS: Final = {
    Step.ARRIVED: "到達",
    Step.ACCEPTED: "受理",
    Step.CORRECTION_ASKED: "補正の求め",
    Step.CORRECTED: "補正・変更の到達",
    Step.WORDS: "連絡",
    Step.WITHDRAWN: "取下げ",
    Step.GRANTED: "決定（認める）",
    Step.GRANTED_IN_PART: "決定（一部を認める）",
    Step.REFUSED: "決定（認めない）",
    Step.PAYMENT_ORDERED: "支払の指示",
    Step.TRANSFER_SENT: "銀行への振込の依頼",
    Step.PAID: "支払",
    Step.PAYMENT_RETURNED: "振込先の口座の確認",
    Step.CLOSED: "完了",
}
_KINDS: Final = {
    State.ARRIVED: Kind.INFO,
    State.EXAMINED: Kind.HOUSE,
    State.CORRECTING: Kind.WARN,
    State.PROPOSED: Kind.INFO,
    State.DECIDED: Kind.SUCCESS,
    State.CLOSED: Kind.NEUTRAL,
    State.WITHDRAWN: Kind.NEUTRAL,
}


def office_of(application: Application) -> str:
    """Who has it, in words."""
    held = application.holder.department if application.holder else application.desk
    return f"{application.body}　{held}"


def title_of(application: Application) -> str:
    """What it is an application for."""
    try:
        return catalogue().version(application.procedure, application.version).title.ja
    except UnknownProcedure:
        return application.procedure


def label_of(procedure: Procedure, path: str) -> str:
    """The label of a numbered path: 「お子さん 1：生年月日」."""
    parts = path.split(".")
    fields = {each.id: each for each in procedure.field}
    field = fields.get(parts[0])
    if field is None:
        return path
    words = [field.label.ja]
    if len(parts) > 1 and parts[1].isdigit():
        words[0] += f" {int(parts[1]) + 1}"
        inner = {each.id: each for each in field.field}
        if len(parts) > 2 and parts[2] in inner:
            words.append(inner[parts[2]].label.ja)
    return "：".join(words)


def chip_of(application: Application) -> Chip:
    """Where an application stands."""
    known = State(application.state)
    return Chip(str(known.label), _KINDS[known])
