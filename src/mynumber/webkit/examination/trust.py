"""Certificates of applicants: what J-LIS tells a body as a registered verifier (署名検証者, 公的個人認証法 art. 17, 18).

A certificate is checked against a list that J-LIS gave at most `MAXIMUM_AGE` ago and by asking whether it is good this moment. Unlike a sign-in an
application waits: while J-LIS does not say, nothing is taken in and the sender comes again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

import msgspec

from mynumber.foundation import pki
from mynumber.foundation.pki import MalformedTrust, VerificationRefused, VerifiedHolder
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
from mynumber.protocols.message import Message
from mynumber.protocols.refusal import Refused
from mynumber.webkit import logs

Q = TypeVar("Q", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)

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


class Asking(Protocol):
    """Ask J-LIS as the body. Raises Refused."""

    def __call__(self, message: Message[Q, A], question: Q) -> A: ...


class Verifier:
    """One body: it asks as itself, and each use is counted."""

    def __init__(self, ask: Asking) -> None:
        self._ask = ask
        self._held: _Held | None = None

    def verify(
        self, *, certificate: bytes, digest: bytes, signature: bytes, now: Callable[[], datetime]
    ) -> VerifiedHolder:
        """Check a signature certificate, its state this moment, and what its key signed over `digest` (32 bytes).

        Asks J-LIS: call it outside a transaction. Raises VerificationRefused, TrustUnavailable.
        """
        given = {"certificate": certificate, "challenge": digest, "signature": signature}
        held = self._held
        fresh = held is not None and now() < held.at + REFRESH_AFTER
        trust = held.trust if held is not None and fresh else self._renew(now)
        try:
            holder = trust.verify(**given, now=now())
        except VerificationRefused as refused:
            if not fresh or refused.reason not in _NEWER_LIST_MAY_HELP:
                raise
            holder = self._renew(now).verify(**given, now=now())
        state = self._state(holder.serial)
        if state is not CertificateState.GOOD:
            raise VerificationRefused(_STATES[state])
        return holder

    def belongs_together(self, *, authentication: str, signature: str) -> bool:
        """Whether the two certificates are of one holder (シリアル番号の紐付け). Raises TrustUnavailable."""
        question = LinkQuestion(link=Link.SIGNATURE_OF_AUTHENTICATION, serial=authentication)
        try:
            return signature in self._ask(LINK_SERIALS, question).serials
        except Refused as refused:
            raise _unavailable(refused) from None

    def _renew(self, now: Callable[[], datetime]) -> pki.Trust:
        asked_at = now()
        try:
            given = self._ask(QUERY_TRUST, TrustQuery(purpose=Purpose.SIGNATURE))
            trust = pki.Trust(
                roots=given.roots, revocation_lists=given.revocation_lists, profile=pki.SIGNATURE
            )
        except Refused as refused:
            raise _unavailable(refused) from None
        except MalformedTrust:
            raise TrustUnavailable from None
        self._held = _Held(asked_at, trust)
        return trust

    def _state(self, serial: str) -> CertificateState:
        try:
            answer = self._ask(CHECK_STATUS, StatusQuestion(purpose=Purpose.SIGNATURE, serials=(serial,)))
        except Refused as refused:
            raise _unavailable(refused) from None
        if [status.serial for status in answer.statuses] != [serial]:
            raise TrustUnavailable
        return answer.statuses[0].state


def _unavailable(refused: Refused) -> TrustUnavailable:
    _log.warning("J-LIS says nothing of a certificate", reason=refused.reason.value)
    return TrustUnavailable()
