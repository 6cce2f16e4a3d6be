"""What the rule of a procedure says of an application: the outcome with its reasons, or what is needed to know (分からないは「いいえ」ではない)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, Final

from mynumber.foundation.procedures import deciding
from mynumber.foundation.procedures.deadlines import payment_day
from mynumber.foundation.procedures.definition import PayoutRhythm, Procedure
from mynumber.foundation.rules import Finding, Month, NotInForce, grounds, missing, outline
from mynumber.foundation.rules.payment import GRACE_DAYS, first_month
from mynumber.webkit.examination.sheets import Sheet
from mynumber.webkit.examination.states import Outcome
from mynumber.webkit.examination.words import label_of

MOST_MONTHS: Final = 24
"""Months of a first payment that are looked at."""
_NOT_GIVEN: Final = "DUE"
"""National pension: the kind that is no exemption."""


@dataclass(frozen=True, slots=True, repr=False)
class Opinion:
    """The rule's word. `outcome` None: it cannot tell, and `needs` says why."""

    outcome: Outcome | None
    month: Month
    amount: int | None = None
    """Yen: of the month where paid in months, else the whole."""
    words: str = ""
    """What is granted, where it is no amount."""
    grounds: tuple[str, ...] = ()
    trace: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    due_amount: int | None = None
    due_on: date | None = None

    def __repr__(self) -> str:
        return f"Opinion({self.outcome})"


def opinion(sheet: Sheet[Any], *, claimed: date, today: date) -> Opinion | None:
    """What the rule says; None where the procedure has none, or its rule is not in force for the month. claimed: the day the application arrived."""
    procedure = sheet.procedure
    if procedure.rule is None:
        return None
    month = month_of(sheet, claimed)
    try:
        decision = deciding.decide(procedure, sheet.values, month)
    except deciding.Incomplete as lacks:
        return Opinion(None, month, needs=(str(lacks),))
    except (NotInForce, deciding.UnknownRule):
        return None
    except ValueError:
        return Opinion(None, month, needs=("様式の項目がそろっていません",))
    root = _root(decision)
    trace = tuple(outline(root))
    # What is missing in the form is not "no": a rule over nothing would refuse what nobody was asked.
    lacking = tuple(f"{label_of(procedure, each.path)}（申請書）" for each in sheet.deficits)
    if root.is_unknown or lacking:
        return Opinion(None, month, trace=trace, needs=lacking + missing(root))
    outcome, amount, words = _read(root.known(), decision)
    due_amount, due_on = None, None
    if outcome is Outcome.GRANTED and amount and procedure.payout is not None:
        due_amount, due_on = _first_payment(procedure, sheet, month, amount, today)
    return Opinion(
        outcome,
        month,
        amount=amount,
        words=words,
        grounds=grounds(root),
        trace=trace,
        due_amount=due_amount,
        due_on=due_on,
    )


def month_of(sheet: Sheet[Any], claimed: date) -> Month:
    """The month that is decided: of the field that the rule names, else the first for which an application of that day counts."""
    procedure = sheet.procedure
    named = sheet.values.get(procedure.rule.month) if procedure.rule and procedure.rule.month else None
    if isinstance(named, str):
        return Month.of(date.fromisoformat(named if len(named) == 10 else f"{named}-01"))
    since = sheet.values.get(procedure.deadlines.apply.after)
    within = procedure.deadlines.apply.days == GRACE_DAYS and isinstance(since, str)
    return first_month(claimed, prevented_from=date.fromisoformat(str(since)) if within else None)


def _root(decision: Any) -> Finding[Any]:
    """What the outcome hangs on: the amount, else the need, else the kind."""
    for name in ("payable", "needs_care", "kind"):
        found = getattr(decision, name, None)
        if isinstance(found, Finding):
            return found
    raise deciding.UnknownRule(type(decision).__name__)


def _read(value: Any, decision: Any) -> tuple[Outcome, int | None, str]:
    match value:
        case bool():
            kind = getattr(decision, "kind", None)
            known = isinstance(kind, Finding) and not kind.is_unknown
            words = str(getattr(kind.known(), "japanese", "")) if known and kind is not None else ""
            return (Outcome.GRANTED if value else Outcome.REFUSED), None, words
        case int():
            return (Outcome.GRANTED if value > 0 else Outcome.REFUSED), value, ""
        case Enum():
            given = value.name != _NOT_GIVEN
            return (Outcome.GRANTED if given else Outcome.REFUSED), None, str(value.value)
        case _:
            return Outcome.GRANTED, None, str(value)


def _first_payment(
    procedure: Procedure, sheet: Sheet[Any], month: Month, amount: int, today: date
) -> tuple[int, date | None]:
    """Yen and day of the first payment: the months from the first up to the one before the payment (児童手当法第8条第4項)."""
    payout = procedure.payout
    if payout is None or payout.rhythm is not PayoutRhythm.MONTHS:
        return amount, None
    first = _next_payment_month(payout.months, max(Month.of(today), month.following))
    due_on = payment_day(payout, today)
    if due_on is not None and Month.of(due_on) > first:
        first = Month.of(due_on)
    elif due_on is not None and Month.of(due_on) < first:
        due_on = None  # the body's day of a later payment month
    total, each = 0, month
    for _ in range(MOST_MONTHS):
        if each >= first:
            break
        finding = deciding.decide(procedure, sheet.values, each).payable
        total += 0 if finding.is_unknown else finding.known()
        each = each.following
    return total, due_on


def _next_payment_month(months: tuple[int, ...], since: Month) -> Month:
    month = since
    while months and month.month not in months:
        month = month.following
    return month
