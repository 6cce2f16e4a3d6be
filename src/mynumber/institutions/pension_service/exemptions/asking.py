"""Asking the network (情報照会) as the Minister's delegate: the table of the law gives the affairs of the exemption to 厚生労働大臣 (主務省令第2条の表).

Whom it is about must have a code (符号) of the service: who has none is looked up at J-LIS by exactly the four attributes first. The row of an inquiry is
committed before anything is sent, and its end is written by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import uuid4

from django.db import transaction

from mynumber.foundation.law import InformationKind, InstitutionKind, UnknownAffair, legal_basis
from mynumber.foundation.numbers.addresses import municipality_of
from mynumber.foundation.procedures.definition import Network, Procedure
from mynumber.institutions.pension_service.exemptions.models import Application, Earner, Inquiry, InquiryState
from mynumber.institutions.pension_service.exemptions.people import earner_of, earners_named
from mynumber.institutions.pension_service.exemptions.sheets import period_of
from mynumber.institutions.pension_service.pensions.models import Insured
from mynumber.institutions.pension_service.systems import ask_gateway, directory, member
from mynumber.protocols import exchange
from mynumber.protocols.exchange import ASK, Inquiries, InquiryResult, Outcome
from mynumber.protocols.facts import HELD
from mynumber.protocols.message import GROUP_ITEMS
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.residents import FourAttributes, LookUpState
from mynumber.webkit import logs
from mynumber.webkit.examination.examining import held, note
from mynumber.webkit.examination.filed import declared_of, procedure_of
from mynumber.webkit.examination.refusals import CannotDo, No
from mynumber.webkit.examination.sheets import day
from mynumber.webkit.examination.states import LIVE
from mynumber.webkit.staff.models import StaffMember

ORGANISATION: Final = "国民年金部"
_TAX: Final = InformationKind.LOCAL_TAX
_log = logs.get_logger(__name__)

KnownPerson = Insured | Earner


def wanted(procedure: Procedure, *, of: str) -> tuple[InformationKind, ...]:
    """What the form takes about somebody from the network and institutions of this platform hold."""
    named = (
        field.source.kind
        for _, field in procedure.every_field()
        if isinstance(field.source, Network) and field.source.of == of
    )
    kinds = (InformationKind.named(kind) for kind in dict.fromkeys(named))
    return tuple(kind for kind in kinds if kind in HELD)


def affair_for(
    procedure: Procedure, information: InformationKind, provider: str, *, at: datetime
) -> str | None:
    """The affair under which the table lets the service ask a member for this; None where it does not."""
    kinds = frozenset(InstitutionKind.named(kind) for kind in directory().system(provider).kinds)
    for affair_id in procedure.competent.affair:
        try:
            affair = legal_basis(day(at)).affair(affair_id)
        except UnknownAffair:
            continue
        for provision in affair.provisions:
            if information in provision.information_kinds and not provision.provider_kinds.isdisjoint(kinds):
                return affair_id
    return None


def towns() -> tuple[tuple[str, str], ...]:
    """The municipalities that can be asked: member id and name."""
    return tuple(
        (system.id, system.name) for system in directory().members() if system.id.startswith("municipality.")
    )


def town_of(address: str) -> str | None:
    """The member that keeps the register of an address; None where it does not take part."""
    home = municipality_of(address)
    system = f"municipality.{home.code.digits}" if home else ""
    return system if system in directory() else None


def ask_for(
    application: Application, staff: StaffMember, *, town: str = "", now: Callable[[], datetime]
) -> int:
    """Ask for everything that the form takes from the network and that nobody answered yet; how many inquiries. Raises CannotDo.

    `town`: the municipality that is asked for the tax; "" for the one in which each of them lives. Where somebody lived on the first of January
    is the case worker's to say.
    """
    row = held(application, staff, *LIVE)
    if row.applicant is None:
        raise CannotDo(No.UNIDENTIFIED)
    if town and town not in dict(towns()):
        raise CannotDo(No.NOT_A_VALUE)
    procedure, declared, at = procedure_of(row), declared_of(row), now()
    people: dict[str, KnownPerson] = {"applicant": row.applicant}
    for role, four in earners_named(declared, address=row.applicant.address).items():
        people[role] = earner_of(four)
    period = period_of(declared, arrived_on=day(row.arrived_at))
    begun = []
    for role, person in people.items():
        for information in wanted(procedure, of=role):
            provider = town or town_of(person.address)
            affair = affair_for(procedure, information, provider, at=at) if provider else None
            if provider and affair and not _is_answered(row, person, information, provider):
                begun.append(
                    begin(
                        person.pk,
                        affair=affair,
                        provider=provider,
                        information=information,
                        period=period if information is _TAX else "",
                        application=row,
                        staff=staff,
                        at=at,
                    )
                )
    note(row, "asked", staff=staff, at=at, words=f"{len(people)}人について{len(begun)}件")
    send_after_commit(begun, list(people.values()), now=now)
    return len(begun)


def _is_answered(row: Application, person: KnownPerson, information: InformationKind, provider: str) -> bool:
    asked = row.inquiries.filter(addressee=person.pk, information=information.value)
    done = asked.filter(provider=provider, outcome=Outcome.NO_DATA.value).exists()
    return done or asked.exclude(fact="").exists()


def begin(
    addressee: str,
    *,
    affair: str,
    provider: str,
    information: InformationKind,
    period: str,
    at: datetime,
    application: Application | None = None,
    staff: StaffMember | None = None,
) -> Inquiry:
    """Write down what is going to be asked."""
    return Inquiry.objects.create(
        application=application,
        addressee=addressee,
        request_id=uuid4(),
        affair=affair,
        provider=provider,
        information=information.value,
        period=period,
        asked_by=staff,
        asked_at=at,
    )


def send_after_commit(
    inquiries: Sequence[Inquiry], people: Sequence[KnownPerson], *, now: Callable[[], datetime]
) -> None:
    """Send once the rows are committed; whoever has no code gets one first."""

    def send_all() -> None:
        with_code = obtain_codes(people)
        for one in inquiries:
            if one.addressee not in with_code:
                _refused(one, Hop.JLIS, Reason.NO_CODE_HELD, at=now())
        ready = [one for one in inquiries if one.addressee in with_code]
        for start in range(0, len(ready), GROUP_ITEMS):
            send(ready[start : start + GROUP_ITEMS], now=now)

    if inquiries:
        # robust: what could not be written after the commit is in the log and in the row that stays open; the page still answers.
        transaction.on_commit(send_all, robust=True)


def obtain_codes(people: Iterable[KnownPerson]) -> frozenset[str]:
    """Look up who has no individual number (番号法第14条第2項) and obtain codes; the primary keys of those who have one now."""
    listed = list(people)
    try:
        _look_up([person for person in listed if person.individual_number is None])
        numbered = [(person.pk, person.individual_number) for person in listed if person.individual_number]
        member().acquire_codes(numbered)
    except Refused as refused:
        _log.info("no codes", hop=refused.hop.value, reason=refused.reason.value)
        return frozenset()
    return frozenset(key for key, _ in numbered)


def _look_up(people: Sequence[KnownPerson]) -> None:
    attributes = [
        FourAttributes(name=person.name, address=person.address, birth_date=person.birth_date, sex=person.sex)
        for person in people
    ]
    for person, answer in zip(people, member().look_up(attributes), strict=True):
        if answer.state is LookUpState.FOUND and answer.individual_number is not None:
            same = type(person)._default_manager.filter(individual_number=answer.individual_number)
            if not same.exists():
                person.individual_number = answer.individual_number
        person.look_up = answer.state.value
        person.save(update_fields=["individual_number", "look_up"])


def send(inquiries: Sequence[Inquiry], *, now: Callable[[], datetime]) -> None:
    """Send up to 100 inquiries whose rows are committed, and write how each ended. Call it outside of any transaction."""
    question = Inquiries(
        inquiries=tuple(
            exchange.Inquiry(
                request_id=one.request_id,
                addressee=one.addressee,
                affair=one.affair,
                provider=one.provider,
                information=one.information,
                organisation=ORGANISATION,
                periods=(one.period,) if one.period else (),
            )
            for one in inquiries
        )
    )
    try:
        results = ask_gateway(ASK, question).results
    except Refused as refused:
        for one in inquiries:
            _refused(one, refused.hop, refused.reason, at=now())
        return
    told = {result.request_id: result for result in results}
    for one in inquiries:
        if one.request_id in told:
            _answered(one, told[one.request_id], at=now())


def _refused(inquiry: Inquiry, hop: Hop, reason: Reason, *, at: datetime) -> None:
    inquiry.state, inquiry.outcome = InquiryState.ENDED, Outcome.REFUSED.value
    inquiry.hop, inquiry.reason, inquiry.ended_at = hop.value, reason.value, at
    inquiry.save(update_fields=["state", "outcome", "hop", "reason", "ended_at"])


def _answered(inquiry: Inquiry, result: InquiryResult, *, at: datetime) -> None:
    if result.hop is not None and result.reason is not None and result.outcome is not Outcome.PROVIDED:
        _refused(inquiry, result.hop, result.reason, at=at)
        return
    inquiry.outcome = result.outcome.value
    if result.outcome not in (Outcome.OPEN, Outcome.WAITING):
        inquiry.state, inquiry.ended_at = InquiryState.ENDED, at
    if result.outcome is Outcome.PROVIDED:
        of_period = next((each for each in result.periods if each.period == inquiry.period), None)
        if of_period is None:
            inquiry.fact, inquiry.as_of = bytes(result.fact).decode(), result.as_of
        elif of_period.is_held:
            inquiry.fact, inquiry.as_of = bytes(of_period.fact).decode(), of_period.as_of
        else:
            inquiry.outcome = Outcome.NO_DATA.value
    inquiry.save(update_fields=["state", "outcome", "fact", "as_of", "ended_at"])
