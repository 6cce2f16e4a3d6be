"""Every one of the 26 procedures is found, filled, signed, received and decided, with both sides and the device real (issue 5, acceptance 2)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import pytest

from mynumber.foundation.procedures.definition import ReviewBody
from mynumber.foundation.procedures.loading import catalogue
from mynumber.platform.guide.demo import read_demo
from tests.support.platform import Platform
from tests.system.applicants import Applicant, Office, procedure_named, staff_of

pytestmark = pytest.mark.system

BEYOND: Final = frozenset(
    {
        *("child_rearing_allowance_claim", "pension_exemption", "sickness_allowance_claim"),
        *("pregnancy_support_benefit", "employment_certificate"),
        *("funeral_benefit_claim", "unpaid_pension_claim"),
    }
)
"""In the catalogue beside the 26."""
PROCEDURES: Final = sorted(
    each.id for each in catalogue().on(datetime.now(UTC).date()) if each.id not in BEYOND
)


ALWAYS: Final = frozenset(
    {"child_allowance_claim", "nursery_application", "care_certification", "care_insurance_card_reissue"}
)
"""With a rule, with points, with documents, without a signature. The others go through in `make thorough`."""


def test_there_are_twenty_six() -> None:
    assert len(PROCEDURES) == 26


@pytest.fixture(scope="module")
def people(platform: Platform) -> tuple[Applicant, Office, Office]:
    """The student, who is in no other story; who examines, and who approves."""
    demo, _ = read_demo(platform.home)
    card = demo.card_of("sota")
    assert card is not None
    applicant = Applicant(platform, card)
    applicant.sign_in()
    return applicant, Office(platform, staff_of(demo, "yamada")), Office(platform, staff_of(demo, "kimura"))


@pytest.mark.parametrize(
    "ident",
    [pytest.param(each, marks=() if each in ALWAYS else pytest.mark.thorough) for each in PROCEDURES],
)
def test_a_procedure_from_search_to_decision(people: tuple[Applicant, Office, Office], ident: str) -> None:
    applicant, worker, second = people
    procedure = procedure_named(ident)
    receipt = applicant.apply(procedure)
    proposed = worker.propose(worker.accept(receipt), "10000" if procedure.payout else "")
    assert "決裁待ち" in proposed.root.text
    decided = second.press(second.case(receipt), "決裁する")
    assert "決定" in decided.root.text
    status = applicant.sees("通知書（PDF）")
    has_review = procedure.letters.review is not ReviewBody.NONE
    assert ("不服があるとき" in status) == has_review
