"""Certificates of applicants: what J-LIS tells a municipality as a registered verifier (署名検証者, 公的個人認証法 art. 17, 18).

A certificate is checked against a list that J-LIS gave at most `MAXIMUM_AGE` ago and by asking whether it is good this moment. Unlike a sign-in an
application waits: while J-LIS does not say, nothing is taken in and the sender comes again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from mynumber.foundation import pki
from mynumber.foundation.pki import MalformedTrust, VerificationRefused, VerifiedHolder
from mynumber.institutions.municipality.systems import ask_jlis
from mynumber.protocols.certification import (
    CHECK_STATUS,
    LINK_SERIALS,
    QUERY_TRUST,
    CertificateState,
    Link,
    LinkQuestion,
    Purpose,
    StatusQuestion,
    TrustQuery,
)
from mynumber.protocols.refusal import Refused
from mynumber.webkit import logs

REFRESH_AFTER: Final = timedelta(minutes=3)
_NEWER_LIST_MAY_HELP: Final = frozenset(
    {pki.Reason.NO_REVOCATION_LIST, pki.Reason.REVOCATION_LIST_STALE, pki.Reason.UNTRUSTED}
)
_STATES: Final = {
    CertificateState.SUSPENDED: pki.Reason.SUSPENDED,
    CertificateState.REVOKED: pki.Reason.REVOKED,
    CertificateState.EXPIRED: pki.Reason.EXPIRED,
    CertificateState.UNKNOWN: pki.Reason.UNTRUSTED,
}
_log = logs.get_logger(__name__)


class TrustUnavailable(Exception):
    """J-LIS does not say: no certificate can be checked now."""


@dataclass(frozen=True, slots=True)
class _Held:
    at: datetime
    trust: pki.Trust


_held: dict[str, _Held] = {}
"""By municipality: each asks as itself, and each use is counted."""


def verify(
    code: str, *, certificate: bytes, digest: bytes, signature: bytes, now: Callable[[], datetime]
) -> VerifiedHolder:
    """Check a signature certificate, its state this moment, and what its key signed over `digest` (32 bytes).

    Asks J-LIS: call it outside a transaction. Raises VerificationRefused, TrustUnavailable.
    """
    given = {"certificate": certificate, "challenge": digest, "signature": signature}
    held = _held.get(code)
    fresh = held is not None and now() < held.at + REFRESH_AFTER
    trust = held.trust if held is not None and fresh else _renew(code, now)
    try:
        holder = trust.verify(**given, now=now())
    except VerificationRefused as refused:
        if not fresh or refused.reason not in _NEWER_LIST_MAY_HELP:
            raise
        holder = _renew(code, now).verify(**given, now=now())
    state = _state(code, holder.serial)
    if state is not CertificateState.GOOD:
        raise VerificationRefused(_STATES[state])
    return holder


def belongs_together(code: str, *, authentication: str, signature: str) -> bool:
    """Whether the two certificates are of one holder (シリアル番号の紐付け). Raises TrustUnavailable."""
    question = LinkQuestion(link=Link.SIGNATURE_OF_AUTHENTICATION, serial=authentication)
    try:
        return signature in ask_jlis(code, LINK_SERIALS, question).serials
    except Refused as refused:
        raise _unavailable(refused) from None


def _renew(code: str, now: Callable[[], datetime]) -> pki.Trust:
    asked_at = now()
    try:
        given = ask_jlis(code, QUERY_TRUST, TrustQuery(purpose=Purpose.SIGNATURE))
        trust = pki.Trust(roots=given.roots, revocation_lists=given.revocation_lists, profile=pki.SIGNATURE)
    except Refused as refused:
        raise _unavailable(refused) from None
    except MalformedTrust:
        raise TrustUnavailable from None
    _held[code] = _Held(asked_at, trust)
    return trust


def _state(code: str, serial: str) -> CertificateState:
    try:
        answer = ask_jlis(code, CHECK_STATUS, StatusQuestion(purpose=Purpose.SIGNATURE, serials=(serial,)))
    except Refused as refused:
        raise _unavailable(refused) from None
    if [status.serial for status in answer.statuses] != [serial]:
        raise TrustUnavailable
    return answer.statuses[0].state


def _unavailable(refused: Refused) -> TrustUnavailable:
    _log.warning("J-LIS says nothing of a certificate", reason=refused.reason.value)
    return TrustUnavailable()
