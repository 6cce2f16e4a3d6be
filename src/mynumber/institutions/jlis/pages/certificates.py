"""What J-LIS publishes of certification: its CAs, how many certificates, who the verifiers are and how often they asked."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import BooleanField, Count, ExpressionWrapper, F, Q, QuerySet, Sum

from mynumber.foundation.pki import JAPAN, Medium
from mynumber.institutions.jlis.certification import words
from mynumber.institutions.jlis.certification.authority import PROFILES, valid_roots
from mynumber.institutions.jlis.certification.models import (
    Certificate,
    RevocationList,
    RootCertificate,
    Verifier,
    VerifierUse,
)
from mynumber.institutions.jlis.certification.rules import Fees, day_in_japan, fees_on, rules_on
from mynumber.institutions.jlis.certification.words import (
    CertificateReason,
    StoredState,
    UseKind,
    VerifierCategory,
    VerifierPurpose,
)
from mynumber.protocols.certification import CertificateKind, Purpose
from mynumber.webkit.face.parts import Cell, Column, Table

USE_PERIOD: Final = timedelta(days=30)
AUTHORITY_WORDS: Final = {Purpose.AUTHENTICATION: "利用者証明用認証局", Purpose.SIGNATURE: "署名用認証局"}
_FINGERPRINT_GROUP: Final = 4
_MEDIUM_WORDS: Final = ((Medium.CARD, "個人番号カード"), (Medium.PHONE, "スマートフォン"))


@dataclass(frozen=True, slots=True)
class Authority:
    """One generation of a CA as anybody may check it."""

    name: str
    generation: int
    not_after: datetime
    fingerprint: str
    issues: bool
    """Whether it is the generation that issues."""
    lists: int
    """How many municipalities have a list of it."""
    list_at: datetime | None

    @property
    def title(self) -> str:
        """For a heading."""
        role = "発行中" if self.issues else "失効リストの署名だけ"
        return f"{self.name} 第{self.generation}世代（{role}）"

    @property
    def fingerprint_title(self) -> str:
        """For the fingerprint: of which certificate it is."""
        return f"{self.name} 第{self.generation}世代のルート証明書の指紋（SHA-256）"


def authorities(at: datetime) -> list[Authority]:
    """Every generation that is not over, the issuing one first."""
    return [
        _authority(purpose, root, issues=number == 0)
        for purpose in Purpose
        for number, root in enumerate(valid_roots(purpose, at=at))
    ]


def certificates_table(at: datetime) -> Table:
    """How many certificates of each kind are in force, rest, were revoked or are over."""
    over = ExpressionWrapper(Q(not_after__lt=at), output_field=BooleanField())
    counted: Counter[tuple[str, StoredState]] = Counter()
    rows = Certificate.objects.annotate(over=over).values_list("kind", "state", "over")
    for kind, state, is_over, times in rows.annotate(times=Count("pk")):
        expired = is_over and state != StoredState.REVOKED
        counted[kind, StoredState.EXPIRED if expired else StoredState(state)] += times
    columns = [Column("種類"), *(Column(words.STATE_WORDS[state], number=True) for state in StoredState)]
    table: list[list[Cell]] = [
        [words.KIND_WORDS[kind], *(counted[kind.value, state] for state in StoredState)]
        for kind in CertificateKind
    ]
    return Table.build("発行した電子証明書", columns, table)


def revocations_table(*, since: datetime) -> Table:
    """Why certificates were revoked lately."""
    counted = dict(
        Certificate.objects.filter(state=StoredState.REVOKED, state_since__gte=since)
        .values_list("reason")
        .annotate(times=Count("pk"))
    )
    rows: list[list[Cell]] = [
        [reason.words, counted[reason.value]] for reason in CertificateReason if reason.value in counted
    ]
    since_ja = f"{since.astimezone(JAPAN):%Y年%-m月%-d日}"
    return Table.build(f"{since_ja}からの失効", ["理由", Column("件数", number=True)], rows)


@dataclass(frozen=True, slots=True)
class Register:
    """検証者の名簿, as it is published."""

    verifiers: Table
    uses: Table
    fees: Fees


def register_of_verifiers(at: datetime) -> Register:
    """Who is registered for what, how often each was answered lately, and what a check costs."""
    verifiers = Verifier.objects.filter(ended_at__isnull=True).order_by("category", "name")
    columns = ("名称", "登録番号", "区分", "認められた事項", "登録日")
    rows: list[list[Cell]] = [
        [
            verifier.name,
            verifier.identifier,
            words.CATEGORY_WORDS[VerifierCategory(verifier.category)],
            "、".join(words.PURPOSE_WORDS[VerifierPurpose(purpose)] for purpose in verifier.purposes),
            f"{verifier.registered_at.astimezone(JAPAN):%Y年%-m月%-d日}",
        ]
        for verifier in verifiers
    ]
    return Register(
        Table.build("登録されている検証者", columns, rows),
        _uses(verifiers, at=at),
        fees_on(day_in_japan(at)),
    )


@dataclass(frozen=True, slots=True)
class Practice:
    """What the practice statement says in figures."""

    policies: Table
    reasons: Table
    signature_from_age: int
    days_to_be_taken_in: int
    abroad_keeps_card: bool
    list_hours: int


def practice(at: datetime) -> Practice:
    """The rules of today."""
    rules = rules_on(day_in_japan(at))
    policies: list[list[Cell]] = [
        [AUTHORITY_WORDS[purpose], medium_words, str(PROFILES[purpose].policies[medium].dotted_string)]
        for purpose in Purpose
        for medium, medium_words in _MEDIUM_WORDS
    ]
    reasons: list[list[Cell]] = [[reason.words, reason.in_list.value] for reason in CertificateReason]
    return Practice(
        policies=Table.build("証明書ポリシー", ("認証局", "鍵のある場所", "OID"), policies),
        reasons=Table.build("失効リストに載る理由", ("理由", "RFC 5280 の理由コード"), reasons),
        signature_from_age=rules.signature_from_age,
        days_to_be_taken_in=rules.time_to_be_taken_in.days,
        abroad_keeps_card=rules.abroad_keeps_card,
        list_hours=int(PROFILES[Purpose.SIGNATURE].revocation_list_validity.total_seconds() // 3600),
    )


def _uses(verifiers: QuerySet[Verifier], *, at: datetime) -> Table:
    since = day_in_japan(at - USE_PERIOD)
    counted = {
        (row["verifier"], row["kind"]): row["times"]
        for row in VerifierUse.objects.filter(day__gte=since)
        .values("verifier", "kind")
        .annotate(times=Sum(F("count")))
    }
    columns = [Column("検証者"), *(Column(words.USE_WORDS[kind], number=True) for kind in UseKind)]
    rows: list[list[Cell]] = [
        [verifier.name, *(counted.get((verifier.pk, kind.value), 0) for kind in UseKind)]
        for verifier in verifiers
    ]
    return Table.build(f"{since:%Y年%-m月%-d日}からの利用の件数", columns, rows)


def _authority(purpose: Purpose, root: RootCertificate, *, issues: bool) -> Authority:
    lists = RevocationList.objects.filter(hierarchy=purpose, generation=root.generation)
    newest = lists.order_by("-this_update").first()
    municipalities = lists.exclude(municipality_code="").aggregate(
        number=Count("municipality_code", distinct=True)
    )
    digest = hashlib.sha256(bytes(root.certificate)).hexdigest().upper()
    groups = (digest[i : i + _FINGERPRINT_GROUP] for i in range(0, len(digest), _FINGERPRINT_GROUP))
    return Authority(
        name=AUTHORITY_WORDS[purpose],
        generation=root.generation,
        not_after=root.not_after,
        fingerprint=" ".join(groups),
        issues=issues,
        lists=municipalities["number"],
        list_at=newest.this_update if newest else None,
    )
