"""Who receives the allowance: 第99条第1項, 第104条 (after leaving), and the bars of 第55条, 第107条, 第116条, 第118条."""

from mynumber.foundation.rules.clauses import Clause
from mynumber.foundation.rules.findings import Finding, either, every, holds, negated
from mynumber.foundation.rules.months import Month
from mynumber.foundation.rules.rule import rule
from mynumber.foundation.rules.sickness_allowance.amount import ACT, KEPT_SINCE
from mynumber.foundation.rules.sickness_allowance.facts import Claim, Status


@rule(
    Clause(ACT, "104"),
    "資格を喪失した後の継続給付を受けられます",
    "資格を喪失した後の継続給付は受けられません",
    since=KEPT_SINCE,
)
def continued(month: Month, claim: Claim) -> Finding[bool]:
    """Insured for a year and receiving the allowance when the insurance ended; by voluntary continuation, too."""
    left = holds(
        "資格を喪失した人か任意継続被保険者です",
        "被保険者です",
        lambda status: status is not Status.INSURED,
        claim.status,
    )
    return every(left, claim.insured_a_year, claim.receiving_at_loss)


@continued.except_when(Clause(ACT, "107"))
def _seafarer(month: Month, claim: Claim) -> tuple[Finding[bool], Finding[bool]]:
    """船員保険の被保険者となったとき."""
    return every(
        claim.seafarer, words="船員保険の被保険者になりました", denial="船員保険の被保険者ではありません"
    ), Finding(False)


@rule(
    Clause(ACT, "99", 1),
    "傷病手当金を受けられる人です",
    "傷病手当金を受けられる人ではありません",
    since=KEPT_SINCE,
)
def is_eligible(month: Month, claim: Claim) -> Finding[bool]:
    """被保険者（任意継続被保険者を除く。）, or who keeps the benefit after leaving."""
    insured = holds(
        "被保険者です（任意継続被保険者を除きます）",
        "被保険者ではないか、任意継続被保険者です",
        lambda status: status is Status.INSURED,
        claim.status,
    )
    return either(insured, continued(month, claim))


@is_eligible.except_when(Clause(ACT, "55", 1))
def _accident_insurance(month: Month, claim: Claim) -> tuple[Finding[bool], Finding[bool]]:
    """労働者災害補償保険法等により相当する給付を受けることができる場合."""
    return every(
        claim.accident_insurance,
        words="労災保険などから相当する給付を受けられます",
        denial="労災保険などから相当する給付は受けられません",
    ), Finding(False)


@is_eligible.except_when(Clause(ACT, "116"))
def _own_crime(month: Month, claim: Claim) -> tuple[Finding[bool], Finding[bool]]:
    """自己の故意の犯罪行為により、又は故意に給付事由を生じさせたとき."""
    return every(claim.own_crime, words="故意によるものです", denial="故意によるものではありません"), Finding(
        False
    )


@is_eligible.except_when(Clause(ACT, "118", 1))
def _detained(month: Month, claim: Claim) -> tuple[Finding[bool], Finding[bool]]:
    """少年院、刑事施設、労役場等."""
    return every(claim.detained, words="収容・拘禁されています", denial="収容・拘禁されていません"), Finding(
        False
    )


def after_leaving(claim: Claim) -> Finding[bool]:
    """第104条の規定により受けるべき者: old-age pensions count for them only (第108条第5項)."""
    return negated(
        holds(
            "被保険者です",
            "資格を喪失した人か任意継続被保険者です",
            lambda status: status is Status.INSURED,
            claim.status,
        )
    )
