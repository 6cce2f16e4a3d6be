"""Sending notices: into the outbox in the transaction of what they tell, from there to the municipality's gateway."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from mynumber.institutions.municipality.notices.models import SentNotice
from mynumber.protocols.notices import Notice
from mynumber.webkit.tenancy import acting_as


class OtherNotice(Exception):
    """The id stands for a notice to somebody else already."""


def send(tenant: str, addressee: str, notice: Notice, *, send_at: datetime | None = None) -> SentNotice:
    """Queue a notice to a person of this municipality by addressee number (宛名番号), in the caller's transaction.

    The same id again changes nothing. `send_at`: not before; else at once. Raises OtherNotice if the id was used for another person.
    """
    now = datetime.now(UTC)
    with acting_as(tenant):
        row, _ = SentNotice.objects.get_or_create(
            notice=notice.notice,
            defaults={
                "addressee": addressee,
                "category": notice.category.value,
                "title": notice.title,
                "body": msgspec.json.encode(notice),
                "queued_at": now,
                "send_at": send_at or now,
            },
        )
        if row.addressee != addressee:
            raise OtherNotice
        return row
