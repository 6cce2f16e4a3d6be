# ruff: noqa: RUF009 - `asked` makes a dataclasses.field
"""The facts that relief from the national pension premium asks about. A fact that is not given is unknown, never a default."""

from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from mynumber.foundation.rules.findings import FactSheet, Finding, asked


class Kind(Enum):
    """What becomes of the premium of a month."""

    MATERNITY = "産前産後期間の免除"
    STATUTORY = "法定免除"
    FULL = "全額免除"
    POSTPONED = "納付猶予"
    THREE_QUARTERS = "4分の3免除"
    HALF = "半額免除"
    QUARTER = "4分の1免除"
    STUDENT = "学生納付特例"
    DUE = "免除・猶予されない"

    @property
    def japanese(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependants(FactSheet):
    """扶養親族等 of the income's year, by kind; one person is in one kind.

    Relatives from 30 to 69 who are not 控除対象扶養親族 are in none.
    """

    ordinary: Finding[int] = asked("扶養親族等の数（下の区分を除く）", "人")
    elderly: Finding[int] = asked("70歳以上の同一生計配偶者・老人扶養親族の数", "人")
    specified: Finding[int] = asked("特定扶養親族・19歳未満の控除対象扶養親族の数", "人")


@dataclass(frozen=True, slots=True, kw_only=True)
class Earner(FactSheet):
    """The insured person, the head of the household or the spouse (of fact, too: 第5条第7項), with one year's tax record."""

    total: Finding[int] = asked("総所得金額等の合計")
    """施行令第6条の11: before the carrying over of losses of which the municipal tax takes account."""
    total_after_losses: Finding[int] = asked("総所得金額等の合計（損失の繰越控除後）")
    """施行令第6条の12第1項."""
    actual: Finding[int] = asked("雑損・医療費・社会保険料・小規模企業共済等掛金・配偶者特別控除の合計")
    disabled: Finding[int] = asked("控除の対象となった障害者の数", "人")
    """特別障害者 not counted."""
    specially_disabled: Finding[int] = asked("控除の対象となった特別障害者の数", "人")
    widow: Finding[bool] = asked("寡婦控除を受けた")
    single_parent: Finding[bool] = asked("ひとり親控除を受けた")
    working_student: Finding[bool] = asked("勤労学生控除を受けた")
    cattle_exempt: Finding[int] = asked("肉用牛の売却による事業所得で免除を受けた額")
    dependants: Dependants = field(default_factory=lambda: Dependants(key="dependants"))
    is_disabled: Finding[bool] = asked("地方税法の障害者である")
    is_widow: Finding[bool] = asked("地方税法の寡婦である")
    is_single_parent: Finding[bool] = asked("地方税法のひとり親である")
    aided: Finding[bool] = asked("本人又は世帯員が生活扶助以外の生活保護を受けている")
    disaster: Finding[bool] = asked("災害で財産のおおむね2分の1以上の損害を受けた")
    disaster_on: Finding[date] = asked("災害の日")
    lost_work: Finding[bool] = asked("失業、事業の廃止又は休止をした")
    lost_work_on: Finding[date] = asked("失業等の日")
    hardship: Finding[bool] = asked("災害・失業等に準ずる事由で納付が困難と認められた")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(FactSheet):
    """One insured person with those whose income counts."""

    insured: Finding[bool] = asked("第1号被保険者である（任意加入を除く）")
    birth: Finding[date] = asked("生年月日")
    student: Finding[bool] = asked("学生等である")
    """施行令第6条の6."""
    disability_pension: Finding[bool] = asked("障害基礎年金等（2級以上）を受けられる")
    livelihood_aid: Finding[bool] = asked("生活扶助又はハンセン病の援護を受けている")
    in_sanatorium: Finding[bool] = asked("国立ハンセン病療養所等に入所している")
    wants_to_pay: Finding[bool] = asked("法定免除を受けずに納付すると申し出た")
    """第89条第2項."""
    gives_birth: Finding[bool] = asked("この前後に出産する（した）")
    due_date: Finding[date] = asked("出産予定日")
    """The day of birth where that was reported after it (施行規則第73条の6)."""
    several_babies: Finding[bool] = asked("多胎妊娠である")
    is_head: Finding[bool] = asked("本人が世帯主である")
    has_spouse: Finding[bool] = asked("配偶者（事実婚を含む）がいる")
    spouse_is_head: Finding[bool] = asked("配偶者が世帯主である")
    violence: Finding[bool] = asked("配偶者から暴力を受け、納付が困難と認められた")
    refuses_postponement: Finding[bool] = asked("納付猶予の審査を希望しない")
    myself: Earner = field(default_factory=lambda: Earner(key="myself", label="本人"))
    head: Earner = field(default_factory=lambda: Earner(key="head", label="世帯主"))
    spouse: Earner = field(default_factory=lambda: Earner(key="spouse", label="配偶者"))
