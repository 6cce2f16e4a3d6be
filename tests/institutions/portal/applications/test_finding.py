"""Which bundle of a life event the words of a search ask for."""

from __future__ import annotations

from datetime import date

import pytest

from mynumber.foundation.procedures.definition import LifeEvent
from mynumber.institutions.portal.applications.finding import bundles_named
from tests.institutions.portal.house import Browser, House

TODAY = date(2026, 11, 22)
ASKED = {
    "死亡": LifeEvent.DEATH,
    "父が亡くなった": LifeEvent.DEATH,
    "おくやみ": LifeEvent.DEATH,
    "death in the family": LifeEvent.DEATH,
    "引っ越し": LifeEvent.MOVING,
    "ヒッコシ": LifeEvent.MOVING,
    "転入しました": LifeEvent.MOVING,
    "赤ちゃんが生まれた": LifeEvent.BIRTH,
    "Birth": LifeEvent.BIRTH,
}


@pytest.mark.parametrize(("words", "event"), ASKED.items())
def test_words_of_a_life_event_name_its_bundle_alone(words: str, event: LifeEvent) -> None:
    assert bundles_named(words, None, on=TODAY) == (event,)


@pytest.mark.parametrize("words", ["", "児童手当", "保育園", "年金が払えない", "介護", "離婚", "xyzzy"])
def test_other_words_name_none(words: str) -> None:
    assert bundles_named(words, None, on=TODAY) == ()


def test_a_chosen_life_event_names_its_bundle_and_one_without_a_bundle_none() -> None:
    assert bundles_named("", LifeEvent.DEATH, on=TODAY) == (LifeEvent.DEATH,)
    assert bundles_named("", LifeEvent.CARE, on=TODAY) == ()


def test_the_results_begin_with_the_bundle(house: House, browser: Browser) -> None:
    link = 'href="/events/death/"'
    found = browser.text("/procedures/?q=亡くなった")
    assert 0 < found.index(link) < found.index('href="/procedures/funeral_benefit_claim/"')
    assert link in browser.text("/procedures/?event=death")
    assert link not in browser.text("/procedures/?q=保育園")
