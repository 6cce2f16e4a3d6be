"""Whole forms: prefill, what is hidden, what is missing, the bytes that are signed, differences."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.procedures.answers import (
    Reading,
    differences,
    digest,
    documents,
    encode,
    nested,
    read,
    visible,
)
from mynumber.foundation.procedures.definition import Procedure
from mynumber.foundation.procedures.loading import catalogue
from mynumber.foundation.procedures.values import Fault
from mynumber.foundation.procedures.words import LANGUAGES

TODAY = date(2026, 5, 1)
CLAIM = catalogue().get("child_allowance_claim", TODAY)
ADDRESS = {"municipality": "131016", "postal_code": "1000001", "rest": "1-1", "town": "千代田"}
KNOWN: dict[str, Any] = {
    "applicant_name": "模型\u3000花子",
    "applicant_kana": "モケイ\u3000ハナコ",
    "applicant_birth": "1994-02-03",
    "applicant_address": ADDRESS,
    "phone": "0312345678",
    "children": [
        {
            "person": "member-2",
            "name": "模型\u3000一郎",
            "birth": "2026-04-20",
            "lives_together": True,
            "lives_in_japan": True,
        }
    ],
    "account": {
        "bank": "0001",
        "branch": "001",
        "holder": "モケイ\u3000ハナコ",
        "kind": "ordinary",
        "number": "0123456",
    },
    "lives_in_japan": True,
    "applied_on": "2026-05-01",
}
CHILD = {
    "person": "member-2",
    "relation": "parent",
    "cared_for": "yes",
    "shares_livelihood": "yes",
    "in_facility": "no",
}
TYPED: dict[str, Any] = {
    "cause": "birth",
    "cause_on": "R8.4.20",
    "children": [CHILD],
    "other_parent_cares": "yes",
    "parents_live_apart": "no",
    "main_earner": "yes",
    "consent_facts": "on",
    "true_statement": "on",
}


def reading(**changed: Any) -> Reading:
    return read(CLAIM, {**TYPED, **changed}, today=TODAY, known=KNOWN)


def test_a_form_with_prefill_is_complete_with_few_answers() -> None:
    whole = reading()
    assert whole.is_complete, whole.all_problems
    assert whole.values["children"][0]["birth"] == "2026-04-20"
    assert whole.values["cause_on"] == "2026-04-20"


def test_what_the_register_gave_for_a_locked_field_cannot_be_typed_over() -> None:
    forged = reading(applicant_name="別人", children=[{**CHILD, "birth": "2010-01-01"}], lives_in_japan="no")
    assert forged.values["applicant_name"] == KNOWN["applicant_name"]
    assert forged.values["children"][0]["birth"] == "2026-04-20"
    assert forged.values["lives_in_japan"] is True


def test_where_the_register_gave_nothing_the_person_is_asked() -> None:
    elsewhere = {**CHILD, "person": "", "lives_together": "no", "lives_in_japan": "yes"}
    asked = reading(children=[elsewhere])
    assert set(asked.missing) == {"children.0.name", "children.0.birth", "children.0.address"}
    filled = reading(children=[{**elsewhere, "name": "模型 二郎", "birth": "2015-01-01", "address": ADDRESS}])
    assert filled.is_complete, filled.all_problems


def test_what_is_prefilled_and_editable_can_be_changed() -> None:
    assert reading(phone="090-1234-5678").values["phone"] == "09012345678"


def test_what_a_condition_hides_is_dropped_with_its_faults() -> None:
    alone = reading(other_parent_cares="no", main_earner="たぶん", parents_live_apart="yes")
    assert alone.is_complete, alone.all_problems
    assert not {"main_earner", "parents_live_apart"} & set(alone.values)


def test_a_hidden_answer_hides_what_hangs_on_it() -> None:
    entry = {**CHILD, "other_lives_with_child": "yes"}
    apart = reading(parents_live_apart="yes", children=[entry])
    assert apart.values["children"][0]["other_lives_with_child"] is True
    assert [each.id for each in documents(CLAIM, apart.values) if each.when] == ["apart_statement"]
    together = reading(other_parent_cares="no", parents_live_apart="yes", children=[entry])
    assert "other_lives_with_child" not in together.values["children"][0]


def test_problems_name_the_field_and_what_to_do() -> None:
    wrong = reading(cause_on="2026-02-30", phone="1", children=[{**CHILD, "relation": "aunt"}], cause="")
    found = {problem.path: problem.fault for problem in wrong.all_problems}
    assert found == {
        "cause_on": Fault.NO_SUCH_DAY,
        "phone": Fault.PHONE,
        "children.0.relation": Fault.NOT_IN_LIST,
        "cause": Fault.REQUIRED,
    }


def test_the_end_of_a_period_is_not_before_its_beginning() -> None:
    form = catalogue().get("pension_exemption", TODAY)

    def problems(since: str, until: str) -> list[tuple[str, Fault]]:
        found = read(form, {"months_from": since, "months_until": until}, today=TODAY)
        return [(problem.path, problem.fault) for problem in found.problems]

    assert problems("2026-04", "2026-04") == problems("2026-04", "2027-03") == problems("2026-04", "") == []
    assert problems("2026-04", "令和8年3月") == [("months_until", Fault.BEFORE_OTHER)]
    wrong = read(form, {"months_from": "2026-04", "months_until": "2026-03"}, today=TODAY)
    assert not wrong.is_complete
    (problem,) = wrong.problems
    for language in LANGUAGES:
        assert form.at("months_from").label.in_language(language) in problem.sentence.in_language(language)


def test_periods_of_a_group_are_compared_with_each_other_and_with_the_form() -> None:
    form = catalogue().get("sickness_allowance_claim", TODAY)
    stretches = [
        {"since": "2026-04-01", "until": "2026-04-01"},
        {"since": "2026-04-03", "until": "2026-04-02"},
        {"since": "2026-03-09", "until": "2026-03-20"},
    ]
    found = read(form, {"began_on": "2026-03-10", "stretches": stretches}, today=TODAY)
    assert [(each.path, each.fault) for each in found.problems] == [
        ("stretches.1.until", Fault.BEFORE_OTHER),
        ("stretches.2.since", Fault.BEFORE_OTHER),
    ]


def test_a_part_of_an_account_is_named() -> None:
    wrong = reading(account={**KNOWN["account"], "branch": "1"})
    assert [problem.path for problem in wrong.all_problems] == ["account.branch"]


@pytest.mark.parametrize("children", ["x", [1], {"0": {}}, [[]]])
def test_a_group_that_is_no_list_of_entries_is_refused(children: object) -> None:
    assert Fault.SHAPE in {problem.fault for problem in reading(children=children).problems}


def test_too_many_and_too_few_entries_are_refused() -> None:
    assert [each.fault for each in reading(children=[CHILD] * 21).problems] == [Fault.TOO_MANY]
    assert "children" in reading(children=[]).missing


def test_nobody_sees_what_is_never_asked() -> None:
    assert not {"lives_in_japan", "applied_on", "own_income"} & {each.id for each in visible(CLAIM, KNOWN)}


def test_names_of_a_web_form_become_structure() -> None:
    flat = {
        "children.0.birth": "a",
        "children.2.birth": "b",
        "account.bank": "1",
        "x": "y",
        "BAD-": "z",
        "a.b.c.d.e.f.g": "z",
    }
    assert nested(flat) == {"children": [{"birth": "a"}, {"birth": "b"}], "account": {"bank": "1"}, "x": "y"}


@given(st.dictionaries(st.text(st.sampled_from("ab.01"), max_size=8), st.text(max_size=3)))
def test_any_names_of_a_web_form_are_read(flat: dict[str, str]) -> None:
    assert isinstance(nested(flat), dict)


def test_the_same_answers_give_the_same_bytes_whatever_their_order() -> None:
    values = reading().values
    turned = dict(reversed(list(values.items())))
    assert encode(CLAIM, values) == encode(CLAIM, turned)
    decoded = json.loads(encode(CLAIM, values))
    assert (decoded["procedure"], decoded["version"]) == ("child_allowance_claim", "2026-04")
    assert read(CLAIM, decoded["answers"], today=TODAY, known=KNOWN).values == values


def test_one_changed_answer_changes_the_digest() -> None:
    base = digest(CLAIM, reading().values)
    assert len(base) == 32
    assert digest(CLAIM, reading(main_earner="no").values) != base


def test_a_fraction_is_no_answer() -> None:
    with pytest.raises(TypeError, match="float"):
        encode(CLAIM, {"own_income": 1.5})


def test_differences_are_found_but_not_in_the_way_of_writing() -> None:
    values = reading().values
    same = {"applicant_name": "模型 花子", "applicant_address": {**ADDRESS, "rest": "１番１号"}}
    assert differences(CLAIM, values, same) == ()
    moved = {
        "applicant_address": {**ADDRESS, "municipality": "131024"},
        "children": [
            {"person": "member-2", "birth": "2026-04-21"},
            {"person": "member-3", "birth": "2020-01-01"},
        ],
    }
    assert [each.path for each in differences(CLAIM, values, moved)] == [
        "applicant_address",
        "children.0.birth",
        "children",
    ]


def test_a_reading_does_not_print_answers() -> None:
    assert "模型" not in repr(reading())
    assert "模型" not in repr(differences(CLAIM, reading().values, {"applicant_name": "別"}))


@given(
    st.recursive(
        st.text(max_size=4) | st.none(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["person", "birth", "0", "bank"]), inner, max_size=3)
        ),
        max_leaves=6,
    )
)
def test_whatever_a_form_sends_for_any_field_is_read_or_refused(raw: Any) -> None:
    procedure: Procedure = CLAIM
    found = read(procedure, {field.id: raw for field in procedure.field}, today=TODAY, known=KNOWN)
    encode(procedure, found.values)
