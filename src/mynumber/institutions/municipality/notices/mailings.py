"""The course of a mailing: written, addressed, proposed, approved by a second person, sent from its time on, stopped.

What is proposed is fixed: words, addressees, values. The second person approves exactly that. Who wrote or proposed it cannot approve it; the database
holds that as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import Count, QuerySet

from mynumber.institutions.municipality.notices import filling, targeting
from mynumber.institutions.municipality.notices.filling import BadWords
from mynumber.institutions.municipality.notices.models import (
    Aim,
    Fate,
    Mailing,
    MailingAddressee,
    MailingEntry,
    MailingState,
    SentNotice,
    Switch,
)
from mynumber.institutions.municipality.notices.targeting import Criteria, Listed
from mynumber.institutions.municipality.register.models import Person
from mynumber.protocols.notices import Category, Notice
from mynumber.protocols.refusal import Reason
from mynumber.webkit.staff.models import StaffMember

AT_ONCE: Final = 500
"""Notices that one transaction puts into the outbox."""


class Fault(Enum):
    """Why something cannot be done with a mailing; the value is what a person reads."""

    NOT_DRAFT = "この一斉のお知らせは、もう変更できません。"
    NOBODY = "宛先の人がいません。宛先を選んでください。"
    NOT_PROPOSED = "決裁を待っていません。"
    OWN = "作成した人や決裁に回した人は、承認できません。ほかの人が承認してください。"
    CHANGED = "見ていた間に宛先の数が変わりました。もう一度確かめてください。"
    OVER = "もう終わっています。"


class CannotDo(Exception):
    """The state of the mailing, or who acts, does not allow it."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.name)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Sample:
    """One notice as its addressee will read it."""

    addressee: str
    title: str
    words: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of a mailing."""

    queued: int
    waiting: int
    sent: int
    arrived: int
    no_account: int
    refused: int
    stopped: int
    read: int
    acted: int


# --- writing ------------------------------------------------------------------------------------------------------


def create(staff: StaffMember, text: Mapping[str, Any], *, at: datetime) -> Mailing:
    """Begin a mailing with what the form says."""
    mailing = Mailing.objects.create(
        **text, created_by=staff, created_by_name=staff.display_name, created_at=at
    )
    _note(mailing, staff, "created", at)
    return mailing


def change(mailing: Mailing, staff: StaffMember, text: Mapping[str, Any], *, at: datetime) -> None:
    """Write it anew. Another way of choosing addressees lets go of those chosen."""
    held = _held(mailing, MailingState.DRAFT, Fault.NOT_DRAFT)
    if held.aim != text["aim"]:
        held.addressees.all().delete()
        held.criteria = b"{}"
    for name, value in text.items():
        setattr(held, name, value)
    held.save()
    _note(held, staff, "changed", at)


def known_places(mailing: Mailing) -> tuple[str, ...]:
    """The places that its words may have."""
    first = mailing.addressees.first() if mailing.aim == Aim.FILE else None
    columns = tuple(_values(first)) if first is not None else ()
    return (*filling.OWN, *columns)


# --- addressing ---------------------------------------------------------------------------------------------------


def aim_at_register(mailing: Mailing, staff: StaffMember, criteria: Criteria, *, at: datetime) -> int:
    """Choose by what the register says now; how many. They are found anew when it is proposed."""
    held = _held(mailing, MailingState.DRAFT, Fault.NOT_DRAFT)
    held.criteria = msgspec.json.encode(criteria)
    held.save(update_fields=["criteria"])
    count = targeting.by_register(criteria).count()
    _note(held, staff, "aimed", at, f"{count}人")
    return count


def aim_at_file(
    mailing: Mailing, staff: StaffMember, listed: Listed, *, at: datetime
) -> tuple[int, tuple[str, ...]]:
    """Choose whom a file lists, in place of those chosen before; how many, and the numbers that are of no resident."""
    held = _held(mailing, MailingState.DRAFT, Fault.NOT_DRAFT)
    found, unknown = targeting.by_numbers(listed.values)
    held.addressees.all().delete()
    MailingAddressee.objects.bulk_create(
        [
            MailingAddressee(mailing=held, person=person, values=msgspec.json.encode(listed.values[number]))
            for number, person in found.items()
        ],
        batch_size=1000,
    )
    _note(held, staff, "aimed", at, f"{len(found)}人、住民でない番号 {len(unknown)}件")
    return len(found), unknown


def add_person(mailing: Mailing, staff: StaffMember, person: Person, *, at: datetime) -> None:
    """Choose one more person by hand."""
    held = _held(mailing, MailingState.DRAFT, Fault.NOT_DRAFT)
    if held.addressees.count() >= targeting.MOST_CHOSEN or not person.is_resident:
        raise CannotDo(Fault.NOBODY)
    MailingAddressee.objects.get_or_create(mailing=held, person=person)
    _note(held, staff, "added", at)


def drop_person(mailing: Mailing, staff: StaffMember, person: int, *, at: datetime) -> None:
    """Take one back."""
    held = _held(mailing, MailingState.DRAFT, Fault.NOT_DRAFT)
    held.addressees.filter(person=person).delete()
    _note(held, staff, "dropped", at)


def people(mailing: Mailing) -> QuerySet[Person]:
    """Whom it is for, as of now; once proposed, as it was fixed."""
    if mailing.aim == Aim.REGISTER and mailing.state == MailingState.DRAFT:
        criteria = criteria_of(mailing)
        return targeting.by_register(criteria) if criteria else Person.objects.none()
    chosen = mailing.addressees.values("person")
    return Person.objects.filter(pk__in=chosen).order_by("addressee")


def criteria_of(mailing: Mailing) -> Criteria | None:
    """What was asked of the register; None before."""
    content = bytes(mailing.criteria)
    return msgspec.json.decode(content, type=Criteria) if content != b"{}" else None


# --- proposing, approving, stopping ------------------------------------------------------------------------------------


@transaction.atomic
def propose(mailing: Mailing, staff: StaffMember, *, at: datetime) -> Mailing:
    """起案: fix words and addressees for the second person. Raises CannotDo, and BadWords where a notice would not be one."""
    held = _held(mailing, MailingState.DRAFT, Fault.NOT_DRAFT)
    if held.aim == Aim.REGISTER:
        held.addressees.all().delete()
        MailingAddressee.objects.bulk_create(
            [MailingAddressee(mailing=held, person=person) for person in people(held).only("pk")],
            batch_size=2000,
        )
    count = 0
    for each in held.addressees.select_related("person").iterator(chunk_size=2000):
        write(held, each, at=at)
        count += 1
    if not count:
        raise CannotDo(Fault.NOBODY)
    held.state, held.count = MailingState.PROPOSED, count
    held.proposed_by, held.proposed_at = staff, at
    held.save()
    _note(held, staff, "proposed", at, f"{count}人")
    return held


def send_back(mailing: Mailing, staff: StaffMember, words: str, *, at: datetime) -> None:
    """差戻し: its author may change it again."""
    held = _held(mailing, MailingState.PROPOSED, Fault.NOT_PROPOSED)
    held.state, held.proposed_by, held.proposed_at = MailingState.DRAFT, None, None
    held.save()
    _note(held, staff, "returned", at, words)


@transaction.atomic
def approve(mailing: Mailing, staff: StaffMember, *, count: int, at: datetime) -> Mailing:
    """決裁: a second person has seen it. From `send_at` on the worker sends it. `count`: how many addressees that person saw. Raises CannotDo."""
    held = _held(mailing, MailingState.PROPOSED, Fault.NOT_PROPOSED)
    if staff.pk in (held.created_by_id, held.proposed_by_id):
        raise CannotDo(Fault.OWN)
    if count != held.count:
        raise CannotDo(Fault.CHANGED)
    held.state, held.approved_by, held.approved_by_name = (
        MailingState.APPROVED,
        staff,
        staff.display_name,
    )
    held.approved_at, held.send_at = at, held.send_at or at
    held.save()
    _note(held, staff, "approved", at, f"{held.count}人")
    return held


@transaction.atomic
def stop(mailing: Mailing, staff: StaffMember, *, at: datetime) -> int:
    """中止: nothing of it leaves any more; how many notices were held back. What is at the gateway arrives."""
    held = Mailing.objects.select_for_update().get(pk=mailing.pk)
    waiting = held.notices.filter(fate=Fate.WAITING)
    if held.state == MailingState.STOPPED or (held.state == MailingState.SENT and not waiting.exists()):
        raise CannotDo(Fault.OVER)
    unqueued = held.addressees.filter(is_queued=False).count()
    stopped = waiting.update(fate=Fate.STOPPED) + unqueued
    held.state, held.ended_at = MailingState.STOPPED, at
    held.save()
    _note(held, staff, "stopped", at, f"{stopped}件")
    return stopped


def switch(staff: StaffMember, *, off: bool, at: datetime) -> None:
    """送信停止 of everything that this municipality sends, or the end of it."""
    Switch.objects.update_or_create(
        tenant=staff.tenant,
        defaults={"is_off": off, "changed_at": at, "changed_by_name": staff.display_name},
    )
    MailingEntry.objects.create(
        at=at, by=staff, by_name=staff.display_name, act="switched_off" if off else "switched_on"
    )


def is_switched_off() -> bool:
    """Whether nothing leaves."""
    return Switch.objects.filter(is_off=True).exists()


# --- sending ------------------------------------------------------------------------------------------------------


def queue_due(*, at: datetime) -> int:
    """Put the next notices of an approved mailing whose time has come into the outbox; how many. In one transaction of the caller."""
    mailing = (
        Mailing.objects.select_for_update(skip_locked=True)
        .filter(state=MailingState.APPROVED, send_at__lte=at)
        .order_by("send_at", "pk")
        .first()
    )
    if mailing is None or is_switched_off():
        return 0
    some = list(mailing.addressees.filter(is_queued=False).select_related("person").order_by("pk")[:AT_ONCE])
    SentNotice.objects.bulk_create([_outgoing(mailing, each, at) for each in some], ignore_conflicts=True)
    MailingAddressee.objects.filter(pk__in=[each.pk for each in some]).update(is_queued=True)
    if len(some) < AT_ONCE:
        mailing.state, mailing.ended_at = MailingState.SENT, at
        mailing.save(update_fields=["state", "ended_at"])
    return len(some)


def _outgoing(mailing: Mailing, each: MailingAddressee, at: datetime) -> SentNotice:
    """The row of the outbox. Who died meanwhile is not written to; whose notice cannot be made any more gets a letter, and holds up nobody."""
    row = SentNotice(
        notice=each.notice,
        mailing=mailing,
        addressee=each.person.addressee,
        category=mailing.category,
        title=mailing.title,
        body=b"",
        queued_at=at,
        send_at=at,
    )
    if each.person.died_on is not None:
        row.fate = Fate.STOPPED
        return row
    try:
        notice = write(mailing, each, at=at)
    except BadWords:
        row.fate, row.refusal = Fate.REFUSED, Reason.MALFORMED.value
        return row
    row.title, row.body = notice.title, msgspec.json.encode(notice)
    return row


def write(mailing: Mailing, each: MailingAddressee, *, at: datetime) -> Notice:
    """The notice of one addressee. Raises BadWords where it is too long or has a place without a value."""
    return _notice(mailing, each.notice, filling.values_of(each.person, mailing.due) | _values(each), at)


def _notice(mailing: Mailing, ident: UUID, values: Mapping[str, str], at: datetime) -> Notice:
    notice = Notice(
        notice=ident,
        category=Category(mailing.category),
        title=filling.fill(mailing.title, values),
        words=filling.fill(mailing.words, values),
        office=mailing.office,
        at=at,
        due=mailing.due,
        link=mailing.link or None,
    )
    try:  # what is made in code is not checked until it is read
        return msgspec.json.decode(msgspec.json.encode(notice), type=Notice)
    except msgspec.ValidationError:
        raise BadWords(
            "差し込んだあとの件名か本文が長すぎるか、使えない文字があります。短くしてください。"
        ) from None


def samples(mailing: Mailing, most: int, *, at: datetime) -> list[Sample]:
    """The first notices as they will be read. Raises BadWords."""
    found: list[Sample] = []
    rows: Iterable[MailingAddressee]
    if mailing.aim == Aim.REGISTER and mailing.state == MailingState.DRAFT:
        rows = [MailingAddressee(mailing=mailing, person=person) for person in people(mailing)[:most]]
    else:
        rows = mailing.addressees.select_related("person").order_by("person__addressee")[:most]
    for each in rows:
        notice = write(mailing, each, at=at)
        found.append(Sample(each.person.addressee, notice.title, notice.words))
    return found


def figures(mailing: Mailing | None = None) -> Figures:
    """Counts of a mailing, or of everything sent."""
    rows = SentNotice.objects.all() if mailing is None else SentNotice.objects.filter(mailing=mailing)
    by_fate = dict(rows.values_list("fate").annotate(Count("pk")))
    done = rows.aggregate(read=Count("read_at"), acted=Count("acted_at"))
    return Figures(
        queued=sum(by_fate.values()),
        waiting=by_fate.get(Fate.WAITING, 0),
        sent=by_fate.get(Fate.SENT, 0),
        arrived=by_fate.get(Fate.ARRIVED, 0),
        no_account=by_fate.get(Fate.NO_ACCOUNT, 0),
        refused=by_fate.get(Fate.REFUSED, 0),
        stopped=by_fate.get(Fate.STOPPED, 0),
        read=done["read"],
        acted=done["acted"],
    )


def _values(each: MailingAddressee) -> dict[str, str]:
    return msgspec.json.decode(bytes(each.values), type=dict[str, str])


def _held(mailing: Mailing, state: MailingState, fault: Fault) -> Mailing:
    """The mailing, locked. Raises CannotDo in another state."""
    held = Mailing.objects.select_for_update().get(pk=mailing.pk)
    if held.state != state:
        raise CannotDo(fault)
    return held


def _note(mailing: Mailing, staff: StaffMember, act: str, at: datetime, words: str = "") -> None:
    MailingEntry.objects.create(
        mailing=mailing, at=at, by=staff, by_name=staff.display_name, act=act, words=words[:400]
    )
