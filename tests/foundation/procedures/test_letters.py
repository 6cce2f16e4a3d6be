"""Letters: every procedure has its own in three languages, with grounds and how to object."""

from datetime import date

import pytest

from mynumber.foundation.procedures.definition import Procedure, ReviewBody
from mynumber.foundation.procedures.letters import (
    FILLED,
    REVIEW_BODIES,
    Letter,
    has_letters,
    names,
    texts,
    wanted,
    with_review,
    write,
)
from mynumber.foundation.procedures.loading import catalogue
from mynumber.foundation.procedures.words import LANGUAGES

TODAY = date(2026, 5, 1)
VALUES = {name: f"〈{name}〉" for name in FILLED}
WITH_LETTERS = [each for each in catalogue().procedures if has_letters(each.letters.kind)]


@pytest.mark.parametrize("procedure", WITH_LETTERS, ids=lambda each: each.id)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_of_every_procedure_can_be_written(procedure: Procedure, language: str) -> None:
    for letter in (Letter.GRANTED, Letter.REFUSED, Letter.CORRECTION):
        body = write(procedure, letter, language, VALUES)
        assert procedure.title.in_language(language) in body
        assert "{" not in body
    assert "〈grounds〉" in write(procedure, Letter.REFUSED, language, VALUES)
    whole = with_review(procedure, Letter.REFUSED, language, VALUES)
    assert ("〈review_by〉" in whole) is (procedure.letters.review is not ReviewBody.NONE)


def test_the_languages_of_a_letter_ask_for_nothing_else() -> None:
    for kind in texts().values():
        for text in kind.values():
            assert names(text) <= FILLED


def test_every_body_that_reviews_has_a_name() -> None:
    assert set(REVIEW_BODIES) == set(ReviewBody) - {ReviewBody.NONE}


def test_a_value_that_lacks_is_an_error_and_a_brace_stays_a_brace() -> None:
    claim = catalogue().get("child_allowance_claim", TODAY)
    assert {"amount", "grounds"} <= wanted(claim, Letter.GRANTED)
    with pytest.raises(KeyError, match="grounds"):
        write(claim, Letter.REFUSED, "ja", {"applied_on": "令和8年5月1日"})
    assert "{title}" in write(claim, Letter.REFUSED, "ja", {**VALUES, "grounds": "{title}"})
