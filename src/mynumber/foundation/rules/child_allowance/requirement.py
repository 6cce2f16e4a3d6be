"""第3条 (who is a child) and 第4条 (who receives the allowance)."""

from datetime import date
from typing import Final

from mynumber.foundation.people import fiscal_year_end_after_attaining
from mynumber.foundation.rules.child_allowance.facts import Child, Claim, Recipient, Relation
from mynumber.foundation.rules.clauses import Clause, Law
from mynumber.foundation.rules.findings import Finding, choose, either, every, holds, negated
from mynumber.foundation.rules.months import Month
from mynumber.foundation.rules.rule import rule

ACT: Final = Law.CHILD_ALLOWANCE_ACT
KEPT_SINCE: Final = date(2022, 6, 1)
REFORM: Final = date(2024, 10, 1)
"""令和6年法律第47号: to the end of high school age, third child 30,000 yen, no income limit."""
BEFORE_REFORM: Final = date(2024, 9, 30)


def until_fiscal_year_end_after(
    age: int, words: str, denial: str, month: Month, child: Child
) -> Finding[bool]:
    """…歳に達する日以後の最初の三月三十一日までの間にある, on the first day of the month, born by its last."""
    return holds(
        words,
        denial,
        lambda birth: (
            birth <= month.last_day and month.first_day <= fiscal_year_end_after_attaining(birth, age)
        ),
        child.birth,
    )


def lives_here(child: Child) -> Finding[bool]:
    """日本国内に住所を有するもの又は留学その他の…理由により日本国内に住所を有しないもの"""
    return either(
        child.lives_in_japan,
        child.studies_abroad,
        words="子が日本国内に住所を有するか留学中です",
        denial="子が日本国内に住所を有せず、留学中でもありません",
    )


@rule(Clause(ACT, "3", 1), "児童です", "児童ではありません", since=KEPT_SINCE)
def is_child(month: Month, child: Child) -> Finding[bool]:
    """Until the 31 March after the day of attaining eighteen, living in Japan or studying abroad."""
    young = until_fiscal_year_end_after(
        18, "18歳の年度末までです", "18歳の年度末を過ぎているか、まだ生まれていません", month, child
    )
    return every(young, lives_here(child))


@rule(
    Clause(ACT, "4", 1, "1"),
    "支給要件児童です",
    "支給要件児童ではありません",
    since=KEPT_SINCE,
)
def is_eligible_child(month: Month, child: Child) -> Finding[bool]:
    """施設入所等児童以外の児童; before the reform those over fifteen were not paid for but counted (第1号ロ)."""
    home = negated(child.in_facility, "施設等に入所していません", "施設等に入所しています")
    return every(is_child(month, child), home)


@rule(
    Clause(ACT, "4", 1),
    "請求者がこの児童を養育する者です",
    "請求者はこの児童を養育する者に当たりません",
    since=KEPT_SINCE,
)
def raises(month: Month, child: Child) -> Finding[bool]:
    """監護し、かつ、生計を同じくする."""
    return every(child.cared_for, child.shares_livelihood)


def _claims_as(child: Child, *relations: Relation) -> Finding[bool]:
    named = "・".join(relation.japanese for relation in relations)
    return holds(
        f"請求者は{named}です",
        f"請求者は{named}ではありません",
        lambda relation: relation in relations,
        child.relation,
    )


@raises.except_when(Clause(ACT, "4", 1, "2"), priority=3)
def _designated_but_apart(month: Month, child: Child) -> tuple[Finding[bool], Finding[bool]]:
    """支給要件児童と同居し: who was named by parents abroad lives with the child unless that is found to be difficult."""
    condition = every(
        _claims_as(child, Relation.DESIGNATED),
        negated(child.lives_together, "請求者と子が同居していません"),
        words="父母指定者で、子と同居していません",
        denial="父母指定者が子と別居している場合に当たりません",
    )
    return condition, Finding(False)


@raises.except_when(Clause(ACT, "4", 1, "3"), priority=3)
def _carer_beside_parents(month: Month, child: Child) -> tuple[Finding[bool], Finding[bool]]:
    """父母等又は父母指定者のいずれにも監護されず又はこれらと生計を同じくしない: a carer comes after all of them."""
    condition = every(
        _claims_as(child, Relation.CARER),
        child.other_parent_cares,
        words="父母等が子を監護し生計を同じくしているので、その他の養育者は受けられません",
        denial="父母等を優先する場合に当たりません",
    )
    return condition, Finding(False)


def _two_parents_care(child: Child) -> Finding[bool]:
    """父及び母、未成年後見人並びに父母指定者のうち二以上の者が監護し、かつ、生計を同じくする"""
    parental = holds(
        "請求者は父母等です",
        "請求者は父母等ではありません",
        lambda relation: relation is not Relation.CARER,
        child.relation,
    )
    return every(parental, child.other_parent_cares)


@raises.except_when(Clause(ACT, "4", 2), priority=1)
def _another_guardian_earns_more(month: Month, child: Child) -> tuple[Finding[bool], Finding[bool]]:
    """未成年後見人が数人あるとき: of several guardians, the main earner only."""
    condition = every(
        _claims_as(child, Relation.GUARDIAN),
        child.other_parent_cares,
        negated(child.main_earner),
        words="ほかの未成年後見人のほうが、生計を維持する程度が高いです",
        denial="ほかの未成年後見人が受け取る場合に当たりません",
    )
    return condition, Finding(False)


@raises.except_when(Clause(ACT, "4", 3), priority=1)
def _the_other_parent_earns_more(month: Month, child: Child) -> tuple[Finding[bool], Finding[bool]]:
    """いずれか当該児童の生計を維持する程度の高い者: of two who care, the main earner only."""
    condition = every(
        _claims_as(child, Relation.PARENT, Relation.DESIGNATED, Relation.DESIGNATED_APART),
        child.other_parent_cares,
        negated(child.main_earner),
        words="もう一方の父母等のほうが、生計を維持する程度が高いです",
        denial="もう一方の父母等が受け取る場合に当たりません",
    )
    return condition, Finding(False)


@raises.except_when(Clause(ACT, "4", 4), priority=2)
def _lives_alone_with_the_child(month: Month, child: Child) -> tuple[Finding[bool], Finding[bool]]:
    """前二項の規定にかかわらず: who lives with the child, apart from the other parent, receives."""
    condition = every(
        _two_parents_care(child),
        child.parents_live_apart,
        child.lives_together,
        negated(child.other_lives_with_child),
        words="父母等が別居して生計が別で、請求者だけが子と同居しています",
        denial="同居する請求者を優先する場合に当たりません",
    )
    return condition, every(child.cared_for, child.shares_livelihood)


@raises.except_when(Clause(ACT, "4", 4), priority=2)
def _the_other_lives_alone_with_the_child(month: Month, child: Child) -> tuple[Finding[bool], Finding[bool]]:
    """The same the other way round."""
    condition = every(
        _two_parents_care(child),
        child.parents_live_apart,
        negated(child.lives_together),
        child.other_lives_with_child,
        words="父母等が別居して生計が別で、もう一方の父母等だけが子と同居しています",
        denial="同居するもう一方の父母等を優先する場合に当たりません",
    )
    return condition, Finding(False)


@rule(Clause(ACT, "4", 1, "4"), "施設等で育つ児童です", "施設等で育つ児童ではありません", since=REFORM)
def is_child_in_care(month: Month, child: Child) -> Finding[bool]:
    """施設入所等児童: paid for to the foster parent or the facility."""
    return every(is_child(month, child), child.in_facility)


@is_child_in_care.version(Clause(ACT, "4", 1, "4"), since=KEPT_SINCE, until=BEFORE_REFORM)
def _in_care_formerly(month: Month, child: Child) -> Finding[bool]:
    """中学校修了前の施設入所等児童"""
    young = until_fiscal_year_end_after(15, "中学校修了前です", "中学校修了後です", month, child)
    return every(is_child(month, child), young, child.in_facility)


def is_paid_for(month: Month, claim: Claim, child: Child) -> Finding[bool]:
    """支給要件児童 whom the claimant raises, or a child in the care of a facility that claims."""
    facility = holds(
        "施設等が受け取ります",
        "施設等が受け取るのではありません",
        lambda recipient: recipient is Recipient.FACILITY,
        claim.recipient,
    )
    own = every(is_eligible_child(month, child), raises(month, child))
    counted = choose("", facility, is_child_in_care(month, child), own)
    return counted.saying("支給の対象になる児童です", "支給の対象になる児童ではありません")


@rule(Clause(ACT, "4", 1), "支給要件に当てはまります", "支給要件に当てはまりません", since=KEPT_SINCE)
def is_entitled(month: Month, claim: Claim) -> Finding[bool]:
    """Lives in Japan and raises at least one child."""
    anybody = either(
        *(is_paid_for(month, claim, child) for child in claim.children),
        words="養育する児童がいます",
        denial="養育する児童がいません",
    )
    return every(claim.lives_in_japan, anybody)


@is_entitled.except_when(Clause(ACT, "4", 1, "1"), until=BEFORE_REFORM)
def _nobody_before_the_end_of_junior_high(month: Month, claim: Claim) -> tuple[Finding[bool], Finding[bool]]:
    """中学校修了前の児童: nobody up to the fiscal year end after fifteen, no allowance."""
    young = either(
        *(
            every(
                is_paid_for(month, claim, child),
                until_fiscal_year_end_after(15, "中学校修了前です", "中学校修了後です", month, child),
            )
            for child in claim.children
        ),
        words="中学校修了前の児童がいます",
        denial="中学校修了前の児童がいません",
    )
    return negated(young), Finding(False)
