"""The figures of the processes as charts and tables of a page."""

from collections.abc import Iterable, Sequence

from mynumber.platform.guide.operations import KindFigures, Look
from mynumber.webkit.face.charts import Chart, Point, Shape
from mynumber.webkit.face.parts import Column, Table
from mynumber.webkit.templatetags.face import tr

MOST = 10
"""Bars of a chart; the tables have all."""
_LABEL = 20
"""Letters that have room beside a bar."""


def figures(look: Look, rates: Sequence[tuple[float, int]]) -> dict[str, Chart | Table]:
    """By the names that the template uses."""
    kinds = sorted(look.kinds.items(), key=lambda kind: -kind[1].count)
    slowest = sorted(
        ((name, kind.quantile_ms(0.99)) for name, kind in kinds),
        key=lambda one: -(one[1] or 0),
    )
    return {
        "load": Chart(
            "load",
            tr("署名された通知（毎秒）", "Signed messages a second"),
            tr("件／秒", "a second"),
            tuple(Point(f"-{seconds:.0f} s", rate) for seconds, rate in rates),
            Shape.LINE if len(rates) > 1 else Shape.COLUMNS,
        ),
        "used": _bars(
            "used",
            tr("使われた通知の種類", "Messages by kind"),
            tr("件", "messages"),
            ((n, k.count) for n, k in kinds),
        ),
        "slow": _bars(
            "slow",
            tr("99% が終わるまでの時間（遅い順）", "Time within which 99% were done, slowest first"),
            tr("ミリ秒以内", "ms or less"),
            ((name, ms) for name, ms in slowest if ms is not None),
        ),
        "refused": _bars(
            "refused",
            tr("理由ごとの件数", "By reason"),
            tr("件", "messages"),
            look.refusals().most_common(),
        ),
        "latency": _latency(kinds),
        "commits": _commits(look),
    }


def _bars(ident: str, title: str, unit: str, values: Iterable[tuple[str, int]]) -> Chart:
    points = [Point(name if len(name) <= _LABEL else f"{name[: _LABEL - 1]}…", n) for name, n in values]
    return Chart(ident, title, unit, tuple(points[:MOST]), Shape.BARS)


def _latency(kinds: Sequence[tuple[str, KindFigures]]) -> Table:
    def shown(ms: int | None) -> str:
        return "-" if ms is None else f"≤ {ms:,}"

    return Table.build(
        tr("通知の種類ごと", "By kind of message"),
        [
            tr("種類", "Kind"),
            Column(tr("件数", "Messages"), number=True),
            Column(tr("うち断った", "Refused"), number=True),
            Column("p50 (ms)", number=True),
            Column("p99 (ms)", number=True),
        ],
        [
            (name, k.count, k.refused, shown(k.quantile_ms(0.5)), shown(k.quantile_ms(0.99)))
            for name, k in kinds
        ],
    )


def _commits(look: Look) -> Table:
    return Table.build(
        tr("まとめて一度に確定した書き込み", "Items that share a durable commit"),
        [
            tr("書き手", "Writer"),
            Column(tr("確定の回数", "Commits"), number=True),
            Column(tr("一回の件数（平均）", "Items each (mean)"), number=True),
            Column(tr("一回の時間 ms（平均）", "ms each (mean)"), number=True),
        ],
        [
            (writer, count, f"{items / count:.1f}", f"{seconds / count * 1000:.1f}")
            for writer, (count, items, seconds) in sorted(look.batches.items())
            if count
        ],
    )
