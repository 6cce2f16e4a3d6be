"""What the monitor saw, for everybody: a log is only as good as those who look at it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from mynumber.foundation.tlog import BadPolicy
from mynumber.institutions.commission import trust
from mynumber.institutions.commission.monitor.alarms import RECOVERED, AlarmKind
from mynumber.institutions.commission.monitor.growth import Growth, draw
from mynumber.institutions.commission.monitor.models import Alarm, SeenCheckpoint, WatchedLog
from mynumber.institutions.commission.witness.models import WitnessedLog
from mynumber.webkit.access import public
from mynumber.webkit.face.language import is_english
from mynumber.webkit.face.parts import Chip, Column, Kind, Link, Table

MOST_POINTS = 200
SHOWN_CHECKPOINTS = 5
SHOWN_ALARMS = 50


@dataclass(frozen=True, slots=True)
class LogFigure:
    """One log as the page shows it."""

    log: WatchedLog
    witnessed: WitnessedLog | None
    open_alarms: tuple[AlarmKind, ...]
    growth: Growth | None
    table: Table

    @property
    def root(self) -> str:
        return bytes(self.log.root).hex()


@public
def home(request: HttpRequest) -> HttpResponse:
    """The state of each log, its growth, and the alarms."""
    alarms = list(Alarm.objects.order_by("-raised_at")[:SHOWN_ALARMS])
    figures = [_figure(log) for log in WatchedLog.objects.order_by("origin")]
    context = {
        "figures": figures,
        "alarms": _alarm_table(alarms),
        "open_count": Alarm.objects.filter(closed_at=None).count(),
        "alarm_count": len(alarms),
        "now": timezone.now(),
    }
    return render(request, "commission/home.html", context)


@public
def alarm(request: HttpRequest, number: int) -> HttpResponse:
    """One alarm with its evidence, which anybody can check: it is made of signed checkpoints."""
    found = Alarm.objects.filter(id=number).first()
    if found is None:
        raise Http404
    return render(request, "commission/alarm.html", {"alarm": found, "kind": AlarmKind(found.kind)})


@public
def policy(request: HttpRequest) -> HttpResponse:
    """The policy that the commission follows (C2SP tlog-policy): keys of the log and of its witnesses, to check receipts with."""
    try:
        text = trust.policy().without_addresses().to_text()
    except (OSError, RuntimeError, BadPolicy):
        raise Http404 from None
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def _figure(log: WatchedLog) -> LogFigure:
    seen = list(SeenCheckpoint.objects.filter(origin=log.origin).order_by("-seen_at")[:MOST_POINTS])
    kinds = Alarm.objects.filter(origin=log.origin, closed_at=None).values_list("kind", flat=True)
    return LogFigure(
        log,
        WitnessedLog.objects.filter(origin=log.origin).exclude(note="").first(),
        tuple(AlarmKind(kind) for kind in kinds),
        draw([(one.seen_at, one.size) for one in reversed(seen)]),
        Table.build(
            _say("最近のチェックポイント", "Latest checkpoints"),
            [
                _say("見た日時", "Seen"),
                Column(_say("件数", "Entries"), number=True),
                _say("根の初め", "Root begins"),
            ],
            [(one.seen_at, one.size, bytes(one.root).hex()[:16]) for one in seen[:SHOWN_CHECKPOINTS]],
        ),
    )


def _alarm_table(alarms: list[Alarm]) -> Table:
    return Table.build(
        _say("警報", "Alarms"),
        [
            _say("警報", "Alarm"),
            _say("台帳", "Log"),
            _say("初めて", "First"),
            _say("最後", "Last"),
            Column(_say("回数", "Times"), number=True),
            _say("状態", "State"),
        ],
        [
            (
                Link(kind_title(AlarmKind(one.kind)), reverse("alarm", args=[one.id])),
                one.origin,
                one.raised_at,
                one.last_at,
                one.times,
                _state(one),
            )
            for one in alarms
        ],
    )


def _state(one: Alarm) -> Chip:
    if one.closed_at is None:
        return Chip(_say("続いています", "open"), Kind.ERROR)
    if one.closed_because == RECOVERED:
        return Chip(_say("元に戻りました", "recovered"), Kind.SUCCESS)
    return Chip(_say("担当者が閉じました", "closed by a person"), Kind.NEUTRAL)


def kind_title(kind: AlarmKind) -> str:
    return _say(kind.title_ja, kind.title_en)


def _say(japanese: str, english: str) -> str:
    return english if is_english() else japanese
