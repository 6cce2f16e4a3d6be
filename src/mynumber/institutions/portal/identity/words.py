"""What the identity provider says to residents and developers."""

from __future__ import annotations

from typing import Final

from mynumber.institutions.portal.account.attributes import HandedAttributes
from mynumber.institutions.portal.identity.clients import Fault
from mynumber.webkit.errors import PageRefused
from mynumber.webkit.face.errors import Said
from mynumber.webkit.face.language import is_english, say

_SCOPES: Final = {
    "openid": (
        ("あなたを見分ける符号", "A code that tells you apart", "あなたの しるし"),
        (
            "このサービスだけで通じる符号です。マイナンバーでも、電子証明書の番号でもありません。ほかのサービスの符号とは結び付けられません。",
            "Good for this service alone. It is neither your My Number nor your certificate's number, and cannot be tied to the code of another service.",
            "この サービスだけの しるしです。マイナンバーでは ありません。",
        ),
    ),
    "name": (
        ("お名前", "Name", "名前"),
        (
            "署名用電子証明書に書かれている氏名です。",
            "The name in your signature certificate.",
            "カードの 電子証明書に ある 名前です。",
        ),
    ),
    "address": (
        ("ご住所", "Address", "住所"),
        (
            "署名用電子証明書に書かれている住所です。",
            "The address in your signature certificate.",
            "カードの 電子証明書に ある 住所です。",
        ),
    ),
    "birthdate": (
        ("生年月日", "Day of birth", "生まれた 日"),
        (
            "署名用電子証明書に書かれている生年月日です。",
            "The day of birth in your signature certificate.",
            "カードの 電子証明書に ある 生まれた 日です。",
        ),
    ),
    "gender": (
        ("性別", "Sex", "男か 女か"),
        (
            "署名用電子証明書に書かれている性別です。",
            "The sex in your signature certificate.",
            "カードの 電子証明書に ある ことです。",
        ),
    ),
    "sign": (
        ("電子署名", "Electronic signature", "電子署名"),
        (
            "このあと署名した書類の署名と、署名用電子証明書（氏名・住所・生年月日・性別を含みます）です。",
            "The signatures on the documents that you sign next, and your signature certificate (with name, address, day of birth and sex).",
            "このあと 署名した 書類の 署名と、電子証明書です（名前・住所・生まれた 日・男か 女かが 入って います）。",
        ),
    ),
}


def scope_words(scope: str) -> tuple[str, str]:
    """What a scope is called, and what it is, in the chosen language."""
    name, what = _SCOPES[scope]
    return say(*name), say(*what)


def refused(error: str) -> PageRefused:
    """The service's request is wrong; `error` is the code of OAuth."""
    return PageRefused(
        "サービスからの依頼を受け付けられません",
        f"サービスからマイナポータルへの依頼に誤りがあるため、止めました。あなたの情報は、どこにも渡っていません。（理由：{error}）",
        "サービスのページに戻って、はじめからやり直してください。",
        "続くときは、このページの「理由」をそえて、サービスの問い合わせ先に伝えてください。",
        reason=error,
        status=400,
        english=Said(
            "The service's request cannot be accepted",
            f"What the service asked of the portal is wrong and was stopped. Nothing of yours was handed over. (Reason: {error})",
            (
                "Go back to the service and begin again.",
                "If it goes on, tell the service, with the reason on this page.",
            ),
        ),
        easy=Said(
            "サービスの おねがいを うけつけられません",
            f"サービスの おねがいが まちがって います。あなたの じょうほうは わたして いません。（わけ：{error}）",
            ("サービスの ページに もどって、はじめから して ください。",),
        ),
    )


def gone() -> PageRefused:
    """The interaction is over, or another browser's."""
    return PageRefused(
        "この依頼は終わっています",
        "時間がたったか、別のブラウザーではじめた依頼か、もう答えた依頼です。あなたの情報は、新しくどこにも渡っていません。",
        "サービスのページに戻って、サインインをはじめからやり直してください。",
        reason="interaction_gone",
        status=410,
        english=Said(
            "This request is over",
            "Too much time went by, it was begun in another browser, or it is answered already. Nothing more of yours was handed over.",
            ("Go back to the service and sign in again from the beginning.",),
        ),
        easy=Said(
            "この おねがいは おわって います",
            "時間が たったか、もう こたえました。あなたの じょうほうは わたして いません。",
            ("サービスの ページに もどって、はじめから して ください。",),
        ),
    )


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

_SEX: Final = {
    "male": ("男", "male", "男"),
    "female": ("女", "female", "女"),
    "unstated": ("記載なし", "not stated", "書いて いない"),
}


def shown_values(attributes: HandedAttributes) -> dict[str, str]:
    """What of the certificate would go out with each scope, for the resident to see before agreeing."""
    values = {
        "name": attributes.name,
        "address": attributes.address,
        "birthdate": attributes.birth_date and _day(attributes.birth_date),
        "gender": attributes.sex and say(*_SEX[attributes.sex]),
    }
    return {scope: value for scope, value in values.items() if value}


def _day(iso: str) -> str:
    """A date as people write it; what the register does not know is said so."""
    year, month, day = iso.split("-")
    if is_english():
        return "-".join(digits if int(digits) else "unknown" for digits in (year, month, day))
    parts = ((year, "年"), (month, "月"), (day, "日"))
    return "".join(f"{int(digits)}{unit}" if int(digits) else f"不明{unit}" for digits, unit in parts)
