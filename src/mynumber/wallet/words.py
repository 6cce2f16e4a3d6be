"""What the device says to its holder when something stops."""

from __future__ import annotations

from dataclasses import dataclass

from mynumber.protocols.sign_in import Reason

TRIES_WORDS = "暗証番号が違います。あと{remaining}回まちがえると、このカードはロックされます。"
CARD_DAMAGED = "このカードを読み取れませんでした。別のカードを選ぶか、カードを発行した窓口にご相談ください。"


@dataclass(frozen=True, slots=True)
class Stopped:
    """A sign-in that does not go on: what happened and what to do."""

    title: str
    what: str
    advice: tuple[str, ...]


_AGAIN = "マイナポータルに戻り、サインインをはじめからやり直してください。"
_NOTHING_SENT = "カードは何にも署名していません。"

STOPPED: dict[Reason, Stopped] = {
    Reason.MALFORMED: Stopped(
        "サインインの依頼を読み取れません",
        f"このページのアドレスが正しくありません。{_NOTHING_SENT}",
        (_AGAIN,),
    ),
    Reason.UNKNOWN_PORTAL: Stopped(
        "知らない相手からの依頼です",
        f"この端末が知らないサイトから、サインインの依頼が届きました。{_NOTHING_SENT}",
        (
            "心当たりがなければ、このページを閉じてください。",
            "サインインは、マイナポータルのページからはじめてください。",
        ),
    ),
    Reason.WRONG_REQUEST: Stopped(
        "依頼の内容が変わりました",
        f"画面に示した内容と、署名を求められた内容が違うため、止めました。{_NOTHING_SENT}",
        (_AGAIN,),
    ),
    Reason.UNKNOWN_REQUEST: Stopped(
        "このサインインの依頼は見つかりません",
        f"依頼がもう終わっているか、アドレスが違います。{_NOTHING_SENT}",
        (_AGAIN,),
    ),
    Reason.EXPIRED: Stopped(
        "サインインの時間が切れました",
        "安全のため、サインインの依頼は5分で終わります。サインインは行われていません。",
        (_AGAIN,),
    ),
    Reason.ALREADY_ANSWERED: Stopped(
        "このサインインの依頼は、もう使われています",
        "ひとつの依頼で署名できるのは一度だけです。",
        ("マイナポータルのページを開いて、サインインできているか確かめてください。", _AGAIN),
    ),
    Reason.CERTIFICATE_NOT_ACCEPTED: Stopped(
        "このカードの電子証明書は使えません",
        "マイナポータルが、カードの利用者証明用電子証明書を受け付けませんでした。失効しているか、有効期間が過ぎています。",
        (
            "カードをなくした届出をしたあとに見つかったときは、市区町村の窓口にご相談ください。",
            "有効期間が過ぎたときは、市区町村の窓口で新しい電子証明書を受け取ってください。",
        ),
    ),
    Reason.SIGNATURE_NOT_ACCEPTED: Stopped(
        "署名を確かめられませんでした",
        "マイナポータルが、カードの署名を受け付けませんでした。サインインは行われていません。",
        (_AGAIN, "続くときは、カードを発行した窓口にご相談ください。"),
    ),
    Reason.UNREACHABLE: Stopped(
        "マイナポータルにつながりません",
        "マイナポータルから正しい返事がありません。サインインは行われていません。",
        ("少し待ってから、サインインをはじめからやり直してください。",),
    ),
}
"""Words for each reason."""

CANNOT_CHECK = Stopped(
    "いまは電子証明書を確かめられません",
    "マイナポータルが、失効の情報を発行者から受け取れないため、サインインを止めました。カードや電子証明書に問題があるわけではありません。",
    ("数分待ってから、サインインをはじめからやり直してください。",),
)
"""Instead of CERTIFICATE_NOT_ACCEPTED when the portal could not check: `UNCHECKED` lists the details that say so."""
UNCHECKED = frozenset({"revocation_list_stale", "no_revocation_list"})
