"""The supervision desk: what stands out in the network's figures, the state of the log, and who may ask what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from mynumber.foundation import law
from mynumber.foundation.law import InstitutionKind
from mynumber.institutions.commission.monitor.models import Alarm, WatchedLog
from mynumber.institutions.commission.supervision.merging import merged
from mynumber.protocols import wire
from mynumber.protocols.directory import System
from mynumber.protocols.refusal import Hop, Refused
from mynumber.protocols.supervision import (
    MANY_WITHOUT_APPLICATION,
    SUPERVISE,
    SUPERVISE_CLERKS,
    Anomaly,
    ClerkDay,
    SupervisionQuery,
    SupervisionReport,
)
from mynumber.webkit.access import staff_only
from mynumber.webkit.face.language import is_english
from mynumber.webkit.face.parts import Cell, Column, Link, Table
from mynumber.webkit.messages import this_node

SPANS = (7, 28)
ROWS_A_PAGE = 50


@staff_only
@require_safe
def supervision(request: HttpRequest) -> HttpResponse:
    """What stood out in the last days, as the network reports it now; nothing is kept here."""
    span = next((days for days in SPANS if request.GET.get("days") == str(days)), SPANS[0])
    today = timezone.localdate()
    report, refused, missing = _report(SupervisionQuery(first=today - timedelta(days=span - 1), last=today))
    context: dict[str, Any] = {
        "days": span,
        "spans": SPANS,
        "report": report,
        "refused": refused,
        "missing": missing,
        "logs": WatchedLog.objects.order_by("origin"),
        "open_alarms": Alarm.objects.filter(closed_at=None).count(),
    }
    if report is not None:
        page = Paginator(report.anomalies, ROWS_A_PAGE).get_page(request.GET.get("page"))
        context |= {"page": page, "table": _anomaly_table(list(page))}
    return render(request, "commission/supervision.html", context, status=200 if report else 503)


def _report(query: SupervisionQuery) -> tuple[SupervisionReport | None, Refused | None, list[str]]:
    """What all cores of the network report that answer, a refusal when none does, and the names of those that do not."""
    node = this_node()
    reports: list[SupervisionReport] = []
    missing: list[str] = []
    refused: Refused | None = None
    for core in node.directory.cores:
        try:
            reports.append(
                wire.call(
                    node,
                    SUPERVISE,
                    query,
                    sender="commission",
                    receiver=core,
                    hop=Hop.NETWORK,
                    now=lambda: datetime.now(UTC),
                )
            )
        except Refused as error:
            refused = error
            missing.append(node.directory.name(core))
    if not reports:
        return None, refused, missing
    return merged(reports), None, missing


@staff_only
@require_safe
def clerks(request: HttpRequest) -> HttpResponse:
    """What the clerks of one institution asked, as its own system counts it now; nothing is kept here."""
    node = this_node()
    members = sorted(node.directory.members(), key=lambda member: member.id)
    chosen = next((member for member in members if member.id == request.GET.get("institution")), None)
    today = timezone.localdate()
    context: dict[str, Any] = {"members": members, "chosen": chosen, "many": MANY_WITHOUT_APPLICATION}
    if chosen is not None:
        try:
            report = wire.call(
                node,
                SUPERVISE_CLERKS,
                SupervisionQuery(first=today - timedelta(days=SPANS[-1] - 1), last=today),
                sender="commission",
                receiver=chosen.id,
                hop=Hop.PROVIDER,
                now=lambda: datetime.now(UTC),
            )
        except Refused as refused:
            return render(request, "commission/clerks.html", {**context, "refused": refused}, status=503)
        page = Paginator(report.clerks, ROWS_A_PAGE).get_page(request.GET.get("page"))
        context |= {"report": report, "page": page, "table": _clerk_table(list(page))}
    return render(request, "commission/clerks.html", context)


def _clerk_table(days: list[ClerkDay]) -> Table:
    return Table.build(
        _say("職員ごとの照会", "What clerks asked"),
        [
            _say("目立つか", "Stands out"),
            _say("日", "Day"),
            _say("職員の印", "Mark of the clerk"),
            _say("部署", "Organisation"),
            Column(_say("照会", "Asked"), number=True),
            Column(_say("人数", "People"), number=True),
            Column(_say("うち申請のない人", "Of them without an application"), number=True),
        ],
        [
            (
                _say("目立つ", "stands out") if one.stands_out else _say("いいえ", "no"),
                one.day.isoformat(),
                one.clerk,
                one.organisation,
                one.asked,
                one.persons,
                one.without_application,
            )
            for one in days
        ],
    )


def _anomaly_table(anomalies: list[Anomaly]) -> Table:
    return Table.build(
        _say("目立ったこと", "What stands out"),
        [
            _say("こと", "What"),
            _say("日", "Day"),
            _say("機関", "Institution"),
            _say("部署", "Organisation"),
            Column(_say("件数・人数", "Figure"), number=True),
            Column(_say("比べたもの", "Compared with"), number=True),
            Column(_say("その日の照会", "Asked that day"), number=True),
            Column(_say("人数", "People"), number=True),
        ],
        [
            (
                _say(one.kind.label_ja, one.kind.label_en),
                one.day.isoformat(),
                one.name,
                one.organisation,
                one.figure,
                one.usual,
                one.asked,
                one.persons,
            )
            for one in anomalies
        ],
    )


@staff_only
@require_safe
def permissions(request: HttpRequest) -> HttpResponse:
    """Which institutions are connected, and how much of today's table each may ask by."""
    basis = law.legal_basis(timezone.localdate())
    members = sorted(this_node().directory.members(), key=lambda member: member.id)
    page = Paginator(members, ROWS_A_PAGE).get_page(request.GET.get("page"))
    law_table = f"{settings.PUBLIC_URLS['network']}/table/" if "network" in settings.PUBLIC_URLS else ""
    table = Table.build(
        _say("接続している機関", "Connected institutions"),
        [
            _say("機関", "Institution"),
            _say("種類", "Kinds"),
            Column(_say("照会できる事務", "Affairs"), number=True),
            Column(_say("使える規定", "Rules"), number=True),
            _say("最も新しい規定の施行日", "Newest rule in force from"),
        ],
        [_permission(member, basis, law_table) for member in page],
    )
    context = {
        "page": page,
        "table": table,
        "law_table": law_table,
    }
    return render(request, "commission/permissions.html", context)


def _permission(member: System, basis: law.LegalBasis, law_table: str) -> tuple[Cell, ...]:
    kinds = frozenset(InstitutionKind.named(name) for name in member.kinds)
    affairs = basis.affairs_of(kinds)
    rules = [provision for affair in affairs for provision in affair.provisions]
    newest = max((rule.valid_from for rule in rules), default=None)
    labels = _say("、", ", ").join(_say(kind.label_ja, kind.label_en) for kind in sorted(kinds))
    may_ask = f"{law_table}?{urlencode({'member': member.id, 'role': 'inquirer'})}"
    name = Link(member.name, may_ask) if law_table else member.name
    return name, labels, len(affairs), len(rules), newest.isoformat() if newest else None


def _say(japanese: str, english: str) -> str:
    return english if is_english() else japanese
