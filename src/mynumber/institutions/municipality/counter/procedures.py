"""What is done with a card at the counter and at the kiosk, step by step. Each function reads like the counter's handbook.

What is written to a card is ordered and signed by J-LIS. PINs are entered at the device and never come here. See `reader` for how a procedure is run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from mynumber.foundation.smartcard import JpkiClient, PinPad
from mynumber.foundation.smartcard import KeyName as CardKeyName
from mynumber.foundation.smartcard import PinName as CardPinName
from mynumber.foundation.smartcard.administration import (
    AdministrationStatus,
    order_apdus,
    read_answers,
    status_apdus,
)
from mynumber.institutions.municipality.counter.models import ProcedureKind
from mynumber.institutions.municipality.counter.reader import Reader
from mynumber.protocols.card_life import (
    HAND_OVER,
    ISSUE_CERTIFICATE,
    REQUEST_ORDER,
    HandOver,
    IdentityCheck,
    IssueCertificate,
    OrderKind,
    OtherPinProof,
    PinName,
    RequestOrder,
)
from mynumber.protocols.card_reader import PinAction, PinOutcome
from mynumber.protocols.certification import CertificateKind

PIN_WORDS: Final = {
    PinName.SIGNATURE: "署名用パスワード（英数字6〜16文字）",
    PinName.AUTHENTICATION: "利用者証明用の暗証番号（数字4桁）",
    PinName.TEXT_SUPPORT: "券面事項入力補助用の暗証番号（数字4桁）",
    PinName.JUKI: "住民基本台帳用の暗証番号（数字4桁）",
}
ALL_PINS: Final = (PinName.AUTHENTICATION, PinName.SIGNATURE, PinName.TEXT_SUPPORT, PinName.JUKI)
CERTIFICATE_WORDS: Final = {
    CertificateKind.AUTHENTICATION: "利用者証明用電子証明書",
    CertificateKind.SIGNATURE: "署名用電子証明書",
}
_KEYS: Final = {
    CertificateKind.AUTHENTICATION: CardKeyName.AUTHENTICATION,
    CertificateKind.SIGNATURE: CardKeyName.SIGNATURE,
}
_PROOF: Final = b"mynumber order proof v1\n"
_NONCE_BYTES: Final = 32


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a session was opened for."""

    pins: tuple[PinName, ...] = ()
    certificates: tuple[CertificateKind, ...] = ()
    check: IdentityCheck | None = None
    """How the clerk identified the holder; None at a kiosk."""
    digest: bytes = b""
    """What is to be signed: SHA-256 of the statement of an application."""
    document: str = ""
    """Its name, for the holder to read at the device."""


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """What a card signed. It does not print itself."""

    authentication: bytes
    """DER, of the same card."""
    certificate: bytes
    """DER, of the signature key."""
    signature: bytes

    def __repr__(self) -> str:
        return "Signed(...)"


@dataclass(frozen=True, slots=True)
class Case:
    """The session a procedure is for, and what it may do in this institution's tables. Fixed for the whole session."""

    card_serial: str
    """Empty at a kiosk: any card."""
    wanted: Wanted
    holder: str
    place: str
    now: Callable[[], datetime]
    card: Callable[[], bytes]
    """The card from the safe. Raises Stop when it is not there."""
    taken: Callable[[], None]
    handed_over: Callable[[datetime], None]
    signed: Callable[[Signed], None]


class Stop(Exception):
    """It cannot go on. The words say why and what to do."""

    def __init__(self, words: str) -> None:
        super().__init__("the procedure stops")
        self.words = words


def hand_over(reader: Reader, case: Case) -> str:
    """交付 (Act art. 17): the device takes the card, the holder sets the PINs, the certificates count from now."""
    if not reader.card_is_there:
        reader.stage = "take"
        reader.take_card(case.card, name=case.holder, note=f"{case.place}で交付")
        reader.do(case.taken)
    status = _this_card(reader, case)
    _set_pins(reader, case, status, case.wanted.pins)
    reader.stage = "activate"
    at = reader.moment(case.now)
    reader.ask(
        HAND_OVER,
        HandOver(card_serial=case.card_serial, check=_checked(case), handed_over_at=at),
    )
    reader.do(lambda: case.handed_over(at))
    return "カードの交付が終わりました。電子証明書は、いまから使えます。"


def set_pins(reader: Reader, case: Case) -> str:
    """暗証番号の再設定 of a holder whom the clerk has identified."""
    status = _placed(reader, case)
    _set_pins(reader, case, status, case.wanted.pins)
    return "暗証番号を設定しました。"


def renew(reader: Reader, case: Case) -> str:
    """電子証明書の発行・更新: the card makes a new key, J-LIS certifies it (公的個人認証法 art. 3, 22). The private key never leaves the card."""
    status = _placed(reader, case)
    for kind in case.wanted.certificates:
        status = _new_certificate(reader, case, status, kind)
    unset = [pin for pin in _pins_of(case.wanted.certificates) if _tries(reader, pin) == 0]
    if unset:
        _set_pins(reader, case, status, tuple(unset))
    names = "と".join(CERTIFICATE_WORDS[kind] for kind in case.wanted.certificates)
    return f"{names}を発行しました。"


def change_face(reader: Reader, case: Case) -> str:
    """券面記載事項の変更 (Act art. 17(4)): what the register says now is written to the chip; a new signature certificate on request."""
    status = _placed(reader, case)
    reader.stage = "write"
    status = _carry_out(reader, case, status, OrderKind.CHANGE_FACE)
    for kind in case.wanted.certificates:
        status = _new_certificate(reader, case, status, kind)
    unset = [pin for pin in _pins_of(case.wanted.certificates) if _tries(reader, pin) == 0]
    if unset:
        _set_pins(reader, case, status, tuple(unset))
    return "カードのICチップに、いまの氏名・住所を書きました。券面の追記欄にも記入してください。"


def remove_signature(reader: Reader, case: Case) -> str:
    """署名用電子証明書の消去 at the holder's wish."""
    status = _placed(reader, case)
    reader.stage = "write"
    _carry_out(reader, case, status, OrderKind.REMOVE_SIGNATURE)
    return "署名用電子証明書をカードから消しました。"


def kiosk_pins(reader: Reader, case: Case) -> str:
    """One of the two PINs anew, when the other still works: nobody looks at the holder here, so the card's other key has to speak for them."""
    status = _placed(reader, case)
    (forgotten,) = case.wanted.pins
    other = PinName.SIGNATURE if forgotten is PinName.AUTHENTICATION else PinName.AUTHENTICATION
    if _tries(reader, other) == 0:
        raise Stop(
            f"{PIN_WORDS[other]}も使えない状態です。この端末では設定できません。市区町村の窓口にカードと本人確認書類をお持ちください。"
        )
    reader.stage = "prove"
    entered = reader.enter_pin(
        other,
        PinAction.VERIFY,
        f"本人であることを確かめるため、{PIN_WORDS[other]}を入力してください。",
    )
    _require_entered(entered.outcome, other)
    proof = _proof(reader, status.card_serial, CardKeyName(other.value))
    order = reader.ask(
        REQUEST_ORDER,
        RequestOrder(
            kind=OrderKind.SET_PINS,
            card_serial=status.card_serial,
            sequence=status.sequence,
            pins=(forgotten,),
            proof=proof,
        ),
    )
    _write(reader, order.order)
    _enter_all(reader, (forgotten,))
    return "暗証番号を設定しました。カードを取ってください。"


def sign(reader: Reader, case: Case) -> str:
    """署名: the holder signs what they read on paper or on the clerk's screen; the beginning of its digest stands there and at the device."""
    _placed(reader, case)
    reader.stage = "sign"
    entered = reader.enter_pin(
        PinName.SIGNATURE,
        PinAction.VERIFY,
        f"「{case.wanted.document}」に署名します。窓口の画面か紙で、内容と確認番号 {check_number(case.wanted.digest)} を確かめてから、"
        f"{PIN_WORDS[PinName.SIGNATURE]}を入力してください。",
    )
    _require_entered(entered.outcome, PinName.SIGNATURE)
    client = JpkiClient(reader)
    certificate = client.read_certificate(CardKeyName.SIGNATURE)
    signature = client.sign(case.wanted.digest, CardKeyName.SIGNATURE)
    authentication = client.read_certificate(CardKeyName.AUTHENTICATION)
    signed = Signed(authentication=authentication, certificate=certificate, signature=signature)
    reader.do(lambda: case.signed(signed))
    return "署名しました。窓口の職員が、申請を受け付けます。"


def check_number(digest: bytes) -> str:
    """The beginning of a digest, as people compare it: 3F2A-91C0."""
    text = digest[:4].hex().upper()
    return f"{text[:4]}-{text[4:]}"


Procedure = Callable[[Reader, Case], str]
PROCEDURES: Final[dict[ProcedureKind, Procedure]] = {
    ProcedureKind.HAND_OVER: hand_over,
    ProcedureKind.SET_PINS: set_pins,
    ProcedureKind.RENEW: renew,
    ProcedureKind.CHANGE_FACE: change_face,
    ProcedureKind.REMOVE_SIGNATURE: remove_signature,
    ProcedureKind.KIOSK_PINS: kiosk_pins,
    ProcedureKind.SIGN: sign,
}
STAGES: Final[dict[ProcedureKind, tuple[tuple[str, str], ...]]] = {
    ProcedureKind.HAND_OVER: (
        ("take", "カードを本人の端末に移す"),
        ("look", "カードを確かめる"),
        ("pins", "本人が暗証番号を設定する"),
        ("activate", "電子証明書を使えるようにする"),
    ),
    ProcedureKind.SET_PINS: (("look", "カードを確かめる"), ("pins", "本人が暗証番号を設定する")),
    ProcedureKind.RENEW: (
        ("look", "カードを確かめる"),
        ("key", "カードの中で新しい鍵をつくる"),
        ("certificate", "電子証明書を発行して書き込む"),
        ("pins", "必要なら暗証番号を設定する"),
    ),
    ProcedureKind.CHANGE_FACE: (
        ("look", "カードを確かめる"),
        ("write", "いまの氏名・住所を書き込む"),
        ("key", "署名用の新しい鍵をつくる（希望したとき）"),
        ("certificate", "署名用電子証明書を発行して書き込む（希望したとき）"),
        ("pins", "必要なら暗証番号を設定する"),
    ),
    ProcedureKind.REMOVE_SIGNATURE: (("look", "カードを確かめる"), ("write", "消去する")),
    ProcedureKind.KIOSK_PINS: (
        ("look", "カードを確かめる"),
        ("prove", "もう一つの暗証番号で本人を確かめる"),
        ("pins", "新しい暗証番号を設定する"),
    ),
    ProcedureKind.SIGN: (
        ("look", "カードを確かめる"),
        ("sign", "本人が内容を確かめ、署名用パスワードを入力する"),
    ),
}
"""The steps that a page shows, in their order."""


# --- parts --------------------------------------------------------------------------------------------------------


def _placed(reader: Reader, case: Case) -> AdministrationStatus:
    if not reader.card_is_there:
        raise Stop("カードが選ばれていません。端末でカードを選んで、はじめからやり直してください。")
    return _this_card(reader, case)


def _this_card(reader: Reader, case: Case) -> AdministrationStatus:
    reader.stage = "look"
    status = read_answers(reader.transmit_all(status_apdus(), "カードを確かめています。"))
    if case.card_serial and status.card_serial != case.card_serial:
        raise Stop(
            "別のカードです。この手続きの本人のカードを選んで、はじめからやり直してください。何も書き込んでいません。"
        )
    return status


def _checked(case: Case) -> IdentityCheck:
    if case.wanted.check is None:
        raise Stop("本人確認の方法が記録されていません。窓口の画面からやり直してください。")
    return case.wanted.check


def _carry_out(
    reader: Reader,
    case: Case,
    status: AdministrationStatus,
    kind: OrderKind,
    *,
    pins: tuple[PinName, ...] = (),
    certificate: CertificateKind | None = None,
) -> AdministrationStatus:
    """Have J-LIS sign an order to this card and let the card carry it out."""
    question = RequestOrder(
        kind=kind,
        card_serial=status.card_serial,
        sequence=status.sequence,
        pins=pins,
        certificate=certificate,
        check=_checked(case),
    )
    return _write(reader, reader.ask(REQUEST_ORDER, question).order)


def _write(reader: Reader, order: bytes) -> AdministrationStatus:
    return read_answers(
        reader.transmit_all(order_apdus(order), "カードに書き込んでいます。カードを離さないでください。")
    )


def _set_pins(
    reader: Reader, case: Case, status: AdministrationStatus, pins: tuple[PinName, ...]
) -> AdministrationStatus:
    reader.stage = "pins"
    status = _carry_out(reader, case, status, OrderKind.SET_PINS, pins=pins)
    _enter_all(reader, pins)
    return status


def _enter_all(reader: Reader, pins: tuple[PinName, ...]) -> None:
    """The holder sets each PIN; then the card itself says that it has them."""
    reader.stage = "pins"
    for pin in pins:
        entered = reader.enter_pin(
            pin, PinAction.SET, f"新しい{PIN_WORDS[pin]}を決めて、2回入力してください。"
        )
        _require_entered(entered.outcome, pin)
    for pin in pins:
        if _tries(reader, pin) == 0:
            raise Stop(f"{PIN_WORDS[pin]}が設定されていません。はじめからやり直してください。")


def _require_entered(outcome: PinOutcome, pin: PinName) -> None:
    if outcome is PinOutcome.BLOCKED:
        raise Stop(
            f"{PIN_WORDS[pin]}が、続けて誤ったため使えなくなりました。市区町村の窓口で設定し直してください。"
        )
    if outcome is PinOutcome.CANCELLED:
        raise Stop("暗証番号の入力を取りやめました。はじめからやり直してください。")


def _new_certificate(
    reader: Reader, case: Case, status: AdministrationStatus, kind: CertificateKind
) -> AdministrationStatus:
    reader.stage = "key"
    status = _carry_out(reader, case, status, OrderKind.MAKE_KEY, certificate=kind)
    public_key = status.new_keys.get(_KEYS[kind])
    if public_key is None:
        raise Stop("カードが新しい鍵をつくりませんでした。はじめからやり直してください。")
    reader.stage = "certificate"
    issued = reader.ask(
        ISSUE_CERTIFICATE,
        IssueCertificate(
            card_serial=status.card_serial,
            sequence=status.sequence,
            certificate=kind,
            public_key=public_key,
        ),
    )
    return _write(reader, issued.order)


def _pins_of(certificates: tuple[CertificateKind, ...]) -> tuple[PinName, ...]:
    return tuple(PinName(kind.value) for kind in certificates)


def _tries(reader: Reader, pin: PinName) -> int:
    return PinPad(reader).tries_left(CardPinName(pin.value))


def _proof(reader: Reader, card_serial: str, key: CardKeyName) -> OtherPinProof:
    """The other key signs for this card and this once. Its PIN was verified just now and its application is still selected."""
    client = JpkiClient(reader)
    certificate = client.read_certificate(key)
    nonce = reader.fresh_bytes(_NONCE_BYTES)
    digest = hashlib.sha256(_PROOF + card_serial.encode() + b"\n" + nonce).digest()
    return OtherPinProof(certificate=certificate, signature=client.sign(digest, key), nonce=nonce)
