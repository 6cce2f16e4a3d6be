"""Long-term-care insurance and persons in need."""

from __future__ import annotations

from mynumber.foundation.facts.language import (
    FISCAL_YEAR,
    Axis,
    Field,
    Layout,
    Named,
    code,
    count,
    day,
    insurer,
    many,
    month,
    period,
    yen,
    yes_no,
)
from mynumber.foundation.law import InformationKind as Kind


def _assistance(basic: str) -> tuple[Field, ...]:
    return (
        code("state", "状況", "assistance_state", may_be=("unknown",)),
        many(
            "periods",
            "実施の期間",
            day("started_on", "開始日"),
            day("suspended_on", "停止日", required=False),
            day("resumed_on", "停止の解除日", required=False),
            day("ended_on", "廃止日", required=False),
            most=100,
        ),
        many(
            "aids",
            basic,
            code("kind", "種類", "assistance"),
            day("since", "開始日"),
            day("until", "終了日", required=False),
            most=100,
            required=False,
        ),
        day("changed_on", "直近の変更日", required=False),
        count("household_size", "世帯員数", "人", (1, 5), least=1, most=100, required=False),
    )


LAYOUTS = (
    Layout(
        id="long_term_care_benefits",
        label="介護保険給付・地域支援事業",
        basis="介護保険法第18条・第40条・第52条・第62条・第115条の45",
        axis=Axis.AS_OF,
        kinds=(Kind.LONG_TERM_CARE_INSURANCE,),
        also=(
            Kind.ANY_LAW_MEDICAL_BENEFIT,
            Kind.HEALTH_INSURANCE_ART55_128_BENEFIT,
            Kind.HEALTH_INSURANCE_ART55_BENEFIT,
            Kind.SEAMENS_INSURANCE_ART33_BENEFIT,
            Kind.MENTAL_HEALTH_ART30_2_BENEFIT,
            Kind.NATIONAL_HEALTH_INSURANCE_ART56_BENEFIT,
            Kind.ELDERLY_MEDICAL_ART57_BENEFIT,
            Kind.INFECTIOUS_DISEASES_ART39_BENEFIT,
            Kind.DISABILITY_SERVICES_ART7_BENEFIT,
            Kind.INTRACTABLE_DISEASES_ART12_BENEFIT,
        ),
        words=("介護給付",),
        narrowing=(
            Named(
                "benefits",
                "kind",
                {
                    "home": "介護給付|予防給付",
                    "community": "介護給付|予防給付",
                    "facility": "介護給付",
                    "planning": "介護給付|予防給付",
                    "equipment": "介護給付|予防給付",
                    "house_repair": "介護給付|予防給付",
                    "high_cost": "介護給付|予防給付",
                    "high_cost_combined": "介護給付|予防給付",
                    "food_and_room": "介護給付|予防給付",
                    "municipal": "市町村特別給付",
                    "community_project": "地域支援事業",
                },
            ),
        ),
        fields=(
            code("care_level", "要介護状態区分等", "care_level", required=False, may_be=("unknown",)),
            many(
                "benefits",
                "給付",
                code("kind", "種類", "care_benefit"),
                month("month", "サービス提供月"),
                yen("amount", "支給額", (5_000, 300_000)),
                yen("paid_by_person", "利用者負担額", (500, 44_400), required=False),
                day("decided_on", "支給決定日", required=False),
                most=2000,
            ),
        ),
    ),
    Layout(
        id="long_term_care_certification",
        label="要介護認定・要支援認定",
        basis="介護保険法第27条・第32条・第36条（他の市町村の認定の引継ぎ）",
        axis=Axis.AS_OF,
        kinds=(Kind.LONG_TERM_CARE_INSURANCE,),
        words=("要介護認定",),
        fields=(
            code("care_level", "要介護状態区分等", "care_level", may_be=("unknown",)),
            day("applied_on", "申請日", required=False),
            day("certified_on", "認定日"),
            period("valid", "認定の有効期間"),
            insurer("insurer", "保険者番号", required=False),
            yes_no("second_insured", "第2号被保険者", "該当", "非該当", required=False),
        ),
    ),
    Layout(
        id="long_term_care_premium",
        label="介護保険料",
        basis="介護保険法第129条・第131条・第135条",
        axis=Axis.FISCAL_YEAR,
        kinds=(Kind.LONG_TERM_CARE_INSURANCE,),
        words=("介護保険法.*保険料",),
        fields=(
            FISCAL_YEAR,
            yen("amount", "保険料額（年額）", (20_000, 180_000)),
            count("step", "所得段階", "段階", (1, 13), least=1, most=30, required=False),
            yen("paid", "納付済額", (0, 180_000), required=False),
            code("collection", "徴収の方法", "collection", required=False, may_be=("unknown",)),
            yes_no("in_arrears", "滞納", "あり", "なし", required=False),
        ),
    ),
    Layout(
        id="public_assistance",
        label="生活保護",
        basis="生活保護法第11条・第19条・第24条・第25条・第26条",
        axis=Axis.AS_OF,
        kinds=(Kind.PUBLIC_ASSISTANCE, Kind.FOREIGN_RESIDENT_PUBLIC_ASSISTANCE),
        words=("生活保護実施関係情報",),
        fields=_assistance("扶助"),
    ),
    Layout(
        id="independence_benefits",
        label="就労自立給付金・進学・就職準備給付金",
        basis="生活保護法第55条の4・第55条の5",
        axis=Axis.AS_OF,
        kinds=(Kind.PUBLIC_ASSISTANCE, Kind.FOREIGN_RESIDENT_PUBLIC_ASSISTANCE),
        words=("就労自立給付金", "進学・就職準備給付金"),
        narrowing=(
            Named("benefits", "kind", {"work": "就労自立給付金", "education": "進学・就職準備給付金"}),
        ),
        fields=(
            many(
                "benefits",
                "給付金",
                code("kind", "種類", "independence_benefit"),
                yen("amount", "支給額", (20_000, 300_000)),
                day("paid_on", "支給日"),
                most=50,
            ),
        ),
    ),
    Layout(
        id="returnees_support",
        label="中国残留邦人等支援給付",
        basis="中国残留邦人等の円滑な帰国の促進並びに永住帰国した中国残留邦人等及び特定配偶者の自立の支援に関する法律第14条・第15条",
        axis=Axis.AS_OF,
        kinds=(Kind.RETURNEES_SUPPORT_BENEFIT,),
        words=("中国残留邦人等支援給付実施関係情報",),
        fields=_assistance("支援給付"),
    ),
)
