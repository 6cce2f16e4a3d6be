"""Private delivery (民間送達サービス) and links of accounts (外部サイトとの連携): what the portal and a provider say to each other.

::

    portal   -- STANDING ------> provider   whom the resident lets send what, each time all of it; or that the link is over
    provider -- SENDER_TRUST --> portal     certificates of senders and the revocation list of the CA that issued them
    provider -- DELIVER -------> portal     one document, signed by its sender, to one delivery address
    provider -- LINK_ENDED ----> portal     the customer ended the link at the provider
    body     -- ASK_SENDERS ---> portal     who sends by this provider, and what their signatures are checked against

A *delivery address* (送達先) is random, made for one connection of one resident with one provider, and says nothing about the person. Who the customer is at
the provider, the portal knows only as the pairwise subject that the provider's own sign-in gave it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.message import KindName, Message, Moment, SerialText, ShortText, SystemId

LARGEST_DOCUMENT = 1024 * 1024
"""Bytes of one document."""
LARGEST_LIST = 256 * 1024
MOST_SENDERS = 50
SENDER_POLICY = "1.3.6.1.4.1.32473.2.1"
"""Certificate policy of senders in this model (an arc for examples, RFC 5612): a firm's certificate that signs documents."""

DeliveryAddress = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{32}\Z")]
Subject = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class SenderConsent(_Body, frozen=True, kw_only=True):
    """What one sender may send."""

    sender: KindName
    kinds: Annotated[tuple[KindName, ...], msgspec.Meta(min_length=1, max_length=50)]


class Standing(_Body, frozen=True, kw_only=True):
    """How things stand with one connection: the whole of it, so that a later one replaces every earlier one."""

    subject: Subject
    """The customer, as the provider's own sign-in names them for the portal."""
    address: DeliveryAddress
    sequence: Annotated[int, msgspec.Meta(ge=1)]
    """Grows with every change; one that is not newer than what is known changes nothing."""
    is_open: bool
    """False: the resident ended the connection; nothing may be sent any more."""
    is_linked: bool = True
    """False: the link of the accounts is over as well."""
    senders: Annotated[tuple[SenderConsent, ...], msgspec.Meta(max_length=MOST_SENDERS)] = ()
    at: Moment


class SenderTrust(_Body, frozen=True, kw_only=True):
    """What documents of a provider's senders are checked against. The CA itself was registered at the portal by hand."""

    certificates: Annotated[
        tuple[Annotated[bytes, msgspec.Meta(max_length=8192)], ...], msgspec.Meta(max_length=2 * MOST_SENDERS)
    ]
    """X.509 DER; subject with the sender's corporate number (法人番号) as serialNumber."""
    revocation_list: Annotated[bytes, msgspec.Meta(min_length=1, max_length=LARGEST_LIST)]
    """X.509 CRL, DER, of the registered CA."""


class Delivery(_Body, frozen=True, kw_only=True):
    """One document to one resident."""

    delivery: UUID
    """Names it for ever: sent again, the same answer comes back."""
    address: DeliveryAddress
    sender: KindName
    kind: KindName
    title: ShortText
    document: Annotated[bytes, msgspec.Meta(min_length=1, max_length=LARGEST_DOCUMENT)]
    """PDF (PAdES), XML (XAdES, enveloped) or CMS around such an XML, signed by the sender. It names kind and delivery address inside."""
    at: Moment


class Outcome(StrEnum):
    """What became of a delivery. All but the first are final: the same document is not taken later under the same id."""

    DELIVERED = "delivered"
    NO_CONNECTION = "no_connection"
    """Nobody has this address with this provider, or not any more."""
    NO_CONSENT = "no_consent"
    """The resident does not let this sender send this kind of document."""
    UNKNOWN_SENDER = "unknown_sender"
    """Not a sender of this provider, or this kind is not one of its kinds."""
    BAD_SIGNATURE = "bad_signature"
    """Not signed, changed, by another certificate, or a certificate that was not good: `detail` names the reason of the check."""
    OTHER_SIGNER = "other_signer"
    """The signature is good, but not the sender's."""
    OTHER_SUBJECT = "other_subject"
    """The document names another delivery address or another kind than the delivery."""
    NOT_HARMLESS = "not_harmless"
    """A PDF that acts by itself, holds files, is locked or has later revisions."""
    UNREADABLE = "unreadable"
    """Neither PDF nor an XML of this format."""
    FULL = "full"
    """The resident's room is full."""


class Receipt(_Body, frozen=True, kw_only=True):
    """The portal's answer to a delivery."""

    delivery: UUID
    outcome: Outcome
    detail: Annotated[str, msgspec.Meta(max_length=60)] = ""
    """Reason of the signature check (docs/protocols/validation.md)."""
    at: Moment


class LinkEnded(_Body, frozen=True, kw_only=True):
    """The customer ended the link with the portal at the provider."""

    subject: Subject
    at: Moment


class AskSenders(_Body, frozen=True, kw_only=True):
    """Who sends by this provider? Asked by a body that got one of their documents with an application and checks it itself."""

    provider: SystemId


class RegisteredSender(_Body, frozen=True, kw_only=True):
    """A sender as the portal registered it."""

    key: KindName
    name: ShortText
    corporate_number: str
    kinds: dict[KindName, ShortText]
    certificates: tuple[SerialText, ...] = ()
    """Serial numbers of its certificates."""


class SenderRegister(_Body, frozen=True, kw_only=True):
    """What documents of a provider's senders are checked against; public values only."""

    name: ShortText
    root: bytes
    """X.509 DER of the CA that was registered by hand."""
    revocation_list: bytes | None = None
    senders: tuple[RegisteredSender, ...] = ()
    """Those that are registered now."""


STANDING = Message("delivery-standing.v1", Standing, Acknowledged, sealed=True)
SENDER_TRUST = Message("sender-trust.v1", SenderTrust, Acknowledged, max_bytes=2 * 1024 * 1024)
DELIVER = Message("private-delivery.v1", Delivery, Receipt, sealed=True, max_bytes=4 * 1024 * 1024)
LINK_ENDED = Message("account-link-ended.v1", LinkEnded, Acknowledged, sealed=True)
ASK_SENDERS = Message("sender-register.v1", AskSenders, SenderRegister, max_bytes=2 * 1024 * 1024)

XML_NAMESPACE = "urn:mynumber:private-delivery:1"
"""Of the root element `document` with attributes `kind` and `address`, and children `title`, `sender`, `issued`, `item` (attribute `name`, and `key` where a machine may read it: a field of a form is filled with it)."""
PDF_ADDRESS, PDF_KIND = "/MynumberDeliveryAddress", "/MynumberDocumentKind"
"""Entries of a PDF's document information dictionary."""


# --- registration, on paper or as a file ---------------------------------------------------------------------------


class SenderEntry(_Body, frozen=True, kw_only=True):
    """A sender of a registration."""

    key: KindName
    name: ShortText
    corporate_number: str
    kinds: Annotated[dict[KindName, ShortText], msgspec.Meta(min_length=1)]


class Registration(_Body, frozen=True, kw_only=True):
    """What a provider hands in, on paper or as a file; public values only."""

    system: SystemId
    key: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,38}\Z")]
    name: ShortText
    words: ShortText
    issuer: ShortText
    redirect_uris: tuple[str, ...]
    initiate_login_uri: str
    keys: tuple[dict[str, str], ...]
    """Public JWKs with which the provider proves itself as a client of this portal's sign-in."""
    root: bytes
    """X.509 DER of the CA of its senders."""
    senders: tuple[SenderEntry, ...]


class Registered(_Body, frozen=True, kw_only=True):
    """What the portal hands back: by which name the provider is a client of its sign-in."""

    issuer: str
    client_id: str
