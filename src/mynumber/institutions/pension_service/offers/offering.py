"""Making offers: a list is drawn up and the towns are asked for the incomes, a second person releases it, and each offer goes into the outbox once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from threading import Event, Thread
from typing import Final
from uuid import uuid4

import msgspec
from django.db import IntegrityError, transaction

from mynumber.foundation.law import InformationKind
from mynumber.foundation.procedures.definition import Procedure
from mynumber.foundation.procedures.loading import catalogue
from mynumber.institutions.pension_service.exemptions import asking
from mynumber.institutions.pension_service.exemptions.models import Inquiry
from mynumber.institutions.pension_service.offers import candidates
from mynumber.institutions.pension_service.offers.candidates import Draft
from mynumber.institutions.pension_service.offers.models import Batch, BatchLine, BatchState, Fate, MadeOffer
from mynumber.institutions.pension_service.pensions.models import Insured
from mynumber.institutions.pension_service.systems import MEMBER, ask_gateway, directory
from mynumber.protocols.notices import (
    LARGEST_DRAFT,
    NOTICES_ITEMS,
    PORTAL,
    SEND_NOTICES,
    AddressedNotice,
    Category,
    Notice,
    Offer,
    SendNotices,
    seal_notice,
)
from mynumber.protocols.refusal import Refused
from mynumber.webkit import logs
from mynumber.webkit.examination.sheets import day
from mynumber.webkit.staff.models import StaffMember
from mynumber.webkit.turns import take_turns

PROCEDURE: Final = "pension_exemption"
MOST_OF_A_BATCH: Final = 300
"""As many as one request asks about and one page counts; who is left is on the next list."""
MOST_AT_ONCE: Final = 20
"""Offers of one message."""
LOOK_EVERY_SECONDS: Final = 5.0
REASON: Final = "国民年金の保険料の免除を申請できそうです"
OFFICE: Final = "日本年金機構　国民年金部"
_woken = Event()
_log = logs.get_logger(__name__)


class NothingToOffer(Exception):
    """Nobody owes premiums of this year, or everybody has the offer or applied already."""


class AlreadyProposed(Exception):
    """A list waits already."""


class SamePerson(Exception):
    """Who proposed a list may not release it."""


class NotProposed(Exception):
    """The list was released or discarded already."""


def _form(on: date) -> Procedure:
    return catalogue().get(PROCEDURE, on)


def propose(*, by: StaffMember, now: Callable[[], datetime]) -> Batch:
    """Draw up the list of who owes premiums, and ask the towns for the incomes that are not known yet. Raises NothingToOffer, AlreadyProposed."""
    at = now()
    procedure = _form(day(at))
    people = [
        person
        for person, _ in zip(candidates.owing(procedure, today=day(at)), range(MOST_OF_A_BATCH), strict=False)
    ]
    if not people:
        raise NothingToOffer
    try:
        with transaction.atomic():
            batch = Batch.objects.create(year=candidates.year_at(day(at)), proposed_by=by, proposed_at=at)
    except IntegrityError:
        raise AlreadyProposed from None
    BatchLine.objects.bulk_create(BatchLine(batch=batch, insured=person) for person in people)
    _ask(procedure, people, by, now)
    return batch


def _ask(procedure: Procedure, people: list[Insured], by: StaffMember, now: Callable[[], datetime]) -> None:
    at, tax = now(), InformationKind.LOCAL_TAX
    period = candidates.period_of(day(at))
    asked = Inquiry.objects.filter(information=tax.value, period=period)
    answered = set(asked.exclude(fact="").values_list("addressee", flat=True))
    begun = []
    for person in people:
        provider = asking.town_of(person.address)
        affair = asking.affair_for(procedure, tax, provider, at=at) if provider else None
        if person.pk not in answered and provider and affair:
            begun.append(
                asking.begin(
                    person.pk,
                    affair=affair,
                    provider=provider,
                    information=tax,
                    period=period,
                    staff=by,
                    at=at,
                )
            )
    about = {one.addressee for one in begun}
    asking.send_after_commit(begun, [person for person in people if person.pk in about], now=now)


def likely(batch: Batch, *, at: datetime) -> list[Draft]:
    """Those of a list who get an offer as things stand."""
    procedure = _form(day(at))
    wanted = set(batch.lines.values_list("insured", flat=True))
    drafts = (
        candidates.draft_for(procedure, person, at=at)
        for person in candidates.owing(procedure, today=day(at))
        if person.pk in wanted
    )
    return [draft for draft in drafts if draft is not None]


def release(batch: Batch, *, by: StaffMember, at: datetime) -> int:
    """Send a list as a second person (決裁); how many offers were made. Raises SamePerson, NotProposed."""
    held = _waiting(batch)
    if held.proposed_by_id == by.pk:
        raise SamePerson
    sent = sum(_make(draft, held, at=at) for draft in likely(held, at=at))
    held.state, held.second, held.second_at, held.sent = BatchState.RELEASED, by, at, sent
    held.save(update_fields=["state", "second", "second_at", "sent"])
    transaction.on_commit(_woken.set)
    return sent


def discard(batch: Batch, *, by: StaffMember, at: datetime) -> None:
    """Give a list up: the proposer too may do so. Raises NotProposed."""
    held = _waiting(batch)
    held.state, held.second_at = BatchState.DISCARDED, at
    held.second = by if by.pk != held.proposed_by_id else None
    held.save(update_fields=["state", "second", "second_at"])


def _waiting(batch: Batch) -> Batch:
    held = Batch.objects.select_for_update().get(pk=batch.pk)
    if held.state != BatchState.PROPOSED:
        raise NotProposed
    return held


def _make(draft: Draft, batch: Batch, *, at: datetime) -> bool:
    procedure = _form(day(at))
    answers = candidates.encoded(procedure, draft)
    ident = uuid4()
    notice = Notice(
        notice=ident,
        category=Category.PROCEDURE,
        title=f"{REASON}"[:100],
        words=_words(draft),
        office=OFFICE,
        at=at,
        link=f"/offers/{ident}/",
        offer=Offer(
            procedure=procedure.id,
            reason=REASON,
            answers=answers if len(answers) <= LARGEST_DRAFT else b"{}",
        ),
    )
    try:
        with transaction.atomic():
            MadeOffer.objects.create(
                insured=draft.insured,
                year=batch.year,
                notice=ident,
                batch=batch,
                made_at=at,
                body=msgspec.json.encode(notice),
            )
    except IntegrityError:
        return False
    return True


def _words(draft: Draft) -> str:
    return (
        "納めていない国民年金の保険料があります。前の年の所得が全額免除の基準の中にあるため、申請すると、納めなくてよくなる見込みです。"
        "\n\n申請書は、記録から分かることを入れてあります。確かめて、違うところは直し、署名して送ってください。"
        "あなたが世帯主で、配偶者がいないものとして作りました。違うときは直してください。"
        "\n\n免除された期間は、年金を受け取るための期間に数え、年金額にも一部が反映されます。会社の年金に入った方は、申請は要りません。"
    )


# --- on its way ---------------------------------------------------------------------------------------------------


def send_waiting() -> int:
    """Take what waits to the gateway, oldest first; how many it has. Raises Refused, then the rest waits."""
    taken = 0
    key = directory().seal_key(PORTAL)
    while rows := list(
        MadeOffer.objects.filter(fate=Fate.WAITING).order_by("pk")[: min(MOST_AT_ONCE, NOTICES_ITEMS)]
    ):
        notices = tuple(
            AddressedNotice(
                notice=row.notice,
                addressee=row.insured_id,
                sealed=seal_notice(msgspec.json.decode(bytes(row.body), type=Notice), sender=MEMBER, to=key),
            )
            for row in rows
        )
        answer = ask_gateway(SEND_NOTICES, SendNotices(notices=notices))
        refused = {item.position: item.reason.value for item in answer.refused}
        now = datetime.now(UTC)
        for place, row in enumerate(rows):
            row.fate = Fate.REFUSED if place in refused else Fate.SENT
            row.refusal, row.sent_at = refused.get(place, ""), now
            row.save(update_fields=["fate", "refusal", "sent_at"])
        taken += len(rows) - len(refused)
    return taken


def start() -> Thread:
    """Send as long as the process lives."""
    return take_turns("offers", _turn, every=LOOK_EVERY_SECONDS, woken=_woken)


def _turn() -> None:
    try:
        send_waiting()
    except Refused as refused:
        _log.info("work waits", action="offers", hop=refused.hop.value, reason=refused.reason.value)
