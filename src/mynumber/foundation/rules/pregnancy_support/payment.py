"""第10条の12 to 第10条の14: how much, and when each part is paid."""

from datetime import date, timedelta

from mynumber.foundation.rules.clauses import Clause
from mynumber.foundation.rules.findings import Finding, choose, derive, either, holds
from mynumber.foundation.rules.months import Month, anniversary
from mynumber.foundation.rules.pregnancy_support.facts import Claim
from mynumber.foundation.rules.pregnancy_support.requirement import ACT, RULE, STARTED, TABLE
from mynumber.foundation.rules.rule import rule
from mynumber.foundation.rules.table import table


@rule(Clause(ACT, "10_12", 2), "妊婦支援給付金の額", since=STARTED)
def amount(month: Month, claim: Claim) -> Finding[int]:
    """（胎児の数＋1）×5万円, less what another municipality paid for the same pregnancy (第3項)."""
    return derive(
        "妊婦支援給付金の額",
        lambda unborn, each, elsewhere: max(0, (unborn + 1) * each - elsewhere),
        claim.unborn,
        table(TABLE).yen(month, "each"),
        claim.paid_elsewhere,
    )


@rule(Clause(ACT, "10_14", 1), "認定の後に支払う額", since=STARTED)
def first_payment(month: Month, claim: Claim) -> Finding[int]:
    """50,000 yen at once; nothing where another municipality has paid: then all comes after the number is notified."""
    elsewhere = holds(
        "他の市町村から支給を受けています",
        "他の市町村から支給を受けていません",
        lambda yen: yen > 0,
        claim.paid_elsewhere,
    )
    first = table(TABLE).yen(month, "first_payment")
    return choose("認定の後に支払う額", elsewhere, Finding(0), first)


@rule(Clause(ACT, "10_14", 1), "胎児の数の届出の後に支払う額", since=STARTED)
def second_payment(month: Month, claim: Claim) -> Finding[int]:
    """What is left of the whole; not before the number is notified."""
    rest = derive(
        "届出の後に支払う額",
        lambda whole, first: max(0, whole - first),
        amount(month, claim),
        first_payment(month, claim),
    )
    return choose("胎児の数の届出の後に支払う額", in_time(month, claim), rest, Finding(0))


@rule(
    Clause(RULE, "1_4_3"),
    "胎児の数が届け出られています",
    "胎児の数はまだ届け出られていません",
    since=STARTED,
)
def in_time(month: Month, claim: Claim) -> Finding[bool]:
    """Notified, and not earlier than eight weeks before the date of birth expected or the end of the pregnancy."""
    from_due = holds(
        "出産予定日の8週間前の日以後の届出です",
        "出産予定日の8週間前の日より前の届出です",
        lambda on, due, weeks: on >= due - timedelta(weeks=weeks),
        claim.notified_on,
        claim.due_date,
        table(TABLE).number(month, "weeks_before"),
    )
    after_end = holds(
        "出産、死産又は流産の日以後の届出です",
        "出産、死産又は流産の日より前の届出です",
        lambda on, ended: on >= ended,
        claim.notified_on,
        claim.ended_on,
    )
    timely = choose("", claim.ended, either(from_due, after_end), from_due)
    return choose("", claim.number_notified, timely, Finding(False))


def notifiable_from(due_date: date, ended_on: date | None = None) -> date:
    """From which day the number of unborn children may be notified: when an offer is to be made."""
    weeks = table(TABLE).number(Month.of(STARTED), "weeks_before").known()
    day = due_date - timedelta(weeks=weeks)
    return day if ended_on is None else min(day, ended_on)


def lapsed(exercisable: date, claimed: date) -> bool:
    """第73条: two years from the day on which the benefit could be claimed (confirmation, or `notifiable_from`)."""
    years = table(TABLE).number(Month.of(STARTED), "lapse_years").known()
    return claimed >= anniversary(exercisable + timedelta(days=1), 12 * years)
