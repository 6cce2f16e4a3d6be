"""Pages of usage: load, refusals by reason, every rule with its use, one rule by institution. No ranking of institutions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from mynumber.institutions.network.core.refusals import By, count_refusals
from mynumber.institutions.network.siblings.own import name_among_several
from mynumber.institutions.network.statistics import usage
from mynumber.institutions.network.statistics.usage import Use
from mynumber.institutions.network.table.forms import label_of, say
from mynumber.protocols.refusal import Reason
from mynumber.webkit.access import public
from mynumber.webkit.face.charts import Chart, Point, Shape
from mynumber.webkit.face.forms import PlainForm
from mynumber.webkit.face.parts import Column, Table
from mynumber.webkit.messages import this_node

HOURS = 48
DAYS_OF_REFUSALS = 7
TOP_ROWS = 10
ROWS_A_PAGE = 25
FORMAT = "mynumber.usage.v1"


class UseForm(PlainForm):
    """Which rules to list."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["use"] = forms.ChoiceField(
            label=say("どの規定", "Which rules"),
            required=False,
            choices=[
                ("", say("すべて", "all")),
                (Use.USED.value, say("使われた規定", "used")),
                (
                    Use.FEW.value,
                    say(
                        f"使った機関が、照会できる機関の{usage.FEW}分の1に満たない規定",
                        f"used by fewer than one in {usage.FEW} of those who could",
                    ),
                ),
                (Use.NEVER.value, say("使われたことのない規定", "never used")),
                (
                    Use.NOBODY.value,
                    say(
                        "うち、照会できる機関がまだつながっていない規定",
                        "of these, nobody connected could ask",
                    ),
                ),
            ],
        )


@public  # counts, without persons
@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """Load, refusals, the rules used most, and how many never were."""
    return render(request, "network/statistics.html", _figures(_now()))


@public  # counts, without persons
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Every rule in force with its use; those never used are the Board of Audit's finding."""
    form = UseForm(request.GET)
    if not form.is_valid():
        return render(request, "network/statistics_rules.html", {"form": form}, status=422)
    use = Use(form.cleaned_data["use"]) if form.cleaned_data["use"] else None
    found = [row for row in usage.usage_at(_now()).rows if use is None or use in row.uses]
    page = Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": _shown(page),
        "total": len(found),
        "never": use is Use.NEVER,
        "one_core": _one_core(),
    }
    return render(request, "network/statistics_rules.html", context)


@public  # counts, without persons
@require_safe
def rule(request: HttpRequest, rule_id: str) -> HttpResponse:
    """One rule: which of the institutions that could ask by it did, and how often."""
    known = usage.usage_at(_now())
    row = known.of(rule_id)
    if row is None:
        raise Http404
    found = usage.by_institution(known, row.rule, this_node().directory)
    page = Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page"))
    table = Table.build(
        say("この規定で照会できる機関", "Institutions that may ask by this rule"),
        [
            say("機関", "Institution"),
            Column(say("許可した照会", "Permitted"), number=True),
            say("最後", "Last"),
        ],
        [(one.name, one.asked, one.last_at) for one in page],
    )
    context = {
        "row": row,
        "information": _kinds(row),
        "page": page,
        "table": table if found else None,
        "one_core": _one_core(),
    }
    return render(request, "network/statistics_rule.html", context)


@public  # counts, without persons
@require_safe
@gzip_page
def rules_json(request: HttpRequest) -> HttpResponse:
    """The use of every rule for programs."""
    at = _now()
    body = {
        "format": FORMAT,
        "core": _one_core() or None,
        "counted_through": usage.counted(at).through,
        "rows": [
            {
                "id": row.rule.id,
                "since": row.rule.since,
                "permitted": row.asked,
                "institutions": row.users,
                "institutions_that_could": row.could,
                "first_at": row.first_at,
                "last_at": row.last_at,
            }
            for row in usage.usage_at(at).rows
        ],
    }
    return HttpResponse(
        msgspec.json.encode(body),
        content_type="application/json; charset=utf-8",
        headers={"Access-Control-Allow-Origin": "*"},
    )


def _now() -> datetime:
    return timezone.now().astimezone(UTC)


def _one_core() -> str:
    return name_among_several(this_node().directory)


def _figures(at: datetime) -> dict[str, Any]:
    known = usage.usage_at(at)
    most_used = known.most_used()[:TOP_ROWS]
    since = at.replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS - 1)
    load = usage.load(since, known.live, at)
    refusals = count_refusals([By.REASON], since=at - timedelta(days=DAYS_OF_REFUSALS), until=at)
    return {
        "one_core": _one_core(),
        "counted": usage.counted(at),
        "rules": len(known.rows),
        "few_of": usage.FEW,
        **{use.value: sum(use in row.uses for row in known.rows) for use in Use},
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
            tuple(Point(row.rule.id, row.asked) for row in most_used),
            Shape.BARS,
        ),
        "most_used": _shown(most_used),
    }


@dataclass(frozen=True, slots=True)
class ShownUse:
    """A rule in a list."""

    use: usage.RowUsage
    information: str


def _shown(rows: Iterable[usage.RowUsage]) -> list[ShownUse]:
    return [ShownUse(row, _kinds(row)) for row in rows]


def _kinds(row: usage.RowUsage) -> str:
    return say("、", ", ").join(label_of(kind) for kind in sorted(row.rule.information_kinds))
