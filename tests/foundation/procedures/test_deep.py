"""The eight in full depth: a filled form with the facts of the sources comes to the decision that the law gives."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from mynumber.foundation.procedures.answers import Reading, read
from mynumber.foundation.procedures.deciding import Incomplete, decide
from mynumber.foundation.procedures.definition import FieldType, How, Procedure
from mynumber.foundation.procedures.loading import catalogue
from mynumber.foundation.rules import Month, missing
from mynumber.foundation.rules.national_pension import Kind
from mynumber.foundation.rules.nursery import Class

TODAY = date(2026, 5, 1)
MAY = Month(2026, 5)
ADDRESS = {"municipality": "131016", "postal_code": "1000001", "rest": "1-1", "town": "千代田"}
ACCOUNT = {
    "bank": "0001",
    "branch": "001",
    "holder": "モケイ\u3000ハナコ",
    "kind": "ordinary",
    "number": "0123456",
}
PLAIN: dict[FieldType, Any] = {
    FieldType.YES_NO: False,
    FieldType.YEN: 0,
    FieldType.COUNT: 0,
    FieldType.DATE: "1994-02-03",
    FieldType.NAME: "模型\u3000花子",
    FieldType.KANA: "モケイ\u3000ハナコ",
    FieldType.TEXT: "模型",
    FieldType.PHONE: "0312345678",
    FieldType.EMAIL: "a@example.jp",
    FieldType.ADDRESS: ADDRESS,
    FieldType.BANK_ACCOUNT: ACCOUNT,
    FieldType.PERSON: "member-1",
}
"""What a quiet life gives: nothing paid, nothing deducted."""


def get(name: str) -> Procedure:
    return catalogue().get(name, TODAY)


def quiet(procedure: Procedure, group: str = "") -> dict[str, Any]:
    """Plain values for all that sources give, of the form or of an entry of a group."""
    fields = procedure.at(group).field if group else procedure.field
    return {
        field.id: PLAIN[field.type] for field in fields if field.how is not How.ASK and field.type in PLAIN
    } | ({"lives_in_japan": True, "applied_on": "2026-05-01"} if not group else {})


def filled(name: str, typed: dict[str, Any], **known: Any) -> Reading:
    procedure = get(name)
    confirmed = {field.id: "on" for field in procedure.field if field.type is FieldType.CONFIRM}
    return read(procedure, {**confirmed, **typed}, today=TODAY, known={**quiet(procedure), **known})


MOTHER: dict[str, Any] = {
    "kind": "mother",
    "relatives": [],
    "partner": "no",
    "child_support": "0",
    "disaster": "no",
    "bereavement": "0",
    "ground_since": "2025-12-01",
    "children": [
        {
            "person": "member-2",
            "ground": "divorce",
            "cared_for": "yes",
            "shares_livelihood": "yes",
            "with_other_parent": "no",
            "raised_by_spouse": "no",
            "disabled": "no",
            "death_pension": "0",
            "pension_addition": "0",
            "bereavement": "0",
            "other_addition": "0",
        }
    ],
}


def single_mother(**known: Any) -> Reading:
    procedure = get("child_rearing_allowance_claim")
    child = {
        **quiet(procedure, "children"),
        "person": "member-2",
        "birth": "2020-06-01",
        "lives_together": True,
        "lives_in_japan": True,
    }
    return filled("child_rearing_allowance_claim", MOTHER, children=[child], started_on="2026-06-01", **known)


def test_a_single_mother_without_income_has_the_whole_allowance() -> None:
    reading = single_mother()
    assert reading.is_complete, reading.all_problems
    decision = decide(reading.procedure, reading.values, MAY)
    assert decision.entitled.is_true
    assert decision.payable.known() == 48_050


def test_a_claim_for_a_child_with_the_other_parent_is_not_entitled() -> None:
    typed = {**MOTHER, "children": [{**MOTHER["children"][0], "with_other_parent": "yes"}]}
    child = {
        **quiet(get("child_rearing_allowance_claim"), "children"),
        "person": "member-2",
        "birth": "2020-06-01",
        "lives_in_japan": True,
        "lives_together": True,
    }
    reading = filled("child_rearing_allowance_claim", typed, children=[child])
    assert decide(reading.procedure, reading.values, MAY).entitled.is_false


def test_income_of_a_grandmother_in_the_house_counts() -> None:
    relative = {**quiet(get("child_rearing_allowance_claim"), "relatives"), "person": "member-3"}
    rich = {**relative, "salary_income": 9_000_000}
    amounts = []
    for entry in (relative, rich):
        typed = {**MOTHER, "relatives": [{"person": "member-3", "disaster": "no"}]}
        child = {
            **quiet(get("child_rearing_allowance_claim"), "children"),
            "person": "member-2",
            "birth": "2020-06-01",
            "lives_in_japan": True,
            "lives_together": True,
        }
        reading = filled(
            "child_rearing_allowance_claim",
            typed,
            children=[child],
            relatives=[entry],
            started_on="2026-06-01",
        )
        assert reading.is_complete, reading.all_problems
        amounts.append(decide(reading.procedure, reading.values, MAY).payable.known())
    assert amounts == [48_050, 0]


def test_who_lost_work_and_has_no_income_need_not_pay_the_premium() -> None:
    typed = {
        "months_from": "2026-05",
        "months_until": "2026-06",
        "student": "no",
        "refuses_postponement": "no",
        "gives_birth": "no",
        "has_spouse": "no",
        "my_circumstances": ["lost_work"],
        "my_lost_work_on": "2026-03-31",
    }
    reading = filled("pension_exemption", typed, insured=True, is_head=True)
    assert reading.is_complete, reading.all_problems
    decision = decide(reading.procedure, reading.values, MAY)
    assert decision.kind.known() is Kind.FULL
    assert decision.due.known() == 0
    assert decision.counted.known() == Fraction(1, 2)


def test_pregnancy_is_supported_in_two_steps() -> None:
    first = filled(
        "pregnancy_support_benefit",
        {"stage": "first", "confirmed": "yes", "ended": "no"},
        lives_here=True,
        due_date="2026-11-01",
    )
    assert first.is_complete, first.all_problems
    decision = decide(first.procedure, first.values, MAY)
    assert (decision.certified.is_true, decision.first.known()) == (True, 50_000)
    twins = filled(
        "pregnancy_support_benefit",
        {"stage": "second", "confirmed": "yes", "ended": "no"},
        lives_here=True,
        due_date="2026-06-01",
        unborn=2,
    )
    assert twins.is_complete, twins.all_problems
    assert decide(twins.procedure, twins.values, MAY).whole.known() == 150_000


NURSERY: dict[str, Any] = {
    "asks_short": "no",
    "starts_on": "2026-06-01",
    "enrolled": "no",
    "guardians": [{"person": "member-1", "ground": "work", "hours": "160", "certificate": "certificate-1"}],
    "wishes": [{"facility": "模型第一保育園"}],
    "protected": "no",
    "lost_work": "no",
    "returning": "no",
    "care_worker": "no",
    "earliest": "8:00",
    "latest": "18:30",
}


@pytest.mark.parametrize("name", ["nursery_certification", "nursery_application", "nursery_annual_report"])
def test_a_working_guardian_needs_care(name: str) -> None:
    reading = filled(
        name,
        NURSERY,
        child="member-2",
        child_birth="2025-04-10",
        guardians=[{"person": "member-1", "name": "模型\u3000花子"}],
        working_hours=48,
        standard_hours=120,
        seeking_days=90,
        granted_until="2027-03-31",
    )
    assert reading.is_complete, reading.all_problems
    decision = decide(reading.procedure, reading.values, Month(2026, 6))
    assert decision.kind.known() is Class.THIRD
    assert decision.needs_care.is_true


SICK: dict[str, Any] = {
    "illness": "骨折",
    "began_on": "2026-03-30",
    "cause": "private",
    "own_crime": "no",
    "detained": "no",
    "stretches": [{"since": "2026-04-01", "until": "2026-04-10", "unable": "yes", "wage": "0"}],
}


def sick(**changed: Any) -> Reading:
    return filled(
        "sickness_allowance_claim",
        {**SICK, **changed},
        status="insured",
        insured_a_year=True,
        waited_until="2026-04-03",
        first_paid="2026-04-04",
        monthly=[{"amount": 300_000}] * 12,
        stretches=[],
    )


def test_sick_days_after_waiting_are_paid() -> None:
    reading = sick()
    assert reading.is_complete, reading.all_problems
    decision = decide(reading.procedure, reading.values, MAY)
    assert decision.daily.known() == 6_667
    if decision.payable.is_unknown:
        assert missing(decision.payable) == ("受けることができる出産手当金（日額）",)
    else:
        assert (decision.days.known(), decision.payable.known()) == (7, 7 * 6_667)


def test_an_accident_at_work_is_not_for_health_insurance() -> None:
    reading = sick(cause="work")
    assert decide(reading.procedure, reading.values, MAY).eligible.is_false


def test_a_period_without_its_days_is_no_claim() -> None:
    reading = sick(stretches=[{"since": "2026-04-01", "unable": "yes", "wage": "0"}])
    assert reading.missing == ("stretches.0.until",)
    with pytest.raises(Incomplete, match="until"):
        decide(reading.procedure, reading.values, MAY)
