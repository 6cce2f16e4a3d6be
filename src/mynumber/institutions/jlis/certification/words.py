"""The words that tables, lists and people share: why a certificate rests or ended, what happened to a card, what verifiers use.

Plain enumerations without Django, so that the status service reads the same rows with the same words.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from mynumber.foundation.pki import RevocationReason
from mynumber.protocols.card_life import CardState, OrderKind
from mynumber.protocols.certification import CertificateKind, Purpose

STATUS_CHANNEL: Final = "jlis_certificate_status"
"""PostgreSQL channel: each new certificate and each change of a state, as JSON ``{"hierarchy", "serial", "state"}``, at commit."""


class StoredState(StrEnum):
    """What the table says of a certificate. Whether it is over is a matter of `not_after`; EXPIRED is written when it is replaced or tidied up."""

    GOOD = "good"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    EXPIRED = "expired"


STATE_WORDS: Final = {
    StoredState.GOOD: "有効",
    StoredState.SUSPENDED: "一時停止",
    StoredState.REVOKED: "失効",
    StoredState.EXPIRED: "有効期間満了",
}


class CertificateReason(StrEnum):
    """Why a certificate is suspended or was revoked (公的個人認証法 art. 10 ff., 29 ff.)."""

    NOT_HANDED_OVER = "not_handed_over"
    REPORTED_LOST = "reported_lost"
    LOST = "lost"
    RETURNED = "returned"
    SUPERSEDED = "superseded"
    ATTRIBUTES_CHANGED = "attributes_changed"
    DIED = "died"
    LEFT = "left"
    """Moved abroad."""
    NOT_TAKEN_IN = "not_taken_in"
    """Moved out, and no moving-in was notified in time."""
    CARD_ENDED = "card_ended"
    CARD_CERTIFICATE_ENDED = "card_certificate_ended"
    """A phone's, with the signature certificate by which it was applied for."""
    REQUESTED = "requested"
    COMPROMISED = "compromised"

    @property
    def words(self) -> str:
        """For clerk and resident."""
        return REASON_WORDS[self]

    @property
    def in_list(self) -> RevocationReason:
        """The reason code that lists and OCSP answers give (RFC 5280 5.3.1)."""
        return _IN_LIST.get(self, RevocationReason.RETURNED)


REASON_WORDS: Final = {
    CertificateReason.NOT_HANDED_OVER: "カードの交付前",
    CertificateReason.REPORTED_LOST: "紛失の届出",
    CertificateReason.LOST: "紛失",
    CertificateReason.RETURNED: "カードの返納",
    CertificateReason.SUPERSEDED: "新しい電子証明書の発行",
    CertificateReason.ATTRIBUTES_CHANGED: "氏名・住所・生年月日・性別の変更",
    CertificateReason.DIED: "死亡",
    CertificateReason.LEFT: "国外への転出",
    CertificateReason.NOT_TAKEN_IN: "転出後に転入の届出がない",
    CertificateReason.CARD_ENDED: "カードの失効",
    CertificateReason.CARD_CERTIFICATE_ENDED: "カードの電子証明書の失効",
    CertificateReason.REQUESTED: "本人の申請",
    CertificateReason.COMPROMISED: "鍵の危殆化",
}
_IN_LIST: Final = {
    CertificateReason.NOT_HANDED_OVER: RevocationReason.SUSPENDED,
    CertificateReason.REPORTED_LOST: RevocationReason.SUSPENDED,
    CertificateReason.LOST: RevocationReason.LOST,
    CertificateReason.COMPROMISED: RevocationReason.LOST,
    CertificateReason.SUPERSEDED: RevocationReason.SUPERSEDED,
    CertificateReason.ATTRIBUTES_CHANGED: RevocationReason.CHANGED,
}
SUSPENSIONS: Final = (CertificateReason.REPORTED_LOST, CertificateReason.NOT_HANDED_OVER)

KIND_WORDS: Final = {
    CertificateKind.AUTHENTICATION: "利用者証明用電子証明書",
    CertificateKind.SIGNATURE: "署名用電子証明書",
    CertificateKind.PHONE_AUTHENTICATION: "スマートフォン用の利用者証明用電子証明書",
    CertificateKind.PHONE_SIGNATURE: "スマートフォン用の署名用電子証明書",
}
HIERARCHY_OF: Final = {
    CertificateKind.AUTHENTICATION: Purpose.AUTHENTICATION,
    CertificateKind.SIGNATURE: Purpose.SIGNATURE,
    CertificateKind.PHONE_AUTHENTICATION: Purpose.AUTHENTICATION,
    CertificateKind.PHONE_SIGNATURE: Purpose.SIGNATURE,
}
CARD_KINDS: Final = (CertificateKind.AUTHENTICATION, CertificateKind.SIGNATURE)
PHONE_KINDS: Final = (CertificateKind.PHONE_AUTHENTICATION, CertificateKind.PHONE_SIGNATURE)

MADE_STATES: Final = (
    CardState.IN_PRODUCTION,
    CardState.DELIVERED,
    CardState.HANDED_OVER,
    CardState.SUSPENDED,
    CardState.RETURNED,
    CardState.ENDED,
)
"""States of a card that exists; the two before are those of an application."""
CARD_STATE_WORDS: Final = {
    CardState.APPLIED: "申請受付",
    CardState.RETURNED_TO_APPLICANT: "申請の不備",
    CardState.IN_PRODUCTION: "製造中",
    CardState.DELIVERED: "市区町村に到着",
    CardState.HANDED_OVER: "交付済み",
    CardState.SUSPENDED: "一時停止中",
    CardState.RETURNED: "返納",
    CardState.ENDED: "失効",
}


class EventKind(StrEnum):
    """What happened to a card."""

    MADE = "made"
    DELIVERED = "delivered"
    HANDED_OVER = "handed_over"
    ORDERED = "ordered"
    CERTIFICATE_ISSUED = "certificate_issued"
    CERTIFICATE_REVOKED = "certificate_revoked"
    CERTIFICATE_EXPIRED = "certificate_expired"
    REPORTED_LOST = "reported_lost"
    FOUND = "found"
    RETURNED = "returned"
    ENDED = "ended"


EVENT_WORDS: Final = {
    EventKind.MADE: "カードを製造しました",
    EventKind.DELIVERED: "カードが市区町村に届きました",
    EventKind.HANDED_OVER: "カードを交付しました",
    EventKind.ORDERED: "カードへの書き込みを許しました",
    EventKind.CERTIFICATE_ISSUED: "発行しました",
    EventKind.CERTIFICATE_REVOKED: "失効しました",
    EventKind.CERTIFICATE_EXPIRED: "有効期間が満了しました",
    EventKind.REPORTED_LOST: "紛失の届出により一時停止しました",
    EventKind.FOUND: "発見の届出により再開しました",
    EventKind.RETURNED: "カードが返納されました",
    EventKind.ENDED: "カードが失効しました",
}

WRITE_CERTIFICATE: Final = "write_certificate"
"""Kind of the order that follows `OrderKind.MAKE_KEY`."""
ORDER_WORDS: Final = {
    OrderKind.SET_PINS.value: "暗証番号の設定",
    OrderKind.MAKE_KEY.value: "鍵の生成",
    OrderKind.CHANGE_FACE.value: "券面事項の変更",
    OrderKind.REMOVE_SIGNATURE.value: "署名用電子証明書の消去",
    WRITE_CERTIFICATE: "電子証明書の書き込み",
}


class VerifierCategory(StrEnum):
    """Under which rule somebody is a verifier."""

    PUBLIC_BODY = "public_body"
    CERTIFIED = "certified"
    GROUP = "group"


CATEGORY_WORDS: Final = {
    VerifierCategory.PUBLIC_BODY: "行政機関等（公的個人認証法17条1項1号〜5号、36条1項）",
    VerifierCategory.CERTIFIED: "主務大臣の認定を受けた者（17条1項6号、36条1項）",
    VerifierCategory.GROUP: "団体署名検証者（17条5項）",
}


class VerifierPurpose(StrEnum):
    """What a verifier may ask."""

    AUTHENTICATION = "authentication"
    SIGNATURE = "signature"
    LINKS = "links"
    LATEST_ATTRIBUTES = "latest_attributes"


PURPOSE_WORDS: Final = {
    VerifierPurpose.AUTHENTICATION: "利用者証明用の確認",
    VerifierPurpose.SIGNATURE: "署名用の確認",
    VerifierPurpose.LINKS: "シリアル番号の紐付け",
    VerifierPurpose.LATEST_ATTRIBUTES: "最新の利用者情報",
}


class UseKind(StrEnum):
    """What is counted for a verifier."""

    REVOCATION_LIST = "revocation_list"
    """Lists that were handed out."""
    AUTHENTICATION_CHECK = "authentication_check"
    """States of authentication certificates, by message or OCSP; one a certificate."""
    SIGNATURE_CHECK = "signature_check"
    LINK = "link"
    LATEST_ATTRIBUTES = "latest_attributes"
    TIME_STAMP = "time_stamp"


USE_WORDS: Final = {
    UseKind.REVOCATION_LIST: "失効情報の提供",
    UseKind.AUTHENTICATION_CHECK: "利用者証明用の確認",
    UseKind.SIGNATURE_CHECK: "署名用の確認",
    UseKind.LINK: "シリアル番号の紐付け",
    UseKind.LATEST_ATTRIBUTES: "最新の利用者情報",
    UseKind.TIME_STAMP: "タイムスタンプ",
}
