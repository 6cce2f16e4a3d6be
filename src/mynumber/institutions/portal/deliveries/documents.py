"""Documents that arrived: for the resident's list, and for procedures that can use them (foundation.procedures.Delivery)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.account.sessions import Visit
from mynumber.institutions.portal.deliveries import kept
from mynumber.institutions.portal.deliveries.models import DeliveredDocument
from mynumber.webkit.face.fields import Document, DocumentKind

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
    arrived_at: datetime
    form: str
    size: int

    @property
    def file_name(self) -> str:
        """Under which it is handed in."""
        return f"{self.kind_name}.{ENDINGS[self.form]}"


def of_account(account: Account) -> QuerySet[DeliveredDocument]:
    """Newest first, without their contents."""
    rows = DeliveredDocument.objects.filter(account=account).defer("content")
    return rows.select_related("sender", "connection__provider").order_by("-arrived_at", "-pk")


def find(account: Account, ident: UUID) -> DeliveredDocument | None:
    """One of this account; None for another's, as for none."""
    return of_account(account).filter(pk=ident).first()


def usable(
    account: Account, kinds: Collection[str] = (), *, forms: Collection[str] = ("pdf",)
) -> list[Usable]:
    """Documents of these kinds (any, if none is named) and forms that an application may take, newest first."""
    rows = of_account(account).filter(form__in=forms)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    return [
        Usable(
            id=row.pk,
            kind=row.kind,
            kind_name=str(row.sender.kinds.get(row.kind, row.kind)),
            title=kept.facts_of(row).title,
            sender=row.sender.name,
            arrived_at=row.arrived_at,
            form=row.form,
            size=row.size,
        )
        for row in rows[:MOST_OFFERED]
    ]


def offered(visit: Visit) -> list[Usable]:
    """What a visitor may hand in with an application: to the person themself, not to who acts for them."""
    return usable(visit.account) if visit.actor is None else []


def chosen(visit: Visit, ident: str) -> Document | None:
    """The offered document of this id, as a file to hand in; its signature goes with it. None for anything else."""
    found = next((one for one in offered(visit) if str(one.id) == ident), None)
    held = content(visit.account, found.id) if found else None
    return None if found is None or held is None else Document(found.file_name, DocumentKind.PDF, held)


def content(account: Account, ident: UUID) -> bytes | None:
    """The bytes as they were signed; None for another's, as for none."""
    found = DeliveredDocument.objects.filter(account=account, pk=ident).first()
    return None if found is None else kept.content_of(found)


def value(account: Account, kind: str, name: str) -> str | None:
    """The value of a line of the newest XML of this kind: what a field with the source `delivery` is filled with."""
    for row in of_account(account).filter(kind=kind).exclude(form="pdf")[:1]:
        return dict(kept.facts_of(row).lines).get(name)
    return None


def close(account: Account, now: datetime) -> None:
    """The account ends: every document goes. Consents end with the links of the accounts."""
    DeliveredDocument.objects.filter(account=account).delete()


def delete(account: Account, ident: UUID) -> bool:
    """Delete for good; whether it was there. That it arrived stays recorded, without its content."""
    deleted, _ = DeliveredDocument.objects.filter(account=account, pk=ident).delete()
    return bool(deleted)
