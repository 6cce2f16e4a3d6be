"""Roots and revocation list from J-LIS, as a registered verifier of authentication certificates (公的個人認証法 art. 36, 37).

A sign-in is checked against a list that J-LIS gave at most `MAXIMUM_AGE` ago and that is not over. From `REFRESH_AFTER` on
the portal asks for a newer one; while J-LIS does not answer, the one at hand serves until it is too old, and then nobody signs in.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial

import msgspec
from cryptography import x509

from mynumber.foundation.pki import AuthenticationTrust, MalformedTrust
from mynumber.institutions.portal.account.models import VerifierTrust
from mynumber.protocols import wire
from mynumber.protocols.certification import QUERY_TRUST, Trust, TrustQuery
from mynumber.protocols.refusal import Hop, Refused
from mynumber.webkit import logs
from mynumber.webkit.messages import this_node

SYSTEM, JLIS = "portal", "jlis"
REFRESH_AFTER = timedelta(minutes=3)
MAXIMUM_AGE = timedelta(minutes=15)

_log = logs.get_logger(__name__)


class TrustUnavailable(Exception):
    """J-LIS does not answer and the list at hand is too old: no certificate can be checked."""


def current_trust(now: datetime) -> AuthenticationTrust:
    """What certificates are checked against now. Asks J-LIS if need be: call it outside a transaction. Raises TrustUnavailable."""
    held = VerifierTrust.objects.filter(pk=1).first()
    if held is None or now >= min(held.fetched_at + REFRESH_AFTER, held.valid_until):
        try:
            return _take(_ask(), now)
        except (Refused, MalformedTrust) as error:
            reason = error.reason.value if isinstance(error, Refused) else "malformed"
            _log.warning("no revocation list from J-LIS", reason=reason)
    if held is None or now >= min(held.fetched_at + MAXIMUM_AGE, held.valid_until):
        raise TrustUnavailable
    return _read(bytes(held.trust))


def _ask() -> Trust:
    return wire.call(
        this_node(),
        QUERY_TRUST,
        TrustQuery(),
        sender=SYSTEM,
        receiver=JLIS,
        hop=Hop.PORTAL,
        now=partial(datetime.now, UTC),
    )


def _take(trust: Trust, now: datetime) -> AuthenticationTrust:
    """Keep what J-LIS gave, once it was read. Raises MalformedTrust."""
    encoded = msgspec.json.encode(trust)
    readable = _read(encoded)
    ends = [x509.load_der_x509_crl(each).next_update_utc for each in trust.revocation_lists]
    valid_until = min((end for end in ends if end is not None), default=None)
    if valid_until is None:
        raise MalformedTrust("the revocation list does not say when the next one comes")
    VerifierTrust.objects.update_or_create(
        pk=1, defaults={"trust": encoded, "fetched_at": now, "valid_until": valid_until}
    )
    return readable


@lru_cache(maxsize=2)
def _read(encoded: bytes) -> AuthenticationTrust:
    """Parsed once a list, not once a sign-in: a list may have a million entries."""
    trust = msgspec.json.decode(encoded, type=Trust)
    return AuthenticationTrust(roots=trust.roots, revocation_lists=trust.revocation_lists)
