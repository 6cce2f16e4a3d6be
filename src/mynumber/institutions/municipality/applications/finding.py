"""What the office knows of a form without asking the applicant: resident register, own records, earlier applications, answers of the network.

The same functions fill a form beforehand and stand beside it in the examination. Nothing here decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from mynumber.foundation.people import legal_age
from mynumber.foundation.procedures.deciding import source_words
from mynumber.foundation.procedures.definition import (
    Earlier,
    Field,
    FieldType,
    Network,
    OwnRecords,
    Procedure,
    Register,
    RegisterItem,
    System,
)
from mynumber.foundation.rules.payment import first_month
from mynumber.institutions.municipality.applications.identifying import key_of, person_of
from mynumber.institutions.municipality.applications.models import Application, Decision
from mynumber.institutions.municipality.register.models import NationalityKind, Person
from mynumber.webkit.examination.sheets import JAPAN, Found, Origin, answers_in
from mynumber.webkit.examination.states import DecisionState, Outcome, State

PROTECTED: Final = "支援措置のため表示しません。窓口でお確かめください。"
LATER: Final = "審査のときに役所が情報連携で確かめます。"
NOT_HELD: Final = "この団体の台帳にありません。"
LAST_AGE_OF_CHILDREN: Final = 22
"""Children are listed to the end of the fiscal year in which they attain this (児童手当法第6条)."""
_CHILD: Final = "子"
_PARTNERS: Final = ("世帯主", "妻", "夫", "妻（未届）", "夫（未届）")
_ADDRESSES: Final = (RegisterItem.ADDRESS, RegisterItem.POSTAL_CODE, RegisterItem.PREVIOUS_ADDRESS)
_GRANTED: Final = (Outcome.GRANTED.value, Outcome.GRANTED_IN_PART.value)


@dataclass(frozen=True, slots=True, repr=False)
class Looking:
    """For whom one looks, and for what form. `declared` are the answers so far (empty before there are any)."""

    procedure: Procedure
    person: Person
    at: datetime
    declared: Mapping[str, Any] = field(default_factory=dict)
    for_applicant: bool = False
    """Whether the applicant will read it: what is protected then stays hidden."""

    def __repr__(self) -> str:
        return f"Looking({self.procedure.id})"

    @property
    def today(self) -> date:
        return self.at.astimezone(JAPAN).date()


def in_registers(looking: Looking) -> Found:
    """What register, own records and earlier applications say. The network is not asked."""
    found = Found()
    earlier = _EarlierAnswers(looking.person)
    for each in looking.procedure.field:
        if each.type is FieldType.GROUP:
            _group(each, looking, earlier, found)
        elif (value := _value(each, looking, looking.person, earlier, found)) is not None:
            found.put(each.id, value, Origin(source_words(each.source), looking.at))
    return found


# --- one field --------------------------------------------------------------------------------------------------


def _value(
    each: Field, looking: Looking, person: Person, earlier: _EarlierAnswers, found: Found, path: str = ""
) -> Any:
    path = path or each.id
    match each.source:
        case Register():
            value = _register(each, each.source, looking, person)
            hidden = value is None and _is_hidden(each.source, looking, person)
            if hidden and each.how.is_prefilled:
                found.unknown[path] = PROTECTED
            return value
        case System(item="subject"):
            return key_of(person)
        case System(item="applied_on") if not looking.for_applicant:
            return looking.today.isoformat()
        case System(item="first_month_on") if not looking.for_applicant:
            first = first_month(looking.today)
            return date(first.year, first.month, 1).isoformat()
        case OwnRecords(ledger=ledger, item=item):
            value = own_record(ledger, item, looking.person, child=person)
            if value is None and each.how.is_prefilled:
                found.unknown[path] = NOT_HELD
            return value
        case Earlier(procedure=procedure, field=name):
            return earlier.at(procedure, name, None)
        case Network():
            if each.how.is_prefilled:
                found.unknown[path] = LATER
            return None
        case _:
            return None


def whom(of: str, looking: Looking, entry: Mapping[str, Any] | None = None) -> Person | None:
    """The person that a source is about: the applicant, somebody named in the form, in a group the one of the entry."""
    if entry is not None and of in entry:
        return person_of(entry[of])
    if of == "applicant":
        return looking.person
    return person_of(looking.declared.get(of)) or _only_candidate(of, looking)


def _is_hidden(source: Register, looking: Looking, person: Person) -> bool:
    return looking.for_applicant and person.protected and source.item in _ADDRESSES


def _register(each: Field, source: Register, looking: Looking, person: Person) -> Any:
    whose = person if source.of in ("applicant", "person") else whom(source.of, looking)
    if whose is None or _is_hidden(source, looking, whose):
        return None
    if looking.for_applicant and whose.household_id != looking.person.household_id:
        return None  # nobody learns of a stranger by writing a key into a form
    return _item(each, source.item, looking, whose)


def _only_candidate(name: str, looking: Looking) -> Person | None:
    """The person a field like `insured` means while nobody said: the applicant, the only child, who died last of the household."""
    source = next((each.source for each in looking.procedure.field if each.id == name), None)
    if isinstance(source, System):
        return looking.person
    if name == "child":
        children = children_of(looking)
        return children[0] if len(children) == 1 else None
    if name == "deceased":
        dead = Person.objects.filter(household_id=looking.person.household_id).exclude(died_on=None)
        return dead.order_by("-died_on").first()
    return None


def _item(each: Field, item: RegisterItem, looking: Looking, person: Person) -> Any:
    match item:
        case RegisterItem.NAME:
            return person.name
        case RegisterItem.NAME_KANA:
            return person.kana or None
        case RegisterItem.FORMER_NAME:
            return person.former_family or None
        case RegisterItem.BIRTH:
            return person.birth.isoformat()
        case RegisterItem.SEX:
            return person.sex
        case RegisterItem.ADDRESS:
            return _address(each, person)
        case RegisterItem.POSTAL_CODE:
            return person.postal_code or None
        case RegisterItem.PREVIOUS_ADDRESS:
            return person.previous_address or None if each.type is not FieldType.ADDRESS else None
        case RegisterItem.MOVED_IN_ON:
            return _since(each, person, looking.today)
        case RegisterItem.HOUSEHOLDER:
            is_head = person.relation == "世帯主"
            return is_head if each.type is FieldType.YES_NO else None
        case RegisterItem.RELATIONSHIP:
            return person.relation
        case RegisterItem.HOUSEHOLD_MEMBERS:
            return _members(each, looking)
        case RegisterItem.LIVES_IN_JAPAN:
            return person.is_resident
        case RegisterItem.SAME_HOUSEHOLD:
            return person.is_resident and person.household_id == looking.person.household_id
        case RegisterItem.DIED_ON:
            return person.died_on.isoformat() if person.died_on else None
        case RegisterItem.NATIONALITY:
            japanese = person.nationality_kind == NationalityKind.JAPANESE
            return "日本" if japanese else person.nationality or None


def _address(each: Field, person: Person) -> Any:
    if each.type is not FieldType.ADDRESS:
        return person.address
    parts = {"municipality": person.tenant, "town": person.town, "rest": person.rest}
    return {**parts, "postal_code": person.postal_code} if person.postal_code else parts


def _since(each: Field, person: Person, today: date) -> Any:
    since = person.moved_in or person.birth
    if each.type is FieldType.COUNT:
        return legal_age(since, today)
    return since.isoformat() if person.moved_in else None


def _members(each: Field, looking: Looking) -> Any:
    if each.type is FieldType.COUNT:
        return len(children_of(looking))
    if each.type is FieldType.PERSON and each.id in ("child", "deceased"):
        found = _only_candidate(each.id, looking)
        return key_of(found) if found else None
    return None


def own_record(ledger: str, item: str, person: Person, *, child: Person) -> Any:
    """An item of the own records of an affair, as far as the decisions made here tell it; None if they do not. child: whom an entry is about."""
    affairs = {
        "児童手当受給者台帳": "child_allowance_claim",
        "児童扶養手当受給者台帳": "child_rearing_allowance_claim",
    }
    procedure = affairs.get(ledger)
    if procedure is None:
        return None
    if item == "others_go_first":
        return _is_received_by_another(procedure, child, person)
    decision = (
        Decision.objects.filter(
            application__applicant=person,
            application__procedure=procedure,
            state=DecisionState.APPROVED,
            outcome__in=_GRANTED,
        )
        .select_related("application")
        .order_by("-second_at", "-pk")
        .first()
    )
    if decision is None:
        return None
    match item:
        case "monthly_amount":
            return decision.amount
        case "claimed_on":
            return decision.application.arrived_at.astimezone(JAPAN).date().isoformat()
        case "started_on":
            return f"{decision.from_month}-01" if decision.from_month else None
        case _:
            return None


def _is_received_by_another(procedure: str, child: Person, applicant: Person) -> bool:
    """Whether the ledger has somebody else of the child's household who receives the benefit for it (児童扶養手当法第4条の2)."""
    others = Application.objects.filter(
        procedure=procedure,
        applicant__household_id=child.household_id,
        decisions__state=DecisionState.APPROVED,
        decisions__outcome__in=_GRANTED,
    ).exclude(applicant=applicant)
    key = key_of(child)
    return any(
        entry.get("person") == key
        for each in others
        for entry in answers_in(bytes(each.submissions.order_by("-sequence")[0].answers)).get("children", ())
    )


# --- groups of people ---------------------------------------------------------------------------------------------


def children_of(looking: Looking) -> list[Person]:
    """Children of the household to the end of the fiscal year in which they attain 22, the eldest first."""
    year = looking.today.year + (looking.today >= date(looking.today.year, 4, 1))
    end = date(year, 3, 31)
    return [
        each
        for each in _household(looking)
        if each.relation.startswith(_CHILD) and legal_age(each.birth, end) <= LAST_AGE_OF_CHILDREN
    ]


def _household(looking: Looking) -> list[Person]:
    others = Person.objects.filter(
        household_id=looking.person.household_id, moved_out=None, died_on=None
    ).order_by("birth", "pk")
    return [
        each
        for each in others
        if each.pk == looking.person.pk
        or not (looking.for_applicant and each.protected and not looking.person.protected)
    ]


def _people_of(group: Field, looking: Looking) -> list[Person]:
    if group.id == "guardians":
        listed = [each for each in _household(looking) if each.relation in _PARTNERS]
    elif group.id == "relatives":
        children = {each.pk for each in children_of(looking)}
        listed = [
            each for each in _household(looking) if each.pk != looking.person.pk and each.pk not in children
        ]
    else:
        listed = children_of(looking)
    if looking.for_applicant:
        return listed
    # Whom the form names is looked up too, wherever they live.
    entries = looking.declared.get(group.id) or ()
    named = (person_of(entry.get("person")) for entry in entries if isinstance(entry, Mapping))
    known = {each.pk for each in listed}
    return [*listed, *(each for each in named if each is not None and each.pk not in known)]


def _group(group: Field, looking: Looking, earlier: _EarlierAnswers, found: Found) -> None:
    source = group.source
    if not isinstance(source, Register) or source.item is not RegisterItem.HOUSEHOLD_MEMBERS:
        return
    entries = []
    for person in _people_of(group, looking):
        entry: dict[str, Any] = {}
        for each in group.field:
            if each.type is FieldType.PERSON:
                entry[each.id] = key_of(person)
                continue
            path = f"{group.id}[].{each.id}"
            value = (
                earlier.at(each.source.procedure, each.source.field, key_of(person))
                if isinstance(each.source, Earlier)
                else _value(each, looking, person, earlier, found, path)
            )
            if value is not None:
                entry[each.id] = value
        entries.append(entry)
    if entries:
        found.put(group.id, entries, Origin(source_words(source), looking.at))


class _EarlierAnswers:
    """Answers of the same person's earlier applications that were granted (前回の申請)."""

    def __init__(self, person: Person) -> None:
        self._person = person
        self._read: dict[str, Mapping[str, Any]] = {}

    def at(self, procedure: str, path: str, person_key: str | None) -> Any:
        """The answer at a path; in a group that of the entry about the person."""
        answers = self._answers(procedure)
        group, inside, name = path.partition("[].")
        if not inside:
            return answers.get(path)
        for entry in answers.get(group) or ():
            if isinstance(entry, Mapping) and entry.get("person") == person_key:
                return entry.get(name)
        return None

    def _answers(self, procedure: str) -> Mapping[str, Any]:
        if procedure not in self._read:
            self._read[procedure] = {}
            last = (
                Application.objects.filter(
                    applicant=self._person,
                    procedure=procedure,
                    state__in=(State.DECIDED, State.CLOSED),
                    decisions__state=DecisionState.APPROVED,
                    decisions__outcome__in=_GRANTED,
                )
                .order_by("-arrived_at")
                .first()
            )
            if last is not None:
                submission = last.submissions.order_by("-sequence").first()
                if submission is not None:
                    self._read[procedure] = answers_in(bytes(submission.answers))
        return self._read[procedure]
