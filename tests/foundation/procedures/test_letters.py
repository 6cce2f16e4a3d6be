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


@pytest.mark.parametrize(
    ("procedure", "is_first"),
    [
        ("unpaid_pension_claim", True),  # 国民年金法第101条の2: a benefit
        ("pension_exemption", False),  # a contribution: not among what the article names
        ("funeral_benefit_claim", True),  # 国民健康保険法第103条
        ("sickness_allowance_claim", True),  # 健康保険法第192条
        ("care_certification", True),  # 介護保険法第196条
        ("care_copayment_card_reissue", False),  # 介護保険法第183条 names the insurance card alone
        ("child_rearing_allowance_claim", False),
        ("child_allowance_claim", False),
    ],
)
def test_a_letter_says_whether_a_court_hears_it_before_the_review(procedure: str, is_first: bool) -> None:
    told = write(catalogue().get(procedure, TODAY), Letter.REVIEW, "ja", VALUES)
    assert ("審査請求の結果が出てから" in told) is is_first
    assert ("また、決定を知った日の翌日から6か月以内" in told) is not is_first


def test_a_review_board_outside_the_body_is_asked_before_a_court() -> None:
    boards = {ReviewBody.CARE_REVIEW_BOARD, ReviewBody.HEALTH_INSURANCE_REVIEW_BOARD}
    for each in catalogue().procedures:
        assert each.letters.review_first or each.letters.review not in boards, each.id
