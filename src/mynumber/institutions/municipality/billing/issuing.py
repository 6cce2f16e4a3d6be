"""Making bills and sending them as notices; cancelling them. Each in the caller's transaction, as the tenant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID, uuid4, uuid5
from zoneinfo import ZoneInfo

from django.db import transaction

from mynumber.foundation.numbers import local_government
from mynumber.foundation.numbers.local_government import LocalGovernmentCode
from mynumber.institutions.municipality.billing.models import DIGIT_OF, Bill, Entry, Kind, State
from mynumber.institutions.municipality.billing.numbers import new_confirmation, new_number
from mynumber.institutions.municipality.notices.sending import send
from mynumber.institutions.municipality.register.models import Person
from mynumber.protocols import notices as protocol
from mynumber.webkit import logs
from mynumber.webkit.staff.models import StaffMember

JAPAN: Final = ZoneInfo("Asia/Tokyo")
BY_ITSELF: Final = "システム"
Lines = Sequence[tuple[str, int]]

_log = logs.get_logger(__name__)


class CannotBill(Exception):
    """The bill cannot be made or changed; the words say why, to staff."""


def collector_of(tenant: str) -> str:
    """収納機関番号 of a municipality: here its code without the check digit."""
    return LocalGovernmentCode.parse(tenant).jisx0402


def fiscal_year(day: date) -> int:
    """年度: from April."""
    return day.year - (day.month < 4)


def issue(
    tenant: str,
    person: Person,
    kind: Kind,
    title: str,
    lines: Lines,
    due: date,
    *,
    key: str,
    at: datetime,
    by: StaffMember | None = None,
    application: UUID | None = None,
) -> Bill:
    """Make a bill and queue the notice that brings it; under a key that is known, the bill that is there.

    lines: label and whole yen, all together more than nothing. Raises CannotBill.
    """
    known = Bill.objects.filter(key=key).first()
    if known is not None:
        return known
    amount = sum(yen for _, yen in lines)
    if amount <= 0 or any(yen < 0 for _, yen in lines):
        raise CannotBill("金額は、合計が1円以上になるようにしてください。")
    year = fiscal_year(at.astimezone(JAPAN).date())
    number = next(
        number
        for number in iter(lambda: new_number(DIGIT_OF[kind], year), "")
        if not Bill.objects.filter(number=number).exists()
    )
    bill = Bill.objects.create(
        reference=uuid4(),
        notice=uuid4(),
        key=key,
        person=person,
        kind=kind,
        title=title,
        lines=[[label, yen] for label, yen in lines],
        amount=amount,
        due=due,
        number=number,
        confirmation=new_confirmation(),
        division=f"{year % 100:02d}{DIGIT_OF[kind]}01",
        application=application,
        issued_at=at,
        issued_by=by,
    )
    note(bill, "issued", by=by, at=at)
    send(tenant, person.addressee, notice_of(tenant, bill))
    return bill


def notice_of(tenant: str, bill: Bill) -> protocol.Notice:
    """The notice that brings a bill."""
    town = local_government.find(tenant).name
    due = f"{bill.due.year}年{bill.due.month}月{bill.due.day}日"
    return protocol.Notice(
        notice=bill.notice,
        category=protocol.Category.PAYMENT,
        title=f"{bill.title}の納付のお願い",
        words=f"{bill.title}を、{due}までに納めてください。カードで払うことも、ペイジーの番号を使ってATMやネットバンキングで払うこともできます。",
        office=f"{town} {bill.office}",
        at=bill.issued_at,
        due=bill.due,
        link=f"/payments/{bill.notice}",
        bill=protocol.Bill(
            bill=bill.reference,
            title=bill.title,
            lines=tuple(protocol.BillLine(label=label, amount=yen) for label, yen in bill.lines),
            amount=bill.amount,
            due=bill.due,
            collector=collector_of(tenant),
            number=bill.number,
            confirmation=bill.confirmation,
            division=bill.division,
        ),
    )


def write(tenant: str, bill: Bill, title: str, words: str, *, about: UUID, what: str, at: datetime) -> None:
    """Tell the person something about a bill, once for each matter."""
    town = local_government.find(tenant).name
    send(
        tenant,
        bill.person.addressee,
        protocol.Notice(
            notice=uuid5(about, what),
            category=protocol.Category.PAYMENT,
            title=title,
            words=words,
            office=f"{town} {bill.office}",
            at=at,
            link=f"/payments/{bill.notice}",
        ),
    )


@transaction.atomic
def cancel(tenant: str, bill: Bill, reason: str, *, by: StaffMember, at: datetime) -> Bill:
    """Take a bill back that nobody paid. Raises CannotBill."""
    row = Bill.objects.select_for_update().get(pk=bill.pk)
    if row.state != State.OPEN:
        raise CannotBill("未納の納付書だけを取り消せます。払われたものは、還付してください。")
    row.state = State.CANCELLED
    change(row, at)
    note(row, "cancelled", by=by, at=at, words=reason)
    write(
        tenant,
        row,
        f"{row.title}の納付書を取り消しました",
        "この納付書では払わないでください。払ったあとで取り消されたときは、お金をお返しします。",
        about=row.reference,
        what="cancelled",
        at=at,
    )
    return row


def change(bill: Bill, at: datetime) -> None:
    """Save a change of the standing, which the portal is to hear of. The caller holds the row."""
    bill.version += 1
    bill.next_try_at, bill.tries = at, 0
    bill.save()


def note(
    bill: Bill | None, act: str, *, by: StaffMember | None = None, at: datetime, words: str = ""
) -> None:
    """Write down who did what."""
    name = by.display_name if by else BY_ITSELF
    Entry.objects.create(bill=bill, at=at, by_name=name, act=act, words=words)


def bill_for_application(
    tenant: str, person: Person, application: UUID, title: str, fee: int, *, at: datetime
) -> Bill | None:
    """The bill for the fee (手数料) of an application that arrived; None where there is no fee. Once for each application."""
    if fee <= 0:
        return None
    today = at.astimezone(JAPAN).date()
    return issue(
        tenant,
        person,
        Kind.FEE,
        f"{title}の手数料"[:100],
        [("手数料", fee)],
        date.fromordinal(today.toordinal() + 30),
        key=f"fee-{application}",
        at=at,
        application=application,
    )
