"""What J-LIS says of itself in public: counts, and nothing about anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.core.cache import cache
from django.db.models import Count

from mynumber.foundation.pki import JAPAN
from mynumber.institutions.jlis.certification.models import Card, Certificate
from mynumber.institutions.jlis.certification.words import StoredState
from mynumber.institutions.jlis.pages.certificates import (
    Authority,
    authorities,
    certificates_table,
    revocations_table,
)
from mynumber.institutions.jlis.residents.models import (
    LookUpKind,
    LookUpOutcome,
    LookUpRecord,
    Person,
    Status,
)
from mynumber.protocols.acquisition import REQUEST_CODE_BY_CERTIFICATE, REQUEST_CODES
from mynumber.protocols.card_life import (
    APPLY_FOR_CARD,
    COLLECT_CARD,
    HAND_OVER,
    ISSUE_CERTIFICATE,
    QUERY_CARDS,
    QUERY_DELIVERIES,
    REPORT_FOUND,
    REPORT_LOSS,
    REQUEST_FORM,
    REQUEST_ORDER,
    RETURN_CARD,
    CardState,
)
from mynumber.protocols.certification import (
    APPLY_FOR_PHONE,
    CHECK_STATUS,
    LATEST_ATTRIBUTES,
    LINK_SERIALS,
    QUERY_TRUST,
    REGISTER_CONSENT,
    WITHDRAW_CONSENT,
)
from mynumber.protocols.residents import LOOK_UP, LOOK_UP_BY_NUMBER, REGISTER_RESIDENTS
from mynumber.webkit.face.parts import Cell, Column, Table

PERIOD: Final = timedelta(days=7)
KEPT_SECONDS: Final = 30
"""Counting the nation takes time: visitors share one count for so long."""

_CITIES, _VERIFIERS = "市区町村", "登録された検証者"

SENDERS_JA: Final = {
    REGISTER_RESIDENTS.name: (
        "住民票の記載の通知、付番",
        _CITIES,
        "住民基本台帳法30条の6・30条の7、番号法7条・8条",
    ),
    LOOK_UP.name: (
        "基本4情報による照会",
        f"{_CITIES}、日本年金機構、デジタル庁",
        "住民基本台帳法30条の9ほか、番号法14条2項",
    ),
    LOOK_UP_BY_NUMBER.name: (
        "個人番号による照会",
        f"{_CITIES}、日本年金機構、デジタル庁",
        "住民基本台帳法30条の9ほか",
    ),
    REQUEST_CODES.name: ("符号の取得", f"{_CITIES}、日本年金機構、デジタル庁", "番号法21条の2、施行令27条"),
    REQUEST_CODE_BY_CERTIFICATE.name: (
        "電子証明書による符号の取得",
        "マイナポータル",
        "番号法21条の2、施行令27条",
    ),
    REQUEST_FORM.name: ("交付申請書の作成", _CITIES, "番号法16条の2"),
    APPLY_FOR_CARD.name: ("カードの申請", _CITIES, "番号法16条の2"),
    QUERY_DELIVERIES.name: ("申請とカードの到着の確認", _CITIES, "番号法16条の2・17条"),
    COLLECT_CARD.name: ("カードの受け取り", _CITIES, "番号法17条"),
    HAND_OVER.name: ("カードの交付の通知", _CITIES, "番号法17条"),
    REQUEST_ORDER.name: ("カードへの書き込みの許可", _CITIES, "番号法17条"),
    ISSUE_CERTIFICATE.name: ("電子証明書の発行", _CITIES, "公的個人認証法3条・22条"),
    REPORT_LOSS.name: ("紛失の届出", f"{_CITIES}、マイナポータル", "番号法17条、公的個人認証法"),
    REPORT_FOUND.name: ("発見の届出", _CITIES, "番号法17条"),
    RETURN_CARD.name: ("カードの返納", _CITIES, "番号法17条"),
    QUERY_CARDS.name: ("カードの状況の照会", f"{_CITIES}、マイナポータル", "番号法16条の2・17条"),
    APPLY_FOR_PHONE.name: (
        "スマートフォン用電子証明書の発行",
        "マイナポータル",
        "公的個人認証法16条の2・35条の2",
    ),
    QUERY_TRUST.name: ("失効情報の提供", _VERIFIERS, "公的個人認証法18条・37条"),
    CHECK_STATUS.name: ("電子証明書の有効性の確認", _VERIFIERS, "公的個人認証法18条・37条"),
    LINK_SERIALS.name: ("シリアル番号の紐付け", _VERIFIERS, "公的個人認証法18条・37条"),
    REGISTER_CONSENT.name: ("利用者同意の登録", _VERIFIERS, "公的個人認証法18条"),
    WITHDRAW_CONSENT.name: ("利用者同意の撤回", f"{_VERIFIERS}、マイナポータル", "公的個人認証法18条"),
    LATEST_ATTRIBUTES.name: ("最新の利用者情報の提供", _VERIFIERS, "公的個人認証法18条"),
}
"""Kind of message -> what it does, who may send it, and why, as the public reads it."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts at one moment."""

    at: datetime
    residents: int
    municipalities: int
    cards: int
    revoked: int
    look_ups: Table
    certificates: Table
    revocations: Table
    authorities: list[Authority]

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
    return Table.build("受け付ける電文と、送ることができる機関", columns, list(SENDERS_JA.values()))


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
        certificates=certificates_table(at),
        revocations=revocations_table(since=at - PERIOD),
        authorities=authorities(at),
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
