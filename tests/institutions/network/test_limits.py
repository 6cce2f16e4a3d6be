"""Rates of members: what is over is refused and counted, and others are not touched."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.law import InformationKind
from mynumber.institutions.network.core.limits import (
    DEFAULT_RATES,
    BadRates,
    Limits,
    Rate,
    parse_rates,
)
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols.events import (
    CODED_WATCHES,
    EVENTS,
    ChangeCodedWatches,
    CodedEvent,
    EventKind,
    Events,
    Topic,
)
from mynumber.protocols.exchange import REQUEST_PERMITS, PermitRequests, RequestedPermit
from mynumber.protocols.holders import QUERY_HOLDERS, HoldersQuery
from mynumber.protocols.notices import ADDRESS_NOTICES, AddressNotices, CodedNotice
from mynumber.protocols.refusal import Hop, Reason
from tests.institutions.network.test_requests import request
from tests.support.core import RunningCore, running_core
from tests.support.exchange import ALLOWANCE, CITY, FORMER_CITY, KINDS, PENSION, resident_code


def test_rates_are_read_strictly() -> None:
    assert parse_rates("*=5/10 pension_service=20/30 municipality.131229=1/2") == {
        "*": Rate(5, 10),
        "pension_service": Rate(20, 30),
        "municipality.131229": Rate(1, 2),
    }
    assert "*" in parse_rates(DEFAULT_RATES)


@pytest.mark.parametrize(
    "text", ["", "5/10", "*=5", "*=0/1", "*=1/0", "*=-1/1", "*=1/1 *=2/2", "a=1/1", "*=１/1", "*=1/1,a=1/1"]
)
def test_rates_that_cannot_be_read_stop_the_start(text: str) -> None:
    with pytest.raises(BadRates):
        parse_rates(text)


@given(
    st.integers(1, 50),
    st.integers(1, 200),
    st.lists(st.tuples(st.floats(0, 3), st.integers(1, 100)), max_size=60),
)
def test_a_member_never_gets_more_than_burst_and_rate(
    rate: int, burst: int, asks: list[tuple[float, int]]
) -> None:
    limits = Limits({"*": Rate(rate, burst)})
    now, taken = 0.0, 0
    for pause, count in asks:
        now += pause
        if limits.take("a", count, now):
            taken += count
        assert taken <= burst + rate * now + 1e-6


def test_one_member_does_not_use_up_anothers() -> None:
    limits = Limits({"*": Rate(1, 10), "big": Rate(1, 100)})
    assert limits.take("a", 10, 0.0)
    assert not limits.take("a", 1, 0.0)
    assert limits.take("b", 10, 0.0)
    assert limits.take("big", 100, 0.0)
    assert limits.take("a", 1, 1.0), "a second brings one"


def test_what_is_over_the_rate_is_refused_and_counted(
    tmp_path: Path, institution_database: Callable[..., InstitutionDatabase]
) -> None:
    rates = {"MYNUMBER_NETWORK_RATES": "*=1/5"}
    with running_core(tmp_path, institution_database, environment=rates) as core:
        person = resident_code()
        core.give_codes((CITY, FORMER_CITY), (person,))

        def ask(*requests: RequestedPermit) -> list[Reason | None]:
            question = PermitRequests(inquirer=CITY, requests=requests)
            decisions = core.call(REQUEST_PERMITS, question, sender=f"gateway.{CITY}")
            return [one.reason for one in decisions.decisions]

        assert ask(*(request(core, person) for _ in range(5))) == [None] * 5
        over = [request(core, person) for _ in range(5)]
        assert core.refusal(lambda: ask(*over)) == (Hop.NETWORK, Reason.RATE_LIMITED)
        _is_counted(core)
        for flood in (_events, _watches, _notices):  # six at once are never let through
            assert core.refusal(partial(flood, core, 6)) == (Hop.NETWORK, Reason.RATE_LIMITED)
        holders = HoldersQuery(code=core.code(FORMER_CITY, person), affair=ALLOWANCE)
        looked_for = 0

        def look() -> None:
            nonlocal looked_for
            while looked_for < 100:  # several institutions a question, and one question a second would do
                core.call(QUERY_HOLDERS, holders, sender=f"gateway.{FORMER_CITY}")
                looked_for += 1

        assert core.refusal(look) == (Hop.NETWORK, Reason.RATE_LIMITED)


def _events(core: RunningCore, count: int) -> None:
    events = tuple(
        CodedEvent(
            event_id=uuid4(),
            code=core.code(PENSION, resident_code()),
            kind=EventKind.BENEFIT_AWARDED,
            information=InformationKind.PUBLIC_PENSION_BENEFIT.value,
            occurred_at=datetime.now(UTC),
        )
        for _ in range(count)
    )
    core.call(EVENTS, Events(events=events), sender=f"gateway.{PENSION}")


def _watches(core: RunningCore, count: int) -> None:
    topic = Topic(
        affair=ALLOWANCE,
        information=InformationKind.PUBLIC_PENSION_BENEFIT.value,
        provider_kind=KINDS[PENSION][0],
    )
    codes = tuple(core.code(PENSION, resident_code()) for _ in range(count))
    core.call(CODED_WATCHES, ChangeCodedWatches(topic=topic, watch=codes), sender=f"gateway.{PENSION}")


def _notices(core: RunningCore, count: int) -> None:
    notices = tuple(
        CodedNotice(notice=uuid4(), code=core.code(PENSION, resident_code()), digest="0" * 64)
        for _ in range(count)
    )
    core.call(ADDRESS_NOTICES, AddressNotices(notices=notices), sender=f"gateway.{PENSION}")


def _is_counted(core: RunningCore) -> None:
    assert core.rows("SELECT sender, reason, count FROM refused_message") == [
        (f"gateway.{CITY}", "rate_limited", 1)
    ]
    listed = core.manage("refusals", "--by", "reason", "--by", "member")
    assert f"1  rate_limited（{Reason.RATE_LIMITED.sentence_ja}）  gateway.{CITY}" in listed
    assert "合計 1 件" in listed
    assert "合計 0 件" in core.manage("refusals", "--sender", "gateway.nobody")
