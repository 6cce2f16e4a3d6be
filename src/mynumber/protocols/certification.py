"""Certification (公的個人認証) at J-LIS: trust, status, links of serial numbers and latest attributes for registered verifiers.

公的個人認証法 art. 17, 36 (verifiers), art. 18, 37 (what they are told). Cards and the issue of certificates: `card_life`.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from mynumber.protocols.message import BATCH_BYTES, Batch, Message, Moment, SerialText, ShortText
from mynumber.protocols.residents import FourAttributes


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


Der = Annotated[bytes, msgspec.Meta(max_length=16 * 1024)]
"""A certificate, X.509 DER."""
Signature = Annotated[bytes, msgspec.Meta(min_length=32, max_length=1024)]


class CertificateKind(StrEnum):
    """The four kinds of certificates of a resident."""

    AUTHENTICATION = "authentication"
    """利用者証明用電子証明書"""
    SIGNATURE = "signature"
    """署名用電子証明書"""
    PHONE_AUTHENTICATION = "phone_authentication"
    """移動端末設備用利用者証明用電子証明書"""
    PHONE_SIGNATURE = "phone_signature"
    """移動端末設備用署名用電子証明書"""


class CertificateState(StrEnum):
    GOOD = "good"
    SUSPENDED = "suspended"
    """一時停止: reported lost, or the card is not handed over yet; may become good again."""
    REVOKED = "revoked"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


# --- trust: roots and revocation lists ----------------------------------------------------------------------


class Purpose(StrEnum):
    """Which hierarchy."""

    AUTHENTICATION = "authentication"
    SIGNATURE = "signature"


class TrustQuery(_Body, frozen=True, kw_only=True):
    """A registered verifier asks for roots and revocation lists."""

    purpose: Purpose = Purpose.AUTHENTICATION


class Trust(_Body, frozen=True, kw_only=True):
    roots: Annotated[tuple[Der, ...], msgspec.Meta(max_length=100)]
    """DER, every generation that is valid; all of one name."""
    revocation_lists: Annotated[tuple[bytes, ...], msgspec.Meta(max_length=4000)]
    """DER, with nextUpdate: of every generation and municipality that has certificates in force."""


QUERY_TRUST = Message("certificate-trust.v2", TrustQuery, Trust, max_bytes=8 * BATCH_BYTES)


# --- status -------------------------------------------------------------------------------------------------


class StatusQuestion(_Body, frozen=True, kw_only=True):
    """A registered verifier asks whether certificates are good now; each is counted (公的個人認証法 art. 18, 37)."""

    purpose: Purpose
    serials: Annotated[tuple[SerialText, ...], msgspec.Meta(min_length=1, max_length=1000)]


class CertificateStatus(_Body, frozen=True, kw_only=True):
    serial: SerialText
    state: CertificateState
    since: Moment | None = None
    """When it was suspended or revoked."""


class StatusAnswer(_Body, frozen=True, kw_only=True):
    statuses: Batch[CertificateStatus]
    """In the order of the question."""


CHECK_STATUS = Message(
    "certificate-status.v1", StatusQuestion, StatusAnswer, sealed=False, max_bytes=BATCH_BYTES
)
"""Signed and not sealed, as OCSP is: it tells serial numbers and states, nothing of a person, and every sign-in waits for it."""


# --- links of serial numbers (シリアル番号の紐付け) -----------------------------------------------------------------


class Link(StrEnum):
    """What is asked about a serial number."""

    SIGNATURE_OF_AUTHENTICATION = "signature_of_authentication"
    """The signature certificates in force of the holder of this authentication certificate: the same medium's first, card or phone."""
    AUTHENTICATION_OF_SIGNATURE = "authentication_of_signature"
    PREDECESSORS = "predecessors"
    """The earlier certificates of the same kind and holder, newest first: an account keyed by one of them goes on."""
    CARD_OF_PHONE = "card_of_phone"
    """The authentication certificate of the card that a phone's authentication certificate hangs on: whoever signs in with either is one."""
    SUCCESSOR = "successor"
    """The certificate in force that came after this one."""


class LinkQuestion(_Body, frozen=True, kw_only=True):
    link: Link
    serial: SerialText


class LinkAnswer(_Body, frozen=True, kw_only=True):
    serials: Annotated[tuple[SerialText, ...], msgspec.Meta(max_length=100)]
    """Empty when there is none."""


LINK_SERIALS = Message("certificate-link.v1", LinkQuestion, LinkAnswer, sealed=True)


# --- latest attributes (最新の利用者情報提供サービス) -----------------------------------------------------------------


class AttributeConsent(_Body, frozen=True, kw_only=True):
    """利用者同意申請情報: the holder lets one verifier learn changes of the four attributes until a day."""

    verifier: ShortText
    """Id of the verifier at J-LIS."""
    verifier_name: ShortText
    """As the holder read it."""
    purpose: ShortText
    given_at: Moment
    valid_until: Moment


class RegisterConsent(_Body, frozen=True, kw_only=True):
    consent: AttributeConsent
    certificate: Der
    """The holder's signature certificate (card or phone)."""
    signature: Signature
    """RSA PKCS#1 v1.5 with SHA-256 over `consent_digest()`."""


class ConsentRegistered(_Body, frozen=True, kw_only=True):
    serial: SerialText
    """Serial of the signature certificate by which the verifier asks from now on."""


class LatestAttributesQuestion(_Body, frozen=True, kw_only=True):
    serial: SerialText


class LatestAttributesState(StrEnum):
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    NO_CONSENT = "no_consent"
    """Never given, withdrawn, or over."""
    DIED = "died"
    LEFT = "left"
    """Moved abroad."""


class LatestAttributes(_Body, frozen=True, kw_only=True):
    state: LatestAttributesState
    attributes: FourAttributes | None = None
    """The attributes now, when they changed."""


class WithdrawConsent(_Body, frozen=True, kw_only=True):
    """A verifier gives a consent back, or the portal withdraws for its visitor, whom any of their certificates names."""

    serial: SerialText
    verifier: ShortText | None = None
    """Id of the verifier at J-LIS. None: the sender itself; from the portal: all."""


class ConsentWithdrawn(_Body, frozen=True, kw_only=True):
    serial: SerialText


REGISTER_CONSENT = Message("attribute-consent.v1", RegisterConsent, ConsentRegistered, sealed=True)
WITHDRAW_CONSENT = Message("attribute-consent-withdrawal.v1", WithdrawConsent, ConsentWithdrawn, sealed=True)
LATEST_ATTRIBUTES = Message("latest-attributes.v1", LatestAttributesQuestion, LatestAttributes, sealed=True)


def consent_statement(consent: AttributeConsent) -> str:
    """What the holder signs, one field a line."""
    return "".join(
        line + "\n"
        for line in (
            "mynumber attribute consent v1",
            f"verifier: {consent.verifier}",
            f"verifier name: {consent.verifier_name}",
            f"purpose: {consent.purpose}",
            f"given: {_utc(consent.given_at)}",
            f"until: {_utc(consent.valid_until)}",
        )
    )


def consent_digest(consent: AttributeConsent) -> bytes:
    """SHA-256 of the UTF-8 statement."""
    return hashlib.sha256(consent_statement(consent).encode()).digest()


# --- certificates for a smartphone (移動端末設備用電子証明書) ----------------------------------------------------------


class PhoneApplication(_Body, frozen=True, kw_only=True):
    """The holder's application, signed with the card's signature key; the keys were made on the phone."""

    device: ShortText
    """What the holder calls the phone."""
    authentication_key: Der
    """SubjectPublicKeyInfo, DER."""
    signature_key: Der
    applied_at: Moment


class ApplyForPhone(_Body, frozen=True, kw_only=True):
    """The portal hands on an application of the holder's device."""

    application: PhoneApplication
    certificate: Der
    """The signature certificate of the card."""
    signature: Signature
    """Over `phone_digest()`."""


class PhoneCertificates(_Body, frozen=True, kw_only=True):
    authentication_certificate: Der
    authentication_ca: Der
    signature_certificate: Der
    signature_ca: Der


APPLY_FOR_PHONE = Message(
    "phone-certificates.v1", ApplyForPhone, PhoneCertificates, sealed=True, max_bytes=256 * 1024
)


def phone_digest(application: PhoneApplication) -> bytes:
    """SHA-256 of the UTF-8 statement of an application."""
    lines = (
        "mynumber phone certificates v1",
        f"device: {application.device}",
        f"authentication key: {hashlib.sha256(application.authentication_key).hexdigest()}",
        f"signature key: {hashlib.sha256(application.signature_key).hexdigest()}",
        f"applied: {_utc(application.applied_at)}",
    )
    return hashlib.sha256("".join(line + "\n" for line in lines).encode()).digest()


def _utc(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S%z}"
