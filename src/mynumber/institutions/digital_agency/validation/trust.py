"""Roots and revocation lists from J-LIS, as a registered verifier of signatures (署名検証者, 公的個人認証法 art. 17, 18).

From `REFRESH_AFTER` on newer ones are asked for. While J-LIS does not answer, those at hand serve until `MAXIMUM_AGE`; after that
the roots are still believed and the lists no longer: nothing is then said to be valid.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial

import msgspec

from mynumber.foundation.validation import MalformedTrust, Trust
from mynumber.institutions.digital_agency.validation.models import VerifierTrust
from mynumber.protocols import wire
from mynumber.protocols.certification import QUERY_TRUST, Purpose, TrustQuery
from mynumber.protocols.certification import Trust as GivenTrust
from mynumber.protocols.refusal import Hop, Refused
from mynumber.webkit import logs
from mynumber.webkit.messages import this_node

SYSTEM, JLIS = "digital_agency", "jlis"
REFRESH_AFTER = timedelta(minutes=5)
MAXIMUM_AGE = timedelta(hours=1)

_log = logs.get_logger(__name__)


class TrustUnavailable(Exception):
    """J-LIS has never answered: there is no root to believe."""


def current_trust(now: datetime) -> Trust:
    """What signatures are checked against now. Asks J-LIS if need be: call it outside a transaction. Raises TrustUnavailable."""
    held = VerifierTrust.objects.filter(pk=1).first()
    if held is None or now >= held.fetched_at + REFRESH_AFTER:
        try:
            return _take(_ask(), now)
        except (Refused, MalformedTrust) as error:
            reason = error.reason.value if isinstance(error, Refused) else "malformed"
            _log.warning("no revocation lists from J-LIS", reason=reason)
    if held is None:
        raise TrustUnavailable
    return _read(bytes(held.trust), with_lists=now < held.fetched_at + MAXIMUM_AGE)


def _ask() -> GivenTrust:
    return wire.call(
        this_node(),
        QUERY_TRUST,
        TrustQuery(purpose=Purpose.SIGNATURE),
        sender=SYSTEM,
        receiver=JLIS,
        hop=Hop.JLIS,
        now=partial(datetime.now, UTC),
    )


def _take(given: GivenTrust, now: datetime) -> Trust:
    """Keep what J-LIS gave, once it was read. Raises MalformedTrust."""
    encoded = msgspec.json.encode(given)
    readable = _read(encoded, with_lists=True)
    VerifierTrust.objects.update_or_create(pk=1, defaults={"trust": encoded, "fetched_at": now})
    return readable


@lru_cache(maxsize=2)
def _read(encoded: bytes, *, with_lists: bool) -> Trust:
    """Parsed once a list, not once a document: a list may have a million entries.

    J-LIS's time-stamping authority has its certificate from the signature CA, and stands on no municipality's list.
    """
    given = msgspec.json.decode(encoded, type=GivenTrust)
    return Trust(
        signature_roots=given.roots,
        time_stamp_roots=given.roots,
        revocation_lists=given.revocation_lists if with_lists else (),
        time_stamps_need_status=False,
    )
