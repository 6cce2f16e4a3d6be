"""Certification (公的個人認証) at J-LIS: cards for residents, revocation lists and roots for registered verifiers.

公的個人認証法 art. 22 ff. (issue), art. 36, 37 (verifiers of authentication certificates).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec

from mynumber.protocols.message import BATCH_BYTES, Digits, Message, SerialText


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class IssueCard(_Body, frozen=True, kw_only=True):
    """A municipality asks for a card with an authentication certificate; the holder chose the PIN at the counter."""

    individual_number: Digits
    authentication_pin: Digits
    """4 digits."""


class IssuedCard(_Body, frozen=True, kw_only=True):
    card: Annotated[bytes, msgspec.Meta(max_length=64 * 1024)]
    """The personalised card (state of :mod:`mynumber.foundation.smartcard`), handed to the holder and kept by nobody else."""
    certificate_serial: SerialText
    expires_on: date


class RevokeCertificate(_Body, frozen=True, kw_only=True):
    """The municipality reports a card lost or returned."""

    certificate_serial: SerialText
    reason: Annotated[str, msgspec.Meta(max_length=40)] = "lost"


class Revoked(_Body, frozen=True, kw_only=True):
    certificate_serial: SerialText


class TrustQuery(_Body, frozen=True, kw_only=True):
    """A registered verifier asks for roots and the revocation list of authentication certificates."""


class Trust(_Body, frozen=True, kw_only=True):
    roots: Annotated[
        tuple[Annotated[bytes, msgspec.Meta(max_length=16 * 1024)], ...], msgspec.Meta(max_length=100)
    ]
    """DER."""
    revocation_list: bytes
    """DER, with nextUpdate."""


ISSUE_CARD = Message("card-issue.v1", IssueCard, IssuedCard, sealed=True, max_bytes=256 * 1024)
REVOKE_CERTIFICATE = Message("certificate-revocation.v1", RevokeCertificate, Revoked, sealed=True)
QUERY_TRUST = Message("authentication-trust.v1", TrustQuery, Trust, max_bytes=BATCH_BYTES)
