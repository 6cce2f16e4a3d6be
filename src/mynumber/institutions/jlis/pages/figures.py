"""What J-LIS says of itself in public: counts, and nothing about anybody."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.core.cache import cache
from django.db.models import Count, Max

from mynumber.foundation.pki import JAPAN
from mynumber.institutions.jlis.certification.models import (
    Card,
    Certificate,
    RevocationList,
    RootCertificate,
)
from mynumber.institutions.jlis.certification.words import StoredState
from mynumber.institutions.jlis.residents.models import (
    LookUpKind,
    LookUpOutcome,
    LookUpRecord,
    Person,
    Status,
)
from mynumber.protocols.acquisition import REQUEST_CODE_BY_CERTIFICATE, REQUEST_CODES
from mynumber.protocols.card_life import CardState
from mynumber.protocols.certification import ISSUE_CARD, QUERY_TRUST, REVOKE_CERTIFICATE, Purpose
from mynumber.protocols.residents import LOOK_UP, LOOK_UP_BY_NUMBER, REGISTER_RESIDENTS
from mynumber.webkit.face.parts import Cell, Column, Table

PERIOD: Final = timedelta(days=7)
KEPT_SECONDS: Final = 30
"""Counting the nation takes time: visitors share one count for so long."""
_FINGERPRINT_GROUP: Final = 4

_SENDERS_JA: Final = {
    REGISTER_RESIDENTS.name: (
        "住民票の記載の通知、付番",
        "市区町村",
        "住民基本台帳法30条の6・30条の7、番号法7条・8条",
    ),
    LOOK_UP.name: (
        "基本4情報による照会",
        "市区町村、日本年金機構、デジタル庁",
        "住民基本台帳法30条の9ほか、番号法14条2項",
    ),
    LOOK_UP_BY_NUMBER.name: (
        "個人番号による照会",
        "市区町村、日本年金機構、デジタル庁",
        "住民基本台帳法30条の9ほか",
    ),
    REQUEST_CODES.name: ("符号の取得", "市区町村、日本年金機構、デジタル庁", "番号法21条の2、施行令27条"),
    REQUEST_CODE_BY_CERTIFICATE.name: (
        "電子証明書による符号の取得",
        "マイナポータル",
        "番号法21条の2、施行令27条",
    ),
    ISSUE_CARD.name: (
        "カードと利用者証明用電子証明書の発行",
        "市区町村",
        "番号法16条の2・17条、公的個人認証法22条",
    ),
    REVOKE_CERTIFICATE.name: ("電子証明書の失効", "市区町村", "公的個人認証法28条ほか"),
    QUERY_TRUST.name: ("失効情報の提供", "マイナポータル", "公的個人認証法36条・37条"),
}


@dataclass(frozen=True, slots=True)
class Authority:
    """The certification authority as anybody may check it."""

    not_after: datetime
    fingerprint: str
    list_number: int | None
    list_at: datetime | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts at one moment."""

    at: datetime
    residents: int
    municipalities: int
    cards: int
    revoked: int
    look_ups: Table
    authority: Authority | None

    @property
    def residents_ja(self) -> str:
        """With separators, as a reader counts."""
        return f"{self.residents:,}"

    @property
    def cards_ja(self) -> str:
        """Cards with separators."""
        return f"{self.cards:,}"

    @property
    def revoked_ja(self) -> str:
        """Revoked certificates with separators."""
        return f"{self.revoked:,}"


def figures(at: datetime) -> Figures:
    """Counts of now, or of up to KEPT_SECONDS ago."""
    kept: Figures | None = cache.get("figures")
    if kept is None:
        kept = _count(at)
        cache.set("figures", kept, KEPT_SECONDS)
    return kept


def accepted_messages() -> Table:
    """What institutions may ask of J-LIS, as a table."""
    columns = ("受け付ける電文", "送ることができる機関", "根拠")
    return Table.build("受け付ける電文と、送ることができる機関", columns, list(_SENDERS_JA.values()))


def _count(at: datetime) -> Figures:
    people = Person.objects.filter(status=Status.CURRENT).aggregate(
        people=Count("pk"), municipalities=Count("municipality", distinct=True)
    )
    certificates = Certificate.objects
    return Figures(
        at=at,
        residents=people["people"],
        municipalities=people["municipalities"],
        cards=Card.objects.filter(state=CardState.HANDED_OVER).count(),
        revoked=certificates.filter(state=StoredState.REVOKED).count(),
        look_ups=_look_ups(since=at - PERIOD),
        authority=_authority(),
    )


def _look_ups(*, since: datetime) -> Table:
    counted = {
        (row["kind"], row["outcome"]): row["times"]
        for row in LookUpRecord.objects.filter(asked_at__gte=since)
        .values("kind", "outcome")
        .annotate(times=Count("pk"))
    }
    columns = [Column("照会"), *(Column(outcome.label, number=True) for outcome in LookUpOutcome)]
    rows: list[list[Cell]] = [
        [kind.label, *(counted.get((kind.value, outcome.value), 0) for outcome in LookUpOutcome)]
        for kind in LookUpKind
    ]
    since_ja = f"{since.astimezone(JAPAN):%Y年%-m月%-d日}"
    return Table.build(f"{since_ja}からの照会の件数", columns, rows)


def _authority() -> Authority | None:
    root = RootCertificate.objects.filter(hierarchy=Purpose.AUTHENTICATION).order_by("-generation").first()
    if root is None:
        return None
    newest = RevocationList.objects.filter(
        hierarchy=Purpose.AUTHENTICATION, generation=root.generation
    ).aggregate(number=Max("number"), at=Max("this_update"))
    digest = hashlib.sha256(bytes(root.certificate)).hexdigest().upper()
    groups = (digest[i : i + _FINGERPRINT_GROUP] for i in range(0, len(digest), _FINGERPRINT_GROUP))
    return Authority(root.not_after, " ".join(groups), newest["number"], newest["at"])
