"""Kinds that only the former appended table 2 of the Act named (until 2024-05-26)."""

from __future__ import annotations

from mynumber.foundation.facts.language import (
    FISCAL_YEAR,
    Axis,
    Layout,
    code,
    count,
    day,
    many,
    month,
    period,
    words,
    yen,
    yes_no,
)
from mynumber.foundation.law import InformationKind as Kind

LAYOUTS = (
    Layout(
        id="social_welfare_loan",
        label="生活福祉資金の貸付け",
        basis="社会福祉法第2条第2項第7号（生計困難者に対して無利子又は低利で資金を融通する事業）",
        axis=Axis.AS_OF,
        kinds=(Kind.SOCIAL_WELFARE_LOAN,),
        fields=(
            many(
                "loans",
                "貸付け",
                code("kind", "種類", "social_welfare_loan"),
                yen("amount", "貸付額", (50_000, 600_000)),
                day("decided_on", "決定日"),
                yen("outstanding", "償還残額", (0, 600_000), required=False),
                most=100,
            ),
        ),
    ),
    Layout(
        id="war_victims_relief",
        label="戦傷病者戦没者遺族等の援護",
        basis="戦傷病者戦没者遺族等援護法第7条・第23条・第34条",
        axis=Axis.AS_OF,
        kinds=(Kind.WAR_VICTIMS_RELIEF,),
        fields=(
            many(
                "benefits",
                "援護",
                code("kind", "種類", "war_victims"),
                yen("annual_amount", "年額", (500_000, 2_000_000), required=False),
                day("paid_since", "支給開始日"),
                day("ended_on", "失権日", required=False),
                most=50,
            ),
        ),
    ),
    Layout(
        id="atomic_bomb_benefits",
        label="原子爆弾被爆者の援護",
        basis="原子爆弾被爆者に対する援護に関する法律第18条・第24条から第28条まで・第31条",
        axis=Axis.AS_OF,
        kinds=(Kind.ATOMIC_BOMB_GENERAL_ILLNESS, Kind.ATOMIC_BOMB_ALLOWANCE, Kind.ATOMIC_BOMB_CARE_ALLOWANCE),
        fields=(
            many(
                "benefits",
                "手当・医療費",
                code("kind", "種類", "atomic_bomb"),
                month("month", "支給対象月"),
                yen("amount", "支給額", (15_000, 150_000)),
                most=1000,
            ),
        ),
    ),
    Layout(
        id="asbestos_relief",
        label="石綿健康被害の救済給付",
        basis="石綿による健康被害の救済に関する法律第3条・第59条",
        axis=Axis.AS_OF,
        kinds=(Kind.ASBESTOS_RELIEF,),
        fields=(
            many(
                "benefits",
                "給付",
                code("kind", "種類", "asbestos"),
                day("decided_on", "認定・決定日"),
                yen("amount", "支給額", (100_000, 2_400_000), required=False),
                period("period", "支給期間", required=False),
                most=100,
            ),
        ),
    ),
    Layout(
        id="disaster_relief",
        label="災害救助・扶助金",
        basis="災害救助法第4条・第12条",
        axis=Axis.AS_OF,
        kinds=(Kind.DISASTER_RELIEF,),
        fields=(
            many(
                "reliefs",
                "救助・扶助金",
                words("name", "名称", 100, ("応急仮設住宅の供与", "住宅の応急修理", "療養扶助金")),
                words("disaster", "災害の名称", 100, ("見本豪雨", "模擬地震"), required=False),
                day("on", "実施日・支給日"),
                yen("amount", "額", (10_000, 700_000), required=False),
                most=100,
            ),
        ),
    ),
    Layout(
        id="returnees_travel_benefit",
        label="中国残留邦人等の帰国旅費・一時金",
        basis="中国残留邦人等の円滑な帰国の促進並びに永住帰国した中国残留邦人等及び特定配偶者の自立の支援に関する法律第6条・第7条・第13条・第18条",
        axis=Axis.AS_OF,
        kinds=(Kind.RETURNEES_TRAVEL_BENEFIT,),
        fields=(
            many(
                "benefits",
                "支給",
                code("kind", "種類", "returnees_benefit"),
                yen("amount", "支給額", (100_000, 700_000)),
                day("paid_on", "支給日"),
                most=50,
            ),
        ),
    ),
    Layout(
        id="pension_membership",
        label="国民年金基金の加入員・農業者年金の被保険者",
        basis="国民年金法第127条・独立行政法人農業者年金基金法第11条",
        axis=Axis.AS_OF,
        kinds=(Kind.NATIONAL_PENSION_FUND_MEMBER, Kind.FARMERS_PENSION_INSURED),
        fields=(
            many(
                "memberships",
                "加入",
                code("scheme", "制度", "pension_membership"),
                day("joined_on", "資格取得日"),
                day("left_on", "資格喪失日", required=False),
                yen("monthly_premium", "掛金・保険料（月額）", (10_000, 68_000), required=False),
                most=50,
            ),
        ),
    ),
    Layout(
        id="facility_stay",
        label="国民年金保険料の法定免除に係る施設への入所",
        basis="国民年金法第89条第1項第3号",
        axis=Axis.AS_OF,
        kinds=(Kind.NATIONAL_PENSION_FACILITY_RESIDENT,),
        fields=(
            many(
                "stays",
                "入所",
                words("facility", "施設の種類", 100, ("国立ハンセン病療養所",), required=False),
                period("period", "期間"),
                most=50,
            ),
        ),
    ),
    Layout(
        id="involuntary_hospitalisation",
        label="措置入院",
        basis="精神保健及び精神障害者福祉に関する法律第29条・第29条の2・第29条の4・第31条",
        axis=Axis.AS_OF,
        kinds=(Kind.INVOLUNTARY_HOSPITALISATION,),
        fields=(
            many(
                "stays",
                "入院措置",
                period("period", "期間"),
                yes_no("emergency", "緊急措置入院", "該当", "非該当", required=False),
                yen("charged", "徴収額（月額）", (0, 20_000), required=False),
                most=50,
            ),
        ),
    ),
    Layout(
        id="premium_deduction",
        label="年金からの保険料の特別徴収",
        basis="介護保険法第136条第1項・第138条第1項・第141条第1項（国民健康保険法第76条の4、高齢者の医療の確保に関する法律第110条において準用する場合を含む。）",
        axis=Axis.FISCAL_YEAR,
        kinds=(
            Kind.NATIONAL_HEALTH_PREMIUM_DEDUCTION,
            Kind.ELDERLY_MEDICAL_PREMIUM_DEDUCTION,
            Kind.LONG_TERM_CARE_PREMIUM_DEDUCTION,
        ),
        fields=(
            FISCAL_YEAR,
            yes_no("deducted", "特別徴収", "対象", "対象でない"),
            yen("amount", "特別徴収額（年額）", (12_000, 180_000), required=False),
            count("times", "徴収の回数", "回", (1, 6), most=12, required=False),
            month("since", "徴収開始月", required=False),
            month("until", "徴収中止月", required=False),
        ),
    ),
)
