"""The generations of the card as data: applications, files and who may open them.

`INDIVIDUAL_NUMBER_CARD` follows published readings of the card issued since 2016. `NEXT_CARD` is a working card with what has been
announced for its successor (P-384, two PINs, two applications); everything else about it is this project's choice.
Source: docs/protocols/chip.md, which marks what is uncertain.
"""

from __future__ import annotations

import string
from collections.abc import Mapping

from mynumber.foundation.smartcard.profile import (
    AUTHENTICATION_PIN_RULES,
    FREE,
    JUKI_PIN_RULES,
    NEVER,
    SIGNATURE_PIN_RULES,
    TEXT_SUPPORT_PIN_RULES,
    Application,
    CardProfile,
    ElementaryFile,
    FileKind,
    KeyName,
    KeySlot,
    PinName,
    PinRules,
    Place,
    SignatureAlgorithm,
    file_name,
)

JPKI, TEXT, FACE, JUKI, COMMON, MASTER, ADMINISTRATION = (
    "jpki",
    "text",
    "face",
    "juki",
    "common",
    "master",
    "administration",
)
"""公的個人認証, 券面事項入力補助, 券面事項確認, 住民基本台帳, 共通, the card itself, and the issuer's orders (ours)."""

# 公的個人認証AP
SIGNATURE_CERTIFICATE = 0x0001
SIGNATURE_CA_CERTIFICATE = 0x0002
TOKEN_INFORMATION = 0x0006
CERTIFICATES_PRESENT = 0x0008
AUTHENTICATION_CERTIFICATE = 0x000A
AUTHENTICATION_CA_CERTIFICATE = 0x000B
AUTHENTICATION_KEY = 0x0017
AUTHENTICATION_PIN = 0x0018
SIGNATURE_KEY = 0x001A
SIGNATURE_PIN = 0x001B
# 券面事項入力補助AP
TEXT_NUMBER = 0x0001
TEXT_ATTRIBUTES = 0x0002
TEXT_SIGNATURES = 0x0003
TEXT_CV_CERTIFICATE = 0x0004
TEXT_VERSION = 0x0005
TEXT_MESSAGING_KEY = 0x0006
TEXT_INTERNAL_KEY = 0x0007
TEXT_FILLER = 0x0008
TEXT_PIN = 0x0011
TEXT_BLOCKED_PIN = 0x0012
TEXT_KEY = 0x0013
TEXT_NUMBER_A = 0x0014
TEXT_NUMBER_B = 0x0015
# 券面事項確認AP
FACE_BIRTH = 0x0001
FACE_CONTENT = 0x0002
FACE_VERSION = 0x0003
FACE_CV_CERTIFICATE = 0x0004
FACE_NUMBER = 0x0005
FACE_FILLER = 0x0006
FACE_BIRTH_KEY = 0x0011
FACE_NUMBER_B = 0x0012
FACE_NUMBER_A = 0x0013
FACE_KEY = 0x0014
# 共通AP, 住基AP
CARD_RECORD = 0x0001
COMMON_KEY = 0x0019
COMMON_PIN = 0x001C
JUKI_PIN = 0x001C
KEY_REFERENCE = 0x0002

INTERNAL_KEY, MESSAGING_KEY = "chip/internal", "chip/messaging"
"""Names in the memory of the two keys that are the chip's own: it proves itself with one, and opens session keys with the other."""

VERIFICATION_NUMBER_TRIES = 10
"""Tries of 照合番号 A and B and of the birth key. Uncertain of the physical card (3 or 10); `personalise` takes another figure."""
_DIGITS = frozenset(string.digits)


def _verification_number(length: int) -> PinRules:
    # No secret of the holder, and readable in the files beside it: a costly hash would protect nothing.
    return PinRules(_DIGITS, length, length, tries=VERIFICATION_NUMBER_TRIES, hash_cost=2, by_issuer=True)


NUMBER_A_RULES, NUMBER_B_RULES, BIRTH_KEY_RULES = (_verification_number(n) for n in (12, 14, 6))
"""照合番号A, 照合番号B and the key to the birth date: printed on the face, so no secret and never changed."""

_READ, _RECORD, _PIN, _KEY = FileKind.TRANSPARENT, FileKind.RECORD, FileKind.PIN, FileKind.KEY


def _files(*files: ElementaryFile) -> Mapping[int, ElementaryFile]:
    return {file.fid: file for file in files}


def jpki_application(
    aid: bytes,
    authentication_rules: PinRules = AUTHENTICATION_PIN_RULES,
    signature_rules: PinRules = SIGNATURE_PIN_RULES,
    authentication_pin_name: str | None = None,
    *,
    authentication_certificate_free: bool = True,
) -> Application:
    """公的個人認証AP with these PIN rules."""
    authentication, signature = frozenset({AUTHENTICATION_PIN}), frozenset({SIGNATURE_PIN})
    certificate_opened_by = FREE if authentication_certificate_free else authentication
    return Application(
        JPKI,
        aid,
        _files(
            ElementaryFile(SIGNATURE_CERTIFICATE, _READ, signature),
            ElementaryFile(SIGNATURE_CA_CERTIFICATE, _READ),
            ElementaryFile(TOKEN_INFORMATION, _READ),
            ElementaryFile(CERTIFICATES_PRESENT, _READ),
            ElementaryFile(0x0009, _READ, NEVER, sealed=True),
            ElementaryFile(AUTHENTICATION_CERTIFICATE, _READ, certificate_opened_by),
            ElementaryFile(AUTHENTICATION_CA_CERTIFICATE, _READ),
            ElementaryFile(0x0016, _KEY, NEVER, sealed=True),
            ElementaryFile(AUTHENTICATION_KEY, _KEY, authentication),
            ElementaryFile(
                AUTHENTICATION_PIN, _PIN, pin=authentication_rules, stored_as=authentication_pin_name
            ),
            ElementaryFile(SIGNATURE_KEY, _KEY, signature),
            ElementaryFile(SIGNATURE_PIN, _PIN, pin=signature_rules),
        ),
        session_key_refused=0x6982,
    )


def text_files(pin: PinRules, pin_name: str | None = None) -> tuple[ElementaryFile, ...]:
    """The files of 券面事項入力補助: the number opens by the PIN or A, the attributes by the PIN or B."""
    anyone = frozenset({TEXT_PIN, TEXT_NUMBER_A, TEXT_NUMBER_B})
    return (
        ElementaryFile(TEXT_NUMBER, _READ, frozenset({TEXT_PIN, TEXT_NUMBER_A})),
        ElementaryFile(TEXT_ATTRIBUTES, _READ, frozenset({TEXT_PIN, TEXT_NUMBER_B})),
        ElementaryFile(TEXT_SIGNATURES, _READ, anyone),
        ElementaryFile(TEXT_CV_CERTIFICATE, _READ),
        ElementaryFile(TEXT_VERSION, _READ),
        ElementaryFile(TEXT_MESSAGING_KEY, _READ, anyone),
        ElementaryFile(TEXT_INTERNAL_KEY, _READ, anyone),
        ElementaryFile(TEXT_FILLER, _READ),
        ElementaryFile(TEXT_PIN, _PIN, pin=pin, stored_as=pin_name),
        ElementaryFile(TEXT_BLOCKED_PIN, _PIN, pin=pin, sealed=True),
        ElementaryFile(TEXT_KEY, _KEY, stored_as=INTERNAL_KEY),
        ElementaryFile(TEXT_NUMBER_A, _PIN, pin=NUMBER_A_RULES),
        ElementaryFile(TEXT_NUMBER_B, _PIN, pin=NUMBER_B_RULES),
    )


TEXT_APPLICATION = Application(
    TEXT,
    bytes.fromhex("D3921000310001010408"),
    _files(*text_files(TEXT_SUPPORT_PIN_RULES)),
    internal_key=TEXT_KEY,
    session_key_refused=None,
)
"""券面事項入力補助AP"""

FACE_APPLICATION = Application(
    FACE,
    bytes.fromhex("D3921000310001010402"),
    _files(
        ElementaryFile(FACE_BIRTH, _READ, frozenset({FACE_BIRTH_KEY})),
        ElementaryFile(FACE_CONTENT, _READ, frozenset({FACE_NUMBER_B, FACE_NUMBER_A})),
        ElementaryFile(FACE_VERSION, _READ),
        ElementaryFile(FACE_CV_CERTIFICATE, _READ),
        ElementaryFile(FACE_NUMBER, _READ, frozenset({FACE_NUMBER_A})),
        ElementaryFile(FACE_FILLER, _READ),
        ElementaryFile(FACE_BIRTH_KEY, _PIN, pin=BIRTH_KEY_RULES),
        ElementaryFile(FACE_NUMBER_B, _PIN, pin=NUMBER_B_RULES),
        ElementaryFile(FACE_NUMBER_A, _PIN, pin=NUMBER_A_RULES),
        ElementaryFile(FACE_KEY, _KEY, stored_as=INTERNAL_KEY),
    ),
    internal_key=FACE_KEY,
)
"""券面事項確認AP"""

COMMON_APPLICATION = Application(
    COMMON,
    bytes.fromhex("D3921000310001010100"),
    _files(
        ElementaryFile(CARD_RECORD, _RECORD),
        ElementaryFile(KEY_REFERENCE, _RECORD),
        ElementaryFile(COMMON_KEY, _KEY, stored_as=INTERNAL_KEY),
        # On a real card a second PIN, which counters change together with that of 住基AP; here it is the same one.
        ElementaryFile(COMMON_PIN, _PIN, pin=JUKI_PIN_RULES, stored_as=file_name(JUKI, JUKI_PIN)),
    ),
)
"""共通AP"""

JUKI_APPLICATION = Application(
    JUKI,
    bytes.fromhex("D3921000310001010401"),
    _files(
        ElementaryFile(KEY_REFERENCE, _RECORD, stored_as=file_name(COMMON, KEY_REFERENCE)),
        ElementaryFile(JUKI_PIN, _PIN, pin=JUKI_PIN_RULES),
    ),
    session_key_refused=0x6982,
)
"""住基AP: of its content only the PIN is publicly visible."""

MASTER_APPLICATION = Application(MASTER, bytes.fromhex("A0000001510000"), {})
"""The card itself (GlobalPlatform issuer security domain): GET DATA works here, and before anything is selected."""

ADMINISTRATION_APPLICATION = Application(ADMINISTRATION, bytes.fromhex("F04D594E554D42455201"), {})
"""The issuer's orders. Ours: the real commands are not public. The AID is `F0` (unregistered), `MYNUMBER`, 1."""

INDIVIDUAL_NUMBER_CARD = CardProfile(
    name="individual-number-card-2016",
    atr=bytes.fromhex("3BE000FF8131FE4514"),
    algorithm=SignatureAlgorithm.RSA_2048_PKCS1,
    applications=(
        jpki_application(bytes.fromhex("D392F000260100000001")),
        TEXT_APPLICATION,
        FACE_APPLICATION,
        JUKI_APPLICATION,
        COMMON_APPLICATION,
        MASTER_APPLICATION,
        ADMINISTRATION_APPLICATION,
    ),
    keys={
        KeyName.SIGNATURE: KeySlot(
            JPKI, SIGNATURE_KEY, SIGNATURE_CERTIFICATE, SIGNATURE_CA_CERTIFICATE, PinName.SIGNATURE, 0
        ),
        KeyName.AUTHENTICATION: KeySlot(
            JPKI,
            AUTHENTICATION_KEY,
            AUTHENTICATION_CERTIFICATE,
            AUTHENTICATION_CA_CERTIFICATE,
            PinName.AUTHENTICATION,
            1,
        ),
    },
    pins={
        PinName.AUTHENTICATION: Place(JPKI, AUTHENTICATION_PIN),
        PinName.SIGNATURE: Place(JPKI, SIGNATURE_PIN),
        PinName.TEXT_SUPPORT: Place(TEXT, TEXT_PIN),
        PinName.JUKI: Place(JUKI, JUKI_PIN),
    },
    card_record=Place(COMMON, CARD_RECORD),
    label="JPKIAPICCTOKEN2",
)
"""個人番号カード as issued since 2016: RSA-2048, public exponent 65537, four PINs."""

_SHARED_PIN = "pin/shared"

NEXT_CARD = CardProfile(
    name="next-card-2028",
    atr=bytes.fromhex("3BE000FF8131FE4514"),
    algorithm=SignatureAlgorithm.ECDSA_P384_SHA384,
    applications=(
        jpki_application(bytes.fromhex("D392F000260200000001"), authentication_pin_name=_SHARED_PIN),
        Application(
            TEXT,
            bytes.fromhex("D3921000310002010408"),
            # The record of the card is here: there is no common application.
            _files(
                *text_files(AUTHENTICATION_PIN_RULES, _SHARED_PIN),
                ElementaryFile(0x0009, _RECORD),
            ),
            internal_key=TEXT_KEY,
        ),
        MASTER_APPLICATION,
        ADMINISTRATION_APPLICATION,
    ),
    keys=INDIVIDUAL_NUMBER_CARD.keys,
    pins={
        PinName.AUTHENTICATION: Place(JPKI, AUTHENTICATION_PIN),
        PinName.SIGNATURE: Place(JPKI, SIGNATURE_PIN),
        # One PIN of four digits opens both applications.
        PinName.TEXT_SUPPORT: Place(TEXT, TEXT_PIN),
    },
    card_record=Place(TEXT, 0x0009),
    label="JPKIAPICCTOKEN3",
)
"""次期個人番号カード, announced for 2028: P-384 and SHA-384, two PINs, two applications. All else is our choice."""

PHONE_TOKEN = CardProfile(
    name="phone-token-2023",
    atr=INDIVIDUAL_NUMBER_CARD.atr,
    algorithm=SignatureAlgorithm.RSA_2048_PKCS1,
    applications=(
        # On an Android phone the authentication certificate, too, is read only after its PIN.
        jpki_application(bytes.fromhex("D392F000260100000001"), authentication_certificate_free=False),
        Application(COMMON, COMMON_APPLICATION.aid, _files(ElementaryFile(CARD_RECORD, _RECORD))),
        MASTER_APPLICATION,
    ),
    keys=INDIVIDUAL_NUMBER_CARD.keys,
    pins={
        PinName.AUTHENTICATION: Place(JPKI, AUTHENTICATION_PIN),
        PinName.SIGNATURE: Place(JPKI, SIGNATURE_PIN),
    },
    card_record=Place(COMMON, CARD_RECORD),
    label="JPKIAPGPSETOKEN",
)
"""スマートフォン用電子証明書 in a phone's secure element, since 2023: keys and PINs of its own, no face. Its AIDs are this project's choice."""

PROFILES: Mapping[str, CardProfile] = {
    profile.name: profile for profile in (INDIVIDUAL_NUMBER_CARD, NEXT_CARD, PHONE_TOKEN)
}
"""Every profile by its name."""
