"""What the portal says when a sign-in stops, and in the history of sign-ins."""

from __future__ import annotations

from dataclasses import dataclass

from mynumber.foundation import pki
from mynumber.institutions.portal.account.signing_in import FinishReason
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.errors import PageRefused
from mynumber.webkit.face.errors import Said
from mynumber.webkit.face.language import say

_AGAIN = "サインインをはじめからやり直してください。"
_AGAIN_EN = "Begin the sign-in again."
_AGAIN_EASY = "はじめから して ください。"
_NOT_DONE = "サインインは行われていません。"
_NOT_DONE_EN = "You are not signed in."
_NOT_DONE_EASY = "まだ 入って いません。"


@dataclass(frozen=True, slots=True)
class Stopped:
    """Why a sign-in stopped, in each language."""

    japanese: Said
    english: Said
    easy: Said


FINISH: dict[FinishReason, Stopped] = {
    FinishReason.UNKNOWN: Stopped(
        Said(
            "このサインインの依頼は見つかりません",
            f"アドレスが正しくないか、依頼がもう終わっています。{_NOT_DONE}",
            (_AGAIN,),
        ),
        Said(
            "This sign-in is not known",
            f"The address is wrong, or the request is over. {_NOT_DONE_EN}",
            (_AGAIN_EN,),
        ),
        Said(
            "この サインインは ありません", f"もう おわったかも しれません。{_NOT_DONE_EASY}", (_AGAIN_EASY,)
        ),
    ),
    FinishReason.EXPIRED: Stopped(
        Said(
            "サインインの時間が切れました",
            f"カードの署名から時間がたったため、止めました。{_NOT_DONE}",
            (_AGAIN,),
        ),
        Said(
            "The sign-in ran out of time",
            f"Too much time went by since the card signed. {_NOT_DONE_EN}",
            (_AGAIN_EN,),
        ),
        Said(
            "時間が たちました", f"カードを つかってから 時間が たちました。{_NOT_DONE_EASY}", (_AGAIN_EASY,)
        ),
    ),
    FinishReason.OTHER_BROWSER: Stopped(
        Said(
            "サインインをはじめたブラウザーと違います",
            f"サインインは、はじめたときと同じブラウザーでだけ終えられます。{_NOT_DONE}",
            (
                _AGAIN,
                "ほかの人から届いたリンクを開いたときは、このページを閉じてください。",
                "同じブラウザーのときは、クッキーを受け入れる設定になっているか確かめてください。",
            ),
        ),
        Said(
            "This is not the browser that began",
            f"A sign-in ends only in the browser where it began. {_NOT_DONE_EN}",
            (
                _AGAIN_EN,
                "If somebody sent you the link, close this page.",
                "If it is the same browser, see that it accepts cookies.",
            ),
        ),
        Said(
            "ちがう ブラウザーです",
            f"はじめた ときと おなじ ブラウザーで して ください。{_NOT_DONE_EASY}",
            (_AGAIN_EASY, "ほかの 人から きた リンクの ときは、この ページを とじて ください。"),
        ),
    ),
    FinishReason.NOT_ANSWERED: Stopped(
        Said(
            "カードの署名がまだ届いていません",
            f"端末での操作が終わっていません。{_NOT_DONE}",
            ("端末のページに戻り、暗証番号を入れて署名してください。", _AGAIN),
        ),
        Said(
            "The card has not signed yet",
            f"What you began on the device is not finished. {_NOT_DONE_EN}",
            ("Go back to the page of the device and sign with your PIN.", _AGAIN_EN),
        ),
        Said(
            "カードが まだ つかわれて いません",
            f"機械で する ことが のこって います。{_NOT_DONE_EASY}",
            ("機械の ページに もどって、暗証番号を 入れて ください。", _AGAIN_EASY),
        ),
    ),
    FinishReason.ALREADY_FINISHED: Stopped(
        Said(
            "このサインインは、もう使われています",
            "ひとつの依頼でサインインできるのは一度だけです。",
            ("すでにサインインしているときは、はじめのページから続けられます。", _AGAIN),
        ),
        Said(
            "This sign-in was used already",
            "A request signs in once.",
            ("If you are signed in, go on from the first page.", _AGAIN_EN),
        ),
        Said(
            "もう つかいました",
            "1回だけ つかえます。",
            ("もう 入って いる ときは、はじめの ページから つづけて ください。", _AGAIN_EASY),
        ),
    ),
    FinishReason.WRONG_CODE: Stopped(
        Said(
            "サインインを確かめられませんでした",
            f"端末から戻るときの確認の値が合いません。安全のため、この依頼を終わりにしました。{_NOT_DONE}",
            (_AGAIN,),
        ),
        Said(
            "The sign-in could not be checked",
            f"What came back from the device does not fit. For safety the request was ended. {_NOT_DONE_EN}",
            (_AGAIN_EN,),
        ),
        Said(
            "サインインを たしかめられませんでした",
            f"機械から きた ものが ちがいます。安全の ために おわりました。{_NOT_DONE_EASY}",
            (_AGAIN_EASY,),
        ),
    ),
}
"""What happened and what to do."""

FINISH_STATUS: dict[FinishReason, int] = {
    FinishReason.UNKNOWN: 404,
    FinishReason.EXPIRED: 410,
    FinishReason.OTHER_BROWSER: 403,
    FinishReason.NOT_ANSWERED: 409,
    FinishReason.ALREADY_FINISHED: 409,
    FinishReason.WRONG_CODE: 403,
}

EVENT_REASONS: dict[str, tuple[str, str, str]] = {
    pki.Reason.REVOKED.value: (
        "失効している電子証明書が使われました。",
        "A revoked certificate was used.",
        "つかえない 電子証明書でした。",
    ),
    pki.Reason.SUSPENDED.value: (
        "一時停止している電子証明書が使われました。",
        "A suspended certificate was used.",
        "止めた 電子証明書でした。",
    ),
    pki.Reason.EXPIRED.value: (
        "有効期間が過ぎた電子証明書が使われました。",
        "An expired certificate was used.",
        "古い 電子証明書でした。",
    ),
    pki.Reason.BAD_SIGNATURE.value: (
        "電子証明書は届きましたが、カードの署名が合いませんでした。",
        "The certificate came, but the card's signature did not match.",
        "カードの 署名が ちがいました。",
    ),
    pki.Reason.REVOCATION_LIST_STALE.value: (
        "失効しているかどうかを確かめられませんでした。",
        "It could not be told whether the certificate is revoked.",
        "つかえるか わかりませんでした。",
    ),
    FinishReason.OTHER_BROWSER.value: (
        "サインインをはじめたものと違うブラウザーが使われました。",
        "Another browser was used than the one that began.",
        "ちがう ブラウザーでした。",
    ),
    FinishReason.EXPIRED.value: ("時間が切れました。", "Time ran out.", "時間が たちました。"),
    FinishReason.ALREADY_FINISHED.value: (
        "一度使った依頼が、もう一度使われました。",
        "A request was used a second time.",
        "2回 つかわれました。",
    ),
    FinishReason.WRONG_CODE.value: (
        "端末から戻るときの確認の値が合いませんでした。",
        "What came back from the device did not match.",
        "機械からの あたいが ちがいました。",
    ),
}
"""Words of a refusal in the history; another reason is `OTHER_REASON`."""
OTHER_REASON = (
    "電子証明書を受け付けられませんでした。",
    "The certificate was not accepted.",
    "電子証明書を うけつけられませんでした。",
)

UNCHECKABLE = PageRefused(
    "いまはサインインできません",
    "電子証明書が失効していないかを確かめる相手（地方公共団体情報システム機構）から返事がありません。確かめられない電子証明書では、どなたもサインインできません。",
    "数分待ってから、もう一度試してください。",
    "急ぐときは、市区町村の窓口にご相談ください。",
    reason="revocation_list_stale",
    status=503,
    hop=Hop.JLIS.label_ja,
    english=Said(
        "You cannot sign in now",
        "J-LIS, which knows whether a certificate is revoked, does not answer. Nobody can sign in with a certificate that cannot be checked.",
        ("Try again in a few minutes.", "If it is urgent, ask your municipality."),
    ),
    easy=Said(
        "いまは 入れません",
        "カードが つかえるか わかりません。だれも 入れません。",
        ("すこし まって、もう いちど して ください。", "いそぐ ときは、市役所に きいて ください。"),
    ),
)


def no_code_yet() -> str:
    """Why there are no records yet."""
    return say(
        "情報提供ネットワークシステムで、あなたの記録を引くための符号が、まだ届いていません。",
        "The code by which the information network finds your records is not here yet.",
        "きろくを 見る ための しるしが まだ とどいて いません。",
    )


def why_no_code(refused: Refused) -> str:
    """Why the code did not come, in a sentence for the resident."""
    if refused.reason is Reason.UNKNOWN_RECORD:
        return say(
            "この電子証明書の持ち主が、住民基本台帳ネットワークシステムで見つかりませんでした。市区町村の窓口にご相談ください。",
            "The holder of this certificate was not found in the residents network. Ask your municipality.",
            "この カードの 人が 見つかりません。市役所に きいて ください。",
        )
    return say(
        f"{refused.hop.label_ja}で止まりました。少し待ってから、もう一度受け取ってください。",
        "It stopped on its way. Wait a little and get it again.",
        "とちゅうで 止まりました。あとで もう いちど して ください。",
    )
