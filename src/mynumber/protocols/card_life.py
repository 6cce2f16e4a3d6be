"""The life of a card (個人番号カード): application, production, hand-over, changes, loss, return.

Act art. 16-2 (issue), 17 (hand-over and changes through the municipality), 18-2; 公的個人認証法 art. 3, 22 (certificates). J-LIS makes the card and
signs what is written to it (orders, `foundation.smartcard.administration`); the municipality identifies the holder and hands over. PINs are
entered at the card and travel in no message. All sealed: they name people.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec

from mynumber.protocols.certification import CertificateKind, CertificateState, Der, Signature
from mynumber.protocols.message import (
    BATCH_BYTES,
    Batch,
    Digits,
    Message,
    Moment,
    PersonText,
    SerialText,
    ShortText,
)


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


CardSerial = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{15}\Z")]
"""製造番号 of a card, 15 digits."""
ApplicationId = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{23}\Z")]
"""申請書ID, 23 digits."""
Photo = Annotated[bytes, msgspec.Meta(max_length=512 * 1024)]
CardBytes = Annotated[bytes, msgspec.Meta(max_length=768 * 1024)]
"""State of a card (`CardState.to_bytes`): the card itself, as there is no plastic here."""


class CardState(StrEnum):
    """Where a card stands."""

    APPLIED = "applied"
    """申請受付"""
    RETURNED_TO_APPLICANT = "returned_to_applicant"
    """不備: the photo or the application must be corrected."""
    IN_PRODUCTION = "in_production"
    DELIVERED = "delivered"
    """At the municipality; the notice (交付通知書) goes out."""
    HANDED_OVER = "handed_over"
    """交付済み: in use."""
    SUSPENDED = "suspended"
    """一時停止: reported lost."""
    RETURNED = "returned"
    """返納"""
    ENDED = "ended"
    """廃止 or 失効: replaced, expired, holder died."""


class ApplicationReason(StrEnum):
    FIRST = "first"
    RENEWAL = "renewal"
    """The old card ends within three months, or its face is full."""
    LOST = "lost"
    DAMAGED = "damaged"


# --- application and production -------------------------------------------------------------------------------


class RequestForm(_Body, frozen=True, kw_only=True):
    """A municipality makes out a form (交付申請書) for its resident, who applies with it on the net."""

    individual_number: Digits


class CardForm(_Body, frozen=True, kw_only=True):
    application_id: ApplicationId


class ApplyForCard(_Body, frozen=True, kw_only=True):
    """A municipality hands in the application of its resident."""

    application_id: ApplicationId
    individual_number: Digits
    reason: ApplicationReason
    photo: Photo
    former_name: PersonText | None = None
    """旧氏 to be shown beside the name, as registered."""
    signature_certificate: bool = True
    """Whether the holder wants one; those under 15 and adult wards get none (default of the law)."""


class CardApplication(_Body, frozen=True, kw_only=True):
    application_id: ApplicationId
    state: CardState


class QueryDeliveries(_Body, frozen=True, kw_only=True):
    """A municipality asks what became of applications and which cards lie ready for it."""

    application_ids: Batch[ApplicationId] = ()
    """Empty: all that are not handed over yet."""


class Delivery(_Body, frozen=True, kw_only=True):
    application_id: ApplicationId
    state: CardState
    detail: Annotated[str, msgspec.Meta(max_length=200)] = ""
    """What to correct, in Japanese, for an application that was returned."""
    card_serial: CardSerial | None = None
    expires_on: date | None = None
    individual_number: Digits | None = None
    """Whose: an application on the net is first met here by the municipality that will hand the card over."""


class Deliveries(_Body, frozen=True, kw_only=True):
    deliveries: Batch[Delivery]


class CollectCard(_Body, frozen=True, kw_only=True):
    """The municipality takes a finished card in; may be asked again until the card is handed over."""

    card_serial: CardSerial


class CollectedCard(_Body, frozen=True, kw_only=True):
    card_serial: CardSerial
    card: CardBytes


class IdentityCheck(StrEnum):
    """本人確認 at the counter."""

    ONE_WITH_PHOTO = "one_with_photo"
    """A driving licence, passport, residence card ..."""
    TWO_WITHOUT_PHOTO = "two_without_photo"
    INQUIRY_LETTER = "inquiry_letter"
    """照会書兼回答書 and one document."""
    OLD_CARD = "old_card"
    """The card itself with its PIN."""
    REPRESENTATIVE = "representative"
    """法定代理人 or 任意代理人, identified in turn."""


class HandOver(_Body, frozen=True, kw_only=True):
    """The holder was identified, has set the PINs and has the card: its certificates count from now."""

    card_serial: CardSerial
    check: IdentityCheck
    handed_over_at: Moment


# --- orders to a card (what is written to a card in use) --------------------------------------------------------


class OrderKind(StrEnum):
    """Why something is written to a card."""

    SET_PINS = "set_pins"
    """At hand-over, or a blocked or forgotten PIN is set anew: `pins` names which."""
    MAKE_KEY = "make_key"
    """The card makes a new key pair for `certificate`; the public key comes back in `IssueCertificate`."""
    CHANGE_FACE = "change_face"
    """券面記載事項の変更: address, name, former name, expiry as the residents network knows them now."""
    REMOVE_SIGNATURE = "remove_signature"


class PinName(StrEnum):
    AUTHENTICATION = "authentication"
    SIGNATURE = "signature"
    TEXT_SUPPORT = "text_support"
    JUKI = "juki"


class OtherPinProof(_Body, frozen=True, kw_only=True):
    """At a kiosk nobody identifies the holder: the other key of the same card does. It signs SHA-256 of
    ``b"mynumber order proof v1\\n" + card_serial + b"\\n" + nonce``."""

    certificate: Der
    signature: Signature
    nonce: Annotated[bytes, msgspec.Meta(min_length=16, max_length=64)]


class RequestOrder(_Body, frozen=True, kw_only=True):
    """A municipality asks J-LIS for a signed order to one card."""

    kind: OrderKind
    card_serial: CardSerial
    sequence: Annotated[int, msgspec.Meta(ge=0, le=2**31)]
    """The card's counter of orders, as read from it; the order bears the next one."""
    pins: Annotated[tuple[PinName, ...], msgspec.Meta(max_length=4)] = ()
    certificate: CertificateKind | None = None
    check: IdentityCheck | None = None
    """How the holder was identified at the counter; None at a kiosk, with `proof`."""
    proof: OtherPinProof | None = None


class CardOrder(_Body, frozen=True, kw_only=True):
    order: Annotated[bytes, msgspec.Meta(max_length=768 * 1024)]
    """Signed (`foundation.smartcard.administration`); only that card takes it, once."""


class IssueCertificate(_Body, frozen=True, kw_only=True):
    """The card has made a key: issue the certificate and the order that writes it."""

    card_serial: CardSerial
    sequence: Annotated[int, msgspec.Meta(ge=0, le=2**31)]
    certificate: CertificateKind
    public_key: Der
    """SubjectPublicKeyInfo, DER."""


class IssuedCertificate(_Body, frozen=True, kw_only=True):
    serial: SerialText
    expires_on: date
    order: Annotated[bytes, msgspec.Meta(max_length=64 * 1024)]


# --- loss, finding, return, what is known -----------------------------------------------------------------------


class ReportLoss(_Body, frozen=True, kw_only=True):
    """紛失: both certificates and those of phones are suspended at once. One of the two names the card."""

    card_serial: CardSerial | None = None
    certificate_serial: SerialText | None = None


class ReportFound(_Body, frozen=True, kw_only=True):
    """The card is back with its holder, who was identified: certificates go on."""

    card_serial: CardSerial
    check: IdentityCheck


class ReturnCard(_Body, frozen=True, kw_only=True):
    """返納, or a loss that is final: the card ends, its certificates are revoked."""

    card_serial: CardSerial
    reason: ApplicationReason | None = None


class QueryCards(_Body, frozen=True, kw_only=True):
    """What is known of a person's cards. A municipality names its resident by number or a card; the portal names the certificate of the
    visitor."""

    individual_number: Digits | None = None
    card_serial: CardSerial | None = None
    certificate_serial: SerialText | None = None


class CardCertificate(_Body, frozen=True, kw_only=True):
    kind: CertificateKind
    serial: SerialText
    state: CertificateState
    expires_on: date
    reason: ShortText | None = None
    """Why it ended or rests, in Japanese."""


class CardEvent(_Body, frozen=True, kw_only=True):
    at: Moment
    words: ShortText
    """In Japanese."""


class CardStanding(_Body, frozen=True, kw_only=True):
    application_id: ApplicationId | None = None
    card_serial: CardSerial | None = None
    state: CardState
    applied_at: Moment | None = None
    expires_on: date | None = None
    face_is_current: bool = True
    """False when attributes changed since the face was written."""
    certificates: tuple[CardCertificate, ...] = ()
    events: Annotated[tuple[CardEvent, ...], msgspec.Meta(max_length=200)] = ()


class CardStandings(_Body, frozen=True, kw_only=True):
    cards: Annotated[tuple[CardStanding, ...], msgspec.Meta(max_length=50)]
    """Newest first."""


_CARD_BYTES = 4 * 1024 * 1024

REQUEST_FORM = Message("card-form.v1", RequestForm, CardForm, sealed=True)
APPLY_FOR_CARD = Message(
    "card-application.v1", ApplyForCard, CardApplication, sealed=True, max_bytes=_CARD_BYTES
)
QUERY_DELIVERIES = Message(
    "card-deliveries.v1", QueryDeliveries, Deliveries, sealed=True, max_bytes=BATCH_BYTES
)
COLLECT_CARD = Message("card-collection.v1", CollectCard, CollectedCard, sealed=True, max_bytes=_CARD_BYTES)
HAND_OVER = Message("card-hand-over.v1", HandOver, CardStanding, sealed=True)
REQUEST_ORDER = Message("card-order.v1", RequestOrder, CardOrder, sealed=True, max_bytes=_CARD_BYTES)
ISSUE_CERTIFICATE = Message(
    "card-certificate.v1", IssueCertificate, IssuedCertificate, sealed=True, max_bytes=256 * 1024
)
REPORT_LOSS = Message("card-loss.v1", ReportLoss, CardStanding, sealed=True)
REPORT_FOUND = Message("card-found.v1", ReportFound, CardStanding, sealed=True)
RETURN_CARD = Message("card-return.v1", ReturnCard, CardStanding, sealed=True)
QUERY_CARDS = Message("card-query.v1", QueryCards, CardStandings, sealed=True, max_bytes=BATCH_BYTES)
