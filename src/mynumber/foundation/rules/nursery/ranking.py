"""利用調整: who gets a place. Pure functions over applications with their points.

Applications whose points are not known yet are never ranked as if the answer were no: they come back as incomplete. Who has equal
points and equal ties stays tied; a tie that decides about a place is left to people (or to lots drawn beforehand), never to the order
in which applications arrived in a list.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from mynumber.foundation.rules.findings import Need, needs_of
from mynumber.foundation.rules.nursery.points import Score


@dataclass(frozen=True, slots=True)
class Application:
    """One child that asks for a place. `wishes` are facilities, the most wished first; `age_class` is 0 to 5 on 1 April."""

    key: str
    age_class: int
    wishes: tuple[str, ...]
    score: Score
    lot: int | None = None
    """Drawn in public before; a lower one goes first. None: no lots were drawn."""

    @property
    def needs(self) -> frozenset[Need]:
        """What has to be known to rank it."""
        return needs_of((self.score.points, *self.score.ties))


@dataclass(frozen=True, slots=True)
class Ranked:
    """An application with its place in the order of its age class: 1 for the first; tied ones share it."""

    application: Application
    position: int
    tied: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an adjustment."""

    placed: Mapping[str, str]
    """Application -> facility."""
    waiting: Mapping[tuple[str, int], tuple[str, ...]]
    """(facility, age class) -> applications that wished for it and more than what they got, in order."""
    undecided: tuple[frozenset[str], ...]
    """Applications tied where a place is left for only some: people decide or draw lots, then run it again."""
    incomplete: Mapping[str, frozenset[Need]]
    """Applications that cannot be ranked, with what is needed."""


def _order(application: Application) -> tuple[int, ...]:
    """The smaller goes first."""
    ties = (-tie.known() for tie in application.score.ties)
    return (-application.score.points.known(), *ties, application.lot or 0)


def rank(applications: Iterable[Application]) -> tuple[Ranked, ...]:
    """The order of complete applications, by age class and within it. The order in which they are given does not matter."""
    ranked: list[Ranked] = []
    complete = sorted(
        (each for each in applications if not each.needs),
        key=lambda each: (each.age_class, _order(each), each.key),
    )
    for _, peers in groupby(complete, key=lambda each: each.age_class):
        position = 1
        for _, equals in groupby(peers, key=_order):
            group = list(equals)
            ranked += [Ranked(each, position, len(group) > 1) for each in group]
            position += len(group)
    return tuple(ranked)


def allocate(
    applications: Iterable[Application],
    places: Mapping[tuple[str, int], int],
    needs_care: Callable[[str], bool] = lambda key: True,
) -> Outcome:
    """Give each in turn the most wished place that is left. `places`: (facility, age class) -> how many.

    `needs_care` says of an application whether the child is certified; others are not adjusted for. Stops for an age class where a
    tie decides: nobody after it is placed before that is settled. Raises ValueError if two applications have one key.
    """
    given = [each for each in applications if needs_care(each.key)]
    if any(count > 1 for count in Counter(each.key for each in given).values()):
        raise ValueError("two applications have one key")
    left = dict(places)
    placed: dict[str, str] = {}
    undecided: list[frozenset[str]] = []
    ranked = rank(given)
    for _, peers in groupby(ranked, key=lambda each: each.application.age_class):
        for _, equals in groupby(peers, key=lambda each: each.position):
            group = [each.application for each in equals]
            choices = _place_all(group, left)
            if choices is None:
                undecided.append(frozenset(each.key for each in group))
                break
            placed |= choices
    return Outcome(
        placed,
        _waiting(ranked, placed),
        tuple(undecided),
        {each.key: each.needs for each in given if each.needs},
    )


def _place_all(group: list[Application], left: dict[tuple[str, int], int]) -> dict[str, str] | None:
    """The places of equals, or None if it would matter who of them goes first. Takes the places from `left`."""
    choices: dict[str, str] = {}
    for each in group:
        wish = next((wish for wish in each.wishes if left.get((wish, each.age_class), 0) > 0), None)
        if wish is not None:
            choices[each.key] = wish
    taken = Counter((choices[each.key], each.age_class) for each in group if each.key in choices)
    if any(count > left[place] for place, count in taken.items()):
        return None
    for place, count in taken.items():
        left[place] -= count
    return choices


def _waiting(ranked: tuple[Ranked, ...], placed: Mapping[str, str]) -> dict[tuple[str, int], tuple[str, ...]]:
    """待機: for each facility those who wished for it more than for what they got."""
    lists: dict[tuple[str, int], tuple[str, ...]] = {}
    for each in ranked:
        application = each.application
        got = placed.get(application.key)
        before = (
            application.wishes[: application.wishes.index(got)] if got is not None else application.wishes
        )
        for facility in before:
            place = (facility, application.age_class)
            lists[place] = (*lists.get(place, ()), application.key)
    return lists
