"""Checking a document for somebody: against what J-LIS says now, counted, and forgotten."""

from __future__ import annotations

from datetime import datetime
from threading import BoundedSemaphore

from django.db import connection

from mynumber.foundation.pki import JAPAN
from mynumber.foundation.validation import Report, kind_of, validate
from mynumber.institutions.digital_agency.validation.trust import current_trust
from mynumber.webkit import logs

AT_ONCE = 2
"""Documents that a process looks at together: a hostile one may take seconds, and others must get through."""
WAIT_SECONDS = 10.0

_places = BoundedSemaphore(AT_ONCE)
_log = logs.get_logger(__name__)


class Busy(Exception):
    """Too many documents are being checked at this moment."""


def check(document: bytes, *, content: bytes | None, include_holder: bool, now: datetime) -> Report:
    """Check a document and count it. Raises Busy, TrustUnavailable. Call it outside a transaction."""
    trust = current_trust(now)
    if not _places.acquire(timeout=WAIT_SECONDS):
        raise Busy
    try:
        report = validate(document, trust=trust, at=now, content=content, include_holder=include_holder)
    finally:
        _places.release()
    _count(kind_of(document).value, report.conclusion.value, now)
    _log.info(
        "document checked",
        kind=kind_of(document).value,
        outcome=report.conclusion.value,
        reason=report.reason.value,
    )
    return report


def _count(kind: str, conclusion: str, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO validation_count (day, kind, conclusion, count) VALUES (%s, %s, %s, 1)
                ON CONFLICT (day, kind, conclusion) DO UPDATE SET count = validation_count.count + 1
            """,
            [now.astimezone(JAPAN).date(), kind, conclusion],
        )
