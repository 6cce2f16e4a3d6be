"""Disability: certificates, services, allowances, intractable diseases."""

from __future__ import annotations

from mynumber.foundation.facts.language import (
    CERTAIN,
    Axis,
    Field,
    Layout,
    Named,
    Unless,
    code,
    count,
    day,
    figures,
    many,
    month,
    period,
    words,
    yen,
    yes_no,
)
from mynumber.foundation.law import InformationKind as Kind


def _certificate(grades: str) -> tuple[Field, ...]:
    return (
        yes_no("holds", "手帳の交付", "あり", "なし", may_be=CERTAIN),
        code("state", "手帳の状態", "certificate_state", required=False, may_be=("unknown",)),
        figures("number", "手帳番号", 1, 20, required=False),
        code("grade", "等級", grades, required=False, may_be=("unknown",)),
        day("first_issued_on", "初回交付日", required=False),
        day("issued_on", "交付日", required=False),
    )


def _grants(list_of_kinds: str) -> Field:
    return many(
        "grants",
        "支給決定",
        code("kind", "種類", list_of_kinds),
        period("valid", "支給決定の有効期間"),
        words(
            "service",
            "サービスの名称",
            60,
            ("居宅介護", "生活介護", "就労継続支援B型", "放課後等デイサービス"),
            required=False,
        ),
        count("quantity", "支給量（月）", "日", (1, 23), most=1000, required=False),
        code("income_step", "所得区分", "income_step", required=False, may_be=("unknown",)),
        yen("monthly_limit", "負担上限月額", (0, 37_200), required=False),
        day("decided_on", "決定日", required=False),
        most=200,
    )


_PAYMENTS = many(
    "payments",
    "支給",
    month("month", "サービス提供月"),
    yen("amount", "支給額", (5_000, 300_000)),
    yen("paid_by_person", "利用者負担額", (0, 37_200), required=False),
    most=500,
    required=False,
)

LAYOUTS = (
    Layout(
        id="physical_disability_certificate",
        label="身体障害者手帳",
        basis="身体障害者福祉法第15条・第16条、身体障害者福祉法施行規則別表第5号",
        axis=Axis.AS_OF,
        kinds=(Kind.PHYSICAL_DISABILITY_CERTIFICATE,),
        words=("身体障害者手帳",),
        narrowing=(Unless("障害の程度", ("grade", "disabilities", "first_class_fare")),),
        fields=(
            *_certificate("physical_grade"),
            many(
                "disabilities",
                "障害",
                code("kind", "障害の部位", "physical_disability"),
                code("grade", "個別等級", "physical_grade", may_be=("unknown",)),
                words(
                    "name",
                    "障害名",
                    200,
                    ("右上肢機能の全廃", "両眼の視力の和が0.05以上0.08以下"),
                    required=False,
                ),
                month("reassessed_in", "再認定の月", required=False),
                most=20,
                required=False,
            ),
            yes_no("first_class_fare", "旅客運賃減額", "第1種", "第2種", required=False),
            day("returned_on", "返還日", required=False),
        ),
    ),
    Layout(
        id="mental_disability_certificate",
        label="精神障害者保健福祉手帳",
        basis="精神保健及び精神障害者福祉に関する法律第45条・第45条の2、同法施行令第6条",
        axis=Axis.AS_OF,
        kinds=(Kind.MENTAL_DISABILITY_CERTIFICATE,),
        words=("精神障害者保健福祉手帳",),
        narrowing=(Unless("障害の程度", ("grade",)),),
        fields=(
            *_certificate("mental_grade"),
            day("valid_until", "有効期限", required=False),
            day("returned_on", "返還日", required=False),
        ),
    ),
    Layout(
        id="intellectual_disability",
        label="知的障害者の判定（療育手帳）",
        basis="知的障害者福祉法第11条第1項第2号ハ・第12条、療育手帳制度要綱",
        axis=Axis.AS_OF,
        kinds=(Kind.INTELLECTUAL_DISABILITY,),
        words=("知的障害者福祉法",),
        fields=(
            code("degree", "判定", "intellectual_degree", may_be=("unknown",)),
            day("judged_on", "判定日", required=False),
            month("next_in", "次の判定の月", required=False),
            yes_no("holds", "療育手帳の交付", "あり", "なし", required=False),
            figures("number", "手帳番号", 1, 20, required=False),
            day("issued_on", "交付日", required=False),
            words(
                "judged_by", "判定機関", 60, ("見本知的障害者更生相談所", "見本児童相談所"), required=False
            ),
        ),
    ),
    Layout(
        id="disability_services",
        label="自立支援給付",
        basis="障害者の日常生活及び社会生活を総合的に支援するための法律第6条・第19条・第22条・第29条",
        axis=Axis.AS_OF,
        kinds=(
            Kind.DISABILITY_SERVICE_BENEFIT,
            Kind.MEDICAL_LONG_TERM_CARE_SERVICE,
            Kind.FACILITY_RESIDENCE_SUPPORT,
        ),
        words=("自立支援給付",),
        narrowing=(
            Named(
                "grants", "kind", {"medical_long_term_care": "療養介護", "facility_residence": "施設入所支援"}
            ),
        ),
        fields=(
            code("support_level", "障害支援区分", "support_level", required=False, may_be=("unknown",)),
            period("support_level_valid", "障害支援区分の認定有効期間", required=False),
            _grants("disability_service"),
            _PAYMENTS,
        ),
    ),
    Layout(
        id="disability_medical_certification",
        label="自立支援医療費の支給認定",
        basis="障害者の日常生活及び社会生活を総合的に支援するための法律第52条・第54条第1項・第55条",
        axis=Axis.AS_OF,
        kinds=(Kind.DISABILITY_SERVICE_BENEFIT,),
        words=("支給認定に関する",),
        fields=(
            many(
                "certifications",
                "支給認定",
                code("kind", "種類", "disability_service"),
                period("valid", "認定の有効期間"),
                code("income_step", "所得区分", "income_step", may_be=("unknown",)),
                yen("monthly_limit", "負担上限月額", (0, 20_000)),
                yes_no("heavy_and_continued", "重度かつ継続", "該当", "非該当", required=False),
                words("institution", "指定自立支援医療機関", 100, ("見本病院", "模擬薬局"), required=False),
                most=50,
            ),
        ),
    ),
    Layout(
        id="disabled_child_day_support",
        label="障害児通所支援",
        basis="児童福祉法第21条の5の3・第21条の5の4・第21条の5の12・第21条の5の29・第24条の26・第24条の27",
        axis=Axis.AS_OF,
        kinds=(Kind.DISABLED_CHILD_DAY_SUPPORT,),
        words=("障害児通所給付費",),
        narrowing=(
            Named(
                "grants",
                "kind",
                {
                    "benefit": "(?<!特例)(?<!高額)障害児通所給付費",
                    "special_benefit": "特例障害児通所給付費",
                    "high_cost": "高額障害児通所給付費",
                    "limb_medical": "肢体不自由児通所医療費",
                    "planning": "(?<!特例)障害児相談支援給付費",
                    "special_planning": "特例障害児相談支援給付費",
                },
            ),
        ),
        fields=(_grants("child_day_support"), _PAYMENTS),
    ),
    Layout(
        id="disabled_child_residential_support",
        label="障害児入所支援",
        basis="児童福祉法第24条の2・第24条の6・第24条の7・第24条の20",
        axis=Axis.AS_OF,
        kinds=(Kind.DISABLED_CHILD_RESIDENTIAL_SUPPORT, Kind.DISABLED_CHILD_RESIDENTIAL_BENEFIT),
        words=("障害児入所給付費",),
        narrowing=(
            Named(
                "grants",
                "kind",
                {
                    "benefit": "(?<!高額)障害児入所給付費",
                    "high_cost": "高額障害児入所給付費",
                    "food": "特定入所障害児食費等給付費",
                },
            ),
        ),
        fields=(_grants("child_residential_support"), _PAYMENTS),
    ),
    Layout(
        id="disability_allowances",
        label="障害のある人・児童の手当",
        basis="特別児童扶養手当等の支給に関する法律第3条・第17条・第26条の2、昭和60年法律第34号附則第97条第1項",
        axis=Axis.AS_OF,
        kinds=(
            Kind.DISABLED_CHILD_WELFARE_ALLOWANCE,
            Kind.SPECIAL_DISABILITY_ALLOWANCE,
            Kind.TRANSITIONAL_WELFARE_ALLOWANCE,
            Kind.SPECIAL_ALLOWANCE_ACT_BENEFIT,
            Kind.ANY_LAW_DISABILITY_ALLOWANCE,
        ),
        also=(Kind.ANY_LAW_BENEFIT,),
        words=("障害児福祉手当",),
        narrowing=(
            Named(
                "allowances",
                "kind",
                {
                    "special_child_rearing": "特別児童扶養手当(?!等)",
                    "disabled_child": "障害児福祉手当",
                    "special_disability": "特別障害者手当",
                    "transitional": "の福祉手当",
                },
            ),
        ),
        fields=(
            many(
                "allowances",
                "手当",
                code("kind", "種類", "disability_allowance"),
                code("state", "支給区分", "allowance_state", may_be=("unknown",)),
                yen("monthly_amount", "月額", (15_000, 57_000)),
                month("paid_since", "支給開始月"),
                month("paid_until", "支給終了月", required=False),
                words(
                    "name", "手当の名称（その他の手当）", 100, ("障害を支給事由とする年金",), required=False
                ),
                day("certified_on", "認定日", required=False),
                month("reassessed_in", "再認定の月", required=False),
                most=50,
            ),
        ),
    ),
    Layout(
        id="intractable_disease_expenses",
        label="特定医療費（指定難病）",
        basis="難病の患者に対する医療等に関する法律第5条・第6条・第7条・第9条",
        axis=Axis.AS_OF,
        kinds=(Kind.INTRACTABLE_DISEASE_MEDICAL_EXPENSES,),
        words=("特定医療費",),
        fields=(
            many(
                "grants",
                "支給認定",
                words(
                    "disease",
                    "指定難病の名称",
                    100,
                    ("パーキンソン病", "潰瘍性大腸炎", "全身性エリテマトーデス"),
                    required=False,
                ),
                period("valid", "認定の有効期間"),
                code("income_step", "階層区分", "income_step", may_be=("unknown",)),
                yen("monthly_limit", "負担上限月額", (0, 30_000)),
                yes_no("long_and_costly", "高額かつ長期", "該当", "非該当", required=False),
                yes_no("respirator", "人工呼吸器等装着者", "該当", "非該当", required=False),
                most=50,
            ),
        ),
    ),
)
