"""Refusals: every no in the system names the hop that said it and the reason, and is recorded (HOUSE rule 4)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec


class Hop(StrEnum):
    """Where an exchange was refused."""

    INQUIRER_GATEWAY = "inquirer_gateway"
    NETWORK = "network"
    PROVIDER_GATEWAY = "provider_gateway"
    PROVIDER = "provider"
    JLIS = "jlis"
    PORTAL = "portal"
    COMMISSION = "commission"
    ACQUIRER = "acquirer"
    BILLER = "biller"

    @property
    def label_ja(self) -> str:
        return _HOP_JA[self]


_HOP_JA = {
    Hop.INQUIRER_GATEWAY: "照会側の中間サーバー",
    Hop.NETWORK: "情報提供ネットワークシステム",
    Hop.PROVIDER_GATEWAY: "提供側の中間サーバー",
    Hop.PROVIDER: "情報提供者",
    Hop.JLIS: "地方公共団体情報システム機構",
    Hop.PORTAL: "マイナポータル",
    Hop.COMMISSION: "個人情報保護委員会",
    Hop.ACQUIRER: "決済代行",
    Hop.BILLER: "納付先",
}


class Reason(StrEnum):
    """Why. The value is what travels; :attr:`sentence_ja` is what a person reads, and says what to do."""

    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    UNKNOWN_SENDER = "unknown_sender"
    UNKNOWN_KEY = "unknown_key"
    BAD_SIGNATURE = "bad_signature"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    CLOCK_OFF = "clock_off"
    RATE_LIMITED = "rate_limited"
    WRONG_AUDIENCE = "wrong_audience"
    WRONG_KIND = "wrong_kind"
    REPLAYED = "replayed"
    WRONG_INSTITUTION = "wrong_institution"
    NOT_ENTITLED = "not_entitled"
    NOT_IN_TABLE = "not_in_table"
    UNKNOWN_PROVIDER = "unknown_provider"
    UNKNOWN_CODE = "unknown_code"
    BLIND_OFF = "blind_off"
    BAD_PROOF = "bad_proof"
    NO_CODE_HELD = "no_code_held"
    PROVIDER_HAS_NO_CODE = "provider_has_no_code"
    DUPLICATE_REQUEST = "duplicate_request"
    PERMIT_USED = "permit_used"
    PERMIT_EXPIRED = "permit_expired"
    PERMIT_NOT_YOURS = "permit_not_yours"
    ANSWER_NOT_BOUND = "answer_not_bound"
    NO_COPY = "no_copy"
    NOT_AUTOMATIC = "not_automatic"
    PROVIDER_DECLINED = "provider_declined"
    VALUE_PENDING = "value_pending"
    PROVIDER_CLOSED = "provider_closed"
    UNKNOWN_UPLOAD = "unknown_upload"
    OTHER_UPLOAD = "other_upload"
    OUT_OF_PLACE = "out_of_place"
    RECORD_UNAVAILABLE = "record_unavailable"
    NETWORK_UNREACHABLE = "network_unreachable"
    PROVIDER_UNREACHABLE = "provider_unreachable"
    ABANDONED = "abandoned"
    UNREACHABLE = "unreachable"
    UNAVAILABLE = "unavailable"
    UNKNOWN_RECORD = "unknown_record"
    BAD_DOCUMENT = "bad_document"

    @property
    def sentence_ja(self) -> str:
        return _SENTENCE_JA[self]


_SENTENCE_JA = {
    Reason.MALFORMED: "電文の形が決まりに合いません。送り手のシステムを確かめてください。",
    Reason.TOO_LARGE: "電文が大きすぎます。分けて送ってください。",
    Reason.UNKNOWN_SENDER: "送り手が名簿にありません。接続の登録を確かめてください。",
    Reason.UNKNOWN_KEY: "署名の鍵が名簿にありません。鍵の登録を確かめてください。",
    Reason.BAD_SIGNATURE: "署名が電文と合いません。途中で変えられたおそれがあります。",
    Reason.EXPIRED: "電文の有効期限が過ぎています。新しく送ってください。",
    Reason.NOT_YET_VALID: "電文の日時が未来です。時計を確かめてください。",
    Reason.CLOCK_OFF: "送り手の時計が合っていません。時刻を合わせてから、新しく送ってください。",
    Reason.RATE_LIMITED: "短い時間に多くの電文が届いたため、受け付けませんでした。間をおいて送ってください。",
    Reason.WRONG_AUDIENCE: "宛先が違います。",
    Reason.WRONG_KIND: "電文の種類が違います。",
    Reason.REPLAYED: "同じ電文が二度届きました。二度目は受け付けません。",
    Reason.WRONG_INSTITUTION: "ほかの機関の名前で照会することはできません。",
    Reason.NOT_ENTITLED: "この電文を送ることが認められていない機関です。",
    Reason.NOT_IN_TABLE: "この事務でこの情報をこの機関に照会することを認める規定が、法令の表にありません。",
    Reason.UNKNOWN_PROVIDER: "照会先の機関が名簿にありません。",
    Reason.UNKNOWN_CODE: "この機関に発行された符号ではありません。",
    Reason.BLIND_OFF: "符号を見せない照会（研究用）は、この機関では使えません。設定か鍵の登録を確かめてください。",
    Reason.BAD_PROOF: "暗号化された符号の証明が正しくありません。送り手のシステムを確かめてください。",
    Reason.NO_CODE_HELD: "この人の符号をまだ取得していません。先に符号を取得してください。",
    Reason.PROVIDER_HAS_NO_CODE: "照会先の機関は、この人の符号を持っていません。",
    Reason.DUPLICATE_REQUEST: "同じ照会番号がすでに使われています。",
    Reason.PERMIT_USED: "この提供許可はすでに使われています。",
    Reason.PERMIT_EXPIRED: "提供許可の有効期間が過ぎています。照会し直してください。",
    Reason.PERMIT_NOT_YOURS: "この提供許可は、ほかの機関に出されたものです。",
    Reason.ANSWER_NOT_BOUND: "回答が照会と結び付いていません。受け取りませんでした。",
    Reason.NO_COPY: "照会先に該当する情報（副本）がありません。",
    Reason.NOT_AUTOMATIC: "照会先の担当者の確認が必要な情報です。",
    Reason.PROVIDER_DECLINED: "照会先の担当者が確かめ、提供しないことにしました。照会先に問い合わせるか、書類の提出を求めてください。",
    Reason.VALUE_PENDING: "照会先がこの情報を審査・更正しているため、いまは提供できません。決まるのを待って、照会し直してください。",
    Reason.PROVIDER_CLOSED: "照会先は、いま回答を受け付けていない時間です。受付が始まってから照会し直すか、書類の提出を求めてください。",
    Reason.UNKNOWN_UPLOAD: "その番号のファイルは届いていません。初めから送ってください。",
    Reason.OTHER_UPLOAD: "同じ番号で、別の中身のファイルが届きました。新しい番号で送ってください。",
    Reason.OUT_OF_PLACE: "ファイルの途中が抜けています。受け取り済みの位置から送ってください。",
    Reason.RECORD_UNAVAILABLE: "記録を書けないため、情報の提供を止めています。時間をおいてください。",
    Reason.NETWORK_UNREACHABLE: "情報提供ネットワークシステムにつながりません。時間をおいてください。",
    Reason.PROVIDER_UNREACHABLE: "照会先につながりません。時間をおいてください。",
    Reason.ABANDONED: "途中で止まった照会です。情報は提供されていません。",
    Reason.UNREACHABLE: "相手のシステムにつながりません。時間をおいてください。",
    Reason.UNAVAILABLE: "いま処理できません。時間をおいてください。",
    Reason.UNKNOWN_RECORD: "その記録はありません。",
    Reason.BAD_DOCUMENT: "付けた書類の、送り主の署名が正しくありません。書類を取り除き、送り主に新しく送ってもらってください。",
}


class Refusal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A refusal as it travels (message kind ``refusal.v1``)."""

    hop: Hop
    reason: Reason
    detail: Annotated[str, msgspec.Meta(max_length=300)] = ""
    """English, for engineers; never a number, code or attribute of a person."""


class Refused(Exception):
    """Raised where a refusal ends the work of a hop."""

    def __init__(
        self,
        hop: Hop,
        reason: Reason,
        detail: str = "",
        *,
        is_signed: bool = False,
        sender: str | None = None,
    ) -> None:
        super().__init__(f"{hop.value}: {reason.value}" + (f" ({detail})" if detail else ""))
        self.refusal = Refusal(hop, reason, detail)
        self.is_signed = is_signed
        """Whether another system signed it: else it is this process's own word, or that of whoever sits on the wire."""
        self.sender = sender
        """Who signed the message that is refused, when that is known though it could not be accepted."""

    @property
    def hop(self) -> Hop:
        return self.refusal.hop

    @property
    def reason(self) -> Reason:
        return self.refusal.reason
