"""Who probably qualifies: owes premiums of this year of application, has no application or relief, and is within the income that needs no particulars.

施行規則第77条第4項: where the income that the municipality told makes it highly likely that the condition of the full exemption is met, an application without the
particulars of income suffices. What is not known of the household is presumed for the draft only: the resident reads it and signs it, or changes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

import msgspec

from mynumber.foundation.facts import Period
from mynumber.foundation.law import InformationKind
from mynumber.foundation.people import legal_age
from mynumber.foundation.procedures import answers as forms
from mynumber.foundation.procedures import deciding, gathering
from mynumber.foundation.procedures.definition import Network, Procedure
from mynumber.foundation.rules import Month
from mynumber.foundation.rules.national_pension import months_of_application
from mynumber.foundation.rules.national_pension.income import year_of_income
from mynumber.foundation.rules.national_pension.offer import simplified
from mynumber.foundation.rules.rule import evaluation
from mynumber.institutions.pension_service.exemptions.arriving import entitlement_of
from mynumber.institutions.pension_service.exemptions.models import Application, Inquiry
from mynumber.institutions.pension_service.exemptions.sheets import is_category_1, own_records
from mynumber.institutions.pension_service.offers.models import MadeOffer
from mynumber.institutions.pension_service.pensions.models import Insured, PremiumState
from mynumber.protocols.facts import UnknownLayout
from mynumber.protocols.residents import FourAttributes
from mynumber.webkit.examination.sheets import day
from mynumber.webkit.examination.states import LIVE

STUDENTS_BELOW: Final = 23
"""Whoever is younger may be a student, for whom another relief counts: the offer leaves the question open."""


@dataclass(frozen=True, slots=True, repr=False)
class Draft:
    """What an offer begins with. It does not print itself."""

    insured: Insured
    answers: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return "Draft(...)"


def year_at(today: date) -> int:
    """The year of application that a day is in."""
    first, _ = months_of_application(Month.of(today))
    return first.year


def period_of(today: date) -> str:
    """The year of the tax that tells the income which counts now."""
    return Period.fiscal_year(year_of_income(Month.of(today)) + 1).text


def owing(procedure: Procedure, *, today: date) -> Iterator[Insured]:
    """Who owes premiums of this year of application and has neither applied for relief nor an offer."""
    first, last = (_text(month) for month in months_of_application(Month.of(today)))
    unpaid = Insured.objects.filter(
        premiums__state=PremiumState.UNPAID, premiums__month__gte=first, premiums__month__lte=last
    )
    offered = MadeOffer.objects.filter(year=year_at(today)).values("insured")
    for person in unpaid.exclude(pk__in=offered).distinct().order_by("pk"):
        if is_category_1(person, on=today) and not _applies(procedure, person):
            yield person


def _applies(procedure: Procedure, person: Insured) -> bool:
    stated = FourAttributes(
        name=person.name, address=person.address, birth_date=person.birth_date, sex=person.sex
    )
    entitlement = entitlement_of(procedure, person, stated)
    return Application.objects.filter(entitlement=entitlement, state__in=LIVE).exists()


def draft_for(procedure: Procedure, person: Insured, *, at: datetime) -> Draft | None:
    """The draft of an offer; None where the facts do not make relief likely, or are not there."""
    today = day(at)
    tax = _tax_of(procedure, person, period_of(today))
    if not tax or tax.get("my_dependants_total") or _shares_an_address(person):
        return None
    first, last = months_of_application(Month.of(today))
    unpaid = person.premiums.filter(
        state=PremiumState.UNPAID, month__gte=_text(first), month__lte=_text(last)
    )
    earliest = unpaid.order_by("month").values_list("month", flat=True).first()
    if earliest is None:
        return None
    said: dict[str, Any] = {
        "months_from": earliest,
        "months_until": _text(last),
        "refuses_postponement": False,
        "gives_birth": False,
        "is_head": True,
        "has_spouse": False,
        "my_circumstances": ["neither"],
    }
    if legal_age(person.birth_date, today) >= STUDENTS_BELOW:
        said["student"] = False
    known = own_records(procedure, person, at=at).values
    everything = {**known, **said, **tax}
    claim = deciding.claim(procedure, forms.read(procedure, everything, today=today, known=everything).values)
    with evaluation():
        likely = simplified(Month.of(date.fromisoformat(f"{earliest}-01")), claim)
    if not likely.is_true:
        return None
    # The income is the town's word and stays out of the draft: the service asks again when somebody applies.
    return Draft(person, {**known, **said})


def encoded(procedure: Procedure, draft: Draft) -> bytes:
    """The draft as an offer carries it."""
    return forms.encode(procedure, draft.answers)


def _tax_of(procedure: Procedure, person: Insured, period: str) -> dict[str, Any]:
    """What the town told of the applicant's income, by field of the form."""
    told = (
        Inquiry.objects.filter(
            addressee=person.pk, information=InformationKind.LOCAL_TAX.value, period=period
        )
        .exclude(fact="")
        .order_by("-ended_at", "-pk")
        .first()
    )
    if told is None:
        return {}
    try:
        fact = told.read()
    except (UnknownLayout, msgspec.DecodeError):
        return {}
    values = {
        each.id: gathering.from_fact(each, fact)
        for each in procedure.field
        if isinstance(each.source, Network)
        and (each.source.kind, each.source.of) == (InformationKind.LOCAL_TAX.value, "applicant")
    }
    return {name: value for name, value in values.items() if value is not None}


def _shares_an_address(person: Insured) -> bool:
    """Whether the service knows somebody else there: then the income of a head or a spouse may count, and no draft is presumed."""
    return Insured.objects.filter(address=person.address).exclude(pk=person.pk).exists()


def _text(month: Month) -> str:
    return f"{month.year:04d}-{month.month:02d}"
