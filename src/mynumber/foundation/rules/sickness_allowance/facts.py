# ruff: noqa: RUF009 - `asked` makes a dataclasses.field
"""The facts that the injury and sickness allowance asks about. A fact that is not given is unknown, never a default."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from mynumber.foundation.rules.findings import FactSheet, Finding, asked


class Status(Enum):
    """What the claimant is to the insurer on a day."""

    INSURED = "被保険者"
    VOLUNTARY = "任意継続被保険者"
    FORMER = "資格を喪失した人"

    @property
    def japanese(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch(FactSheet):
    """Days in a row of which the same is true, `since` and `until` included. What is paid a day is given a day."""

    since: date
    until: date
    unable: Finding[bool] = asked("療養のため労務に服することができなかった")
    """医師又は歯科医師の意見書 (施行規則第84条第2項第1号)."""
    wage: Finding[int] = asked("受けることができる報酬（日額）")
    """事業主の証明書."""
    maternity: Finding[int] = asked("受けることができる出産手当金（日額）")
    """What is left of it beside wages (第108条第2項)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(FactSheet):
    """One claimant, one illness or injury and what came of it, the stretches of the claim in order."""

    status: Finding[Status] = asked("被保険者の区分")
    insured_a_year: Finding[bool] = asked("資格を喪失する日の前日まで引き続き1年以上被保険者だった")
    receiving_at_loss: Finding[bool] = asked("資格を喪失した際に傷病手当金を受けていた（受けられた）")
    seafarer: Finding[bool] = asked("船員保険の被保険者になった")
    accident_insurance: Finding[bool] = asked("同じ傷病について労災保険などから相当する給付を受けられる")
    own_crime: Finding[bool] = asked("自己の故意の犯罪行為又は故意によるものである")
    detained: Finding[bool] = asked("少年院・刑事施設などに収容されている")
    """施行規則第32条の2."""
    waited_until: Finding[date] = asked("待期（連続する3日間）が終わった日")
    """`waiting_ends` finds it from the days of being unable to work."""
    first_paid: Finding[date] = asked("この傷病で支給を始めた日")
    """The first day for which the allowance is due, of this claim or an earlier one."""
    paid_before: Finding[int] = asked("この請求より前に支給を受けた日数", "日")
    monthly: Finding[tuple[int, ...]] = asked("直近の継続した月の標準報酬月額（12月まで）")
    """Of the month in which payment begins and the months before it, at most twelve; with the insurer of today."""
    all_insured: Finding[int] = asked("保険者の全被保険者の平均による標準報酬月額")
    """第99条第2項第2号: looked at where there are fewer than twelve months."""
    other_illness: Finding[int] = asked("別の傷病による傷病手当金の日額")
    """施行規則第84条の2第7項: the higher of the two is paid; nothing is 0."""
    disability_pension: Finding[int] = asked("同じ傷病による障害厚生年金と障害基礎年金（年額）")
    disability_lump_sum: Finding[int] = asked("同じ傷病による障害手当金の額")
    since_lump_sum: Finding[int] = asked("障害手当金を受けてからこの請求までの傷病手当金の額の合計")
    """第108条第4項: of the days on which the allowance would have been paid."""
    old_age_pension: Finding[int] = asked("老齢・退職を支給事由とする年金（年額）")
    claimed: Finding[date] = asked("支給を申請した日")
    stretches: tuple[Stretch, ...] = ()
