"""Who is offered what, because of what the registers say (プッシュ). Read only; nothing here is sent.

Each cause looks at one event of life or one date of the year. To whom an offer goes follows the procedure: child allowance to who receives it, else to the
parent with the higher income (児童手当法第4条第3項), the benefit for pregnant women to the mother.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from django.db.models import QuerySet

from mynumber.foundation.procedures.bundles import due_on
from mynumber.foundation.procedures.deadlines import window
from mynumber.foundation.procedures.definition import Event, Procedure
from mynumber.foundation.procedures.loading import catalogue
from mynumber.institutions.municipality.applications.models import Application, Decision
from mynumber.institutions.municipality.register.models import Person, Sex
from mynumber.institutions.municipality.tax.models import Assessment
from mynumber.webkit.examination.states import LIVE, DecisionState, Outcome

LOOKS_BACK: Final = timedelta(days=60)
"""For births and for children who were entered late."""
LOOKS_AHEAD: Final = timedelta(days=60)
"""Before a third birthday."""
_GRANTED: Final = (Outcome.GRANTED.value, Outcome.GRANTED_IN_PART.value)
_PARENTS: Final = ("世帯主", "妻", "夫", "妻（未届）", "夫（未届）")
_CLAIM, _CHANGE = "child_allowance_claim", "child_allowance_amount_change"
_SINGLE: Final = "child_rearing_allowance_claim"
YEARLY_OPEN: Final = timedelta(days=31)
"""A yearly offer is made within so many days from its date on."""


@dataclass(frozen=True, slots=True, repr=False)
class Candidate:
    """An offer that could be made. It prints nobody."""

    person: Person
    procedure: Procedure
    key: str
    reason: str
    words: str
    answers: dict[str, object] = field(default_factory=dict)
    """What the cause itself answers of the form."""
    until: date | None = None

    def __repr__(self) -> str:
        return f"Candidate({self.key})"


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason to offer something. mass: concerns so many that a second person releases the list."""

    name: str
    title: str
    mass: bool
    find: Callable[[date], Iterator[Candidate]]


def of_births(today: date) -> Iterator[Candidate]:
    """出生: for each child that came into the register lately, what `push` of the catalogue names for a birth."""
    children = _residents().filter(birth__range=(today - LOOKS_BACK, today), relation="子")
    for child in children.select_related("household"):
        earner = _breadwinner(child)
        if earner is None:
            continue
        allowance = _CHANGE if _receives(earner, _CLAIM) else _CLAIM
        for procedure in due_on(catalogue(), Event.BIRTH, on=today):
            person: Person | None = earner
            if procedure.id in (_CLAIM, _CHANGE) and procedure.id != allowance:
                continue
            if procedure.id == "pregnancy_support_benefit":
                person = next((each for each in _parents(child) if each.sex == Sex.FEMALE), None)
            if person is None:
                continue
            answers: dict[str, object] = {}
            if procedure.id == allowance:
                answers = {"cause": "birth", "cause_on": child.birth.isoformat()}
            yield _candidate(
                person,
                procedure,
                f"birth:{procedure.id}:{child.pk}",
                "お子さんが生まれました",
                "お子さんの出生が登録されました。この手続ができます。",
                answers,
                on=today,
            )


def of_third_birthdays(today: date) -> Iterator[Candidate]:
    """3歳: the monthly amount of child allowance changes by itself (児童手当法第6条第1項); a place in a nursery can be applied for."""
    procedure = catalogue().get("nursery_application", today)
    born = (_years_before(today, 3), _years_before(today + LOOKS_AHEAD, 3))
    for child in _residents().filter(birth__range=born, relation="子").select_related("household"):
        person = _breadwinner(child)
        if person is not None:
            yield _candidate(
                person,
                procedure,
                f"third_birthday:{procedure.id}:{child.pk}",
                "お子さんが3歳になります",
                "児童手当の月額は、3歳になった月の翌月分から変わります。届出は要りません。"
                "\n\n保育施設の利用を考えている場合は、ここから申し込めます。",
                on=today,
            )


def of_school_entries(today: date) -> Iterator[Candidate]:
    """就学: from October on, for children who enter school next April and for whom child allowance is received."""
    if today.month < 10 and today.month > 3:
        return
    procedure = catalogue().get("child_allowance_school_fees", today)
    april = date(today.year + (today.month >= 10), 4, 1)
    born = (date(april.year - 7, 4, 2), date(april.year - 6, 4, 1))
    for child in _residents().filter(birth__range=born, relation="子").select_related("household"):
        person = next((each for each in _parents(child) if _receives(each, _CLAIM)), None)
        if person is not None:
            yield _candidate(
                person,
                procedure,
                f"school_entry:{procedure.id}:{child.pk}",
                "お子さんが4月に小学校に入学します",
                "学校給食費などを、児童手当から支払うことができます。希望するときだけ申し出てください。",
                on=today,
            )


def of_child_allowance_reports(today: date) -> Iterator[Candidate]:
    """児童手当の現況届, from 1 June."""
    yield from _yearly("child_allowance_annual_report", _CLAIM, today, "児童手当の現況届の時期です")


def of_child_rearing_allowance_reports(today: date) -> Iterator[Candidate]:
    """児童扶養手当の現況届, from 1 August."""
    yield from _yearly(
        "child_rearing_allowance_annual_report", _SINGLE, today, "児童扶養手当の現況届の時期です"
    )


def _yearly(report: str, claim: str, today: date, reason: str) -> Iterator[Candidate]:
    procedure = catalogue().get(report, today)
    if not _is_open(procedure, today):
        return
    receiving = Decision.objects.filter(
        application__procedure=claim, state=DecisionState.APPROVED, outcome__in=_GRANTED
    ).values("application__applicant")
    for person in _residents().filter(pk__in=receiving):
        yield _candidate(
            person,
            procedure,
            f"yearly:{report}:{today.year}",
            reason,
            "今年も受け取るための届出です。役所が知っていることは、もう入っています。確かめて送ってください。",
            on=today,
        )


CAUSES: Final = (
    Cause("birth", "出生", mass=False, find=of_births),
    Cause("third_birthday", "3歳の誕生日", mass=False, find=of_third_birthdays),
    Cause("school_entry", "小学校への入学", mass=True, find=of_school_entries),
    Cause("child_allowance_report", "児童手当の現況届", mass=True, find=of_child_allowance_reports),
    Cause(
        "child_rearing_allowance_report",
        "児童扶養手当の現況届",
        mass=True,
        find=of_child_rearing_allowance_reports,
    ),
)


def cause_of(name: str) -> Cause:
    """The cause of a name. Raises LookupError."""
    for each in CAUSES:
        if each.name == name:
            return each
    raise LookupError(name)


# --- who ----------------------------------------------------------------------------------------------------------


def _residents() -> QuerySet[Person]:
    return Person.objects.filter(moved_out=None, died_on=None)


def _parents(child: Person) -> list[Person]:
    """Adults of the household who can be a child's parents: the head and the head's partner."""
    return list(_residents().filter(household_id=child.household_id, relation__in=_PARENTS).order_by("pk"))


def _breadwinner(child: Person) -> Person | None:
    """Who receives already; else whose income is higher (生計を維持する程度の高い者); else the head."""
    parents = _parents(child)
    receiving = next((each for each in parents if _receives(each, _CLAIM)), None)
    if receiving is not None or not parents:
        return receiving
    incomes: dict[int, int] = {}
    assessed = Assessment.objects.filter(person__in=parents).order_by("fiscal_year")
    for one in assessed:  # the latest year counts
        incomes[one.person_id] = one.total_income
    return max(parents, key=lambda each: (incomes.get(each.pk, 0), each.relation == "世帯主"))


def _receives(person: Person, claim: str) -> bool:
    return Decision.objects.filter(
        application__applicant=person,
        application__procedure=claim,
        state=DecisionState.APPROVED,
        outcome__in=_GRANTED,
    ).exists()


def applies_already(candidate: Candidate) -> bool:
    """Whether the person has an application for it under way."""
    return Application.objects.filter(
        applicant=candidate.person, procedure=candidate.procedure.id, state__in=LIVE
    ).exists()


# --- when ---------------------------------------------------------------------------------------------------------


def _is_open(procedure: Procedure, today: date) -> bool:
    """Whether the yearly date of the procedure's push was reached within the last month."""
    for push in procedure.push:
        if push.event is Event.YEARLY and push.when:
            month, day = (int(part) for part in push.when.split("-"))
            opens = date(today.year, month, day)
            return opens <= today < opens + YEARLY_OPEN
    return False


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return date(day.year - years, 3, 1)


def _candidate(
    person: Person,
    procedure: Procedure,
    key: str,
    reason: str,
    words: str,
    answers: dict[str, object] | None = None,
    *,
    on: date,
) -> Candidate:
    given = answers or {}
    return Candidate(person, procedure, key, reason, words, given, window(procedure, given, on=on).closes)
