"""What the service knows of a form: its own records, what the network answered, and beside it what was sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

import msgspec

from mynumber.foundation.facts import Period, fact_type
from mynumber.foundation.facts.choosing import layout_named
from mynumber.foundation.numbers.addresses import municipality_of
from mynumber.foundation.procedures import gathering
from mynumber.foundation.procedures.deciding import source_words
from mynumber.foundation.procedures.definition import (
    Field,
    FieldType,
    Network,
    OwnRecords,
    Procedure,
    Register,
    RegisterItem,
    System,
)
from mynumber.foundation.rules import Month
from mynumber.foundation.rules.national_pension.income import year_of_income
from mynumber.institutions.pension_service.exemptions.models import Application, Inquiry, Submission
from mynumber.institutions.pension_service.exemptions.people import earners_named, known_earner
from mynumber.institutions.pension_service.pensions.models import Insured, PremiumState
from mynumber.protocols.facts import UnknownLayout
from mynumber.webkit.examination import sheets
from mynumber.webkit.examination.filed import confirmed_of, declared_of, last_submission, procedure_of
from mynumber.webkit.examination.sheets import Found, Origin, day

Sheet = sheets.Sheet[Submission]

NOT_HELD: Final = "年金機構の記録にありません。"
LATER: Final = "審査のときに年金機構が情報連携で確かめます。"
_DISABILITY: Final = "障害基礎年金"


def own_records(procedure: Procedure, insured: Insured, *, at: datetime) -> Found:
    """What the service's own records say of a form. The network is not asked."""
    found = Found()
    for each in procedure.field:
        value = _own(each, insured, day(at))
        if value is not None:
            found.put(each.id, value, Origin(_words(each), at))
        elif each.how.is_prefilled and not isinstance(each.source, System):
            found.unknown[each.id] = LATER if isinstance(each.source, Network) else NOT_HELD
    return found


def _words(each: Field) -> str:
    """The service has name, birth and address from the residents network (住民基本台帳法第30条の9)."""
    return "年金機構の記録" if isinstance(each.source, Register) else source_words(each.source)


def _own(each: Field, insured: Insured, today: date) -> Any:
    match each.source:
        case Register(of="applicant", item=RegisterItem.NAME):
            return insured.name
        case Register(of="applicant", item=RegisterItem.BIRTH):
            return insured.birth_date.isoformat()
        case Register(of="applicant", item=RegisterItem.ADDRESS) if each.type is FieldType.ADDRESS:
            return _address(insured.address)
        case OwnRecords(item=item):
            return record(item, insured, on=today)
        case _:
            return None


def _address(text: str) -> dict[str, str] | None:
    home = municipality_of(text)
    if home is None:
        return None
    rest = text.replace(" ", "").replace("\u3000", "").removeprefix(home.full_name)
    return {"municipality": home.code.digits, "town": rest, "rest": ""}


def record(item: str, insured: Insured, *, on: date) -> Any:
    """An item of the records of an insured (年金加入記録, 年金受給記録); None for one that they do not have."""
    match item:
        case "category_1":
            return is_category_1(insured, on=on)
        case "unpaid_months":
            return insured.premiums.filter(state=PremiumState.UNPAID).count()
        case "number":
            return insured.basic_pension_number
        case "disability_pension":
            return insured.benefits.filter(name__startswith=_DISABILITY).exists()
        case _:
            return None


def is_category_1(insured: Insured, *, on: date) -> bool:
    """第1号被保険者である on a day."""
    begun = insured.enrolments.filter(since__lte=on)
    return begun.filter(until=None).exists() or begun.filter(until__gt=on).exists()


def month_of(answers: Mapping[str, Any], *, otherwise: date) -> Month:
    """The first month that is applied for; that of a day where none is named."""
    text = answers.get("months_from")
    try:
        return Month.of(date.fromisoformat(f"{text}-01"))
    except ValueError:
        return Month.of(otherwise)


def period_of(answers: Mapping[str, Any], *, arrived_on: date) -> str:
    """The year of the tax that counts (施行規則第77条の2): fy2026 for the income of 2025."""
    month = month_of(answers, otherwise=arrived_on)
    year = year_of_income(month, student=answers.get("student") is True)
    return Period.fiscal_year(year + 1).text


def sheet_of(application: Application) -> Sheet:
    """The sheet as it is now. Raises UnknownProcedure."""
    procedure, declared = procedure_of(application), declared_of(application)
    submission = last_submission(application)
    found = Found()
    arrived = application.arrived_at
    if application.applicant is not None:
        found = own_records(procedure, application.applicant, at=arrived)
        _put_network(found, application, application.applicant, procedure, declared)
    for each in procedure.field:
        if isinstance(each.source, System) and each.source.item == "applied_on":
            found.put(each.id, day(arrived).isoformat(), Origin("受付の記録", arrived))
    return sheets.compose(
        procedure, submission, declared, found, confirmed_of(application), today=day(submission.arrived_at)
    )


def _put_network(
    found: Found,
    application: Application,
    applicant: Insured,
    procedure: Procedure,
    declared: Mapping[str, Any],
) -> None:
    whose = {"applicant": applicant.pk}
    for role, four in earners_named(declared, address=applicant.address).items():
        earner = known_earner(four)
        if earner is not None:
            whose[role] = earner.pk
            found.put(role, earner.pk, Origin("申請書と住民基本台帳ネットワーク", application.arrived_at))
    period = period_of(declared, arrived_on=day(application.arrived_at))
    told = [
        each
        for each in application.inquiries.exclude(fact="").order_by("-ended_at", "-pk")
        if each.period in ("", period)
    ]
    for field in procedure.field:
        if not isinstance(field.source, Network) or field.source.of not in whose:
            continue
        value, as_of = _told(field, field.source, whose[field.source.of], told)
        if as_of is not None:
            found.put(field.id, value, Origin(source_words(field.source), as_of))


def _told(field: Field, source: Network, addressee: str, told: list[Inquiry]) -> tuple[Any, datetime | None]:
    """The value of a field in what the network told, and as of when."""
    wanted = fact_type(layout_named(source.layout))
    for one in told:
        if (one.addressee, one.information) != (addressee, source.kind):
            continue
        try:
            fact = one.read()
        except (UnknownLayout, msgspec.DecodeError):
            continue
        value = gathering.from_fact(field, fact) if isinstance(fact, wanted) else None
        if value is not None:
            return value, one.as_of or one.ended_at
    return None, None
