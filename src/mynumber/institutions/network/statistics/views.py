"""Pages of usage: load, refusals by reason, rules and who used them, rules never used. No ranking of institutions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from mynumber.foundation import law
from mynumber.institutions.network.core.refusals import By, count_refusals
from mynumber.institutions.network.siblings.own import name_among_several
from mynumber.institutions.network.statistics import usage
from mynumber.institutions.network.table.forms import label_of, say
from mynumber.protocols.refusal import Reason
from mynumber.webkit.access import public
from mynumber.webkit.face.charts import Chart, Point, Shape
from mynumber.webkit.face.parts import Column, Link, Table
from mynumber.webkit.messages import this_node

KEPT_SECONDS = 30
HOURS = 48
DAYS_OF_REFUSALS = 7
TOP_ROWS = 10
ROWS_A_PAGE = 50


@public  # counts, without persons
@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """Load, refusals, the rules used most, and how many never were."""
    figures = _figures(timezone.now().astimezone(UTC))
    return render(request, "network/statistics.html", {**figures, "one_core": _one_core()})


@public  # counts, without persons
@require_safe
def unused(request: HttpRequest) -> HttpResponse:
    """The rules in force that nobody ever used (the Board of Audit's finding)."""
    rows = [row for row in _usage(timezone.now().astimezone(UTC)) if not row.asked]
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    table = Table.build(
        say("使われたことのない規定", "Rules never used"),
        [
            say("規定", "Rule"),
            say("情報", "Information"),
            Column(say("照会できる接続機関", "Could ask"), number=True),
            say("施行", "In force from"),
        ],
        [
            (_link(row.provision.id), _kinds(row), row.could, row.provision.valid_from.isoformat())
            for row in page
        ],
    )
    return render(
        request,
        "network/statistics_unused.html",
        {"page": page, "table": table, "total": len(rows), "one_core": _one_core()},
    )


def _usage(at: datetime) -> list[usage.RowUsage]:
    kept: list[usage.RowUsage] | None = cache.get("usage")
    if kept is None:
        basis = law.legal_basis(timezone.localdate())
        kept = usage.usage_of(basis, this_node().directory, usage.live(at))
        cache.set("usage", kept, KEPT_SECONDS)
    return kept


def _one_core() -> str:
    return name_among_several(this_node().directory)


def _figures(at: datetime) -> dict[str, Any]:
    rows = _usage(at)
    used = [row for row in rows if row.asked]
    since = at.replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS - 1)
    load = usage.load(since, usage.live(at), at)
    refusals = count_refusals([By.REASON], since=at - timedelta(days=DAYS_OF_REFUSALS), until=at)
    return {
        "counted": usage.counted(at),
        "used": len(used),
        "unused": len(rows) - len(used),
        "rules": len(rows),
        "load": Chart(
            "load",
            say(f"1時間ごとの照会（直近{HOURS}時間）", f"Inquiries an hour (last {HOURS} hours)"),
            say("件", "inquiries"),
            tuple(
                Point(f"{timezone.localtime(hour):%m/%d %H}" + say("時", "h"), permitted + refused)
                for hour, permitted, refused in load
            ),
            Shape.COLUMNS,
        ),
        "refusals": Chart(
            "refusals",
            say(
                f"拒否の理由（直近{DAYS_OF_REFUSALS}日）",
                f"Refusals by reason (last {DAYS_OF_REFUSALS} days)",
            ),
            say("件", "refusals"),
            tuple(Point(one.of[0], one.count) for one in refusals),
            Shape.BARS,
        ),
        "reasons": [(one.of[0], Reason(one.of[0]).sentence_ja) for one in refusals],
        "top": Chart(
            "top",
            say(f"よく使われる規定（上位{TOP_ROWS}）", f"Rules used most (top {TOP_ROWS})"),
            say("件", "permitted"),
            tuple(Point(row.provision.id, row.asked) for row in used[:TOP_ROWS]),
            Shape.BARS,
        ),
        "table": Table.build(
            say("よく使われる規定", "Rules used most"),
            [
                say("規定", "Rule"),
                say("情報", "Information"),
                Column(say("許可した照会", "Permitted"), number=True),
                Column(say("使った機関", "Used by"), number=True),
                Column(say("照会できる接続機関", "Could ask"), number=True),
                say("最後", "Last counted"),
            ],
            [
                (_link(row.provision.id), _kinds(row), row.asked, row.users, row.could, row.last_at)
                for row in used[:TOP_ROWS]
            ],
        ),
    }


def _link(provision_id: str) -> Link:
    return Link(provision_id, reverse("table-row", args=[provision_id]))


def _kinds(row: usage.RowUsage) -> str:
    return say("、", ", ").join(label_of(kind) for kind in sorted(row.provision.information_kinds))
