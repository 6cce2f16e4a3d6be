"""Every persona has something to try first, on a page of the portal that exists."""

from datetime import date

import pytest

from mynumber.foundation.procedures.bundles import BUNDLES
from mynumber.foundation.procedures.loading import catalogue
from mynumber.foundation.procedures.routing import may_begin
from mynumber.platform.guide.attempts import ATTEMPTS, Attempt
from mynumber.population.personas import PERSONAS

TODAY = date(2026, 11, 22)


def test_every_persona_has_one() -> None:
    assert sorted(ATTEMPTS) == sorted(persona.key for persona in PERSONAS)


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)
def test_it_begins_at_a_procedure_that_a_resident_may_begin_or_a_page_beside_it(attempt: Attempt) -> None:
    first, name = attempt.path.strip("/").partition("/")[::2]
    match first:
        case "procedures":
            assert may_begin(catalogue().get(name, TODAY))
        case "events":
            assert name in BUNDLES
        case _:
            assert attempt.path == "/proxies/"
