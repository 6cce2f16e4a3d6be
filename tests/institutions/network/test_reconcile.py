"""When three records tell one story."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from mynumber.institutions.network.core.reconcile import SETTLED_AFTER, CoreRecord, Standing, agree, standing
from mynumber.protocols.exchange import Outcome

O = Outcome  # noqa: E741 - a table of them is read, not written


@pytest.mark.parametrize(
    ("core", "inquirer", "provider"),
    [
        (O.PROVIDED, O.PROVIDED, O.PROVIDED),
        (O.PERMITTED, O.PROVIDED, O.PROVIDED),  # neither notice has come yet
        (O.NO_DATA, O.NO_DATA, O.NO_DATA),
        (O.REFUSED, O.REFUSED, O.REFUSED),
        (O.LOST, O.LOST, O.PROVIDED),
        (O.ABANDONED, O.ABANDONED, O.ABANDONED),
        (O.ABANDONED, O.ABANDONED, None),
        (O.PERMITTED, O.ABANDONED, None),
    ],
)
def test_a_permit_that_all_tell_alike(core: Outcome, inquirer: Outcome, provider: Outcome | None) -> None:
    assert agree(core, permitted=True, inquirer=inquirer, provider=provider)


@pytest.mark.parametrize(
    ("core", "inquirer", "provider"),
    [
        (O.REFUSED, O.PROVIDED, O.PROVIDED),  # the core was told another story
        (O.ABANDONED, O.PROVIDED, O.PROVIDED),
        (O.NO_DATA, O.LOST, O.PROVIDED),
        (O.PROVIDED, O.REFUSED, O.PROVIDED),  # the inquirer denies what it was given
        (O.PROVIDED, O.ABANDONED, O.PROVIDED),
        (O.PROVIDED, O.PROVIDED, None),  # the provider has no record
        (O.PROVIDED, None, O.PROVIDED),  # the inquirer has none
        (O.PERMITTED, None, None),
        (O.PERMITTED, O.OPEN, None),  # not ended yet
        (O.LOST, O.LOST, O.NO_DATA),
    ],
)
def test_a_permit_that_somebody_tells_otherwise(
    core: Outcome, inquirer: Outcome | None, provider: Outcome | None
) -> None:
    assert not agree(core, permitted=True, inquirer=inquirer, provider=provider)


@pytest.mark.parametrize("provider", list(Outcome))
def test_without_a_permit_the_provider_has_nothing(provider: Outcome) -> None:
    assert not agree(O.REFUSED, permitted=False, inquirer=O.REFUSED, provider=provider)


@pytest.mark.parametrize(
    ("core", "inquirer", "expected"),
    [
        (O.REFUSED, O.REFUSED, True),
        (O.REFUSED, O.ABANDONED, True),
        (O.REFUSED, None, False),
        (O.REFUSED, O.PROVIDED, False),
        (O.PROVIDED, O.REFUSED, False),
    ],
)
def test_a_refusal_by_the_core(core: Outcome, inquirer: Outcome | None, expected: bool) -> None:
    assert agree(core, permitted=False, inquirer=inquirer, provider=None) is expected


NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("core", "inquirer", "provider", "recent", "later"),
    [
        (O.PROVIDED, O.PROVIDED, O.PROVIDED, Standing.AGREE, Standing.AGREE),
        (O.PERMITTED, O.PROVIDED, O.PROVIDED, Standing.AGREE, Standing.DIFFER),  # the notices never came
        (O.PERMITTED, O.OPEN, None, Standing.UNDER_WAY, Standing.DIFFER),
        (O.PERMITTED, O.WAITING, O.WAITING, Standing.UNDER_WAY, Standing.UNDER_WAY),  # on the desk for days
        (O.PROVIDED, O.WAITING, O.PROVIDED, Standing.DIFFER, Standing.DIFFER),
        (O.PERMITTED, O.WAITING, None, Standing.DIFFER, Standing.DIFFER),
    ],
)
def test_what_has_ended_and_what_is_under_way(
    core: Outcome, inquirer: Outcome, provider: Outcome | None, recent: Standing, later: Standing
) -> None:
    for age, expected in ((timedelta(minutes=1), recent), (SETTLED_AFTER, later)):
        record = CoreRecord("city", UUID(int=1), "town", NOW - age, "00" * 32, core)
        assert standing(record, inquirer=inquirer, provider=provider, at=NOW) is expected
