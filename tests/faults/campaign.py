"""Kill processes at random moments under load, again and again; look at the records after each restart, and reckon at the end."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.faults.load import Load, prepare
from tests.faults.looking import look
from tests.faults.place import Place, Victim, running_place
from tests.faults.reckoning import Reckoning, reckon, reconciled

ENDED_BETWEEN = 40
"""At most so many inquiries end before the next kill."""
LONGEST_WAIT = 3.0
AFTER_SECONDS = 0.05
"""A kill comes up to so much after an inquiry has ended: any moment of those under way."""
BETWEEN_HALTS = 20
"""After so many kills nobody asks for a moment, and the product's own reconciliation and audit must find nothing."""


@dataclass(slots=True)
class Campaign:
    """What was done and what came of it."""

    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    no_answer: Counter[str] = field(default_factory=Counter)
    asked_again: int = 0
    looks: int = 0
    """How often all records were looked at while they were written."""
    compared: int = 0
    """Records of inquirers that were compared with the two others at these looks, together."""
    pending: int = 0
    """The most of them that were open at one look."""
    halts: int = 0
    wrong: list[str] = field(default_factory=list)
    """What must not be, of looks and halts; that of the end is in ``reckoning``."""
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
                load.wait_for(1, LONGEST_WAIT)
                _look(campaign, place, load, f"after kill {number}, of {victim}")
                if number % BETWEEN_HALTS == 0:
                    _halt(campaign, place, load, tell)
            load.wait_for(ENDED_BETWEEN, LONGEST_WAIT)
        finally:
            load.stop()
        campaign.no_answer = load.no_answer
        campaign.asked_again = load.again
        campaign.reckoning = reckon(place, load, tell)
    return campaign


def _look(campaign: Campaign, place: Place, load: Load, when: str) -> None:
    found = look(place.everyone.exchange, load.asked)
    campaign.looks += 1
    campaign.compared += found.compared
    campaign.pending = max(campaign.pending, found.pending)
    campaign.wrong += [f"{when}: {text}" for text in found.wrong]


def _halt(campaign: Campaign, place: Place, load: Load, tell: Callable[[str], None]) -> None:
    tell("nobody asks: reconciliation and audit")
    place.wait()
    with load.halted():
        campaign.wrong += reconciled(place)
    campaign.halts += 1
