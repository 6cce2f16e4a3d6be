# ruff: noqa: RUF009 - `asked` makes a dataclasses.field
"""The facts that nursery places ask about. A fact that is not given is unknown, never a default."""

from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from mynumber.foundation.rules.findings import FactSheet, Finding, asked


class Ground(Enum):
    """Why a guardian cannot care for the child at home (施行規則第1条の5各号)."""

    WORK = "就労"
    PREGNANCY = "妊娠・出産"
    ILLNESS = "疾病・負傷・障害"
    CARE = "同居親族の介護・看護"
    DISASTER = "災害の復旧"
    SEEKING = "求職活動"
    STUDY = "就学・職業訓練"
    ABUSE = "虐待・配偶者からの暴力"
    LEAVE = "育児休業中の継続利用"
    OTHER = "市町村が認める事由"
    NONE = "どれにも当たらない"

    @property
    def japanese(self) -> str:
        return self.value

    @property
    def item(self) -> str:
        """号: "1" to "10"; empty for none."""
        return "" if self is Ground.NONE else str(list(Ground).index(self) + 1)


class Class(Enum):
    """小学校就学前子どもの区分 (法第19条各号)."""

    FIRST = "1号（教育標準時間）"
    SECOND = "2号（満3歳以上・保育）"
    THIRD = "3号（満3歳未満・保育）"
    NONE = "認定の対象ではない"

    @property
    def japanese(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Guardian(FactSheet):
    """保護者: one of those who have custody and live with the child."""

    ground: Finding[Ground] = asked("保育を必要とする事由")
    """The one that carries furthest, where several apply."""
    hours: Finding[int] = asked("1月当たりの就労・就学・介護の時間", "時間")
    """就労証明書."""
    born_on: Finding[date] = asked("出産日又は出産予定日")
    graduates_on: Finding[date] = asked("卒業又は修了の予定日")


@dataclass(frozen=True, slots=True, kw_only=True)
class Child(FactSheet):
    """The child."""

    birth: Finding[date] = asked("子の生年月日")
    enrolled: Finding[bool] = asked("育児休業の前から施設等を利用しており、継続が必要である")
    """第9号."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Municipality(FactSheet):
    """What the municipality has laid down."""

    working_hours: Finding[int] = asked("市町村が定める就労時間の下限", "時間")
    """第1条の5第1号: 48 to 64 a month."""
    standard_hours: Finding[int] = asked("市町村が標準時間とする就労等の時間", "時間")
    """施行令第1条の3: by how hard it is to care at home; 120 a month is usual."""
    undivided: Finding[bool] = asked("疾病・求職・育休について区分に分けない")
    """施行規則第4条第2項."""
    seeking_days: Finding[int] = asked("市町村が定める求職活動の有効期間", "日")
    """第8条第4号ロ: at most ninety."""
    granted_until: Finding[date] = asked("市町村が育休・その他の事由について定める有効期間の末日")


@dataclass(frozen=True, slots=True, kw_only=True)
class Household(FactSheet):
    """What the adjustment of use asks beyond the grounds."""

    single_parent: Finding[bool] = asked("ひとり親の世帯である")
    protected: Finding[bool] = asked("社会的養護が必要か、虐待・暴力のおそれがある")
    livelihood_aid: Finding[bool] = asked("生活保護を受け、就労による自立につながる")
    lost_work: Finding[bool] = asked("生計中心者が失業し、就労が必要である")
    returning: Finding[bool] = asked("育児休業から復帰する")
    sibling_inside: Finding[bool] = asked("きょうだいが希望する施設を利用している")
    child_disabled: Finding[bool] = asked("子に障害がある")
    from_small_care: Finding[bool] = asked("地域型保育を卒園する")
    care_worker: Finding[bool] = asked("保護者が市内の施設で働く保育士等である")
    in_arrears: Finding[bool] = asked("正当な理由なく保育料を滞納している")
    children: Finding[int] = asked("就学前のきょうだいの人数", "人")
    years_resident: Finding[int] = asked("市内に住む年数", "年")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(FactSheet):
    """One child with its guardians."""

    child: Child = field(default_factory=lambda: Child(key="child"))
    guardians: tuple[Guardian, ...] = ()
    guardians_complete: Finding[bool] = asked("保護者はこれで全員である")
    municipality: Municipality = field(default_factory=lambda: Municipality(key="municipality"))
    household: Household = field(default_factory=lambda: Household(key="household"))
    asks_short: Finding[bool] = asked("保育短時間を希望する")
    starts: Finding[date] = asked("認定が効力を生ずる日")
