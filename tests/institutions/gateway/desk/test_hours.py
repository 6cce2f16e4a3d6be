"""When a member's gateway answers: timetables by hand and by property, and what an inquirer is told outside of them."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.law import InformationKind
from mynumber.institutions.gateway.desk.hours import JAPAN, Timetable
from mynumber.protocols.exchange import Outcome
from mynumber.protocols.hours import (
    AVAILABILITY,
    QUERY_HOURS,
    AvailabilityQuery,
    Closed,
    Hours,
)
from mynumber.protocols.refusal import Hop, Reason
from tests.support.exchange import CITY, FORMER_CITY, PENSION, TAX, Exchange, inquiry_of, resident_code
from tests.support.waiting import eventually

OFFICE = tuple(Hours(weekday=day, opens=time(8, 30), closes=time(18)) for day in range(5))
SUNDAY = datetime(2026, 11, 22, 12, tzinfo=JAPAN)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """November 2026, Japan."""
    return datetime(2026, 11, day, hour, minute, tzinfo=JAPAN)


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        (at(20, 8, 29), at(20, 8, 30)),
        (at(20, 8, 30), at(20, 8, 30)),
        (at(20, 17, 59), at(20, 17, 59)),
        (at(20, 18), at(23, 8, 30)),  # Friday evening: Monday
        (SUNDAY, at(23, 8, 30)),
        (at(23, 1).astimezone(UTC), at(23, 8, 30)),  # still Sunday in UTC
    ],
)
def test_offices_open_on_weekdays(moment: datetime, opens: datetime) -> None:
    assert Timetable(OFFICE).opens_after(moment) == opens


def test_without_hours_it_is_always_open_but_for_closures() -> None:
    closure = Closed(begins=at(22, 0), ends=at(23, 0), why="機器の更改")
    assert Timetable().is_open(SUNDAY)
    assert Timetable((), (closure,)).opens_after(SUNDAY) == at(23, 0)
    assert Timetable(OFFICE, (closure,)).opens_after(SUNDAY) == at(23, 8, 30)
    monday = Closed(begins=at(23, 8), ends=at(23, 12), why="点検")
    assert Timetable(OFFICE, (closure, monday)).opens_after(SUNDAY) == at(23, 12)
    forever = Closed(begins=at(1, 0), ends=at(1, 0) + timedelta(days=9999), why="廃止")
    assert Timetable(OFFICE, (forever,)).opens_after(SUNDAY) is None


def test_midnight_ends_a_day_and_begins_the_next() -> None:
    whole_week = tuple(Hours(weekday=day, opens=time(0), closes=time(0)) for day in range(7))
    assert all(Timetable(whole_week).is_open(at(20, hour)) for hour in range(24))


@given(
    st.lists(
        st.builds(
            lambda day, opens, minutes: Hours(
                weekday=day,
                opens=time(opens // 60, opens % 60),
                closes=time(min(opens + minutes, 1439) // 60, min(opens + minutes, 1439) % 60),
            ),
            st.integers(0, 6),
            st.integers(0, 1380),
            st.integers(1, 600),
        ),
        max_size=6,
    ),
    st.integers(0, 365 * 24 * 60).map(lambda minutes: at(1, 0) + timedelta(minutes=minutes)),
)
def test_the_next_opening_is_open_and_not_in_the_past(hours: list[Hours], moment: datetime) -> None:
    table = Timetable(tuple(hours))
    opens = table.opens_after(moment)
    assert opens is not None
    assert opens >= moment
    assert table.is_open(opens)
    assert table.is_open(moment) == (opens == moment)


def test_a_closed_provider_says_when_it_opens_and_what_paper_stands_in(exchange: Exchange) -> None:
    exchange.give_codes({resident_code(): {CITY: "W-c", FORMER_CITY: "W-f"}})
    exchange.register(FORMER_CITY, "W-f", InformationKind.LOCAL_TAX, TAX)
    tenant = FORMER_CITY.replace(".", "_")
    opens = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)

    def carry_out(statement: str, *values: object) -> None:
        with psycopg.connect(exchange.gateway_database.tenant_urls[tenant]) as connection:
            connection.execute(statement.encode(), values)

    def wait_for(reason: Reason | None) -> None:
        """A process may use for a moment what it has read."""
        eventually(lambda: exchange.ask(inquiry_of("W-c"))[0].reason is reason)

    carry_out(
        'INSERT INTO paper_document (tenant, information, name, "where") VALUES (%s, %s, %s, %s)',
        *(tenant, "local_tax", "課税証明書", "市民税課の窓口"),
    )
    carry_out(
        "INSERT INTO closure (tenant, begins, ends, why) VALUES (%s, now() - interval '1 hour', %s, '点検')",
        *(tenant, opens),
    )
    inquiry = inquiry_of("W-c")
    try:
        wait_for(Reason.PROVIDER_CLOSED)
        [closed] = exchange.ask(inquiry)
        assert (closed.outcome, closed.hop, closed.reason) == (
            Outcome.REFUSED,
            Hop.PROVIDER_GATEWAY,
            Reason.PROVIDER_CLOSED,
        )
        assert closed.deadline == opens
        assert exchange.ask(inquiry) == (closed,)  # asked again: the same answer
        with psycopg.connect(exchange.gateway_database.tenant_urls[tenant]) as connection:
            recorded = connection.execute(
                "SELECT outcome, reason FROM side_record WHERE request_id = %s", [inquiry.request_id]
            ).fetchall()
        assert recorded == [("refused", "provider_closed")]
        told = exchange.call(
            AVAILABILITY, AvailabilityQuery(provider=FORMER_CITY), sender=CITY, receiver=f"gateway.{CITY}"
        )
        assert (told.is_open, told.opens_at, told.closures[0].why) == (False, opens, "点検")
        assert [(paper.name, paper.where) for paper in told.papers] == [("課税証明書", "市民税課の窓口")]
    finally:
        carry_out("DELETE FROM closure")
        wait_for(None)
    assert exchange.inquire("W-c").outcome is Outcome.PROVIDED
    unknown = exchange.refusal(
        lambda: exchange.call(
            AVAILABILITY, AvailabilityQuery(provider="nobody"), sender=CITY, receiver=f"gateway.{CITY}"
        )
    )
    assert unknown == (Hop.INQUIRER_GATEWAY, Reason.UNKNOWN_PROVIDER)
    about_another = exchange.refusal(
        lambda: exchange.call(
            QUERY_HOURS,
            AvailabilityQuery(provider=PENSION),
            sender=f"gateway.{CITY}",
            receiver=f"gateway.{FORMER_CITY}",
        )
    )
    assert about_another == (Hop.PROVIDER_GATEWAY, Reason.WRONG_AUDIENCE)
