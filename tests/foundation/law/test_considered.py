"""Uses that were considered: the table of a day tells which of them it has."""

from __future__ import annotations

from datetime import date

import pytest

from mynumber.foundation.law import Status
from mynumber.foundation.law.considered import considered_uses, read_considered_uses
from mynumber.foundation.law.errors import BadData


def test_family_registers_joined_with_the_order_and_passports_did_not() -> None:
    uses = considered_uses()
    assert list(uses) == ["family_register", "passport", "nationals_abroad", "securities"]
    today = date(2026, 11, 23)
    assert uses["family_register"].status(today) is Status.IN_FORCE
    assert uses["family_register"].since == date(2024, 5, 27)
    for name in ("passport", "nationals_abroad", "securities"):
        assert (uses[name].since, uses[name].status(today)) == (None, Status.NOT_YET)


def test_a_use_that_the_table_names_by_words_is_found_from_its_day() -> None:
    text = '[[use]]\nid = "vets"\nwords = "獣医師"\nphrases = ["獣医師法"]'
    use = read_considered_uses(text)["vets"]
    assert use.since == date(2026, 6, 14)
    assert use.status(date(2026, 6, 13)) is Status.NOT_YET
    assert use.status(date(2026, 6, 14)) is Status.IN_FORCE


@pytest.mark.parametrize(
    "text",
    [
        "use = 1",
        "[[use",
        '[[use]]\nid = "a"\nwords = "a"',
        '[[use]]\nid = "a"\nwords = "a"\nphrases = ["x"]\ninformation = "local_tax"',
        '[[use]]\nid = "a"\nwords = "a"\ninformation = "king"',
        '[[use]]\nid = "a"\nwords = "a"\nphrases = ["x"]\n[[use]]\nid = "a"\nwords = "a"\nphrases = ["y"]',
    ],
)
def test_a_file_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadData):
        read_considered_uses(text)
