"""What a card tells whoever holds it, for a person to read. Costs no try and needs no PIN."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cryptography import x509

from mynumber.foundation.pki import JAPAN
from mynumber.foundation.smartcard import (
    PIN_RULES,
    CardAnswerMalformed,
    CardError,
    CardProfile,
    CardReader,
    CardRefused,
    CommonClient,
    JpkiClient,
    KeyName,
    NotThisCard,
    PinName,
    PinPad,
    StatusWord,
    recognise,
)

PIN_NAMES = {
    PinName.AUTHENTICATION: "利用者証明用 (authentication)",
    PinName.SIGNATURE: "署名用 (signature)",
    PinName.TEXT_SUPPORT: "券面事項入力補助用 (text)",
    PinName.JUKI: "住民基本台帳用 (juki)",
}
KEY_NAMES = {
    KeyName.AUTHENTICATION: "利用者証明用電子証明書 (authentication)",
    KeyName.SIGNATURE: "署名用電子証明書 (signature)",
}
PROFILE_NAMES = {
    "individual-number-card-2016": "個人番号カード (Individual Number Card, RSA-2048)",
    "phone-token-2023": "スマートフォン用電子証明書 (certificates of a phone)",
    "next-card-2028": "次期個人番号カード (next card, P-384; this project's reading of the announcement)",
}


@dataclass(frozen=True, slots=True)
class CardReport:
    """The card, line by line."""

    profile: CardProfile
    lines: tuple[str, ...]


def report(reader: CardReader) -> CardReport:
    """Ask a card everything it tells without a PIN. Raises NotThisCard, CardError."""
    profile = recognise(reader)
    if profile is None:
        raise NotThisCard("the card has no application of public personal authentication")
    lines = [PROFILE_NAMES.get(profile.name, profile.name)]
    lines += [*_record(reader, profile), *_certificates(reader, profile), *_pins(reader, profile)]
    return CardReport(profile, tuple(lines))


def _record(reader: CardReader, profile: CardProfile) -> Iterator[str]:
    try:
        record = CommonClient(reader, profile).read_record()
    except CardError:
        yield "製造番号 (serial): 読めません (not readable)"
        return
    yield f"製造番号 (serial): {record.card_serial}"
    if record.expires_on is not None:
        yield f"市町村コード (municipality): {record.municipality_code}  有効期限 (expires): {record.expires_on}"


def _certificates(reader: CardReader, profile: CardProfile) -> Iterator[str]:
    client = JpkiClient(reader, profile)
    client.select()
    for which, name in KEY_NAMES.items():
        yield f"{name}: {_certificate(client, which)}"


def _certificate(client: JpkiClient, which: KeyName) -> str:
    try:
        certificate = x509.load_der_x509_certificate(client.read_certificate(which))
        until = certificate.not_valid_after_utc.astimezone(JAPAN)
        return f"{until:%Y-%m-%d} まで (until)  シリアル (serial) {certificate.serial_number:x}"
    except CardRefused as refused:
        if refused.status == StatusWord.NOT_ALLOWED:
            return "あり。読むには暗証番号が要ります (present; readable after its PIN)"
        return "なし (none)"
    except (CardAnswerMalformed, ValueError, x509.InvalidVersion):
        return "読めません (not readable)"


def _pins(reader: CardReader, profile: CardProfile) -> Iterator[str]:
    pad = PinPad(reader, profile)
    for which, name in PIN_NAMES.items():
        if which not in profile.pins:
            continue
        try:
            left = pad.tries_left(which)
        except CardError:
            yield f"暗証番号 {name}: 読めません (not readable)"
            continue
        state = (
            f"あと{left}回 ({left} tries left)"
            if left
            else "使えません: 未設定かロック (not set, or blocked)"
        )
        yield f"暗証番号 {name}: {state} / {PIN_RULES[which].tries}"
