"""問い合わせ: a question to the portal's desk, answered into the inbox within five working days."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction
from django.urls import reverse

from mynumber.foundation.procedures.calendar import add_business_days
from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.account.sessions import JAPAN
from mynumber.institutions.portal.helpdesk import kept
from mynumber.institutions.portal.helpdesk.models import Inquiry, InquiryState
from mynumber.webkit.staff.models import StaffMember

BUSINESS_DAYS: Final = 5
LONGEST: Final = 2000
MOST_OPEN: Final = 5
OPEN: Final = (InquiryState.ASKED, InquiryState.TAKEN)


class Subject(StrEnum):
    """What an inquiry is about."""

    SIGN_IN = "sign_in"
    APPLICATION = "application"
    NOTICE = "notice"
    RECORDS = "records"
    PROXY = "proxy"
    OTHER = "other"


class TooMany(Exception):
    """So many are open that another one helps nobody."""


class NotTheirs(Exception):
    """Another member of staff has it, or it is over."""


def ask(account: Account, about: Subject, words: str, *, now: datetime) -> Inquiry:
    """Ask the desk. Raises TooMany."""
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        if Inquiry.objects.filter(account=account, state__in=OPEN).count() >= MOST_OPEN:
            raise TooMany
        ident = uuid4()
        return Inquiry.objects.create(
            id=ident,
            account=account,
            about=about.value,
            words=kept.seal(words[:LONGEST], f"{ident}/words"),
            asked_at=now,
            due_on=add_business_days(now.astimezone(JAPAN).date(), BUSINESS_DAYS),
        )


def words_of(inquiry: Inquiry) -> str:
    """What was asked."""
    return kept.unseal(inquiry.words, f"{inquiry.pk}/words")


def answer_of(inquiry: Inquiry) -> str:
    """What was answered; empty as long as nothing was."""
    return "" if inquiry.answer is None else kept.unseal(inquiry.answer, f"{inquiry.pk}/answer")


def waiting() -> list[Inquiry]:
    """What the desk has to answer, the most urgent first."""
    return list(
        Inquiry.objects.filter(state__in=OPEN).select_related("taken_by").order_by("due_on", "asked_at")
    )


def is_late(inquiry: Inquiry, today: date) -> bool:
    """Whether it should have been answered."""
    return inquiry.state in OPEN and inquiry.due_on < today


def take(inquiry_id: UUID, staff: StaffMember) -> Inquiry:
    """Take it on. Raises NotTheirs."""
    changed = Inquiry.objects.filter(pk=inquiry_id, state=InquiryState.ASKED).update(
        state=InquiryState.TAKEN, taken_by=staff
    )
    inquiry = Inquiry.objects.filter(pk=inquiry_id).first()
    if inquiry is None or (not changed and inquiry.taken_by_id != staff.pk):
        raise NotTheirs
    return inquiry


def answer(inquiry_id: UUID, staff: StaffMember, words: str, *, now: datetime) -> Inquiry:
    """Answer it; the inbox says that there is an answer. Raises NotTheirs; nothing is sent twice."""
    from mynumber.institutions.portal.helpdesk.informing import tell_answered

    with transaction.atomic():
        inquiry = (
            Inquiry.objects.select_for_update(of=("self",)).filter(pk=inquiry_id, taken_by=staff).first()
        )
        if inquiry is None or inquiry.state != InquiryState.TAKEN:
            raise NotTheirs
        inquiry.answer = kept.seal(words[: 2 * LONGEST], f"{inquiry.pk}/answer")
        inquiry.answered_at, inquiry.state = now, InquiryState.ANSWERED
        inquiry.save(update_fields=["answer", "answered_at", "state"])
        tell_answered(inquiry, reverse("inquiry", args=[inquiry.pk]), now=now)
    return inquiry


def close(inquiry_id: UUID, account: Account, *, now: datetime) -> None:
    """The resident needs no more; also of a question that is not answered yet."""
    Inquiry.objects.filter(pk=inquiry_id, account=account).exclude(state=InquiryState.CLOSED).update(
        state=InquiryState.CLOSED, closed_at=now
    )


def forget(account: Account, now: datetime) -> None:
    """Of an account that is closed."""
    Inquiry.objects.filter(account=account).delete()
