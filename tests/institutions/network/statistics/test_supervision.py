"""What the oversight body is told: by whom, how often, never about whom; and nobody else is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.institutions.network.statistics.anomalies import (
    FEWEST_USUAL_DAYS,
    USUAL_DAYS,
    Asker,
    find_anomalies,
)
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols.refusal import Hop, Reason
from mynumber.protocols.supervision import SUPERVISE, AnomalyKind, SupervisionQuery
from tests.support.core import RunningCore, running_core
from tests.support.exchange import CITY

pytestmark = pytest.mark.thorough  # a house of its own

DAY = date(2026, 11, 19)
QUIET = Asker(DAY, CITY, "子育て支援課", 20, 18, 4, 0, 0, 0, 0)


def but(**changes: object) -> Asker:
    """The quiet asker, changed."""
    values = {name: getattr(QUIET, name) for name in QUIET.__slots__}
    return Asker(**{**values, **changes})


def usual(asked: int, days: int) -> list[Asker]:
    """Earlier days of the same asker."""
    return [but(day=DAY - timedelta(days=back), asked=asked) for back in range(1, days + 1)]


@pytest.mark.parametrize(
    ("asker", "kind", "figure"),
    [
        (but(persons=200, asked=200, rules=1), AnomalyKind.MANY_WITHOUT_VARIETY, 200),
        (but(persons=200, asked=200, rules=0), AnomalyKind.MANY_WITHOUT_VARIETY, 200),
        (but(asked=40, odd_hours=20), AnomalyKind.ODD_HOURS, 20),
        (but(not_in_table=10, refused=10), AnomalyKind.NOT_IN_TABLE, 10),
        (but(asked=50, non_disclosure=10), AnomalyKind.NON_DISCLOSURE, 10),
    ],
)
def test_each_limit_is_met_at_the_limit(asker: Asker, kind: AnomalyKind, figure: int) -> None:
    assert [(one.kind, one.figure) for one in find_anomalies([asker], DAY)] == [(kind, figure)]


@pytest.mark.parametrize(
    "asker",
    [
        QUIET,
        but(persons=199, asked=199, rules=1),
        but(persons=900, asked=900, rules=2),
        but(asked=41, odd_hours=20),
        but(odd_hours=19),
        but(not_in_table=9, refused=9),
        but(asked=51, non_disclosure=10),
        but(non_disclosure=9),
        but(asked=5000),
    ],
)
def test_below_a_limit_or_without_a_usual_nothing_stands_out(asker: Asker) -> None:
    assert find_anomalies([asker], DAY) == []


def test_an_asker_is_compared_with_its_own_usual_only() -> None:
    loud = but(asked=100)
    (found,) = find_anomalies([loud, *usual(20, FEWEST_USUAL_DAYS)], DAY)
    assert (found.kind, found.figure, found.usual) == (AnomalyKind.FAR_OVER_USUAL, 100, 20)
    assert find_anomalies([loud, *usual(21, FEWEST_USUAL_DAYS)], DAY) == []
    assert find_anomalies([loud, *usual(20, FEWEST_USUAL_DAYS - 1)], DAY) == []
    assert find_anomalies([but(asked=99), *usual(1, 20)], DAY) == []
    other = [but(day=one.day, inquirer="x", asked=1) for one in usual(1, 9)]
    assert find_anomalies([loud, *other], DAY) == []
    long_ago = [but(day=DAY - USUAL_DAYS - timedelta(days=back), asked=1) for back in range(1, 9)]
    assert find_anomalies([loud, *long_ago], DAY) == []


@given(
    st.lists(
        st.builds(
            Asker,
            st.dates(DAY - timedelta(days=40), DAY),
            st.sampled_from("ab"),
            st.sampled_from(["", "課"]),
            *[st.integers(0, 400)] * 7,
        ),
        max_size=40,
    )
)
def test_only_days_asked_about_come_back_newest_first(askers: list[Asker]) -> None:
    first = DAY - timedelta(days=6)
    days = [one.asker.day for one in find_anomalies(askers, first)]
    assert days == sorted(days, reverse=True)
    assert all(day >= first for day in days)


@pytest.fixture(scope="module")
def core(
    tmp_path_factory: pytest.TempPathFactory, institution_database: Callable[..., InstitutionDatabase]
) -> Iterator[RunningCore]:
    with running_core(tmp_path_factory.mktemp("core"), institution_database) as running:
        with psycopg.connect(running.database.url) as connection:
            connection.execute(
                "INSERT INTO asker_day VALUES (%s, %s, '子育て支援課', 30, 9, 2, 0, 12, 12, 0), (%s, %s, '税務課', 5, 5, 1, 0, 0, 0, 0)",
                (DAY, CITY, DAY, CITY),
            )
        yield running


def test_the_commission_is_told_by_organisation_and_never_about_whom(core: RunningCore) -> None:
    answer = core.call(SUPERVISE, SupervisionQuery(first=DAY, last=DAY), sender="commission")
    (one,) = answer.anomalies
    assert (one.kind, one.inquirer, one.organisation) == (AnomalyKind.NOT_IN_TABLE, CITY, "子育て支援課")
    assert (one.figure, one.asked, one.persons) == (12, 30, 9)
    assert (answer.askers, answer.asked, answer.more) == (2, 35, False)
    before = SupervisionQuery(first=DAY - timedelta(days=9), last=DAY - timedelta(days=1))
    assert core.call(SUPERVISE, before, sender="commission").anomalies == ()


@pytest.mark.parametrize("sender", ["portal", "jlis", f"gateway.{CITY}", CITY])
def test_nobody_else_is_told(core: RunningCore, sender: str) -> None:
    query = SupervisionQuery(first=DAY, last=DAY)
    assert core.refusal(lambda: core.call(SUPERVISE, query, sender=sender)) == (
        Hop.NETWORK,
        Reason.NOT_ENTITLED,
    )


@pytest.mark.parametrize(
    ("first", "last", "reason"),
    [
        (DAY, DAY - timedelta(days=1), Reason.MALFORMED),
        (date(1, 1, 1), DAY, Reason.MALFORMED),
        (DAY - timedelta(days=31), DAY, Reason.TOO_LARGE),
    ],
)
def test_a_span_that_makes_no_sense_is_refused(
    core: RunningCore, first: date, last: date, reason: Reason
) -> None:
    query = SupervisionQuery(first=first, last=last)
    assert core.refusal(lambda: core.call(SUPERVISE, query, sender="commission")) == (Hop.NETWORK, reason)
