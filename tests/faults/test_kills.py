"""kill -9 of cores, gateways and PostgreSQL under load: nothing is lost. ``python -m bench.faults`` does it 200 times."""

from __future__ import annotations

import pytest

from tests.faults.campaign import run
from tests.faults.place import Victim

MOMENTS = (
    Victim.NETWORK,
    Victim.GATEWAY,
    Victim.POSTGRES,
    Victim.GATEWAY,
    Victim.BACKEND,
    Victim.NETWORK,
    Victim.EVERYTHING,
)


@pytest.mark.thorough
def test_nothing_is_lost_when_processes_are_killed_under_load(seed: int) -> None:
    campaign = run(MOMENTS, seed, print)
    reckoning = campaign.reckoning
    assert (campaign.wrong, reckoning.wrong) == ([], []), f"seed {seed}"
    assert (reckoning.lost, reckoning.used_twice) == (0, 0)
    assert sum(campaign.kills.values()) == campaign.looks == len(MOMENTS)
    assert campaign.compared > 0
    assert reckoning.outcomes["provided"] > 0
    assert reckoning.told_again > 0
