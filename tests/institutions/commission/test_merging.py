"""Reports of several cores of the network as one."""

from __future__ import annotations

from datetime import UTC, date, datetime

from mynumber.institutions.commission.supervision.merging import merged
from mynumber.protocols.supervision import Anomaly, AnomalyKind, SupervisionReport


def test_reports_of_several_cores_become_one() -> None:
    def report(day: int, *, more: bool, through: datetime | None) -> SupervisionReport:
        anomaly = Anomaly(
            kind=AnomalyKind.ODD_HOURS,
            day=date(2026, 4, day),
            inquirer="municipality.131229",
            name="葛飾区",
            organisation="子育て支援課",
            asked=20,
            persons=10,
            figure=10,
            usual=5,
        )
        return SupervisionReport(anomalies=(anomaly,), more=more, askers=1, asked=20, counted_through=through)

    early, late = datetime(2026, 4, 3, tzinfo=UTC), datetime(2026, 4, 4, tzinfo=UTC)
    both = merged([report(1, more=False, through=late), report(2, more=True, through=early)])
    assert [anomaly.day.day for anomaly in both.anomalies] == [2, 1]
    assert (both.more, both.askers, both.asked, both.counted_through) == (True, 2, 40, early)
    assert (
        merged([report(1, more=False, through=late), report(2, more=False, through=None)]).counted_through
        is None
    )
