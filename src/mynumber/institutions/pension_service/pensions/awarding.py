"""Award, change and stop of a pension (裁定, 改定, 失権), each announced to the institutions that have a case which it touches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.db import transaction

from mynumber.foundation.law import InformationKind
from mynumber.institutions.pension_service.pensions.copies import copies
from mynumber.institutions.pension_service.pensions.models import Benefit, Insured
from mynumber.protocols import member as network_member
from mynumber.protocols.events import EventKind
from mynumber.webkit.mesh.exchanging import Member, announce
from mynumber.webkit.messages import this_node

MEMBER = "pension_service"
JAPAN = ZoneInfo("Asia/Tokyo")


class CannotAward(Exception):
    """The decision does not fit what is known. The message says why, in Japanese, naming nobody."""


def award(
    basic_pension_number: str, name: str, annual_amount: int, *, paid_since: date, at: datetime
) -> Benefit:
    """Award a pension (``annual_amount`` yen a year), or change the amount of one in payment. Raises CannotAward."""
    if annual_amount <= 0:
        raise CannotAward("年額は1円以上です")
    with transaction.atomic():
        insured = _insured(basic_pension_number)
        benefit, new = Benefit.objects.update_or_create(
            insured=insured,
            name=name,
            defaults={"annual_amount": annual_amount},
            create_defaults={"annual_amount": annual_amount, "paid_since": paid_since},
        )
        kind = EventKind.BENEFIT_AWARDED if new else EventKind.BENEFIT_CHANGED
        _announce(insured, kind, day=paid_since, at=at)
    return benefit


def stop(basic_pension_number: str, name: str, *, last_day: date, at: datetime) -> None:
    """End a pension. Raises CannotAward."""
    with transaction.atomic():
        insured = _insured(basic_pension_number)
        ended, _ = Benefit.objects.filter(insured=insured, name=name).delete()
        if not ended:
            raise CannotAward("この年金は支給されていません")
        _announce(insured, EventKind.BENEFIT_STOPPED, day=last_day, at=at)


def members() -> tuple[Member, ...]:
    """The pension service as a member of the mesh; before it announces, its copies are renewed."""
    return (Member(MEMBER, refresh=_renew_copies),)


def _insured(basic_pension_number: str) -> Insured:
    insured = Insured.objects.select_for_update().filter(pk=basic_pension_number).first()
    if insured is None:
        raise CannotAward("この基礎年金番号の人はいません")
    return insured


def _announce(insured: Insured, kind: EventKind, *, day: date, at: datetime) -> None:
    if (
        insured.individual_number is None
    ):  # without it there is no code, and nobody can have been told who it is
        return
    announce(
        insured.pk,
        kind,
        InformationKind.PUBLIC_PENSION_BENEFIT,
        occurred_at=datetime.combine(day, time.min, JAPAN),
        at=at,
    )


def _renew_copies(addressees: Sequence[str]) -> None:
    member = network_member.Member(this_node(), MEMBER, lambda: datetime.now(UTC))
    member.register_copies(copies(datetime.now(UTC), addressees))
