# ruff: noqa: RUF009 - `asked` makes a dataclasses.field
"""The facts that 児童扶養手当法 asks about. A fact that is not given is unknown, never a default."""

from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from mynumber.foundation.rules.findings import FactSheet, Finding, asked
from mynumber.foundation.rules.income import Dependants, Income


class Kind(Enum):
    """Who claims (第4条第1項第1号から第3号まで)."""

    MOTHER = "母"
    FATHER = "父"
    CARER = "養育者"

    @property
    def japanese(self) -> str:
        return self.value


class Ground(Enum):
    """Why the child has no second parent at hand (第4条第1項, 施行令第1条の2・第2条)."""

    DIVORCE = "父母が婚姻を解消した"
    DEATH = "父又は母が死亡した"
    DISABILITY = "父又は母が政令で定める程度の障害の状態にある"
    LIFE_UNKNOWN = "父又は母の生死が明らかでない"
    ABANDONED = "父又は母が引き続き1年以上遺棄している"
    PROTECTION_ORDER = "父又は母が裁判所からDV保護命令を受けた"
    DETAINED = "父又は母が法令により引き続き1年以上拘禁されている"
    UNMARRIED = "母が婚姻によらないで懐胎した"
    UNCLEAR = "婚姻によらない懐胎かどうか明らかでない"
    NO_PARENTS = "父母がない"
    NONE = "どれにも当たらない"

    @property
    def japanese(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Child(FactSheet):
    """A child for whom the claimant cares. "The other parent": for a carer, the father."""

    birth: Finding[date] = asked("児童の生年月日")
    disabled: Finding[bool] = asked("児童が施行令別表第一の障害の状態にある")
    lives_in_japan: Finding[bool] = asked("児童が日本国内に住所を有する")
    ground: Finding[Ground] = asked("ひとり親等となった事由")
    cared_for: Finding[bool] = asked("請求者が児童を監護している")
    shares_livelihood: Finding[bool] = asked("請求者と児童が生計を同じくしている")
    """For carers: 同居し、生計を維持している."""
    fostered: Finding[bool] = asked("児童が里親に委託されている")
    with_other_parent: Finding[bool] = asked("児童がもう一方の父母と生計を同じくしている")
    raised_by_spouse: Finding[bool] = asked("児童が請求者等の配偶者（事実婚を含む）に養育されている")
    others_go_first: Finding[bool] = asked("この児童について支給が優先される人がいる")
    death_pension: Finding[int] = asked("父又は母の死亡により児童が受けられる公的年金（年額）")
    pension_addition: Finding[int] = asked("もう一方の父母の公的年金に付く児童の加算（年額）")
    bereavement: Finding[int] = asked("父又は母の死亡による遺族補償（6年以内のもの）")
    disability_addition: Finding[int] = asked("請求者の障害基礎年金等に付く児童の加算（年額）")
    other_addition: Finding[int] = asked("請求者の障害基礎年金等以外の公的年金に付く児童の加算（年額）")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentIncome(Income):
    """The further items that 施行令第4条 looks at."""

    child_support: Finding[int] = asked("児童のもう一方の父母から受けた養育費（年額）")
    spouse_special: Finding[int] = asked("配偶者特別控除額")
    relative_special: Finding[int] = asked("特定親族特別控除額")
    cattle_exempt: Finding[int] = asked("肉用牛の売却による事業所得で免除を受けた額")


@dataclass(frozen=True, slots=True, kw_only=True)
class Relative(FactSheet):
    """配偶者又は扶養義務者 (第10条: of one livelihood with the parent; 第11条: who maintains the carer)."""

    income: ParentIncome = field(default_factory=lambda: ParentIncome(key="relative.income"))
    dependants: Dependants = field(default_factory=lambda: Dependants(key="relative.dependants"))
    disaster: Finding[bool] = asked("配偶者・扶養義務者が災害で財産のおおむね2分の1以上の損害を受けた")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(FactSheet):
    """One claimant, the children in any order, and the relatives whose income counts."""

    kind: Finding[Kind] = asked("請求者の区分")
    lives_in_japan: Finding[bool] = asked("請求者が日本国内に住所を有する")
    children: tuple[Child, ...] = ()
    income: ParentIncome = field(default_factory=lambda: ParentIncome(key="income"))
    dependants: Dependants = field(default_factory=lambda: Dependants(key="dependants"))
    disaster: Finding[bool] = asked("請求者が災害で財産のおおむね2分の1以上の損害を受けた")
    """震災、風水害、火災その他: from the month of the damage to October of the next year (第12条)."""
    orphans: Finding[bool] = asked("孤児等の養育者である")
    """第9条第1項の括弧書: of carers only."""
    relatives: tuple[Relative, ...] = ()
    relatives_complete: Finding[bool] = asked("所得を見る配偶者・扶養義務者はこれで全員である")
    pension: Finding[int] = asked("請求者が受けられる公的年金（障害基礎年金等を除く年額）")
    bereavement: Finding[int] = asked("請求者が受けられる遺族補償（6年以内のもの）")
    disability_pension: Finding[bool] = asked("請求者が障害基礎年金等を受けられる")
    claimed: Finding[date] = asked("認定の請求をした日")
    started: Finding[date] = asked("支給開始月の初日")
    ground_since: Finding[date] = asked("支給要件に当たった日")
    self_reliant: Finding[bool] = asked("就業・求職・障害・疾病などの事由を届け出ている")
    """第13条の3第2項の一部支給停止適用除外事由."""
    amount_when_long: Finding[int] = asked("5年等を経過した月の翌月の手当額")
