"""What the portal says when a sign-in stops, and in the history of sign-ins."""

from __future__ import annotations

from mynumber.foundation import pki
from mynumber.institutions.portal.account.signing_in import FinishReason
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.errors import PageRefused

_AGAIN = "サインインをはじめからやり直してください。"
_NOT_DONE = "サインインは行われていません。"

FINISH: dict[FinishReason, tuple[str, str, tuple[str, ...]]] = {
    FinishReason.UNKNOWN: (
        "このサインインの依頼は見つかりません",
        f"アドレスが正しくないか、依頼がもう終わっています。{_NOT_DONE}",
        (_AGAIN,),
    ),
    FinishReason.EXPIRED: (
        "サインインの時間が切れました",
        f"カードの署名から時間がたったため、止めました。{_NOT_DONE}",
        (_AGAIN,),
    ),
    FinishReason.OTHER_BROWSER: (
        "サインインをはじめたブラウザーと違います",
        f"サインインは、はじめたときと同じブラウザーでだけ終えられます。{_NOT_DONE}",
        (
            _AGAIN,
            "ほかの人から届いたリンクを開いたときは、このページを閉じてください。",
            "同じブラウザーのときは、クッキーを受け入れる設定になっているか確かめてください。",
        ),
    ),
    FinishReason.NOT_ANSWERED: (
        "カードの署名がまだ届いていません",
        f"端末での操作が終わっていません。{_NOT_DONE}",
        ("端末のページに戻り、暗証番号を入れて署名してください。", _AGAIN),
    ),
    FinishReason.ALREADY_FINISHED: (
        "このサインインは、もう使われています",
        "ひとつの依頼でサインインできるのは一度だけです。",
        ("すでにサインインしているときは、はじめのページから続けられます。", _AGAIN),
    ),
    FinishReason.WRONG_CODE: (
        "サインインを確かめられませんでした",
        f"端末から戻るときの確認の値が合いません。安全のため、この依頼を終わりにしました。{_NOT_DONE}",
        (_AGAIN,),
    ),
}
"""Title, what happened, what to do."""

FINISH_STATUS: dict[FinishReason, int] = {
    FinishReason.UNKNOWN: 404,
    FinishReason.EXPIRED: 410,
    FinishReason.OTHER_BROWSER: 403,
    FinishReason.NOT_ANSWERED: 409,
    FinishReason.ALREADY_FINISHED: 409,
    FinishReason.WRONG_CODE: 403,
}

EVENT_REASONS: dict[str, str] = {
    pki.Reason.REVOKED.value: "失効している電子証明書が使われました。",
    pki.Reason.SUSPENDED.value: "一時停止している電子証明書が使われました。",
    pki.Reason.SUSPENDED.value: "一時停止している電子証明書が使われました。",
    pki.Reason.EXPIRED.value: "有効期間が過ぎた電子証明書が使われました。",
    pki.Reason.BAD_SIGNATURE.value: "電子証明書は届きましたが、カードの署名が合いませんでした。",
    pki.Reason.REVOCATION_LIST_STALE.value: "失効しているかどうかを確かめられませんでした。",
    FinishReason.OTHER_BROWSER.value: "サインインをはじめたものと違うブラウザーが使われました。",
    FinishReason.EXPIRED.value: "時間が切れました。",
    FinishReason.ALREADY_FINISHED.value: "一度使った依頼が、もう一度使われました。",
    FinishReason.WRONG_CODE.value: "端末から戻るときの確認の値が合いませんでした。",
}
"""Words of a refusal in the history; another reason is `OTHER_REASON`."""
OTHER_REASON = "電子証明書を受け付けられませんでした。"

UNCHECKABLE = PageRefused(
    "いまはサインインできません",
    "電子証明書が失効していないかを確かめる相手（地方公共団体情報システム機構）から返事がありません。確かめられない電子証明書では、どなたもサインインできません。",
    "数分待ってから、もう一度試してください。",
    "急ぐときは、市区町村の窓口にご相談ください。",
    reason="revocation_list_stale",
    status=503,
    hop=Hop.JLIS.label_ja,
    title_en="Certificates cannot be checked at the moment",
)

NO_CODE_YET = "情報提供ネットワークシステムで、あなたの記録を引くための符号が、まだ届いていません。"


def why_no_code(refused: Refused) -> str:
    """Why the code did not come, in a sentence for the resident."""
    if refused.reason is Reason.UNKNOWN_RECORD:
        return "この電子証明書の持ち主が、住民基本台帳ネットワークシステムで見つかりませんでした。市区町村の窓口にご相談ください。"
    return f"{refused.hop.label_ja}で止まりました。少し待ってから、もう一度受け取ってください。"
