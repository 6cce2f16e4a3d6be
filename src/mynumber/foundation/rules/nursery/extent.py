"""施行規則第4条 (how many hours of care) and 第8条 (until when the certification holds)."""

from datetime import date, timedelta
from enum import Enum

from mynumber.foundation.people import attains_on
from mynumber.foundation.rules.clauses import Clause
from mynumber.foundation.rules.findings import Finding, choose, derive, either, every, holds
from mynumber.foundation.rules.months import Month
from mynumber.foundation.rules.nursery.facts import Claim, Class, Ground, Guardian
from mynumber.foundation.rules.nursery.requirement import (
    KEPT_SINCE,
    RULE,
    TABLE,
    class_of,
    has_ground,
    school_starts,
)
from mynumber.foundation.rules.rule import rule
from mynumber.foundation.rules.table import table


class CareHours(Enum):
    """保育必要量."""

    STANDARD = "保育標準時間（1日11時間、1月平均275時間まで）"
    SHORT = "保育短時間（1日8時間、1月平均200時間まで）"
    UNDIVIDED = "区分に分けない"

    @property
    def japanese(self) -> str:
        return self.value


WIDE: tuple[Ground, ...] = (Ground.PREGNANCY, Ground.DISASTER, Ground.ABUSE)
"""第4条第1項ただし書: 第2号、第5号、第8号."""
NARROW: tuple[Ground, ...] = (Ground.ILLNESS, Ground.SEEKING, Ground.LEAVE)
"""第4条第2項: 第3号、第6号、第9号."""
TIMED: tuple[Ground, ...] = (Ground.WORK, Ground.CARE, Ground.STUDY)
"""By hours."""


@rule(Clause(RULE, "4", 1), "長い時間の保育が必要です", "短い時間の保育で足ります", since=KEPT_SINCE)
def needs_long(month: Month, claim: Claim, guardian: Guardian) -> Finding[bool]:
    """Standard hours by law for grounds 2, 5 and 8; otherwise by the hours that the municipality takes for full time."""
    long_hours = holds(
        "市町村が標準時間とする時間以上です",
        "市町村が標準時間とする時間に足りません",
        lambda hours, least: hours >= least,
        guardian.hours,
        claim.municipality.standard_hours,
    )
    return either(
        has_ground(guardian, *WIDE, Ground.ILLNESS),
        every(has_ground(guardian, *TIMED, Ground.OTHER), long_hours),
    )


@rule(Clause(RULE, "4", 1), "保育必要量", since=KEPT_SINCE)
def care_hours(month: Month, claim: Claim) -> Finding[CareHours]:
    """Standard only if every guardian needs it and nobody asked for less; short for the others."""
    long = every(*(needs_long(month, claim, guardian) for guardian in claim.guardians))
    by_need = choose("", long, Finding(CareHours.STANDARD), Finding(CareHours.SHORT))
    asked = choose("", claim.asks_short, Finding(CareHours.SHORT), by_need)
    narrow = either(*(has_ground(guardian, *NARROW) for guardian in claim.guardians))
    undivided = every(narrow, either(claim.municipality.undivided))
    return choose("", undivided, Finding(CareHours.UNDIVIDED), asked)


@rule(Clause(RULE, "8"), "認定の有効期間の末日", since=KEPT_SINCE)
def valid_until(month: Month, claim: Claim) -> Finding[date]:
    """To school age (of the third class: to the day before attaining three), or earlier by the ground of either guardian."""
    ends = derive(
        "区分による末日",
        lambda birth, kind: (
            attains_on(birth, 3) - timedelta(days=1)
            if kind is Class.THIRD
            else school_starts(birth) - timedelta(days=1)
        ),
        claim.child.birth,
        class_of(month, claim),
    )
    certified = holds(
        "保育の認定です",
        "保育の認定ではありません",
        lambda kind: kind in (Class.SECOND, Class.THIRD),
        class_of(month, claim),
    )
    earliest = derive(
        "事由による末日",
        min,
        ends,
        *(_by_ground(month, claim, guardian, ends) for guardian in claim.guardians),
    )
    return choose("認定の有効期間の末日", certified, earliest if claim.guardians else ends, ends)


def _by_ground(month: Month, claim: Claim, guardian: Guardian, ends: Finding[date]) -> Finding[date]:
    """第3号ロ, 第4号ロ, 第5号ロ, 第6号, 第7号; the others to the end of the class."""
    parameters = table(TABLE)
    after_birth = derive(
        "出産から8週間を経過する日の翌日の属する月の末日",
        lambda born, weeks: Month.of(born + timedelta(weeks=weeks)).last_day,
        guardian.born_on,
        parameters.number(month, "after_birth_weeks"),
        clause=Clause(RULE, "8", None, "3ロ"),
    )
    seeking = derive(
        "求職活動の期間を経過する日の属する月の末日",
        lambda starts, laid_down, most: Month.of(starts + timedelta(days=min(laid_down, most) - 1)).last_day,
        claim.starts,
        claim.municipality.seeking_days,
        parameters.number(month, "seeking_days"),
        clause=Clause(RULE, "8", None, "4ロ"),
    )
    studying = derive(
        "卒業又は修了の予定日の属する月の末日",
        lambda graduates: Month.of(graduates).last_day,
        guardian.graduates_on,
        clause=Clause(RULE, "8", None, "5ロ"),
    )
    outcome = ends
    for grounds, until in (
        ((Ground.PREGNANCY,), after_birth),
        ((Ground.SEEKING,), seeking),
        ((Ground.STUDY,), studying),
        ((Ground.LEAVE, Ground.OTHER), claim.municipality.granted_until),
    ):
        outcome = choose("", has_ground(guardian, *grounds), until, outcome)
    return outcome
