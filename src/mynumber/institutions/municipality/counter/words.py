"""Words of the counter: what a state means, what comes next, why J-LIS said no."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mynumber.protocols.card_life import CardState
from mynumber.protocols.certification import CertificateState
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.face.parts import Kind


@dataclass(frozen=True, slots=True)
class StateWords:
    """How a state is told."""

    name: str
    kind: Kind
    meaning: str
    next_step: str


CARD_STATES: Final = {
    CardState.APPLIED: StateWords(
        "審査中",
        Kind.INFO,
        "J-LISが申請と写真を確かめています。",
        "待ちます。不備があれば、ここに知らせが来ます。",
    ),
    CardState.RETURNED_TO_APPLICANT: StateWords(
        "申請の不備",
        Kind.WARN,
        "申請か写真を直す必要があり、製造は止まっています。",
        "本人に不備の内容を伝え、写真を撮り直して、申請を直します。",
    ),
    CardState.IN_PRODUCTION: StateWords(
        "製造中",
        Kind.INFO,
        "J-LISがカードを作っています。",
        "待ちます。できあがると、この市区町村に届きます。",
    ),
    CardState.DELIVERED: StateWords(
        "到着・交付待ち",
        Kind.WARN,
        "カードができ、この市区町村に届いています。まだ使えません。",
        "交付通知書を本人に送り、来庁したら本人確認をして交付します。",
    ),
    CardState.HANDED_OVER: StateWords(
        "使用中", Kind.SUCCESS, "本人に交付し、使われています。", "することはありません。"
    ),
    CardState.SUSPENDED: StateWords(
        "一時停止中",
        Kind.WARN,
        "紛失の届出により、電子証明書を止めています。",
        "見つかったら、本人確認をして再開します。見つからなければ、廃止して作り直します。",
    ),
    CardState.RETURNED: StateWords(
        "返納", Kind.NEUTRAL, "本人がカードを返しました。", "必要なら、新しく申請できます。"
    ),
    CardState.ENDED: StateWords(
        "失効",
        Kind.NEUTRAL,
        "新しいカードの交付、有効期限、死亡などで、使えなくなりました。",
        "必要なら、新しく申請できます。",
    ),
}
CERTIFICATE_STATES: Final = {
    CertificateState.GOOD: ("有効", Kind.SUCCESS),
    CertificateState.SUSPENDED: ("一時停止", Kind.WARN),
    CertificateState.REVOKED: ("失効", Kind.NEUTRAL),
    CertificateState.EXPIRED: ("期限切れ", Kind.NEUTRAL),
    CertificateState.UNKNOWN: ("不明", Kind.NEUTRAL),
}

_WHY: Final = {
    Reason.UNKNOWN_RECORD: "J-LISに、この市区町村の住民のカードとしての記録がありません。転出・返納・廃止の有無を確かめてください。",
    Reason.NOT_ENTITLED: "この人またはこのカードには、この手続きは認められていません（15歳未満の署名用電子証明書など）。",
    Reason.DUPLICATE_REQUEST: "この人の別の申請が進んでいるか、すでにカードがあります。",
}


def why_refused(refused: Refused) -> str:
    """Why J-LIS said no, for clerk and holder."""
    if refused.hop is Hop.JLIS and refused.is_signed and refused.reason in _WHY:
        return _WHY[refused.reason]
    return f"{refused.hop.label_ja}：{refused.reason.sentence_ja}"
