"""Notices come by message, are decided by the commission's staff, and what was accepted is told to the network (Act art. 19(ix))."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from django.db import transaction
from django.utils import timezone

from mynumber.foundation.law import LawError, NotEquivalent, NoticeKind, check_equivalent, legal_basis
from mynumber.institutions.commission.own_use.models import Notice
from mynumber.protocols import wire
from mynumber.protocols.own_use import (
    NOTIFY_OWN_USE,
    TELL_OWN_USE,
    NoticeState,
    OwnUseAccepted,
    OwnUseNotice,
    OwnUseStanding,
    OwnUseText,
    affair_to_add,
    body_of,
    require_place,
)
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.messages import Question, message_routes, only, this_node

SYSTEM = "commission"


class AlreadyDecided(Exception):
    """Somebody else decided in the meantime."""


class CannotBeAccepted(Exception):
    """No core of the network would take it: nothing is decided, and the notice can be returned."""

    def __init__(self, refused: Refused) -> None:
        self.refused = refused
        super().__init__(refused.reason.value)


def content_of(notice: Notice) -> OwnUseText:
    """What the local government wrote."""
    return msgspec.json.decode(notice.content, type=OwnUseText)


def take_notice(question: Question[OwnUseNotice]) -> OwnUseStanding:
    """Keep a notice, or say how far it is. A local government notifies for itself alone, and what the table cannot carry is refused at once."""
    body = question.body
    own = body_of(question.sender)
    if own is None or str(own) != body.affair.body:
        raise Refused(Hop.COMMISSION, Reason.WRONG_INSTITUTION, "a notice is for oneself")
    content = msgspec.json.encode(body.affair).decode()
    known = Notice.objects.filter(notice=body.notice).first()
    if known is None:
        _check(body, question.at)
        known = Notice.objects.create(
            notice=body.notice,
            sender=question.sender,
            kind=body.kind.value,
            affair=f"own-{body.affair.body}-{body.affair.number}",
            content=content,
            received_at=question.at,
            state=NoticeState.OPEN.value,
        )
    elif (known.sender, known.kind, known.content) != (question.sender, body.kind.value, content):
        raise Refused(Hop.COMMISSION, Reason.DUPLICATE_REQUEST)
    in_force = known.state != NoticeState.ACCEPTED or known.told_at is not None
    return OwnUseStanding(
        notice=known.notice,
        state=NoticeState(known.state) if in_force else NoticeState.OPEN,
        received_at=known.received_at,
        decided_at=known.decided_at,
        begins=known.begins,
        remark=known.remark,
    )


def _check(body: OwnUseNotice, at: datetime) -> None:
    """What no decision could mend: it is not equivalent to an affair of the table, or it ends without an end."""
    day = timezone.localdate(at)
    try:
        affair = body.affair.affair(notified=day, accepted=None)
        if body.kind is NoticeKind.ENDED:
            if affair.valid_until is None:
                raise Refused(Hop.COMMISSION, Reason.MALFORMED, "an end has a day")
            return
        check_equivalent(affair, legal_basis(max(affair.valid_from, day)))
    except NotEquivalent as error:
        raise Refused(Hop.COMMISSION, Reason.NOT_IN_TABLE, error.fault.value) from None
    except (LawError, ValueError):
        raise Refused(Hop.COMMISSION, Reason.MALFORMED) from None


def accept(notice_id: UUID, *, who: str, at: datetime) -> Notice:
    """Accept a notice, then tell the network. Raises AlreadyDecided, CannotBeAccepted, and Refused when the network has not taken it: the decision stands
    and is told again.
    """
    with transaction.atomic():
        notice = _open(notice_id)
        text, day = content_of(notice), timezone.localdate(at)
        asked = text.valid_until if notice.kind == NoticeKind.ENDED else text.valid_from
        notice.begins = max(asked or day, day)
        notice.state = NoticeState.ACCEPTED.value
        notice.decided_at = at
        try:
            affair_to_add(_told(notice), Hop.COMMISSION)
            require_place(NoticeKind(notice.kind), _last_accepted(notice), Hop.COMMISSION)
        except Refused as refused:
            raise CannotBeAccepted(refused) from None
        _decided(notice, who, at)
    return tell(notice)


def _last_accepted(notice: Notice) -> NoticeKind | None:
    """The kind of the last notice of the affair that was accepted, as the cores have them or will."""
    others = Notice.objects.filter(affair=notice.affair, state=NoticeState.ACCEPTED.value)
    last = others.exclude(pk=notice.pk).order_by("decided_at").last()
    return NoticeKind(last.kind) if last else None


def tell(notice: Notice) -> Notice:
    """Tell every core of the network of an accepted notice; who has it already adds nothing. Raises Refused.

    What was accepted of the same affair before, and is not told yet, goes first: a core takes no change of what it has not heard of.
    """
    if notice.begins is None or notice.decided_at is None:
        raise ValueError("only an accepted notice is told")
    earlier = Notice.objects.filter(
        affair=notice.affair,
        state=NoticeState.ACCEPTED.value,
        told_at=None,
        decided_at__lt=notice.decided_at,
    )
    for one in (*earlier.order_by("decided_at"), notice):
        for core in this_node().directory.cores:
            wire.call(
                this_node(),
                TELL_OWN_USE,
                _told(one),
                sender=SYSTEM,
                receiver=core,
                hop=Hop.COMMISSION,
                now=timezone.now,
            )
        one.told_at = timezone.now()
        one.save(update_fields=["told_at"])
    return notice


def _told(notice: Notice) -> OwnUseAccepted:
    """An accepted notice as the cores hear it: a wording begins, or the affair ends, on the day of the acceptance at the earliest."""
    if notice.begins is None or notice.decided_at is None:
        raise ValueError("only an accepted notice is told")
    text, accepted = content_of(notice), timezone.localdate(notice.decided_at)
    if notice.kind == NoticeKind.ENDED:
        affair = msgspec.structs.replace(text, valid_until=max(text.valid_until or accepted, accepted))
    else:
        affair = msgspec.structs.replace(text, valid_from=notice.begins)
    return OwnUseAccepted(
        notice=notice.notice,
        kind=NoticeKind(notice.kind),
        affair=affair,
        notified=timezone.localdate(notice.received_at),
        accepted=accepted,
    )


def give_back(notice_id: UUID, remark: str, *, who: str, at: datetime) -> Notice:
    """Return a notice with the reason. Raises AlreadyDecided."""
    with transaction.atomic():
        notice = _open(notice_id)
        notice.state, notice.remark = NoticeState.RETURNED.value, remark
        return _decided(notice, who, at)


def _open(notice_id: UUID) -> Notice:
    affair = Notice.objects.get(notice=notice_id).affair
    locked = Notice.objects.select_for_update().filter(affair=affair).order_by("notice")
    notice = next(
        one for one in locked if one.notice == notice_id
    )  # one decision of an affair after the other
    if notice.state != NoticeState.OPEN.value:
        raise AlreadyDecided
    return notice


def _decided(notice: Notice, who: str, at: datetime) -> Notice:
    notice.decided_at, notice.decided_by = at, who
    notice.save()
    return notice


routes = message_routes(NOTIFY_OWN_USE, take_notice, hop=Hop.COMMISSION, may_ask=only("municipality"))
