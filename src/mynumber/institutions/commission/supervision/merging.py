"""What several cores of the network report, as one report."""

from __future__ import annotations

from collections.abc import Sequence

from mynumber.protocols.supervision import SupervisionReport


def merged(reports: Sequence[SupervisionReport]) -> SupervisionReport:
    """Reports of several cores as one: an organisation is at home at one of them, so nothing is counted twice."""
    if len(reports) == 1:
        return reports[0]
    anomalies = [anomaly for report in reports for anomaly in report.anomalies]
    through = [report.counted_through for report in reports]
    return SupervisionReport(
        anomalies=tuple(sorted(anomalies, key=lambda anomaly: anomaly.day, reverse=True)),
        more=any(report.more for report in reports),
        askers=sum(report.askers for report in reports),
        asked=sum(report.asked for report in reports),
        counted_through=min((at for at in through if at), default=None) if all(through) else None,
    )
