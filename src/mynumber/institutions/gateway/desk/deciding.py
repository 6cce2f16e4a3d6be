"""What a person decides at the desk: an answer or a refusal for an item that waits, and the switches that make items wait.

Runs as Django inside the tenant's transaction. Each act leaves an entry of who did it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from django.db import connection
from django.db.models import Q, QuerySet

from mynumber.institutions.gateway.desk.models import AnswerHold, DeskEvent, DeskItem, DeskState
from mynumber.institutions.gateway.tenants.models import AddresseeCode, Copy
from mynumber.protocols.exchange import PeriodFact
from mynumber.protocols.holds import Hold
from mynumber.protocols.refusal import Reason
from mynumber.webkit.errors import PageRefused

REFUSALS = (Reason.PROVIDER_DECLINED, Reason.VALUE_PENDING)
"""What a person may refuse with. Neither tells the inquirer of a protective measure."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An item of the desk with the person as the member knows it."""

    item: DeskItem
    addressees: tuple[str, ...]
    """Addressee numbers that hold the code; usually one."""


def waiting(at: datetime) -> QuerySet[DeskItem]:
    """Items that can still be answered, the most urgent first."""
    return DeskItem.objects.filter(state=DeskState.OPEN, deadline__gt=at).order_by("deadline")


def ended(at: datetime) -> QuerySet[DeskItem]:
    """Items that were decided or whose time has run out, the latest first."""
    return DeskItem.objects.exclude(state=DeskState.OPEN, deadline__gt=at).order_by("-put_at")


def with_people(items: Sequence[DeskItem]) -> list[Waiting]:
    """Items with the addressee numbers of their codes."""
    held: dict[str, list[str]] = {}
    for row in AddresseeCode.objects.filter(code__in=[item.code for item in items]).order_by("addressee"):
        held.setdefault(row.code, []).append(row.addressee)
    return [Waiting(item, tuple(held.get(item.code, ()))) for item in items]


def copy_for(item: DeskItem) -> Copy | None:
    """The copy from which the answer would have come by itself, when no period is named."""
    return Copy.objects.filter(code=item.code, information=item.information).order_by("-period").first()


def copies_for(item: DeskItem) -> dict[str, Copy]:
    """The copies of the periods that are named."""
    copies = Copy.objects.filter(code=item.code, information=item.information, period__in=item.periods or ())
    return {copy.period: copy for copy in copies}


def provide(item: DeskItem, fact: str, *, as_of: datetime, by: str, at: datetime) -> None:
    """Answer with a fact (JSON in the layout of the kind). Raises PageRefused when it no longer waits."""
    _decide(item, DeskState.PROVIDED, by=by, at=at, fact=fact, as_of=as_of)


def provide_each(item: DeskItem, told: Sequence[PeriodFact], *, by: str, at: datetime) -> None:
    """Answer of each period that is asked. Raises PageRefused when it no longer waits."""
    if any(one.is_held for one in told):
        _decide(item, DeskState.PROVIDED, by=by, at=at, fact=msgspec.json.encode(told).decode())
    else:
        say_no_data(item, by=by, at=at)


def say_no_data(item: DeskItem, *, by: str, at: datetime) -> None:
    """Answer that nothing is known. Raises PageRefused when it no longer waits."""
    _decide(item, DeskState.NO_DATA, by=by, at=at)


def refuse(item: DeskItem, reason: Reason, *, by: str, at: datetime) -> None:
    """Refuse with a reason that the inquirer reads. Raises PageRefused when it no longer waits."""
    _decide(item, DeskState.REFUSED, by=by, at=at, refusal=reason)


def _decide(
    item: DeskItem,
    state: DeskState,
    *,
    by: str,
    at: datetime,
    fact: str | None = None,
    as_of: datetime | None = None,
    refusal: Reason | None = None,
) -> None:
    changed = (
        waiting(at)
        .filter(permit_digest=item.permit_digest)
        .update(
            state=state,
            fact=fact,
            as_of=as_of,
            refusal=refusal.value if refusal else None,
            decided_at=at,
            decided_by=by,
        )
    )
    if not changed:
        raise PageRefused(
            "この照会には、もう回答できません",
            "ほかの職員が先に回答したか、照会者が取り下げたか、期限が過ぎました。",
            "一覧に戻って、いまの状態を確かめてください。",
            reason="the item no longer waits",
        )
    DeskEvent.objects.create(
        at=at,
        who=by,
        what=state.value,
        information=item.information,
        reason=refusal.value if refusal else None,
        permit_digest=bytes(item.permit_digest),
    )


def holds(at: datetime) -> QuerySet[AnswerHold]:
    """Switches that are set, now or from a later day, the latest first."""
    return AnswerHold.objects.filter(Q(until=None) | Q(until__gt=at)).order_by("-set_at", "-pk")


def set_hold(hold: Hold, *, by: str, at: datetime) -> bool:
    """Set a switch, or give it new times; False when the addressee has no code."""
    code = None
    if hold.addressee is not None:
        # as every writer: after a batch of a rotation the code is read as it is now, and a batch waits until the switch is written
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE answer_hold IN ROW EXCLUSIVE MODE")
        held = AddresseeCode.objects.filter(addressee=hold.addressee).first()
        if held is None:
            return False
        code = held.code
    AnswerHold.objects.update_or_create(
        code=code,
        information=hold.information,
        period=hold.period,
        reason=hold.reason.value,
        defaults={
            "addressee": hold.addressee,
            "since": hold.since,
            "until": hold.until,
            "set_at": at,
            "set_by": by,
        },
    )
    DeskEvent.objects.create(
        at=at,
        who=by,
        what="hold_set",
        addressee=hold.addressee,
        information=hold.information,
        period=hold.period,
        reason=hold.reason.value,
    )
    return True


def lift_hold(hold: AnswerHold, *, by: str, at: datetime) -> None:
    """Answer automatically again."""
    DeskEvent.objects.create(
        at=at,
        who=by,
        what="hold_lifted",
        addressee=hold.addressee,
        information=hold.information,
        period=hold.period,
        reason=hold.reason,
    )
    hold.delete()
