"""What J-LIS tells a registered verifier (公的個人認証法 art. 17, 18, 36, 37): roots and lists, the state of a certificate now, links of serials.

Each certificate is checked twice: against a list that J-LIS gave at most `MAXIMUM_AGE` ago, and by asking J-LIS whether it is good
this moment. While J-LIS does not answer, the list at hand serves until it is too old, and then nobody signs in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, TypeVar

import msgspec
from cryptography import x509
from django.db import connection

from mynumber.foundation import pki
from mynumber.foundation.pki import MalformedTrust, VerificationRefused, VerifiedHolder
from mynumber.institutions.portal.account.models import VerifierTrust
from mynumber.protocols import wire
from mynumber.protocols.certification import (
    CHECK_STATUS,
    LINK_SERIALS,
    QUERY_TRUST,
    CertificateState,
    Link,
    LinkQuestion,
    Purpose,
    StatusQuestion,
    Trust,
    TrustQuery,
)
from mynumber.protocols.message import Message
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit import logs
from mynumber.webkit.messages import this_node
from mynumber.webkit.prepared import Prepared, given

SYSTEM, JLIS = "portal", "jlis"
REFRESH_AFTER = timedelta(minutes=3)
MAXIMUM_AGE = timedelta(minutes=15)

_ROWS: Final = {Purpose.AUTHENTICATION: 1, Purpose.SIGNATURE: 2}
_PROFILES: Final = {Purpose.AUTHENTICATION: pki.AUTHENTICATION, Purpose.SIGNATURE: pki.SIGNATURE}
_NO_ANSWER: Final = frozenset({Reason.UNREACHABLE, Reason.UNAVAILABLE, Reason.RECORD_UNAVAILABLE})
_STATES: Final = {
    CertificateState.SUSPENDED: pki.Reason.SUSPENDED,
    CertificateState.REVOKED: pki.Reason.REVOKED,
    CertificateState.EXPIRED: pki.Reason.EXPIRED,
    CertificateState.UNKNOWN: pki.Reason.UNTRUSTED,
}
_NEWER_LIST_MAY_HELP: Final = frozenset(
    {pki.Reason.NO_REVOCATION_LIST, pki.Reason.REVOCATION_LIST_STALE, pki.Reason.UNTRUSTED}
)


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A list as this process read it: lists may be of some megabytes, and are the same for minutes."""

    database: str
    fetched_at: datetime
    valid_until: datetime
    trust: pki.Trust

    def is_fresh(self, now: datetime) -> bool:
        """Whether nobody has to look for a newer one."""
        return now < min(self.fetched_at + REFRESH_AFTER, self.valid_until)


_Q = TypeVar("_Q", bound=msgspec.Struct)
_A = TypeVar("_A", bound=msgspec.Struct)
_parsed: dict[Purpose, _Parsed] = {}
_HELD = Prepared(lambda: VerifierTrust.objects.defer("trust").filter(pk=given("row")))
_log = logs.get_logger(__name__)


class TrustUnavailable(Exception):
    """J-LIS does not answer and the list at hand is too old: no certificate can be checked."""


def current_trust(now: datetime, purpose: Purpose = Purpose.AUTHENTICATION) -> pki.Trust:
    """What certificates are checked against now. Asks J-LIS if need be: call it outside a transaction. Raises TrustUnavailable."""
    known = _parsed.get(purpose)
    if known is not None and known.database == _database() and known.is_fresh(now):
        return known.trust
    held = _HELD.first(row=_ROWS[purpose])
    if held is None or now >= min(held.fetched_at + REFRESH_AFTER, held.valid_until):
        newer = _renew(purpose, now)
        if newer is not None:
            return newer
    if held is None or now >= min(held.fetched_at + MAXIMUM_AGE, held.valid_until):
        raise TrustUnavailable
    return _held(held, purpose)


def _held(row: VerifierTrust, purpose: Purpose) -> pki.Trust:
    """What a row holds."""
    known = _parsed.get(purpose)
    if known is None or (known.database, known.fetched_at) != (_database(), row.fetched_at):
        trust = _read(bytes(row.trust), purpose)
        known = _parsed[purpose] = _Parsed(_database(), row.fetched_at, row.valid_until, trust)
    return known.trust


def _database() -> str:
    return str(connection.settings_dict["NAME"])


def verify(
    purpose: Purpose, *, certificate: bytes, challenge: bytes, signature: bytes, now: datetime
) -> VerifiedHolder:
    """Check a certificate, its state this moment, and what its key signed over `challenge` (32 bytes).

    Asks J-LIS: call it outside a transaction. Raises VerificationRefused, TrustUnavailable.
    """
    given = {"certificate": certificate, "challenge": challenge, "signature": signature}
    try:
        holder = current_trust(now, purpose).verify(**given, now=now)
    except VerificationRefused as refused:
        # The first certificate of a municipality or of a generation is younger than the lists at hand; and a list that was just made is
        # younger than the moment at which this request arrived.
        newer = _renew(purpose, now) if refused.reason in _NEWER_LIST_MAY_HELP else None
        if newer is None:
            raise
        holder = newer.verify(**given, now=max(now, datetime.now(UTC)))
    state = _state(purpose, holder.serial)
    if state is not CertificateState.GOOD:
        raise VerificationRefused(_STATES[state])
    return holder


def is_good(purpose: Purpose, serial: str) -> bool:
    """Whether a certificate that was verified before is good this moment. Raises TrustUnavailable when J-LIS refuses to say."""
    return _state(purpose, serial) is CertificateState.GOOD


def linked(link: Link, serial: str) -> tuple[str, ...]:
    """Serials that J-LIS links with this one (シリアル番号の紐付け). Raises TrustUnavailable."""
    try:
        return tuple(_ask(LINK_SERIALS, LinkQuestion(link=link, serial=serial)).serials)
    except Refused as refused:
        _log.warning("no link from J-LIS", reason=refused.reason.value)
        raise TrustUnavailable from None


def _state(purpose: Purpose, serial: str) -> CertificateState:
    """The state this moment; GOOD when J-LIS does not answer, since the list at hand has spoken."""
    try:
        answer = _ask(CHECK_STATUS, StatusQuestion(purpose=purpose, serials=(serial,)))
    except Refused as refused:
        if refused.reason not in _NO_ANSWER:
            raise TrustUnavailable from None
        _log.warning("no state from J-LIS", reason=refused.reason.value)
        return CertificateState.GOOD
    if [status.serial for status in answer.statuses] != [serial]:
        raise TrustUnavailable
    return answer.statuses[0].state


def _renew(purpose: Purpose, now: datetime) -> pki.Trust | None:
    """A newer list, or None when J-LIS gives none that can be read."""
    try:
        return _take(_ask(QUERY_TRUST, TrustQuery(purpose=purpose)), purpose, now)
    except (Refused, MalformedTrust) as error:
        reason = error.reason.value if isinstance(error, Refused) else "malformed"
        _log.warning("no revocation list from J-LIS", reason=reason)
        return None


def _ask(message: Message[_Q, _A], question: _Q) -> _A:
    return wire.call(
        this_node(),
        message,
        question,
        sender=SYSTEM,
        receiver=JLIS,
        hop=Hop.PORTAL,
        now=partial(datetime.now, UTC),
    )


def _take(trust: Trust, purpose: Purpose, now: datetime) -> pki.Trust:
    """Keep what J-LIS gave, once it was read. Raises MalformedTrust."""
    encoded = msgspec.json.encode(trust)
    readable = _read(encoded, purpose)
    ends = [x509.load_der_x509_crl(each).next_update_utc for each in trust.revocation_lists]
    valid_until = min((end for end in ends if end is not None), default=None)
    if valid_until is None:
        raise MalformedTrust("the revocation list does not say when the next one comes")
    _parsed[purpose] = _Parsed(_database(), now, valid_until, readable)
    VerifierTrust.objects.update_or_create(
        pk=_ROWS[purpose], defaults={"trust": encoded, "fetched_at": now, "valid_until": valid_until}
    )
    return readable


def _read(encoded: bytes, purpose: Purpose) -> pki.Trust:
    """Raises MalformedTrust."""
    trust = msgspec.json.decode(encoded, type=Trust)
    return pki.Trust(roots=trust.roots, revocation_lists=trust.revocation_lists, profile=_PROFILES[purpose])
