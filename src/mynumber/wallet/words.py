"""What the device says to its holder when something stops."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from mynumber.foundation.documents import RefusedBecause
from mynumber.foundation.smartcard import PinName
from mynumber.protocols.sign_in import Reason, SignInRefused
from mynumber.wallet.cards import Event

CARD_DAMAGED = "このカードを読み取れませんでした。別のカードを選ぶか、カードを発行した窓口にご相談ください。"

EVENT_WORDS: Mapping[Event, str] = {
    Event.RECEIVED: "この端末で受け取りました",
    Event.SIGNED_IN: "サインインの署名を送りました",
    Event.GAVE_ATTRIBUTES: "署名用の電子証明書を送りました",
    Event.SIGNED: "書類に署名して送りました",
    Event.SIGNED_FILE: "この端末でファイルに署名しました",
    Event.WRONG_PIN: "暗証番号が違いました",
    Event.BLOCKED: "ロックされました",
    Event.PIN_CHANGED: "暗証番号を変えました",
    Event.PIN_SET: "窓口で暗証番号を決めました",
    Event.ON_READER: "窓口の読み取り機に置きました",
    Event.PHONE: "スマートフォン用の電子証明書を申請しました",
}
"""What was done with a card at this device."""


class Act(StrEnum):
    """What the holder was doing, in words."""

    SIGN_IN = "サインイン"
    SIGNING = "署名"
    PHONE = "申請"


@dataclass(frozen=True, slots=True)
class Stopped:
    """Something that does not go on: what happened and what to do."""

    title: str
    what: str
    advice: tuple[str, ...]


def stopped(refused: SignInRefused, act: Act) -> Stopped:
    """The words for a refusal."""
    words = CANNOT_CHECK if refused.detail in UNCHECKED else _STOPPED[refused.reason]
    fill = {"act": act.value, "again": _AGAIN.format(act=act.value), "nothing": _NOTHING}
    return Stopped(
        words.title.format(**fill),
        words.what.format(**fill),
        tuple(line.format(**fill) for line in words.advice),
    )


_AGAIN = "マイナポータルに戻り、{act}をはじめからやり直してください。"
_NOTHING = "カードは何にも署名していません。"

_STOPPED: Mapping[Reason, Stopped] = {
    Reason.MALFORMED: Stopped(
        "{act}の依頼を読み取れません",
        "このページのアドレスが正しくありません。{nothing}",
        ("{again}",),
    ),
    Reason.UNKNOWN_PORTAL: Stopped(
        "知らない相手からの依頼です",
        "この端末が知らないサイトから、{act}の依頼が届きました。{nothing}",
        (
            "心当たりがなければ、このページを閉じてください。",
            "{act}は、マイナポータルのページからはじめてください。",
        ),
    ),
    Reason.WRONG_REQUEST: Stopped(
        "依頼の内容が変わりました",
        "画面に示した内容と、署名を求められた内容が違うため、止めました。{nothing}",
        ("{again}",),
    ),
    Reason.UNKNOWN_REQUEST: Stopped(
        "この{act}の依頼は見つかりません",
        "依頼がもう終わっているか、アドレスが違います。{nothing}",
        ("{again}",),
    ),
    Reason.EXPIRED: Stopped(
        "{act}の時間が切れました",
        "安全のため、{act}の依頼は5分で終わります。{act}は行われていません。",
        ("{again}",),
    ),
    Reason.ALREADY_ANSWERED: Stopped(
        "この{act}の依頼は、もう使われています",
        "ひとつの依頼に答えられるのは一度だけです。",
        ("マイナポータルのページを開いて、{act}が終わっているか確かめてください。", "{again}"),
    ),
    Reason.CERTIFICATE_NOT_ACCEPTED: Stopped(
        "このカードの電子証明書は使えません",
        "マイナポータルが、カードの電子証明書を受け付けませんでした。失効しているか、有効期間が過ぎています。",
        (
            "引っ越しや結婚などで氏名や住所が変わると、署名用の電子証明書は使えなくなります。市区町村の窓口で新しくできます。",
            "カードをなくした届出をしたあとに見つかったときは、市区町村の窓口にご相談ください。",
            "有効期間が過ぎたときは、市区町村の窓口で新しい電子証明書を受け取ってください。",
        ),
    ),
    Reason.SIGNATURE_NOT_ACCEPTED: Stopped(
        "署名を確かめられませんでした",
        "マイナポータルが、カードの署名を受け付けませんでした。{act}は行われていません。",
        ("{again}", "続くときは、カードを発行した窓口にご相談ください。"),
    ),
    Reason.UNREACHABLE: Stopped(
        "マイナポータルにつながりません",
        "マイナポータルから正しい返事がありません。{act}は行われていません。",
        ("少し待ってから、{act}をはじめからやり直してください。",),
    ),
}

CANNOT_CHECK = Stopped(
    "いまは電子証明書を確かめられません",
    "マイナポータルが、失効の情報を発行者から受け取れないため、{act}を止めました。カードや電子証明書に問題があるわけではありません。",
    ("数分待ってから、{act}をはじめからやり直してください。",),
)
"""Instead of CERTIFICATE_NOT_ACCEPTED when the portal could not check: `UNCHECKED` lists the details that say so."""
UNCHECKED = frozenset({"revocation_list_stale", "no_revocation_list"})

DOCUMENT_REFUSED: Mapping[RefusedBecause, str] = {
    RefusedBecause.MALFORMED: "PDFとして読み取れません。別のソフトで開いて保存しなおしてから、選んでください。",
    RefusedBecause.TOO_LARGE: "ファイルが大きすぎます。20MBまでです。",
    RefusedBecause.ENCRYPTED: "パスワードのかかったPDFには署名できません。",
    RefusedBecause.LOCKED: "このPDFは、前の署名が、あとからの署名を許していません。",
    RefusedBecause.ALREADY_SIGNED: "このファイルには、もう署名があります。",
    RefusedBecause.NO_CERTIFICATE: "カードの署名用の電子証明書を読み取れません。",
}
"""Why a file is not signed."""

READER_REFUSED: Mapping[Reason, str] = {
    **dict.fromkeys(Reason, "窓口が受け付けませんでした。係の人に、新しい番号を出してもらってください。"),
    Reason.UNKNOWN_REQUEST: "この番号は見つかりません。数字と場所を確かめてください。",
    Reason.EXPIRED: "この番号は時間切れです。新しい番号を出してもらってください。",
    Reason.ALREADY_ANSWERED: "この番号は、ほかの端末で使われています。新しい番号を出してもらってください。",
    Reason.UNREACHABLE: "窓口につながりません。少し待ってから、もう一度押してください。",
}
"""What is said when a place does not go on."""

WHAT_A_PIN_OPENS: Mapping[PinName, str] = {
    PinName.AUTHENTICATION: "入力すると、この窓口は、このカードで本人であることを示す署名を作れます。",
    PinName.SIGNATURE: "入力すると、この窓口は、氏名・住所・生年月日・性別の入った電子証明書を読み取り、あなたの署名を作れます。",
    PinName.TEXT_SUPPORT: "入力すると、この窓口は、個人番号と、氏名・住所・生年月日・性別を読み取れます。",
    PinName.JUKI: "入力すると、この窓口は、住民基本台帳の手続きにこのカードを使えます。",
}
"""What a place can do once a PIN was entered."""
