"""第10条の8 to 第10条の10: who is certified (妊婦給付認定)."""

from datetime import date
from typing import Final

from mynumber.foundation.rules.clauses import Clause, Law
from mynumber.foundation.rules.findings import Finding, either, every, holds, negated
from mynumber.foundation.rules.months import Month
from mynumber.foundation.rules.pregnancy_support.facts import Claim
from mynumber.foundation.rules.rule import rule

ACT: Final = Law.CHILD_SUPPORT_ACT
RULE: Final = Law.CHILD_SUPPORT_RULE
TABLE: Final = "pregnancy_support"
STARTED: Final = date(2025, 4, 1)
"""令和6年法律第47号: this benefit in place of grants by budget."""


@rule(
    Clause(ACT, "10_8"),
    "妊婦のための支援給付の対象です",
    "妊婦のための支援給付の対象ではありません",
    since=STARTED,
)
def is_supported(month: Month, claim: Claim) -> Finding[bool]:
    """妊婦であって、日本国内に住所を有するもの; also who claims after birth, stillbirth or miscarriage (施行規則第1条の4の2第1項第5号)."""
    pregnant = either(
        negated(claim.ended, "妊娠中です", "出産、死産又は流産をしました"),
        holds(
            "2025年4月1日以後に妊娠していました",
            "2025年4月1日より前に妊娠が終わりました",
            lambda day: day >= STARTED,
            claim.ended_on,
        ),
        words="2025年4月1日以後に妊婦でした",
        denial="2025年4月1日以後に妊婦ではありませんでした",
    )
    return every(claim.confirmed, pregnant, claim.lives_in_japan)


@rule(
    Clause(ACT, "10_9"),
    "この市町村が妊婦給付認定をします",
    "この市町村は妊婦給付認定をしません",
    since=STARTED,
)
def is_certified(month: Month, claim: Claim) -> Finding[bool]:
    """住所地の市町村が行う."""
    return every(is_supported(month, claim), claim.lives_here)


@is_certified.except_when(Clause(ACT, "10_10"))
def _cancelled(month: Month, claim: Claim) -> tuple[Finding[bool], Finding[bool]]:
    """取り消すことができる: false statements or refused reports. A move is `lives_here`."""
    return every(
        claim.false_statements,
        words="虚偽の申請等により認定を取り消せる場合に当たります",
        denial="虚偽の申請等はありません",
    ), Finding(False)
