"""第9条 and the reports of 施行規則第3条 and 第7条: when a changed amount begins, when the allowance ends, and what is reported."""

from datetime import date
from enum import Enum
from typing import Final

from mynumber.foundation.rules.months import Month
from mynumber.foundation.rules.payment import first_month as first_month_of_increase


class Change(Enum):
    """Why the amount falls or the allowance ends."""

    TURNED_THREE = "三歳未満の児童が三歳以上になった"
    CHILDHOOD_ENDED = "児童が18歳の年度末を過ぎた"
    COUNTING_ENDED = "第三子以降算定額算定対象者が22歳の年度末を過ぎた"
    OTHER = "そのほかの事由（監護しなくなった、転出、死亡など）"

    @property
    def japanese(self) -> str:
        return self.value


KNOWN_BY_AGE: Final = frozenset({Change.TURNED_THREE, Change.CHILDHOOD_ENDED, Change.COUNTING_ENDED})


def first_month_of_decrease(happened: date) -> Month:
    """第9条第3項: その事由が生じた日の属する月の翌月から."""
    return Month.of(happened).following


def last_month(ended: date) -> Month:
    """第8条第2項: 支給すべき事由が消滅した日の属する月で終わる."""
    return Month.of(ended)


def decrease_is_reported(change: Change) -> bool:
    """施行規則第3条第1項: 速やかに, unless the register's dates of birth tell it."""
    return change not in KNOWN_BY_AGE


def end_is_reported(change: Change) -> bool:
    """施行規則第7条第1項: 速やかに, unless the last child's childhood ended."""
    return change is not Change.CHILDHOOD_ENDED


__all__ = [
    "Change",
    "decrease_is_reported",
    "end_is_reported",
    "first_month_of_decrease",
    "first_month_of_increase",
    "last_month",
]
