"""Documents that arrived: for the resident's list, and for applications (`applications.received`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.deliveries import kept
from mynumber.institutions.portal.deliveries.models import DeliveredDocument

MEDIA: Final = {"pdf": "application/pdf", "xml": "application/xml", "cms": "application/pkcs7-mime"}
ENDINGS: Final = {"pdf": "pdf", "xml": "xml", "cms": "p7m"}
MOST_OFFERED: Final = 20


@dataclass(frozen=True, slots=True)
class Usable:
    """A document that may be handed in with an application."""

    id: UUID
    kind: str
    kind_name: str
    title: str
    sender: str
    corporate_number: str
    arrived_at: datetime
    form: str
    size: int


def of_account(account: Account) -> QuerySet[DeliveredDocument]:
    """Newest first, without their contents."""
    rows = DeliveredDocument.objects.filter(account=account).defer("content")
    return rows.select_related("sender", "connection__provider").order_by("-arrived_at", "-pk")


def find(account: Account, ident: UUID) -> DeliveredDocument | None:
    """One of this account; None for another's, as for none."""
    return of_account(account).filter(pk=ident).first()


def usable(account: Account) -> list[Usable]:
    """Documents that an application may take, newest first."""
    return [
        Usable(
            id=row.pk,
            kind=row.kind,
            kind_name=str(row.sender.kinds.get(row.kind, row.kind)),
            title=kept.facts_of(row).title,
            sender=row.sender.name,
            corporate_number=row.sender.corporate_number,
            arrived_at=row.arrived_at,
            form=row.form,
            size=row.size,
        )
        for row in of_account(account)[:MOST_OFFERED]
    ]


def content(account: Account, ident: UUID) -> bytes | None:
    """The bytes as they were signed; None for another's, as for none."""
    found = DeliveredDocument.objects.filter(account=account, pk=ident).first()
    return None if found is None else kept.content_of(found)


def close(account: Account, now: datetime) -> None:
    """The account ends: every document goes. Consents end with the links of the accounts."""
    DeliveredDocument.objects.filter(account=account).delete()


def delete(account: Account, ident: UUID) -> bool:
    """Delete for good; whether it was there. That it arrived stays recorded, without its content."""
    deleted, _ = DeliveredDocument.objects.filter(account=account, pk=ident).delete()
    return bool(deleted)
