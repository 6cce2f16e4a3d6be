"""Kill processes at random moments under load, again and again, and reckon at the end."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.faults.load import Load, prepare
from tests.faults.place import Victim, running_place
from tests.faults.reckoning import Reckoning, reckon

ENDED_BETWEEN = 40
"""At most so many inquiries end before the next kill."""
LONGEST_WAIT = 3.0
AFTER_SECONDS = 0.05
"""A kill comes up to so much after an inquiry has ended: any moment of those under way."""


@dataclass(slots=True)
class Campaign:
    """What was done and what came of it."""

    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    no_answer: Counter[str] = field(default_factory=Counter)
    asked_again: int = 0
    reckoning: Reckoning = field(default_factory=Reckoning)


def run(
    victims: Sequence[Victim],
    seed: int,
    tell: Callable[[str], None],
    *,
    enough: Callable[[], bool] = lambda: False,
) -> Campaign:
    """Kill these in this order, until all were or it is ``enough``. Raises AssertionError when something does not come back."""
    chance = random.Random(seed)
    campaign = Campaign(seed)
    with running_place("faults") as place:
        tell("everything runs")
        prepare(place.everyone.exchange)
        load = Load(place.everyone.exchange, seed)
        load.start()
        try:
            for number, victim in enumerate(victims, 1):
                if enough():
                    break
                load.wait_for(chance.randint(1, ENDED_BETWEEN), LONGEST_WAIT)
                load.pause(chance.random() * AFTER_SECONDS)
                place.kill(victim, chance)
                campaign.kills[victim.value] += 1
                tell(
                    f"{number} of {len(victims)}: killed {victim}; {load.ended} of {len(load.asked)} inquiries ended"
                )
            load.wait_for(ENDED_BETWEEN, LONGEST_WAIT)
        finally:
            load.stop()
        campaign.no_answer = load.no_answer
        campaign.asked_again = load.again
        campaign.reckoning = reckon(place, load, tell)
    return campaign
