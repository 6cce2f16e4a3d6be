"""Pensions and what is paid beside them."""

from __future__ import annotations

from mynumber.foundation.facts.language import (
    CERTAIN,
    Axis,
    Layout,
    Named,
    Unless,
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

_PENSION_NAMES = (
    "老齢基礎年金",
    "老齢厚生年金",
    "障害基礎年金",
    "障害厚生年金",
    "遺族基礎年金",
    "遺族厚生年金",
    "寡婦年金",
    "退職共済年金",
)

_SUSPENSION = (
    yes_no("suspended", "支給停止", "停止中", "停止なし", required=False),
    day("suspended_since", "支給停止の開始日", required=False),
    yen("suspended_amount", "支給停止額（年額）", (0, 800_000), required=False),
)

LAYOUTS = (
    Layout(
        id="pension_benefits",
        label="公的年金",
        basis="国民年金法第16条・第18条、厚生年金保険法第33条・第36条ほか（裁定、支給期間、年金額、保険料）",
        axis=Axis.AS_OF,
        kinds=(
            Kind.PENSION_BENEFIT,
            Kind.PUBLIC_PENSION_BENEFIT,
            Kind.ANY_LAW_PENSION,
            Kind.INTEGRATED_MUTUAL_AID_PENSION,
            Kind.NATIONAL_PENSION_BENEFIT,
            Kind.WAR_VICTIMS_PENSION,
        ),
        also=(
            Kind.ANY_LAW_BENEFIT,
            Kind.SPECIAL_ALLOWANCE_ACT_BENEFIT,
            Kind.DISABILITY_CAUSE_BENEFIT,
        ),
        words=("年金給付関係情報", "(?<!災害補償保険法による)年金である給付"),
        narrowing=(
            Unless("年金給付関係情報|保険料の徴収", ("contributions",)),
            Named(
                "benefits",
                "payer",
                {
                    "national": "国民年金法",
                    "employees": "厚生年金保険法",
                    "national_officials": "国家公務員共済組合法",
                    "local_officials": "地方公務員等共済組合法",
                    "private_school": "私立学校教職員共済法",
                },
            ),
        ),
        fields=(
            many(
                "benefits",
                "公的年金給付",
                words("kind", "給付の種類", 100, _PENSION_NAMES, may_be=CERTAIN),
                yen("annual_amount", "年額", (200_000, 2_400_000)),
                day("paid_since", "支給開始日"),
                code("payer", "制度", "pension_payer", required=False),
                count("grade", "障害等級", "級", (1, 3), least=1, most=14, required=False),
                yen("child_addition", "子の加算額", (0, 480_000), required=False),
                yen("spouse_addition", "配偶者の加給年金額", (0, 420_000), required=False),
                *_SUSPENSION,
                day("ended_on", "失権日", required=False),
                day("decided_on", "裁定日", required=False),
                most=100,
            ),
            many(
                "contributions",
                "保険料の徴収",
                code("insured_kind", "被保険者の種別", "insured_kind"),
                period("period", "期間"),
                code("state", "納付の状況", "contribution_state", may_be=("unknown",)),
                count("months", "月数", "月", (1, 120), most=1200),
                yen("amount", "納付した保険料", (0, 2_000_000), required=False),
                required=False,
            ),
        ),
    ),
    Layout(
        id="disability_basic_pension",
        label="障害基礎年金",
        basis="国民年金法第30条・第30条の4・第33条・第33条の2・第36条",
        axis=Axis.AS_OF,
        kinds=(Kind.DISABILITY_BASIC_PENSION,),
        also=(Kind.ANY_LAW_DISABILITY_ALLOWANCE,),
        words=("障害基礎年金",),
        fields=(
            yes_no("entitled", "受給権", "あり", "なし", may_be=CERTAIN),
            count("grade", "障害等級", "級", (1, 2), least=1, most=2, required=False),
            yen("annual_amount", "年額", (816_000, 1_020_000), required=False),
            yen("child_addition", "子の加算額", (0, 480_000), required=False),
            day("paid_since", "支給開始日", required=False),
            *_SUSPENSION,
            day("ended_on", "失権日", required=False),
        ),
    ),
    Layout(
        id="special_disability_benefit",
        label="特別障害給付金",
        basis="特定障害者に対する特別障害給付金の支給に関する法律第3条・第4条・第9条・第16条",
        axis=Axis.AS_OF,
        kinds=(Kind.SPECIAL_DISABILITY_BENEFIT,),
        also=(
            Kind.ANY_LAW_BENEFIT,
            Kind.SPECIAL_ALLOWANCE_ACT_BENEFIT,
            Kind.DISABILITY_CAUSE_BENEFIT,
        ),
        words=("特別障害給付金",),
        fields=(
            yes_no("entitled", "受給資格", "あり", "なし", may_be=CERTAIN),
            count("grade", "障害等級", "級", (1, 2), least=1, most=2, required=False),
            yen("monthly_amount", "月額", (44_000, 56_000), required=False),
            month("paid_since", "支給開始月", required=False),
            month("paid_until", "支給終了月", required=False),
            *_SUSPENSION,
        ),
    ),
    Layout(
        id="pensioner_support_benefit",
        label="年金生活者支援給付金",
        basis="年金生活者支援給付金の支給に関する法律第2条・第10条・第15条・第20条・第25条",
        axis=Axis.AS_OF,
        kinds=(Kind.PENSIONER_SUPPORT_BENEFIT,),
        words=("年金生活者支援給付金",),
        fields=(
            many(
                "benefits",
                "給付金",
                code("kind", "種類", "pensioner_support"),
                yen("monthly_amount", "月額", (1_000, 7_000)),
                month("paid_since", "支給開始月"),
                month("paid_until", "支給終了月", required=False),
                yes_no("suspended", "支給停止", "停止中", "停止なし", required=False),
                most=20,
            ),
        ),
    ),
)
