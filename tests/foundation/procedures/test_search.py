"""What people type and what they look for: the questions on which the search was decided, and must stay as good."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.procedures.definition import LifeEvent
from mynumber.foundation.procedures.loading import catalogue
from mynumber.foundation.procedures.search import Index, fold, pairs, search

TODAY = date(2026, 5, 1)
INDEX = Index(catalogue().on(TODAY))

QUESTIONS = {
    "保育園": "nursery_application",
    "保育所に入りたい": "nursery_application",
    "ほいくえん": "nursery_application",
    "待機児童": "nursery_application",
    "ｎｕｒｓｅｒｙ": "nursery_application",
    "子どもが生まれた": "child_allowance_claim",
    "赤ちゃんが生まれました。お金はもらえますか": "child_allowance_claim",
    "児童手当": "child_allowance_claim",
    "こども手当": "child_allowance_claim",
    "ジドウテアテ 新しく": "child_allowance_claim",
    "二人目が生まれた": "child_allowance_amount_change",
    "児童手当 住所が変わった": "child_allowance_name_address_change",
    "公務員になった": "child_allowance_end",
    "受給者が亡くなった 児童手当": "child_allowance_unpaid",
    "児童手当を寄付したい": "child_allowance_donation",
    "給食費を手当から払う": "child_allowance_school_fees",
    "児童手当 現況届": "child_allowance_annual_report",
    "シングルマザー": "child_rearing_allowance_claim",
    "離婚した ひとりで子育て": "child_rearing_allowance_claim",
    "母子手当": "child_rearing_allowance_claim",
    "single parent": "child_rearing_allowance_claim",
    "母子手帳がほしい": "pregnancy_notification",
    "妊娠しました": "pregnancy_notification",
    "妊娠 5万円": "pregnancy_support_benefit",
    "出産子育て応援給付金": "pregnancy_support_benefit",
    "親の介護": "care_certification",
    "要介護認定を受けたい": "care_certification",
    "介護認定の更新": "care_certification_renewal",
    "ケアマネジャーを変えたい": "care_plan_notice",
    "手すりをつけたい": "care_home_repair",
    "段差 リフォーム": "care_home_repair",
    "ポータブルトイレを買った": "care_tool_purchase",
    "介護費用が高くて払い戻し": "high_care_cost_refund",
    "介護保険証をなくした": "care_insurance_card_reissue",
    "負担割合証を紛失": "care_copayment_card_reissue",
    "特養の食費を安くしたい": "care_burden_limit",
    "引っ越してきた 介護": "care_certification_after_move",
    "年金が払えない": "pension_exemption",
    "学生なので年金を猶予してほしい": "pension_exemption",
    "仕事をやめた 年金": "pension_exemption",
    "病気で会社を休んでいる": "sickness_allowance_claim",
    "うつで休職中": "sickness_allowance_claim",
    "就労証明書": "employment_certificate",
    "葬式の費用": "funeral_benefit_claim",
    "夫が亡くなった": "unpaid_pension_claim",
    "亡くなった父の年金": "unpaid_pension_claim",
}


@pytest.mark.parametrize(("question", "wanted"), QUESTIONS.items())
def test_what_people_look_for_is_among_the_first_three(question: str, wanted: str) -> None:
    found = [hit.procedure.id for hit in INDEX.search(question)]
    assert wanted in found[:3], found[:5]


def test_nine_of_ten_questions_have_their_answer_first() -> None:
    first = [
        question
        for question, wanted in QUESTIONS.items()
        if (hits := INDEX.search(question)) and hits[0].procedure.id == wanted
    ]
    missed = sorted(set(QUESTIONS) - set(first))
    assert len(first) >= 0.9 * len(QUESTIONS), missed


@pytest.mark.parametrize("question", ["パスポート", "運転免許", "犬の登録", "xyz", "🚗"])
def test_what_is_not_there_is_not_found(question: str) -> None:
    assert INDEX.search(question) == ()


def test_a_life_event_narrows_and_alone_lists() -> None:
    moving = INDEX.search("", life_event=LifeEvent.MOVING)
    assert {"child_allowance_claim", "care_certification_after_move"} <= {hit.procedure.id for hit in moving}
    assert all(
        LifeEvent.MOVING in hit.procedure.life_events
        for hit in INDEX.search("手当", life_event=LifeEvent.MOVING)
    )


def test_a_single_search_is_that_of_an_index() -> None:
    assert search(catalogue(), "保育園", on=TODAY) == INDEX.search("保育園")


def test_every_procedure_is_found_by_its_own_title() -> None:
    for procedure in catalogue().on(TODAY):
        for title in (procedure.title.ja, procedure.title.easy):
            found = [hit.procedure.id for hit in INDEX.search(title)]
            assert procedure.id in found[:2], (title, found[:4])


@given(st.text(max_size=200))
def test_any_question_is_answered(question: str) -> None:
    assert len(INDEX.search(question)) <= 20


@given(st.text(max_size=30))
def test_width_and_kana_make_no_difference(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert pairs("ホイクエン") == pairs("ﾎｲｸｴﾝ") == pairs("ほいくえん")
