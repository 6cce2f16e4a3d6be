"""What the network answered for an application (情報連携): about the applicant, and about others whom the form concerns and the law lets the affair ask about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from mynumber.foundation.facts import fact_type
from mynumber.foundation.facts.choosing import layout_named
from mynumber.foundation.procedures import gathering
from mynumber.foundation.procedures.deciding import source_words
from mynumber.foundation.procedures.definition import Field, FieldType, Network, Procedure
from mynumber.institutions.municipality.applications.finding import Looking, whom
from mynumber.institutions.municipality.applications.models import Application
from mynumber.institutions.municipality.casework.models import CaseInquiry, ReceivedFact
from mynumber.institutions.municipality.register.models import Person
from mynumber.institutions.municipality.tax.models import Assessment
from mynumber.protocols.facts import UnknownLayout
from mynumber.webkit.examination.sheets import PERSON, Found, Origin


def people_of(looking: Looking) -> dict[Person, tuple[str, ...]]:
    """Whom the form takes facts about from the network, with the kinds of information of each; the applicant first."""
    wanted: dict[Person, dict[str, None]] = {}
    for field, entry in _fields(looking.procedure, looking.declared):
        assert isinstance(field.source, Network)  # noqa: S101 - `_fields` yields no other
        person = whom(field.source.of, looking, entry)
        if person is not None:
            wanted.setdefault(person, {})[field.source.kind] = None
    first = {looking.person: wanted[looking.person]} if looking.person in wanted else {}
    return {person: tuple(kinds) for person, kinds in {**first, **wanted}.items()}


def _fields(
    procedure: Procedure, declared: Mapping[str, Any]
) -> Iterator[tuple[Field, Mapping[str, Any] | None]]:
    """The fields of the network, those of a group once for each entry."""
    for field in procedure.field:
        if field.type is not FieldType.GROUP:
            if isinstance(field.source, Network):
                yield field, None
            continue
        inner = [each for each in field.field if isinstance(each.source, Network)]
        for entry in declared.get(field.id) or ():
            if isinstance(entry, Mapping):
                yield from ((each, entry) for each in inner)


def in_answers(application: Application, looking: Looking) -> Found:
    """What was answered, by field; and what the own tax register says where nobody else was to be asked."""
    found = Found()
    answers = _Answers(application)
    for field in looking.procedure.field:
        if field.type is FieldType.GROUP:
            _group(field, looking, answers, found)
        elif isinstance(field.source, Network):
            person = whom(field.source.of, looking)
            told = answers.of(field, person) if person else None
            if told is not None:
                found.put(field.id, *told)
    return found


def _group(group: Field, looking: Looking, answers: _Answers, found: Found) -> None:
    inner = [each for each in group.field if isinstance(each.source, Network)]
    entries = []
    for declared in looking.declared.get(group.id) or ():
        if not inner or not isinstance(declared, Mapping):
            continue
        entry: dict[str, Any] = {}
        for each in inner:
            assert isinstance(each.source, Network)  # noqa: S101 - chosen above
            person = whom(each.source.of, looking, declared)
            told = answers.of(each, person) if person else None
            if told is not None:
                entry |= {PERSON: declared.get(PERSON), each.id: told[0]}
        if entry:
            entries.append(entry)
    if entries:
        found.put(group.id, entries, Origin(source_words(group.source), looking.at))


class _Answers:
    """Answers of the application's cases, read once."""

    def __init__(self, application: Application) -> None:
        self._arrived_at = application.arrived_at
        self._by_person: dict[int, list[ReceivedFact]] = {}
        received = (
            ReceivedFact.objects.filter(inquiry__case__in=application.cases.values("case"))
            .select_related("inquiry__case")
            .order_by("-received_at", "-pk")
        )
        for one in received:
            self._by_person.setdefault(one.inquiry.case.applicant_id, []).append(one)
        self._tax: dict[int, Assessment | None] = {}

    def of(self, field: Field, person: Person) -> tuple[Any, Origin] | None:
        """A field's value for a person, with where it comes from."""
        found = next(_told(field, self._by_person.get(person.pk, ())), None)
        if found is not None:
            return found[0], Origin(source_words(field.source), found[1])
        return self._own_tax(field, person)

    def _own_tax(self, field: Field, person: Person) -> tuple[Any, Origin] | None:
        """住民税の課税台帳: of somebody who lived here on the first of January nobody else can be asked (番号法第9条第2項)."""
        if not isinstance(field.source, Network) or field.source.layout != "local_tax":
            return None
        if person.pk not in self._tax:
            self._tax[person.pk] = Assessment.objects.filter(person=person).order_by("-fiscal_year").first()
        assessment = self._tax[person.pk]
        value = getattr(assessment.fact(), field.source.path, None) if assessment else None
        if assessment is None or type(value) is not int or field.type not in (FieldType.YEN, FieldType.COUNT):
            return None
        words = f"{assessment.fiscal_year}年度住民税課税台帳（この団体）"
        return value, Origin(words, self._arrived_at)


def _told(each: Field, received: Sequence[ReceivedFact]) -> Iterator[tuple[Any, datetime]]:
    if not isinstance(each.source, Network):
        return
    for one in received:
        if one.inquiry.information != each.source.kind:
            continue
        try:
            fact = one.read()
        except (UnknownLayout, msgspec.DecodeError):
            continue
        if isinstance(fact, fact_type(layout_named(each.source.layout))):
            value = gathering.from_fact(each, fact)
            if value is not None:
                yield value, one.as_of


def waiting_inquiries(application: Application) -> int:
    """How many inquiries have not ended."""
    return CaseInquiry.objects.filter(case__in=application.cases.values("case"), state="asking").count()
