"""What the identity provider says to residents and developers."""

from __future__ import annotations

from mynumber.institutions.portal.account.attributes import HandedAttributes
from mynumber.institutions.portal.identity.clients import Fault

SCOPE_WORDS: dict[str, tuple[str, str]] = {
    "openid": (
        "あなたを見分ける符号",
        "このサービスだけで通じる符号です。マイナンバーでも、電子証明書の番号でもありません。ほかのサービスの符号とは結び付けられません。",
    ),
    "name": ("お名前", "署名用電子証明書に書かれている氏名です。"),
    "address": ("ご住所", "署名用電子証明書に書かれている住所です。"),
    "birthdate": ("生年月日", "署名用電子証明書に書かれている生年月日です。"),
    "gender": ("性別", "署名用電子証明書に書かれている性別です。"),
    "sign": (
        "電子署名",
        "このあと署名した書類の署名と、署名用電子証明書（氏名・住所・生年月日・性別を含みます）です。",
    ),
}
"""Scope: what it is called, and what it is."""

REFUSED_TITLE = "サービスからの依頼を受け付けられません"
REFUSED_WHAT = (
    "サービスからマイナポータルへの依頼に誤りがあるため、止めました。あなたの情報は、どこにも渡っていません。"
)
REFUSED_ADVICE = (
    "サービスのページに戻って、はじめからやり直してください。",
    "続くときは、このページの「理由」をそえて、サービスの問い合わせ先に伝えてください。",
)
GONE_TITLE = "この依頼は終わっています"
GONE_WHAT = "時間がたったか、別のブラウザーではじめた依頼か、もう答えた依頼です。あなたの情報は、新しくどこにも渡っていません。"
GONE_ADVICE = ("サービスのページに戻って、サインインをはじめからやり直してください。",)

FAULTS: dict[Fault, tuple[str, str]] = {
    Fault.NAME: ("name", "1文字から60文字の、1行の名前を入れてください。"),
    Fault.REDIRECT_URI: (
        "redirect_uris",
        "https://、開発中の http://localhost…、またはアプリ独自のスキーム（点を含むもの）で入れてください。「#」「*」は使えません。",
    ),
    Fault.HOSTS: (
        "redirect_uris",
        "ホスト名はひとつにそろえてください。利用者を見分ける符号は、ホスト名ごとに変わります。ホストが違うときは、別のサービスとして登録してください。",
    ),
    Fault.KEYS: ("jwks", "P-256 の公開鍵を、JWK か JWK Set（5個まで）で入れてください。"),
    Fault.PRIVATE_KEY: (
        "jwks",
        "秘密の鍵（d など）が入っています。登録はしていません。この鍵は使うのをやめ、新しく作った鍵の公開鍵だけを入れてください。",
    ),
    Fault.NO_SIGNING_KEY: ("jwks", "use が sig の鍵を、ひとつは入れてください。"),
    Fault.NO_ENCRYPTION_KEY: (
        "jwks",
        "電子署名を求めるときは、結果を暗号化するための use が enc の鍵も入れてください。",
    ),
    Fault.SCOPES: ("scopes", "選べないものが入っています。"),
    Fault.INITIATE_LOGIN_URI: ("initiate_login_uri", "戻り先と同じホストのアドレスで入れてください。"),
}
"""Fault: the field of the form it belongs to, and what to do."""

_SEX = {"male": "男", "female": "女", "unstated": "記載なし"}


def shown_values(attributes: HandedAttributes) -> dict[str, str]:
    """What of the certificate would go out with each scope, for the resident to see before agreeing."""
    values = {
        "name": attributes.name,
        "address": attributes.address,
        "birthdate": attributes.birth_date and _day(attributes.birth_date),
        "gender": attributes.sex and _SEX[attributes.sex],
    }
    return {scope: value for scope, value in values.items() if value}


def _day(iso: str) -> str:
    """A date as people write it; what the register does not know is said so."""
    year, month, day = iso.split("-")
    parts = ((year, "年"), (month, "月"), (day, "日"))
    return "".join(f"{int(digits)}{unit}" if int(digits) else f"不明{unit}" for digits, unit in parts)
